package elixhauser

import (
	"strings"
	"testing"

	"leftshift/models/score"
)

func TestCases(t *testing.T) {
	f, answer, err := Cases()
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	passed, failed, err := score.Check(&out, f, answer)
	if err != nil || failed != 0 || passed != 40 {
		t.Errorf("%d passed, %d failed, error %v\n%s", passed, failed, err, out.String())
	}
}

// A code in two categories counts for both; totals below zero stay so;
// hierarchy works for the three pairs.
func TestRules(t *testing.T) {
	for _, c := range []struct {
		codes      string
		categories string
		walraven   int64
		swiss      int64
	}{
		{"I426", "chf alcohol", 7, 10},
		{"F315", "psycho depre", -3, -7},
		{"E66 F11", "obes drug", -11, -11},
		{"I10 I110", "chf hypunc hypc", 7, 10},
		{"E109 E102", "diabunc diabc", 0, -1},
		{"C50 C78", "metacanc solidtum", 12, 17},
	} {
		all := All()
		first, second := all[0].Compute(strings.Fields(c.codes)), all[1].Compute(strings.Fields(c.codes))
		if got := strings.Join(first.Categories(), " "); got != c.categories || first.Value != c.walraven || second.Value != c.swiss {
			t.Errorf("%s: %s, %d, %d, want %s, %d, %d", c.codes, got, first.Value, second.Value, c.categories, c.walraven, c.swiss)
		}
	}
	if n := len(All()[0].Groups()); n != 31 {
		t.Errorf("%d categories, want 31", n)
	}
}
