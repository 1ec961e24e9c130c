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
	// not known: too little history, no source, not recorded.
	Undecided disclosure.Cell
	Steps     []Step // as Node.Steps
	MakeUp    []Table
}

// review takes the sets of a cohort: each step, the last of which is the cohort,
// and the undecided.
func (m *memory) review(parts []decided) *Review {
	r := &Review{}
	r.Everyone, _ = m.cells(m.everyone())
	all := everyone(m.pop.n)
	left, maybe := scope{all, all, all}, all
	var last *told
	before := r.Everyone
	for _, p := range parts {
		left, maybe = left.and(p.scope()), maybe.and(p.yes.or(p.unsure))
		last = m.take(left)
		now := m.count(last, 0)
		r.Steps = append(r.Steps, Step{now, m.removed(before, now)})
		before = now
	}
	r.Undecided = m.count(m.take(scope{maybe.without(left.set), none(m.pop.n), left.possible}), 0)
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

// decided is how one tree came out for everyone, and how its outline did.
type decided struct{ yes, unsure, certain, possible people }

func (d decided) scope() scope { return scope{d.yes, d.certain, d.possible} }

func (s scope) and(o scope) scope {
	return scope{s.set.and(o.set), s.certain.and(o.certain), s.possible.and(o.possible)}
}

// not is everyone else.
func (s scope) not(all people) scope {
	return scope{all.without(s.set), all.without(s.possible), all.without(s.certain)}
}
