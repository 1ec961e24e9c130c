package boost

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"leftshift/features/matrix"
)

// refLeaf is a leaf of the plain reference: rows, and their best split.
type refLeaf struct {
	rows, left, right []int
	gain              float64
}

// reference boosts by definition: for every leaf every split is tried on the
// raw values in float64, and the leaf with the greatest gain is divided first.
// It gives the margins of the rows.
func reference(m *matrix.Matrix, y, w []float64, o Options) []float64 {
	o = o.filled()
	total, events := 0.0, 0.0
	for i := range y {
		total += w[i]
		events += w[i] * y[i]
	}
	margin := make([]float64, len(y))
	for i := range margin {
		margin[i] = math.Log(events / (total - events))
	}
	for range o.Trees {
		g, h := make([]float64, len(y)), make([]float64, len(y))
		for i := range y {
			p := 1 / (1 + math.Exp(-margin[i]))
			g[i], h[i] = w[i]*(p-y[i]), w[i]*p*(1-p)
		}
		sum := func(rows []int) (a, b float64) {
			for _, i := range rows {
				a += g[i]
				b += h[i]
			}
			return
		}
		score := func(rows []int) float64 {
			a, b := sum(rows)
			return a * a / (b + o.L2)
		}
		search := func(rows []int) refLeaf {
			best := refLeaf{rows: rows}
			for j := range m.Values {
				for _, cut := range rows {
					for _, missing := range []bool{false, true} {
						var l, r []int
						for _, i := range rows {
							v := m.Values[j][i]
							if v <= m.Values[j][cut] || v != v && missing {
								l = append(l, i)
							} else {
								r = append(r, i)
							}
						}
						if len(l) < o.MinChildRows || len(r) < o.MinChildRows {
							continue
						}
						if gain := score(l) + score(r) - score(rows); gain > best.gain+1e-12 {
							best = refLeaf{rows, l, r, gain}
						}
					}
				}
			}
			return best
		}
		all := make([]int, len(y))
		for i := range all {
			all[i] = i
		}
		leaves := []refLeaf{search(all)}
		for len(leaves) < o.Leaves {
			best := 0
			for k := range leaves {
				if leaves[k].gain > leaves[best].gain {
					best = k
				}
			}
			if leaves[best].gain <= 0 {
				break
			}
			l, r := leaves[best].left, leaves[best].right
			leaves[best] = search(l)
			leaves = append(leaves, search(r))
		}
		for _, l := range leaves {
			if len(leaves) == 1 {
				break // no split, no tree
			}
			a, b := sum(l.rows)
			for _, i := range l.rows {
				margin[i] -= o.LearningRate * a / (b + o.L2)
			}
		}
	}
	return margin
}

// TestAgreesWithReference fits a few trees both ways. Weights are uneven, so
// that no two splits gain the same by chance.
func TestAgreesWithReference(t *testing.T) {
	for seed := range uint64(12) {
		rng := rand.New(rand.NewPCG(seed, 12))
		const n = 120
		var cols []matrix.Column
		for j := range 4 {
			cols = append(cols, matrix.Column{ID: fmt.Sprint("c", j)})
		}
		m := matrix.New(cols, n)
		y, w := make([]float64, n), make([]float64, n)
		for i := range n {
			m.Values[0][i] = float32(rng.NormFloat64())
			m.Values[1][i] = float32(max(0, rng.IntN(9)-4))
			m.Values[2][i] = float32(rng.IntN(6) - 3)
			m.Values[3][i] = float32(rng.NormFloat64())
			if rng.IntN(3) == 0 {
				m.Values[2][i] = matrix.NaN
			}
			z := float64(m.Values[0][i]) + float64(m.Values[1][i]) - 1
			if m.Values[2][i] != m.Values[2][i] {
				z += 1.5
			}
			if rng.Float64() < 1/(1+math.Exp(-z)) {
				y[i] = 1
			}
			w[i] = 0.2 + rng.ExpFloat64()
		}
		o := Options{Trees: 4, Leaves: 3 + int(seed), MinChildRows: 1 + int(seed%5), L2: float64(seed%3) * 0.7, LearningRate: 0.5}
		model, err := Fit(m, y, w, o)
		if err != nil {
			t.Fatal(err)
		}
		got, err := model.Margin(m)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range reference(m, y, w, o) {
			if math.Abs(got[i]-want) > 1e-7 {
				t.Fatalf("seed %d row %d: margin %v, reference %v", seed, i, got[i], want)
			}
		}
	}
}

func TestDepth(t *testing.T) {
	m, y, _ := people(12, 2000)
	for _, depth := range []int{1, 3} {
		model, err := Fit(m, y, nil, Options{Trees: 5, Depth: depth})
		if err != nil {
			t.Fatal(err)
		}
		for k := range model.Trees {
			tree := &model.Trees[k]
			var deepest func(n int32) int
			deepest = func(n int32) int {
				if n < 0 {
					return 0
				}
				return 1 + max(deepest(tree.Left[n]), deepest(tree.Right[n]))
			}
			if d := deepest(0); d != depth {
				t.Errorf("tree %d has depth %d, asked %d", k, d, depth)
			}
		}
	}
}

// TestDrawnRows works out the leaf values of the second tree from the rows that
// were drawn for it and the margins that the first tree gives them, drawn for
// it or not.
func TestDrawnRows(t *testing.T) {
	m, y, _ := people(13, 3000)
	o := Options{Trees: 2, RowFraction: 0.4, Seed: 5, L2: 1, LearningRate: 0.7}
	model, err := Fit(m, y, nil, o)
	if err != nil {
		t.Fatal(err)
	}
	rows := make([]int32, m.Rows)
	for i := range rows {
		rows[i] = int32(i)
	}
	sample := draw(rand.New(rand.NewPCG(o.Seed, 1)), rows, o.RowFraction)
	if len(sample) != 1200 {
		t.Fatalf("%d rows drawn of 3000", len(sample))
	}
	second := &model.Trees[1]
	g, h, n := make([]float64, len(second.Value)), make([]float64, len(second.Value)), make([]float64, len(second.Value))
	for _, i := range sample {
		row := rowOf(m, model, int(i))
		p := 1 / (1 + math.Exp(-(model.Prior + model.Trees[0].Value[leafOf(&model.Trees[0], row)])))
		l := leafOf(second, row)
		g[l] += p - y[i]
		h[l] += p * (1 - p)
		n[l]++
	}
	for l, got := range second.Value {
		if want := -o.LearningRate * g[l] / (h[l] + o.L2); math.Abs(got-want) > 1e-7 || n[l] != second.Cover[l] {
			t.Errorf("leaf %d: value %v cover %v, want %v %v", l, got, second.Cover[l], want, n[l])
		}
	}
}
