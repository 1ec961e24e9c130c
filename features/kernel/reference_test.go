package kernel

import (
	"math"
	"slices"
	"sort"
	"strings"

	"leftshift/engine"
	"leftshift/features/catalogue"
)

// The reference evaluator: one definition, one person, one day, straight from
// the words of the catalogue, with no plan, no rings and no shared state. It is
// slow and is meant to be read.

type reference struct {
	s        *shelf
	r        *record // rows of one person
	dataFrom engine.Day
}

// value gives a definition's value on a day (NaN for unknown) and the day of
// the newest row (NoDay for none).
func (x *reference) value(d *catalogue.Definition, on engine.Day) (float64, engine.Day) {
	switch d.Source {
	case catalogue.Demographic:
		return x.demographic(d, on), engine.NoDay
	case catalogue.Spell:
		return x.spell(d, on)
	case catalogue.Document:
		return x.document(d, on)
	case catalogue.Derived:
		return derived(x.s.cat, d, func(of *catalogue.Definition) float32 { v, _ := x.value(of, on); return float32(v) }).value, engine.NoDay
	}
	return x.event(d, on)
}

func known(from, to, on engine.Day) bool { return from <= on && (to == engine.NoDay || on < to) }

// starts says whether a day lies after the beginning of the window.
func starts(d *catalogue.Definition, day, on engine.Day) bool {
	return d.Days == 0 || int(day) > int(on)-d.Days
}

func has[T comparable](set []T, v T) bool {
	for _, x := range set {
		if x == v {
			return true
		}
	}
	return false
}

type hit struct {
	e      *eventRow
	member int
	spell  int64
}

func (x *reference) event(d *catalogue.Definition, on engine.Day) (float64, engine.Day) {
	var hits []hit // one for each row and member that it is of
	rows := map[*eventRow]bool{}
	for i := range x.r.events {
		e := &x.r.events[i]
		if !known(e.known, e.knownTo, on) || !starts(d, e.day, on) || int(e.last) > int(on)-d.Gap {
			continue
		}
		if !has(d.Kinds, e.kind) || !has(d.Statuses, e.status) {
			continue
		}
		if d.Modes != nil && !has(d.Modes, e.mode) {
			continue
		}
		position := catalogue.Secondary
		switch e.position {
		case 0:
			position = catalogue.NoPosition
		case 1:
			position = catalogue.Primary
		}
		if d.Positions != nil && !has(d.Positions, position) {
			continue
		}
		if d.Analyte != "" {
			a := x.s.analytes.Of(e.code())
			if a == nil || a.ID != d.Analyte || !e.valued || d.ValueFrom != nil && e.value < *d.ValueFrom || d.ValueTo != nil && e.value > *d.ValueTo {
				continue
			}
		}
		h := hit{e: e}
		if d.Within != nil {
			start := engine.NoDay
			for j := range x.r.spells {
				s := &x.r.spells[j]
				if !has(d.Within, s.kind) || !known(s.known, s.knownTo, on) || s.start > e.day || s.end != engine.NoDay && s.end < e.last {
					continue
				}
				if s.start > start || s.start == start && s.cis > h.spell {
					start, h.spell = s.start, s.cis
				}
			}
			if h.spell == 0 {
				continue
			}
		}
		switch {
		case d.Weights != nil:
			list := x.s.lib.List(d.Members[0].Lists[0])
			for m, c := range list.Codes {
				if systemOf(list.System) == e.system && len(e.text) >= len(c) && e.text[:len(c)] == c {
					h.member = m
					hits, rows[e] = append(hits, h), true
				}
			}
		case d.Members != nil:
			for m := range d.Members {
				if has(d.Members[m].Codes, e.system.String()+":"+e.text) {
					h.member = m
					hits, rows[e] = append(hits, h), true
					continue
				}
				for _, name := range d.Members[m].Lists {
					list := x.s.lib.List(name)
					if systemOf(list.System) == e.system && list.Has(e.text) {
						h.member = m
						hits, rows[e] = append(hits, h), true
						break
					}
				}
			}
		default:
			hits, rows[e] = append(hits, h), true
		}
	}
	if len(hits) == 0 {
		return absent(d), engine.NoDay
	}
	newest := engine.NoDay
	first := engine.Day(math.MaxInt32)
	days, codes, spells, members := map[engine.Day]bool{}, map[engine.Code]bool{}, map[int64]bool{}, map[int]bool{}
	for _, h := range hits {
		newest = max(newest, h.e.day)
		first = min(first, h.e.last)
		days[h.e.day] = true
		if h.e.text != "" {
			codes[h.e.code()] = true
		}
		spells[h.spell] = true
		members[h.member] = true
	}
	top := -1
	for _, h := range hits {
		if h.e.day == newest {
			top = max(top, h.member)
		}
	}
	v := 0.0
	switch d.Aggregate {
	case catalogue.Count:
		v = float64(len(rows))
	case catalogue.Days:
		v = float64(len(days))
	case catalogue.Any:
		v = 1
	case catalogue.DistinctCodes:
		v = float64(len(codes))
	case catalogue.DistinctSpells:
		v = float64(len(spells))
	case catalogue.DaysSince:
		v = float64(on - newest)
	case catalogue.DaysSinceFirst:
		v = float64(on - first)
	case catalogue.Members:
		v = float64(len(members))
	case catalogue.LatestMember:
		v = float64(top + 1)
	case catalogue.LatestIs:
		if d.Members[top].ID == d.Pick {
			v = 1
		}
	case catalogue.WeightedSumDistinct:
		list := x.s.lib.List(d.Members[0].Lists[0])
		for m := range members {
			v += float64(d.Weights[list.Codes[m]])
		}
	case catalogue.Started, catalogue.Stopped:
		now, before := map[any]bool{}, map[any]bool{}
		for _, h := range hits {
			key := any(h.e.code())
			if d.ByMember {
				key = h.member
			} else if h.e.text == "" {
				continue
			}
			if int(h.e.day) > int(on)-d.Recent {
				now[key] = true
			} else {
				before[key] = true
			}
		}
		v = float64(news(d, now, before))
	case catalogue.Acceleration:
		recent := 0
		for e := range rows {
			if int(e.day) > int(on)-d.Recent {
				recent++
			}
		}
		v = float64(recent)/float64(d.Recent)*365 - float64(len(rows)-recent)
	default:
		v = values(d, rows, newest, first, len(days))
	}
	return v, newest
}

