package logistic

import (
	"math"
	"testing"
)

// TestStepKeepsItsBooks checks what a step carries along (residuals, their sum,
// margins) against the definition after it.
func TestStepKeepsItsBooks(t *testing.T) {
	m, y, w := people(20, 400, 4)
	d, err := newDesign(m, w)
	if err != nil {
		t.Fatal(err)
	}
	s := newSolver(d.columns, y, d.w, Options{Mixing: 0.4}.filled())
	for j := range s.active {
		s.active[j] = true
	}
	s.derivatives()
	before := append([]float64(nil), s.eta...)
	residual := append([]float64(nil), s.vr...)
	s.step(0.003, 1e-9)
	sum := 0.0
	for i := range y {
		want := s.intercept
		for k, p := range d.parts {
			want += s.b[k] * (p.raw(m.Values[p.column][i]) - p.mean) / p.scale
		}
		if math.Abs(s.eta[i]-want) > 1e-10 {
			t.Fatalf("row %d: margin %v, from the coefficients %v", i, s.eta[i], want)
		}
		rest := residual[i] - s.v[i]*(s.eta[i]-before[i])
		if got := s.vr[i] - s.shift*s.v[i]; math.Abs(got-rest) > 1e-12 {
			t.Fatalf("row %d: residual %v, by definition %v", i, got, rest)
		}
		sum += rest
	}
	if got := s.sum - s.shift*s.total; math.Abs(got-sum) > 1e-11 {
		t.Fatalf("sum of residuals %v, by definition %v", got, sum)
	}
	for j, b := range s.b { // the quadratic is at its minimum
		if v := s.breach(b, s.slope(j), 0.003); v > 1e-7 {
			t.Errorf("coefficient %d is %v from its condition", j, v)
		}
	}
}
