package cohort

import (
	"math/bits"
	"slices"
)

// cores counts how often the sets that were told come back to one group of people.
//
// Two sets divide everyone into those in both, in one alone, in the other alone
// and in neither. Whoever adds a group to one slice of everyone after the other
// (or takes it away, or asks for the rest) makes sets of which each two have that
// group as one of these parts, and the sum of their numbers, each rounded by
// itself, tells the group's number the better the more there are; two groups that
// differ by one person so tell that person. So of each two sets those parts are
// noted that are none of the two sets and not their opposites, give or take few
// people. Sets that are told by the numbers of others tell nothing and are not
// among them.
//
// A group is kept as its number of people in each of thirty-two parts of
// everyone: of groups that differ by few people these differ by no more, so none
// is missed; that two others look alike takes that their differences cancel in
// each part.
type cores struct {
	few    int
	all    *sketch // of everyone; nil before it is needed
	n      int
	told   []toldSet
	groups []core
	by     map[int32][]int32 // groups by size
	undo   []undone
}

// sketch is people by part, modulo 65,536, and their number.
type sketch struct {
	of   [32]uint16
	size int32
}

// toldSet is a set by place in memory.
type toldSet struct {
	at  int
	set people
	sketch
}

// core is a group of people and the pairs of sets that came back to it.
type core struct {
	sketch
	pairs []pair
}

// pair are sets by place in memory, and how their numbers make one of a group.
type pair struct {
	one, other int32
	kind       kind
}

type kind uint8

const (
	unlike  kind = iota // no sum of the two
	rest                // of the one without the other, which is within it
	sum                 // of either; they have nobody in common
	overlap             // of both; together they are everyone
)

type undone struct {
	at  int
	was core
}

// Pairs come back to a group in two ways that tell its number: many sets of which
// each two do, as a group beside disjoint slices; and pairs that have no set in
// common and of each of which the group is a sum, as its two halves. Other pairs
// tell nothing of it together: the steps of two cohorts that are much alike have
// the same few people between them again and again.
//
// often is how many sets of which each two come back to one group are told, and
// one more than how many such pairs.
const often = 3

// times is how often the pairs came back in that sense, where one was added last.
func (g *core) times() int {
	if len(g.pairs) == 1 {
		return 2
	}
	joined := func(a, b int32) bool {
		for _, p := range g.pairs {
			if p.one == a && p.other == b || p.one == b && p.other == a {
				return true
			}
		}
		return false
	}
	last := g.pairs[len(g.pairs)-1]
	var with []int32 // sets that are joined to both of the last pair
	for _, p := range g.pairs {
		for _, c := range []int32{p.one, p.other} {
			if c != last.one && c != last.other && !slices.Contains(with, c) && joined(c, last.one) && joined(c, last.other) {
				with = append(with, c)
			}
		}
	}
	var grow func(size int, with []int32) int
	grow = func(size int, with []int32) int {
		most := size
		for i, c := range with {
			var left []int32
			for _, d := range with[i+1:] {
				if joined(c, d) {
					left = append(left, d)
				}
			}
			most = max(most, grow(size+1, left))
		}
		return most
	}
	apart := 0
	var used []int32
	for _, p := range g.pairs {
		if p.kind != unlike && !slices.Contains(used, p.one) && !slices.Contains(used, p.other) {
			apart, used = apart+1, append(used, p.one, p.other)
		}
	}
	return max(grow(2, with), apart+1)
}

// sum is a pair of sets whose numbers, added or taken away, are the group's.
func (g *core) sum() (pair, bool) {
	for _, p := range g.pairs {
		if p.kind != unlike {
			return p, true
		}
	}
	return pair{}, false
}

func newCores(few, n int) *cores {
	return &cores{few: few, n: n}
}

// sketchOf is of those in both.
func sketchOf(p, q people) sketch {
	var s sketch
	for w, x := range p {
		k := bits.OnesCount64(x & q[w])
		s.of[w%len(s.of)] += uint16(k)
		s.size += int32(k)
	}
	return s
}

func (s sketch) less(o sketch) sketch {
	for k := range s.of {
		s.of[k] -= o.of[k]
	}
	s.size -= o.size
	return s
}

// near says that they may differ by few people.
func (s *sketch) near(o *sketch, few int) bool {
	d := 0
	for k := range s.of {
		x := int(int16(s.of[k] - o.of[k]))
		if d += max(x, -x); d > few {
			return false
		}
	}
	return true
}

// add notes the pairs of a set with those before it, and gives how often they came
// back to the group to which they did most.
func (c *cores) add(set people, at int) (most int) {
	mine := toldSet{at, set, sketchOf(set, set)}
	if c.all == nil {
		s := sketchOf(everyone(c.n), everyone(c.n))
		c.all, c.by = &s, map[int32][]int32{}
	}
	for _, t := range c.told {
		both := sketchOf(set, t.set)
		one, two := mine.sketch.less(both), t.sketch.less(both)
		neither := c.all.less(t.sketch).less(one)
		note := func(s sketch, p pair) { most = max(most, c.note(s, p)) }
		here, there := int32(at), int32(t.at)
		switch small := func(s sketch) bool { return int(s.size) <= c.few }; {
		case small(one) && small(two), small(both) && small(neither):
			// the same, or opposites
		case small(one):
			note(two, pair{there, here, rest})
		case small(two):
			note(one, pair{here, there, rest})
		case small(both):
			note(neither, pair{here, there, sum})
		case small(neither):
			note(both, pair{here, there, overlap})
		default:
			for _, s := range []sketch{both, one, two, neither} {
				note(s, pair{there, here, unlike})
			}
		}
	}
	c.told = append(c.told, mine)
	return most
}

// note counts a pair for every group that it comes back to.
func (c *cores) note(s sketch, p pair) (most int) {
	found := false
	c.alike(s, func(at int) bool {
		g := &c.groups[at]
		c.undo = append(c.undo, undone{at, *g})
		g.pairs = append(g.pairs, p)
		found, most = true, max(most, g.times())
		return true
	})
	if !found {
		c.by[s.size] = append(c.by[s.size], int32(len(c.groups)))
		c.groups = append(c.groups, core{s, []pair{p}})
	}
	return most
}

// alike calls f with the groups that may differ from one by few, until it says no.
func (c *cores) alike(s sketch, f func(at int) bool) {
	few := int32(c.few)
	for size := s.size - few; size <= s.size+few; size++ {
		for _, at := range c.by[size] {
			if c.groups[at].near(&s, c.few) && !f(int(at)) {
				return
			}
		}
	}
}

// mark gives a function that forgets what is noted from now on.
func (c *cores) mark() (back func()) {
	c.undo = c.undo[:0]
	groups, told := len(c.groups), len(c.told)
	return func() {
		for k := len(c.undo) - 1; k >= 0; k-- {
			c.groups[c.undo[k].at] = c.undo[k].was
		}
		for k := len(c.groups) - 1; k >= groups; k-- {
			size := c.groups[k].size
			c.by[size] = c.by[size][:len(c.by[size])-1]
		}
		c.groups, c.told, c.undo = c.groups[:groups], c.told[:told], c.undo[:0]
	}
}
