package evaluate

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"gonum.org/v1/gonum/integrate"
	"gonum.org/v1/gonum/optimize"
	"gonum.org/v1/gonum/stat"
	"pgregory.net/rapid"
)

var none = Options{Replicates: -1}

func sample(t *rapid.T) Data {
	d := Data{}
	for i := range rapid.IntRange(2, 50).Draw(t, "rows") {
		d.Probability = append(d.Probability, rapid.OneOf(
			rapid.SampledFrom([]float64{0, 0.1, 0.2, 0.5, 1}), rapid.Float64Range(0.01, 0.99)).Draw(t, "p"))
		y := float64(rapid.IntRange(0, 1).Draw(t, "label"))
		if i < 2 {
			y = float64(i)
		}
		d.Y = append(d.Y, y)
		d.W = append(d.W, rapid.SampledFrom([]float64{0.5, 1, 1, 2}).Draw(t, "weight"))
	}
	return d
}

func near(t interface{ Fatalf(string, ...any) }, name string, got Number, want, tol float64) {
	if !(math.Abs(float64(got)-want) <= tol) {
		t.Fatalf("%s: %v, want %v", name, got, want)
	}
}

// TestByDefinition computes ranks by comparing every row with every other.
func TestByDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := sample(t)
		r, err := Evaluate(d, none)
		if err != nil {
			t.Fatal(err)
		}
		n := len(d.Y)
		var area, pairs, events, weight, brier, loss, expected, precision float64
		for i := range n {
			weight += d.W[i]
			events += d.W[i] * d.Y[i]
			expected += d.W[i] * d.Probability[i]
			brier += d.W[i] * math.Pow(d.Probability[i]-d.Y[i], 2)
			p := min(max(d.Probability[i], edge), 1-edge)
			loss -= d.W[i] * (d.Y[i]*math.Log(p) + (1-d.Y[i])*math.Log1p(-p))
			if d.Y[i] == 0 {
				continue
			}
			above, hits := 0.0, 0.0
			for j := range n {
				if d.Probability[j] >= d.Probability[i] {
					above += d.W[j]
					hits += d.W[j] * d.Y[j]
				}
				if d.Y[j] == 1 {
					continue
				}
				pairs += d.W[i] * d.W[j]
				switch {
				case d.Probability[i] > d.Probability[j]:
					area += d.W[i] * d.W[j]
				case d.Probability[i] == d.Probability[j]:
					area += d.W[i] * d.W[j] / 2
				}
			}
			precision += d.W[i] * hits / above
		}
		near(t, "AUROC", r.AUROC.Value, area/pairs, 1e-12)
		near(t, "average precision", r.AveragePrecision.Value, precision/events, 1e-12)
		near(t, "Brier", r.Brier.Value, brier/weight, 1e-12)
		rate := events / weight
		near(t, "Brier scaled", r.BrierScaled.Value, 1-brier/weight/(rate*(1-rate)), 1e-9)
		near(t, "log-loss", r.LogLoss.Value, loss/weight, 1e-9)
		if expected > 0 {
			near(t, "observed/expected", r.ObservedExpected.Value, events/expected, 1e-9)
		}
		var bw, be, bx float64
		last := 0.0
		for _, b := range r.Bands {
			bw, be, bx = bw+b.Weight, be+b.Observed, bx+b.Expected
			if math.Abs(b.Weight-weight/10) > 1e-9 || b.From > b.To || b.From < last {
				t.Fatalf("bands %+v", r.Bands)
			}
			last = b.From
		}
		near(t, "bands: weight", Number(bw), weight, 1e-9)
		near(t, "bands: observed", Number(be), events, 1e-9)
		near(t, "bands: expected", Number(bx), expected, 1e-9)

		// The order of rows does not matter.
		perm := rand.New(rand.NewPCG(1, 1)).Perm(n)
		other := Data{}
		for _, i := range perm {
			other.Probability, other.Y, other.W = append(other.Probability, d.Probability[i]), append(other.Y, d.Y[i]), append(other.W, d.W[i])
		}
		o, err := Evaluate(other, none)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "AUROC in another order", o.AUROC.Value, float64(r.AUROC.Value), 1e-12)
		near(t, "average precision in another order", o.AveragePrecision.Value, float64(r.AveragePrecision.Value), 1e-12)
	})
}

