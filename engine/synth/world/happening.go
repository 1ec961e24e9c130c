package world

import "math"

// happen draws the events: a Poisson process for each kind with rate U times
// the expected, by exponential steps of cumulative rate.
func (w *World) happen(p *Person, c *Chance) {
	stop := min(float64(p.Exit), p.DeathT)
	if p.U == 0 {
		return
	}
	for k := range p.Rate {
		left := c.ExpFloat64() / p.U
		for m := p.Entry; float64(m) < stop; m++ {
			rate := p.Rate[k][m]
			done := 0.0
			for left < rate-done {
				done += left
				left = c.ExpFloat64() / p.U
				t := float64(m) + done/rate
				if t >= float64(m+1) {
					t = math.Nextafter(float64(m+1), 0)
				}
				if t >= stop {
					break
				}
				p.Events = append(p.Events, w.event(p, c, k, m, t))
			}
			left -= rate - done
		}
	}
	w.settle(p)
}

func (w *World) event(p *Person, c *Chance, kind, m int, t float64) Event {
	e := Event{Kind: kind, T: t, Day: w.Calendar.At(t)}
	e.Place = p.At(w.Calendar.Starts[m]).Place
	lost := lostOther
	if kind == Admission {
		lost = lostAdmission
		e.Stay = c.stay(stayBand(int(p.Age[m])))
	}
	e.Lost = c.Yes(lost)
	second := c.Float64()
	if kind == Fall || e.Place == PlaceA {
		e.Late = second < lateShare
	} else {
		e.Spoilt = second < spoiltShare
	}
	return e
}

// settle sorts events by time and makes room for overlapping stays: the earlier
// ends on the day the later begins, which takes over its end if that is later.
// The nights in hospital stay the union of those drawn.
func (w *World) settle(p *Person) {
	e := p.Events
	for i := 1; i < len(e); i++ {
		for j := i; j > 0 && e[j].T < e[j-1].T; j-- {
			e[j], e[j-1] = e[j-1], e[j]
		}
	}
	last := -1
	for i := range e {
		if e[i].Kind != Admission {
			continue
		}
		if last >= 0 && e[last].Day+Day(e[last].Stay) > e[i].Day {
			end := max(e[last].Day+Day(e[last].Stay), e[i].Day+Day(e[i].Stay))
			e[last].Stay = int(e[i].Day - e[last].Day)
			e[i].Stay = int(end - e[i].Day)
		}
		last = i
	}
	if p.Death == Never {
		return
	}
	for i := range e {
		if over := e[i].Day + Day(e[i].Stay) - p.Death; over > 0 {
			e[i].Stay -= int(over)
		}
	}
}
