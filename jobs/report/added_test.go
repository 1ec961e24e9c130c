package report

import (
	"strings"
	"testing"

	"leftshift/engine"
	"leftshift/engine/disclosure"
	"leftshift/engine/risklist"
)

// Who was added by hand is counted openly, and every code of a decision has its
// line; what became of everyone adds up.
func TestR5R8AddedDeclinedAndNoGapAreShown(t *testing.T) {
	var people []risklist.Candidate
	for i := range 100 {
		c := risklist.Candidate{Person: engine.Person(1000 + i), Probability: float64(i) / 100, Practice: 1}
		switch {
		case i < 10:
			c.Added = "a"
		case i < 30:
			c.Quiet = risklist.Quiet{Code: risklist.Declined, Until: 30000, Probability: c.Probability}
		case i < 60:
			c.Gaps = []risklist.Gap{{Code: risklist.ReviewOverdue, Since: engine.NoDay}}
		}
		people = append(people, c)
	}
	got, err := risklist.Build(people, []risklist.Team{{ID: "a", Practices: []engine.Code{1}, Capacity: 20}}, risklist.Rules{Order: risklist.AmongGaps, AsOf: 20000}, nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := Render(Night{Site: "Test", AsOf: 20000, Rule: disclosure.Rule{Small: 7, RoundTo: 5}, Lists: got})
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	for _, want := range []string{"Added by hand", "declined", "no_gap", "Has none of the gaps that the lists are for", "Declined not long ago"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	sum := 0
	for _, n := range attrition(got) {
		sum += n
	}
	if sum != len(people) {
		t.Errorf("the parts hold %d of %d people", sum, len(people))
	}
}
