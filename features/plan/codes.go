package plan

import (
	"cmp"
	"iter"
	"math/bits"
	"slices"
	"strings"

	"leftshift/engine"
)

// Codes are the targets of each code.
type Codes struct {
	keys []engine.Code // ascending
	by   map[engine.Code][]Target
}

// Of gives the targets of a code, in order of family and member; nil for none.
func (c *Codes) Of(code engine.Code) []Target { return c.by[code] }

// Len is the number of codes that lead somewhere.
func (c *Codes) Len() int { return len(c.keys) }

// All gives every code with its targets, in order of code.
func (c *Codes) All() iter.Seq2[engine.Code, []Target] {
	return func(yield func(engine.Code, []Target) bool) {
		for _, k := range c.keys {
			if !yield(k, c.by[k]) {
				return
			}
		}
	}
}

// build takes the targets as found, in any order and more than once. Code 0
// (no code) leads nowhere.
func (c *Codes) build(by map[engine.Code][]Target) {
	c.by = make(map[engine.Code][]Target, len(by))
	for k, t := range by {
		if k == 0 {
			continue
		}
		t = slices.Clone(t)
		slices.SortFunc(t, before)
		c.by[k] = slices.Compact(t)
		c.keys = append(c.keys, k)
	}
	slices.Sort(c.keys)
}

func before(a, b Target) int {
	return cmp.Or(cmp.Compare(a.Family, b.Family), cmp.Compare(a.Member, b.Member))
}

// Table leads the kind and code of a row to the list of all families that may
// read it: those of the kind, and those of the code that read the kind. It is
// an open-addressing table of one cache line a probe; keys are hashes already,
// so their own bits choose the place. List 0 is empty.
type Table struct {
	slots []slot
	mask  uint64
	kind  [32]uint32 // list of a code that leads nowhere, by kind
	from  []uint32   // offsets of the lists in targets
	all   []Target
}

type slot struct {
	code engine.Code // 0 is empty
	kind uint32
	list uint32
}

// List gives the number of the list of a kind (below 32) and code.
func (t *Table) List(kind uint8, code engine.Code) uint32 {
	k := uint32(kind & 31)
	for i := place(k, code); ; i++ {
		s := &t.slots[i&t.mask]
		if s.code == 0 || code == 0 {
			return t.kind[k]
		}
		if s.code == code && s.kind == k {
			return s.list
		}
	}
}

// Targets gives a list.
func (t *Table) Targets(list uint32) []Target { return t.all[t.from[list]:t.from[list+1]] }

func place(kind uint32, code engine.Code) uint64 {
	return uint64(code)>>7 ^ uint64(code)>>29 + uint64(kind)*0x9e3779b1
}

// build makes the table of a plan's families, kinds and codes.
func (t *Table) build(p *Plan) {
	number := map[string]uint32{}
	list := func(targets []Target) uint32 {
		slices.SortFunc(targets, before)
		targets = slices.Compact(targets)
		var key strings.Builder
		for _, x := range targets {
			key.Write([]byte{byte(x.Family), byte(x.Family >> 8), x.Member})
		}
		n, ok := number[key.String()]
		if !ok {
			n = uint32(len(t.from) - 1)
			number[key.String()] = n
			t.all = append(t.all, targets...)
			t.from = append(t.from, uint32(len(t.all)))
		}
		return n
	}
	t.from = []uint32{0}
	list(nil)
	for k := range t.kind {
		t.kind[k] = list(slices.Clone(p.Kind[k]))
	}
	var slots []slot
	for code, targets := range p.Codes.All() {
		var kinds uint32
		for _, x := range targets {
			kinds |= p.Families[x.Family].Kinds
		}
		for ; kinds != 0; kinds &= kinds - 1 {
			k := bits.TrailingZeros32(kinds)
			all := slices.Clone(p.Kind[k])
			for _, x := range targets {
				if p.Families[x.Family].Kinds>>k&1 == 1 {
					all = append(all, x)
				}
			}
			slots = append(slots, slot{code, uint32(k), list(all)})
		}
	}
	t.slots = make([]slot, 1<<bits.Len(uint(4*len(slots)+4)))
	t.mask = uint64(len(t.slots) - 1)
	for _, s := range slots {
		i := place(s.kind, s.code) & t.mask
		for t.slots[i].code != 0 {
			i = (i + 1) & t.mask
		}
		t.slots[i] = s
	}
}
