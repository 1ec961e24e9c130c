package cohort

import "leftshift/engine/disclosure"

// memory holds the sets of people that were counted, in order, and gives each the
// numbers that may be told of it.
//
// A set that differs from one before by few people (1 to the rule's small number)
// is answered with the numbers of that one, all of them: of two sets that differ
// by one person, whichever comes second tells nothing. Nobody and everyone stand
// at the beginning, so a set of few people, or of nobody, has no numbers, and one
// that lacks few people has those of everyone. Of several such sets the nearest
// answers, the oldest of equals: were it the oldest of all, a set one person away
// from the newest of two that are far apart could be answered as the other, and
// so tell that the person made the difference. What was answered with another's
// numbers answers in its turn.
//
// A cell of a set that has numbers of its own (its women, one practice) is
// likewise told with the number of an earlier set's same cell where these differ
// by few people, so that nothing is gained by adding people elsewhere. Only cells
// with numbers of their own answer there, so a number is never further off than
// the small number and the rounding. A cell of nobody is 0 and no other is.
//
// What is left: (1) 0 in a cell says of everyone in it that they are not in the
// set. (2) Whoever knows every person but one of a set that differs from an
// earlier one by exactly the small number can see the next one cross the border;
// at the level of cells that takes a set padded elsewhere for each step. (3) Two
// sets with numbers of their own, few steps of one or two people between them,
// meet somewhere in the middle. (4) Very many overlapping sets bound each other's
// roundings: their number is limited, and each is in the audit. (5) Nothing is
// kept between snapshots: a night's change of one person is not hidden, see
// package disclosure. (6) A false name: numbers told of a set may be those of a
// set near it, in a small population after many near steps not so near.
type memory struct {
	pop  *population
	rule disclosure.Rule
	few  int
	most int // sets
	sets []counted
}

// counted is a set and what is told of it.
type counted struct {
	set   people
	told  *told
	owner bool // told was made of this set
	n     tally
}

// told are the numbers for a set, by cell. Nil people: few, nothing is told.
type told struct {
	tally
	own []bool // the cell has its own number
}

func newMemory(pop *population, rule disclosure.Rule, most int) *memory {
	m := &memory{pop: pop, rule: rule, few: small(rule), most: most}
	all := everyone(pop.n)
	n := pop.tally(all)
	own := make([]bool, len(n.people))
	for c := range own {
		own[c] = true
	}
	m.sets = []counted{{set: none(pop.n), told: &told{}}, {set: all, told: &told{n, own}, owner: true, n: n}}
	return m
}

// small is the greatest count that a rule hides.
func small(r disclosure.Rule) int {
	n := 0
	for {
		if _, shown := r.Count(n + 1).Value(); shown {
			return n
		}
		n++
	}
}

// room says whether so many more sets can be counted.
func (m *memory) room(sets int) bool { return len(m.sets)-2+sets <= m.most }

// everyone is what is told of the whole population.
func (m *memory) everyone() *told { return m.sets[1].told }

// take counts a set and remembers it. The same set again is the same answer, and
// takes no room.
func (m *memory) take(set people) *told {
	nearest, at := -1, m.few+1
	for k := range m.sets {
		if d := apart(set, m.sets[k].set, m.pop.masks[0], m.few); d < at {
			nearest, at = k, d
		}
	}
	switch {
	case at == 0:
		return m.sets[nearest].told
	case nearest >= 0:
		m.sets = append(m.sets, counted{set: set, told: m.sets[nearest].told})
		return m.sets[nearest].told
	}
	n := m.pop.tally(set)
	t := &told{tally{make([]int, len(n.people)), make([]float64, len(n.people))}, make([]bool, len(n.people))}
	for c := range n.people {
		t.people[c], t.events[c], t.own[c] = m.cell(set, n, c)
	}
	m.sets = append(m.sets, counted{set, t, true, n})
	return t
}

// cell gives what is told of one cell of a set.
func (m *memory) cell(set people, n tally, c int) (people int, events float64, own bool) {
	if n.people[c] == 0 {
		return 0, 0, false
	}
	var nearest *counted
	at := m.few + 1
	for k := range m.sets {
		e := &m.sets[k]
		if !e.owner || !e.told.own[c] || e.n.people[c] == 0 || max(n.people[c]-e.n.people[c], e.n.people[c]-n.people[c]) > m.few {
			continue
		}
		if d := apart(set, e.set, m.pop.masks[c], m.few); d < at {
			nearest, at = e, d
		}
	}
	if nearest != nil {
		return nearest.n.people[c], nearest.n.events[c], false
	}
	return n.people[c], n.events[c], true
}

// cells is what is shown of a set: all, then each dimension.
func (m *memory) cells(t *told) (total disclosure.Cell, dims [][]disclosure.Cell) {
	parts := [][]disclosure.Cell{{m.count(t, 0)}}
	for d := range m.pop.dims {
		var cells []disclosure.Cell
		for k := range m.pop.dims[d].Labels {
			cells = append(cells, m.count(t, m.pop.first[d]+k))
		}
		parts = append(parts, cells)
	}
	parts = m.rule.Together(parts...)
	return parts[0][0], parts[1:]
}

func (m *memory) count(t *told, c int) disclosure.Cell {
	if t.people == nil {
		return disclosure.Hidden
	}
	return m.rule.Count(t.people[c])
}