func TestAUROCAgreesWithGonum(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	for range 20 {
		n := 200
		score, class := make([]float64, n), make([]bool, n)
		d := Data{Y: make([]float64, n)}
		for i := range score {
			class[i] = rng.IntN(3) == 0
			score[i] = math.Round(5 * rng.NormFloat64())
			if class[i] {
				score[i] += 3
				d.Y[i] = 1
			}
		}
		d.Margin = append([]float64(nil), score...)
		r, err := Evaluate(d, none)
		if err != nil {
			t.Fatal(err)
		}
		stat.SortWeightedLabeled(score, class, nil)
		tpr, fpr, _ := stat.ROC(nil, score, class, nil)
		near(t, "AUROC", r.AUROC.Value, integrate.Trapezoidal(fpr, tpr), 1e-12)
		// And the plotted curve has that area.
		trace, err := Trace(d)
		if err != nil {
			t.Fatal(err)
		}
		area, x, y := 0.0, 0.0, 0.0
		for _, p := range trace {
			area += (p.Others - x) * (p.Sensitivity + y) / 2
			x, y = p.Others, p.Sensitivity
		}
		near(t, "area of trace", Number(area), float64(r.AUROC.Value), 1e-12)
	}
}

// TestTiesAtTheCut averages over random orders of the tied rows.
func TestTiesAtTheCut(t *testing.T) {
	d := Data{Probability: []float64{0.9, 0.5, 0.5, 0.5, 0.5, 0.1, 0.1, 0.1, 0.1, 0.1}, Y: []float64{1, 1, 0, 0, 1, 0, 0, 1, 0, 0}}
	r, err := Evaluate(d, Options{Replicates: -1, Shares: []float64{0.05, 0.1, 0.3, 0.5, 1}})
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(3, 3))
	hits, times := 0.0, 20000
	for range times {
		order := rng.Perm(4) // the list of three: row 0 and two of rows 1 to 4
		hits += d.Y[0] + d.Y[1+order[0]] + d.Y[1+order[1]]
	}
	near(t, "PPV of three by chance", r.Top[2].PPV.Value, hits/float64(times)/3, 0.01)
	for k, want := range []struct{ sensitivity, ppv float64 }{{0.5 / 4, 1}, {1. / 4, 1}, {2. / 4, 2. / 3}, {3. / 4, 3. / 5}, {1, 4. / 10}} {
		near(t, "sensitivity", r.Top[k].Sensitivity.Value, want.sensitivity, 1e-12)
		near(t, "PPV", r.Top[k].PPV.Value, want.ppv, 1e-12)
	}
	near(t, "cut", r.Top[2].Cut, 0.5, 0)
}

func simulate(seed uint64, n int, intercept, slope float64) Data {
	rng := rand.New(rand.NewPCG(seed, 4))
	d := Data{Groups: []Group{{Name: "half", Labels: make([]string, n)}}}
	for i := range n {
		z := -2 + 1.2*rng.NormFloat64()
		y := 0.0
		if rng.Float64() < 1/(1+math.Exp(-(intercept+slope*z))) {
			y = 1
		}
		d.Margin, d.Y, d.Person = append(d.Margin, z), append(d.Y, y), append(d.Person, int64(i/2)+1000)
		d.Groups[0].Labels[i] = []string{"b", "a", ""}[i/2%3]
	}
	return d
}

