package disclosure

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// What a reader learns of one table bounds those beside it, above and below.
func TestFree(t *testing.T) {
	leaf := func(n int, tables ...[]int) *Node { return &Node{People: n, Tables: tables} }
	for _, x := range []struct {
		name string
		root *Node
		want bool
	}{
		{"a small number alone", &Node{People: 3, Shown: true}, true},
		{"one of few beside many, whose sum fits", &Node{People: 1005, Shown: true, Children: []*Node{{People: 1000, Shown: true}, {People: 5, Shown: true}}}, true},
		{"one of few beside many, whose sum tells", &Node{People: 1001, Shown: true, Children: []*Node{{People: 999, Shown: true}, {People: 2, Shown: true}}}, false},
		{"the same, where nobody is told the sum", &Node{People: 1001, Children: []*Node{{People: 999, Shown: true}, {People: 2, Shown: true}}}, true},
		{"few in two groups of a small number", &Node{People: 107, Children: []*Node{{People: 100, Shown: true}, {People: 7, Shown: true, Tables: [][]int{{3, 4}}}}}, false},
		{"four of five bands hidden, and the total told", &Node{People: 112, Children: []*Node{leaf(100), {People: 12, Shown: true, Tables: [][]int{{3, 3, 3, 3, 0}}}}}, true},
		{"two bands hidden, and the total told", leaf(14, []int{7, 7}, []int{14}), false},
		{"a table two floors below", &Node{People: 300, Shown: true, Children: []*Node{{People: 300, Children: []*Node{leaf(300, []int{298, 2}), leaf(0)}}, leaf(0, []int{0, 0})}}, false},
	} {
		if got := Standard.Free(x.root); got != x.want {
			t.Errorf("%s: %v", x.name, got)
		}
	}
}

// Tables of the same people are free where Partitions shows all of them.
func TestFreeAsPartitions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule := anyRule(t)
		people := rapid.IntRange(0, 60).Draw(t, "people")
		root := &Node{People: people}
		for range rapid.IntRange(1, 4).Draw(t, "tables") {
			left := people
			var parts []int
			for range rapid.IntRange(0, 4).Draw(t, "parts") {
				n := rapid.IntRange(0, left).Draw(t, "part")
				parts, left = append(parts, n), left-n
			}
			root.Tables = append(root.Tables, append(parts, left))
		}
		withheld := false
		for i, cells := range rule.Partitions(root.Tables...) {
			for k, c := range cells {
				withheld = withheld || c != rule.Count(root.Tables[i][k])
			}
		}
		if free := rule.Free(root); free && withheld {
			t.Fatalf("free, but something is withheld of %v", root.Tables)
		} else if !free && !withheld {
			// A table of small parts alone is withheld by the stars that it wears anyway.
			for _, x := range root.Tables {
				if !slices.ContainsFunc(x, func(n int) bool { _, ok := rule.Count(n).Value(); return ok }) {
					return
				}
			}
			t.Fatalf("not free, but all is shown of %v", root.Tables)
		}
	})
}
