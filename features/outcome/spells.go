package outcome

import (
	"leftshift/engine"
	"leftshift/features/population"
)

// reads says whether a spell is of the kinds that an outcome reads.
func (c *compiled) reads(s *population.Spell) bool {
	return c.spells>>(s.Kind&31)&1 == 1 && c.attended>>(s.Attended&31)&1 == 1
}

// spell finds the first spell that is the outcome, and whether the person is
// at risk of it.
func (c *compiled) spell(r *Record, d, from, knowledge engine.Day) found {
	f := found{risk: true}
	if c.New && c.goingOn(r.Spells, d) {
		return found{}
	}
	if c.DischargedWithin > 0 {
		left := c.discharged(r.Spells, d)
		if left == engine.NoDay {
			return found{}
		}
		f.over = int32(left + engine.Day(c.DischargedWithin) - 1 - d)
		if f.over < 1 {
			return found{}
		}
	}
	for i := range r.Spells {
		s := &r.Spells[i]
		if !c.reads(s) || s.Start <= from || !s.KnownOn(knowledge) || f.first > 0 && int32(s.Start-d) >= f.first ||
			f.over > 0 && int32(s.Start-d) > f.over {
			continue
		}
		if c.FirstOfCIS && population.Inpatient(s.Kind) && !s.First ||
			c.Nights > 0 && nights(r.Spells, s, knowledge) < engine.Day(c.Nights) ||
			c.New && c.continues(r.Spells, s, knowledge) ||
			len(c.causes) > 0 && !c.caused(r.Marks, s, knowledge) {
			continue
		}
		f.first = int32(s.Start - d)
	}
	return f
}

// nights is how many midnights a continuous inpatient spell crossed from the
// start of its first stay, by the knowledge day: to its last end, or to that day
// while any of it is open. A stay without a key is by itself.
func nights(spells []population.Spell, s *population.Spell, knowledge engine.Day) engine.Day {
	end := s.Start
	for i := range spells {
		t := &spells[i]
		if t != s && (s.CIS == 0 || t.CIS != s.CIS) || !t.KnownOn(knowledge) {
			continue
		}
		if t.End == engine.NoDay {
			return knowledge - s.Start
		}
		end = max(end, t.End)
	}
	return min(end, knowledge) - s.Start
}

// goingOn says whether a spell that the outcome reads was known on d to be
// going on that day.
func (c *compiled) goingOn(spells []population.Spell, d engine.Day) bool {
	for i := range spells {
		if s := &spells[i]; c.reads(s) && s.KnownOn(d) && s.Start <= d && (s.End == engine.NoDay || s.End >= d) {
			return true
		}
	}
	return false
}

// continues says whether an earlier spell that the outcome reads lasted to the
// day before s or longer.
func (c *compiled) continues(spells []population.Spell, s *population.Spell, knowledge engine.Day) bool {
	for i := range spells {
		if t := &spells[i]; c.reads(t) && t.KnownOn(knowledge) && t.Start < s.Start && (t.End == engine.NoDay || t.End >= s.Start-1) {
			return true
		}
	}
	return false
}

// discharged is the latest day, on or before d, on which a continuous
// inpatient spell ended whose last stay is of the kinds asked for, as known on
// d. One that is open, or goes on after d, has not ended. NoDay when there is
// none.
func (c *compiled) discharged(spells []population.Spell, d engine.Day) engine.Day {
	latest := engine.NoDay
	for i := range spells {
		s := &spells[i]
		if c.from>>(s.Kind&31)&1 == 0 || !s.KnownOn(d) || s.End == engine.NoDay || s.End > d || s.End <= latest {
			continue
		}
		last := true
		for k := range spells {
			t := &spells[k]
			if t != s && s.CIS != 0 && t.CIS == s.CIS && t.KnownOn(d) && (t.End == engine.NoDay || t.End > s.End) {
				last = false
			}
		}
		if last {
			latest = s.End
		}
	}
	return latest
}

// caused says whether the diagnoses that lie in a spell meet one of the causes.
func (c *compiled) caused(marks []Mark, s *population.Spell, knowledge engine.Day) bool {
	holds := func(set int) bool {
		for i := range marks {
			m := &marks[i]
			if int(m.Set) == set && m.Day >= s.Start && (s.End == engine.NoDay || m.Last <= s.End) && m.KnownFrom <= knowledge && knowledge < m.KnownTo {
				return true
			}
		}
		return false
	}
	for _, k := range c.causes {
		if holds(k.codes) && (k.with < 0 || holds(k.with)) && (k.without < 0 || !holds(k.without)) {
			return true
		}
	}
	return false
}
