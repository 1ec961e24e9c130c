package kernel

import (
	"leftshift/engine"
	"leftshift/features/catalogue"
	"leftshift/features/finish"
	"leftshift/features/plan"
	"leftshift/features/population"
)

// direct gathers a feature that needs all spells at once.
func direct(x *plan.Direct, spells []population.Spell, on engine.Day) finish.Statistics {
	from := engine.NoDay // the day before the window
	if x.Days != plan.Unbounded {
		from = on - engine.Day(x.Days)
	}
	var s finish.Statistics
	covered := engine.NoDay
	for i := range spells {
		p := &spells[i]
		if p.Start > on {
			break
		}
		if x.Filter.Spells>>(p.Kind&31)&1 == 0 || !p.KnownOn(on) || !passes(&x.Filter, p) || !reads(&x.Filter, spells, p, on) {
			continue
		}
		if x.Filter.Current && p.End != engine.NoDay && p.End <= on {
			continue
		}
		end := on
		if p.End != engine.NoDay && p.End <= on {
			end = p.End
		}
		switch x.Aggregate {
		case catalogue.BedDays:
			// Nights of d to d+1 with d in the window, not counted before.
			first := max(p.Start, covered)
			if from != engine.NoDay {
				first = max(first, from+1)
			}
			if end > first {
				s.Count += int64(end - first)
				covered = end
			}
		case catalogue.LongestStay:
			if p.Start > from {
				s.Count++
				s.Most = max(s.Most, int64(end-p.Start))
			}
		case catalogue.DaysSinceEnd:
			if p.End != engine.NoDay && p.End <= on && p.End > from {
				if s.Count == 0 || int64(p.End) > s.Last {
					s.Last = int64(p.End)
				}
				s.Count++
			}
		}
	}
	return s
}
