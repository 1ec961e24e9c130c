package boost

import "math"

// pair is a sum of gradients and curvatures as integers.
//
// Integers make sums exact: they are the same in any order (so at any thread
// count), a sibling's histogram is the parent's less the other child's to the
// last bit, and the commonest bin need not be visited. g is the gradient times
// a power of two; hn holds the curvature times a power of two in its upper
// bits and the number of rows in its lower bits.
type pair struct{ g, hn int64 }

// scale turns gradients and curvatures into pairs and back.
type scale struct {
	g, h float64 // powers of two
	bits uint    // of the row count
}

// newScale chooses the finest scale at which the sums over n rows of total
// weight w cannot overflow: |gradient| <= weight, curvature <= weight/4. With
// a million rows of weight 1 the steps are 2^-41 and 2^-24.
func newScale(n int, w float64) scale {
	s := scale{}
	for 1<<s.bits <= n {
		s.bits++
	}
	s.g = math.Ldexp(1, 61-exponent(w+1))
	s.h = math.Ldexp(1, 61-int(s.bits)-exponent(w/4+1))
	return s
}

// exponent gives the least e with v <= 2^e.
func exponent(v float64) int {
	frac, e := math.Frexp(v)
	if frac == 0.5 {
		return e - 1
	}
	return e
}

// of gives the pair of one row.
func (s scale) of(g, h float64) pair {
	return pair{int64(math.Round(g * s.g)), int64(math.Round(h*s.h))<<s.bits | 1}
}

func (s scale) rows(p pair) int          { return int(p.hn & (1<<s.bits - 1)) }
func (s scale) gradient(p pair) float64  { return float64(p.g) / s.g }
func (s scale) curvature(p pair) float64 { return float64(p.hn>>s.bits) / s.h }

// build fills the histogram of a leaf from its rows, except for the commonest
// bins.
func (b *block) build(hist []pair, rows []int32, of []pair) {
	clear(hist)
	start, slots := b.start, b.slots
	for _, i := range rows {
		p := of[i]
		for _, s := range slots[start[i]:start[i+1]] {
			e := &hist[s]
			e.g += p.g
			e.hn += p.hn
		}
	}
}

// complete fills the commonest bin of each column: the leaf's total less the
// other bins.
func (b *block) complete(hist []pair, total pair) {
	for c := range b.columns {
		rest := total
		h := hist[b.offset[c]:b.offset[c+1]]
		for k := range h {
			rest.g -= h[k].g
			rest.hn -= h[k].hn
		}
		h[b.common[c]] = rest
	}
}

// subtract turns the parent's histogram into that of the other child.
func subtract(parent, child []pair) {
	child = child[:len(parent)]
	for k := range parent {
		parent[k].g -= child[k].g
		parent[k].hn -= child[k].hn
	}
}
