package logistic

import (
	"math"
	"testing"

	"leftshift/features/matrix"
	"pgregory.net/rapid"
)

// A term's shift is what its own change alone does to the margin; together they
// are the whole difference.
func TestF9ShiftsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &Model{Base: rapid.Float64Range(-4, 1).Draw(t, "base")}
		var cols []matrix.Column
		number := rapid.Float64Range(-2, 2)
		for _, id := range []string{"a", "b", "c"} {
			m.Terms = append(m.Terms, Term{Column: id, Mean: number.Draw(t, "mean"), Coefficient: number.Draw(t, "coefficient"),
				MissingRate: rapid.Float64Range(0, 1).Draw(t, "rate"), MissingCoefficient: number.Draw(t, "missing")})
			cols = append([]matrix.Column{{ID: id}}, cols...)
		}
		from, to := matrix.New(cols, 4), matrix.New(cols, 4)
		value := rapid.SampledFrom([]float32{0, 1, 2.5, matrix.NaN})
		for j := range from.Values {
			for i := range from.Values[j] {
				from.Values[j][i], to.Values[j][i] = value.Draw(t, "x"), value.Draw(t, "y")
			}
		}
		got, err := m.Shift(from, to)
		if err != nil {
			t.Fatal(err)
		}
		before, _ := m.Margin(from)
		after, _ := m.Margin(to)
		for i := range before {
			if math.Abs(got.Margin(i)-(after[i]-before[i])) > 1e-9 {
				t.Fatalf("row %d: %v, want %v", i, got.Margin(i), after[i]-before[i])
			}
			for j, term := range m.Terms {
				one := matrix.New(cols, 4)
				for k := range cols {
					copy(one.Values[k], from.Values[k])
				}
				k := one.Find(term.Column)
				one.Values[k][i] = to.Values[k][i]
				alone, _ := m.Margin(one)
				if math.Abs(got.Values[i][j]-(alone[i]-before[i])) > 1e-9 {
					t.Fatalf("term %s of row %d: %v, want %v", term.Column, i, got.Values[i][j], alone[i]-before[i])
				}
				x, y := from.Values[k][i], to.Values[k][i]
				if (x == y || x != x && y != y) && got.Values[i][j] != 0 {
					t.Fatal("a term whose value did not change has a part")
				}
			}
		}
	})
}
