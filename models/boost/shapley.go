package boost

import (
	"runtime"
	"slices"
	"sort"

	"gonum.org/v1/gonum/integrate/quad"
	"leftshift/features/matrix"
	"leftshift/models/explain"
)

// Contributions gives what each column added to the margin of each row: exact
// path-dependent Shapley values of the trees (Lundberg et al., "Consistent
// individualized feature attribution for tree ensembles", 2018). The value of
// a set of known columns is what a tree gives when a row follows its own values
// at splits on known columns and, at the others, both branches in proportion to
// the training weight that went each way (Tree.Cover). Base plus a row is
// Margin, but for rounding.
//
// Columns are those of the model, in its order. Rows do not influence each
// other, and the result does not depend on the number of processors. Errors
// are those of Margin.
//
// How: the Shapley values of one leaf depend on the row only through which of
// the leaf's columns the row satisfies. So each tree first reduces a row to one
// word of test results, rows with the same word share one answer, and answers
// of leaves are kept by pattern.
func (m *Model) Contributions(x *matrix.Matrix) (*explain.Contributions, error) {
	cols, err := m.locate(x)
	if err != nil {
		return nil, err
	}
	out := explain.New(m.Columns, x.Rows)
	out.Base = m.Prior
	s := newTests(m.Trees)
	trees := make([]pathTree, len(m.Trees))
	for k := range m.Trees {
		trees[k] = newPathTree(&m.Trees[k])
		out.Base += trees[k].base
	}
	const batch = 4096
	threads := runtime.GOMAXPROCS(0)
	scratch := make([]shapScratch, threads)
	parallel((x.Rows+batch-1)/batch, threads, func(worker, c int) {
		from := c * batch
		rows := out.Values[from:min(x.Rows, from+batch)]
		sc := &scratch[worker]
		words := s.words(cols, from, len(rows), sc)
		for k := range trees {
			trees[k].add(words[k*len(rows):(k+1)*len(rows)], rows, sc)
		}
	})
	return out, nil
}

// tests is every test of every tree by column, as in scorer, but the bit of a
// word is the node whose test fails.
type tests struct {
	features []testFeature
	trees    int
}

type testFeature struct {
	column    int
	threshold []float32 // rising; a test fails for values above
	at        []failure
	missing   []failure // tests that fail for NaN
}

type failure struct {
	tree int32
	bit  uint64
}

func newTests(trees []Tree) *tests {
	type test struct {
		threshold float32
		failure
	}
	by := map[int32][]test{}
	missing := map[int32][]failure{}
	for k := range trees {
		t := &trees[k]
		for n, f := range t.Feature {
			fail := failure{int32(k), 1 << n}
			by[f] = append(by[f], test{t.Threshold[n], fail})
			if !t.MissingLeft[n] {
				missing[f] = append(missing[f], fail)
			}
		}
	}
	s := &tests{trees: len(trees)}
	for f, list := range by {
		sort.SliceStable(list, func(a, b int) bool { return list[a].threshold < list[b].threshold })
		tf := testFeature{column: int(f), missing: missing[f]}
		for _, t := range list {
			tf.threshold = append(tf.threshold, t.threshold)
			tf.at = append(tf.at, t.failure)
		}
		s.features = append(s.features, tf)
	}
	sort.Slice(s.features, func(a, b int) bool { return s.features[a].column < s.features[b].column })
	return s
}

// words gives the failed tests of n rows, tree by tree.
func (s *tests) words(cols [][]float32, from, n int, sc *shapScratch) []uint64 {
	sc.failed = resize(sc.failed, s.trees*n)
	words := sc.failed
	clear(words)
	for f := range s.features {
		sf := &s.features[f]
		col := cols[sf.column][from : from+n]
		for i, v := range col {
			if v != v {
				for _, m := range sf.missing {
					words[int(m.tree)*n+i] |= m.bit
				}
				continue
			}
			at := sf.at[:len(sf.threshold)]
			for k, t := range sf.threshold {
				if v <= t {
					break
				}
				words[int(at[k].tree)*n+i] |= at[k].bit
			}
		}
	}
	return words
}

// pathTree is a tree as its leaves see it.
type pathTree struct {
	base    float64 // value when nothing is known
	columns []int32 // columns of the tree, rising
	leaves  []pathLeaf
	size    int // places of all pattern tables together
	sets    int // patterns of all tables together
}

// pathLeaf is a leaf and the conditions on its path, merged by column.
type pathLeaf struct {
	value float64
	cond  []condition
	first int // place of its first pattern in the tables; below 0: too many patterns for a table
	set   int // number of its first pattern
}

// condition is what a column must satisfy to reach a leaf: of the tests in
// mask exactly those in need fail.
type condition struct {
	mask, need uint64
	ratio      float64 // share of the weight that goes on when the column is not known
	local      int32   // position in pathTree.columns
}

// keptColumns is the most columns on a path for which answers are kept in a
// table of all patterns: 2^8 patterns of 8 values. Longer paths look patterns
// up in a numbering.
const keptColumns = 8

