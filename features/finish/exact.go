package finish

import "math/bits"

// wide is a signed 128-bit integer: sign and magnitude.
type wide struct {
	neg    bool
	hi, lo uint64
}

// times multiplies two 64-bit integers exactly.
func times(a, b int64) wide {
	hi, lo := bits.Mul64(size(a), size(b))
	return wide{(a < 0) != (b < 0), hi, lo}
}

func size(a int64) uint64 {
	if a < 0 {
		return -uint64(a)
	}
	return uint64(a)
}

// minus subtracts exactly; both magnitudes are below 2^127.
func (a wide) minus(b wide) wide {
	b.neg = !b.neg
	if a.neg == b.neg {
		lo, c := bits.Add64(a.lo, b.lo, 0)
		hi, _ := bits.Add64(a.hi, b.hi, c)
		return wide{a.neg, hi, lo}
	}
	if a.hi < b.hi || a.hi == b.hi && a.lo < b.lo {
		a, b = b, a
	}
	lo, c := bits.Sub64(a.lo, b.lo, 0)
	hi, _ := bits.Sub64(a.hi, b.hi, c)
	return wide{a.neg, hi, lo}
}

// float gives the nearest or next to nearest float64.
func (a wide) float() float64 {
	f := float64(a.hi)*(1<<64) + float64(a.lo)
	if a.neg {
		return -f
	}
	return f
}
