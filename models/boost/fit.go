package boost

import (
	"fmt"
	"math"
	"math/rand/v2"

	"leftshift/features/matrix"
)

// Fit fits a model to the rows of m: y is 0 or 1, w the weight of each row, 0
// or more (nil means 1 for all). A row of weight 0, as one whose outcome is
// not known, is as if it were not there; a weight of 2 is two rows, except that
// min_child_rows counts rows. A constant column is never used.
//
// Errors are faults of the options, of shapes, of labels or weights, an
// infinite value, a column that is there twice, and outcomes all the same; and
// what opt.Ended says.
func Fit(m *matrix.Matrix, y, w []float64, opt Options) (*Model, error) {
	if err := opt.Validate(); err != nil {
		return nil, err
	}
	opt = opt.filled()
	weight, err := check(Sample{m, y, w})
	if err != nil {
		return nil, err
	}
	model := &Model{Stop: StopTrees}
	for _, c := range m.Columns {
		model.Columns = append(model.Columns, c.ID)
	}
	if err := model.Check(); err != nil {
		return nil, err
	}
	rows := make([]int32, 0, m.Rows)
	total, events := 0.0, 0.0
	for i, v := range weight {
		if v > 0 {
			rows = append(rows, int32(i))
			total += v
			events += v * y[i]
		}
	}
	if events <= 0 || events >= total {
		return nil, fmt.Errorf("boost.one_class: every row of positive weight has the same outcome; take a longer period or more people")
	}
	model.Prior = math.Log(events / (total - events))

	watch, err := newWatch(model, opt)
	if err != nil {
		return nil, err
	}
	t, err := newTable(m, rows, opt)
	if err != nil {
		return nil, err
	}
	g := &grower{table: t, opt: opt, weight: weight, of: make([]pair, m.Rows)}
	g.rules = rules{scale: newScale(len(rows), total), l2: opt.L2, minWeight: opt.MinChildWeight,
		minGain: opt.MinGain, minRows: opt.MinChildRows}
	margin := make([]float64, m.Rows)
	for i := range margin {
		margin[i] = model.Prior
	}
	usable := make([]int, 0, len(t.bins))
	for j := range t.bins {
		if t.bins[j] != nil {
			usable = append(usable, j)
		}
	}

	for k := 0; k < opt.Trees; k++ {
		if opt.Ended != nil {
			if err := opt.Ended(); err != nil {
				return nil, err
			}
		}
		rng := rand.New(rand.NewPCG(opt.Seed, uint64(k)))
		sample := rows
		if opt.RowFraction < 1 {
			sample = draw(rng, rows, opt.RowFraction)
		}
		if opt.FeatureFraction < 1 {
			g.rules.use = drawColumns(rng, usable, len(t.bins), opt.FeatureFraction)
		}
		g.gradients(sample, y, margin)
		tree := g.grow(sample)
		if tree == nil {
			if opt.RowFraction < 1 || opt.FeatureFraction < 1 {
				continue // the next draw may have a split
			}
			model.Stop = StopNoSplit
			break
		}
		model.Trees = append(model.Trees, *tree)
		if opt.RowFraction < 1 { // rows that were not drawn have no leaf yet
			add(tree, m.Values, rows, margin, opt.Threads)
		} else {
			for l := range g.leaves {
				for _, i := range g.order[g.leaves[l].from:g.leaves[l].to] {
					margin[i] += tree.Value[l]
				}
			}
		}
		if watch != nil && watch.stop(tree, opt) {
			model.Stop = StopValidation
			break
		}
	}
	if watch != nil {
		model.Trees = model.Trees[:watch.best]
		model.Loss = watch.loss[:watch.best]
	}
	return model, nil
}

// gradients sets the pair of each row: the first and second derivative of the
// weighted logistic loss by the margin.
func (g *grower) gradients(rows []int32, y, margin []float64) {
	const chunk = 8192
	parallel((len(rows)+chunk-1)/chunk, g.opt.Threads, func(_, c int) {
		for _, i := range rows[c*chunk : min(len(rows), (c+1)*chunk)] {
			p := 1 / (1 + math.Exp(-margin[i]))
			w := g.weight[i]
			g.of[i] = g.rules.of(w*(p-y[i]), w*p*(1-p))
		}
	})
}

