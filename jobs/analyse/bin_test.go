package analyse

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Every value lies in exactly one bin, bins ascend, are about a dozen, and an
// open one holds more values than may be hidden.
func TestBins(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(8, 400).Draw(t, "n")
		whole := rapid.Bool().Draw(t, "whole")
		width := rapid.SampledFrom([]int{0, 1, 3, 20, 500, 100000}).Draw(t, "width")
		values := make([]float64, n)
		for i := range values {
			values[i] = float64(rapid.IntRange(-width, width).Draw(t, "v"))
			if !whole {
				values[i] = values[i]/7 + 0.01
			}
		}
		slices.Sort(values)
		bins := binsOf(values, 7)
		if len(bins) == 0 || len(bins) > 2*mostBins+2 {
			t.Fatalf("%d bins", len(bins))
		}
		if !math.IsInf(bins[len(bins)-1].below, 1) {
			t.Fatal("the last bin is not open")
		}
		labels := map[string]bool{}
		for i, b := range bins {
			if i > 0 && b.below <= bins[i-1].below {
				t.Fatalf("bins do not ascend: %v", bins)
			}
			if labels[b.label] {
				t.Fatalf("two bins are called %s: %v", b.label, bins)
			}
			labels[b.label] = true
		}
	})
}

func TestBinLabels(t *testing.T) {
	labels := func(values ...float64) []string {
		slices.Sort(values)
		var out []string
		for _, b := range binsOf(values, 0) {
			out = append(out, b.label)
		}
		return out
	}
	if got := labels(1, 1, 2, 3, 3); !slices.Equal(got, []string{"1", "2", "3"}) {
		t.Error(got)
	}
	if got := labels(5, 5, 5); !slices.Equal(got, []string{"5"}) {
		t.Error(got)
	}
	if got := labels(0.1, 0.2, 0.3); got[0] != "0.10 to below 0.12" {
		t.Error(got)
	}
	many := make([]float64, 0, 1000)
	for i := range 1000 {
		many = append(many, float64(i))
	}
	if got := labels(many...); got[0] != "below 100" && got[0] != "0 to 99" {
		t.Error(got)
	}
}
