package explain

import (
	"math"
	"reflect"
	"testing"

	"leftshift/features/matrix"
	"pgregory.net/rapid"
)

func TestTopOrder(t *testing.T) {
	c := New([]string{"a", "b", "c", "d", "e"}, 1)
	c.Base = -2
	copy(c.Values[0], []float64{0.5, -1, 0, -0.5, math.NaN()})
	got := c.Top(0, -1)
	want := []Entry{{1, "b", -1}, {0, "a", 0.5}, {3, "d", -0.5}}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	if got := c.Top(0, 2); !reflect.DeepEqual(got, want[:2]) {
		t.Fatalf("first two: %v", got)
	}
	if got := c.Top(0, 0); len(got) != 0 {
		t.Fatalf("none asked, %v given", got)
	}
}

func TestSumHidden(t *testing.T) {
	c := New([]string{"a", "b", "c"}, 2)
	c.Base = 1
	copy(c.Values[0], []float64{0.25, 0.5, -2})
	copy(c.Values[1], []float64{1, 0, 4})
	cols := []matrix.Column{
		{ID: "c"}, {ID: "b", Display: matrix.DisplayClinician}, {ID: "a", Display: matrix.DisplayClinician}, {ID: "z"},
	}
	got, err := c.SumHidden(cols)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"c", OtherFactors}; !reflect.DeepEqual(got.Columns, want) {
		t.Fatalf("columns %v, want %v", got.Columns, want)
	}
	if want := [][]float64{{-2, 0.75}, {4, 1}}; !reflect.DeepEqual(got.Values, want) {
		t.Fatalf("values %v, want %v", got.Values, want)
	}
	if _, err := c.SumHidden(cols[:2]); err == nil {
		t.Fatal("a column without description passed")
	}
	all, err := c.SumHidden([]matrix.Column{{ID: "a"}, {ID: "b"}, {ID: "c"}})
	if err != nil || !reflect.DeepEqual(all, c) {
		t.Fatalf("nothing hidden must change nothing: %v %v", all, err)
	}
}

func TestSumHiddenKeepsMargins(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(1, 8).Draw(t, "columns")
		n := rapid.IntRange(1, 4).Draw(t, "rows")
		var names []string
		var cols []matrix.Column
		for j := range k {
			id := string(rune('a' + j))
			names = append(names, id)
			cols = append(cols, matrix.Column{ID: id, Display: matrix.Display(rapid.IntRange(0, 1).Draw(t, "display"))})
		}
		c := New(names, n)
		c.Base = rapid.Float64Range(-5, 5).Draw(t, "base")
		for i := range n {
			for j := range k {
				c.Values[i][j] = rapid.Float64Range(-3, 3).Draw(t, "value")
			}
		}
		h, err := c.SumHidden(cols)
		if err != nil {
			t.Fatal(err)
		}
		for i := range n {
			if math.Abs(h.Margin(i)-c.Margin(i)) > 1e-12 {
				t.Fatalf("row %d: %v and %v", i, h.Margin(i), c.Margin(i))
			}
			top := h.Top(i, -1)
			for a := 1; a < len(top); a++ {
				x, y := math.Abs(top[a-1].Value), math.Abs(top[a].Value)
				if x < y || x == y && top[a-1].Index > top[a].Index {
					t.Fatalf("order of %v", top)
				}
			}
		}
	})
}
