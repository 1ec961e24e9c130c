package engine

import (
	"testing"

	"pgregory.net/rapid"
)

func TestDistance(t *testing.T) {
	for _, x := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"falls", "fals", 1}, {"kitten", "sitting", 3}, {"data_from", "data_form", 2}, {"abc", "cab", 2}} {
		if got := Distance(x.a, x.b); got != x.want {
			t.Errorf("%q, %q: %d, want %d", x.a, x.b, got, x.want)
		}
	}
	// It is a distance.
	word := rapid.StringMatching(`[ab_]{0,6}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := word.Draw(t, "a"), word.Draw(t, "b"), word.Draw(t, "c")
		d := Distance(a, b)
		if (d == 0) != (a == b) || d != Distance(b, a) || d > Distance(a, c)+Distance(c, b) || d > max(len(a), len(b)) {
			t.Fatalf("%q, %q, %q: %d", a, b, c, d)
		}
	})
}
