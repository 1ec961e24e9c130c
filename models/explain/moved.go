package explain

import "leftshift/engine/schema"

// Split takes the difference of two log-odds apart by cause.
//
// The path is fixed: first the model changes on the values of before, then the
// values change under the model of now. before is the log-odds that was
// published, between those of the model of now on the values of before; shift is
// what the change of each column added to the margin (see Shift of the models),
// which slope makes log-odds of the calibrated probability, and cause says whose
// each column is. The parts add up to between - before + slope·sum of shift, but
// for rounding. Among the columns no order is chosen: shifts are Shapley values.
//
// An interaction of the model with the values is in the values' parts, for the
// model comes first; one between two columns is shared by both.
func Split(before, between, slope float64, shift []float64, cause []schema.Cause) (parts [schema.Causes]float64) {
	parts[schema.ByModel] = between - before
	for j, v := range shift {
		if v != 0 {
			parts[cause[j]] += slope * v
		}
	}
	return parts
}

// Main is the cause that moved a log-odds most in the direction in which it
// moved, the first of equal ones. False where it did not move.
func Main(parts [schema.Causes]float64) (schema.Cause, bool) {
	total := 0.0
	for _, v := range parts {
		total += v
	}
	if total == 0 || total != total {
		return 0, false
	}
	if total < 0 {
		for c := range parts {
			parts[c] = -parts[c]
		}
	}
	best := schema.Cause(0)
	for c, v := range parts {
		if v > parts[best] {
			best = schema.Cause(c)
		}
	}
	return best, true
}