// news counts what is in one period and not in the other.
func news(d *catalogue.Definition, now, before map[any]bool) (n int) {
	if d.Aggregate == catalogue.Stopped {
		now, before = before, now
	}
	for k := range now {
		if !before[k] {
			n++
		}
	}
	return n
}

// document reads documents as words say.
func (x *reference) document(d *catalogue.Definition, on engine.Day) (float64, engine.Day) {
	var hits []*documentRow
	for i := range x.r.documents {
		r := &x.r.documents[i]
		if !known(r.known, r.knownTo, on) || r.day > on || !starts(d, r.day, on) || int(r.day) > int(on)-d.Gap || !has(d.Statuses, r.status) {
			continue
		}
		if d.Categories != nil && !has(d.Categories, catalogue.Category(r.category)) || d.Current && r.end != engine.NoDay && r.end <= on {
			continue
		}
		ok := d.Members == nil
		for _, m := range d.Members {
			ok = ok || has(m.Codes, r.system.String()+":"+r.text)
			for _, name := range m.Lists {
				list := x.s.lib.List(name)
				ok = ok || systemOf(list.System) == r.system && list.Has(r.text)
			}
		}
		if ok {
			hits = append(hits, r)
		}
	}
	if len(hits) == 0 {
		return absent(d), engine.NoDay
	}
	newest, first := engine.NoDay, engine.Day(math.MaxInt32)
	days, types := map[engine.Day]bool{}, map[engine.Code]bool{}
	for _, r := range hits {
		newest, first = max(newest, r.day), min(first, r.day)
		days[r.day] = true
		if r.text != "" {
			types[r.code()] = true
		}
	}
	switch d.Aggregate {
	case catalogue.Count:
		return float64(len(hits)), newest
	case catalogue.Days:
		return float64(len(days)), newest
	case catalogue.Any:
		return 1, newest
	case catalogue.DistinctCodes:
		return float64(len(types)), newest
	case catalogue.DaysSince:
		return float64(on - newest), newest
	case catalogue.DaysSinceFirst:
		return float64(on - first), newest
	}
	panic("reference: " + d.Aggregate)
}

