package kernel

import (
	"slices"

	"leftshift/engine"
	"leftshift/features/plan"
	"leftshift/features/population"
)

// passes says whether a filter reads a spell of one of its kinds, but for what
// depends on the date.
func passes(f *plan.Filter, s *population.Spell) bool {
	switch {
	case f.FirstOfCIS && !s.First,
		f.Attended != 0 && f.Attended>>(s.Attended&31)&1 == 0,
		f.Destinations != nil && !slices.Contains(f.Destinations, plan.Short(s.Destination)),
		f.Specialties != nil && !slices.Contains(f.Specialties, s.Specialty),
		f.Arrivals != nil && !slices.Contains(f.Arrivals, s.Arrival):
		return false
	}
	return true
}

// reads says the same of what other spells, as known on a date, decide.
func reads(f *plan.Filter, spells []population.Spell, s *population.Spell, on engine.Day) bool {
	return !(f.NoAdmission && admitted(spells, s, on)) && (f.Readmission == 0 || readmitted(spells, s, f.Readmission, on))
}

// admitted says whether an emergency admission, known on a day, started while
// an attendance lasted or the day after it ended.
func admitted(spells []population.Spell, a *population.Spell, on engine.Day) bool {
	end := a.Start
	if a.End != engine.NoDay && a.End > end {
		end = a.End
	}
	for i := range spells {
		s := &spells[i]
		if s.Start > end+1 {
			break
		}
		if s.Kind == engine.Emergency && s.Start >= a.Start && s.KnownOn(on) && s.Start <= on {
			return true
		}
	}
	return false
}

// readmitted says whether a spell began less than so many days after a stay of
// another continuous inpatient spell ended, as known on a date. A stay ended on
// the last end of its provider spells, once all of them have ended; births,
// maternity and day cases are no stays.
func readmitted(spells []population.Spell, s *population.Spell, days int32, on engine.Day) bool {
	for i := range spells {
		p := &spells[i]
		if p.Start > s.Start {
			break
		}
		if !stay(p, on) || p.CIS == s.CIS || p.End == engine.NoDay || p.End > s.Start || int32(s.Start-p.End) >= days {
			continue
		}
		if end := ended(spells, p.CIS, on); end != engine.NoDay && end <= s.Start && int32(s.Start-end) < days {
			return true
		}
	}
	return false
}

// stay says whether a spell is known on a date to be part of a hospital stay
// that one can be readmitted after.
func stay(s *population.Spell, on engine.Day) bool {
	switch s.Kind {
	case engine.Emergency, engine.Elective, engine.Transfer, engine.OtherSpell:
		return s.KnownOn(on)
	}
	return false
}

// ended is the day on which a continuous inpatient spell ended, as known on a
// date; NoDay while it goes on.
func ended(spells []population.Spell, cis int64, on engine.Day) engine.Day {
	end := engine.NoDay
	for i := range spells {
		if p := &spells[i]; p.CIS == cis && stay(p, on) {
			if p.End == engine.NoDay || p.End > on {
				return engine.NoDay
			}
			end = max(end, p.End)
		}
	}
	return end
}

// within gives the continuous inpatient spell of the spell, of those kinds and
// known on a day, that holds all possible days of an event: of several the one
// that started last, then with the greatest key. 0 for none.
func within(spells []population.Spell, kinds uint32, first, last, on engine.Day) int64 {
	key, start := int64(0), engine.NoDay
	for i := range spells {
		s := &spells[i]
		if s.Start > first {
			break
		}
		if kinds>>(s.Kind&31)&1 == 0 || !s.KnownOn(on) || s.End != engine.NoDay && s.End < last {
			continue
		}
		if s.Start > start || s.CIS > key {
			key, start = s.CIS, s.Start
		}
	}
	return key
}
