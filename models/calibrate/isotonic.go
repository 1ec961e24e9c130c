package calibrate

// FitIsotonic fits the rising step function that is nearest to the labels in
// weighted squares (pool adjacent violators; Ayer et al., Annals of
// Mathematical Statistics 1955), then joins the steps: each step stands at the
// weighted mean of its margins, and between steps the curve is straight. Rows
// with the same margin are one point. y is 0 or 1, w the row weights (nil means
// 1 for all).
//
// Levels are kept within [1/(n+2), 1-1/(n+2)], n being the rows of positive
// weight, for n rows cannot show a risk to be 0 or 1.
func FitIsotonic(margin, y, w []float64) (*Curve, error) {
	s, err := newSample(margin, y, w)
	if err != nil {
		return nil, err
	}
	type step struct{ w, events, margin float64 } // sums
	rate := func(b step) float64 { return b.events / b.w }
	var steps []step
	for i := 0; i < len(s.margin); {
		var b step
		j := i
		for ; j < len(s.margin) && s.margin[j] == s.margin[i]; j++ {
			b.w += s.w[j]
			b.events += s.w[j] * s.y[j]
		}
		b.margin = b.w * s.margin[i]
		i = j
		for len(steps) > 0 && rate(steps[len(steps)-1]) >= rate(b) {
			last := steps[len(steps)-1]
			b = step{last.w + b.w, last.events + b.events, last.margin + b.margin}
			steps = steps[:len(steps)-1]
		}
		steps = append(steps, b)
	}
	c := &Curve{Method: Isotonic}
	edge := 1 / float64(len(s.margin)+2)
	for _, b := range steps {
		centre, level := b.margin/b.w, min(max(rate(b), edge), 1-edge)
		if k := len(c.Centre); k > 0 && centre <= c.Centre[k-1] {
			continue // steps closer than rounding
		}
		c.Centre = append(c.Centre, centre)
		c.Level = append(c.Level, level)
	}
	return c, c.Check()
}
