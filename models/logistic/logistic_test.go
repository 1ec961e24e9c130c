package logistic

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"
	"leftshift/features/matrix"
	"pgregory.net/rapid"
)

// people makes correlated columns on unlike scales, the third sometimes NaN,
// with outcomes from known log-odds; being unknown is itself a risk.
func people(seed uint64, n, noise int) (*matrix.Matrix, []float64, []float64) {
	rng := rand.New(rand.NewPCG(seed, 7))
	cols := []matrix.Column{{ID: "age"}, {ID: "count"}, {ID: "lab"}, {ID: "constant"}}
	for k := range noise {
		cols = append(cols, matrix.Column{ID: fmt.Sprint("noise", k)})
	}
	m := matrix.New(cols, n)
	y, w := make([]float64, n), make([]float64, n)
	for i := range n {
		age := 60 + 15*rng.NormFloat64()
		count := math.Max(0, math.Floor(2*rng.NormFloat64()+age/60-1.5)) // mostly 0
		lab := 100 + 30*rng.NormFloat64() + age/10
		z := -2 + 0.04*(age-60) + 0.5*count - 0.01*(lab-100)
		m.Values[0][i], m.Values[1][i], m.Values[2][i], m.Values[3][i] = float32(age), float32(count), float32(lab), 4
		if rng.Float64() < 0.2 {
			m.Values[2][i] = matrix.NaN
			z = -2 + 0.04*(age-60) + 0.5*count + 0.7
		}
		for k := range noise {
			m.Values[4+k][i] = float32(rng.NormFloat64() + 0.3*count)
		}
		if rng.Float64() < 1/(1+math.Exp(-z)) {
			y[i] = 1
		}
		w[i] = rng.Float64() * 2
	}
	return m, y, w
}

