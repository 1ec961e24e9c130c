// Package calibrate turns the margin of a model into a probability that means
// what it says: of people given p, a share p has the outcome. It is fitted on
// rows that the model was not fitted on.
//
// Platt has two numbers and suits small samples; Isotonic follows any rising
// shape and needs some thousand rows with some hundred outcomes.
package calibrate

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"sort"
)

// Methods of a curve.
const (
	Platt    = "platt"    // 1/(1+exp(-(Intercept+Slope·margin)))
	Isotonic = "isotonic" // straight lines between (Centre, Level)
)

// Curve is a fitted map from margin (log-odds) to probability, which never
// falls. Its JSON form keeps every bit. The zero value is not usable.
type Curve struct {
	Method    string    `json:"method"`
	Intercept float64   `json:"intercept"`        // platt
	Slope     float64   `json:"slope"`            // platt, 0 or more
	Centre    []float64 `json:"centre,omitempty"` // isotonic: margins, rising
	Level     []float64 `json:"level,omitempty"`  // isotonic: probabilities above 0 and below 1, rising
}

// Probability gives the probability for a margin. NaN gives NaN. An isotonic
// curve is level outside its centres; Platt nears 0 and 1, and rounds to them
// for margins in the hundreds.
func (c *Curve) Probability(margin float64) float64 {
	if c.Method == Platt {
		return 1 / (1 + math.Exp(-(c.Intercept + c.Slope*margin)))
	}
	if margin != margin {
		return math.NaN()
	}
	k := sort.SearchFloat64s(c.Centre, margin) // the first centre at or above
	if k == 0 {
		return c.Level[0]
	}
	if k == len(c.Centre) {
		return c.Level[k-1]
	}
	// Halves, so that centres far apart do not overflow.
	share := (margin/2 - c.Centre[k-1]/2) / (c.Centre[k]/2 - c.Centre[k-1]/2)
	p := c.Level[k-1] + share*(c.Level[k]-c.Level[k-1])
	return min(max(p, c.Level[k-1]), c.Level[k])
}

// Line gives the log-odds of the probability as intercept + slope·margin; false
// of a curve that is no such line.
func (c *Curve) Line() (intercept, slope float64, ok bool) {
	return c.Intercept, c.Slope, c.Method == Platt
}

// Apply gives the probability of each margin.
func (c *Curve) Apply(margin []float64) []float64 {
	out := make([]float64, len(margin))
	for i, m := range margin {
		out[i] = c.Probability(m)
	}
	return out
}

// Check reports a curve that cannot be used.
func (c *Curve) Check() error {
	bad := func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }
	switch c.Method {
	case Platt:
		if bad(c.Intercept) || bad(c.Slope) || c.Slope < 0 {
			return fmt.Errorf("calibrate.curve: a Platt curve needs a finite intercept and a slope of 0 or more; fit it again")
		}
		return nil
	case Isotonic:
		if len(c.Centre) == 0 || len(c.Centre) != len(c.Level) {
			return fmt.Errorf("calibrate.curve: an isotonic curve needs as many levels as centres, and one or more; fit it again")
		}
		for k := range c.Centre {
			if bad(c.Centre[k]) || !(c.Level[k] > 0 && c.Level[k] < 1) ||
				k > 0 && (c.Centre[k] <= c.Centre[k-1] || c.Level[k] < c.Level[k-1]) {
				return fmt.Errorf("calibrate.curve: centres must rise, and levels must not fall and must lie between 0 and 1; fit it again")
			}
		}
		return nil
	}
	return fmt.Errorf("calibrate.curve: method %q is not known; it is %q or %q", c.Method, Platt, Isotonic)
}

// UnmarshalJSON reads a curve and checks it.
func (c *Curve) UnmarshalJSON(data []byte) error {
	type plain Curve
	var p plain
	if err := json.Unmarshal(data, &p); err != nil {
		return fmt.Errorf("calibrate.curve: not a curve: %w", err)
	}
	if err := (*Curve)(&p).Check(); err != nil {
		return err
	}
	*c = Curve(p)
	return nil
}

// sample is rows of positive weight, margins rising.
type sample struct{ margin, y, w []float64 }

func newSample(margin, y, w []float64) (sample, error) {
	s := sample{}
	if len(y) != len(margin) || w != nil && len(w) != len(margin) {
		return s, fmt.Errorf("calibrate.shape: %d margins, %d labels, %d weights; give one of each for every row", len(margin), len(y), len(w))
	}
	order := make([]int, 0, len(margin))
	total, events := 0.0, 0.0
	for i := range margin {
		weight := 1.0
		if w != nil {
			weight = w[i]
		}
		if !(weight >= 0) || math.IsInf(weight, 1) {
			return s, fmt.Errorf("calibrate.weight: the weight of row %d is not a finite number of 0 or more", i)
		}
		if y[i] != 0 && y[i] != 1 {
			return s, fmt.Errorf("calibrate.label: the label of row %d is neither 0 nor 1; give rows without a known outcome weight 0 and label 0", i)
		}
		if math.IsNaN(margin[i]) || math.IsInf(margin[i], 0) {
			return s, fmt.Errorf("calibrate.margin: the margin of row %d is not a finite number; score the row again", i)
		}
		if weight > 0 {
			order = append(order, i)
			total += weight
			events += weight * y[i]
		}
	}
	if events <= 0 || events >= total {
		return s, fmt.Errorf("calibrate.one_class: every row of positive weight has the same outcome; take a longer period or more people")
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case margin[a] < margin[b]:
			return -1
		case margin[a] > margin[b]:
			return 1
		}
		return 0
	})
	for _, i := range order {
		s.margin = append(s.margin, margin[i])
		s.y = append(s.y, y[i])
		if w == nil {
			s.w = append(s.w, 1)
		} else {
			s.w = append(s.w, w[i])
		}
	}
	return s, nil
}
