package boost

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"leftshift/features/matrix"
	"pgregory.net/rapid"
)

// drawTree makes a random tree, deep or wide.
func drawTree(t *rapid.T, columns, leaves int) Tree {
	tree := Tree{}
	type place struct {
		node  int32
		right bool
	}
	at := []place{{-1, false}} // of each leaf
	for k := 1; k < leaves; k++ {
		l := rapid.IntRange(0, k-1).Draw(t, "leaf")
		if rapid.Bool().Draw(t, "deep") {
			l = k - 1
		}
		node := int32(len(tree.Feature))
		tree.Feature = append(tree.Feature, int32(rapid.IntRange(0, columns-1).Draw(t, "feature")))
		tree.Threshold = append(tree.Threshold, float32(rapid.IntRange(-3, 3).Draw(t, "threshold")))
		tree.MissingLeft = append(tree.MissingLeft, rapid.Bool().Draw(t, "missing left"))
		tree.Left = append(tree.Left, ^int32(l))
		tree.Right = append(tree.Right, ^int32(k))
		if p := at[l]; p.node >= 0 {
			if p.right {
				tree.Right[p.node] = node
			} else {
				tree.Left[p.node] = node
			}
		}
		at[l] = place{node, false}
		at = append(at, place{node, true})
	}
	for range leaves {
		tree.Value = append(tree.Value, rapid.Float64Range(-2, 2).Draw(t, "value"))
		tree.Cover = append(tree.Cover, rapid.Float64Range(0.01, 100).Draw(t, "cover"))
	}
	return tree
}

func drawModel(t *rapid.T, columns, maxLeaves int) (*Model, *matrix.Matrix) {
	m := &Model{Prior: rapid.Float64Range(-4, 1).Draw(t, "prior"), Stop: StopTrees}
	var cols []matrix.Column
	for j := range columns {
		id := string(rune('a' + j))
		m.Columns = append(m.Columns, id)
		cols = append([]matrix.Column{{ID: id}}, cols...) // the other way round
	}
	for range rapid.IntRange(0, 3).Draw(t, "trees") {
		m.Trees = append(m.Trees, drawTree(t, columns, rapid.IntRange(2, maxLeaves).Draw(t, "leaves")))
	}
	if err := m.Check(); err != nil {
		t.Fatal(err)
	}
	x := matrix.New(cols, rapid.IntRange(0, 5).Draw(t, "rows"))
	for j := range x.Values {
		for i := range x.Values[j] {
			x.Values[j][i] = rapid.SampledFrom([]float32{-4, -2, 0, 0, 1, 2, 3, 3.5, matrix.NaN}).Draw(t, "x")
		}
	}
	return m, x
}

// leafOf walks a tree as its comment says.
func leafOf(t *Tree, row []float32) int {
	n := int32(0)
	for n >= 0 {
		v := row[t.Feature[n]]
		switch {
		case v != v && t.MissingLeft[n], v <= t.Threshold[n]:
			n = t.Left[n]
		default:
			n = t.Right[n]
		}
	}
	return int(^n)
}

func rowOf(x *matrix.Matrix, m *Model, i int) []float32 {
	row := make([]float32, len(m.Columns))
	for j, id := range m.Columns {
		row[j] = x.Values[x.Find(id)][i]
	}
	return row
}

func TestMarginWalksTrees(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, x := drawModel(t, 4, MaxLeaves)
		got, err := m.Margin(x)
		if err != nil {
			t.Fatal(err)
		}
		for i := range got {
			want := m.Prior
			for k := range m.Trees {
				want += m.Trees[k].Value[leafOf(&m.Trees[k], rowOf(x, m, i))]
			}
			if got[i] != want {
				t.Fatalf("row %d: %v, want %v", i, got[i], want)
			}
		}
	})
}

// given is the value of a tree when the columns in known are known: the
// definition of the path-dependent expectation.
func given(t *Tree, covers []float64, row []float32, known int, n int32) float64 {
	if n < 0 {
		return t.Value[^n]
	}
	l, r := t.Left[n], t.Right[n]
	if known>>t.Feature[n]&1 != 0 {
		v := row[t.Feature[n]]
		if v <= t.Threshold[n] || v != v && t.MissingLeft[n] {
			return given(t, covers, row, known, l)
		}
		return given(t, covers, row, known, r)
	}
	cover := func(c int32) float64 {
		if c < 0 {
			return t.Cover[^c]
		}
		return covers[c]
	}
	return (cover(l)*given(t, covers, row, known, l) + cover(r)*given(t, covers, row, known, r)) / covers[n]
}

