package cohort

import (
	"leftshift/engine/disclosure"
)

// Comparison is two cohorts on the same people. The cohorts and those whom both
// catch are told as any cohort; the other parts are made of what is shown of these
// and of everyone, so that they add up and say nothing more. Where any of the
// parts is of few people or of nobody, all of them are hidden: beside the totals
// of both cohorts one would give away the others.
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

// compare takes the sets of two cohorts and of those in both. dim is that of By;
// below 0 there is none.
func (m *memory) compare(a, b, both scope, within bool, dim int) *Comparison {
	c := &Comparison{Within: within}
	tellA, tellB := m.take(a), m.take(b)
	c.A, c.B = m.count(tellA, 0), m.count(tellB, 0)
	tell := []*told{m.everyone(), tellA, tellB}
	if within {
		tell = append(tell, tellB)
	} else {
		tell = append(tell, m.take(both))
	}
	var totals []disclosure.Cell
	var rows [][]disclosure.Cell // of the four, by label
	for _, t := range tell {
		total, cells := m.cells(t)
		totals = append(totals, total)
		if dim >= 0 {
			rows = append(rows, cells[dim])
		}
	}
	parts := m.parts(totals, within)
	whole := hideAll(parts)
	c.Both, c.OnlyA, c.None, c.OnlyB = four(parts)
	if dim < 0 {
		return c
	}
	for k, label := range m.pop.dims[dim].Labels {
		var row []disclosure.Cell
		for p := range rows {
			row = append(row, rows[p][k])
		}
		row = m.parts(row, within)
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

// parts makes both, A alone, neither and, unless B is within A, B alone, of
// everyone, A, B and both as shown.
func (m *memory) parts(of []disclosure.Cell, within bool) []disclosure.Cell {
	all, a, b, both := of[0], of[1], of[2], of[3]
	onlyA, onlyB := m.less(a, both), m.less(b, both)
	if within {
		return []disclosure.Cell{both, onlyA, m.less(all, a)}
	}
	return []disclosure.Cell{both, onlyA, m.less(m.less(all, a), onlyB), onlyB}
}

// less is the difference of what is shown; of nobody it is nobody.
func (m *memory) less(whole, part disclosure.Cell) disclosure.Cell {
	if whole == (disclosure.Cell{}) {
		return whole
	}
	if part == (disclosure.Cell{}) {
		return whole
	}
	return m.removed(whole, part)
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
