package engine

import "testing"

func TestPlural(t *testing.T) {
	for _, c := range []struct {
		n          int
		noun, want string
	}{{0, "fault", "0 faults"}, {1, "fault", "1 fault"}, {2, "fault", "2 faults"}, {-1, "day", "-1 days"}, {1, "day", "1 day"}, {12, "day", "12 days"}, {2, "entry", "2 entries"}, {1, "entry", "1 entry"}} {
		if got := Plural(c.n, c.noun); got != c.want {
			t.Errorf("%d %s is %q, want %q", c.n, c.noun, got, c.want)
		}
	}
}
