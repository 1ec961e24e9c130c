//go:build duckdb_arrow

package door

import (
	"math"
	"slices"

	"leftshift/engine/disclosure"
)

// held are the tables of one number of people, those who were evaluated for a
// horizon or those of them with the outcome. All models' tables divide the same
// people, so each is held against all before it, and withheld, all its cells a
// star, where together they would tell what a hidden count is.
type held struct {
	rule disclosure.Rule
	root *disclosure.Node
}

// divide holds parts that are disjoint. They are taken to be everyone but for one
// part that is not shown.
func (h *held) divide(parts []int) []disclosure.Cell {
	h.root.Tables = append(h.root.Tables, h.filled(parts))
	if !h.rule.Free(h.root) {
		h.root.Tables = h.root.Tables[:len(h.root.Tables)-1]
		return hidden(len(parts))
	}
	return h.cells(parts)
}

// bands holds the parts of a table and, if these may be shown, numbers of those in
// the last of them: nested, the smallest first. A number that is more than the one
// after it, or than the last part, is hidden, and so is one that tells with the
// rest.
func (h *held) bands(parts, nested []int) (bands, tops []disclosure.Cell) {
	tops = hidden(len(nested))
	if len(parts) == 0 {
		return nil, tops
	}
	full := h.filled(parts)
	build := func(kept []bool) bool {
		var nodes []*disclosure.Node
		for _, n := range full {
			nodes = append(nodes, &disclosure.Node{People: n, Shown: true})
		}
		at := nodes[len(parts)-1]
		for k := len(nested) - 1; k >= 0; k-- {
			if !kept[k] {
				continue
			}
			if nested[k] > at.People {
				return false
			}
			in := &disclosure.Node{People: nested[k], Shown: true}
			at.Children = []*disclosure.Node{in, {People: at.People - nested[k]}}
			at = in
		}
		h.root.Others = append(h.root.Others, nodes)
		if h.rule.Free(h.root) {
			return true
		}
		h.root.Others = h.root.Others[:len(h.root.Others)-1]
		return false
	}
	kept := make([]bool, len(nested))
	if !build(kept) {
		return hidden(len(parts)), tops
	}
	for k := len(nested) - 1; k >= 0; k-- { // the longest list is the most wanted
		before := h.root.Others[len(h.root.Others)-1]
		h.root.Others = h.root.Others[:len(h.root.Others)-1]
		if kept[k] = true; !build(kept) {
			kept[k] = false
			h.root.Others = append(h.root.Others, before)
			continue
		}
		tops[k] = h.rule.Count(nested[k])
	}
	return h.cells(parts), tops
}

func (h *held) filled(parts []int) []int {
	sum := 0
	for _, n := range parts {
		sum += n
	}
	if rest := h.root.People - sum; rest > 0 {
		return append(slices.Clone(parts), rest)
	}
	return parts
}

func (h *held) cells(parts []int) []disclosure.Cell {
	out := make([]disclosure.Cell, len(parts))
	for i, n := range parts {
		out[i] = h.rule.Count(n)
	}
	return out
}

func hidden(n int) []disclosure.Cell { return slices.Repeat([]disclosure.Cell{disclosure.Hidden}, n) }

// evaluation holds the cells of one evaluation.
type evaluation struct {
	*evaluated
	people, events           disclosure.Cell
	bandPeople, bandEvents   []disclosure.Cell
	groupPeople, groupEvents []disclosure.Cell
	topPeople, topEvents     []disclosure.Cell // by size of list
}

// evaluations controls all evaluations of a snapshot: those of the same
// people for one horizon together.
func (b *builder) evaluations(all []*evaluated) []*evaluation {
	type horizon struct{ people, events *held }
	by := map[[3]int]*horizon{}
	of := func(e *evaluated) *horizon {
		key := [3]int{e.Horizon, e.Evaluation.People, whole(e.Evaluation.Events)}
		if by[key] == nil {
			by[key] = &horizon{&held{b.rule, &disclosure.Node{}}, &held{b.rule, &disclosure.Node{Shown: true}}}
		}
		return by[key]
	}
	for _, e := range all { // how many there are, by whichever table has most: weights are rounded
		h := of(e)
		people, events := e.tables()
		for _, t := range people {
			h.people.root.People = max(h.people.root.People, sumOfInts(t))
		}
		for _, t := range append(events, []int{whole(e.Evaluation.Events)}) {
			h.events.root.People = max(h.events.root.People, sumOfInts(t))
		}
	}
	var out []*evaluation
	for _, e := range all {
		h := of(e)
		x := &evaluation{evaluated: e, events: b.rule.Count(h.events.root.People)}
		people, events := e.tables()
		listed, hit := e.lists()
		x.bandPeople, x.topPeople = h.people.bands(people[0], listed)
		x.bandEvents, x.topEvents = h.events.bands(events[0], hit)
		x.people = disclosure.Sum(x.bandPeople...)
		out = append(out, x)
	}
	for _, x := range out { // less wanted than the bands of every model
		h := of(x.evaluated)
		people, events := x.tables()
		x.groupPeople, x.groupEvents = make([]disclosure.Cell, len(x.Evaluation.Subgroups)), make([]disclosure.Cell, len(x.Evaluation.Subgroups))
		for i, at := range x.groups() {
			n, m := h.people.divide(people[i+1]), h.events.divide(events[i+1])
			for j, k := range at {
				x.groupPeople[k], x.groupEvents[k] = n[j], m[j]
			}
		}
	}
	return out
}

func sumOfInts(parts []int) int {
	sum := 0
	for _, n := range parts {
		sum += n
	}
	return sum
}

// groups are the places of subgroups, by what divides them, in order.
func (e *evaluated) groups() [][]int {
	var out [][]int
	at := map[string]int{}
	for k, g := range e.Evaluation.Subgroups {
		i, ok := at[g.Group]
		if !ok {
			i = len(out)
			at[g.Group], out = i, append(out, nil)
		}
		out[i] = append(out[i], k)
	}
	return out
}

// tables are the counts of people, and of those with the outcome: of the bands,
// then of each way into subgroups.
func (e *evaluated) tables() (people, events [][]int) {
	people, events = [][]int{nil}, [][]int{nil}
	for _, x := range e.Evaluation.Bands {
		people[0], events[0] = append(people[0], whole(x.Weight)), append(events[0], whole(x.Observed))
	}
	for _, at := range e.groups() {
		var n, m []int
		for _, k := range at {
			n, m = append(n, e.Evaluation.Subgroups[k].People), append(m, whole(e.Evaluation.Subgroups[k].Events))
		}
		people, events = append(people, n), append(events, m)
	}
	return people, events
}

// lists are how many people a list of each size would have had, and how many of
// them with the outcome. Those of a list that is longer than the highest band, or
// of which the number with the outcome is not known, are beyond any.
func (e *evaluated) lists() (listed, hit []int) {
	for _, top := range e.Evaluation.Top {
		size := top.Share * e.Evaluation.Weight
		n, m := whole(size), math.MaxInt
		if top.PPV.Value != nil {
			m = whole(size * *top.PPV.Value)
		}
		listed, hit = append(listed, n), append(hit, m)
	}
	return listed, hit
}
