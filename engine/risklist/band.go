package risklist

import (
	"math"
	"slices"
)

// Band is a part of the population by risk: of every thousand scored people
// the 5 with the highest risk, the next 45, the next 150, and the rest. That is
// the shape of the pyramid of Kaiser Permanente as NHS case finding uses it
// (0.5, 5 and 20 %).
type Band uint8

const (
	NoBand   Band = 0 // not scored
	Low      Band = 1
	Moderate Band = 2
	High     Band = 3
	VeryHigh Band = 4
)

func (b Band) String() string { return [...]string{"", "low", "moderate", "high", "very high"}[b] }

// Cuts are the least probabilities of the upper three bands; +Inf where a band
// is empty and so are those above it.
type Cuts struct{ VeryHigh, High, Moderate float64 }

// Band of a probability; NoBand for NaN.
func (c Cuts) Band(p float64) Band {
	switch {
	case math.IsNaN(p):
		return NoBand
	case p >= c.VeryHigh:
		return VeryHigh
	case p >= c.High:
		return High
	case p >= c.Moderate:
		return Moderate
	}
	return Low
}

// CutsOf finds the cuts of a population; NaNs are not part of it. People with
// the same probability are in the same band: the lower one, where they reach
// over a border, so that no band and those above it hold more than their share.
// Of 100 people none is in the highest band.
func CutsOf(probabilities []float64) Cuts {
	p := slices.DeleteFunc(slices.Clone(probabilities), math.IsNaN)
	slices.Sort(p)
	slices.Reverse(p)
	return cutsOf(len(p), func(i int) float64 { return p[i] })
}

func cuts(candidates []Candidate, order []int32) Cuts {
	n := len(order)
	for n > 0 && math.IsNaN(candidates[order[n-1]].Probability) {
		n--
	}
	return cutsOf(n, func(i int) float64 { return candidates[order[i]].Probability })
}

// cutsOf takes n probabilities that do not rise.
func cutsOf(n int, at func(int) float64) Cuts {
	cut := func(thousandths int) float64 {
		k := n * thousandths / 1000 // most people in the band and above
		if k == 0 {
			return math.Inf(1)
		}
		p := at(k - 1)
		if k == n || at(k) < p {
			return p
		}
		for k > 0 && at(k-1) == p {
			k--
		}
		if k == 0 {
			return math.Inf(1)
		}
		return at(k - 1)
	}
	return Cuts{VeryHigh: cut(5), High: cut(50), Moderate: cut(200)}
}
