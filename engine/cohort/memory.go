package cohort

import (
	"maps"

	"leftshift/engine/disclosure"
)

// memory holds the sets of people that were counted, in order, and gives each the
// numbers that may be told of it.
//
// A set that differs from one before by few people (1 to the rule's small number)
// is answered with the numbers of that one, all of them: of two sets that differ
// by one person, whichever comes second tells nothing. Of several such sets the
// nearest answers, the oldest of equals: were it the oldest of all, a set one
// person away from the newest of two that are far apart could be answered as the
// other, and so tell that the person made the difference. What was answered with
// another's numbers answers in its turn.
//
// What a definition asks about age, sex, place and team is no secret: who is in by
// that alone (certain), and who may be (possible), anyone can work out. Both stand
// beside the set, so that one which is near no earlier set and differs from either
// by few people is answered with what is no secret. Nobody and everyone are such sets: a cohort of
// few people, or of nobody, has no numbers, and one that lacks few people has those
// of everyone. For the same reason 0 is shown only of a cell in which nobody may
// be; where somebody might, nobody and few look alike.
//
// A cell of a set that has numbers of its own (its women, one practice) is
// likewise told with the number of an earlier set's same cell where these differ
// by few people, so that little is gained by adding people elsewhere. Only cells
// with numbers of their own answer there, so a number is never further off than
// the small number and the rounding.
//
// What is left: (1) Whoever knows every person but one of a set that differs from
// an earlier one by exactly the small number can see the next one cross the border;
// at the level of cells that takes a set padded elsewhere for each step. (2) Two
// sets with numbers of their own, few steps of one or two people between them,
// meet somewhere in the middle. (3) Overlapping sets bound each other's roundings,
// in a small population soon: their number is limited, and each is in the audit.
// (4) Nothing is kept between snapshots: a night's change of one person is not
// hidden, see package disclosure. (5) Numbers told of a set may be those of a set
// near it, in a small population after many near steps not so near.
type memory struct {
	pop   *population
	rule  disclosure.Rule
	few   int
	most  int // sets
	each  int // sets of one person
	who   string
	asked map[string]int // sets that count towards these, by who asked first
	sets  []counted
}

// scope is a set of people, and those who are in it and may be in it by what is no
// secret: certain is within set, and set within possible.
type scope struct{ set, certain, possible people }

// counted is a set and what is told of it.
type counted struct {
	set    people
	told   *told
	owner  bool // told was made of this set
	public bool // no secret, and asked by nobody: it stands beside a set that was
	n      tally
}

// told are the numbers for a set, by cell.
type told struct {
	tally
	few   bool   // nothing is told
	own   []bool // the cell has its own number
	maybe []bool // somebody may be in the cell
}

func newMemory(pop *population, rule disclosure.Rule, most int) *memory {
	m := &memory{pop: pop, rule: rule, few: small(rule), most: most, each: MostEach, asked: map[string]int{}}
	m.public(none(pop.n))
	m.public(everyone(pop.n))
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

// mark gives a function that forgets what is remembered from now on.
func (m *memory) mark() (back func()) {
	sets, asked := len(m.sets), maps.Clone(m.asked)
	return func() { m.sets, m.asked = m.sets[:sets], asked }
}

// bounded refuses what was just asked where it was too much.
func (m *memory) bounded(who string) error {
	all := 0
	for _, n := range m.asked {
		all += n
	}
	switch {
	case all > m.most:
		return fault("cohort-ledger-full", "this snapshot has been counted by as many cohorts as it may be: more would let small numbers be worked out; wait for the next snapshot, or look at what has been counted")
	case who != "" && m.asked[who] > m.each:
		return fault("cohort-ledger-yours", "you have counted as many cohorts of this snapshot as one person may: more would let small numbers be worked out; wait for the next snapshot, look at what has been counted, or ask a colleague to count")
	}
	return nil
}

// everyone is what is told of the whole population.
func (m *memory) everyone() *told { return m.sets[1].told }

// public counts a set that is no secret.
func (m *memory) public(set people) *counted {
	for k := range m.sets {
		if apart(set, m.sets[k].set, m.pop.masks[0], 0) == 0 && m.sets[k].public {
			return &m.sets[k]
		}
	}
	n := m.pop.tally(set)
	t := &told{n, n.people[0] <= m.few, make([]bool, len(n.people)), make([]bool, len(n.people))}
	for c := range n.people {
		t.own[c], t.maybe[c] = true, n.people[c] > 0
	}
	m.sets = append(m.sets, counted{set: set, told: t, owner: true, public: true, n: n})
	return &m.sets[len(m.sets)-1]
}

// take counts a set and remembers it. The same set again is the same answer.
func (m *memory) take(s scope) *told {
	nearest, at := m.nearest(s.set)
	if nearest != nil {
		if at > 0 {
			m.remember(counted{set: s.set, told: nearest.told})
		}
		return nearest.told
	}
	lo, hi := *m.public(s.certain), *m.public(s.possible)
	t := &told{few: true, own: make([]bool, len(hi.n.people)), maybe: make([]bool, len(hi.n.people))}
	for c := range t.maybe {
		t.maybe[c] = hi.n.people[c] > 0
	}
	for _, p := range []counted{lo, hi} { // not the nearer: between two near ones that would tell
		if apart(s.set, p.set, m.pop.masks[0], m.few) <= m.few {
			t.tally, t.few = p.n, p.told.few
			m.remember(counted{set: s.set, told: t})
			return t
		}
	}
	n := m.pop.tally(s.set)
	t.tally, t.few = tally{make([]int, len(n.people)), make([]float64, len(n.people))}, false
	for c := range n.people {
		t.people[c], t.events[c], t.own[c] = m.cell(s.set, n, c, lo, hi)
	}
	m.remember(counted{set: s.set, told: t, owner: true, n: n})
	return t
}

func (m *memory) remember(c counted) {
	m.sets = append(m.sets, c)
	m.asked[m.who]++
}

// nearest finds the asked set that differs by the fewest people; nil where none
// differs by few.
func (m *memory) nearest(set people) (nearest *counted, at int) {
	at = m.few + 1
	for k := range m.sets {
		if m.sets[k].public {
			continue
		}
		if d := apart(set, m.sets[k].set, m.pop.masks[0], m.few); d < at {
			nearest, at = &m.sets[k], d
		}
	}
	return nearest, at
}

// cell gives what is told of one cell of a set.
func (m *memory) cell(set people, n tally, c int, public ...counted) (people int, events float64, own bool) {
	var nearest *counted
	at := m.few + 1
	look := func(e *counted) {
		if e.owner && e.told.own[c] && max(n.people[c]-e.n.people[c], e.n.people[c]-n.people[c]) <= m.few {
			if d := apart(set, e.set, m.pop.masks[c], m.few); d < at {
				nearest, at = e, d
			}
		}
	}
	for k := range public {
		if look(&public[k]); nearest != nil {
			break
		}
	}
	for k := range m.sets {
		if nearest == nil || !nearest.public {
			look(&m.sets[k])
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
	if t.few || t.people[c] == 0 && t.maybe[c] {
		return disclosure.Hidden
	}
	return m.rule.Count(t.people[c])
}
