package registry

import (
	"strings"
	"testing"
)

// F2: the card says which guard was used, and how many person-dates it touched,
// under disclosure control; a bundle from before says nothing of it.
func TestF2CardSaysTheGuard(t *testing.T) {
	b := bundle(t, 3)
	if strings.Contains(b.Card(), "Guard against") {
		t.Error("a bundle that had none says something of a guard")
	}
	for _, c := range []struct {
		guard Guard
		want  []string
	}{
		{Guard{Kind: "exclude", Lasting: 365, Rows: 1203, Greatest: 3.21}, []string{"exclude", "In 1205 person-dates", "at most 3.2", "365 days after an act", "someone whom nobody acts on"}},
		{Guard{Kind: "exclude", Rows: 3, Greatest: 3.21}, []string{"In * person-dates"}},
		{Guard{Kind: "none", Rows: 88}, []string{"own effect: none", "In 90 person-dates", "fitted as they are"}},
		{Guard{Kind: "exclude"}, []string{"changed nothing"}},
	} {
		b.Guard = &c.guard
		card := b.Card()
		for _, w := range c.want {
			if !strings.Contains(card, w) {
				t.Errorf("%+v: the card has no %q", c.guard, w)
			}
		}
	}
	text, id, err := b.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if again, err := Decode(text); err != nil || *again.Guard != *b.Guard {
		t.Errorf("%v", err)
	}
	b.Guard = nil
	if _, other, _ := b.Encode(); other == id {
		t.Error("the guard is no part of the bundle")
	}
}
