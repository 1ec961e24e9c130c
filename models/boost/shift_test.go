package boost

import (
	"math"
	"math/bits"
	"testing"

	"leftshift/features/matrix"
	"pgregory.net/rapid"
)

// drawShift makes a model of few columns and two matrices of the same rows, in
// which some values are the same.
func drawShift(t *rapid.T, columns, leaves int) (m *Model, from, to *matrix.Matrix) {
	m, from = drawModel(t, columns, leaves)
	to = matrix.New(from.Columns, from.Rows)
	for j := range to.Values {
		for i := range to.Values[j] {
			to.Values[j][i] = from.Values[j][i]
			if rapid.Bool().Draw(t, "changes") {
				to.Values[j][i] = rapid.SampledFrom([]float32{-4, -2, 0, 1, 2, 3, 3.5, matrix.NaN, matrix.NotObservable}).Draw(t, "y")
			}
		}
	}
	return m, from, to
}

// The shift of a column is its Shapley value, worked out here from the margins of
// all sets of columns.
func TestF9ShiftByDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, from, to := drawShift(t, 4, 12)
		got, err := m.Shift(from, to)
		if err != nil {
			t.Fatal(err)
		}
		n := len(m.Columns)
		for i := range from.Rows {
			worth := make([]float64, 1<<n)
			a, b := rowOf(from, m, i), rowOf(to, m, i)
			for set := range worth {
				row := append([]float32(nil), a...)
				for j := range n {
					if set>>j&1 == 1 {
						row[j] = b[j]
					}
				}
				for k := range m.Trees {
					worth[set] += m.Trees[k].Value[leafOf(&m.Trees[k], row)]
				}
			}
			for j := range n {
				want := 0.0
				for set := range worth {
					if set>>j&1 == 1 {
						continue
					}
					size := bits.OnesCount(uint(set))
					want += math.Gamma(float64(size+1)) * math.Gamma(float64(n-size)) / math.Gamma(float64(n+1)) * (worth[set|1<<j] - worth[set])
				}
				if math.Abs(got.Values[i][j]-want) > 1e-9 {
					t.Fatalf("row %d, column %s: %v, want %v", i, m.Columns[j], got.Values[i][j], want)
				}
			}
		}
	})
}

// The shifts of a row add up to the difference of the margins, and a column that
// did not change has none at all.
func TestF9ShiftsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, from, to := drawShift(t, 8, MaxLeaves)
		got, err := m.Shift(from, to)
		if err != nil {
			t.Fatal(err)
		}
		before, _ := m.Margin(from)
		after, _ := m.Margin(to)
		for i := range from.Rows {
			if d := got.Margin(i) - (after[i] - before[i]); math.Abs(d) > 1e-9 {
				t.Fatalf("row %d: off by %v", i, d)
			}
			a, b := rowOf(from, m, i), rowOf(to, m, i)
			for j := range a {
				same := a[j] == b[j] || a[j] != a[j] && b[j] != b[j]
				if same && got.Values[i][j] != 0 {
					t.Fatalf("column %s did not change and has %v", m.Columns[j], got.Values[i][j])
				}
			}
		}
	})
}

func TestChoose(t *testing.T) {
	row := []float64{1} // Pascal
	for n := 1; n < MaxLeaves; n++ {
		next := make([]float64, n+1)
		next[0], next[n] = 1, 1
		for k := 1; k < n; k++ {
			next[k] = row[k-1] + row[k]
		}
		row = next
		for k := range row {
			if got := choose(n, k); math.Abs(got-row[k]) > 1e-12*row[k] {
				t.Fatalf("%d of %d: %v, want %v", k, n, got, row[k])
			}
		}
	}
}
