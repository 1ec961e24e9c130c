package calibrate

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"gonum.org/v1/gonum/optimize"
	"pgregory.net/rapid"
)

func draw(t *rapid.T) (margin, y, w []float64) {
	n := rapid.IntRange(2, 60).Draw(t, "rows")
	for i := range n {
		margin = append(margin, rapid.OneOf(
			rapid.Map(rapid.IntRange(-3, 3), func(k int) float64 { return float64(k) }),
			rapid.Float64Range(-8, 8)).Draw(t, "margin"))
		y = append(y, float64(rapid.IntRange(0, 1).Draw(t, "label")))
		w = append(w, rapid.SampledFrom([]float64{0, 0.25, 1, 1, 3}).Draw(t, "weight"))
		if i < 2 {
			y[i], w[i] = float64(i), 1
		}
	}
	return
}

// known gives margins that are wrong by a known line.
func known(seed uint64, n int, weighted bool) (margin, y, w []float64) {
	rng := rand.New(rand.NewPCG(seed, 3))
	for range n {
		m := -2 + 1.5*rng.NormFloat64()
		label, weight := 0.0, 1.0
		if rng.Float64() < 1/(1+math.Exp(-(0.7+0.6*m))) {
			label = 1
		}
		if weighted {
			weight = rng.ExpFloat64()
		}
		margin, y, w = append(margin, m), append(y, label), append(w, weight)
	}
	return
}

func TestPlattIsMaximumLikelihood(t *testing.T) {
	margin, y, w := known(1, 500, true)
	got, err := FitPlatt(margin, y, w, false)
	if err != nil {
		t.Fatal(err)
	}
	problem := optimize.Problem{Func: func(x []float64) float64 {
		sum := 0.0
		for i, m := range margin {
			z := x[0] + x[1]*m
			sum += w[i] * (math.Log1p(math.Exp(z)) - y[i]*z)
		}
		return sum
	}}
	res, err := optimize.Minimize(problem, []float64{0, 1}, &optimize.Settings{Converger: &optimize.FunctionConverge{Absolute: 1e-13, Iterations: 200}}, &optimize.NelderMead{})
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(got.Intercept-res.X[0]) > 1e-4 || math.Abs(got.Slope-res.X[1]) > 1e-4 {
		t.Errorf("intercept %v slope %v, minimiser %v", got.Intercept, got.Slope, res.X)
	}
	// The score equations hold closely.
	a, b := 0.0, 0.0
	for i, m := range margin {
		a += w[i] * (y[i] - got.Probability(m))
		b += w[i] * (y[i] - got.Probability(m)) * m
	}
	if math.Abs(a) > 1e-8 || math.Abs(b) > 1e-8 {
		t.Errorf("score equations %v %v", a, b)
	}
}

func TestPlattFindsKnownLine(t *testing.T) {
	margin, y, _ := known(2, 40000, false)
	for _, smooth := range []bool{false, true} {
		c, err := FitPlatt(margin, y, nil, smooth)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(c.Intercept-0.7) > 0.06 || math.Abs(c.Slope-0.6) > 0.04 {
			t.Errorf("smooth %v: intercept %v, slope %v; want 0.7, 0.6", smooth, c.Intercept, c.Slope)
		}
	}
}

func TestPlattSmoothing(t *testing.T) {
	margin, y := []float64{-2, -1, 1, 2}, []float64{0, 0, 1, 1}
	if _, err := FitPlatt(margin, y, nil, false); err == nil || !strings.Contains(err.Error(), "calibrate.separated") {
		t.Errorf("separated margins: %v", err)
	}
	c, err := FitPlatt(margin, y, nil, true)
	if err != nil {
		t.Fatal(err)
	}
	// By symmetry p(0) is 1/2; the targets are 3/4 and 1/4, so the mean over
	// the upper two is 3/4.
	if p := c.Probability(0); math.Abs(p-0.5) > 1e-9 {
		t.Errorf("p(0) = %v", p)
	}
	if p := (1*c.Probability(1) + 2*c.Probability(2)) / 3; math.Abs(p-0.75) > 1e-9 {
		t.Errorf("mean above, weighted by margin: %v", p)
	}
	if _, err := FitPlatt(margin, y, []float64{1, 1, 1, 1}, true); err == nil || !strings.Contains(err.Error(), "calibrate.smooth") {
		t.Errorf("weights with smoothing: %v", err)
	}
	if _, err := FitPlatt([]float64{0, 1, 2, 3, 4}, []float64{1, 1, 0, 1, 0}, nil, false); err == nil || !strings.Contains(err.Error(), "calibrate.reversed") {
		t.Errorf("reversed margins: %v", err)
	}
}

