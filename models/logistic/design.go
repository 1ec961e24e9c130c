package logistic

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
	"leftshift/features/matrix"
)

// design is the scaled columns: weighted mean 0 and standard deviation 1.
type design struct {
	columns []column
	parts   []part    // of each scaled column
	w       []float64 // row weights, summing to 1
}

// column is the values of a scaled column: value times 1/scale less mean/scale.
// Most features of a health record are 0 for most people, so a column that is
// lists only the others.
type column struct {
	dense       []float64 // every row, already scaled (mean 0, scale 1); or nil, then
	at          []int32   // the rows that are not 0
	value       []float64 // and their values
	mean, scale float64
}

// sparse is the share of zeros from which a column lists the others only.
const sparse = 0.7

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
	d.columns = make([]column, len(d.parts))
	zeros := func(p part) int {
		n := 0
		for _, v := range m.Values[p.column] {
			if p.missing && v == v || !p.missing && v == 0 {
				n++
			}
		}
		return n
	}
	var dense []int
	for k, p := range d.parts {
		z := zeros(p)
		if float64(z) < sparse*float64(m.Rows) {
			dense = append(dense, k)
			continue
		}
		c := column{mean: p.mean, scale: p.scale, at: make([]int32, 0, m.Rows-z), value: make([]float64, 0, m.Rows-z)}
		for i, v := range m.Values[p.column] {
			if x := p.raw(v); x != 0 {
				c.at, c.value = append(c.at, int32(i)), append(c.value, x)
			}
		}
		d.columns[k] = c
	}
	if len(dense) == 0 {
		return d, nil
	}
	x := mat.NewDense(len(dense), m.Rows, nil) // column × row, so that a column is one run of memory
	for q, k := range dense {
		p, to := d.parts[k], x.RawRowView(q)
		for i, v := range m.Values[p.column] {
			to[i] = (p.raw(v) - p.mean) / p.scale
		}
		d.columns[k] = column{dense: to, scale: 1}
	}
	return d, nil
}

// raw is the value before scaling: the mean for NaN, or 1 and 0 of an indicator.
func (p part) raw(v float32) float64 {
	switch {
	case p.missing && v != v:
		return 1
	case p.missing:
		return 0
	case v != v:
		return p.mean
	}
	return float64(v)
}
