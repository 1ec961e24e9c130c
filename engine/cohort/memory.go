package cohort

import (
	"maps"

	"leftshift/engine/disclosure"
)

// memory holds the sets of people that were counted, in order, and gives each the
// numbers that may be told of it. The trees come to it without the branches that
// make a difference to few: see reduction.
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
// Of any other set those who are in by what is secret are rounded by themselves,
// and the certain added after: were the sum rounded, a group beside five sets of
// ages whose sizes anyone knows would be told exactly, by where the roundings
// turn. These people, and those who are out by what is secret, are held against
// those of every earlier set, so that a group beside other ages, or its opposite,
// is told as it was told before. And where two earlier sets, added or taken away,
// make the set but for few people, it is told as their numbers make it: what
// follows from earlier answers says nothing new. How often the sets told come back
// to one group of people is bounded: see cores.
//
// A cell of a set that has numbers of its own (its women, one practice) is
// likewise told with the number of an earlier set's same cell where these differ
// by few people, so that little is gained by adding people elsewhere. Only cells
// with numbers of their own answer there, so a number is never further off than
// the small number and two roundings.
//
// What is left: (1) Whoever knows every person but one of a set that differs from
// an earlier one by exactly the small number can see the next one cross the border;
// at the level of cells that takes a set padded elsewhere for each step. The same
// border is told of a branch: left out or not. (2) Two sets with numbers of their
// own, few steps of one or two people between them, meet somewhere in the middle.
// (3) Overlapping sets bound each other's roundings, in a small population soon:
// their number is limited, for a site and for each person, and each is in the
// audit. (4) Nothing is kept between snapshots: a night's change of one person is
// not hidden, see package disclosure. (5) Numbers told of a set may be those of a
// set near it, in a small population after many near steps not so near.
// (6) Averages of ordinary groups. To tell one person's secret two ordinary groups
// that differ by that person must each be told more exactly than one rounding
// does. Where each two sets have the group as a part, the fourth such set is
// refused: disjoint slices, their opposites, slices taken away, slices spread over
// the leaves of a tree and halves leave an attacker right in 48 to 68 of 100
// worlds, 50 being a coin's. Not stopped are sets of which no two have the group as
// a part, so that only three or more do: slices that overlap so that everyone is
// in two of them (right in 78 of 100 after 16 questions, in 98 after 28), and
// a slice, either and both, for slices that are nested or overlap (right in 72 to
// 85 of 100 after as many questions as one person has, in 95 after 240). MostEach
// bounds these, and does not end the first: they need a person who writes them on
// purpose, and each question stands in the audit.
// Cohorts by age, sex, place and team alone are held to the same, in their own
// right: who is in them is no secret, and who of them is ill is.
type memory struct {
	pop    *population
	rule   disclosure.Rule
	few    int
	most   int // sets
	each   int // sets of one person
	who    string
	asked  map[string]int // sets that count towards these, by who asked first
	sets   []counted
	cores  *cores // of cohorts
	unsure *cores // of the undecided of cohorts
	open   *cores // of cohorts that are no secret, and of who is in one by that alone: what their cells hold is
	wide   *cores // of who may be in a cohort by what is no secret, where a cell tells of them
	back   int    // most pairs of cohorts that came back to one group since mark
}

// scope is a set of people, and those who are in it and may be in it by what is no
// secret: certain is within set, and set within possible.
type scope struct{ set, certain, possible people }

// oftenUnsure is often for the undecided; beyond it their number is hidden. Of whom
// a cohort cannot decide the same people are at the heart from one edit to the
// next, those of whom a test is not known; and one number is told of them, no
// make-up.
const oftenUnsure = 8

// counted is a set and what is told of it.
type counted struct {
	set    people
	told   *told
	owner  bool // told was made of this set
	public bool // no secret, and asked by nobody: it stands beside a set that was
	n      tally

	// Of one that is not public: who is in by what is secret, and who is out by it,
	// and what is told of both.
	in, out         people
	inTold, outTold tally
}

// told are the numbers for a set, by cell.
type told struct {
	tally
	few   bool   // nothing is told
	own   []bool // the cell has its own number
	maybe []bool // somebody may be in the cell
	// Few are in the cell by what is no secret. It is hidden: added to the others,
	// whose number is known from a set without these, they would be told as 0 or 5.
	beside []bool
}

func newMemory(pop *population, rule disclosure.Rule, most int) *memory {
	m := &memory{pop: pop, rule: rule, few: small(rule), most: most, each: MostEach, asked: map[string]int{}}
	m.cores, m.unsure, m.open, m.wide = newCores(m.few, pop.n), newCores(m.few, pop.n), newCores(m.few, pop.n), newCores(m.few, pop.n)
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
	cores, unsure, open, wide := m.cores.mark(), m.unsure.mark(), m.open.mark(), m.wide.mark()
	m.back = 0
	return func() {
		cores()
		unsure()
		open()
		wide()
		m.sets, m.asked = m.sets[:sets], asked
	}
}

