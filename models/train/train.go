// Package train fits the models of a bundle: gradient boosting and logistic
// regression for each horizon, calibrated, and evaluated on people whom the
// evaluated fit never saw at an index date after the training labels closed.
package train

import (
	"context"
	"fmt"

	"leftshift/engine"
	"leftshift/features/matrix"
	"leftshift/models/boost"
	"leftshift/models/calibrate"
	"leftshift/models/censor"
	"leftshift/models/evaluate"
	"leftshift/models/logistic"
	"leftshift/models/registry"
)

// Sample is one row for each person and index date.
type Sample struct {
	Matrix *matrix.Matrix
	Person []engine.Person
	Index  []engine.Day
	// Outcome is the follow-up of each row by horizon in days.
	Outcome map[int][]censor.Row
	// Groups are ways to divide the rows for subgroup tables.
	Groups []evaluate.Group
}

// DefaultFolds is how many folds cross-fitting uses when Options say 0.
const DefaultFolds = 2

// Model is a fitted model with what its evaluation rests on.
type Model struct {
	registry.Fitted
	Rows          []int     // the test rows, as rows of the sample
	Test          []float64 // their out-of-fold probability
	Label, Weight []float64 // what happened, and the censoring weight
}

// Options of a training. Zero values: DefaultFolds, horizons {365}.
type Options struct {
	Horizons []int // the first is the primary one
	Folds    int
	Seed     uint64
	Boost    boost.Options
	Threads  int
	Logistic bool // fit logistic regression beside boosting, at the primary horizon
	// Without are columns without which the primary model is evaluated once more,
	// for comparison; nil or none of the sample's: not.
	Without  []string
	Progress func(done, total int, what string)
}

// Fit cross-fits by person: everyone falls in one fold, and is evaluated and
// calibrated by a fit that holds nobody of that fold and no row of the test
// index date. The model that serves is then fitted, by the same recipe, on
// every row, those of the test date among them: they are the newest whose
// outcome is known. The sample holds the training index dates and test.
//
// A context that ends ends it within a tree or a penalty, with the context's
// cause.
func Fit(ctx context.Context, s *Sample, test engine.Day, opt Options) ([]Model, error) {
	if opt.Folds == 0 {
		opt.Folds = DefaultFolds
	}
	if len(opt.Horizons) == 0 {
		opt.Horizons = []int{365}
	}
	p, err := separate(s, test, opt.Horizons[0])
	if err != nil {
		return nil, err
	}
	type job struct {
		kind    string
		horizon int
	}
	var jobs []job
	for i, h := range opt.Horizons {
		jobs = append(jobs, job{registry.KindBoost, h})
		if i == 0 && opt.Logistic {
			jobs = append(jobs, job{registry.KindLogistic, h})
		}
	}
	total, done := len(jobs)*(opt.Folds+2), 0
	less := s.without(opt.Without)
	if less != nil {
		total += opt.Folds + 1
	}
	step := func(what string) {
		done++
		if opt.Progress != nil {
			opt.Progress(done, total, what)
		}
	}
	out := make([]Model, 0, len(jobs))
	for _, j := range jobs {
		f, err := fitOne(ctx, s, p, j.kind, j.horizon, opt, step)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err != nil {
			return nil, fmt.Errorf("%s_%d: %w", j.kind, j.horizon, err)
		}
		out = append(out, *f)
	}
	if less != nil {
		f, _, err := crossFit(ctx, less, p, jobs[0].kind, jobs[0].horizon, opt, step)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err != nil {
			return nil, fmt.Errorf("without %v: %w", opt.Without, err)
		}
		out[0].Without = &registry.Without{Columns: s.named(opt.Without), Evaluation: f.Evaluation}
	}
	return out, nil
}

// parts are the rows of a sample before, and at, the test index date.
type parts struct{ train, test []int }

// separate parts the rows, and refuses a test that begins before the training
// labels close.
func separate(s *Sample, test engine.Day, horizon int) (p parts, err error) {
	latest := engine.NoDay
	for i, d := range s.Index {
		if d == test {
			p.test = append(p.test, i)
			continue
		}
		p.train = append(p.train, i)
		latest = max(latest, d)
	}
	if len(p.train) == 0 || len(p.test) == 0 {
		return p, &engine.Fault{Code: "train-no-rows", Say: "there is nobody to train or to test on at the index dates: the history is too short for a look-back, an outcome and a later test"}
	}
	if test < latest+engine.Day(horizon) {
		return p, &engine.Fault{Code: "train-test-overlap", Say: fmt.Sprintf("the test index date %s comes before the training labels of %s close, %d days later", test, latest, horizon)}
	}
	return p, nil
}

// Fold is a person's fold: decided by the pseudonym's trailing bits, which
// nothing else uses.
func Fold(p engine.Person, folds int) int { return int(uint64(p) % uint64(folds)) }

func fitOne(ctx context.Context, s *Sample, p parts, kind string, horizon int, opt Options, step func(string)) (*Model, error) {
	out, labels, err := crossFit(ctx, s, p, kind, horizon, opt, step)
	if err != nil {
		return nil, err
	}
	m, err := fitRows(ctx, kind, s, all(s.Matrix.Rows), labels, opt)
	if err != nil {
		return nil, err
	}
	out.Boost, out.Logistic = m.Boost, m.Logistic
	step(out.Name)
	return out, nil
}

