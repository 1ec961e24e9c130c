package kernel

import (
	"slices"

	"leftshift/engine"
	"leftshift/features/catalogue"
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
// seen: a value that is not observable compares with nothing. unseen is by row,
// nil for nothing.
func (s *sheet) close(unseen []string) *matrix.Matrix {
	for j := range s.m.Values {
		s.m.Values[j] = s.m.Values[j][:s.m.Rows]
		if s.m.Last[j] != nil {
			s.m.Last[j] = s.m.Last[j][:s.m.Rows]
		}
	}
	s.m.Hide(unseen)
	if len(s.plan.Deriveds) == 0 {
		return s.m
	}
	s.derive()
	made := &matrix.Matrix{Rows: s.m.Rows}
	for _, x := range s.plan.Deriveds {
		made.Columns, made.Values = append(made.Columns, s.m.Columns[x.Column]), append(made.Values, s.m.Values[x.Column])
	}
	made.Hide(unseen)
	return s.m
}

// derive fills the features made of others, as they stand: a column at a time,
// a block of rows at a time.
func (s *sheet) derive() {
	var way, term [block]bool
	for _, x := range s.plan.Deriveds {
		out := s.m.Values[x.Column]
		for from := 0; from < len(out); from += block {
			to := min(from+block, len(out))
			clear(out[from:to])
			for _, t := range x.Terms {
				for w, atoms := range t.Ways {
					holds := term[:to-from]
					if w > 0 {
						holds = way[:to-from]
					}
					for k, a := range atoms {
						compare(holds, s.m.Values[a.Column][from:to], a.Atom, k > 0)
					}
					if w > 0 {
						for i, h := range holds {
							term[i] = term[i] || h
						}
					}
				}
				for i, h := range term[:to-from] {
					if h {
						out[from+i]++
					}
				}
			}
		}
	}
}

// compare says of each value whether the atom holds, and with and, only where
// it held before.
func compare(holds []bool, values []float32, a catalogue.Atom, and bool) {
	n := a.N
	for i, v := range values {
		h := float64(v) >= n
		if a.Below {
			h = float64(v) < n
		}
		holds[i] = h && (!and || holds[i])
	}
}
