// Package train fits the models of a bundle: gradient boosting and logistic
// regression for each horizon, calibrated, and evaluated on people whom the
// evaluated fit never saw at an index date after the training labels closed.
package train

import (
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
	Test  []float64      // out-of-fold probability of each test row
	Truth *censor.Result // labels and weights of the test rows
}

// Options of a training. Zero values: DefaultFolds, horizons {365}.
type Options struct {
	Horizons []int // the first is the primary one
	Folds    int
	Seed     uint64
	Boost    boost.Options
	Threads  int
	Logistic bool // fit logistic regression beside boosting, at the primary horizon
	Progress func(done, total int, what string)
}

// Fit cross-fits by person: every person falls in one fold, and is evaluated
// and calibrated by a fit that holds nobody of that fold. The model that
// serves is then fitted on all training rows. train and test are different
// index dates of the same population.
func Fit(train, test *Sample, opt Options) ([]Model, error) {
	if opt.Folds == 0 {
		opt.Folds = DefaultFolds
	}
	if len(opt.Horizons) == 0 {
		opt.Horizons = []int{365}
	}
	if err := separate(train, test, opt.Horizons[0]); err != nil {
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
	step := func(what string) {
		done++
		if opt.Progress != nil {
			opt.Progress(done, total, what)
		}
	}
	out := make([]Model, 0, len(jobs))
	for _, j := range jobs {
		f, err := fitOne(train, test, j.kind, j.horizon, opt, step)
		if err != nil {
			return nil, fmt.Errorf("%s_%d: %w", j.kind, j.horizon, err)
		}
		out = append(out, *f)
	}
	return out, nil
}

// separate refuses a test that begins before the training labels close.
func separate(train, test *Sample, horizon int) error {
	if train.Matrix.Rows == 0 || test.Matrix.Rows == 0 {
		return &engine.Fault{Code: "train-no-rows", Say: "there is nobody to train or to test on at the index dates: the history is too short for a year of look-back, a year of outcome and a later test"}
	}
	latest, earliest := engine.NoDay, test.Index[0]
	for _, d := range train.Index {
		latest = max(latest, d)
	}
	for _, d := range test.Index {
		earliest = min(earliest, d)
	}
	if earliest < latest+engine.Day(horizon) {
		return &engine.Fault{Code: "train-test-overlap", Say: fmt.Sprintf("the test index date %s comes before the training labels of %s close, %d days later", earliest, latest, horizon)}
	}
	return nil
}

// Fold is a person's fold: decided by the pseudonym's trailing bits, which
// nothing else uses.
func Fold(p engine.Person, folds int) int { return int(uint64(p) % uint64(folds)) }

func fitOne(train, test *Sample, kind string, horizon int, opt Options, step func(string)) (*Model, error) {
	labels, err := censor.Weigh(train.Outcome[horizon], horizon)
	if err != nil {
		return nil, err
	}
	truth, err := censor.Weigh(test.Outcome[horizon], horizon)
	if err != nil {
		return nil, err
	}
	name := fmt.Sprintf("%s_%d", kind, horizon)
	// Margins by a fit without the row's fold, at training and test dates.
	trainMargin, testMargin := make([]float64, train.Matrix.Rows), make([]float64, test.Matrix.Rows)
	for k := range opt.Folds {
		in, held := rowsByFold(train.Person, opt.Folds, k)
		m, err := fitRows(kind, train, in, labels, opt)
		if err != nil {
			return nil, err
		}
		if err := into(trainMargin, held, m, train.Matrix); err != nil {
			return nil, err
		}
		_, heldTest := rowsByFold(test.Person, opt.Folds, k)
		if err := into(testMargin, heldTest, m, test.Matrix); err != nil {
			return nil, err
		}
		step(name)
	}
	// Each fold's curve is fitted on the others; the serving one on all.
	probability := make([]float64, test.Matrix.Rows)
	for k := range opt.Folds {
		in, _ := rowsByFold(train.Person, opt.Folds, k)
		curve, err := fitCurve(trainMargin, labels, in)
		if err != nil {
			return nil, err
		}
		_, held := rowsByFold(test.Person, opt.Folds, k)
		for _, i := range held {
			probability[i] = curve.Probability(testMargin[i])
		}
	}
	out := &Model{Fitted: registry.Fitted{Name: name, Kind: kind, Horizon: horizon}, Test: probability, Truth: truth}
	if out.Curve, err = fitCurve(trainMargin, labels, all(train.Matrix.Rows)); err != nil {
		return nil, err
	}
	persons := make([]int64, len(test.Person))
	for i, p := range test.Person {
		persons[i] = int64(p)
	}
	if out.Evaluation, err = evaluate.Evaluate(evaluate.Data{Probability: probability, Y: truth.Label, W: truth.Weight, Person: persons, Groups: test.Groups},
		evaluate.Options{Seed: opt.Seed, Threads: opt.Threads}); err != nil {
		return nil, err
	}
	for _, r := range test.Outcome[horizon] {
		switch r.Status {
		case censor.Died:
			out.Deaths++
		case censor.Left:
			out.Left++
		}
	}
	step(name)
	m, err := fitRows(kind, train, all(train.Matrix.Rows), labels, opt)
	if err != nil {
		return nil, err
	}
	out.Boost, out.Logistic = m.Boost, m.Logistic
	step(name)
	return out, nil
}

func all(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// rowsByFold gives the rows outside and inside fold k.
func rowsByFold(person []engine.Person, folds, k int) (out, in []int) {
	for i, p := range person {
		if Fold(p, folds) == k {
			in = append(in, i)
		} else {
			out = append(out, i)
		}
	}
	return out, in
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

func fitRows(kind string, s *Sample, rows []int, labels *censor.Result, opt Options) (*registry.Fitted, error) {
	m, y, w := s.Matrix.Take(rows), pick(labels.Label, rows), pick(labels.Weight, rows)
	out := &registry.Fitted{Kind: kind}
	var err error
	switch kind {
	case registry.KindBoost:
		b := opt.Boost
		b.Seed, b.Threads = opt.Seed, opt.Threads
		out.Boost, err = boost.Fit(m, y, w, b)
	case registry.KindLogistic:
		folds := make([]int, len(rows))
		for k, i := range rows {
			folds[k] = int(uint64(s.Person[i]) / 7 % 3)
		}
		out.Logistic, err = logistic.Fit(m, y, w, logistic.Options{Mixing: 0.5, Folds: folds, Lambdas: 12, Ratio: 0.01, Tolerance: 1e-4, Threads: opt.Threads})
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
