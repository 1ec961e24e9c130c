package boost

import (
	"math/bits"
	"runtime"

	"leftshift/features/matrix"
	"leftshift/models/explain"
)

// Shift takes apart why the margin of each row differs between two matrices of
// as many rows: Values[i][j] is what the change of column j from its value in
// from to that in to added. A row adds up to Margin(to) less Margin(from), but
// for rounding; Base is 0. A column with the same value in both has exactly 0,
// and so has every column where no test of a tree goes another way.
//
// These are Shapley values of the game in which the players are the columns and
// a set of them is worth the margin of a row that has those from to and the
// rest from from ("baseline Shapley": Sundararajan and Najmi, "The many Shapley
// values for model explanation", ICML 2020). So no order of the columns is
// chosen. They are exact: along a path of a tree some columns are reached with
// their new value only (p of them) and some with their old one only (n); the
// leaf's value counts in a set that has all of the first and none of the second,
// which gives each of the first value·(p-1)!·n!/(p+n)! and takes from each of the
// second value·p!·(n-1)!/(p+n)! (Lundberg et al., Nature Machine Intelligence
// 2020, the interventional case, with one background row).
//
// Columns are those of the model, in its order. Errors are those of Margin. It
// panics when the matrices have different numbers of rows.
func (m *Model) Shift(from, to *matrix.Matrix) (*explain.Contributions, error) {
	if from.Rows != to.Rows {
		panic("boost: a shift between matrices of different rows")
	}
	a, err := m.locate(from)
	if err != nil {
		return nil, err
	}
	b, err := m.locate(to)
	if err != nil {
		return nil, err
	}
	words := (len(m.Columns) + 63) / 64
	reads := make([]uint64, len(m.Trees)*words) // the columns of each tree
	for k := range m.Trees {
		for _, f := range m.Trees[k].Feature {
			reads[k*words+int(f)/64] |= 1 << (f % 64)
		}
	}
	out := explain.New(m.Columns, from.Rows)
	const batch = 1024
	parallel((from.Rows+batch-1)/batch, runtime.GOMAXPROCS(0), func(_, c int) {
		moved := make([]uint64, words)
		w := shiftWalk{from: a, to: b}
		for i := c * batch; i < min(from.Rows, (c+1)*batch); i++ {
			clear(moved)
			any := false
			for j := range a {
				if x, y := a[j][i], b[j][i]; x != y && (x == x || y == y) {
					moved[j/64] |= 1 << (j % 64)
					any = true
				}
			}
			if !any {
				continue
			}
			w.row, w.out = i, out.Values[i]
			for k := range m.Trees {
				if meet(reads[k*words:(k+1)*words], moved) {
					w.tree = &m.Trees[k]
					w.walk(0)
				}
			}
		}
	})
	return out, nil
}

func meet(a, b []uint64) bool {
	for k := range a {
		if a[k]&b[k] != 0 {
			return true
		}
	}
	return false
}

// shiftWalk follows one row through one tree by its old and its new values.
type shiftWalk struct {
	tree     *Tree
	from, to [][]float32
	row      int
	out      []float64
	new, old []int32 // columns on the path of which only the new value, or only the old, leads on
}

func (w *shiftWalk) walk(child int32) {
	if child < 0 {
		w.leaf(w.tree.Value[^child])
		return
	}
	f := w.tree.Feature[child]
	x, y := w.goes(child, w.from[f][w.row]), w.goes(child, w.to[f][w.row])
	switch {
	case x == y || in(w.new, f):
		w.walk(y)
	case in(w.old, f):
		w.walk(x)
	default:
		w.new = append(w.new, f)
		w.walk(y)
		w.new = w.new[:len(w.new)-1]
		w.old = append(w.old, f)
		w.walk(x)
		w.old = w.old[:len(w.old)-1]
	}
}

// goes gives the child of a node that a value leads to.
func (w *shiftWalk) goes(node int32, v float32) int32 {
	if v <= w.tree.Threshold[node] || v != v && w.tree.MissingLeft[node] {
		return w.tree.Left[node]
	}
	return w.tree.Right[node]
}

func (w *shiftWalk) leaf(value float64) {
	p, n := len(w.new), len(w.old)
	if p+n == 0 {
		return
	}
	ways := choose(p+n, p) // p!·n!/(p+n)! is 1/ways
	for _, f := range w.new {
		w.out[f] += value / (ways * float64(p))
	}
	for _, f := range w.old {
		w.out[f] -= value / (ways * float64(n))
	}
}

func in(list []int32, f int32) bool {
	for _, x := range list {
		if x == f {
			return true
		}
	}
	return false
}

// choose is the number of sets of k of n, n below MaxLeaves: it fits 64 bits,
// and its products 128.
func choose(n, k int) float64 {
	c := uint64(1)
	for i := range min(k, n-k) {
		hi, lo := bits.Mul64(c, uint64(n-i))
		c, _ = bits.Div64(hi, lo, uint64(i+1))
	}
	return float64(c)
}
