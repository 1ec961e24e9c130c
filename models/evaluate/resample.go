package evaluate

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
)

// resample measures every table on samples of persons drawn with replacement
// (Efron and Tibshirani 1993). Rows stay sorted: a sample is how often each
// person was drawn, times the row weights. Replicate k has its own generator,
// so the number of threads changes nothing. The result is by table, then
// replicate.
func resample(tables []*ranked, whole []values, opt Options) [][]values {
	out := make([][]values, len(tables))
	if opt.Replicates < 1 {
		return out
	}
	for k := range out {
		out[k] = make([]values, opt.Replicates)
	}
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(opt.Threads, opt.Replicates) {
		wait.Go(func() {
			drawn := make([]float64, tables[0].people)
			w := make([]float64, len(tables[0].w))
			for {
				k := int(next.Add(1)) - 1
				if k >= opt.Replicates {
					return
				}
				rng := rand.New(rand.NewPCG(opt.Seed, uint64(k)))
				clear(drawn)
				for range drawn {
					drawn[rng.IntN(len(drawn))]++
				}
				for t, table := range tables {
					w := w[:len(table.w)]
					for i, p := range table.person {
						w[i] = table.w[i] * drawn[p]
					}
					out[t][k] = table.measure(w, opt.Shares, &whole[t])
				}
			}
		})
	}
	wait.Wait()
	return out
}

// interval gives the value with the percentiles of its resamples, between
// neighbours by a straight line.
func interval(value float64, samples []values, f func(v *values) float64, level float64) Estimate {
	out := Estimate{Number(value), Number(math.NaN()), Number(math.NaN())}
	var got []float64
	for k := range samples {
		if v := f(&samples[k]); !math.IsNaN(v) {
			got = append(got, v)
		}
	}
	if math.IsNaN(value) || len(got) == 0 || 2*len(got) < len(samples) {
		return out
	}
	slices.Sort(got)
	at := func(q float64) Number {
		x := q * float64(len(got)-1)
		k := min(int(x), len(got)-1)
		if k+1 == len(got) {
			return Number(got[k])
		}
		return Number(got[k] + (x-float64(k))*(got[k+1]-got[k]))
	}
	out.Low, out.High = at((1-level)/2), at((1+level)/2)
	return out
}
