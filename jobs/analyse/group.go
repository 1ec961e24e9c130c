//go:build duckdb_arrow

package analyse

import (
	"cmp"
	"math"
	"slices"

	"leftshift/engine"
	"leftshift/engine/disclosure"
	"leftshift/features/kernel"
)

func ages(p kernel.Place) (int, string) {
	for i, b := range []struct {
		below int16
		label string
	}{{0, "not known"}, {18, "0 to 17"}, {40, "18 to 39"}, {65, "40 to 64"}, {75, "65 to 74"}, {85, "75 to 84"}, {math.MaxInt16, "85 and over"}} {
		if p.Age < b.below {
			return i, b.label
		}
	}
	return 7, "85 and over"
}

func sexes(p kernel.Place) (int, string) {
	switch p.Sex {
	case engine.Male:
		return 0, "male"
	case engine.Female:
		return 1, "female"
	}
	return 2, "indeterminate or not known"
}

// division counts people by group.
type division struct {
	by     string
	groups []*tally
}

type tally struct {
	rank   int
	label  string
	people [numStates]int
}

// divide groups people; groups come in order of rank, then label.
func divide(values []one, by string, of func(kernel.Place) (int, string)) division {
	type key struct {
		rank  int
		label string
	}
	at := map[key]*tally{}
	for _, x := range values {
		rank, label := of(x.place)
		g := at[key{rank, label}]
		if g == nil {
			g = &tally{rank: rank, label: label}
			at[key{rank, label}] = g
		}
		state := stateOf(x.value)
		g.people[state]++
	}
	d := division{by: by}
	for _, g := range at {
		d.groups = append(d.groups, g)
	}
	slices.SortFunc(d.groups, func(a, b *tally) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.label, b.label))
	})
	return d
}

func (d division) states() [][numStates]int {
	out := make([][numStates]int, len(d.groups))
	for i, g := range d.groups {
		out[i] = g.people
	}
	return out
}

// shown is the division as it may leave: its states at a level of tables.groups.
func (d division) shown(r disclosure.Rule, at int) Division {
	out := Division{By: d.by, Groups: []Group{}}
	for _, g := range d.groups {
		x := Group{Label: g.label, People: disclosure.Hidden, States: []Part{}}
		all := 0
		for _, n := range g.people {
			all += n
		}
		switch {
		case at == len(levels):
			x.People = r.Count(all)
		case at < len(levels):
			var cells []disclosure.Cell
			for k, label := range levels[at].labels {
				cells = append(cells, r.Count(column([][numStates]int{g.people}, levels[at], k)[0]))
				x.States = append(x.States, Part{label, cells[k]})
			}
			x.People = disclosure.Sum(cells...)
			x.shares(r, levels[at], g)
		}
		out.Groups = append(out.Groups, x)
	}
	return out
}

// shares fills what is made of the states as shown. There is no mean: with the
// counts beside it, it would tell small ones exactly.
func (x *Group) shares(r disclosure.Rule, l level, g *tally) {
	// of gives the cells of a label that holds exactly some states; false where
	// one is hidden or no label does.
	of := func(states ...int) ([]disclosure.Cell, bool) {
		var cells []disclosure.Cell
		labels := map[int]bool{}
		for _, s := range states {
			labels[l.of[s]] = true
		}
		for s := range numStates {
			if labels[l.of[s]] && !slices.Contains(states, s) {
				return nil, false
			}
		}
		for k := range l.labels {
			if labels[k] {
				cells = append(cells, x.States[k].People)
			}
		}
		return cells, !slices.ContainsFunc(cells, func(c disclosure.Cell) bool { _, ok := c.Value(); return !ok })
	}
	percent := func(cells []disclosure.Cell) *float64 {
		if v, ok := disclosure.Percent(disclosure.Sum(cells...), x.People); ok {
			return &v
		}
		return nil
	}
	if _, ok := of(unknownValue, notObservable); ok {
		if cells, ok := of(someValue, zeroValue); ok {
			x.Known = percent(cells)
		}
	}
	if _, ok := of(zeroValue); ok {
		if cells, ok := of(someValue); ok {
			x.Some = percent(cells)
		}
	}
	if cells, ok := of(notObservable); ok {
		x.NotObservable = percent(cells)
	}
}
