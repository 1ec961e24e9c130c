package truth

import (
	"math"
	"testing"

	"leftshift/engine/synth/world"
)

// U itself is what the posteriors say it is: given the events seen, its mean is
// a/b and its variance a/b^2, for every number of events.
func TestPosteriorOfU(t *testing.T) {
	n := 40_000
	w := world.New(n, 5, 31, end(t))
	j := NewJudge(w)
	p := w.NewPerson()
	index := world.DayOf(2025, 6, 30)
	type sums struct{ n, mean, varOfMean, square, varOfSquare float64 }
	var cells [2][5]sums
	for i := 0; i < n; i++ {
		w.Live(i, p)
		if !p.RegisteredOn(index) || p.InHospital(index) {
			continue
		}
		known, whole := j.beliefs(p, index)
		for k, b := range []Knower{known, whole} {
			c := &cells[k][min(int(b.a-world.Shape+.5), 4)]
			mean, v := b.a/b.b, b.a/b.b/b.b
			c.n++
			c.mean += p.U - mean
			c.varOfMean += v
			// The variance of (U - mean)^2 is 2 v^2 (1 + 3/a) for a Gamma.
			c.square += (p.U-mean)*(p.U-mean) - v
			c.varOfSquare += 2 * v * v * (1 + 3/b.a)
		}
	}
	for k, name := range []string{"known", "whole"} {
		for events, c := range cells[k] {
			if c.n < 500 {
				t.Errorf("%s, %d events: only %.0f people", name, events, c.n)
			}
			if z := c.mean / math.Sqrt(c.varOfMean); math.Abs(z) > 4 {
				t.Errorf("%s, %d events: U is off its posterior mean by z = %.1f", name, events, z)
			}
			if z := c.square / math.Sqrt(c.varOfSquare); math.Abs(z) > 5 {
				t.Errorf("%s, %d events: U is off its posterior variance by z = %.1f", name, events, z)
			}
		}
	}
}

// The closed form agrees with a sum over small steps of time in which either an
// admission, a death or nothing happens.
func TestRiskIsTheIntegral(t *testing.T) {
	a := ahead{n: 13}
	for m := range a.n {
		a.rate[m] = .004 + .02*float64(m%4)
		a.share[m] = 1
		a.dying[m] = .001 + .004*float64(m%3)
		a.going[m] = .003
	}
	a.share[12] = 30.0 / 31
	const steps = 20_000
	for _, k := range []Knower{{known: true, u: .3}, {known: true, u: 4}, {a: .92, b: 1.4}, {a: 3.92, b: 2.2}} {
		var record, staying, h float64
		alive, here := 1.0, 1.0
		for m := range a.n {
			here *= 1 - a.going[m]
			start := alive
			for s := range steps {
				lo, hi := a.share[m]*float64(s)/steps, a.share[m]*float64(s+1)/steps
				p := (k.survive(h+a.rate[m]*lo) - k.survive(h+a.rate[m]*hi)) * start * (1 - a.dying[m]*(lo+hi)/2)
				staying += p
				record += p * here
			}
			h += a.rate[m] * a.share[m]
			alive = start * (1 - a.dying[m])
		}
		if r := a.risk(&k); math.Abs(r.Record-record) > 1e-7 || math.Abs(r.Staying-staying) > 1e-7 {
			t.Errorf("%+v: %.12f and %.12f, by steps %.12f and %.12f", k, r.Record, r.Staying, record, staying)
		}
	}
}

// Every day of the horizon is counted once, in leap years too.
func TestHorizonIs365Days(t *testing.T) {
	w := world.New(1000, 5, 1, end(t))
	p := w.NewPerson()
	w.Live(0, p)
	for _, d := range Dates(&w.Calendar) {
		var a ahead
		m := w.Calendar.MonthOf(d) + 1
		a.fill(w, p, m)
		days := 0.0
		for i := range a.n {
			days += a.share[i] * float64(w.Calendar.Days(m+i))
		}
		if math.Abs(days-Horizon) > 1e-9 {
			t.Errorf("%s: %g days", d, days)
		}
	}
}

// The histogram gives the area that sorting all pairs gives.
func TestConcordance(t *testing.T) {
	var c Concordance
	var s, q []float64
	x := 0.37
	for i := 0; i < 400; i++ {
		x = math.Mod(x*97.13+.21, 1)
		r := .001 + .6*x*x*x
		s, q = append(s, r), append(q, r)
		c.Add(r, r)
	}
	var con, all float64
	for i := range s {
		for j := range s {
			if i == j {
				continue
			}
			w := q[i] * (1 - q[j])
			all += w
			if s[i] > s[j] {
				con += w
			} else if s[i] == s[j] {
				con += w / 2
			}
		}
	}
	// The pairs of a person with themselves, which the histogram counts as ties,
	// are one in 400 here.
	if d := math.Abs(c.Area() - con/all); d > 2e-3 {
		t.Errorf("%.6f, by pairs %.6f", c.Area(), con/all)
	}
	if !math.IsNaN((&Concordance{}).Area()) {
		t.Error("nobody has an area")
	}
}
