package outcome

import (
	"leftshift/engine"
	"leftshift/features/population"
)

// Labeller labels persons, one after the other. It is of one goroutine.
type Labeller struct {
	plan  *Plan
	found []found // by place in plan.all, for the date at hand
	seen  []seen  // by set
	dirty []uint16
}

// found is what one outcome says of a person on a date.
type found struct {
	risk  bool
	first int32 // days after D of the first event; 0 none, as when not at risk
	over  int32 // the last day of the time at risk, where that ends by itself; 0 never
}

// seen is what the marks of a set say: the rows that stand on the knowledge
// day, and those known on the index date.
type seen struct {
	any    bool
	day    engine.Day // least first possible day
	next   engine.Day // least last possible day of those wholly after the gap; NoDay none
	before bool       // one was known on the index date, possibly on or before it
}

// Labeller makes one.
func (p *Plan) Labeller() *Labeller {
	return &Labeller{plan: p, found: make([]found, len(p.all)), seen: make([]seen, len(p.sets))}
}

// Labels appends one label an outcome, in the plan's order, each with the
// outcome's longest horizon; Label.Within gives the shorter ones. The person is
// eligible on d (package population). Someone who is not at risk of an outcome,
// by what was known on d, has the zero label of it.
//
// What happened is read as known on the knowledge day. Where the source of an
// outcome has not settled by the end of the horizon, the label is Cut on the
// first day that has not; on the knowledge days that Ready accepts none is.
func (l *Labeller) Labels(dst []Label, r *Record, d, knowledge engine.Day) []Label {
	l.marks(r.Marks, d, knowledge)
	here := depart(r.Person, r.Registrations, d)
	for i := range l.plan.all {
		l.found[i] = l.find(&l.plan.all[i], r, d, knowledge)
	}
	for _, i := range l.plan.asked {
		c := &l.plan.all[i]
		x := Label{}
		settled := knowledge - engine.Day(c.Freeze)
		if l.found[i].risk && settled >= d {
			x = here.exit(d, settled, c.Horizon())
			ended := l.found[i].over
			for _, k := range c.competing {
				if f := l.found[k]; f.first > 0 && (ended == 0 || f.first < ended) {
					ended = f.first
				}
			}
			x.meet(ended, Ended)
			x.meet(l.found[i].first, Event)
		}
		dst = append(dst, x)
	}
	return dst
}

// departure is how a person's time here ends, in days after D; 0 never.
type departure struct{ left, died int32 }

// depart reads registrations and death as finally known.
func depart(p *population.Person, registrations []population.Interval, d engine.Day) (x departure) {
	if p.DeathDay != engine.NoDay && p.DeathDay > d {
		x.died = int32(p.DeathDay - d)
	}
	if _, to, ok := population.Chain(registrations, d); ok && to != population.Forever {
		x.left = int32(to + 1 - d)
		if x.died >= x.left && x.died-x.left <= population.MaxGap {
			x.left = 0 // death is why it ended
		}
	}
	return x
}

// exit is the label of someone without events: the end of what can be seen.
// Days after settled are not.
func (x departure) exit(d, settled engine.Day, horizon int) Label {
	l := Label{Day: int16(horizon), Horizon: int16(horizon), ExitDay: int16(horizon)}
	if x.left > 0 && x.left <= int32(horizon) {
		l.Exit, l.ExitDay = Left, int16(x.left)
	}
	if x.died > 0 && x.died <= int32(l.ExitDay) {
		l.Exit, l.ExitDay = Died, int16(x.died)
	}
	if settled < d+engine.Day(l.ExitDay) {
		l.Exit, l.ExitDay = Cut, int16(settled+1-d)
	}
	l.Status, l.Day = l.Exit, l.ExitDay
	return l
}

// meet puts an event, or what ends the time at risk, into a label: when it
// comes before what the label says, or on that day unless it can not be seen
// then. day 0 is never. Of several on one day the last one met stays.
func (l *Label) meet(day int32, s Status) {
	if day > 0 && (day < int32(l.Day) || day == int32(l.Day) && l.Status != Left && l.Status != Cut) {
		l.Status, l.Day = s, int16(day)
	}
}

// find says whether a person is at risk of an outcome on d, and when it first
// happened.
func (l *Labeller) find(c *compiled, r *Record, d, knowledge engine.Day) found {
	if c.FromAge > 0 && (r.Person.BirthMonth == engine.NoDay || engine.Age(r.Person.BirthMonth, d) < c.FromAge) {
		return found{}
	}
	from := d + engine.Day(c.Gap) // events are after it
	f := found{risk: true}
	switch c.Source {
	case FromSpell:
		return c.spell(r, d, from, knowledge)
	case FromEvent:
		return l.event(c, d)
	case FromCareHome:
		if at := population.Holding(r.Residences, d); at >= 0 && r.Residences[at].CareHome == 1 {
			return found{}
		}
		if day := intoCareHome(r.Residences, d); day > from {
			f.first = int32(day - d)
		}
	case FromDeath:
		if day := r.Person.DeathDay; day != engine.NoDay && day > from {
			f.first = int32(day - d)
		}
	case FromOthers:
		f.risk = false
		for _, k := range c.of {
			part := l.found[k]
			f.risk = f.risk || part.risk
			if part.first > 0 && (f.first == 0 || part.first < f.first) {
				f.first = part.first
			}
		}
	}
	return f
}

// intoCareHome is the first day after d on which the residence that holds the
// day is a care home; NoDay when there is none. It is called for who does not
// live in one on d. Residences are read as finally known.
func intoCareHome(residences []population.Interval, d engine.Day) engine.Day {
	first := engine.NoDay
	try := func(day engine.Day) {
		if day > d && (first == engine.NoDay || day < first) {
			if at := population.Holding(residences, day); at >= 0 && residences[at].CareHome == 1 {
				first = day
			}
		}
	}
	home := false
	for i := range residences {
		home = home || residences[i].CareHome == 1
	}
	if !home {
		return first
	}
	// It becomes one where one begins, or where what hid it ends.
	for i := range residences {
		try(residences[i].From)
		if to := residences[i].To; to != population.Forever {
			try(to + 1)
		}
	}
	return first
}
