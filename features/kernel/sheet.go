package kernel

import (
	"slices"

	"leftshift/engine"
	"leftshift/features/finish"
	"leftshift/features/matrix"
	"leftshift/features/plan"
)

// sheet is the matrix as it fills. Columns are made blank a block of rows
// ahead, so that a row costs only the values that are found.
type sheet struct {
	plan  *plan.Plan
	m     *matrix.Matrix
	room  int       // rows made blank
	blank []float32 // a block of unknowns
	never []int32   // a block of no days
}

const block = 1024

// newSheet makes room for rows at once where their number is known. It takes
// the memory of a matrix of the same plan, if one is given.
func newSheet(p *plan.Plan, days bool, rows int, into *matrix.Matrix) *sheet {
	s := &sheet{plan: p, m: &matrix.Matrix{Columns: p.Columns, Values: make([][]float32, len(p.Columns)), Last: make([][]int32, len(p.Columns))},
		blank: make([]float32, block), never: make([]int32, block)}
	for i := range block {
		s.blank[i], s.never[i] = matrix.NaN, int32(engine.NoDay)
	}
	rows = (rows + block - 1) / block * block
	for j := range p.Columns {
		if into != nil {
			s.m.Values[j] = into.Values[j][:0]
		}
		s.m.Values[j] = slices.Grow(s.m.Values[j], rows)
		if days && p.Dated(j) {
			if into != nil {
				s.m.Last[j] = into.Last[j][:0]
			}
			s.m.Last[j] = slices.Grow(s.m.Last[j], max(rows, 1))
		}
	}
	return s
}

// row gives the number of the next row.
func (s *sheet) row() int {
	if s.m.Rows == s.room {
		for j, v := range s.m.Values {
			n := len(v)
			v = slices.Grow(v, block)[:n+block]
			if b := s.plan.Blank[j]; b == 0 {
				clear(v[n:])
			} else {
				copy(v[n:], s.blank)
			}
			s.m.Values[j] = v
			if d := s.m.Last[j]; d != nil {
				s.m.Last[j] = append(d, s.never...)
			}
		}
		s.room += block
	}
	s.m.Rows++
	return s.m.Rows - 1
}

// put finishes a feature into a row.
func (s *sheet) put(o *plan.Output, row int, on engine.Day, x *finish.Statistics) {
	s.m.Values[o.Column][row] = o.Rule.Value(on, x)
	if d := s.m.Last[o.Column]; o.Dated && d != nil {
		d[row] = int32(x.Last)
	}
}

// again takes a family's values over from the row before, of the same person,
// where nothing but the date has changed, by so many days.
func (s *sheet) again(f *plan.Family, row int, days int32) {
	for w := range f.Outputs {
		for i := range f.Outputs[w] {
			o := &f.Outputs[w][i]
			v := s.m.Values[o.Column]
			v[row] = v[row-1]
			if o.Rule.Ages() {
				v[row] += float32(days) // whole days below 2^24; unknown stays so
			}
			if d := s.m.Last[o.Column]; o.Dated && d != nil {
				d[row] = d[row-1]
			}
		}
	}
}

// close cuts the columns to their rows, and derives features of what could be
// seen. unseen is by row, nil for nothing; it is given back with the derived
// features that are not observable.
func (s *sheet) close(unseen []string) (*matrix.Matrix, []string) {
	for j := range s.m.Values {
		s.m.Values[j] = s.m.Values[j][:s.m.Rows]
		if s.m.Last[j] != nil {
			s.m.Last[j] = s.m.Last[j][:s.m.Rows]
		}
	}
	s.m.Hide(unseen)
	s.derive()
	return s.m, s.name(unseen)
}