// add adds the leaf values of one tree to the margins of the given rows.
func add(t *Tree, cols [][]float32, rows []int32, margin []float64, threads int) {
	const chunk = 8192
	parallel((len(rows)+chunk-1)/chunk, threads, func(_, c int) {
		for _, i := range rows[c*chunk : min(len(rows), (c+1)*chunk)] {
			n := int32(0)
			for n >= 0 {
				v := cols[t.Feature[n]][i]
				if v <= t.Threshold[n] || v != v && t.MissingLeft[n] {
					n = t.Left[n]
				} else {
					n = t.Right[n]
				}
			}
			margin[i] += t.Value[^n]
		}
	})
}

// draw takes a fraction of the rows without replacement, keeping their order
// (Knuth, The Art of Computer Programming 2, algorithm 3.4.2 S).
func draw(rng *rand.Rand, rows []int32, fraction float64) []int32 {
	want := max(1, int(math.Round(fraction*float64(len(rows)))))
	out := make([]int32, 0, want)
	for k, i := range rows {
		if rng.IntN(len(rows)-k) < want-len(out) {
			out = append(out, i)
		}
	}
	return out
}

func drawColumns(rng *rand.Rand, usable []int, all int, fraction float64) []bool {
	use := make([]bool, all)
	want := max(1, int(math.Round(fraction*float64(len(usable)))))
	for _, k := range rng.Perm(len(usable))[:min(want, len(usable))] {
		use[usable[k]] = true
	}
	return use
}

// watch follows the loss on the validation rows.
type watch struct {
	cols   [][]float32
	rows   []int32
	y, w   []float64
	total  float64
	margin []float64
	loss   []float64
	best   int     // number of trees with the least loss
	least  float64 // that loss
}

func newWatch(m *Model, opt Options) (*watch, error) {
	if opt.Validation == nil {
		return nil, nil
	}
	v := *opt.Validation
	weight, err := check(v)
	if err != nil {
		return nil, fmt.Errorf("validation rows: %w", err)
	}
	out := &watch{y: v.Y, w: weight, margin: make([]float64, v.Matrix.Rows)}
	if out.cols, err = m.locate(v.Matrix); err != nil {
		return nil, fmt.Errorf("validation rows: %w", err)
	}
	for i := range out.margin {
		out.margin[i] = m.Prior
		if weight[i] > 0 {
			out.rows = append(out.rows, int32(i))
			out.total += weight[i]
		}
	}
	if len(out.rows) == 0 {
		return nil, fmt.Errorf("boost.validation_empty: no validation row has a positive weight; give other rows, or none")
	}
	out.least = out.mean()
	return out, nil
}

// mean is the weighted mean log-loss.
func (w *watch) mean() float64 {
	sum := 0.0
	for _, i := range w.rows {
		z := w.margin[i]
		if w.y[i] == 1 {
			z = -z
		}
		// log(1+exp(z)) without overflow.
		sum += w.w[i] * (max(z, 0) + math.Log1p(math.Exp(-math.Abs(z))))
	}
	return sum / w.total
}

func (w *watch) stop(t *Tree, opt Options) bool {
	add(t, w.cols, w.rows, w.margin, opt.Threads)
	loss := w.mean()
	w.loss = append(w.loss, loss)
	if loss < w.least {
		w.least, w.best = loss, len(w.loss)
	}
	return len(w.loss)-w.best >= opt.EarlyStop
}

// check reports faults of a sample and gives its weights.
func check(s Sample) ([]float64, error) {
	if s.Matrix == nil {
		return nil, fmt.Errorf("boost.matrix: there is no matrix; give one with a row for each label")
	}
	if err := s.Matrix.Check(); err != nil {
		return nil, fmt.Errorf("boost.matrix: %w", err)
	}
	n := s.Matrix.Rows
	if n > math.MaxInt32-1 {
		return nil, fmt.Errorf("boost.matrix: %d rows are more than can be fitted at once; draw a sample", n)
	}
	w := s.W
	if w == nil {
		w = make([]float64, n)
		for i := range w {
			w[i] = 1
		}
	}
	if len(s.Y) != n || len(w) != n {
		return nil, fmt.Errorf("boost.shape: %d rows, %d labels, %d weights; give one of each for every row", n, len(s.Y), len(w))
	}
	for i := range n {
		if s.Y[i] != 0 && s.Y[i] != 1 {
			return nil, fmt.Errorf("boost.label: the label of row %d is neither 0 nor 1; give rows without a known outcome weight 0 and label 0", i)
		}
		if !(w[i] >= 0) || math.IsInf(w[i], 1) {
			return nil, fmt.Errorf("boost.weight: the weight of row %d is not a finite number of 0 or more", i)
		}
	}
	return w, nil
}
