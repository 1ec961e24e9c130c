// Package matrix carries feature values in columns, each with its meaning.
//
// A matrix has one row for each (person, index date) and one column for each
// feature. Values are float32, which holds every count, day number and scaled
// value that the catalogue makes exactly (integers below 2^24).
package matrix

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Absence says what it means when a person has no rows that a feature could
// count.
type Absence uint8

const (
	// AbsenceZero: no rows means none; the value is 0.
	AbsenceZero Absence = iota
	// AbsenceUnknown: no rows means not known; the value is NaN.
	AbsenceUnknown
)

// Display says who may read a feature's value or its sentence.
type Display uint8

const (
	// DisplayTeam: anyone on the care team.
	DisplayTeam Display = iota
	// DisplayClinician: clinicians only; for everyone else the contribution
	// is summed with others as "other recorded factors".
	DisplayClinician
)

// Column is the meaning of one column.
type Column struct {
	ID       string  // stable identifier, lower_snake
	Title    string  // for tables and plots
	Sentence string  // template for the reader of a list; see features/catalogue
	Unit     string  // "" for a count
	Area     string  // clinical area
	Story    string  // columns of one story are told once; "" for the id without its window
	Absence  Absence // what no rows means
	Display  Display // who may see it
	// Observed names the kinds of record that the column reads, separated by
	// spaces; "" for what is known of the person. Where all of them are unseen,
	// the column is not observable. A column derived of others names itself,
	// "feature.<id>", and so stands among what is unseen of a row where what it is
	// derived of leaves it not observable: unlike kinds, its parts can leave it a
	// value although one of them is unseen.
	Observed string
}

// Matrix is a set of columns of equal length. Values[j][i] is column j of row
// i; NaN is "unknown" (never "zero"), or not observable: see StateOf. A nil
// Last[j] means the feature has no date; otherwise Last[j][i] is the day (days
// since 1970-01-01) of the newest row behind the value, or math.MinInt32 for
// none.
type Matrix struct {
	Columns []Column
	Values  [][]float32
	Last    [][]int32
	Rows    int
}

// NaN is the float32 "unknown".
var NaN = float32(math.NaN())

// NotObservable is a NaN of its own: no source could have shown this person's
// rows by the index date, so that having none means nothing. Whatever treats
// NaN as unknown treats it alike; StateOf tells it apart.
var NotObservable = math.Float32frombits(0x7fc0_0001)

// State is what a value is.
type State uint8

const (
	Known State = iota
	Unknown
	Unobservable
)

var stateNames = [...]string{"value", "unknown", "not_observable"}

func (s State) String() string { return stateNames[s] }

// StateOf tells the three states of a value apart.
func StateOf(v float32) State {
	switch {
	case v == v:
		return Known
	case math.Float32bits(v) == math.Float32bits(NotObservable):
		return Unobservable
	}
	return Unknown
}

// Hidden says which columns are not observable where some kinds of record, with
// spaces between their names, are unseen.
func Hidden(columns []Column, unseen string) []bool {
	names := strings.Fields(unseen)
	out := make([]bool, len(columns))
	for j, c := range columns {
		kinds := strings.Fields(c.Observed)
		out[j] = len(kinds) > 0 && !slices.ContainsFunc(kinds, func(k string) bool { return !slices.Contains(names, k) })
	}
	return out
}

// Hide makes not observable what the column reads of rows for which all that
// its Observed names is unseen. unseen[i] is of row i, names separated by spaces;
// nil is nothing.
func (m *Matrix) Hide(unseen []string) {
	if unseen == nil {
		return
	}
	hidden := map[string][]bool{"": nil} // by columns
	for _, u := range unseen {
		if _, ok := hidden[u]; ok {
			continue
		}
		hidden[u] = Hidden(m.Columns, u)
	}
	if len(hidden) == 1 {
		return
	}
	of := make([][]bool, len(unseen))
	for i, u := range unseen {
		of[i] = hidden[u]
	}
	for j := range m.Columns {
		for i, h := range of {
			if h != nil && h[j] {
				m.Values[j][i] = NotObservable
			}
		}
	}
}

// New makes a matrix of rows×len(columns), every value zero and no dates.
func New(columns []Column, rows int) *Matrix {
	m := &Matrix{Columns: columns, Rows: rows, Values: make([][]float32, len(columns)), Last: make([][]int32, len(columns))}
	for j := range m.Values {
		m.Values[j] = make([]float32, rows)
	}
	return m
}

// Find gives the index of the column with this id, or -1.
func (m *Matrix) Find(id string) int {
	for j := range m.Columns {
		if m.Columns[j].ID == id {
			return j
		}
	}
	return -1
}

// Take gives a new matrix of the given rows, in that order. Columns are
// shared, values copied.
func (m *Matrix) Take(rows []int) *Matrix {
	out := &Matrix{Columns: m.Columns, Rows: len(rows), Values: make([][]float32, len(m.Columns)), Last: make([][]int32, len(m.Columns))}
	for j, col := range m.Values {
		v := make([]float32, len(rows))
		for k, i := range rows {
			v[k] = col[i]
		}
		out.Values[j] = v
		if m.Last[j] != nil {
			d := make([]int32, len(rows))
			for k, i := range rows {
				d[k] = m.Last[j][i]
			}
			out.Last[j] = d
		}
	}
	return out
}

// Check reports a matrix whose parts do not fit each other.
func (m *Matrix) Check() error {
	if len(m.Values) != len(m.Columns) || len(m.Last) != len(m.Columns) {
		return fmt.Errorf("matrix: %d columns, %d value columns, %d date columns", len(m.Columns), len(m.Values), len(m.Last))
	}
	for j := range m.Values {
		if len(m.Values[j]) != m.Rows {
			return fmt.Errorf("matrix: column %s has %d rows, not %d", m.Columns[j].ID, len(m.Values[j]), m.Rows)
		}
		if m.Last[j] != nil && len(m.Last[j]) != m.Rows {
			return fmt.Errorf("matrix: dates of column %s have %d rows, not %d", m.Columns[j].ID, len(m.Last[j]), m.Rows)
		}
	}
	return nil
}
