package trace

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"

	"leftshift/engine"
	"leftshift/features/catalogue"
)

// finish makes the value of the rows that count.
func (x *tracer) finish(hits []hit) {
	t := x.out
	if len(hits) == 0 {
		t.Value = x.absent()
		t.How = "no row counts"
		return
	}
	d := x.d
	rows := 0
	for i := range t.Rows {
		if t.Rows[i].Counts {
			rows++
		}
	}
	var days, codes, spells, members []int64
	newest, first := engine.NoDay, engine.Day(math.MaxInt32)
	for _, h := range hits {
		newest, first = max(newest, h.first), min(first, h.last)
		days = append(days, int64(h.first))
		members = append(members, int64(h.member))
		if h.code != 0 {
			codes = append(codes, int64(h.code))
		}
		spells = append(spells, h.spell)
	}
	top := -1
	for _, h := range hits {
		if h.first == newest {
			top = max(top, h.member)
		}
	}
	t.Last = newest
	switch d.Aggregate {
	case catalogue.Count:
		t.Value, t.How = float64(rows), engine.Plural(rows, "row")
	case catalogue.Any:
		t.Value, t.How = 1, fmt.Sprintf("there is a row (%d)", rows)
	case catalogue.Days:
		t.Value, t.How = float64(different(days)), "different days with a row"
	case catalogue.DistinctCodes:
		t.Value, t.How = float64(different(codes)), "different codes"
	case catalogue.DistinctSpells:
		t.Value, t.How = float64(different(spells)), "different stays that the rows lie within"
	case catalogue.Members:
		t.Value, t.How = float64(different(members)), "of "+engine.Plural(len(d.Members), "member")+", those with a row"
	case catalogue.DaysSince:
		t.Value, t.How = float64(x.on-newest), fmt.Sprintf("%s minus %s, the newest row's first possible day", x.on, newest)
	case catalogue.DaysSinceFirst:
		t.Value, t.How = float64(x.on-first), fmt.Sprintf("%s minus %s, the first mention's last possible day", x.on, first)
	case catalogue.LatestMember:
		t.Value, t.How = float64(top+1), "the place in the group of the newest row's member: "+d.Members[top].Title
	case catalogue.LatestIs:
		t.Value, t.How = 0, fmt.Sprintf("the newest row is of %s, not of %s", d.Members[top].ID, d.Pick)
		if d.Members[top].ID == d.Pick {
			t.Value, t.How = 1, "the newest row is of "+d.Pick
		}
	case catalogue.WeightedSumDistinct:
		x.weigh(hits)
	case catalogue.Acceleration, catalogue.Started, catalogue.Stopped:
		x.periods(hits, rows)
	default:
		x.measured(hits, newest)
	}
}

func different(v []int64) int {
	v = slices.Clone(v)
	slices.Sort(v)
	return len(slices.Compact(v))
}

// weigh sums the weights of the different codes of the list.
func (x *tracer) weigh(hits []hit) {
	l := x.shelf.Codelists.List(x.d.Members[0].Lists[0])
	seen := map[int]bool{}
	sum := 0
	var parts []string
	for i, code := range l.Codes {
		for _, h := range hits {
			if h.member == i && !seen[i] {
				seen[i] = true
				sum += x.d.Weights[code]
				parts = append(parts, fmt.Sprintf("%s %d", code, x.d.Weights[code]))
			}
		}
	}
	x.out.Value, x.out.How = float64(sum), "weights of the different codes: "+strings.Join(parts, " + ")
}

// periods finishes what compares the recent days with the year before them. A
// row belongs to the period of its first possible day.
func (x *tracer) periods(hits []hit, rows int) {
	d := x.d
	edge := x.on - engine.Day(d.Recent) // the last day of the earlier period
	if d.Aggregate == catalogue.Acceleration {
		recent, at := 0, map[int]bool{}
		for i := range x.out.Rows {
			if r := &x.out.Rows[i]; r.Counts && r.Day > edge && !at[r.place] {
				at[r.place] = true
				recent++
			}
		}
		earlier := rows - recent
		x.out.Value = float64(recent)*catalogue.RateYear/float64(d.Recent) - float64(earlier)
		x.out.How = fmt.Sprintf("%s in the last %s, at a yearly rate, minus %d in the 365 days before", engine.Plural(recent, "row"), engine.Plural(d.Recent, "day"), earlier)
		return
	}
	key := func(h hit) int64 {
		if d.ByMember {
			return int64(h.member)
		}
		return int64(h.code)
	}
	recent, earlier := map[int64]bool{}, map[int64]bool{}
	for _, h := range hits {
		if !d.ByMember && h.code == 0 {
			continue
		}
		if h.first > edge {
			recent[key(h)] = true
		} else {
			earlier[key(h)] = true
		}
	}
	in, out, say := recent, earlier, "in the last %d days and not in the 365 days before"
	if d.Aggregate == catalogue.Stopped {
		in, out, say = earlier, recent, "in the 365 days before the last %d and not since"
	}
	n := 0
	for k := range in {
		if !out[k] {
			n++
		}
	}
	x.out.Value, x.out.How = float64(n), "different codes or members that have a row "+fmt.Sprintf(say, d.Recent)
}

