package disclosure

import (
	"fmt"

	"leftshift/engine"
)

// Table is counts of people by two labels. Every person is in one cell at
// most.
type Table struct {
	Rows, Columns []string
	Counts        [][]int // by row, then column
}

// Controlled is a Table as it may leave. Totals are sums of the cells as
// shown. So the whole is made of the cells alone, each of them of its own count
// alone, and a total cannot give a hidden cell away: for a reader any hidden
// cell may be any small count, whatever the others are.
type Controlled struct {
	Rows, Columns []string
	Cells         [][]Cell
	RowTotals     []Cell
	ColumnTotals  []Cell
	Total         Cell
}

// Control passes every cell through the rule. The error is a table whose
// counts do not fit its labels or fall below 0.
func (t Table) Control(r Rule) (Controlled, error) {
	out := Controlled{Rows: t.Rows, Columns: t.Columns}
	if err := r.Validate(); err != nil {
		return Controlled{}, err
	}
	if len(t.Counts) != len(t.Rows) {
		return Controlled{}, &engine.Fault{Code: "disclosure-shape", Say: fmt.Sprintf("the table has %d rows of counts and %d labels; give one label for each row", len(t.Counts), len(t.Rows))}
	}
	var all []Cell
	columns := make([][]Cell, len(t.Columns))
	for i, counts := range t.Counts {
		if len(counts) != len(t.Columns) {
			return Controlled{}, &engine.Fault{Code: "disclosure-shape", Say: fmt.Sprintf("row %d of the table has %d counts for %d columns; give one for each", i+1, len(counts), len(t.Columns))}
		}
		row := make([]Cell, len(counts))
		for j, n := range counts {
			if n < 0 {
				return Controlled{}, &engine.Fault{Code: "disclosure-negative", Say: fmt.Sprintf("row %d of the table has a count below 0; counts of people start at 0", i+1)}
			}
			row[j] = r.Count(n)
			columns[j] = append(columns[j], row[j])
		}
		out.Cells = append(out.Cells, row)
		out.RowTotals = append(out.RowTotals, Sum(row...))
		all = append(all, row...)
	}
	for _, c := range columns {
		out.ColumnTotals = append(out.ColumnTotals, Sum(c...))
	}
	out.Total = Sum(all...)
	return out, nil
}

// Strings is the cells as text, each row with its total last and the column
// totals as the last row.
func (c Controlled) Strings() [][]string {
	var out [][]string
	line := func(cells []Cell, total Cell) {
		row := make([]string, 0, len(cells)+1)
		for _, c := range cells {
			row = append(row, c.String())
		}
		out = append(out, append(row, total.String()))
	}
	for i, row := range c.Cells {
		line(row, c.RowTotals[i])
	}
	line(c.ColumnTotals, c.Total)
	return out
}
