package population

import (
	"cmp"
	"slices"

	"leftshift/engine"
)

// The windows over which a flow of records is watched. Five weeks hold a
// delivery of every monthly feed, whatever the month, and each day of the week
// equally often.
const (
	FlowDays    = 35 // of a window
	FlowWindows = 7  // the newest, and six before it
)

// Flow is what became known of one kind of record of the people of a practice,
// from one source.
type Flow struct {
	Practice engine.Code
	Source   string
	Kind     string // as engine.RecordKind names it
	// Arrivals are, by window back from the as-of date, the distinct people and
	// days on which something of them became known: the twenty results of one
	// blood test are one.
	Arrivals [FlowWindows]int64
	Year     int64      // those of the window that ended 365 days before
	Last     engine.Day // the newest of those days
}

// Registered is how many people a practice had on the last day of each window.
type Registered [FlowWindows]int64

// Ceased is a flow that used to come and has stopped, or nearly.
type Ceased struct {
	Practice engine.Code // 0: that of all practices
	Source   string
	Kind     string
	Nothing  bool       // nothing came; else hardly anything
	Last     engine.Day // on which something of it last became known
	Usual    float64    // arrivals of a window, the median of the six before
	Expected float64    // of the newest window, as the rule says
	Came     int64      // in the newest window
}

// A flow has ceased when nothing of it came in the newest window and at least
// LeastCeased arrivals were to be expected, and collapsed when less than a
// SilentShare came of at least LeastCollapsed. Expected is the median of the six
// windows before, no fewer than LeastSeen of which held something, made smaller
// where the practice has fewer people than it had in the middle of them, and
// where the same flow to the other practices is smaller too: a season, or a
// delivery that is late for everyone, is no practice's own. A practice that
// never sent has no median, so it is not found here (Cover finds it).
//
// Flows with arrivals by chance alone (Poisson) give a false alarm in at most 5
// of a million windows, whatever their size: the worst are those of about 11 a
// window (TestA4FalseAlarms). A flow of 20 or more is found as soon as it has
// stopped for a whole window.
const (
	LeastCeased    = 12
	LeastCollapsed = 30
	LeastSeen      = 5
)

// Cease finds the flows that stopped: by source and kind, first that of all
// practices, then of single ones in order of their code. Where that of all
// stopped no practice is named. people are by practice. old says of a kind that
// the record is more than a year old in it: then a flow of all that was as small
// a year before is in season.
func Cease(flows []Flow, people map[engine.Code]Registered, old func(kind string) bool) []Ceased {
	flows = slices.Clone(flows)
	slices.SortFunc(flows, func(a, b Flow) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Practice, b.Practice))
	})
	var out []Ceased
	for len(flows) > 0 {
		k := 1
		for k < len(flows) && flows[k].Source == flows[0].Source && flows[k].Kind == flows[0].Kind {
			k++
		}
		out = append(out, cease(flows[:k], people, old(flows[0].Kind))...)
		flows = flows[k:]
	}
	return out
}

// cease does so for one source and kind.
func cease(flows []Flow, people map[engine.Code]Registered, old bool) []Ceased {
	all := Flow{Source: flows[0].Source, Kind: flows[0].Kind, Last: engine.NoDay}
	came, usual := 0.0, 0.0 // over the practices
	for _, f := range flows {
		for w, n := range f.Arrivals {
			all.Arrivals[w] += n
		}
		all.Year += f.Year
		all.Last = max(all.Last, f.Last)
		if u, ok := f.usual(); ok {
			came, usual = came+float64(f.Arrivals[0]), usual+u
		}
	}
	if u, ok := all.usual(); ok {
		expected := u
		if old {
			expected = min(u, float64(all.Year))
		}
		if all.stopped(expected) {
			return []Ceased{{0, all.Source, all.Kind, all.Arrivals[0] == 0, all.Last, u, expected, all.Arrivals[0]}}
		}
	}
	var out []Ceased
	for _, f := range flows {
		u, ok := f.usual()
		if !ok {
			continue
		}
		expected := u
		if r := people[f.Practice]; r[FlowWindows/2] > 0 {
			expected *= min(1, float64(r[0])/float64(r[FlowWindows/2]))
		} else if r[0] == 0 {
			expected = 0
		}
		if others := usual - u; others >= LeastCeased { // else there is nothing to compare with
			expected *= min(1, (came-float64(f.Arrivals[0]))/others)
		}
		if f.stopped(expected) {
			out = append(out, Ceased{f.Practice, f.Source, f.Kind, f.Arrivals[0] == 0, f.Last, u, expected, f.Arrivals[0]})
		}
	}
	return out
}

// usual is the median of the windows before the newest; false where the flow did
// not come regularly.
func (f *Flow) usual() (float64, bool) {
	before := slices.Clone(f.Arrivals[1:])
	slices.Sort(before)
	seen := 0
	for _, n := range before {
		if n > 0 {
			seen++
		}
	}
	k := len(before) / 2
	return float64(before[k-1]+before[k]) / 2, seen >= LeastSeen
}

func (f *Flow) stopped(expected float64) bool {
	n := f.Arrivals[0]
	return n == 0 && expected >= LeastCeased || expected >= LeastCollapsed && float64(n) < SilentShare*expected
}
