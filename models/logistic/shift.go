package logistic

import (
	"leftshift/features/matrix"
	"leftshift/models/explain"
)

// Shift takes apart why the margin of each row differs between two matrices of
// as many rows: Values[i][j] is what the change of term j's column from its value
// in from to that in to added, exactly 0 where it has not changed. A row adds up
// to Margin(to) less Margin(from), but for rounding; Base is 0. The model being a
// sum of columns, no order matters. Errors are those of Margin; it panics when
// the matrices have different numbers of rows.
func (m *Model) Shift(from, to *matrix.Matrix) (*explain.Contributions, error) {
	if from.Rows != to.Rows {
		panic("logistic: a shift between matrices of different rows")
	}
	a, err := m.locate(from)
	if err != nil {
		return nil, err
	}
	b, err := m.locate(to)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(m.Terms))
	for j := range m.Terms {
		names[j] = m.Terms[j].Column
	}
	out := explain.New(names, from.Rows)
	for j := range m.Terms {
		t := &m.Terms[j]
		for i, v := range b[j] {
			out.Values[i][j] = t.add(v) - t.add(a[j][i])
		}
	}
	return out, nil
}
