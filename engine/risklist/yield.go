package risklist

import (
	"math"

	"leftshift/engine"
)

// Yield is what a list is expected to hold, by the model's own probabilities.
type Yield struct {
	Listed   int
	Events   float64 // expected among those listed: the sum of their probabilities
	Everyone float64 // expected among all the people the list was drawn from, whether eligible or not
}

// Per100 is expected events per 100 listed; NaN for an empty list.
func (y Yield) Per100() float64 { return 100 * y.Events / float64(y.Listed) }

// Share is the share of all expected events that the list catches; NaN where
// none are expected.
func (y Yield) Share() float64 {
	if y.Everyone == 0 {
		return math.NaN()
	}
	return y.Events / y.Everyone
}

// yields adds in ranked order, so that sums do not depend on the input's.
func (r *Result) yields(candidates []Candidate, order []int32, serves map[engine.Code][]int) {
	for _, i := range order {
		c := &candidates[i]
		if math.IsNaN(c.Probability) {
			break
		}
		r.Expected.Everyone += c.Probability
		for _, l := range serves[c.Practice] {
			r.Lists[l].Expected.Everyone += c.Probability
		}
	}
	for l := range r.Lists {
		y, once := &r.Lists[l].Expected, 0.0
		y.Listed = len(r.Lists[l].Rows)
		for _, row := range r.Lists[l].Rows {
			y.Events += row.Probability
		}
		for _, row := range r.Lists[l].Rows {
			if len(row.With) > 0 && row.With[0] < row.Team {
				continue // shared, and counted with the first list
			}
			r.Expected.Listed++
			once += row.Probability
		}
		r.Expected.Events += once
	}
}
