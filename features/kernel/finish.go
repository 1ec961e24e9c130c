package kernel

import (
	"math"
	"math/bits"

	"leftshift/engine"
	"leftshift/features/finish"
	"leftshift/features/plan"
)

// families finishes what was gathered of the person: each touched family on
// each live date, whose row in the sheet is rows[k].
func (g *gatherer) families(sh *sheet, h *held, live []int, rows []int) {
	for _, fi := range g.touched {
		f, b := &g.plan.Families[fi], &g.facts[fi]
		if b.plain && f.Need == 0 && !g.filters[fi].spells {
			g.counted(sh, f, b, live, rows)
			continue
		}
		next := int32(engine.NoDay) // the first date on which other rows are read, or in other windows
		for k, d := range live {
			if on := int32(g.dates[d]); on < next && !g.filters[fi].spells {
				sh.again(f, rows[k], on-int32(g.dates[live[k-1]]))
				continue
			}
			next = g.walk(sh, h, f, b, g.filters[fi].spells, g.dates[d], rows[k])
		}
	}
}

// counted finishes a family of plain facts that needs only count, first and
// last day. The facts read on a date are the first so many, and those in a
// window the last of them, so the counts are differences of places, which only
// grow from date to date.
func (g *gatherer) counted(sh *sheet, f *plan.Family, b *facts, live, rows []int) {
	n := len(f.Bounds)
	from, to, next := g.from[:n], 0, int32(engine.NoDay)
	clear(from)
	var s finish.Statistics
	for k, d := range live {
		on := int32(g.dates[d])
		if on < next {
			sh.again(f, rows[k], on-int32(g.dates[live[k-1]]))
			continue
		}
		for to < len(b.rows) && b.rows[to].from <= on {
			to++
		}
		if next = math.MaxInt32; to < len(b.rows) {
			next = b.rows[to].from
		}
		if to == 0 {
			continue
		}
		least := 0
		for w := n - 1; w >= 0; w-- {
			if bound := f.Bounds[w]; bound != plan.Unbounded {
				i, start := max(from[w], least), on-bound
				for i < to && b.rows[i].day <= start {
					i++
				}
				if from[w] = i; i < to {
					next = min(next, b.rows[i].day+bound)
				}
			}
			least = from[w]
		}
		s.Last = int64(b.rows[to-1].day)
		for w := range n {
			if from[w] == to {
				continue
			}
			s.Count, s.First = int64(to-from[w]), int64(b.rows[from[w]].day)
			for i := range f.Outputs[w] {
				o := &f.Outputs[w][i]
				if o.Recent >= 0 {
					s.Recent = int64(to - from[o.Recent])
				}
				sh.put(o, rows[k], g.dates[d], &s)
			}
		}
	}
}

// walk finishes a family on one date: from the newest fact to the oldest, and
// the features of each window as the walk leaves it. It gives the first later
// date on which a fact comes, ends or goes over to another window.
func (g *gatherer) walk(sh *sheet, h *held, f *plan.Family, b *facts, spells bool, on engine.Day, row int) int32 {
	var s finish.Statistics
	var members, earlier [2]uint64 // seen; seen before the recent period
	need, rows, date, counts := f.Need, b.rows, int32(on), g.counts
	if need&plan.NeedSet != 0 {
		g.seen.clear(len(rows))
		if f.Period >= 0 {
			g.other.clear(len(rows))
		}
	}
	i, day := len(rows)-1, int32(engine.NoDay)
	count, days, first, last := int64(0), int64(0), int32(0), int32(0)
	next := int32(math.MaxInt32)
	for w, bound := range f.Bounds {
		start := int32(engine.NoDay)
		if bound != plan.Unbounded {
			start = date - bound
		}
		for ; i >= 0; i-- {
			x := &rows[i]
			if x.day <= start {
				break
			}
			if x.from > date {
				next = min(next, x.from)
				continue
			}
			if x.to <= date {
				continue
			}
			if next = min(next, x.to); bound != plan.Unbounded {
				next = min(next, x.day+bound)
			}
			key := int64(0)
			if spells {
				ok := false
				if key, ok = g.depends(f, b, i, h, on); !ok {
					continue
				}
			}
			if count == 0 {
				last, first = x.day, x.last
				s.Last = int64(last)
			}
			if x.day != day {
				days++
				day = x.day
			}
			count++
			first = min(first, x.last)
			if need&^plan.NeedDays == 0 {
				continue
			}
			if need&plan.NeedValue != 0 {
				measure(&s, b.value[i], int64(date-x.day), int64(x.day))
			}
			if need&plan.NeedMask != 0 {
				m := b.member[i]
				members[m>>6] |= 1 << (m & 63)
				if w > f.Period {
					earlier[m>>6] |= 1 << (m & 63)
				}
			}
			if need&plan.NeedPick != 0 && x.day == last {
				s.Pick = max(s.Pick, int64(b.member[i]))
			}
			if need&plan.NeedSet != 0 {
				if !f.Stays {
					key = b.value[i]
				}
				if key != 0 {
					g.seen.add(key)
					if f.Period >= 0 && w > f.Period {
						g.other.add(key)
					}
				}
			}
		}
		counts[w] = count
		if count == 0 {
			continue
		}
		s.Count, s.Days, s.First = count, days, int64(first)
		if need&plan.NeedSet != 0 {
			s.Distinct, s.Earlier = int64(g.seen.n), int64(g.other.n)
		}
		if need&plan.NeedMask != 0 {
			s.Members, s.Weight = ones(members), weigh(f.Weights, members)
			if f.Period >= 0 {
				s.Distinct, s.Earlier = s.Members, ones(earlier)
			}
		}
		if w == f.Period {
			s.Recent = s.Distinct
		}
		for k := range f.Outputs[w] {
			o := &f.Outputs[w][k]
			if o.Recent >= 0 && !o.Periods {
				t := s
				t.Recent = counts[o.Recent]
				sh.put(o, row, on, &t)
				continue
			}
			sh.put(o, row, on, &s)
		}
	}
	return next
}

func ones(members [2]uint64) int64 {
	return int64(bits.OnesCount64(members[0]) + bits.OnesCount64(members[1]))
}

// depends says whether a fact whose reading depends on other spells is read on
// a date, and by which continuous inpatient spell for an event within one.
func (g *gatherer) depends(f *plan.Family, b *facts, i int, h *held, on engine.Day) (key int64, ok bool) {
	if f.Within != 0 {
		x := &b.rows[i]
		key = within(h.spells, f.Within, engine.Day(x.day), engine.Day(x.last), on)
		return key, key != 0
	}
	return 0, reads(&f.Filter, h.spells, &h.spells[b.spell[i]], on)
}

// measure adds a value v of age u. Sums are exact: |v| <= 2^20 and u < 2^17, so
// 2^23 rows fit.
func measure(s *finish.Statistics, v, u, day int64) {
	if s.N == 0 {
		s.Least, s.Most = v, v
	}
	s.Least, s.Most = min(s.Least, v), max(s.Most, v)
	if day == s.Last {
		s.Newest += v
		s.NewestN++
	}
	s.N++
	s.V += v
	s.VV += v * v
	s.U += u
	s.UU += u * u
	s.UV += u * v
}

// weigh sums the weights of the members seen; 0 where members have none.
func weigh(weights []int64, members [2]uint64) (sum int64) {
	if weights == nil {
		return 0
	}
	for w, m := range members {
		for ; m != 0; m &= m - 1 {
			sum += weights[w<<6+bits.TrailingZeros64(m)]
		}
	}
	return sum
}
