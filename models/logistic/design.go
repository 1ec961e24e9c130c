package logistic

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
	"leftshift/features/matrix"
)

// design is the scaled columns: weighted mean 0 and standard deviation 1.
type design struct {
	x     *mat.Dense // scaled column × row, so that a column is one run of memory
	parts []part     // of each scaled column
	w     []float64  // row weights, summing to 1
}

// part is where a scaled column comes from.
type part struct {
	column      int  // of the matrix
	missing     bool // whether it is the column's missing indicator
	mean, scale float64
}

// newDesign scales the columns. A NaN becomes the mean of the known values, and
// a column that has any is followed by its indicator. A constant column gives
// none.
func newDesign(m *matrix.Matrix, w []float64) (*design, error) {
	d := &design{w: make([]float64, m.Rows)}
	total := 0.0
	for _, v := range w {
		total += v
	}
	for i, v := range w {
		d.w[i] = v / total
	}
	for j, col := range m.Values {
		known, missing, sum := 0.0, 0.0, 0.0
		for i, v := range col {
			switch {
			case math.IsInf(float64(v), 0):
				return nil, fmt.Errorf("logistic.infinite: column %s has an infinite value; make it NaN if it is unknown, or a number", m.Columns[j].ID)
			case d.w[i] == 0:
			case v != v:
				missing += d.w[i]
			default:
				known += d.w[i]
				sum += d.w[i] * float64(v)
			}
		}
		if known > 0 {
			mean, square := sum/known, 0.0
			for i, v := range col {
				if v == v {
					square += d.w[i] * (float64(v) - mean) * (float64(v) - mean)
				}
			}
			if scale := math.Sqrt(square); scale > 1e-12*(1+math.Abs(mean)) {
				d.parts = append(d.parts, part{column: j, mean: mean, scale: scale})
			}
		}
		if known > 0 && missing > 0 {
			rate := missing / (known + missing)
			d.parts = append(d.parts, part{column: j, missing: true, mean: rate, scale: math.Sqrt(rate * (1 - rate))})
		}
	}
	if len(d.parts) == 0 {
		return nil, fmt.Errorf("logistic.no_columns: no column varies; give features that differ between people")
	}
	d.x = mat.NewDense(len(d.parts), m.Rows, nil)
	for k, p := range d.parts {
		to := d.x.RawRowView(k)
		for i, v := range m.Values[p.column] {
			switch {
			case p.missing && v != v:
				to[i] = (1 - p.mean) / p.scale
			case p.missing:
				to[i] = -p.mean / p.scale
			case v == v:
				to[i] = (float64(v) - p.mean) / p.scale
			}
		}
	}
	return d, nil
}
