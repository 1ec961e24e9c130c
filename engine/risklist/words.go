package risklist

import (
	"fmt"
	"math"
)

// Words is a probability as people read it: "about 18 in 100 in the next 12
// months". horizon is in days. NaN is "not known".
func Words(p float64, horizon int) string {
	span := Span(horizon)
	n := int(math.Round(p * 100))
	switch {
	case math.IsNaN(p):
		return "not known"
	case n < 1:
		return "less than 1 in 100 in the next " + span
	case n > 99:
		return "more than 99 in 100 in the next " + span
	}
	return fmt.Sprintf("about %d in 100 in the next %s", n, span)
}

// Span is a horizon in days as people read it: "12 months", "90 days".
func Span(horizon int) string {
	if horizon == 365 {
		return "12 months"
	}
	return fmt.Sprintf("%d days", horizon)
}
