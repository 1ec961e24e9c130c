package boost

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"leftshift/features/matrix"
)

// wide makes rows of 100 columns: dense measurements, or record-like counts of
// which nine in ten are 0.
func wide(rows int, dense bool) (*matrix.Matrix, []float64) {
	rng := rand.New(rand.NewPCG(1, 2))
	var cols []matrix.Column
	for j := range 100 {
		cols = append(cols, matrix.Column{ID: fmt.Sprint("c", j)})
	}
	m := matrix.New(cols, rows)
	y := make([]float64, rows)
	for i := range rows {
		z := -2.5
		for j := range cols {
			v := rng.NormFloat64()
			if !dense {
				v = max(0, math.Floor(2*v-1.6))
			}
			m.Values[j][i] = float32(v)
			z += v * float64(j%7-3) * 0.04
		}
		if rng.Float64() < 1/(1+math.Exp(-z)) {
			y[i] = 1
		}
	}
	return m, y
}

func BenchmarkFit(b *testing.B) {
	for _, dense := range []bool{true, false} {
		m, y := wide(80000, dense)
		for _, threads := range []int{1, 2} {
			b.Run(fmt.Sprintf("dense=%v/threads=%d", dense, threads), func(b *testing.B) {
				for b.Loop() {
					if _, err := Fit(m, y, nil, Options{Threads: threads}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkScore(b *testing.B) {
	for _, dense := range []bool{true, false} {
		m, y := wide(20000, dense)
		model, err := Fit(m, y, nil, Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("margin/dense=%v", dense), func(b *testing.B) {
			for b.Loop() {
				if _, err := model.Margin(m); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(m.Rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
		b.Run(fmt.Sprintf("contributions/dense=%v", dense), func(b *testing.B) {
			for b.Loop() {
				if _, err := model.Contributions(m); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(m.Rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