// TestContributionsByDefinition compares with Shapley's formula over all sets
// of columns.
func TestContributionsByDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.IntRange(1, 5).Draw(t, "columns")
		m, x := drawModel(t, d, 12)
		got, err := m.Contributions(x)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got.Columns, m.Columns) || len(got.Values) != x.Rows {
			t.Fatalf("columns %v, %d rows", got.Columns, len(got.Values))
		}
		factorial := []float64{1, 1, 2, 6, 24, 120}
		base := m.Prior
		for k := range m.Trees {
			base += given(&m.Trees[k], m.Trees[k].nodeCovers(), nil, 0, 0)
		}
		if math.Abs(base-got.Base) > 1e-11 {
			t.Fatalf("base %v, want %v", got.Base, base)
		}
		for i := range x.Rows {
			row := rowOf(x, m, i)
			for j := range d {
				want := 0.0
				for k := range m.Trees {
					tree := &m.Trees[k]
					covers := tree.nodeCovers()
					for set := range 1 << d {
						if set>>j&1 != 0 {
							continue
						}
						size := 0
						for b := range d {
							size += set >> b & 1
						}
						want += factorial[size] * factorial[d-size-1] / factorial[d] *
							(given(tree, covers, row, set|1<<j, 0) - given(tree, covers, row, set, 0))
					}
				}
				if math.Abs(got.Values[i][j]-want) > 1e-11 {
					t.Fatalf("row %d column %d: %v, want %v", i, j, got.Values[i][j], want)
				}
			}
		}
	})
}

func TestF8ContributionsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { // long paths of many columns too
		m, x := drawModel(t, 20, MaxLeaves)
		got, err := m.Contributions(x)
		if err != nil {
			t.Fatal(err)
		}
		margin, err := m.Margin(x)
		if err != nil {
			t.Fatal(err)
		}
		for i := range margin {
			if math.Abs(got.Margin(i)-margin[i]) > 1e-9 {
				t.Fatalf("row %d adds up to %v, margin %v", i, got.Margin(i), margin[i])
			}
		}
	})
}

func TestContributionsOfFittedModel(t *testing.T) {
	m, y, _ := people(10, 9000) // more than two batches, for margins too
	model, err := Fit(m, y, nil, Options{Trees: 40})
	if err != nil {
		t.Fatal(err)
	}
	c, err := model.Contributions(m)
	if err != nil {
		t.Fatal(err)
	}
	margin, _ := model.Margin(m)
	for i := range margin {
		want := model.Prior
		for k := range model.Trees {
			want += model.Trees[k].Value[leafOf(&model.Trees[k], rowOf(m, model, i))]
		}
		if margin[i] != want {
			t.Fatalf("row %d: margin %v, walking the trees %v", i, margin[i], want)
		}
		if math.Abs(c.Margin(i)-margin[i]) > 1e-9 {
			t.Fatalf("row %d adds up to %v, margin %v", i, c.Margin(i), margin[i])
		}
	}
	// A row's contributions do not depend on the rows beside it.
	rows := rand.New(rand.NewPCG(11, 11)).Perm(m.Rows)[:50]
	part, err := model.Contributions(m.Take(rows))
	if err != nil {
		t.Fatal(err)
	}
	for k, i := range rows {
		if !reflect.DeepEqual(part.Values[k], c.Values[i]) {
			t.Fatalf("row %d alone: %v, among others %v", i, part.Values[k], c.Values[i])
		}
	}
}

func TestF13JSONKeepsEveryBit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, _ := drawModel(t, 4, 20)
		b, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		var got Model
		if err := json.Unmarshal(b, &got); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(&got, m) {
			t.Fatalf("got %v, want %v", got, m)
		}
	})
}

func TestDamagedFile(t *testing.T) {
	good := func() *Model {
		return &Model{Columns: []string{"a", "b"}, Trees: []Tree{{
			Feature: []int32{0, 1}, Threshold: []float32{1, 2}, MissingLeft: []bool{true, false},
			Left: []int32{1, ^0}, Right: []int32{^1, ^2}, Value: []float64{1, 2, 3}, Cover: []float64{4, 5, 6},
		}}}
	}
	if err := good().Check(); err != nil {
		t.Fatal(err)
	}
	for name, damage := range map[string]func(m *Model){
		"short":       func(m *Model) { m.Trees[0].Cover = m.Trees[0].Cover[1:] },
		"column":      func(m *Model) { m.Trees[0].Feature[1] = 2 },
		"cycle":       func(m *Model) { m.Trees[0].Left[1] = 0 },
		"two parents": func(m *Model) { m.Trees[0].Right[0] = ^0 },
		"no cover":    func(m *Model) { m.Trees[0].Cover[0] = 0 },
		"twice":       func(m *Model) { m.Columns[1] = "a" },
	} {
		m := good()
		damage(m)
		b, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(b, &Model{}); err == nil {
			t.Errorf("%s: passed", name)
		}
	}
}
