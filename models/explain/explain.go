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
	"math"
	"sort"
)

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
