// Package truth works out, for each simulated person and index date, the risk of
// an emergency admission in the next 365 days as three knowers would put it, and
// how well each could rank people at best.
//
// Given U the emergency admissions of the year are a Poisson process with rate
// U*h; U has a Gamma prior with mean 1 that nothing else in a life depends on,
// and every event that depends on U is Poisson with a known rate, thinned at
// random. So the posterior of U after n events with expected number E (before U)
// is Gamma(k+n, k+E) exactly, and E[exp(-U x)] is (b/(b+x))^a.
package truth

import (
	"math"

	"leftshift/engine/synth/world"
)

// Horizon is the number of days after the index date in which the outcome
// counts.
const Horizon = 365

// Knower is somebody's knowledge of U: the Laplace transform of their belief.
type Knower struct {
	// known: U itself, else Gamma(a, b).
	known bool
	u     float64
	a, b  float64
}

// survive is the chance of no event when the expected number, before U, is x.
func (k *Knower) survive(x float64) float64 {
	if k.known {
		return math.Exp(-k.u * x)
	}
	return math.Exp(-k.a * math.Log1p(x/k.b))
}

// Risk is the chance of an emergency admission within the horizon, before death:
// Record also lets people move out before it, as the record will show it,
// Staying does not.
type Risk struct{ Record, Staying float64 }

// ahead is the coming year of a person, month by month.
type ahead struct {
	n     int
	rate  [14]float64 // expected admissions of the whole month, before U
	share [14]float64 // of the month that lies within the horizon
	dying [14]float64
	going [14]float64
}

func (a *ahead) fill(w *world.World, p *world.Person, month int) {
	a.n = 0
	days := Horizon
	for m := month; days > 0; m++ {
		length := w.Calendar.Days(m)
		a.share[a.n] = min(1, float64(days)/float64(length))
		a.rate[a.n] = p.Rate[world.Admission][m]
		a.dying[a.n] = p.Dying[m]
		a.going[a.n] = p.Going[m]
		a.n++
		days -= length
	}
}

// risk sums over months. Inside a month, with rate h, share f of the month
// within the horizon, and death at a moment uniform in the month with chance q,
// the chance of a first admission while alive is the integral over t in [0, f]
// of (1 - q t) times the density -d/dt S(H+ht); integrated by parts it is
//
//	S(H) - S(H+hf) (1 - q f) - q * integral of S(H+ht) over [0, f]
//
// and the last integral, of a smooth function, is taken by Simpson's rule (its
// error is below 1e-7 here, as q and h are small). Moving out takes effect at
// the start of a month.
func (a *ahead) risk(k *Knower) Risk {
	var r Risk
	h := 0.0
	alive, here := 1.0, 1.0
	at := 1.0
	for m := 0; m < a.n; m++ {
		here *= 1 - a.going[m]
		f, q := a.share[m], a.dying[m]
		x := a.rate[m] * f
		next := k.survive(h + x)
		middle := k.survive(h + x/2)
		d := alive * (at - next*(1-q*f) - q*f*(at+4*middle+next)/6)
		r.Staying += d
		r.Record += d * here
		h += x
		at = next
		alive *= 1 - q
	}
	return r
}

// Row is what a person's truth is on an index date.
type Row struct {
	// Eligible: alive, registered here, in hospital for no emergency that night,
	// and with an NHS number that is valid in the records.
	Eligible bool
	// Full knows U; Whole knows every event to the day; Known only what the
	// record shows in the ordinary way by then.
	Full, Whole, Known Risk
}

// Judge is the maker of rows; it holds scratch space and is for one goroutine.
type Judge struct {
	w     *world.World
	ahead ahead
}

// NewJudge makes a judge for people of the world.
func NewJudge(w *world.World) *Judge { return &Judge{w: w} }

// On returns the person's row for the index date, the last day of a month within
// the period. ok is false when the person is dead or not registered on it.
func (j *Judge) On(p *world.Person, index world.Day) (row Row, ok bool) {
	if !p.RegisteredOn(index) {
		return row, false
	}
	cal := &j.w.Calendar
	month := cal.MonthOf(index) + 1
	j.ahead.fill(j.w, p, month)

	known, whole := j.beliefs(p, index)
	full := Knower{known: true, u: p.U}
	row.Full = j.ahead.risk(&full)
	row.Whole = j.ahead.risk(&whole)
	row.Known = j.ahead.risk(&known)
	row.Eligible = !p.BadNumber && !p.InHospital(index)
	return row, true
}

// beliefs are the posteriors of the careful observer and of the one who sees
// every event. The first also learns from the fact that the person is not in
// hospital: no admission of the last days whose stay lasts past the index date,
// which is one more (empty) Poisson count.
func (j *Judge) beliefs(p *world.Person, index world.Day) (known, whole Knower) {
	cal := &j.w.Calendar
	month := cal.MonthOf(index) + 1
	cut := index - world.Delay + 1 // events before this day are seen
	n, all := 0, 0
	for i := range p.Events {
		e := &p.Events[i]
		if e.Day > index {
			break
		}
		all++
		if e.Day < cut && e.Ordinary() {
			n++
		}
	}
	seen := 0.0
	if t := cal.TimeOf(cut); t > float64(p.Entry) {
		m := int(t)
		seen = p.Seen[m] + (t-float64(m))*(p.Seen[m+1]-p.Seen[m])
	}
	seen += p.InHospitalRate(cal, index)
	known = Knower{a: world.Shape + float64(n), b: world.Shape + seen}
	whole = Knower{a: world.Shape + float64(all), b: world.Shape + p.Whole[month]}
	return known, whole
}
