package risklist

import (
	"fmt"
	"math"
)

// Words is a probability as people read it: "about 18 in 100 in the next 12
// months". horizon is in days. NaN is "not known".
func Words(p float64, horizon int) string {
	span := fmt.Sprintf("%d days", horizon)
	if horizon == 365 {
		span = "12 months"
	}
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
