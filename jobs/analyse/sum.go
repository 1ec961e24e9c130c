//go:build duckdb_arrow

package analyse

import (
	"cmp"
	"math"
	"slices"

	"leftshift/engine"
	"leftshift/engine/disclosure"
	"leftshift/features/catalogue"
	"leftshift/features/kernel"
	"leftshift/features/matrix"
)

func stateOf(v float32) int {
	switch {
	case matrix.StateOf(v) == matrix.Unobservable:
		return notObservable
	case v != v:
		return unknownValue
	case v == 0:
		return zeroValue
	}
	return someValue
}

// sum makes the trial of one feature.
func sum(d *catalogue.Definition, q Ask, values []one, names map[engine.Code]string) *Trial {
	t := &Trial{Feature: d.ID, Title: d.Title, Unit: d.Unit, AsOf: q.On.String(), Quantiles: []Quantile{}, Histogram: []Part{}, States: []Part{}, Unseen: []string{}, Absent: []string{}}
	var states [numStates]int
	var some []float64 // values other than zero, ascending
	for _, x := range values {
		s := stateOf(x.value)
		states[s]++
		if s == someValue {
			some = append(some, float64(x.value))
		}
	}
	slices.Sort(some)
	small := smallest(q.Rule)
	shown := newTables(q.Rule, states)
	t.People = shown.people()
	t.States = append(t.States, shown.states()...)
	// As many as are shown decide which quantiles are told, not as many as are.
	told := 0
	if n, ok := q.Rule.Count(len(some)).Value(); ok && shown.leaf[someValue].Shown {
		told = n - cmp.Or(q.Rule.RoundTo, disclosure.Standard.RoundTo)/2
	}
	for _, share := range []float64{0.05, 0.25, 0.5, 0.75, 0.95} {
		if float64(told)*min(share, 1-share) > float64(small) {
			t.Quantiles = append(t.Quantiles, Quantile{share, round3(some[int(math.Ceil(share*float64(len(some))))-1])})
		}
	}
	var bins []bin
	if told > small {
		bins = binsOf(some, small)
	}
	counts := make([]int, len(bins))
	for _, v := range some {
		for i, b := range bins {
			if v < b.below {
				counts[i]++
				break
			}
		}
	}
	divisions := []division{divide(values, "Age", ages), divide(values, "Sex", sexes), divide(values, "Practice", func(p kernel.Place) (int, string) {
		if p.Practice == 0 {
			return math.MaxInt, "not registered"
		}
		if names[p.Practice] == "" {
			return math.MaxInt - 1, "not in the dictionary"
		}
		return 0, names[p.Practice]
	})}
	if len(bins) > 0 && shown.bars(counts) { // else not even where the bins are
		for i, b := range bins {
			t.Histogram = append(t.Histogram, Part{b.label, q.Rule.Count(counts[i])})
		}
	}
	for _, g := range divisions {
		t.Groups = append(t.Groups, g.shown(q.Rule, shown.groups(g.states())))
	}
	return t
}

// smallest is the greatest count that is hidden.
func smallest(r disclosure.Rule) int {
	n := 0
	for k := 1; k <= 1000; k++ {
		if _, ok := r.Count(k).Value(); ok {
			break
		}
		n = k
	}
	return n
}

// round3 rounds to three significant digits, so that a quantile is nobody's
// exact value where values are many.
func round3(v float64) float64 {
	if v == 0 || math.Abs(v) >= 1e15 {
		return v
	}
	p := math.Pow(10, 2-math.Floor(math.Log10(math.Abs(v))))
	return math.Round(v*p) / p
}
