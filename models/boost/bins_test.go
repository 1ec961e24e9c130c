package boost

import (
	"math"
	"slices"
	"testing"

	"leftshift/features/matrix"
	"pgregory.net/rapid"
)

func TestBins(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(2, 20).Draw(t, "limit")
		values := rapid.SliceOfN(rapid.OneOf(
			rapid.Just(matrix.NaN), rapid.Just(float32(0)), rapid.Just(float32(math.Copysign(0, -1))),
			rapid.Float32Range(-3, 3), rapid.Float32(),
			rapid.Map(rapid.IntRange(-5, 20), func(k int) float32 { return float32(k) }),
		), 0, 300).Draw(t, "values")
		var rows []int32
		var known []float32
		for i, v := range values {
			if math.IsInf(float64(v), 0) {
				values[i] = 0
				v = 0
			}
			rows = append(rows, int32(i))
			if v == v {
				known = append(known, v)
			}
		}
		var s sorter
		e := findEdges(values, rows, limit, &s)
		if e.bins() > limit {
			t.Fatalf("%d bins, at most %d", e.bins(), limit)
		}
		if e.missing != (len(known) < len(values)) {
			t.Fatal("missing is wrong")
		}
		if !slices.IsSorted(e.upper) || len(slices.Compact(slices.Clone(e.upper))) != len(e.upper) {
			t.Fatalf("edges do not rise: %v", e.upper)
		}
		slices.Sort(known)
		distinct := slices.Compact(slices.Clone(known))
		room := limit
		if e.missing {
			room--
		}
		if len(distinct) <= room && len(distinct) > 0 && e.values() != len(distinct) {
			t.Fatalf("%d bins for %d distinct values", e.values(), len(distinct))
		}
		count := make([]int, e.bins()+1)
		for _, v := range values {
			b := int(e.bin(v))
			count[b]++
			if v != v {
				if b != e.values() {
					t.Fatalf("NaN in bin %d", b)
				}
				continue
			}
			if b > 0 && v <= e.upper[b-1] || b < len(e.upper) && v > e.upper[b] {
				t.Fatalf("%v in bin %d of %v", v, b, e.upper)
			}
		}
		for b := range e.bins() {
			if count[b] == 0 && len(known) > 0 {
				t.Fatalf("bin %d is empty; edges %v", b, e.upper)
			}
		}
	})
}

func TestBinsAreEven(t *testing.T) {
	values := make([]float32, 10000)
	rows := make([]int32, len(values))
	for i := range values {
		rows[i] = int32(i)
		if i%2 == 0 {
			values[i] = float32(i*7919%10000) + 1 // half are 0
		}
	}
	var s sorter
	e := findEdges(values, rows, 101, &s)
	count := make([]int, e.bins())
	for _, v := range values {
		count[e.bin(v)]++
	}
	if e.bins() != 101 || count[0] != 5000 {
		t.Fatalf("%d bins, the first with %d", e.bins(), count[0])
	}
	for b, n := range count[1:] {
		if n < 45 || n > 55 {
			t.Errorf("bin %d has %d rows", b+1, n)
		}
	}
}
