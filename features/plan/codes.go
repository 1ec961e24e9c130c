package plan

import (
	"math/bits"
	"sort"

	"leftshift/engine"
)

// Codes maps a code to its targets: an open-addressing table behind a small
// bit set that answers most codes that lead nowhere. Keys are hashes already,
// so their own bits choose the place.
type Codes struct {
	bloom [1 << 12]uint64 // 2^18 bits
	mask  uint64
	keys  []engine.Code // 0 is empty
	from  []uint32      // offset into targets, and to
	to    []uint32
	list  []Target
}

// Of gives the targets of a code, in order of family; nil for none.
func (c *Codes) Of(code engine.Code) []Target {
	h := uint64(code)
	if c.bloom[h>>6&(1<<12-1)]>>(h&63)&1 == 0 {
		return nil
	}
	for i := h >> 18 & c.mask; ; i = (i + 1) & c.mask {
		switch c.keys[i] {
		case 0:
			return nil
		case code:
			return c.list[c.from[i]:c.to[i]]
		}
	}
}

// Len is the number of codes that lead somewhere.
func (c *Codes) Len() int {
	n := 0
	for _, k := range c.keys {
		if k != 0 {
			n++
		}
	}
	return n
}

// build makes the table. Code 0 (no code) leads nowhere.
func (c *Codes) build(by map[engine.Code][]Target) {
	order := make([]engine.Code, 0, len(by))
	for k := range by {
		if k != 0 {
			order = append(order, k)
		}
	}
	sort.Slice(order, func(i, j int) bool { return order[i] < order[j] })
	size := 1 << bits.Len(uint(4*len(order)+4))
	c.mask = uint64(size - 1)
	c.keys = make([]engine.Code, size)
	c.from, c.to = make([]uint32, size), make([]uint32, size)
	for _, k := range order {
		t := by[k]
		sort.Slice(t, func(i, j int) bool {
			if t[i].Family != t[j].Family {
				return t[i].Family < t[j].Family
			}
			return t[i].Member < t[j].Member
		})
		h := uint64(k)
		c.bloom[h>>6&(1<<12-1)] |= 1 << (h & 63)
		i := h >> 18 & c.mask
		for c.keys[i] != 0 {
			i = (i + 1) & c.mask
		}
		c.keys[i] = k
		c.from[i] = uint32(len(c.list))
		for j, x := range t {
			if j == 0 || x != t[j-1] {
				c.list = append(c.list, x)
			}
		}
		c.to[i] = uint32(len(c.list))
	}
}
