package boost

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"leftshift/features/matrix"
	"pgregory.net/rapid"
)

// people makes a matrix of counts (mostly zero), measurements (some NaN) and
// noise, with outcomes from known log-odds.
func people(seed uint64, n int) (m *matrix.Matrix, y, truth []float64) {
	rng := rand.New(rand.NewPCG(seed, 1))
	var cols []matrix.Column
	for _, id := range []string{"admissions", "age", "sodium", "noise_a", "noise_b", "constant"} {
		cols = append(cols, matrix.Column{ID: id})
	}
	m = matrix.New(cols, n)
	y, truth = make([]float64, n), make([]float64, n)
	for i := range n {
		if rng.Float64() < 0.2 {
			m.Values[0][i] = float32(1 + rng.IntN(4))
		}
		m.Values[1][i] = float32(20 + rng.IntN(70))
		m.Values[2][i] = float32(138 + 4*rng.NormFloat64())
		sick := m.Values[2][i] < 134
		if rng.Float64() < 0.3 {
			m.Values[2][i] = matrix.NaN
		}
		m.Values[3][i] = rng.Float32()
		m.Values[4][i] = float32(rng.NormFloat64())
		m.Values[5][i] = 7
		z := -3 + 0.8*float64(m.Values[0][i]) + 0.03*(float64(m.Values[1][i])-55)
		if m.Values[1][i] > 75 && m.Values[0][i] > 0 {
			z++
		}
		if sick && m.Values[2][i] == m.Values[2][i] {
			z += 1.2
		}
		truth[i] = z
		if rng.Float64() < 1/(1+math.Exp(-z)) {
			y[i] = 1
		}
	}
	return m, y, truth
}

func meanLoss(margin, truth []float64) float64 { // expected log-loss under the true risk
	sum := 0.0
	for i, z := range margin {
		p := 1 / (1 + math.Exp(-truth[i]))
		sum += p*math.Log1p(math.Exp(-z)) + (1-p)*math.Log1p(math.Exp(z))
	}
	return sum / float64(len(margin))
}

