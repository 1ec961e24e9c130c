package boost

import (
	"math"
)

// maxBins is the greatest number of bins of a column, so that a bin fits a
// byte with one value to spare.
const maxBins = 255

// edges are the bins of one column: value bin b holds the values v with
// upper[b-1] < v <= upper[b], the last value bin everything above. NaN has the
// bin after the last value bin when missing is true.
type edges struct {
	upper   []float32 // one fewer than the value bins, rising
	missing bool      // the column had NaN
}

// values is the number of value bins, and the number of the NaN bin.
func (e *edges) values() int { return len(e.upper) + 1 }

// bins is the number of all bins.
func (e *edges) bins() int {
	if e.missing {
		return e.values() + 1
	}
	return e.values()
}

// bin gives the bin of a value. A NaN where training had none gets the bin
// after the last, which the caller must expect.
func (e *edges) bin(v float32) uint8 {
	if v != v {
		return uint8(e.values())
	}
	lo, hi := 0, len(e.upper)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if e.upper[mid] < v {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return uint8(lo)
}

// findEdges chooses at most limit bins for the values of the given rows. When
// the distinct values are few each has its own bin; otherwise bins are filled
// towards equal numbers of rows, and a value with more rows than such a bin
// holds has a bin of its own. Row weights play no part: a bin is a choice of
// resolution, not an estimate.
func findEdges(values []float32, rows []int32, limit int, s *sorter) edges {
	keys := s.sort(values, rows)
	e := edges{missing: len(keys) < len(rows)}
	if e.missing {
		limit--
	}
	var distinct []float32
	var count []int
	for k, key := range keys {
		if k == 0 || key != keys[k-1] {
			distinct = append(distinct, unkey(key))
			count = append(count, 0)
		}
		count[len(count)-1]++
	}
	if len(distinct) < 2 || limit < 2 {
		return e
	}
	if len(distinct) <= limit {
		for k := 1; k < len(distinct); k++ {
			e.upper = append(e.upper, between(distinct[k-1], distinct[k]))
		}
		return e
	}
	rest, left, filled := len(keys), limit, 0 // rows and bins still to give, rows in the open bin
	for k := 0; k < len(distinct)-1 && left > 1; k++ {
		filled += count[k]
		// Close the bin when it has its share, or when the next value alone
		// fills one and this bin is at least half full.
		share := float64(rest) / float64(left)
		next := float64(count[k+1])
		if float64(filled) >= share || next >= share && float64(filled) >= share/2 {
			e.upper = append(e.upper, between(distinct[k], distinct[k+1]))
			rest -= filled
			filled = 0
			left--
		}
	}
	return e
}

// between gives a threshold t with a <= t < b, halfway when float32 can.
func between(a, b float32) float32 {
	t := float32(float64(a) + (float64(b)-float64(a))/2)
	if t >= b {
		return a
	}
	return t
}

// sorter sorts float32 values by radix; it keeps its buffers.
type sorter struct {
	a, b []uint32
}

// sort gives the order-preserving keys of the values of rows that are not
// NaN, rising. The result is valid until the next call. -0 counts as 0.
func (s *sorter) sort(values []float32, rows []int32) []uint32 {
	s.a = s.a[:0]
	sorted := true
	last := uint32(0)
	for _, i := range rows {
		v := values[i]
		if v != v {
			continue
		}
		key := key(v)
		sorted = sorted && key >= last
		last = key
		s.a = append(s.a, key)
	}
	if sorted {
		return s.a
	}
	if cap(s.b) < len(s.a) {
		s.b = make([]uint32, len(s.a))
	}
	s.b = s.b[:len(s.a)]
	for shift := 0; shift < 32; shift += 11 {
		var count [2048]int
		for _, k := range s.a {
			count[k>>shift&2047]++
		}
		at := 0
		for d, n := range count {
			count[d] = at
			at += n
		}
		for _, k := range s.a {
			d := k >> shift & 2047
			s.b[count[d]] = k
			count[d]++
		}
		s.a, s.b = s.b, s.a
	}
	return s.a
}

// key maps a float32 to a number of the same order.
func key(v float32) uint32 {
	u := math.Float32bits(v + 0) // -0 + 0 is 0
	if u>>31 != 0 {
		return ^u
	}
	return u | 1<<31
}

func unkey(k uint32) float32 {
	if k>>31 != 0 {
		return math.Float32frombits(k &^ (1 << 31))
	}
	return math.Float32frombits(^k)
}
