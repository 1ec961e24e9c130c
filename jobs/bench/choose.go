//go:build duckdb_arrow

package main

import (
	"cmp"
	"slices"

	"leftshift/features/catalogue"
)

// choose takes n features of a catalogue in proportion over kinds of row,
// clinical areas and aggregates: the definitions are put in that order (then by
// id), and of every step of total/n the one in the middle is taken. A feature
// made of others brings those with it, so that fewer steps are taken, and the
// rest filled up in order with what fits. The same catalogue gives the same
// choice; all of them when there are no more than n.
func choose(c *catalogue.Catalogue, n int) []string {
	order := make([]*catalogue.Definition, len(c.Definitions))
	for i := range c.Definitions {
		order[i] = &c.Definitions[i]
	}
	slices.SortFunc(order, func(a, b *catalogue.Definition) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Area, b.Area), cmp.Compare(a.Aggregate, b.Aggregate), cmp.Compare(a.ID, b.ID))
	})
	n = min(n, len(order))
	size := func(ids []string) int { return len(c.Subset(ids).Definitions) }
	var out []string
	for steps := n; ; steps-- {
		out = out[:0]
		for i := range steps {
			out = append(out, order[(2*i+1)*len(order)/(2*steps)].ID)
		}
		if size(out) <= n {
			break
		}
	}
	for _, d := range order {
		if size(out) == n {
			break
		}
		if more := append(slices.Clone(out), d.ID); size(more) <= n {
			out = more
		}
	}
	return out
}
