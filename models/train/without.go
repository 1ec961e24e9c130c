package train

import (
	"slices"

	"leftshift/features/matrix"
)

// named are those of the ids that the sample has, in its order.
func (s *Sample) named(ids []string) (out []string) {
	for _, c := range s.Matrix.Columns {
		if slices.Contains(ids, c.ID) {
			out = append(out, c.ID)
		}
	}
	return out
}

// without is the sample less some columns; nil where it has none of them. Rows,
// labels and groups are the same, so that both are evaluated on the same people.
func (s *Sample) without(ids []string) *Sample {
	if len(s.named(ids)) == 0 {
		return nil
	}
	out := *s
	out.Matrix = &matrix.Matrix{Rows: s.Matrix.Rows}
	for j, c := range s.Matrix.Columns {
		if !slices.Contains(ids, c.ID) {
			out.Matrix.Columns = append(out.Matrix.Columns, c)
			out.Matrix.Values = append(out.Matrix.Values, s.Matrix.Values[j])
			out.Matrix.Last = append(out.Matrix.Last, s.Matrix.Last[j])
		}
	}
	return &out
}