// measured finishes the aggregates of values, in the analyte's unit.
func (x *tracer) measured(hits []hit, newest engine.Day) {
	d, t := x.d, x.out
	scale := pow10(d.Decimals)
	n := float64(len(hits))
	sum := 0.0
	least, most := math.Inf(1), math.Inf(-1)
	var dayValues []float64
	days := map[engine.Day]bool{}
	for _, h := range hits {
		v := float64(h.value)
		sum += v
		least, most = min(least, v), max(most, v)
		days[h.first] = true
		if h.first == newest {
			dayValues = append(dayValues, v)
		}
	}
	mean := sum / n
	switch d.Aggregate {
	case catalogue.LatestValue:
		s := 0.0
		for _, v := range dayValues {
			s += v
		}
		t.Value = s / float64(len(dayValues)) / scale
		t.How = fmt.Sprintf("the value of the newest day, %s", newest)
		if len(dayValues) > 1 {
			t.How = fmt.Sprintf("the mean of the %d values of the newest day, %s", len(dayValues), newest)
		}
	case catalogue.Mean:
		t.Value, t.How = mean/scale, "the mean of "+engine.Plural(len(hits), "value")
	case catalogue.Min:
		t.Value, t.How = least/scale, "the least of "+engine.Plural(len(hits), "value")
	case catalogue.Max:
		t.Value, t.How = most/scale, "the greatest of "+engine.Plural(len(hits), "value")
	case catalogue.Spread:
		if len(hits) < 3 {
			t.Value, t.How = math.NaN(), engine.Plural(len(hits), "value")+": a spread needs three"
			return
		}
		ss := 0.0
		for _, h := range hits {
			ss += (float64(h.value) - mean) * (float64(h.value) - mean)
		}
		t.Value, t.How = math.Sqrt(ss/(n-1))/scale, fmt.Sprintf("the sample standard deviation of %d values", len(hits))
	case catalogue.Slope, catalogue.SlopeError:
		x.slope(hits, len(days), mean, scale)
	default:
		panic("trace: aggregate " + string(d.Aggregate) + " has no finish")
	}
}

func (x *tracer) slope(hits []hit, days int, mean, scale float64) {
	t := x.out
	sort.SliceStable(hits, func(i, j int) bool { return hits[i].first < hits[j].first })
	// The span is between the greatest first and the least last possible day.
	first, newest := hits[0].last, hits[0].first
	at := 0.0
	for _, h := range hits {
		first, newest = min(first, h.last), max(newest, h.first)
		at += float64(h.first)
	}
	if days < catalogue.SlopeDays || newest-first < catalogue.SlopeSpan {
		t.Value = math.NaN()
		t.How = fmt.Sprintf("values on %s that span %d are too few for a trend: %d days that span %d are needed", engine.Plural(days, "day"), max(newest-first, 0), catalogue.SlopeDays, catalogue.SlopeSpan)
		return
	}
	at /= float64(len(hits))
	up, down := 0.0, 0.0
	for _, h := range hits {
		u := float64(h.first) - at
		up += u * (float64(h.value) - mean)
		down += u * u
	}
	t.Value = up / down * 365.25 / scale
	t.How = fmt.Sprintf("the least-squares change a year of %d values on %d days", len(hits), days)
	if x.d.Aggregate == catalogue.SlopeError {
		left := 0.0
		for _, h := range hits {
			e := float64(h.value) - mean - up/down*(float64(h.first)-at)
			left += e * e
		}
		t.Value = math.Sqrt(left/float64(len(hits)-2)/down) * 365.25 / scale
		t.How = fmt.Sprintf("the standard error of the least-squares change a year of %d values on %d days", len(hits), days)
	}
}