func TestA6Calibration(t *testing.T) {
	d := simulate(5, 40000, 0.5, 0.7)
	r, err := Evaluate(d, none)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "slope", r.Slope.Value, 0.7, 0.05)
	// The intercept solves Σ (y - p(a + logit)) = 0.
	rest := 0.0
	for i, z := range d.Margin {
		rest += d.Y[i] - 1/(1+math.Exp(-(float64(r.Intercept.Value)+z)))
	}
	if math.Abs(rest) > 1e-4 {
		t.Errorf("residuals with the intercept sum to %v", rest)
	}
	small := Data{Margin: d.Margin[:300], Y: d.Y[:300]}
	rng := rand.New(rand.NewPCG(6, 6))
	for range small.Y {
		small.W = append(small.W, rng.ExpFloat64())
	}
	r, err = Evaluate(small, none)
	if err != nil {
		t.Fatal(err)
	}
	res, err := optimize.Minimize(optimize.Problem{Func: func(x []float64) float64 {
		sum := 0.0
		for i, m := range small.Margin {
			z := x[0] + x[1]*m
			sum += small.W[i] * (math.Log1p(math.Exp(z)) - small.Y[i]*z)
		}
		return sum
	}}, []float64{0, 1}, nil, &optimize.NelderMead{})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "slope", r.Slope.Value, res.X[1], 1e-3)
}