func values(d *catalogue.Definition, rows map[*eventRow]bool, newest, first engine.Day, days int) float64 {
	var all, last, ts []float64
	order := make([]*eventRow, 0, len(rows))
	for e := range rows {
		order = append(order, e)
	}
	sort.Slice(order, func(i, j int) bool {
		return order[i].day < order[j].day || order[i].day == order[j].day && order[i].value < order[j].value
	})
	for _, e := range order {
		v := float64(e.value) / math.Pow(10, float64(d.Decimals))
		all, ts = append(all, v), append(ts, float64(e.day))
		if e.day == newest {
			last = append(last, v)
		}
	}
	mean := func(x []float64) float64 {
		s := 0.0
		for _, v := range x {
			s += v
		}
		return s / float64(len(x))
	}
	switch d.Aggregate {
	case catalogue.LatestValue:
		return mean(last)
	case catalogue.Mean:
		return mean(all)
	case catalogue.Min, catalogue.Max:
		sort.Float64s(all)
		if d.Aggregate == catalogue.Min {
			return all[0]
		}
		return all[len(all)-1]
	}
	mv, mt := mean(all), mean(ts)
	var vv, tt, tv float64
	for i := range all {
		vv += (all[i] - mv) * (all[i] - mv)
		tt += (ts[i] - mt) * (ts[i] - mt)
		tv += (ts[i] - mt) * (all[i] - mv)
	}
	if d.Aggregate == catalogue.Spread {
		if len(all) < 3 {
			return math.NaN()
		}
		return math.Sqrt(vv / float64(len(all)-1))
	}
	if days < 3 || newest-first < 90 {
		return math.NaN()
	}
	if d.Aggregate == catalogue.SlopeError {
		left := 0.0
		for i := range all {
			e := all[i] - mv - tv/tt*(ts[i]-mt)
			left += e * e
		}
		return math.Sqrt(left/float64(len(all)-2)/tt) * 365.25
	}
	return tv / tt * 365.25
}

func absent(d *catalogue.Definition) float64 {
	if d.Absence == 1 {
		return math.NaN()
	}
	return 0
}

func systemOf(name string) engine.System { return engine.ParseSystem(name) }

func (x *reference) spell(d *catalogue.Definition, on engine.Day) (float64, engine.Day) {
	var hits []*spellRow
	nights := map[engine.Day]bool{}
	longest, since := -1, -1
	for i := range x.r.spells {
		s := &x.r.spells[i]
		if !has(d.Spells, s.kind) || !known(s.known, s.knownTo, on) || s.start > on || d.FirstOfCIS && !s.first {
			continue
		}
		if d.Attended != nil && !has(d.Attended, s.attended) {
			continue
		}
		if d.Current && s.end != engine.NoDay && s.end <= on || d.Destinations != nil && !has(d.Destinations, s.destination) {
			continue
		}
		coded := func(texts []string, code engine.Code) bool {
			for _, text := range texts {
				system, c, _ := strings.Cut(text, ":")
				if engine.CodeKey(systemOf(system), c) == code {
					return true
				}
			}
			return texts == nil
		}
		if !coded(d.Specialties, engine.Code(s.specialty)) || !coded(d.Arrivals, s.arrival) || d.Readmission > 0 && !x.again(s, d.Readmission, on) {
			continue
		}
		if d.NoAdmission {
			followed := false
			for j := range x.r.spells {
				a := &x.r.spells[j]
				if a.kind == engine.Emergency && known(a.known, a.knownTo, on) && a.start <= on && a.start >= s.start && a.start <= max(s.start, s.end)+1 {
					followed = true
				}
			}
			if followed {
				continue
			}
		}
		end := s.end
		if end == engine.NoDay || end > on {
			end = on
		}
		for n := s.start; n < end; n++ {
			if starts(d, n, on) {
				nights[n] = true
			}
		}
		if s.end != engine.NoDay && s.end <= on && starts(d, s.end, on) && (since < 0 || int(on-s.end) < since) {
			since = int(on - s.end)
		}
		if starts(d, s.start, on) {
			hits = append(hits, s)
			longest = max(longest, int(end-s.start))
		}
	}
	switch {
	case d.Aggregate == catalogue.BedDays:
		return float64(len(nights)), engine.NoDay
	case d.Aggregate == catalogue.DaysSinceEnd && since >= 0:
		return float64(since), engine.NoDay
	case d.Aggregate == catalogue.LongestStay && longest >= 0:
		return float64(longest), engine.NoDay
	case d.Aggregate == catalogue.DaysSinceEnd, len(hits) == 0:
		return absent(d), engine.NoDay
	}
	newest, recent := engine.NoDay, 0
	specialties := map[int64]bool{}
	for _, s := range hits {
		newest = max(newest, s.start)
		if int(s.start) > int(on)-d.Recent {
			recent++
		}
		if s.specialty != 0 {
			specialties[s.specialty] = true
		}
	}
	v := 0.0
	switch d.Aggregate {
	case catalogue.Count:
		v = float64(len(hits))
	case catalogue.Any:
		v = 1
	case catalogue.DaysSinceFirst:
		v = float64(on - hits[0].start)
		for _, s := range hits {
			v = math.Max(v, float64(on-s.start))
		}
	case catalogue.Days:
		starts := map[engine.Day]bool{}
		for _, s := range hits {
			starts[s.start] = true
		}
		v = float64(len(starts))
	case catalogue.DaysSince:
		v = float64(on - newest)
	case catalogue.DistinctCodes:
		v = float64(len(specialties))
	case catalogue.Acceleration:
		v = float64(recent)/float64(d.Recent)*365 - float64(len(hits)-recent)
	default:
		panic("reference: " + d.Aggregate)
	}
	return v, newest
}

