// Package boost fits and applies gradient boosted trees for a yes/no outcome:
// a sum of small decision trees on the log-odds scale, fitted to the weighted
// logistic loss by Newton steps on histograms.
//
// The method is that of Friedman (Annals of Statistics 2001) with the second
// order gain of Chen and Guestrin (KDD 2016), binned columns and leaf-wise
// growth after Ke et al. (NIPS 2017). Everything that is added up while
// growing is an integer (see pair), so a fit gives the same bytes at any
// number of threads.
package boost

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"sort"

	"leftshift/features/matrix"
)

// Why fitting stopped.
const (
	StopTrees      = "trees"      // as many trees as asked
	StopValidation = "validation" // the validation loss no longer improved
	StopNoSplit    = "no_split"   // no split is allowed or lowers the loss
)

// Model is a fitted model. Its JSON form keeps every bit. It must not be
// changed; it may be used by many goroutines.
type Model struct {
	Columns []string `json:"columns"` // what it was fitted on; a scored matrix must have all of them
	Prior   float64  `json:"prior"`   // log-odds of the weighted outcome rate, where the sum starts
	Trees   []Tree   `json:"trees"`   // in the order in which they are added
	Stop    string   `json:"stop"`    // StopTrees, StopValidation or StopNoSplit
	// Loss is the weighted mean log-loss on the validation rows after each
	// tree of the model; empty without validation rows.
	Loss []float64 `json:"loss,omitempty"`
}

// Tree is one tree of k leaves and k-1 internal nodes, node 0 the root. A
// child of 0 or more is an internal node (always of a higher number), one below
// 0 is leaf ^child. A row goes left when its value is at most Threshold, or is
// NaN and MissingLeft.
type Tree struct {
	Feature     []int32   `json:"feature"` // position in Model.Columns
	Threshold   []float32 `json:"threshold"`
	MissingLeft []bool    `json:"missing_left"`
	Left        []int32   `json:"left"`
	Right       []int32   `json:"right"`
	Value       []float64 `json:"value"` // by leaf, log-odds, learning rate included
	Cover       []float64 `json:"cover"` // by leaf, weight of the rows of the tree that fell there
}

// nodeCovers gives the cover of each internal node: that of its children.
func (t *Tree) nodeCovers() []float64 {
	out := make([]float64, len(t.Feature))
	for n := len(out) - 1; n >= 0; n-- {
		for _, child := range [2]int32{t.Left[n], t.Right[n]} {
			if child < 0 {
				out[n] += t.Cover[^child]
			} else {
				out[n] += out[child]
			}
		}
	}
	return out
}

// check reports a tree that is not one.
func (t *Tree) check(columns int) error {
	n, k := len(t.Feature), len(t.Value)
	if k != n+1 || k < 2 || k > MaxLeaves || len(t.Threshold) != n || len(t.MissingLeft) != n ||
		len(t.Left) != n || len(t.Right) != n || len(t.Cover) != k {
		return errors.New("its parts have different lengths, or it has fewer than 2 or too many leaves")
	}
	nodes, leaves := make([]bool, n), make([]bool, k)
	for i := range n {
		if t.Feature[i] < 0 || int(t.Feature[i]) >= columns {
			return fmt.Errorf("node %d splits on column %d of %d", i, t.Feature[i], columns)
		}
		if v := float64(t.Threshold[i]); math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("node %d has a threshold that is not a finite number", i)
		}
		for _, child := range [2]int32{t.Left[i], t.Right[i]} {
			switch {
			case child < 0 && int(^child) < k && !leaves[^child]:
				leaves[^child] = true
			case child > int32(i) && int(child) < n && !nodes[child]:
				nodes[child] = true
			default:
				return fmt.Errorf("node %d has child %d, which is none or has two parents", i, child)
			}
		}
	}
	for i := range k {
		if math.IsNaN(t.Value[i]) || math.IsInf(t.Value[i], 0) || !(t.Cover[i] > 0) || math.IsInf(t.Cover[i], 0) {
			return fmt.Errorf("leaf %d needs a finite value and a cover above 0", i)
		}
	}
	return nil
}

// Check reports a model that cannot be used, as one read from a damaged file.
func (m *Model) Check() error {
	if math.IsNaN(m.Prior) || math.IsInf(m.Prior, 0) {
		return errors.New("boost.model: the prior is not a finite number; fit the model again")
	}
	seen := map[string]bool{}
	for _, id := range m.Columns {
		if seen[id] {
			return fmt.Errorf("boost.model: column %s is there twice; fit the model again", id)
		}
		seen[id] = true
	}
	for k := range m.Trees {
		if err := m.Trees[k].check(len(m.Columns)); err != nil {
			return fmt.Errorf("boost.model: tree %d is damaged (%w); take the file from its bundle again", k, err)
		}
	}
	return nil
}

// UnmarshalJSON reads a model and checks it.
func (m *Model) UnmarshalJSON(data []byte) error {
	type plain Model
	var p plain
	if err := json.Unmarshal(data, &p); err != nil {
		return fmt.Errorf("boost.model: not a model file: %w", err)
	}
	if err := (*Model)(&p).Check(); err != nil {
		return err
	}
	*m = Model(p)
	return nil
}

// locate finds the value columns of the model in a matrix.
func (m *Model) locate(x *matrix.Matrix) ([][]float32, error) {
	if err := x.Check(); err != nil {
		return nil, fmt.Errorf("boost.matrix: %w", err)
	}
	at := make(map[string]int, len(x.Columns))
	for j := range x.Columns {
		at[x.Columns[j].ID] = j
	}
	out := make([][]float32, len(m.Columns))
	var missing []error
	for j, id := range m.Columns {
		k, ok := at[id]
		if !ok {
			missing = append(missing, fmt.Errorf("boost.column_missing: the model needs column %s; compute the features with the catalogue it was fitted on", id))
			continue
		}
		out[j] = x.Values[k]
	}
	return out, errors.Join(missing...)
}

// Used gives the columns that a tree splits on, in column order; often far
// fewer than Columns.
func (m *Model) Used() []string {
	seen := map[int32]bool{}
	for k := range m.Trees {
		for _, f := range m.Trees[k].Feature {
			seen[f] = true
		}
	}
	var at []int
	for f := range seen {
		at = append(at, int(f))
	}
	sort.Ints(at)
	out := make([]string, len(at))
	for k, f := range at {
		out[k] = m.Columns[f]
	}
	return out
}
