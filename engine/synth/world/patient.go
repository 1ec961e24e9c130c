package world

// change is something that becomes known about a registration.
type change struct {
	known Day
	kind  int // index of a registration that opened (0..) or closed (-1-i); or one of the below
}

const (
	heardOfDeath = 1000 + iota
	heardOfHome
)

// patient writes the versions of the person in each place where they were
// registered.
func (r *Recorder) patient() {
	p, c := r.p, r.c
	end := r.w.Calendar.End()
	var room [24]change
	changes := room[:0]
	for i := range p.Registrations {
		g := &p.Registrations[i]
		opened := g.From + Day(c.IntN(6))
		if p.Came == Present && i == 0 {
			// Registered long before the period that is simulated.
			r.since = max(p.Birth, g.From-Day(c.ExpFloat64()*10*365))
			opened = r.since
		}
		changes = append(changes, change{opened, i})
		if g.To != Never {
			changes = append(changes, change{max(g.To+Day(c.IntN(8)), opened), -1 - i})
		}
	}
	heard := Never
	if p.Death != Never {
		lag := c.Between(1, 14)
		if c.Yes(.06) {
			lag = c.Between(60, 180) // heard of late
		}
		heard = p.Death + Day(lag)
		changes = append(changes, change{heard, heardOfDeath})
	}
	if d := p.Onset[CareHome]; d != Never {
		changes = append(changes, change{max(d+Day(c.Between(0, 30)), changes[0].known), heardOfHome})
	}
	for i := 1; i < len(changes); i++ {
		for j := i; j > 0 && changes[j].known < changes[j-1].known; j-- {
			changes[j], changes[j-1] = changes[j-1], changes[j]
		}
	}
	for place := PlaceA; place < Places; place++ {
		r.versions(place, changes, end)
	}
}

// versions writes one version for each day on which something became known in
// the place.
func (r *Recorder) versions(place Place, changes []change, end Day) {
	p := r.p
	var opened, closed [20]bool
	dead, home := false, false
	for i := 0; i < len(changes) && changes[i].known <= end; {
		day := changes[i].known
		news := false
		var touched [20]bool
		all := false
		for ; i < len(changes) && changes[i].known == day; i++ {
			k := changes[i].kind
			switch {
			case k == heardOfDeath:
				dead, all, news = true, true, true
			case k == heardOfHome:
				home, all, news = true, true, true
			case k >= 0:
				if k < len(opened) {
					opened[k], touched[k] = true, true
					news = news || p.Registrations[k].Place == place
				}
			default:
				if k = -1 - k; k < len(closed) {
					closed[k], touched[k] = true, true
					news = news || p.Registrations[k].Place == place
				}
			}
		}
		if !news {
			continue
		}
		r.regs, r.fresh = r.regs[:0], r.fresh[:0]
		current := -1
		for k := range p.Registrations {
			if k >= len(opened) || !opened[k] || p.Registrations[k].Place != place {
				continue
			}
			g := p.Registrations[k]
			if !closed[k] {
				g.To = Never
			}
			if k == 0 && p.Came == Present {
				g.From = r.since
			}
			r.regs = append(r.regs, g)
			r.fresh = append(r.fresh, touched[k])
			current = k
		}
		if current < 0 {
			continue
		}
		if all {
			r.fresh[len(r.fresh)-1] = true
		}
		v := PatientVersion{Registrations: r.regs, Fresh: r.fresh, CareHome: home, Death: Never,
			Header: Header{Person: p, Place: place, ID: r.id(), Day: day, Known: day, Practice: p.Registrations[current].Practice}}
		if dead {
			v.Death = p.Death
		}
		r.sinks[place].Patient(&v)
		r.Records++
	}
}
