package boost

import "math"

// leaf is a leaf of a tree that is growing: rows order[from:to].
type leaf struct {
	from, to int
	depth    int
	total    pair
	hist     [][]pair // by block
	split    split
	node     int32 // internal node above, -1 for the root
	left     bool  // which child of it
}

// grower grows one tree after another over the same rows, reusing its memory.
type grower struct {
	table   *table
	rules   rules
	opt     Options
	of      []pair    // by row
	weight  []float64 // by row
	order   []int32   // rows of the tree, leaf by leaf, rising within a leaf
	scratch []int32
	pool    [][][]pair // histograms not in use
	leaves  []leaf
	seen    []bool // by internal node: a training row of it had NaN
}

func (g *grower) histogram() [][]pair {
	if n := len(g.pool); n > 0 {
		h := g.pool[n-1]
		g.pool = g.pool[:n-1]
		return h
	}
	h := make([][]pair, len(g.table.blocks))
	for k, b := range g.table.blocks {
		h[k] = make([]pair, b.offset[len(b.columns)])
	}
	return h
}

// grow grows a tree leaf by leaf, the leaf with the greatest gain first (among
// equals the older one), from the given rows, which must rise. It gives nil
// when the root has no split. Afterwards leaves[k] holds the rows of leaf k of
// the tree.
func (g *grower) grow(rows []int32) *Tree {
	g.order = append(g.order[:0], rows...)
	for k := range g.leaves {
		g.release(&g.leaves[k])
	}
	root := leaf{to: len(rows), node: -1, hist: g.histogram()}
	for _, i := range rows {
		root.total.g += g.of[i].g
		root.total.hn += g.of[i].hn
	}
	g.leaves, g.seen = append(g.leaves[:0], root), g.seen[:0]
	g.search(0, -1)

	tree := &Tree{}
	for len(g.leaves) < g.opt.Leaves {
		best := 0
		for k := range g.leaves {
			if g.leaves[k].split.gain > g.leaves[best].split.gain {
				best = k
			}
		}
		if g.leaves[best].split.gain <= 0 {
			break
		}
		g.divide(tree, best)
	}
	if len(g.leaves) < 2 {
		return nil
	}
	g.finish(tree)
	return tree
}

// divide makes leaf k an internal node: its left child takes its place, its
// right child is a new leaf.
func (g *grower) divide(t *Tree, k int) {
	parent := g.leaves[k]
	s := parent.split
	node := int32(len(t.Feature))
	e := &g.table.edges[s.column]
	threshold := float32(math.MaxFloat32) // every number goes left
	if int(s.bin) < len(e.upper) {
		threshold = e.upper[s.bin]
	}
	t.Feature = append(t.Feature, int32(s.column))
	t.Threshold = append(t.Threshold, threshold)
	t.MissingLeft = append(t.MissingLeft, s.missingLeft)
	g.seen = append(g.seen, s.missing)
	t.Left = append(t.Left, ^int32(k))
	t.Right = append(t.Right, ^int32(len(g.leaves)))
	if parent.node >= 0 {
		if parent.left {
			t.Left[parent.node] = node
		} else {
			t.Right[parent.node] = node
		}
	}

	middle := parent.from + g.partition(g.order[parent.from:parent.to], s, e)
	left := leaf{from: parent.from, to: middle, depth: parent.depth + 1, total: s.left, node: node, left: true}
	right := leaf{from: middle, to: parent.to, depth: parent.depth + 1, node: node,
		total: pair{parent.total.g - s.left.g, parent.total.hn - s.left.hn}}
	small, large := k, len(g.leaves)
	if right.to-right.from < left.to-left.from {
		small, large = large, small
	}
	g.leaves[k] = left
	g.leaves = append(g.leaves, right)
	if len(g.leaves) == g.opt.Leaves { // no more splits to look for
		g.leaves[large].hist = parent.hist
		return
	}
	g.leaves[small].hist = g.histogram()
	g.leaves[large].hist = parent.hist
	g.search(small, large)
	g.trim(small)
	g.trim(large)
}

// search finds the best split of leaf small, whose histogram is built from its
// rows, and of leaf large, whose histogram holds the parent's and becomes its
// own by subtraction; large below zero means none.
func (g *grower) search(small, large int) {
	s := &g.leaves[small]
	blocks := len(g.table.blocks)
	found := make([]split, 2*blocks)
	threads := g.opt.Threads
	if s.to-s.from < 256 {
		threads = 1 // less work than starting goroutines
	}
	parallel(blocks, threads, func(_, k int) {
		b := g.table.blocks[k]
		b.build(s.hist[k], g.order[s.from:s.to], g.of)
		b.complete(s.hist[k], s.total)
		found[2*k] = b.best(s.hist[k], s.total, g.table, &g.rules)
		if large >= 0 {
			l := &g.leaves[large]
			subtract(l.hist[k], s.hist[k])
			found[2*k+1] = b.best(l.hist[k], l.total, g.table, &g.rules)
		}
	})
	for k := range blocks { // blocks are in column order
		if found[2*k].better(s.split) {
			s.split = found[2*k]
		}
		if large >= 0 && found[2*k+1].better(g.leaves[large].split) {
			g.leaves[large].split = found[2*k+1]
		}
	}
}

// trim drops what a leaf that will not be divided does not need.
func (g *grower) trim(k int) {
	l := &g.leaves[k]
	if l.depth >= g.opt.Depth {
		l.split = split{}
	}
	if l.split.gain <= 0 {
		g.release(l)
	}
}

func (g *grower) release(l *leaf) {
	if l.hist != nil {
		g.pool = append(g.pool, l.hist)
		l.hist = nil
	}
}

// partition moves the rows that go left to the front, both sides keeping their
// order, and gives how many they are.
func (g *grower) partition(rows []int32, s split, e *edges) int {
	if cap(g.scratch) < len(rows) {
		g.scratch = make([]int32, len(rows))
	}
	right := g.scratch[:len(rows)]
	bins := g.table.bins[s.column]
	var goes [256]int // 1 for left
	for b := range int(s.bin) + 1 {
		goes[b] = 1
	}
	if e.missing {
		goes[e.values()] = 0
		if s.missingLeft {
			goes[e.values()] = 1
		}
	}
	nl, nr := 0, 0
	for _, i := range rows {
		d := goes[bins[i]]
		rows[nl] = i
		right[nr] = i
		nl += d
		nr += 1 - d
	}
	copy(rows[nl:], right[:nr])
	return nl
}

// finish sets leaf values and covers, and sends NaN that no training row of a
// node had to the child with more weight.
func (g *grower) finish(t *Tree) {
	t.Value = make([]float64, len(g.leaves))
	t.Cover = make([]float64, len(g.leaves))
	for k := range g.leaves {
		l := &g.leaves[k]
		t.Value[k] = g.opt.LearningRate * g.rules.value(l.total)
		for _, i := range g.order[l.from:l.to] {
			t.Cover[k] += g.weight[i]
		}
	}
	node := t.nodeCovers()
	cover := func(child int32) float64 {
		if child < 0 {
			return t.Cover[^child]
		}
		return node[child]
	}
	for n := range t.Feature {
		if !g.seen[n] {
			t.MissingLeft[n] = cover(t.Left[n]) >= cover(t.Right[n])
		}
	}
}
