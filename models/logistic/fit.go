package logistic

import (
	"fmt"
	"math"
	"slices"
	"sync"

	"leftshift/features/matrix"
)

// Fit fits a model to the rows of m: y is 0 or 1, w the weight of each row, 0
// or more (nil means 1 for all); a row of weight 0 is as if it were not there,
// and a weight of 2 is two rows. Columns are scaled to standard deviation 1
// over all rows once, folds included, so that a penalty means the same in every
// fold. A column with NaN gets the mean for it and an indicator of being
// missing; a constant column gets coefficient 0.
//
// Errors are faults of the options, of shapes, of labels or weights, an infinite
// value, outcomes that are all the same (in all rows, or outside a fold), and no
// column that varies. That the minimum was not reached (as when no penalty
// meets outcomes that a column tells apart fully) is not an error:
// Model.Converged says so. What opt.Ended says is.
func Fit(m *matrix.Matrix, y, w []float64, opt Options) (*Model, error) {
	if err := opt.Validate(); err != nil {
		return nil, err
	}
	opt = opt.filled()
	w, err := check(m, y, w, opt)
	if err != nil {
		return nil, err
	}
	d, err := newDesign(m, w)
	if err != nil {
		return nil, err
	}
	s := newSolver(d.columns, y, d.w, opt)
	path := opt.Lambda
	if len(path) == 0 {
		path = make([]float64, opt.Lambdas)
		for k := range path {
			path[k] = s.greatest()
			if len(path) > 1 {
				path[k] *= math.Pow(opt.Ratio, float64(k)/float64(len(path)-1))
			}
		}
	}
	model := &Model{Mixing: opt.Mixing, Path: make([]Step, len(path))}
	for k := range path {
		model.Path[k].Lambda = path[k]
	}
	chosen := len(path) - 1
	if opt.Folds != nil {
		if err := crossValidate(model.Path, d, y, opt); err != nil {
			return nil, err
		}
		chosen = choose(model.Path, opt.Choose)
	}
	for k := range chosen + 1 { // each from the one before
		if err := opt.ended(); err != nil {
			return nil, err
		}
		model.Converged = s.solve(path[k])
	}
	model.Lambda = path[chosen]
	model.Base = s.intercept
	model.Terms = make([]Term, len(m.Columns))
	for j := range m.Columns {
		model.Terms[j].Column = m.Columns[j].ID
	}
	for k, p := range d.parts {
		t := &model.Terms[p.column]
		if p.missing {
			t.MissingRate, t.MissingCoefficient = p.mean, s.b[k]/p.scale
		} else {
			t.Mean, t.Coefficient = p.mean, s.b[k]/p.scale
		}
	}
	return model, model.Check()
}

// crossValidate fills the losses of the path.
func crossValidate(path []Step, d *design, y []float64, opt Options) error {
	var folds []int
	for i, f := range opt.Folds {
		if d.w[i] > 0 {
			folds = append(folds, f)
		}
	}
	slices.Sort(folds)
	folds = slices.Compact(folds)
	if len(folds) < 2 {
		return fmt.Errorf("logistic.folds: there is %d fold with rows of positive weight; give 2 or more", len(folds))
	}
	losses := make([][]float64, len(folds)) // fold × penalty
	weight := make([]float64, len(folds))
	fail := make([]error, len(folds))
	room := make(chan struct{}, opt.Threads)
	var wait sync.WaitGroup
	for f, id := range folds {
		wait.Go(func() {
			room <- struct{}{}
			defer func() { <-room }()
			in, out := make([]float64, len(d.w)), make([]float64, len(d.w))
			inside, rate := 0.0, 0.0
			for i, v := range d.w {
				if opt.Folds[i] == id {
					out[i] = v
					weight[f] += v
				} else {
					in[i] = v
					inside += v
					rate += v * y[i]
				}
			}
			if rate <= 0 || rate >= inside {
				fail[f] = fmt.Errorf("logistic.one_class: without fold %d every row has the same outcome; use fewer folds", id)
				return
			}
			for i := range in {
				in[i] /= inside
			}
			s := newSolver(d.columns, y, in, opt)
			losses[f] = make([]float64, len(path))
			for k := range path {
				if fail[f] = opt.ended(); fail[f] != nil {
					return
				}
				s.solve(path[k].Lambda)
				losses[f][k] = loss(s.eta, y, out) / weight[f]
			}
		})
	}
	wait.Wait()
	for _, err := range fail {
		if err != nil {
			return err
		}
	}
	for k := range path {
		mean, total := 0.0, 0.0
		for f := range folds {
			mean += weight[f] * losses[f][k]
			total += weight[f]
		}
		mean /= total
		square := 0.0
		for f := range folds {
			square += weight[f] * (losses[f][k] - mean) * (losses[f][k] - mean)
		}
		path[k].Loss = mean
		path[k].LossError = math.Sqrt(square / total / float64(len(folds)-1))
	}
	return nil
}

// choose gives the chosen penalty of a path with losses; among equals the
// greater penalty.
func choose(path []Step, how string) int {
	best := 0
	for k := range path {
		if path[k].Loss < path[best].Loss {
			best = k
		}
	}
	if how == ChooseOneSE {
		for k := range path {
			if path[k].Loss <= path[best].Loss+path[best].LossError {
				return k
			}
		}
	}
	return best
}

// check reports faults of the rows and gives their weights.
func check(m *matrix.Matrix, y, w []float64, opt Options) ([]float64, error) {
	if m == nil {
		return nil, fmt.Errorf("logistic.matrix: there is no matrix; give one with a row for each label")
	}
	if err := m.Check(); err != nil {
		return nil, fmt.Errorf("logistic.matrix: %w", err)
	}
	if w == nil {
		w = make([]float64, m.Rows)
		for i := range w {
			w[i] = 1
		}
	}
	if len(y) != m.Rows || len(w) != m.Rows || opt.Folds != nil && len(opt.Folds) != m.Rows {
		return nil, fmt.Errorf("logistic.shape: %d rows, %d labels, %d weights, %d folds; give one of each for every row", m.Rows, len(y), len(w), len(opt.Folds))
	}
	total, events := 0.0, 0.0
	for i := range y {
		if y[i] != 0 && y[i] != 1 {
			return nil, fmt.Errorf("logistic.label: the label of row %d is neither 0 nor 1; give rows without a known outcome weight 0 and label 0", i)
		}
		if !(w[i] >= 0) || math.IsInf(w[i], 1) {
			return nil, fmt.Errorf("logistic.weight: the weight of row %d is not a finite number of 0 or more", i)
		}
		total += w[i]
		events += w[i] * y[i]
	}
	if events <= 0 || events >= total {
		return nil, fmt.Errorf("logistic.one_class: every row of positive weight has the same outcome; take a longer period or more people")
	}
	return w, nil
}