// bounded refuses what was just asked where it was too much.
func (m *memory) bounded(who string) error {
	all := 0
	for _, n := range m.asked {
		all += n
	}
	switch {
	case m.back > often:
		return fault("cohort-core", "these questions come back to one group of people too often for this snapshot: its number would be told more exactly than it may be; ask for something else, or wait for the next snapshot")
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
	t := &told{tally: n, few: n.people[0] <= m.few, own: make([]bool, len(n.people)), maybe: make([]bool, len(n.people))}
	for c := range n.people {
		t.own[c], t.maybe[c] = true, n.people[c] > 0
	}
	m.sets = append(m.sets, counted{set: set, told: t, owner: true, public: true, n: n})
	return &m.sets[len(m.sets)-1]
}

// take counts a set and remembers it. The same set again is the same answer.
func (m *memory) take(s scope) *told { return m.tell(s, false) }

// tell is take; unsure says that they are those of whom a cohort cannot decide.
func (m *memory) tell(s scope, unsure bool) *told {
	c := counted{set: s.set, in: s.set.without(s.certain), out: s.possible.without(s.set)}
	nearest, at := m.nearest(s.set)
	if at == 0 {
		return m.sets[nearest].told
	}
	lo, hi := *m.public(s.certain), *m.public(s.possible)
	if nearest >= 0 {
		return m.remember(c, m.sets[nearest].told, lo, hi)
	}
	t := &told{own: make([]bool, len(hi.n.people)), maybe: make([]bool, len(hi.n.people)), beside: make([]bool, len(hi.n.people))}
	for k := range t.maybe {
		t.maybe[k] = hi.n.people[k] > 0
		t.beside[k] = lo.n.people[k] > 0 && lo.n.people[k] <= m.few
	}
	for _, p := range []counted{lo, hi} { // not the nearer: between two near ones that would tell
		if apart(s.set, p.set, m.pop.masks[0], m.few) <= m.few {
			t.tally, t.few, t.beside = p.n, p.told.few, nil
			if !unsure {
				m.openly(m.open, p)
			}
			return m.remember(c, t, lo, hi)
		}
	}
	c.n = m.pop.tally(s.set)
	if !unsure { // of whom one number is told, and no make-up
		m.openly(m.open, lo)
		for k := range t.own {
			if out := hi.n.people[k] - c.n.people[k]; out <= m.few && out < hi.n.people[k]-lo.n.people[k]-m.few {
				m.openly(m.wide, hi) // which tells the cell
				break
			}
		}
	}
	t.tally = tally{make([]int, len(t.own)), make([]float64, len(t.own))}
	if in, ok := m.secret(c.in, c.out); ok {
		for k := range t.own {
			t.set(k, lo, hi, in(k))
		}
		return m.remember(c, t, lo, hi)
	}
	c.owner = true
	for k := range t.own {
		m.cell(t, c, k, lo, hi)
	}
	m.remember(c, t, lo, hi)
	if unsure {
		t.few = m.unsure.add(c.in, len(m.sets)-1) > oftenUnsure
	} else {
		m.back = max(m.back, m.cores.add(c.in, len(m.sets)-1))
	}
	return t
}

// openly notes a set that is no secret, of which something is told: who is in it
// is known, and what its cells hold (who of them is ill) is not, so that its
// numbers must not come back to one group any more than others do.
func (m *memory) openly(among *cores, p counted) {
	n := p.n.people[0]
	if n <= m.few || m.pop.n-n <= m.few {
		return
	}
	for k := range among.told {
		if apart(among.told[k].set, p.set, m.pop.masks[0], 0) == 0 {
			return
		}
	}
	m.back = max(m.back, among.add(p.set, len(among.told)))
}

// set tells a cell of a set by what is told of those who are in it by what is
// secret.
func (t *told) set(cell int, lo, hi counted, in part) {
	t.people[cell] = min(max(lo.n.people[cell]+in.people, lo.n.people[cell]), hi.n.people[cell])
	t.events[cell] = min(max(lo.n.events[cell]+in.events, lo.n.events[cell]), hi.n.events[cell])
}

// part is what is told of some people of a cell.
type part struct {
	people int
	events float64
}

func (t tally) part(cell int) part { return part{t.people[cell], t.events[cell]} }

func (p part) plus(q part) part { return part{p.people + q.people, p.events + q.events} }
func (p part) less(q part) part { return part{p.people - q.people, p.events - q.events} }

func (m *memory) remember(c counted, t *told, lo, hi counted) *told {
	c.told = t
	c.inTold, c.outTold = tally{make([]int, len(t.people)), make([]float64, len(t.people))}, tally{make([]int, len(t.people)), make([]float64, len(t.people))}
	for k := range t.people {
		c.inTold.people[k], c.inTold.events[k] = max(t.people[k]-lo.n.people[k], 0), max(t.events[k]-lo.n.events[k], 0)
		c.outTold.people[k], c.outTold.events[k] = max(hi.n.people[k]-t.people[k], 0), max(hi.n.events[k]-t.events[k], 0)
	}
	m.sets = append(m.sets, c)
	m.asked[m.who]++
	return t
}

// nearest finds the asked set that differs by the fewest people; -1 where none
// differs by few.
func (m *memory) nearest(set people) (nearest, at int) {
	nearest, at = -1, m.few+1
	for k := range m.sets {
		if m.sets[k].public {
			continue
		}
		if d := apart(set, m.sets[k].set, m.pop.masks[0], at-1); d < at {
			nearest, at = k, d
		}
	}
	return nearest, at
}

// secret finds what was told of those who are in a set by what is secret, or of
// those who are out of it by that, where they are near those of an earlier set, or
// near what two earlier sets leave of each other; by cell.
func (m *memory) secret(in, out people) (of func(cell int) part, ok bool) {
	at := m.few + 1
	var told tally
	turned := false
	for k := range m.sets {
		e := &m.sets[k]
		if e.public {
			continue
		}
		look := func(mine, theirs people, n tally, turn bool) {
			if d := apart(mine, theirs, m.pop.masks[0], at-1); d < at {
				at, told, turned = d, n, turn
			}
		}
		look(in, e.in, e.inTold, false)
		look(in, e.out, e.outTold, false)
		look(out, e.out, e.outTold, true)
		look(out, e.in, e.inTold, true)
	}
	switch {
	case at > m.few:
		return m.implied(in)
	case turned:
		either := m.pop.tally(in.or(out))
		return func(cell int) part { return either.part(cell).less(told.part(cell)) }, true
	}
	return told.part, true
}

// implied finds what the numbers of two earlier sets, added or taken away, tell of
// these people.
func (m *memory) implied(in people) (of func(cell int) part, found bool) {
	all := m.sets[1].n
	for _, x := range []struct {
		of     people
		turned bool
	}{{in, false}, {in.not(m.pop.n), true}} {
		m.cores.alike(sketchOf(x.of, x.of), func(at int) bool {
			p, ok := m.cores.groups[at].sum()
			if !ok {
				return true
			}
			one, other := &m.sets[p.one], &m.sets[p.other]
			group, number := one.in.without(other.in), func(cell int) part { return one.inTold.part(cell).less(other.inTold.part(cell)) }
			switch p.kind {
			case sum:
				group, number = one.in.or(other.in).not(m.pop.n), func(cell int) part { return all.part(cell).less(one.inTold.part(cell)).less(other.inTold.part(cell)) }
			case overlap:
				group, number = one.in.and(other.in), func(cell int) part { return one.inTold.part(cell).plus(other.inTold.part(cell)).less(all.part(cell)) }
			}
			if apart(group, x.of, m.pop.masks[0], m.few) > m.few {
				return true
			}
			of, found = number, true
			if x.turned {
				of = func(cell int) part { return all.part(cell).less(number(cell)) }
			}
			return false
		})
		if found {
			return of, true
		}
	}
	return nil, false
}

// cell tells one cell of a set that has numbers of its own.
func (m *memory) cell(t *told, c counted, k int, lo, hi counted) {
	in, out := c.n.people[k]-lo.n.people[k], hi.n.people[k]-c.n.people[k]
	switch {
	case in <= m.few:
		t.set(k, lo, hi, part{})
		return
	case out <= m.few:
		t.set(k, lo, hi, hi.n.part(k).less(lo.n.part(k)))
		return
	}
	var nearest *counted
	at, same := m.few+1, false
	for i := range m.sets {
		e := &m.sets[i]
		if e.public || !e.owner || !e.told.own[k] {
			continue
		}
		if d := apart(c.in, e.in, m.pop.masks[k], at-1); d < at {
			nearest, at, same = e, d, true
		}
		if d := apart(c.in, e.out, m.pop.masks[k], at-1); d < at {
			nearest, at, same = e, d, false
		}
	}
	switch {
	case nearest != nil && same:
		t.set(k, lo, hi, nearest.inTold.part(k))
	case nearest != nil:
		t.set(k, lo, hi, nearest.outTold.part(k))
	default:
		t.set(k, lo, hi, m.rounded(c.n.part(k).less(lo.n.part(k))))
		t.own[k] = true
	}
}

// rounded is what is told of people by themselves.
func (m *memory) rounded(p part) part {
	n, _ := m.rule.Count(p.people).Value()
	w, _ := m.rule.Weight(max(p.events, 0)).Value()
	return part{n, float64(w)}
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
	if t.few || t.people[c] == 0 && t.maybe[c] || t.people[c] > 0 && t.beside != nil && t.beside[c] {
		return disclosure.Hidden
	}
	return m.rule.Count(t.people[c])
}