func TestIntervals(t *testing.T) {
	d := simulate(7, 3000, 0, 1)
	var first string
	for _, threads := range []int{1, 4} {
		r, err := Evaluate(d, Options{Threads: threads, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		if first == "" {
			first = string(b)
		}
		if string(b) != first {
			t.Error("the thread count changed the report")
		}
		var back Report
		if err := json.Unmarshal(b, &back); err != nil || !reflect.DeepEqual(&back, r) {
			t.Errorf("JSON changed the report: %v", err)
		}
		for name, e := range map[string]Estimate{"AUROC": r.AUROC, "slope": r.Slope, "Brier": r.Brier, "PPV": r.Top[3].PPV, "band": r.Bands[9].Rate, "subgroup": r.Subgroups[0].AUROC} {
			if !(e.Low < e.Value && e.Value < e.High) {
				t.Errorf("%s: %+v", name, e)
			}
		}
		if r.People != 1500 || len(r.Subgroups) != 2 || r.Subgroups[0].Label != "a" || r.Subgroups[0].Rows != 1000 {
			t.Errorf("%d people, subgroups %+v", r.People, r.Subgroups)
		}
	}
	// The interval of the rate of all (a list of everyone) against theory.
	r, err := Evaluate(d, Options{Shares: []float64{1}, Replicates: 1000, Seed: 2})
	if err != nil {
		t.Fatal(err)
	}
	p := r.Events / r.Weight
	want := 2 * 1.96 * math.Sqrt(p*(1-p)/3000)
	got := float64(r.Top[0].PPV.High - r.Top[0].PPV.Low)
	if got < want*0.85 || got > want*1.15 {
		t.Errorf("interval of width %v, theory %v", got, want)
	}
	// A person whose rows are all alike counts once: the interval widens.
	for i := range d.Y {
		d.Y[i] = d.Y[i/20*20]
		d.Person[i] = int64(i / 20)
	}
	wide, err := Evaluate(d, Options{Shares: []float64{1}, Replicates: 1000, Seed: 2})
	if err != nil {
		t.Fatal(err)
	}
	p = wide.Events / wide.Weight
	want = 2 * 1.96 * math.Sqrt(p*(1-p)/150)
	got = float64(wide.Top[0].PPV.High - wide.Top[0].PPV.Low)
	if got < want*0.8 || got > want*1.2 {
		t.Errorf("clustered interval of width %v, theory %v", got, want)
	}
}

func TestG46SubgroupIsItself(t *testing.T) {
	d := simulate(8, 2000, 0, 1)
	all, err := Evaluate(d, none)
	if err != nil {
		t.Fatal(err)
	}
	part := Data{}
	for i, l := range d.Groups[0].Labels {
		if l == "b" {
			part.Margin, part.Y, part.Person = append(part.Margin, d.Margin[i]), append(part.Y, d.Y[i]), append(part.Person, d.Person[i])
		}
	}
	alone, err := Evaluate(part, none)
	if err != nil {
		t.Fatal(err)
	}
	a, _ := json.Marshal(all.Subgroups[1].Measures)
	b, _ := json.Marshal(alone.Measures)
	if string(a) != string(b) {
		t.Errorf("subgroup %s\nalone %s", a, b)
	}
}

func TestWeightsAreRepetition(t *testing.T) {
	d := simulate(9, 500, 0.3, 0.8)
	d.Groups, d.Person = nil, nil
	rng := rand.New(rand.NewPCG(9, 9))
	long := Data{}
	for i := range d.Y {
		w := rng.IntN(4)
		d.W = append(d.W, float64(w))
		for range w {
			long.Margin, long.Y = append(long.Margin, d.Margin[i]), append(long.Y, d.Y[i])
		}
	}
	a, err := Evaluate(d, none)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Evaluate(long, none)
	if err != nil {
		t.Fatal(err)
	}
	for name, p := range map[string][2]Number{
		"AUROC": {a.AUROC.Value, b.AUROC.Value}, "AP": {a.AveragePrecision.Value, b.AveragePrecision.Value},
		"Brier": {a.BrierScaled.Value, b.BrierScaled.Value}, "loss": {a.LogLoss.Value, b.LogLoss.Value},
		"slope": {a.Slope.Value, b.Slope.Value}, "intercept": {a.Intercept.Value, b.Intercept.Value},
		"PPV": {a.Top[3].PPV.Value, b.Top[3].PPV.Value}, "sensitivity": {a.Top[0].Sensitivity.Value, b.Top[0].Sensitivity.Value},
	} {
		near(t, name, p[0], float64(p[1]), 1e-8)
	}
}

func TestNoMeaning(t *testing.T) {
	r, err := Evaluate(Data{Probability: []float64{0.2, 0.4}, Y: []float64{0, 0}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for name, e := range map[string]Estimate{"AUROC": r.AUROC, "AP": r.AveragePrecision, "slope": r.Slope, "scaled": r.BrierScaled, "sensitivity": r.Top[0].Sensitivity} {
		if !math.IsNaN(float64(e.Value)) || !math.IsNaN(float64(e.Low)) {
			t.Errorf("%s: %+v", name, e)
		}
	}
	b, err := json.Marshal(r)
	if err != nil || !strings.Contains(string(b), `"auroc":{"value":null,"low":null,"high":null}`) {
		t.Errorf("%s %v", b, err)
	}
	near(t, "observed/expected", r.ObservedExpected.Value, 0, 0)
	for want, d := range map[string]Data{
		"evaluate.shape":      {Margin: []float64{1}, Probability: []float64{1}, Y: []float64{1}},
		"evaluate.label":      {Margin: []float64{1}, Y: []float64{2}},
		"evaluate.prediction": {Probability: []float64{1.1}, Y: []float64{1}},
		"evaluate.weight":     {Probability: []float64{1}, Y: []float64{1}, W: []float64{-1}},
		"evaluate.empty":      {Probability: []float64{1}, Y: []float64{1}, W: []float64{0}},
	} {
		if _, err := Evaluate(d, none); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
	if err := (Options{Shares: []float64{0.5, 0.1}, Replicates: 3, Level: 2}).Validate(); err == nil ||
		!strings.Contains(err.Error(), "share") || !strings.Contains(err.Error(), "replicates") || !strings.Contains(err.Error(), "level") {
		t.Errorf("options: %v", err)
	}
}

func BenchmarkEvaluate(b *testing.B) {
	d := simulate(10, 100000, 0, 1)
	for b.Loop() {
		if _, err := Evaluate(d, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
