package boost

import (
	"math/bits"
	"runtime"
	"sort"

	"leftshift/features/matrix"
)

// Margin gives the log-odds of each row of x. Columns are found by identifier,
// in any order; more columns than the model has do no harm, and one that is
// missing is an error. A NaN goes the way that node learned; where training had
// none it goes with the greater part of the training rows.
func (m *Model) Margin(x *matrix.Matrix) ([]float64, error) {
	cols, err := m.locate(x)
	if err != nil {
		return nil, err
	}
	out := make([]float64, x.Rows)
	for i := range out {
		out[i] = m.Prior
	}
	const chunk = 4096
	s := newScorer(m.Trees)
	parallel((x.Rows+chunk-1)/chunk, runtime.GOMAXPROCS(0), func(_, c int) {
		s.add(cols, c*chunk, out[c*chunk:min(x.Rows, (c+1)*chunk)])
	})
	return out, nil
}

// scorer finds the leaf of every tree at once, feature by feature, after
// Lucchese et al., "QuickScorer", SIGIR 2015: each tree has a word whose bits
// are the leaves still possible, from left to right, and each node whose test
// fails strikes out the leaves on its left; the leftmost that remains is the
// leaf. Health records are mostly zeros, and for a zero few tests fail.
type scorer struct {
	features []scorerFeature
	value    []float64 // tree × MaxLeaves, leaves from left to right
	trees    int
}

// scorerFeature is all the tests of one column.
type scorerFeature struct {
	column    int
	threshold []float32 // rising; a test fails for values above
	mask      []struck
	missing   []struck // tests that fail for NaN
}

// struck is a failing test: the tree, and the leaves that remain.
type struck struct {
	tree int32
	keep uint64
}

func newScorer(trees []Tree) *scorer {
	s := &scorer{trees: len(trees), value: make([]float64, len(trees)*MaxLeaves)}
	at := map[int32]int{}
	type test struct {
		threshold float32
		struck
	}
	var tests [][]test
	for k := range trees {
		t := &trees[k]
		next := 0
		var walk func(child int32)
		walk = func(child int32) {
			if child < 0 {
				s.value[k*MaxLeaves+next] = t.Value[^child]
				next++
				return
			}
			first := next
			walk(t.Left[child])
			left := uint64(1)<<next - uint64(1)<<first // next <= 63 here
			f, ok := at[t.Feature[child]]
			if !ok {
				f = len(s.features)
				at[t.Feature[child]] = f
				s.features = append(s.features, scorerFeature{column: int(t.Feature[child])})
				tests = append(tests, nil)
			}
			st := struck{int32(k), ^left}
			tests[f] = append(tests[f], test{t.Threshold[child], st})
			if !t.MissingLeft[child] {
				s.features[f].missing = append(s.features[f].missing, st)
			}
			walk(t.Right[child])
		}
		walk(0)
	}
	for f := range s.features {
		sort.SliceStable(tests[f], func(a, b int) bool { return tests[f][a].threshold < tests[f][b].threshold })
		for _, t := range tests[f] {
			s.features[f].threshold = append(s.features[f].threshold, t.threshold)
			s.features[f].mask = append(s.features[f].mask, t.struck)
		}
	}
	return s
}

// add adds the leaf values of rows from, from+1, ... to out, tree by tree.
func (s *scorer) add(cols [][]float32, from int, out []float64) {
	word := make([]uint64, s.trees)
	for i := range out {
		for k := range word {
			word[k] = ^uint64(0)
		}
		for f := range s.features {
			sf := &s.features[f]
			v := cols[sf.column][from+i]
			if v != v {
				for _, m := range sf.missing {
					word[m.tree] &= m.keep
				}
				continue
			}
			mask := sf.mask[:len(sf.threshold)]
			for k, t := range sf.threshold {
				if v <= t {
					break
				}
				word[mask[k].tree] &= mask[k].keep
			}
		}
		sum := out[i]
		for k, w := range word {
			sum += s.value[k*MaxLeaves+bits.TrailingZeros64(w)&63]
		}
		out[i] = sum
	}
}
