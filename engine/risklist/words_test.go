package risklist

import (
	"math"
	"testing"
)

// R14: nobody is told that they will be admitted, or will not.
func TestR14WordsOfARisk(t *testing.T) {
	for p, want := range map[float64]string{0.184: "about 18 in 100 in the next 12 months", 0.001: "less than 1 in 100 in the next 12 months", 0.9999: "more than 99 in 100 in the next 12 months", 0.995: "more than 99 in 100 in the next 12 months"} {
		if got := Words(p, 365); got != want {
			t.Errorf("%v: %q", p, got)
		}
	}
	if got := Words(0.5, 90); got != "about 50 in 100 in the next 90 days" {
		t.Error(got)
	}
	if got := Words(math.NaN(), 365); got != "not known" {
		t.Error(got)
	}
}
