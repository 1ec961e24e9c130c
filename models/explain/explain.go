// Package explain holds what each column added to each prediction, and puts
// it in the order in which a person should read it.
//
// Contributions are additive on the scale of the model's margin (log-odds for
// the models of this project): the base plus the contributions of a row is the
// margin of that row. They describe the model, not the world: a large
// contribution says what the model leaned on, never what would happen if the
// value were changed.
package explain

import (
	"fmt"
	"math"
	"sort"

	"leftshift/engine/schema"
	"leftshift/features/matrix"
)

// OtherFactors is the column under which SumHidden gathers the contributions
// that a reader may not see one by one.
const OtherFactors = schema.OtherFactors

// Contributions are per-row, per-column additions to a margin. Values is row
// by row: Values[i][j] is what column j added to row i, on the log-odds scale.
// A column the model does not use has zeros, never NaN.
type Contributions struct {
	Base    float64     `json:"base"`    // margin before any column is known
	Columns []string    `json:"columns"` // column identifiers
	Values  [][]float64 `json:"values"`  // rows × columns
}

// Entry is one contribution of one row.
type Entry struct {
	Index  int     `json:"index"`  // position in Columns
	Column string  `json:"column"` // Columns[Index]
	Value  float64 `json:"value"`  // log-odds; above zero raises the risk
}

// New makes rows×len(columns) contributions, all zero. The rows share one
// allocation and must not be appended to.
func New(columns []string, rows int) *Contributions {
	c := &Contributions{Columns: columns, Values: make([][]float64, rows)}
	flat := make([]float64, rows*len(columns))
	for i := range c.Values {
		c.Values[i] = flat[i*len(columns) : (i+1)*len(columns) : (i+1)*len(columns)]
	}
	return c
}

// Margin gives base plus the contributions of a row, added in column order.
func (c *Contributions) Margin(row int) float64 {
	sum := c.Base
	for _, v := range c.Values[row] {
		sum += v
	}
	return sum
}

// Top gives the k entries of a row with the greatest absolute contribution,
// greatest first; equal ones in column order. Zero contributions are left out,
// so there may be fewer than k; k below zero means all. A NaN (which no model
// of this project makes) is left out too.
func (c *Contributions) Top(row, k int) []Entry {
	values := c.Values[row]
	out := make([]Entry, 0, len(values))
	for j, v := range values {
		if v == 0 || math.IsNaN(v) {
			continue
		}
		out = append(out, Entry{Index: j, Column: c.Columns[j], Value: v})
	}
	sort.SliceStable(out, func(a, b int) bool {
		return math.Abs(out[a].Value) > math.Abs(out[b].Value)
	})
	if k >= 0 && len(out) > k {
		out = out[:k:k]
	}
	return out
}

// SumHidden gives the contributions as someone who is not a clinician may see
// them: columns of display class matrix.DisplayClinician are taken out and
// their sum stands last, as OtherFactors. Margins stay the same but for
// rounding. Without hidden columns nothing is added.
//
// A column is looked up in columns by its identifier; one that is not there is
// an error, for what nobody described nobody should be shown. When exactly one
// column is hidden the sum is that column's contribution: a catalogue with a
// single hidden column hides its name only.
func (c *Contributions) SumHidden(columns []matrix.Column) (*Contributions, error) {
	display := make(map[string]matrix.Display, len(columns))
	for _, col := range columns {
		display[col.ID] = col.Display
	}
	var open, hidden []int
	var names []string
	for j, id := range c.Columns {
		d, ok := display[id]
		switch {
		case !ok:
			return nil, fmt.Errorf("explain.column_unknown: column %s has no description; pass the columns of the matrix the model was given", id)
		case d == matrix.DisplayTeam:
			open = append(open, j)
			names = append(names, id)
		default:
			hidden = append(hidden, j)
		}
	}
	if len(hidden) > 0 {
		names = append(names, OtherFactors)
	}
	out := New(names, len(c.Values))
	out.Base = c.Base
	for i, row := range c.Values {
		to := out.Values[i]
		for k, j := range open {
			to[k] = row[j]
		}
		for _, j := range hidden {
			to[len(open)] += row[j]
		}
	}
	return out, nil
}
