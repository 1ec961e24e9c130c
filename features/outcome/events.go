package outcome

import "leftshift/engine"

// marks reads a person's marks once for a date: what stands on the knowledge
// day, and what was known on d.
func (l *Labeller) marks(marks []Mark, d, knowledge engine.Day) {
	for _, s := range l.dirty {
		l.seen[s] = seen{}
	}
	l.dirty = l.dirty[:0]
	if !l.plan.events {
		return
	}
	for i := range marks {
		m := &marks[i]
		x := &l.seen[m.Set]
		if *x == (seen{}) {
			l.dirty = append(l.dirty, m.Set)
			x.next = engine.NoDay
		}
		if m.Day <= d && m.KnownFrom <= d && d < m.KnownTo {
			x.before = true
		}
		if m.KnownFrom > knowledge || knowledge >= m.KnownTo {
			continue
		}
		if !x.any || m.Day < x.day {
			x.day = m.Day
		}
		x.any = true
		if from := d + engine.Day(l.plan.gaps[m.Set]); m.Day > from && (x.next == engine.NoDay || m.Last < x.next) {
			x.next = m.Last
		}
	}
}

// event finds the first event of an outcome of coded facts. A fact counts on
// its last possible day, and only when all its possible days are after the gap.
//
// A new one is at risk of each member that was not known on d; and a member
// that turned out, by the knowledge day, to have been there on d or within the
// gap, or may have been, was not new.
func (l *Labeller) event(c *compiled, d engine.Day) found {
	f := found{risk: !c.New}
	from := d + engine.Day(c.Gap)
	for _, s := range c.members {
		x := &l.seen[s]
		if c.New && x.before {
			continue
		}
		f.risk = true
		if !x.any || x.next == engine.NoDay || c.New && x.day <= from {
			continue
		}
		if day := int32(x.next - d); f.first == 0 || day < f.first {
			f.first = day
		}
	}
	return f
}