// TestUnpenalised compares with a general minimiser working on the raw
// columns.
func TestUnpenalised(t *testing.T) {
	m, y, w := people(1, 800, 1)
	model, err := Fit(m, y, w, Options{Lambda: []float64{0}, Tolerance: 1e-10})
	if err != nil {
		t.Fatal(err)
	}
	if !model.Converged {
		t.Fatal("did not converge")
	}
	row := func(i int) []float64 { // scaled a little, for the minimiser's sake
		lab, unknown := (float64(m.Values[2][i])-100)/30, 0.0
		if math.IsNaN(lab) {
			lab, unknown = 0, 1
		}
		return []float64{1, (float64(m.Values[0][i]) - 60) / 15, float64(m.Values[1][i]), lab, unknown, float64(m.Values[4][i])}
	}
	problem := optimize.Problem{
		Func: func(b []float64) float64 {
			sum := 0.0
			for i := range y {
				z := 0.0
				for k, v := range row(i) {
					z += b[k] * v
				}
				sum += w[i] * (math.Log1p(math.Exp(z)) - y[i]*z)
			}
			return sum
		},
		Grad: func(grad, b []float64) {
			clear(grad)
			for i := range y {
				z := 0.0
				for k, v := range row(i) {
					z += b[k] * v
				}
				for k, v := range row(i) {
					grad[k] += w[i] * (1/(1+math.Exp(-z)) - y[i]) * v
				}
			}
		},
	}
	problem.Hess = func(h *mat.SymDense, b []float64) {
		h.Zero()
		for i := range y {
			z, x := 0.0, row(i)
			for k, v := range x {
				z += b[k] * v
			}
			p := 1 / (1 + math.Exp(-z))
			h.SymRankOne(h, w[i]*p*(1-p), mat.NewVecDense(len(x), x))
		}
	}
	res, err := optimize.Minimize(problem, make([]float64, 6), &optimize.Settings{GradientThreshold: 1e-6}, &optimize.Newton{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := model.Margin(m)
	if err != nil {
		t.Fatal(err)
	}
	for i := range got {
		want := 0.0
		for k, v := range row(i) {
			want += res.X[k] * v
		}
		if math.Abs(got[i]-want) > 1e-6 {
			t.Fatalf("row %d: margin %v, minimiser %v", i, got[i], want)
		}
	}
	if c := model.Terms[0].Coefficient; math.Abs(c-res.X[1]/15) > 1e-7 {
		t.Errorf("coefficient of age %v, minimiser %v", c, res.X[1]/15)
	}
	if model.Terms[3].Coefficient != 0 {
		t.Error("a constant column has a coefficient")
	}
}

// TestConditions checks the conditions of the minimum from the model and the
// raw columns alone, by their definition.
func TestConditions(t *testing.T) {
	m, y, w := people(2, 600, 12)
	for _, mixing := range []float64{0, 0.3, 1} {
		for _, lambda := range []float64{0.1, 0.02, 0.002} {
			path := []float64{0.3, lambda}
			model, err := Fit(m, y, w, Options{Mixing: mixing, Lambda: path, Tolerance: 1e-8})
			if err != nil {
				t.Fatal(err)
			}
			margin, _ := model.Margin(m)
			total, rest := 0.0, 0.0
			for i := range w {
				total += w[i]
				rest += w[i] * (y[i] - 1/(1+math.Exp(-margin[i])))
			}
			if math.Abs(rest/total) > 1e-7 {
				t.Errorf("mixing %v lambda %v: mean residual %v", mixing, lambda, rest/total)
			}
			zero := 0
			for j, term := range model.Terms {
				condition := func(value func(v float32) float64, coefficient float64) {
					mean, square, slope := 0.0, 0.0, 0.0
					for i, v := range m.Values[j] {
						mean += w[i] / total * value(v)
					}
					for i, v := range m.Values[j] {
						square += w[i] / total * (value(v) - mean) * (value(v) - mean)
					}
					scale := math.Sqrt(square)
					if scale < 1e-9 {
						return
					}
					for i, v := range m.Values[j] {
						slope += w[i] / total * (y[i] - 1/(1+math.Exp(-margin[i]))) * (value(v) - mean) / scale
					}
					b := coefficient * scale
					slope -= lambda * (1 - mixing) * b
					if b == 0 {
						zero++
						if math.Abs(slope) > lambda*mixing+1e-7 {
							t.Errorf("mixing %v lambda %v %s: at 0 with slope %v", mixing, lambda, term.Column, slope)
						}
						return
					}
					if want := math.Copysign(lambda*mixing, b); math.Abs(slope-want) > 1e-7 {
						t.Errorf("mixing %v lambda %v %s: slope %v, want %v", mixing, lambda, term.Column, slope, want)
					}
				}
				condition(func(v float32) float64 {
					if v != v {
						return term.Mean
					}
					return float64(v)
				}, term.Coefficient)
				condition(func(v float32) float64 {
					if v != v {
						return 1
					}
					return 0
				}, term.MissingCoefficient)
			}
			if mixing == 0 && zero != 0 {
				t.Errorf("ridge has %d zeros", zero)
			}
			if mixing == 1 && lambda == 0.02 && zero < 4 {
				t.Errorf("lasso has %d zeros", zero)
			}
		}
	}
}

func TestPathStartsAtZero(t *testing.T) {
	m, y, w := people(3, 500, 5)
	d, err := newDesign(m, w)
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[bool]int{} // these tests must meet both kinds of column
	for _, c := range d.columns {
		kinds[c.dense == nil]++
	}
	if kinds[true] < 2 || kinds[false] < 2 {
		t.Fatalf("columns listed by what is not 0, or not: %v", kinds)
	}
	o := Options{Mixing: 0.5}.filled()
	top := newSolver(d.columns, y, d.w, o).greatest()
	for _, c := range []struct {
		lambda float64
		none   bool
	}{{top * 1.0001, true}, {top * 0.999, false}} {
		model, err := Fit(m, y, w, Options{Mixing: 0.5, Lambda: []float64{c.lambda}})
		if err != nil {
			t.Fatal(err)
		}
		none := true
		for _, term := range model.Terms {
			none = none && term.Coefficient == 0 && term.MissingCoefficient == 0
		}
		if none != c.none {
			t.Errorf("penalty %v of the greatest: no coefficients %v", c.lambda/top, none)
		}
	}
}

func TestWeightsAreRepetition(t *testing.T) {
	m, y, _ := people(4, 300, 2)
	rng := rand.New(rand.NewPCG(4, 4))
	w := make([]float64, m.Rows)
	var rows []int
	var long []float64
	for i := range w {
		w[i] = float64(rng.IntN(4))
		for range int(w[i]) {
			rows = append(rows, i)
			long = append(long, y[i])
		}
	}
	o := Options{Mixing: 0.5, Lambda: []float64{0.01}, Tolerance: 1e-10}
	a, err := Fit(m, y, w, o)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Fit(m.Take(rows), long, nil, o)
	if err != nil {
		t.Fatal(err)
	}
	for j := range a.Terms {
		x, y := a.Terms[j], b.Terms[j]
		for _, d := range []float64{x.Mean - y.Mean, x.Coefficient - y.Coefficient, x.MissingRate - y.MissingRate, x.MissingCoefficient - y.MissingCoefficient} {
			if math.Abs(d) > 1e-7 {
				t.Errorf("%s: %v with weights, %v with repetition", x.Column, x, y)
			}
		}
	}
}

func TestCrossValidation(t *testing.T) {
	m, y, w := people(5, 600, 30)
	folds := make([]int, m.Rows)
	for i := range folds {
		folds[i] = i / 3 % 5 * 10
	}
	o := Options{Mixing: 1, Folds: folds, Lambdas: 20, Threads: 1}
	least, err := Fit(m, y, w, o)
	if err != nil {
		t.Fatal(err)
	}
	o.Threads = 4
	again, err := Fit(m, y, w, o)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(least, again) {
		t.Error("the thread count changed the model")
	}
	o.Choose = ChooseOneSE
	one, err := Fit(m, y, w, o)
	if err != nil {
		t.Fatal(err)
	}
	if one.Lambda <= least.Lambda {
		t.Errorf("one_se chose %v, least %v", one.Lambda, least.Lambda)
	}
	// With noise columns the least loss is inside the path.
	if least.Lambda == least.Path[0].Lambda || least.Lambda == least.Path[len(least.Path)-1].Lambda {
		t.Errorf("chose an end of the path: %v", least.Path)
	}
	// The loss of one penalty, by hand: fit without each fold, look at it.
	at := 8
	mean, total := 0.0, 0.0
	d, _ := newDesign(m, w)
	for f := 0; f < 50; f += 10 {
		in := make([]float64, len(w))
		for i := range w {
			if folds[i] != f {
				in[i] = d.w[i]
			}
		}
		sum := 0.0
		for _, v := range in {
			sum += v
		}
		for i := range in {
			in[i] /= sum
		}
		s := newSolver(d.columns, y, in, Options{Mixing: 1}.filled())
		s.solve(least.Path[at].Lambda)
		for i, z := range s.eta {
			if folds[i] == f {
				p := 1 / (1 + math.Exp(-z))
				mean -= w[i] * (y[i]*math.Log(p) + (1-y[i])*math.Log(1-p))
				total += w[i]
			}
		}
	}
	if got := least.Path[at].Loss; math.Abs(got-mean/total) > 1e-4 {
		t.Errorf("loss %v, by hand %v", got, mean/total)
	}
}

func TestF8ContributionsAreTheMargin(t *testing.T) {
	m, y, w := people(6, 300, 3)
	model, err := Fit(m, y, w, Options{})
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(model)
	if err != nil {
		t.Fatal(err)
	}
	var read Model
	if err := json.Unmarshal(b, &read); err != nil || !reflect.DeepEqual(&read, model) {
		t.Fatalf("JSON changed the model: %v", err)
	}
	rapid.Check(t, func(t *rapid.T) {
		x := matrix.New(m.Columns, 3)
		for j := range x.Values {
			for i := range x.Values[j] {
				x.Values[j][i] = rapid.OneOf(rapid.Just(matrix.NaN), rapid.Float32Range(-200, 200)).Draw(t, "value")
			}
		}
		margin, err := read.Margin(x)
		if err != nil {
			t.Fatal(err)
		}
		c, err := read.Contributions(x)
		if err != nil {
			t.Fatal(err)
		}
		for i := range margin {
			if c.Margin(i) != margin[i] {
				t.Fatalf("adds up to %v, margin %v", c.Margin(i), margin[i])
			}
			if x.Values[0][i] != x.Values[0][i] && c.Values[i][0] != 0 {
				t.Fatalf("a NaN that training never saw adds %v", c.Values[i][0])
			}
		}
	})
	// The base is the margin at the mean of all terms: contributions of the
	// training rows average to 0.
	c, _ := model.Contributions(m)
	for j := range model.Terms {
		sum, total := 0.0, 0.0
		for i := range w {
			sum += w[i] * c.Values[i][j]
			total += w[i]
		}
		if math.Abs(sum/total) > 1e-9 {
			t.Errorf("%s adds %v on average", model.Terms[j].Column, sum/total)
		}
	}
	if model.Terms[2].MissingCoefficient <= 0 {
		t.Errorf("being unknown is a risk here, coefficient %v", model.Terms[2].MissingCoefficient)
	}
}

func TestSeparation(t *testing.T) { // a column tells the outcomes apart fully
	m := matrix.New([]matrix.Column{{ID: "x"}}, 40)
	y := make([]float64, 40)
	for i := range y {
		m.Values[0][i] = float32(i)
		if i >= 20 {
			y[i] = 1
		}
	}
	model, err := Fit(m, y, nil, Options{Lambda: []float64{0.01}})
	if err != nil || !model.Converged || model.Terms[0].Coefficient <= 0 {
		t.Fatalf("with a penalty: %v %v", model, err)
	}
	model, err = Fit(m, y, nil, Options{Lambda: []float64{0}})
	if err == nil && math.IsNaN(model.Base) {
		t.Fatal("not a number without a penalty")
	}
}

func TestFaults(t *testing.T) {
	m, y, _ := people(7, 60, 0)
	code := func(err error, want string) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
	err := Options{Mixing: 2, Lambda: []float64{1, 2}, Ratio: 1, Choose: "best"}.Validate()
	for _, name := range []string{"mixing", "lambda 1", "ratio", "choose"} {
		code(err, name)
	}
	fit := func(m *matrix.Matrix, y, w []float64, o Options) error {
		_, err := Fit(m, y, w, o)
		return err
	}
	code(fit(nil, y, nil, Options{}), "logistic.matrix")
	code(fit(m, y[1:], nil, Options{}), "logistic.shape")
	code(fit(m, y, nil, Options{Folds: []int{1}}), "logistic.shape")
	code(fit(m, y, nil, Options{Folds: make([]int, 60)}), "logistic.folds")
	code(fit(m, make([]float64, 60), nil, Options{}), "logistic.one_class")
	code(fit(matrix.New(m.Columns, 60), y, nil, Options{}), "logistic.no_columns")
	model, err := Fit(m, y, nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = model.Margin(matrix.New(m.Columns[1:], 2))
	code(err, "logistic.column_missing: the model needs column age")
}

func BenchmarkFit(b *testing.B) {
	m, y, w := people(8, 20000, 60)
	for _, mixing := range []float64{0, 1} {
		b.Run(fmt.Sprint("mixing=", mixing), func(b *testing.B) {
			for b.Loop() {
				if _, err := Fit(m, y, w, Options{Mixing: mixing}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
