package kernel

import (
	"math/bits"
	"slices"

	"leftshift/engine"
	"leftshift/features/catalogue"
	"leftshift/features/finish"
	"leftshift/features/plan"
	"leftshift/features/population"
)

// finish writes the features of a date into a row that is blank, and their
// days into last, by dated column, when it is not nil.
func (g *gatherer) finish(d int, h *held, dataFrom engine.Day, out []float32, last []int32) {
	on := g.dates[d]
	for _, x := range g.plan.Demographics {
		out[x.Column] = x.Rule.Blank()
		if v, known := item(x.Item, h, on, dataFrom); known {
			out[x.Column] = x.Rule.Value(on, &finish.Statistics{Count: 1, V: v})
		}
	}
	for i := range g.plan.Directs {
		direct(&g.plan.Directs[i], h.spells, on, out)
	}
	for _, fi := range g.touched[d] {
		g.family(d, &g.plan.Families[fi], on, out, last)
	}
}

// family joins the rings of a touched family, newest first, and writes the
// features of each window as it is complete.
func (g *gatherer) family(d int, f *plan.Family, on engine.Day, out []float32, last []int32) {
	all := finish.Statistics{}
	var mask [2]uint64
	set := g.scratch[:0]
	counts := g.counts[:0] // of joined windows, by ring
	for r := range f.Bounds {
		t := &g.tallies[d*g.plan.Rings+f.Ring+r]
		if t.count > 0 {
			if all.Count == 0 {
				all.Last, all.First = int64(t.last), int64(t.first)
				if f.Need&plan.NeedPick != 0 {
					all.Pick = int64(g.picks[d*g.plan.PickRings+f.PickRing+r])
				}
			}
			all.Count += int64(t.count)
			all.Days += int64(t.days)
			all.First = min(all.First, int64(t.first))
			if f.Need&plan.NeedValue != 0 {
				g.values[d*g.plan.ValueRings+f.ValueRing+r].join(&all)
			}
			if f.Need&plan.NeedMask != 0 {
				m := &g.masks[d*g.plan.MaskRings+f.MaskRing+r]
				mask[0] |= m[0]
				mask[1] |= m[1]
				all.Members = int64(bits.OnesCount64(mask[0]) + bits.OnesCount64(mask[1]))
				all.Weight = weigh(f.Weights, mask)
			}
			if f.Need&plan.NeedSet != 0 {
				set = append(set, g.sets[d*g.plan.SetRings+f.SetRing+r]...)
				slices.Sort(set)
				set = slices.Compact(set)
				all.Distinct = int64(len(set))
			}
		}
		counts = append(counts, all.Count)
		if all.Count == 0 {
			continue
		}
		for i := range f.Outputs[r] {
			o := &f.Outputs[r][i]
			if o.Recent >= 0 {
				all.Recent = counts[o.Recent]
			}
			out[o.Column] = o.Rule.Value(on, &all)
			if o.Dated >= 0 && last != nil {
				last[o.Dated] = int32(all.Last)
			}
		}
	}
	g.scratch, g.counts = set, counts
}

// weigh sums the weights of the members seen; 0 where members have none.
func weigh(weights []int64, mask [2]uint64) int64 {
	sum := int64(0)
	if weights == nil {
		return 0
	}
	for w, m := range mask {
		for ; m != 0; m &= m - 1 {
			sum += weights[w<<6+bits.TrailingZeros64(m)]
		}
	}
	return sum
}

// direct writes a feature that needs all spells at once.
func direct(x *plan.Direct, spells []population.Spell, on engine.Day, out []float32) {
	from := engine.NoDay // the day before the window
	if x.Days != plan.Unbounded {
		from = on - engine.Day(x.Days)
	}
	nights, covered, longest, since := int32(0), engine.NoDay, int32(-1), int32(-1)
	for i := range spells {
		s := &spells[i]
		if s.Start > on {
			break
		}
		if x.Family.Spells>>(s.Kind&31)&1 == 0 || !reads(&x.Family, spells, s, on) {
			continue
		}
		end := on
		if s.End != engine.NoDay && s.End <= on {
			end = s.End
			if s.End > from {
				if n := int32(on - s.End); since < 0 || n < since {
					since = n
				}
			}
		}
		if s.Start > from {
			longest = max(longest, int32(end-s.Start))
		}
		// Nights of d to d+1 with d in the window, not counted before.
		first := max(s.Start, covered)
		if from != engine.NoDay {
			first = max(first, from+1)
		}
		if end > first {
			nights += int32(end - first)
			covered = end
		}
	}
	st := finish.Statistics{}
	switch {
	case x.Aggregate == catalogue.BedDays:
		st.Count = int64(nights)
	case x.Aggregate == catalogue.LongestStay && longest >= 0:
		st.Count, st.Most = 1, int64(longest)
	case x.Aggregate == catalogue.DaysSinceEnd && since >= 0:
		st.Count, st.Last = 1, int64(on)-int64(since)
	}
	out[x.Column] = x.Rule.Value(on, &st)
}

// item gives a demographic item on a day, as a whole number, and whether it
// is known.
func item(it catalogue.Item, h *held, on, dataFrom engine.Day) (v int64, known bool) {
	flag := func(yes bool) (int64, bool) {
		if yes {
			return 1, true
		}
		return 0, true
	}
	switch it {
	case catalogue.Age:
		if h.who.BirthMonth == engine.NoDay {
			return 0, false
		}
		return int64(engine.Age(h.who.BirthMonth, on)), true
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
	case catalogue.IMDDecile, catalogue.CareHome, catalogue.RecentMove:
		i := population.Holding(h.residences, on)
		switch {
		case it == catalogue.CareHome:
			return flag(i >= 0 && h.residences[i].CareHome == 1)
		case i < 0:
			return 0, false
		case it == catalogue.IMDDecile:
			return int64(h.residences[i].IMD), h.residences[i].IMD != 0
		case h.residences[i].From == engine.NoDay:
			return 0, false
		}
		return flag(on-h.residences[i].From < 365)
	case catalogue.MonthsRegistered:
		i := population.Holding(h.registrations, on)
		if i < 0 || h.registrations[i].From == engine.NoDay {
			return 0, false
		}
		return int64(on - h.registrations[i].From), true
	case catalogue.MonthsObservable:
		from, _, ok := population.Chain(h.registrations, on)
		if dataFrom != 0 {
			from = max(from, dataFrom)
		}
		if !ok || from == engine.NoDay {
			return 0, false
		}
		return int64(max(on-from, 0)), true
	}
	panic("kernel: item " + string(it) + " is not known")
}