func TestF14FindsKnownRisk(t *testing.T) {
	m, y, _ := people(1, 20000)
	v, vy, _ := people(2, 5000)
	test, _, truth := people(3, 10000)
	model, err := Fit(m, y, nil, Options{Leaves: 8, LearningRate: 0.05, Trees: 400, Validation: &Sample{Matrix: v, Y: vy}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := model.Margin(test)
	if err != nil {
		t.Fatal(err)
	}
	best := meanLoss(truth, truth)
	flat := make([]float64, len(got))
	for i := range flat {
		flat[i] = model.Prior
	}
	none := meanLoss(flat, truth)
	// What can be explained is none-best; the model must get 95 % of it.
	if share := (none - meanLoss(got, truth)) / (none - best); share < 0.95 {
		t.Errorf("explains %.3f of what can be explained", share)
	}
	if model.Stop != StopValidation {
		t.Errorf("stopped by %s after %d trees", model.Stop, len(model.Trees))
	}
	if len(model.Loss) != len(model.Trees) {
		t.Fatalf("%d losses for %d trees", len(model.Loss), len(model.Trees))
	}
	for k, l := range model.Loss {
		if l < model.Loss[len(model.Loss)-1] {
			t.Errorf("tree %d has a lower validation loss than the last", k)
		}
	}
	for _, id := range model.Used() {
		if id == "constant" {
			t.Error("a constant column was used")
		}
	}
}

func encode(t testing.TB, m *Model) string {
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestSameBytesAtAnyThreadCount(t *testing.T) {
	m, y, _ := people(4, 6000)
	w := make([]float64, m.Rows)
	rng := rand.New(rand.NewPCG(5, 5))
	for i := range w {
		w[i] = rng.Float64() * 3
	}
	for _, o := range []Options{
		{Trees: 20},
		{Trees: 20, RowFraction: 0.6, FeatureFraction: 0.5, Seed: 9, L2: 1, Leaves: 64, MinChildRows: 2, Bins: 16},
	} {
		want := ""
		for _, threads := range []int{1, 2, 4} {
			o.Threads = threads
			model, err := Fit(m, y, w, o)
			if err != nil {
				t.Fatal(err)
			}
			if len(model.Trees) != 20 {
				t.Fatalf("%d trees", len(model.Trees))
			}
			got := encode(t, model)
			if want == "" {
				want = got
			}
			if got != want {
				t.Errorf("%d threads give another model", threads)
			}
		}
		o.Threads, o.Seed = 2, o.Seed+1
		model, err := Fit(m, y, w, o)
		if err != nil {
			t.Fatal(err)
		}
		if drawn := o.RowFraction > 0; (encode(t, model) == want) == drawn {
			t.Errorf("another seed must matter exactly when something is drawn")
		}
	}
}

// TestOneSplit compares a tree of two leaves with every possible split tried
// by definition.
func TestOneSplit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(4, 40).Draw(t, "rows")
		k := rapid.IntRange(1, 4).Draw(t, "columns")
		minRows := rapid.IntRange(1, 4).Draw(t, "min rows")
		l2 := rapid.SampledFrom([]float64{0, 0.5, 3}).Draw(t, "l2")
		var cols []matrix.Column
		for j := range k {
			cols = append(cols, matrix.Column{ID: fmt.Sprint("c", j)})
		}
		m := matrix.New(cols, n)
		y, w := make([]float64, n), make([]float64, n)
		for i := range n {
			for j := range k {
				m.Values[j][i] = rapid.SampledFrom([]float32{-2, -1, 0, 0, 0, 1, 2.5, 7, matrix.NaN}).Draw(t, "value")
			}
			y[i] = float64(rapid.IntRange(0, 1).Draw(t, "label"))
			w[i] = rapid.SampledFrom([]float64{0, 0.5, 1, 1, 2}).Draw(t, "weight")
		}
		model, err := Fit(m, y, w, Options{Trees: 1, Leaves: 2, LearningRate: 1, MinChildRows: minRows, L2: l2})
		if err != nil {
			if strings.Contains(err.Error(), "boost.one_class") {
				t.Skip("one class")
			}
			t.Fatal(err)
		}
		p := 1 / (1 + math.Exp(-model.Prior))
		sums := func(in func(i int) bool) (g, h float64, rows int) {
			for i := range n {
				if w[i] > 0 && in(i) {
					g += w[i] * (p - y[i])
					h += w[i] * p * (1 - p)
					rows++
				}
			}
			return
		}
		G, H, _ := sums(func(int) bool { return true })
		gainOf := func(left func(i int) bool) float64 {
			gl, hl, nl := sums(left)
			gr, hr, nr := sums(func(i int) bool { return !left(i) })
			if nl < minRows || nr < minRows || hl < 0.001 || hr < 0.001 {
				return 0
			}
			return gl*gl/(hl+l2) + gr*gr/(hr+l2) - G*G/(H+l2)
		}
		best := 0.0
		for j := range k {
			for _, cut := range []float32{-2, -1, 0, 1, 2.5, 7, math.MaxFloat32} {
				for _, missing := range []bool{false, true} {
					best = max(best, gainOf(func(i int) bool {
						v := m.Values[j][i]
						return v <= cut || v != v && missing
					}))
				}
			}
		}
		if len(model.Trees) == 0 {
			if best > 1e-9 {
				t.Fatalf("no split, though one gains %v", best)
			}
			return
		}
		tree := model.Trees[0]
		left := func(i int) bool {
			v := m.Values[tree.Feature[0]][i]
			return v <= tree.Threshold[0] || v != v && tree.MissingLeft[0]
		}
		if got := gainOf(left); math.Abs(got-best) > 1e-9*(1+best) {
			t.Fatalf("gain %v, best possible %v", got, best)
		}
		for side, leaf := range []int32{^tree.Left[0], ^tree.Right[0]} {
			g, h, _ := sums(func(i int) bool { return left(i) == (side == 0) })
			if want := -g / (h + l2); math.Abs(tree.Value[leaf]-want) > 1e-8*(1+math.Abs(want)) {
				t.Fatalf("leaf value %v, want %v", tree.Value[leaf], want)
			}
		}
	})
}

func TestWeightsAreRepetition(t *testing.T) {
	m, y, _ := people(6, 1500)
	for i := range m.Values[2] { // few distinct values, so that bins are the same
		for _, j := range []int{2, 3, 4} {
			m.Values[j][i] = float32(math.Round(float64(m.Values[j][i])*2)) / 2
		}
	}
	rng := rand.New(rand.NewPCG(7, 7))
	w := make([]float64, m.Rows)
	var rows []int
	var long []float64
	for i := range w {
		times := rng.IntN(4)
		w[i] = float64(times)
		for range times {
			rows = append(rows, i)
			long = append(long, y[i])
		}
	}
	o := Options{Trees: 30, Leaves: 8, MinChildRows: 1, MinChildWeight: 3, L2: 0.5}
	a, err := Fit(m, y, w, o)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Fit(m.Take(rows), long, nil, o)
	if err != nil {
		t.Fatal(err)
	}
	ma, _ := a.Margin(m)
	mb, _ := b.Margin(m)
	for i := range ma {
		if math.Abs(ma[i]-mb[i]) > 1e-6 {
			t.Fatalf("row %d: %v with weights, %v with repetition", i, ma[i], mb[i])
		}
	}
}

func TestRowsOfWeightZeroAreAbsent(t *testing.T) {
	m, y, _ := people(8, 3000)
	w := make([]float64, m.Rows)
	var rows []int
	var short []float64
	for i := range w {
		if i%3 != 0 {
			w[i] = 1
			rows = append(rows, i)
			short = append(short, y[i])
		}
	}
	o := Options{Trees: 10, RowFraction: 0.7, Seed: 3}
	a, err := Fit(m, y, w, o)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Fit(m.Take(rows), short, nil, o)
	if err != nil {
		t.Fatal(err)
	}
	if encode(t, a) != encode(t, b) {
		t.Fatal("rows of weight 0 changed the model")
	}
}