func TestIsotonicByHand(t *testing.T) {
	// Points -1 (2 rows, 1 event), 0 (0 of 1), 1 (1 of 1), 2 (weight 3: 2 events).
	// -1 and 0 pool to 1/3 at -2/3; 1 and 2 pool to 3/4 at 7/4.
	c, err := FitIsotonic([]float64{2, -1, 0, -1, 1, 2}, []float64{1, 1, 0, 0, 1, 0}, []float64{2, 1, 1, 1, 1, 1})
	if err != nil {
		t.Fatal(err)
	}
	want := []float64{-2. / 3, 7. / 4, 1. / 3, 3. / 4}
	for k, v := range append(append([]float64(nil), c.Centre...), c.Level...) {
		if len(c.Centre) != 2 || math.Abs(v-want[k]) > 1e-15 {
			t.Fatalf("got %v %v, want %v", c.Centre, c.Level, want)
		}
	}
	middle := (want[0] + want[1]) / 2
	if p := c.Probability(middle); math.Abs(p-13./24) > 1e-15 {
		t.Errorf("half-way %v", p)
	}
	if c.Probability(-100) != c.Level[0] || c.Probability(100) != c.Level[1] || !math.IsNaN(c.Probability(math.NaN())) {
		t.Error("outside the centres")
	}
}

// TestIsotonicIsNearest compares the steps with the definition by minimum and
// maximum: level(i) = max over a<=i of min over b>=i of mean(a..b) of pooled
// points (Robertson, Wright and Dykstra 1988, section 1.4).
func TestIsotonicIsNearest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		margin, y, w := draw(t)
		c, err := FitIsotonic(margin, y, w)
		if err != nil {
			t.Fatal(err)
		}
		s, _ := newSample(margin, y, w)
		edge := 1 / float64(len(s.margin)+2)
		for i := range s.margin {
			best := math.Inf(-1)
			for a := 0; s.margin[a] <= s.margin[i]; a++ {
				if a > 0 && s.margin[a] == s.margin[a-1] {
					if a+1 == len(s.margin) {
						break
					}
					continue
				}
				least, sw, se := math.Inf(1), 0.0, 0.0
				for b := a; b < len(s.margin); b++ {
					sw += s.w[b]
					se += s.w[b] * s.y[b]
					last := b+1 == len(s.margin) || s.margin[b+1] != s.margin[b]
					if last && s.margin[b] >= s.margin[i] {
						least = min(least, se/sw)
					}
				}
				best = max(best, least)
				if a+1 == len(s.margin) {
					break
				}
			}
			want := min(max(best, edge), 1-edge)
			found := false
			for _, l := range c.Level {
				found = found || math.Abs(l-want) < 1e-12
			}
			if !found {
				t.Fatalf("margin %v should have level %v; levels %v", s.margin[i], want, c.Level)
			}
		}
	})
}

func TestCurvesNeverFall(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		margin, y, w := draw(t)
		var curves []*Curve
		iso, err := FitIsotonic(margin, y, w)
		if err != nil {
			t.Fatal(err)
		}
		curves = append(curves, iso)
		if p, err := FitPlatt(margin, y, w, false); err == nil {
			curves = append(curves, p)
		} else if !strings.Contains(err.Error(), "separated") && !strings.Contains(err.Error(), "reversed") {
			t.Fatal(err)
		}
		for _, c := range curves {
			a := rapid.Float64Range(-20, 20).Draw(t, "a")
			b := a + rapid.Float64Range(0, 10).Draw(t, "more")
			pa, pb := c.Probability(a), c.Probability(b)
			if pa > pb || pa <= 0 || pb >= 1 && c.Method == Isotonic {
				t.Fatalf("%s: p(%v) = %v, p(%v) = %v", c.Method, a, pa, b, pb)
			}
			data, err := json.Marshal(c)
			if err != nil {
				t.Fatal(err)
			}
			var got Curve
			if err := json.Unmarshal(data, &got); err != nil || !reflect.DeepEqual(&got, c) {
				t.Fatalf("JSON changed %v to %v: %v", c, got, err)
			}
		}
	})
}

func TestFaults(t *testing.T) {
	for want, f := range map[string]func() (*Curve, error){
		"calibrate.shape":     func() (*Curve, error) { return FitIsotonic([]float64{1}, []float64{1, 0}, nil) },
		"calibrate.one_class": func() (*Curve, error) { return FitIsotonic([]float64{1, 2}, []float64{1, 0}, []float64{1, 0}) },
		"calibrate.label":     func() (*Curve, error) { return FitPlatt([]float64{1, 2}, []float64{1, 0.5}, nil, false) },
		"calibrate.weight":    func() (*Curve, error) { return FitPlatt([]float64{1, 2}, []float64{1, 0}, []float64{-1, 1}, false) },
		"calibrate.margin":    func() (*Curve, error) { return FitPlatt([]float64{math.NaN(), 2}, []float64{1, 0}, nil, false) },
	} {
		if _, err := f(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
	for _, data := range []string{`{}`, `{"method":"platt","slope":-1}`, `{"method":"isotonic"}`,
		`{"method":"isotonic","centre":[1,1],"level":[0.1,0.2]}`, `{"method":"isotonic","centre":[1,2],"level":[0.3,0.2]}`,
		`{"method":"isotonic","centre":[1],"level":[1]}`} {
		if err := json.Unmarshal([]byte(data), &Curve{}); err == nil {
			t.Errorf("%s passed", data)
		}
	}
}
