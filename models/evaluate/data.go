// Package evaluate says how well a model did on people it was not fitted on:
// whether it ranks them (discrimination), whether its probabilities mean what
// they say (calibration), and what a list of the highest risks would hold.
//
// The words and the choice of measures follow TRIPOD+AI (Collins et al., BMJ
// 2024) and Van Calster et al., "Calibration: the Achilles heel of predictive
// analytics", BMC Medicine 2019.
package evaluate

import (
	"fmt"
	"math"
	"sort"
)

// Data is one row for each person and index date. Give either Margin (log-odds)
// or Probability; the other is nil. Ranks are taken from what is given, so
// Margin keeps apart what rounds to the same probability.
type Data struct {
	Margin      []float64
	Probability []float64
	Y           []float64 // 0 or 1
	W           []float64 // nil means 1; rows of weight 0 are left out
	Person      []int64   // rows of one person are resampled together; nil means every row is its own

	// Groups are ways to divide the rows for subgroup tables.
	Groups []Group
}

// Group is one way to divide the rows, as by age band. A label of "" is a row
// that belongs to no subgroup.
type Group struct {
	Name   string
	Labels []string // by row
}

// ranked is rows of positive weight, the greatest risk first.
type ranked struct {
	row    []int32 // of Data
	score  []float64
	p      []float64
	logit  []float64
	y, w   []float64
	loss   []float64 // log-loss of the row
	person []int32
	ends   []int32 // where each run of equal scores ends
	people int     // persons are 0 to people-1
}

// edge keeps probabilities given as 0 or 1 at a finite log-odds.
const edge = 1e-15

func rank(d Data) (*ranked, error) {
	score, margin := d.Probability, false
	if d.Margin != nil {
		score, margin = d.Margin, true
	}
	n := len(score)
	if margin == (d.Probability != nil) {
		return nil, fmt.Errorf("evaluate.shape: give either margins or probabilities, and not both")
	}
	if len(d.Y) != n || d.W != nil && len(d.W) != n || d.Person != nil && len(d.Person) != n || n > math.MaxInt32 {
		return nil, fmt.Errorf("evaluate.shape: %d predictions, %d labels, %d weights, %d persons; give one of each for every row", n, len(d.Y), len(d.W), len(d.Person))
	}
	for _, g := range d.Groups {
		if len(g.Labels) != n {
			return nil, fmt.Errorf("evaluate.shape: group %s has %d labels for %d rows; give one for every row", g.Name, len(g.Labels), n)
		}
	}
	r := &ranked{}
	for i, s := range score {
		if d.Y[i] != 0 && d.Y[i] != 1 {
			return nil, fmt.Errorf("evaluate.label: the label of row %d is neither 0 nor 1; give rows without a known outcome weight 0 and label 0", i)
		}
		if math.IsNaN(s) || math.IsInf(s, 0) || !margin && (s < 0 || s > 1) {
			return nil, fmt.Errorf("evaluate.prediction: the prediction of row %d is not a finite margin or a probability; score the row again", i)
		}
		if d.W != nil && (!(d.W[i] >= 0) || math.IsInf(d.W[i], 1)) {
			return nil, fmt.Errorf("evaluate.weight: the weight of row %d is not a finite number of 0 or more", i)
		}
		if d.W == nil || d.W[i] > 0 {
			r.row = append(r.row, int32(i))
		}
	}
	if len(r.row) == 0 {
		return nil, fmt.Errorf("evaluate.empty: no row has a positive weight; evaluate on rows whose outcome is known")
	}
	sort.SliceStable(r.row, func(a, b int) bool { return score[r.row[a]] > score[r.row[b]] })
	for _, i := range r.row {
		w, s := 1.0, score[i]
		if d.W != nil {
			w = d.W[i]
		}
		p, logit := s, s
		if margin {
			p = 1 / (1 + math.Exp(-s))
		} else {
			c := min(max(s, edge), 1-edge)
			logit = math.Log(c) - math.Log1p(-c)
		}
		z := logit
		if d.Y[i] == 1 {
			z = -z
		}
		r.score, r.p, r.logit = append(r.score, s), append(r.p, p), append(r.logit, logit)
		r.y, r.w = append(r.y, d.Y[i]), append(r.w, w)
		r.loss = append(r.loss, max(z, 0)+math.Log1p(math.Exp(-math.Abs(z))))
	}
	// Persons are numbered in the order of the rows of Data, so that resampling
	// does not depend on the predictions: two models see the same samples.
	known := map[int64]int32{}
	order := append([]int32(nil), r.row...)
	sort.Slice(order, func(a, b int) bool { return order[a] < order[b] })
	person := make(map[int32]int32, len(order))
	for k, i := range order {
		if d.Person == nil {
			person[i] = int32(k)
			continue
		}
		id, ok := known[d.Person[i]]
		if !ok {
			id = int32(len(known))
			known[d.Person[i]] = id
		}
		person[i] = id
	}
	r.people = len(known)
	if d.Person == nil {
		r.people = len(order)
	}
	for k, i := range r.row {
		r.person = append(r.person, person[i])
		if k+1 == len(r.row) || r.score[k+1] != r.score[k] {
			r.ends = append(r.ends, int32(k+1))
		}
	}
	return r, nil
}

// where gives the part of the ranking for which keep says yes to the row of
// Data. Persons keep their numbers.
func (r *ranked) where(keep func(row int32) bool) *ranked {
	out := &ranked{people: r.people}
	for k, i := range r.row {
		if !keep(i) {
			continue
		}
		if n := len(out.score); n > 0 && out.score[n-1] != r.score[k] {
			out.ends = append(out.ends, int32(n))
		}
		out.row, out.score, out.p = append(out.row, i), append(out.score, r.score[k]), append(out.p, r.p[k])
		out.logit, out.y, out.w = append(out.logit, r.logit[k]), append(out.y, r.y[k]), append(out.w, r.w[k])
		out.loss, out.person = append(out.loss, r.loss[k]), append(out.person, r.person[k])
	}
	out.ends = append(out.ends, int32(len(out.score)))
	return out
}