func TestMissingGoesWhereItBelongs(t *testing.T) {
	const n = 400
	for _, missingHigh := range []bool{false, true} {
		m := matrix.New([]matrix.Column{{ID: "x"}}, n)
		y := make([]float64, n)
		for i := range n {
			m.Values[0][i] = float32(i % 4) // 0..3; high risk for 2 and 3
			high := i%4 >= 2
			if i%5 == 0 {
				m.Values[0][i] = matrix.NaN
				high = missingHigh
			}
			if high != (i%17 == 0) {
				y[i] = 1
			}
		}
		model, err := Fit(m, y, nil, Options{Trees: 1, Leaves: 2, LearningRate: 1})
		if err != nil {
			t.Fatal(err)
		}
		probe := matrix.New(m.Columns, 3)
		copy(probe.Values[0], []float32{0, 3, matrix.NaN})
		got, err := model.Margin(probe)
		if err != nil {
			t.Fatal(err)
		}
		want := got[0]
		if missingHigh {
			want = got[1]
		}
		if got[0] >= got[1] || got[2] != want {
			t.Errorf("missing high %v: margins of low, high, missing %v", missingHigh, got)
		}
	}
}

func TestMissingAlone(t *testing.T) { // the only signal is that it is not known
	const n = 400
	m := matrix.New([]matrix.Column{{ID: "x"}}, n)
	y := make([]float64, n)
	for i := range n {
		m.Values[0][i] = 5
		if i%3 == 0 {
			m.Values[0][i] = matrix.NaN
		}
		if (i%3 == 0) != (i%11 == 0) {
			y[i] = 1
		}
	}
	model, err := Fit(m, y, nil, Options{Trees: 1, LearningRate: 1})
	if err != nil {
		t.Fatal(err)
	}
	probe := matrix.New(m.Columns, 3)
	copy(probe.Values[0], []float32{-9, 1e30, matrix.NaN})
	got, _ := model.Margin(probe)
	if got[0] != got[1] || got[2] <= got[0] {
		t.Errorf("margins of known, known, missing: %v", got)
	}
}

func TestUnseenMissingGoesWithTheMany(t *testing.T) {
	const n = 400
	m := matrix.New([]matrix.Column{{ID: "x"}}, n)
	y := make([]float64, n)
	for i := range n {
		if i%4 == 0 {
			m.Values[0][i] = 1
			y[i] = float64(i / 4 % 2)
		}
	}
	model, err := Fit(m, y, nil, Options{Trees: 1, LearningRate: 1})
	if err != nil {
		t.Fatal(err)
	}
	probe := matrix.New(m.Columns, 2)
	copy(probe.Values[0], []float32{0, matrix.NaN})
	if got, _ := model.Margin(probe); got[0] != got[1] {
		t.Errorf("margins of 0 (300 of 400 rows) and NaN: %v", got)
	}
}

func TestFaults(t *testing.T) {
	m, y, _ := people(9, 200)
	code := func(err error, want string) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
	err := Options{Leaves: 65, LearningRate: -1, L2: math.NaN(), Bins: 1}.Validate()
	for _, name := range []string{"leaves", "learning_rate", "l2", "bins"} {
		code(err, name)
	}
	if err := (Options{}).Validate(); err != nil {
		t.Error(err)
	}
	fit := func(m *matrix.Matrix, y, w []float64, o Options) error {
		_, err := Fit(m, y, w, o)
		return err
	}
	code(fit(nil, y, nil, Options{}), "boost.matrix")
	code(fit(m, y[1:], nil, Options{}), "boost.shape")
	code(fit(m, make([]float64, 200), nil, Options{}), "boost.one_class")
	bad := append([]float64(nil), y...)
	bad[3] = 0.5
	code(fit(m, bad, nil, Options{}), "boost.label")
	bad[3] = -1
	code(fit(m, y, bad, Options{}), "boost.weight")
	code(fit(m, y, nil, Options{Validation: &Sample{Matrix: m, Y: y, W: make([]float64, 200)}}), "boost.validation_empty")
	twice := m.Take([]int{0, 1})
	twice.Columns = append([]matrix.Column(nil), m.Columns...)
	twice.Columns[1].ID = twice.Columns[0].ID
	code(fit(twice, []float64{0, 1}, nil, Options{}), "there twice")
	inf := m.Take([]int{0, 1, 2, 3})
	inf.Values[1][2] = float32(math.Inf(1))
	code(fit(inf, []float64{0, 1, 0, 1}, nil, Options{}), "boost.infinite")
	model, err := Fit(m, y, nil, Options{Trees: 2})
	if err != nil {
		t.Fatal(err)
	}
	part := &matrix.Matrix{Columns: m.Columns[1:], Values: m.Values[1:], Last: m.Last[1:], Rows: m.Rows}
	_, err = model.Margin(part)
	code(err, "boost.column_missing: the model needs column admissions")
	_, err = model.Contributions(part)
	code(err, "boost.column_missing")
}
