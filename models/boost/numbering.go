package boost

import "math/bits"

// numbering gives distinct words the numbers 0, 1, 2, ... in the order in which
// they first come. It keeps its memory.
type numbering struct {
	keys  []uint64 // by number
	table []int32  // open addressing; number+1, 0 for none
	shift uint
}

// reset forgets all words and makes room for n.
func (s *numbering) reset(n int) {
	size := 1 << bits.Len(uint(2*n))
	s.table = resize(s.table, size)
	clear(s.table)
	s.keys = s.keys[:0]
	s.shift = uint(64 - bits.TrailingZeros(uint(size)))
}

// number gives the number of a word and whether it had one before.
func (s *numbering) number(w uint64) (int, bool) {
	at := int(w * 0x9E3779B97F4A7C15 >> s.shift) // Fibonacci hashing
	for {
		k := s.table[at]
		if k == 0 {
			s.keys = append(s.keys, w)
			s.table[at] = int32(len(s.keys))
			return len(s.keys) - 1, false
		}
		if s.keys[k-1] == w {
			return int(k - 1), true
		}
		at = (at + 1) & (len(s.table) - 1)
	}
}

func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