// crossFit evaluates a kind of model on people whom no fit saw, and finds the
// curve that the serving one gets. It takes Folds+1 steps.
func crossFit(ctx context.Context, s *Sample, p parts, kind string, horizon int, opt Options, step func(string)) (*Model, *censor.Result, error) {
	labels, err := censor.Weigh(s.Outcome[horizon], horizon)
	if err != nil {
		return nil, nil, err
	}
	name := fmt.Sprintf("%s_%d", kind, horizon)
	// Margins by a fit without the row's fold, at training and test dates.
	margin := make([]float64, s.Matrix.Rows)
	for k := range opt.Folds {
		m, err := fitRows(ctx, kind, s, s.fold(p.train, opt.Folds, k, false), labels, opt)
		if err != nil {
			return nil, nil, err
		}
		held := append(s.fold(p.train, opt.Folds, k, true), s.fold(p.test, opt.Folds, k, true)...)
		if err := into(margin, held, m, s.Matrix); err != nil {
			return nil, nil, err
		}
		step(name)
	}
	// Each fold's curve is fitted on the other folds' training rows; the
	// serving one on all rows.
	probability := make([]float64, s.Matrix.Rows)
	for k := range opt.Folds {
		curve, err := fitCurve(margin, labels, s.fold(p.train, opt.Folds, k, false))
		if err != nil {
			return nil, nil, err
		}
		for _, i := range s.fold(p.test, opt.Folds, k, true) {
			probability[i] = curve.Probability(margin[i])
		}
	}
	out := &Model{Fitted: registry.Fitted{Name: name, Kind: kind, Horizon: horizon}, Rows: p.test,
		Test: pick(probability, p.test), Label: pick(labels.Label, p.test), Weight: pick(labels.Weight, p.test)}
	if out.Curve, err = fitCurve(margin, labels, all(s.Matrix.Rows)); err != nil {
		return nil, nil, err
	}
	data := evaluate.Data{Probability: out.Test, Y: out.Label, W: out.Weight, Person: make([]int64, len(p.test))}
	for k, i := range p.test {
		data.Person[k] = int64(s.Person[i])
	}
	for _, g := range s.Groups {
		labels := make([]string, len(p.test))
		for k, i := range p.test {
			labels[k] = g.Labels[i]
		}
		data.Groups = append(data.Groups, evaluate.Group{Name: g.Name, Labels: labels})
	}
	if out.Evaluation, err = evaluate.Evaluate(data, evaluate.Options{Seed: opt.Seed, Threads: opt.Threads}); err != nil {
		return nil, nil, err
	}
	for _, i := range p.test {
		switch s.Outcome[horizon][i].Status {
		case censor.Died:
			out.Deaths++
		case censor.Left:
			out.Left++
		}
	}
	step(name)
	return out, labels, nil
}

func all(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// fold gives those of the rows that are in fold k, or those that are not.
func (s *Sample) fold(rows []int, folds, k int, in bool) []int {
	var out []int
	for _, i := range rows {
		if (Fold(s.Person[i], folds) == k) == in {
			out = append(out, i)
		}
	}
	return out
}

func pick(v []float64, rows []int) []float64 {
	out := make([]float64, len(rows))
	for k, i := range rows {
		out[k] = v[i]
	}
	return out
}

func fitCurve(margin []float64, labels *censor.Result, rows []int) (*calibrate.Curve, error) {
	return calibrate.FitPlatt(pick(margin, rows), pick(labels.Label, rows), pick(labels.Weight, rows), false)
}

// logisticRows is about how many rows logistic regression is fitted on at
// most. It has few hundred coefficients, which more rows no longer move, and
// chooses its penalty by refitting.
const logisticRows = 120_000

// thin keeps the rows of one person in so many that about most are left.
func (s *Sample) thin(rows []int, most int) []int {
	every := uint64(len(rows)/most + 1)
	if every == 1 {
		return rows
	}
	var out []int
	for _, i := range rows {
		if uint64(s.Person[i])/97%every == 0 {
			out = append(out, i)
		}
	}
	return out
}

func fitRows(ctx context.Context, kind string, s *Sample, rows []int, labels *censor.Result, opt Options) (*registry.Fitted, error) {
	if kind == registry.KindLogistic {
		rows = s.thin(rows, logisticRows)
	}
	m := s.Matrix
	if len(rows) < m.Rows { // rows are distinct, so as many as there are is all of them
		m = m.Take(rows)
	}
	y, w := pick(labels.Label, rows), pick(labels.Weight, rows)
	out := &registry.Fitted{Kind: kind}
	var err error
	switch kind {
	case registry.KindBoost:
		b := opt.Boost
		b.Seed, b.Threads, b.Ended = opt.Seed, opt.Threads, ctx.Err
		out.Boost, err = boost.Fit(m, y, w, b)
	case registry.KindLogistic:
		folds := make([]int, len(rows))
		for k, i := range rows {
			folds[k] = int(uint64(s.Person[i]) / 7 % 3)
		}
		out.Logistic, err = logistic.Fit(m, y, w, logistic.Options{Mixing: 0.5, Folds: folds, Lambdas: 12, Ratio: 0.01, Tolerance: 1e-4, Threads: opt.Threads, Ended: ctx.Err})
	default:
		err = fmt.Errorf("no model of kind %q", kind)
	}
	return out, err
}

func into(dst []float64, rows []int, m *registry.Fitted, x *matrix.Matrix) error {
	margin, err := m.Margin(x.Take(rows))
	if err != nil {
		return err
	}
	for k, i := range rows {
		dst[i] = margin[k]
	}
	return nil
}
