package analyse

import (
	"fmt"
	"math"
	"strconv"
)

// bin is a bar of a histogram: values below `below` that no bin before it
// holds.
type bin struct {
	below float64
	label string
}

// mostBins is about how many bars a histogram has.
const mostBins = 12

// binsOf divides ascending values, not all of which are equal to 0, by round
// numbers between their 1st and 99th percentiles; the first and last bin hold
// what lies beyond. Few different whole numbers have a bin each. The ends are
// moved inwards until at least `least` values lie in each open bin, so that no
// edge is one person's.
func binsOf(values []float64, least int) []bin {
	n := len(values)
	lo, hi := values[min(n-1, max(n/100, least))], values[max(0, n-1-max(n/100, least))]
	if lo > hi {
		lo, hi = hi, lo
	}
	whole := true
	for _, v := range values {
		whole = whole && v == math.Trunc(v)
	}
	step := round(max(hi-lo, math.Abs(hi)*1e-6, 1e-6) / mostBins)
	if whole {
		step = math.Max(step, 1)
	}
	if lo == hi {
		step = math.Max(step, 1)
	}
	digits := max(0, -int(math.Floor(math.Log10(step)+1e-9)))
	text := func(v float64) string {
		if v == 0 {
			v = 0 // not -0
		}
		return strconv.FormatFloat(v, 'f', digits, 64)
	}
	from := math.Floor(lo/step+1e-9) * step
	var out []bin
	for k := 0; ; k++ {
		a, b := from+float64(k)*step, from+float64(k+1)*step
		label := text(a) + " to below " + text(b)
		if whole && step == 1 {
			label = text(a)
		} else if whole {
			label = text(a) + " to " + text(b-1)
		}
		last := b > hi
		switch {
		case k == 0 && values[0] < a && !last:
			label = "below " + text(b)
		case last && values[n-1] >= b:
			label = text(a) + " and more"
		}
		if last {
			return append(out, bin{math.Inf(1), label})
		}
		out = append(out, bin{b, label})
	}
}

// round gives the next 1, 2 or 5 times a power of ten that is not smaller.
func round(v float64) float64 {
	p := math.Pow(10, math.Floor(math.Log10(v)))
	for _, f := range []float64{1, 2, 5} {
		if f*p >= v*(1-1e-9) {
			return f * p
		}
	}
	return 10 * p
}

func (b bin) String() string { return fmt.Sprintf("%s (below %g)", b.label, b.below) }
