package population

import (
	"fmt"
	"math"
	"slices"

	"leftshift/engine"
)

// Period is the length in days of the stretches of time by which rows are
// counted to find where a source begins: four weeks.
const Period = 28

// Arrival is how many rows of a kind became known in one period and are dated
// in one, with the first day of each. Periods are numbered from the day 0.
type Arrival struct {
	Table                string // event, spell or document
	Kind                 uint8
	KnownPeriod          int64
	DayPeriod            int64
	FirstKnown, FirstDay engine.Day
	Rows                 int64
}

// Start is where a kind of row begins in a record.
type Start struct {
	Known engine.Day // as known: before it no source could show the kind
	Day   engine.Day // as dated: what happened before it is hardly held; NoDay where rows are too few to tell
}

// Starts is where each kind of row begins, by its name (engine.RecordKind). A
// kind that is not in it is held of nobody.
type Starts map[string]Start

// enough is how many rows a kind's usual period must hold for its first row to
// tell where its past begins.
const enough = 5

// recentPeriods is over how many of its last periods with rows a kind's usual
// flow is taken: two years.
const recentPeriods = 26

// Begin finds where each kind of row begins: with the first row of the first
// period that holds at least SilentShare of what the median of the kind's last
// periods holds. A stray row with an early date, and the thin past that a new
// record brings along, are so no beginning. Kinds of few rows begin with their
// first.
func Begin(arrivals []Arrival) Starts {
	type flow struct {
		rows  map[int64]int64
		first map[int64]engine.Day
	}
	flows := map[string]*[2]flow{}
	for _, a := range arrivals {
		name := engine.RecordKind(a.Table, a.Kind)
		f := flows[name]
		if f == nil {
			f = &[2]flow{{map[int64]int64{}, map[int64]engine.Day{}}, {map[int64]int64{}, map[int64]engine.Day{}}}
			flows[name] = f
		}
		for i, x := range [2]struct {
			period int64
			first  engine.Day
		}{{a.KnownPeriod, a.FirstKnown}, {a.DayPeriod, a.FirstDay}} {
			if was, ok := f[i].first[x.period]; !ok || x.first < was {
				f[i].first[x.period] = x.first
			}
			f[i].rows[x.period] += a.Rows
		}
	}
	begin := func(f flow) (first engine.Day, usual float64) {
		periods := make([]int64, 0, len(f.rows))
		for p := range f.rows {
			periods = append(periods, p)
		}
		slices.Sort(periods)
		recent := make([]int64, 0, recentPeriods)
		for _, p := range periods[max(0, len(periods)-recentPeriods):] {
			recent = append(recent, f.rows[p])
		}
		slices.Sort(recent)
		usual = float64(recent[len(recent)/2])
		for _, p := range periods {
			if float64(f.rows[p]) >= SilentShare*usual {
				return f.first[p], usual
			}
		}
		panic("population: no period holds what their median does")
	}
	out := Starts{}
	for name, f := range flows {
		known, _ := begin(f[0])
		day, usual := begin(f[1])
		if usual < enough {
			day = engine.NoDay
		}
		out[name] = Start{Known: known, Day: day}
	}
	return out
}

// First is the first day on which any kind of row could be known, or dataFrom
// if that is known (not 0) and later. NoDay for a record without rows and a
// dataFrom that is not known. A kind of too few rows to tell begins with any
// stray one, and counts where there is no other.
func (s Starts) First(dataFrom engine.Day) engine.Day {
	first, stray := engine.Day(math.MaxInt32), engine.Day(math.MaxInt32)
	for _, x := range s {
		if x.Day == engine.NoDay {
			stray = min(stray, x.Known)
		} else {
			first = min(first, x.Known)
		}
	}
	if first == math.MaxInt32 {
		first = stray
	}
	switch {
	case len(s) == 0 && dataFrom == 0:
		return engine.NoDay
	case len(s) == 0:
		return dataFrom
	case dataFrom != 0:
		return max(first, dataFrom)
	}
	return first
}

// Check is the fault of an as-of or index date on which no source held data, or
// nil. what names the date in its sentence: "as-of date".
func (s Starts) Check(what string, on, dataFrom engine.Day) error {
	first := s.First(dataFrom)
	if first == engine.NoDay || on >= first {
		return nil
	}
	why := "the record holds nothing"
	if first == dataFrom {
		why = "site.data_from says that the sources hold no data"
	}
	return &engine.Fault{Code: "before-data", Say: fmt.Sprintf("%s before %s, so nothing can be told of the %s %s: the first that can be used is %s", why, first, what, on, first)}
}

// Unseen are the kinds that no source could show on a day, of those that begin
// later: for a part of them some rows are known before.
func (s Starts) Unseen(on engine.Day) Kinds {
	var out Kinds
	for _, t := range tables {
		for k, name := range t.names {
			if x, ok := s[engine.RecordKind(t.table, uint8(k))]; ok && name != "" && x.Known > on {
				out.Put(t.table, uint8(k))
			}
		}
	}
	return out
}

// tables names the kinds of each table; place 0 is none.
var tables = []struct {
	table string
	names []string
}{{"event", engine.EventKinds()}, {"spell", engine.SpellKinds()}, {"document", engine.DocumentNames()}}

// History is the first day that is held of some kinds of record, all of which
// are counted: the latest of their beginnings, and of dataFrom if that is known
// (not 0). Kinds of which nobody has enough rows do not count, nor does a first
// row within a Period of dataFrom. NoDay when there is none.
func (s Starts) History(kinds []string, dataFrom engine.Day) engine.Day {
	out := engine.NoDay
	for _, k := range kinds {
		if x, ok := s[k]; ok {
			out = max(out, x.Day)
		}
	}
	if len(kinds) > 0 && dataFrom != 0 && out < dataFrom+Period {
		return dataFrom
	}
	return out
}
