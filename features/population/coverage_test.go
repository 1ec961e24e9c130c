package population

import (
	"testing"

	"pgregory.net/rapid"

	"leftshift/engine"
)

// A practice whose people have nothing of a kind that many others have is
// silent in it; one with few people, or of a kind that few have, is not.
func TestCover(t *testing.T) {
	people := map[engine.Code]int64{1: 1000, 2: 1000, 3: 30}
	counts := []Count{
		{1, "event", uint8(engine.Problem), 900}, {2, "event", uint8(engine.Problem), 950}, {3, "event", uint8(engine.Problem), 29},
		{1, "spell", uint8(engine.NHS111), 200}, {1, "spell", uint8(engine.Ambulance), 90}, {2, "spell", uint8(engine.Ambulance), 12}, {2, "spell", uint8(engine.NHS111), 9},
		{1, "spell", uint8(engine.DrugAlcohol), 5},
	}
	c := Cover(people, counts)
	if got := c.Of(2).Less(c.Unseen); got != (Kinds{Spells: 1 << engine.NHS111}) {
		t.Errorf("practice 2 lacks %q", got.Text())
	}
	for _, p := range []engine.Code{1, 3, 99} {
		if c.Of(p) != c.Unseen {
			t.Errorf("practice %d lacks %q", p, c.Of(p).Less(c.Unseen).Text())
		}
	}
	if c.Unseen.Events>>engine.Problem&1 == 1 || c.Unseen.Spells>>engine.DrugAlcohol&1 == 1 || c.Unseen.Events>>engine.Flag&1 == 0 || c.Unseen.Documents != 1<<1|1<<2|1<<3 {
		t.Errorf("of everyone is unseen: %q", c.Unseen.Text())
	}
	if empty := Cover(nil, nil); empty.Unseen.Events == 0 || len(empty.Practices) != 0 {
		t.Errorf("an empty lake: %+v", empty)
	}
}

// Chance alone makes no practice silent: rows that fall on people with the
// same chance everywhere.
func TestCoverNoFalseAlarm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		people := map[engine.Code]int64{}
		var counts []Count
		share := rapid.IntRange(1, 30).Draw(t, "per cent")
		for p := range engine.Code(rapid.IntRange(2, 30).Draw(t, "practices")) {
			n := int64(rapid.IntRange(1, 400).Draw(t, "people"))
			people[p] = n
			got := int64(0)
			for range n {
				if rapid.IntRange(0, 99).Draw(t, "has") < share {
					got++
				}
			}
			if got > 0 {
				counts = append(counts, Count{p, "spell", 8, got})
			}
		}
		c := Cover(people, counts)
		for p, k := range c.Practices {
			// Draws lean to small numbers, so only practices that have some are sure.
			for _, x := range counts {
				if x.Practice == p && float64(x.People) >= SilentShare*float64(people[p]) {
					t.Fatalf("practice %d has %d of %d and lacks %q", p, x.People, people[p], k.Text())
				}
			}
		}
	})
}
