package cohort

import (
	"leftshift/engine/disclosure"
)

// Table compares a set of people with everyone by one dimension.
type Table struct {
	ID, Title string
	Labels    []string
	Cohort    []disclosure.Cell
	Everyone  []disclosure.Cell
}

// Percent is what share of a label's people is in the cohort, of rounded
// numbers; false where either is hidden.
func (t Table) Percent(label int) (float64, bool) {
	return disclosure.Percent(t.Cohort[label], t.Everyone[label])
}

// Step is one step of attrition.
type Step struct {
	// Remaining after the step. Removed is made of what is shown of the step
	// before and of this one, and is hidden where either is or they are near: so
	// it says nothing more.
	Remaining, Removed disclosure.Cell
}

// Review is what an analyst sees of a cohort. A hidden total is of few people or
// of nobody. Numbers may be those of a cohort that differs by few people and was
// counted before.
type Review struct {
	Snapshot, AsOf string
	Hash           string // of the tree: see Node.Hash
	Everyone       disclosure.Cell
	Total          disclosure.Cell
	// Undecided are people whom nothing leaves out, but of whom something asked is
	// not known: too little history, no source, not recorded. Hidden too where they
	// are much the same people as in many cohorts before.
	Undecided disclosure.Cell
	Steps     []Step // as Node.Steps
	// LeftOut are the branches of the tree that make a difference to few people, or
	// to nobody, and are left out of Total and of MakeUp, in their order. Those of a
	// step before the last may be others.
	LeftOut []Left
	MakeUp  []Table
}

// reduce is whom a tree takes, without the branches that make a difference to few.
func (m *memory) reduce(b *branch) scope {
	now, outline := b.present().reduce(m.pop.n, m.few, false)
	return scope{now.yes, outline.yes, outline.may}
}

// steps are whom each step of a cohort leaves, and of whom it cannot be decided,
// each reduced by itself, for each is told by itself; and what is left out of the
// last.
func (m *memory) steps(b *branch) (steps []scope, undecided scope, left []Left) {
	count := 1
	if b.group == allGroup {
		count = len(b.kids)
	}
	for i := range count {
		p := b.present()
		if b.group == allGroup {
			p.kids = p.kids[:i+1]
		}
		now, outline := p.reduce(m.pop.n, m.few, false)
		steps, left = append(steps, scope{now.yes, outline.yes, outline.may}), p.left()
	}
	now, outline := b.present().reduce(m.pop.n, m.few, true)
	return steps, scope{now.may.without(now.yes), none(m.pop.n), outline.may.without(outline.yes)}, left
}

// review takes the sets of a cohort: each step, the last of which is the cohort,
// and the undecided.
func (m *memory) review(steps []scope, undecided scope) *Review {
	r := &Review{}
	r.Everyone, _ = m.cells(m.everyone())
	var last *told
	before := r.Everyone
	for _, s := range steps {
		last = m.take(s)
		now := m.count(last, 0)
		r.Steps = append(r.Steps, Step{now, m.removed(before, now)})
		before = now
	}
	r.Undecided = m.count(m.tell(undecided, true), 0)
	r.Total, r.MakeUp = m.tables(last)
	return r
}

// removed is the difference of what is shown.
func (m *memory) removed(before, now disclosure.Cell) disclosure.Cell {
	a, ok := before.Value()
	b, also := now.Value()
	if !ok || !also || a <= b {
		return disclosure.Hidden
	}
	return m.rule.Count(a - b)
}

func (m *memory) tables(t *told) (disclosure.Cell, []Table) {
	total, cells := m.cells(t)
	_, all := m.cells(m.everyone())
	var out []Table
	for d, x := range m.pop.dims {
		out = append(out, Table{x.ID, x.Title, x.Labels, cells[d], all[d]})
	}
	return total, out
}

// decided is how one tree came out for everyone.
type decided struct{ yes, unsure people }
