package disclosure

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// What divides the same people comes out of Together as out of Partitions, and
// nothing but the cells decides.
func TestTogetherAsPartitions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule := anyRule(t)
		people := rapid.IntRange(0, 80).Draw(t, "people")
		var counts [][]int
		var cells [][]Cell
		for range rapid.IntRange(1, 4).Draw(t, "tables") {
			left := people
			var parts []int
			for range rapid.IntRange(0, 4).Draw(t, "parts") {
				n := rapid.IntRange(0, left).Draw(t, "part")
				parts, left = append(parts, n), left-n
			}
			parts = append(parts, left)
			var shown []Cell
			for _, n := range parts {
				shown = append(shown, rule.Count(n))
			}
			counts, cells = append(counts, parts), append(cells, shown)
		}
		if got, want := fmt.Sprint(rule.Together(cells...)), fmt.Sprint(rule.Partitions(counts...)); got != want {
			t.Fatalf("%v: %s, and of the counts %s", counts, got, want)
		}
	})
}

func TestTogetherWithholds(t *testing.T) {
	c := Standard.Count
	got := fmt.Sprint(Standard.Together([]Cell{c(105)}, []Cell{c(100), c(0)}, []Cell{c(50), c(55), Hidden}, nil))
	if got != "[[105] [100 0] [* * *] []]" {
		t.Error(got)
	}
}
