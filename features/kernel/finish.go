package kernel

import (
	"math"
	"math/bits"
	"slices"

	"leftshift/engine"
	"leftshift/features/catalogue"
	"leftshift/features/matrix"
	"leftshift/features/plan"
	"leftshift/features/population"
)

// The finishing stage: exact integers become values. Every value is one
// division, or one square root of one, of exact integers, rounded to float32,
// so any executor that gathers the same integers gives the same bits.

// yearDays is the length of the year of a slope.
const yearDays = 365.25

// finish writes the features of a date into a row that is blank, and their
// days into last, by dated column, when it is not nil.
func (g *gatherer) finish(d int, h *held, dataFrom engine.Day, out []float32, last []int32) {
	on := g.dates[d]
	for _, x := range g.plan.Demographics {
		out[x.Column] = item(x.Item, h, on, dataFrom)
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
	var all tally
	var mom moments
	var mask [2]uint64
	var pick uint8
	set := g.scratch[:0]
	counts := g.counts[:0] // of joined windows, by ring
	for r := range f.Bounds {
		t := &g.tallies[d*g.plan.Rings+f.Ring+r]
		if t.count > 0 {
			if all.count == 0 {
				all = *t
				if f.Need&plan.NeedPick != 0 {
					pick = g.picks[d*g.plan.PickRings+f.PickRing+r]
				}
			} else {
				all.count += t.count
				all.days += t.days
				all.first = min(all.first, t.first)
			}
			if f.Need&plan.NeedValue != 0 {
				mom.join(&g.values[d*g.plan.ValueRings+f.ValueRing+r])
			}
			if f.Need&plan.NeedMask != 0 {
				m := &g.masks[d*g.plan.MaskRings+f.MaskRing+r]
				mask[0] |= m[0]
				mask[1] |= m[1]
			}
			if f.Need&plan.NeedSet != 0 {
				set = append(set, g.sets[d*g.plan.SetRings+f.SetRing+r]...)
				slices.Sort(set)
				set = slices.Compact(set)
			}
		}
		counts = append(counts, all.count)
		if all.count == 0 {
			continue
		}
		for i := range f.Outputs[r] {
			o := &f.Outputs[r][i]
			var v float32
			switch o.Aggregate {
			case catalogue.Count:
				v = float32(all.count)
			case catalogue.Days:
				v = float32(all.days)
			case catalogue.Any:
				v = 1
			case catalogue.DaysSince:
				v = float32(int32(on) - all.last)
			case catalogue.DaysSinceFirst:
				v = float32(int32(on) - all.first)
			case catalogue.DistinctCodes, catalogue.DistinctSpells:
				v = float32(len(set))
			case catalogue.Members:
				v = float32(bits.OnesCount64(mask[0]) + bits.OnesCount64(mask[1]))
			case catalogue.WeightedSumDistinct:
				v = weigh(f.Weights, mask)
			case catalogue.LatestMember:
				v = float32(pick) + 1
			case catalogue.LatestIs:
				if int(pick) == o.Pick {
					v = 1
				}
			case catalogue.Acceleration:
				recent := int64(counts[o.Recent])
				// recent/days*year - earlier/year*year
				v = float32(float64(recent*catalogue.RateYear-(int64(all.count)-recent)*int64(o.Days)) / float64(o.Days))
			default:
				v = measured(o, &mom, &all)
			}
			out[o.Column] = v
			if o.Dated >= 0 && last != nil {
				last[o.Dated] = all.last
			}
		}
	}
	g.scratch, g.counts = set, counts
}

// weigh sums the weights of the members seen.
func weigh(weights []int64, mask [2]uint64) float32 {
	sum := int64(0)
	for w, m := range mask {
		for ; m != 0; m &= m - 1 {
			sum += weights[w<<6+bits.TrailingZeros64(m)]
		}
	}
	return float32(sum)
}

// measured finishes the aggregates of values.
func measured(o *plan.Output, m *moments, t *tally) float32 {
	switch o.Aggregate {
	case catalogue.LatestValue:
		return float32(float64(m.newest) / (float64(m.newestN) * o.Scale))
	case catalogue.Mean:
		return float32(float64(m.v) / (float64(m.n) * o.Scale))
	case catalogue.Min:
		return float32(float64(m.least) / o.Scale)
	case catalogue.Max:
		return float32(float64(m.most) / o.Scale)
	case catalogue.Spread:
		if m.n < 3 {
			return matrix.NaN
		}
		ss := times(m.n, m.vv).minus(times(m.v, m.v))
		return float32(math.Sqrt(ss.float()/(float64(m.n)*float64(m.n-1))) / o.Scale)
	case catalogue.Slope:
		if t.days < catalogue.SlopeDays || t.last-t.first < catalogue.SlopeSpan {
			return matrix.NaN
		}
		// Ages run backwards, so a fall with age is a rise in time.
		up := times(m.u, m.v).minus(times(m.n, m.uv))
		down := times(m.n, m.uu).minus(times(m.u, m.u))
		return float32(up.float() / down.float() * yearDays / o.Scale)
	}
	panic("kernel: aggregate " + string(o.Aggregate) + " has no finish")
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
	switch x.Aggregate {
	case catalogue.BedDays:
		if nights > 0 {
			out[x.Column] = float32(nights)
		}
	case catalogue.LongestStay:
		if longest >= 0 {
			out[x.Column] = float32(longest)
		}
	case catalogue.DaysSinceEnd:
		if since >= 0 {
			out[x.Column] = float32(since)
		}
	}
}

// item gives a demographic value on a day.
func item(it catalogue.Item, h *held, on, dataFrom engine.Day) float32 {
	flag := func(yes bool) float32 {
		if yes {
			return 1
		}
		return 0
	}
	switch it {
	case catalogue.Age:
		if h.who.BirthMonth == engine.NoDay {
			return matrix.NaN
		}
		return float32(engine.Age(h.who.BirthMonth, on))
	case catalogue.Male, catalogue.Female:
		switch h.who.Sex {
		case engine.Male:
			return flag(it == catalogue.Male)
		case engine.Female:
			return flag(it == catalogue.Female)
		case engine.SexIndeterminate:
			return 0
		}
		return matrix.NaN
	case catalogue.EthnicityKnown:
		return flag(h.who.Ethnic != 0 && h.who.Ethnic != 'Z')
	case catalogue.IMDDecile, catalogue.CareHome, catalogue.RecentMove:
		i := population.Holding(h.residences, on)
		switch {
		case it == catalogue.CareHome:
			return flag(i >= 0 && h.residences[i].CareHome == 1)
		case i < 0:
			return matrix.NaN
		case it == catalogue.IMDDecile:
			if h.residences[i].IMD == 0 {
				return matrix.NaN
			}
			return float32(h.residences[i].IMD)
		case h.residences[i].From == engine.NoDay:
			return matrix.NaN
		}
		return flag(on-h.residences[i].From < 365)
	case catalogue.MonthsRegistered:
		i := population.Holding(h.registrations, on)
		if i < 0 || h.registrations[i].From == engine.NoDay {
			return matrix.NaN
		}
		return months(on - h.registrations[i].From)
	case catalogue.MonthsObservable:
		from, _, ok := population.Chain(h.registrations, on)
		if dataFrom != 0 {
			from = max(from, dataFrom)
		}
		if !ok || from == engine.NoDay {
			return matrix.NaN
		}
		return months(max(on-from, 0))
	}
	panic("kernel: item " + string(it) + " has no finish")
}

// months is whole months of 30.4375 days: 487/16.
func months(d engine.Day) float32 { return float32(int64(d) * 16 / 487) }
