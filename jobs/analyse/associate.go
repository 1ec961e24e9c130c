//go:build duckdb_arrow

package analyse

import (
	"math"
	"slices"

	"leftshift/engine/disclosure"
	"leftshift/engine/schema"
	"leftshift/models/evaluate"
)

// sample is values with finished outcomes.
type sample struct {
	value, label, weight []float64
}

// add takes the value of one person; the zero row, of someone without an
// outcome, is passed over, as are values that are not known and people who left
// before the outcome was.
func (s *sample) add(v float32, row schema.TestRow) {
	if row.Person == 0 || v != v || row.Weight <= 0 {
		return
	}
	s.value, s.label, s.weight = append(s.value, float64(v)), append(s.label, float64(row.Label)), append(s.weight, row.Weight)
}

// associate gives the AUROC of the values alone, with an interval, or why not.
func (s *sample) associate(q Ask) (*Association, string) {
	with := 0
	for _, y := range s.label {
		if y == 1 {
			with++
		}
	}
	// Where few people have another value than the rest, the AUROC tells what
	// happened to them: of every value that is not the commonest, together, enough
	// people must have had the outcome, and enough not.
	if few := s.rare(q.Rule); few {
		return nil, "too few people with another value than most had, or had not, the outcome on " + q.Labels.Index.String()
	}
	people, outcome := q.Rule.Count(len(s.label)), q.Rule.Count(with)
	_, ok1 := people.Value()
	_, ok2 := outcome.Value()
	_, ok3 := q.Rule.Count(len(s.label) - with).Value()
	if !ok1 || !ok2 || !ok3 || with == 0 || with == len(s.label) {
		return nil, "too few people with a value had, or had not, the outcome on " + q.Labels.Index.String()
	}
	r, err := evaluate.Evaluate(evaluate.Data{Probability: ranks(s.value), Y: s.label, W: s.weight}, evaluate.Options{Threads: q.Workers})
	if err != nil {
		return nil, "the association could not be measured"
	}
	return &Association{Model: q.Labels.Model, Index: q.Labels.Index.String(), People: people, Outcome: outcome,
		AUROC: round2(float64(r.AUROC.Value)), Low: round2(float64(r.AUROC.Low)), Top: round2(float64(r.AUROC.High))}, ""
}

// rare says whether, beside the commonest value, too few people had the
// outcome or had it not for that to be shown.
func (s *sample) rare(rule disclosure.Rule) bool {
	n := map[float64]int{}
	common := math.NaN()
	for _, v := range s.value {
		if n[v]++; n[v] > n[common] || n[v] == n[common] && v < common {
			common = v
		}
	}
	var by [2]int
	for i, v := range s.value {
		if v != common {
			by[int(s.label[i])]++
		}
	}
	for _, k := range by {
		if _, ok := rule.Count(k).Value(); !ok || k == 0 {
			return true
		}
	}
	return false
}

// ranks puts values in (0, 1) in their order, equal ones at the same place.
func ranks(values []float64) []float64 {
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	sorted = slices.Compact(sorted)
	out := make([]float64, len(values))
	for i, v := range values {
		k, _ := slices.BinarySearch(sorted, v)
		out[i] = float64(k+1) / float64(len(sorted)+1)
	}
	return out
}

// round2 keeps what an interval of a few hundred people can bear.
func round2(v float64) float64 { return math.Round(v*100) / 100 }
