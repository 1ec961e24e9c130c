package cohort

import (
	"leftshift/engine/disclosure"
)

// Comparison is two cohorts on the same people. Where any of its parts is of few
// people or of nobody, all of them are hidden: beside the totals of both cohorts
// one would give away the others.
type Comparison struct {
	Snapshot, AsOf           string
	A, B                     disclosure.Cell
	Both, OnlyA, OnlyB, None disclosure.Cell
	// Within says that B lies within A by what they ask (two cut-offs of one
	// score), so that OnlyB is nobody, and is left out.
	Within bool
	By     []Parts // by label of the dimension asked for
}

// Parts are the parts of a comparison among the people of one label.
type Parts struct {
	Label                    string
	Both, OnlyA, OnlyB, None disclosure.Cell
}

// compare takes the sets of two cohorts and of their parts. dim is that of By;
// below 0 there is none.
func (m *memory) compare(a, b scope, within bool, dim int) *Comparison {
	c := &Comparison{Within: within}
	c.A, c.B = m.count(m.take(a), 0), m.count(m.take(b), 0)
	all := everyone(m.pop.n)
	sets := []scope{a.and(b), a.and(b.not(all)), a.not(all).and(b.not(all)), b.and(a.not(all))}
	if within {
		sets = sets[:3]
	}
	var totals []disclosure.Cell
	var rows [][]disclosure.Cell // by part, then label
	for _, s := range sets {
		t := m.take(s)
		total, cells := m.cells(t)
		totals = append(totals, total)
		if dim >= 0 {
			rows = append(rows, cells[dim])
		}
	}
	whole := hideAll(totals)
	c.Both, c.OnlyA, c.None, c.OnlyB = four(totals)
	if dim < 0 {
		return c
	}
	for k, label := range m.pop.dims[dim].Labels {
		var row []disclosure.Cell
		for p := range rows {
			row = append(row, rows[p][k])
		}
		if whole {
			row[0] = disclosure.Hidden
		}
		hideAll(row)
		x := Parts{Label: label}
		x.Both, x.OnlyA, x.None, x.OnlyB = four(row)
		c.By = append(c.By, x)
	}
	return c
}

// hideAll hides every cell where one is hidden.
func hideAll(cells []disclosure.Cell) bool {
	hidden := false
	for _, c := range cells {
		_, shown := c.Value()
		hidden = hidden || !shown
	}
	if hidden {
		for i := range cells {
			cells[i] = disclosure.Hidden
		}
	}
	return hidden
}

// four gives the parts; the last is nobody where it is left out.
func four(c []disclosure.Cell) (both, a, none, b disclosure.Cell) {
	if len(c) == 4 {
		b = c[3]
	}
	return c[0], c[1], c[2], b
}
