package kernel

import (
	"leftshift/engine"
	"leftshift/features/catalogue"
	"leftshift/features/population"
)

// spot is what an index date picks of a person's intervals.
type spot struct {
	on                      engine.Day
	registration, residence int // places of those that hold the date, or -1
	age                     int // whole years; -1 not known
}

func spotOf(h *held, on engine.Day) spot {
	s := spot{on: on, registration: population.Holding(h.registrations, on), residence: population.Holding(h.residences, on), age: -1}
	if h.who.BirthMonth != engine.NoDay {
		s.age = engine.Age(h.who.BirthMonth, on)
	}
	return s
}

// item gives a demographic item as a whole number, and whether it is known.
func item(it catalogue.Item, h *held, s *spot, dataFrom engine.Day) (v int64, known bool) {
	flag := func(yes bool) (int64, bool) {
		if yes {
			return 1, true
		}
		return 0, true
	}
	var home *population.Interval
	if s.residence >= 0 {
		home = &h.residences[s.residence]
	}
	switch it {
	case catalogue.Age:
		return int64(s.age), h.who.BirthMonth != engine.NoDay
	case catalogue.Male, catalogue.Female:
		switch h.who.Sex {
		case engine.Male:
			return flag(it == catalogue.Male)
		case engine.Female:
			return flag(it == catalogue.Female)
		}
		return 0, h.who.Sex == engine.SexIndeterminate
	case catalogue.EthnicityKnown:
		return flag(h.who.Ethnic != 0 && h.who.Ethnic != 'Z')
	case catalogue.Sources:
		return int64(h.sources), h.sources != 0
	case catalogue.CareHome:
		return flag(home != nil && home.CareHome == 1)
	case catalogue.IMDDecile:
		if home == nil {
			return 0, false
		}
		return int64(home.IMD), home.IMD != 0
	case catalogue.RecentMove:
		if home == nil || home.From == engine.NoDay {
			return 0, false
		}
		return flag(s.on-home.From < 365)
	case catalogue.MonthsRegistered:
		if s.registration < 0 || h.registrations[s.registration].From == engine.NoDay {
			return 0, false
		}
		return int64(s.on - h.registrations[s.registration].From), true
	case catalogue.MonthsObservable:
		from, _, ok := population.Chain(h.registrations, s.on)
		if dataFrom != 0 {
			from = max(from, dataFrom)
		}
		if !ok || from == engine.NoDay {
			return 0, false
		}
		return int64(max(s.on-from, 0)), true
	}
	panic("kernel: item " + string(it) + " is not known")
}