func newPathTree(t *Tree) pathTree {
	out := pathTree{}
	local := map[int32]int32{}
	for _, f := range t.Feature {
		local[f] = 0
	}
	for f := range local {
		out.columns = append(out.columns, f)
	}
	sort.Slice(out.columns, func(a, b int) bool { return out.columns[a] < out.columns[b] })
	for k, f := range out.columns {
		local[f] = int32(k)
	}
	covers := t.nodeCovers()
	cover := func(child int32) float64 {
		if child < 0 {
			return t.Cover[^child]
		}
		return covers[child]
	}
	var walk func(child int32, path []condition)
	walk = func(child int32, path []condition) {
		if child < 0 {
			leaf := pathLeaf{value: t.Value[^child], cond: path, first: -1}
			product := leaf.value
			for _, c := range path {
				product *= c.ratio
			}
			out.base += product
			if len(path) <= keptColumns {
				leaf.first, leaf.set = out.size, out.sets
				out.size += len(path) << len(path)
				out.sets += 1 << len(path)
			}
			out.leaves = append(out.leaves, leaf)
			return
		}
		for _, right := range [2]bool{false, true} {
			to := t.Left[child]
			if right {
				to = t.Right[child]
			}
			next := append(make([]condition, 0, len(path)+1), path...)
			at := len(next)
			for k := range next {
				if next[k].local == local[t.Feature[child]] {
					at = k
				}
			}
			if at == len(next) {
				next = append(next, condition{ratio: 1, local: local[t.Feature[child]]})
			}
			next[at].mask |= 1 << child
			if right {
				next[at].need |= 1 << child
			}
			next[at].ratio *= cover(to) / cover(child)
			walk(to, next)
		}
	}
	walk(0, nil)
	return out
}

// shapScratch is the memory of one goroutine.
type shapScratch struct {
	failed   []uint64  // tree × row
	words    numbering // distinct words of a tree: groups of rows
	group    []int32   // of each row
	sums     []float64 // group × columns of the tree
	kept     []float64 // pattern tables
	have     []bool    // which patterns are there
	patterns numbering // distinct patterns of a leaf without table
	deep     []float64 // their answers
	nodes    [MaxLeaves]float64
}

// add adds the Shapley values of the tree to rows, given their words.
func (t *pathTree) add(words []uint64, rows [][]float64, sc *shapScratch) {
	sc.words.reset(len(words))
	sc.group = resize(sc.group, len(words))
	for i, w := range words {
		g, _ := sc.words.number(w)
		sc.group[i] = int32(g)
	}
	d := len(t.columns)
	sc.sums = resize(sc.sums, len(sc.words.keys)*d)
	clear(sc.sums)
	sc.kept = resize(sc.kept, t.size)
	sc.have = resize(sc.have, t.sets)
	clear(sc.have)
	for l := range t.leaves {
		leaf := &t.leaves[l]
		cond := leaf.cond
		if leaf.first < 0 {
			sc.patterns.reset(len(sc.words.keys))
			sc.deep = sc.deep[:0]
		}
		for g, word := range sc.words.keys {
			pattern := uint64(0)
			for k := range cond {
				holds := uint64(0)
				if (word^cond[k].need)&cond[k].mask == 0 {
					holds = 1
				}
				pattern |= holds << k
			}
			var phi []float64
			if leaf.first < 0 {
				at, seen := sc.patterns.number(pattern)
				if !seen {
					sc.deep = slices.Grow(sc.deep, len(cond))[:(at+1)*len(cond)]
					leaf.shapley(pattern, sc.deep[at*len(cond):], &sc.nodes)
				}
				phi = sc.deep[at*len(cond) : (at+1)*len(cond)]
			} else {
				at := leaf.first + int(pattern)*len(cond)
				phi = sc.kept[at : at+len(cond)]
				if !sc.have[leaf.set+int(pattern)] {
					sc.have[leaf.set+int(pattern)] = true
					leaf.shapley(pattern, phi, &sc.nodes)
				}
			}
			sum := sc.sums[g*d : (g+1)*d]
			for k := range cond {
				sum[cond[k].local] += phi[k]
			}
		}
	}
	for i, row := range rows {
		g := int(sc.group[i])
		for k, v := range sc.sums[g*d : (g+1)*d] {
			row[t.columns[k]] += v
		}
	}
}

// shapley sets phi[k] to the Shapley value of condition k when exactly the
// conditions in pattern hold.
//
// With o = 1 where a condition holds and 0 where not, and z its ratio, the
// value of a set S is value·Π(k in S) o·Π(k not in S) z, and
//
//	phi[j] = value·(o[j]-z[j])·Σ over S without j of |S|!(d-|S|-1)!/d!·Π o·Π z.
//
// The factorials are the integral of u^|S|(1-u)^(d-|S|-1) over [0,1], so the
// sum is the integral of Π(k≠j) (o·u + z·(1-u)), a polynomial of degree d-1,
// which Gauss-Legendre quadrature of ceil(d/2) nodes integrates exactly. Every
// term is positive, so nothing cancels.
func (l *pathLeaf) shapley(pattern uint64, phi []float64, nodes *[MaxLeaves]float64) {
	d := len(l.cond)
	rule := &rules01[(d+1)/2]
	phi = phi[:d]
	clear(phi)
	for q, u := range rule.at {
		product := rule.weight[q] * l.value
		for k := range l.cond {
			f := l.cond[k].ratio*(1-u) + float64(pattern>>k&1)*u
			nodes[k] = f
			product *= f
		}
		for k := range phi {
			phi[k] += product / nodes[k]
		}
	}
	for k := range phi {
		phi[k] *= float64(pattern>>k&1) - l.cond[k].ratio
	}
}

// rules01 are the Gauss-Legendre rules on [0,1] by number of nodes, up to the
// longest path of a tree.
var rules01 = func() (out [MaxLeaves/2 + 1]struct{ at, weight []float64 }) {
	for n := 1; n < len(out); n++ {
		out[n].at, out[n].weight = make([]float64, n), make([]float64, n)
		quad.Legendre{}.FixedLocations(out[n].at, out[n].weight, 0, 1)
	}
	return out
}()
