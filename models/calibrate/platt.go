package calibrate

import (
	"fmt"
	"math"
)

// FitPlatt fits intercept and slope by weighted maximum likelihood, with Newton
// steps. y is 0 or 1, w the row weights (nil means 1 for all).
//
// smooth moves the labels a little inwards, to (n1+1)/(n1+2) and 1/(n0+2), as
// Platt (1999) does against overconfidence on small samples. It counts rows, so
// with weights it is an error: weights may be on any scale. Without it, margins
// that tell the outcomes apart fully are an error, for then no finite slope is
// best. Margins that rank the wrong way, so that risk falls as they rise, are
// an error too.
func FitPlatt(margin, y, w []float64, smooth bool) (*Curve, error) {
	if smooth && w != nil {
		return nil, fmt.Errorf("calibrate.smooth: smoothing of labels counts rows; use it without weights only")
	}
	s, err := newSample(margin, y, w)
	if err != nil {
		return nil, err
	}
	// Scaled margins and weights that sum to 1 keep the steps well behaved.
	total, mean, square := 0.0, 0.0, 0.0
	for _, v := range s.w {
		total += v
	}
	for i, v := range s.w {
		s.w[i] = v / total
		mean += s.w[i] * s.margin[i]
	}
	for i, v := range s.w {
		square += v * (s.margin[i] - mean) * (s.margin[i] - mean)
	}
	scale := math.Sqrt(square)
	if scale == 0 {
		scale = 1
	}
	up, down := 1.0, 0.0
	if smooth {
		n := 0.0
		for _, y := range s.y {
			n += y
		}
		up, down = (n+1)/(n+2), 1/(float64(len(s.y))-n+2)
	} else if s.separated() {
		return nil, fmt.Errorf("calibrate.separated: the margins tell the outcomes apart fully; calibrate on more rows, and make sure the outcome is not among the features")
	}
	x := make([]float64, len(s.margin))
	target := make([]float64, len(x))
	rate := 0.0
	for i := range x {
		x[i] = (s.margin[i] - mean) / scale
		target[i] = down + (up-down)*s.y[i]
		rate += s.w[i] * target[i]
	}
	objective := func(a, b float64) float64 {
		sum := 0.0
		for i := range x {
			z := a + b*x[i]
			sum += s.w[i] * (max(z, 0) + math.Log1p(math.Exp(-math.Abs(z))) - target[i]*z)
		}
		return sum
	}
	a, b := math.Log(rate/(1-rate)), 0.0
	now := objective(a, b)
	for range 100 {
		var ga, gb, haa, hab, hbb float64
		for i := range x {
			p := 1 / (1 + math.Exp(-(a + b*x[i])))
			d, h := s.w[i]*(p-target[i]), s.w[i]*p*(1-p)
			ga += d
			gb += d * x[i]
			haa += h
			hab += h * x[i]
			hbb += h * x[i] * x[i]
		}
		if math.Abs(ga)+math.Abs(gb) < 1e-12 {
			break
		}
		hbb += 1e-12 // margins all the same
		det := haa*hbb - hab*hab
		da, db := (hbb*ga-hab*gb)/det, (haa*gb-hab*ga)/det
		step := 1.0
		next := objective(a-da, b-db)
		// Near the minimum sums differ by rounding only; a full step is right.
		for !(next <= now+1e-12) && step > 1e-10 {
			step /= 2
			next = objective(a-step*da, b-step*db)
		}
		a, b, now = a-step*da, b-step*db, next
	}
	c := &Curve{Method: Platt, Slope: b / scale, Intercept: a - b*mean/scale}
	if c.Slope < -1e-9/scale {
		return nil, fmt.Errorf("calibrate.reversed: risk falls as the margin rises; the model ranks these rows the wrong way, so do not use it for them")
	}
	c.Slope = max(0, c.Slope)
	return c, c.Check()
}

// separated says whether a threshold parts the outcomes, rows on it being of
// either kind.
func (s sample) separated() bool {
	least, most := [2]float64{math.Inf(1), math.Inf(1)}, [2]float64{math.Inf(-1), math.Inf(-1)}
	for i, m := range s.margin {
		k := int(s.y[i])
		least[k], most[k] = min(least[k], m), max(most[k], m)
	}
	flat := least[0] == most[0] && least[1] == most[1] && least[0] == least[1]
	return !flat && (most[0] <= least[1] || most[1] <= least[0])
}