// again says whether a spell began within days of the end of another stay: the
// last end of all its spells that are known, none of which is open.
func (x *reference) again(s *spellRow, days int, on engine.Day) bool {
	stays := map[int64][]*spellRow{}
	for i := range x.r.spells {
		p := &x.r.spells[i]
		if has([]engine.SpellKind{engine.Emergency, engine.Elective, engine.Transfer, engine.OtherSpell}, p.kind) && known(p.known, p.knownTo, on) && p.cis != s.cis {
			stays[p.cis] = append(stays[p.cis], p)
		}
	}
stays:
	for _, parts := range stays {
		end := engine.NoDay
		for _, p := range parts {
			if p.end == engine.NoDay || p.end > on {
				continue stays
			}
			end = max(end, p.end)
		}
		if end <= s.start && int(s.start-end) < days {
			return true
		}
	}
	return false
}

func (x *reference) demographic(d *catalogue.Definition, on engine.Day) float64 {
	nan := math.NaN()
	yes := func(b bool) float64 {
		if b {
			return 1
		}
		return 0
	}
	p := &x.r.persons[0]
	hold := func(rows []intervalRow) *intervalRow {
		var best *intervalRow
		for i := range rows {
			r := &rows[i]
			if r.from != engine.NoDay && r.from > on || r.to != engine.NoDay && r.to < on {
				continue
			}
			// Latest from, greatest code, latest to, care home, greatest decile.
			rank := func(x *intervalRow) [5]int64 {
				to := int64(x.to)
				if x.to == engine.NoDay {
					to = math.MaxInt64
				}
				return [5]int64{int64(x.from), int64(x.code), to, int64(x.careHome), int64(x.imd)}
			}
			if best == nil || slices.Compare(slicesOf(rank(r)), slicesOf(rank(best))) > 0 {
				best = r
			}
		}
		return best
	}
	home, reg := hold(x.r.residences), hold(x.r.registrations)
	switch d.Item {
	case catalogue.Age:
		if p.birth == engine.NoDay {
			return nan
		}
		y, m, _ := on.Date()
		by, bm, _ := p.birth.Date()
		return float64((y*12 + m - by*12 - bm) / 12)
	case catalogue.Male, catalogue.Female:
		if p.sex == engine.SexUnknown {
			return nan
		}
		return yes(p.sex == engine.Male && d.Item == catalogue.Male || p.sex == engine.Female && d.Item == catalogue.Female)
	case catalogue.Sources:
		if p.sources == 0 {
			return nan
		}
		return float64(p.sources)
	case catalogue.EthnicityKnown:
		return yes(p.ethnic != "" && p.ethnic != "Z")
	case catalogue.CareHome:
		return yes(home != nil && home.careHome == 1)
	case catalogue.IMDDecile:
		if home == nil || home.imd == 0 {
			return nan
		}
		return float64(home.imd)
	case catalogue.RecentMove:
		if home == nil || home.from == engine.NoDay {
			return nan
		}
		return yes(on-home.from < 365)
	case catalogue.MonthsRegistered:
		if reg == nil || reg.from == engine.NoDay {
			return nan
		}
		return math.Floor(float64(on-reg.from) / 30.4375)
	case catalogue.MonthsObservable:
		if reg == nil {
			return nan
		}
		// Walk back day by day until more than 30 days pass without cover.
		covered := func(day engine.Day) bool {
			for _, r := range x.r.registrations {
				if (r.from == engine.NoDay || r.from <= day) && (r.to == engine.NoDay || r.to >= day) {
					return true
				}
			}
			return false
		}
		for _, r := range x.r.registrations {
			if r.from != engine.NoDay {
				continue
			}
			// A chain without a beginning: from the data's start, if it holds.
			broken, gap := false, 0
			for day := on; r.to != engine.NoDay && day > r.to; day-- {
				if gap++; covered(day) {
					gap = 0
				}
				broken = broken || gap > 30
			}
			if !broken {
				if x.dataFrom == 0 {
					return nan
				}
				return math.Floor(math.Max(0, float64(on-x.dataFrom)) / 30.4375)
			}
		}
		start, gap := on, 0
		for day := on; gap <= 30; day-- {
			if gap++; covered(day) {
				gap, start = 0, day
			}
		}
		if x.dataFrom != 0 {
			start = max(start, x.dataFrom)
		}
		return math.Floor(math.Max(0, float64(on-start)) / 30.4375)
	}
	panic("reference: item " + d.Item)
}

func slicesOf(x [5]int64) []int64 { return x[:] }
