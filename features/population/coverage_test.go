package population

import (
	"testing"

	"pgregory.net/rapid"

	"leftshift/engine"
)

// A practice whose people have nothing of a kind that many others of their age
// have is silent in it; one with few people, or of young people, or of a kind
// that few have, is not.
func TestA4Cover(t *testing.T) {
	old, young := uint8(5), uint8(2)
	people := map[Group]int64{{1, old}: 1000, {2, old}: 1000, {3, old}: 30, {4, young}: 10000}
	count := func(practice engine.Code, band uint8, kind engine.SpellKind, n int64) Count {
		return Count{Group{practice, band}, "spell", uint8(kind), n, n}
	}
	counts := []Count{
		{Group{1, old}, "event", uint8(engine.Problem), 900, 900}, {Group{2, old}, "event", uint8(engine.Problem), 950, 950}, {Group{3, old}, "event", uint8(engine.Problem), 29, 29},
		{Group{4, young}, "event", uint8(engine.Problem), 5000, 5000},
		count(1, old, engine.NHS111, 200), count(2, old, engine.NHS111, 9), count(4, young, engine.NHS111, 800),
		count(1, old, engine.Ambulance, 90), count(2, old, engine.Ambulance, 12), count(4, young, engine.Ambulance, 600),
		count(1, old, engine.SocialCare, 300), count(2, old, engine.SocialCare, 290), // nobody young has any: that is their age
		count(1, old, engine.DrugAlcohol, 5),
	}
	c := Cover(people, counts, Kinds{})
	if got := c.Of(2).Less(c.Unseen); got != (Kinds{Spells: 1 << engine.NHS111}) {
		t.Errorf("practice 2 lacks %q", got.Text())
	}
	for _, p := range []engine.Code{1, 3, 4, 99} {
		if c.Of(p) != c.Unseen {
			t.Errorf("practice %d lacks %q", p, c.Of(p).Less(c.Unseen).Text())
		}
	}
	if c.Unseen.Events>>engine.Problem&1 == 1 || c.Unseen.Spells>>engine.DrugAlcohol&1 == 1 || c.Unseen.Events>>engine.Flag&1 == 0 || c.Unseen.Documents != 1<<1|1<<2|1<<3 {
		t.Errorf("of everyone is unseen: %q", c.Unseen.Text())
	}
	if empty := Cover(nil, nil, Kinds{}); empty.Unseen.Events == 0 || len(empty.Practices) != 0 {
		t.Errorf("an empty lake: %+v", empty)
	}
}

// Chance alone makes no practice silent: rows that fall on people with the
// same chance everywhere.
func TestCoverNoFalseAlarm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		people := map[Group]int64{}
		var counts []Count
		share := rapid.IntRange(1, 30).Draw(t, "per cent")
		for p := range engine.Code(rapid.IntRange(2, 30).Draw(t, "practices")) {
			n := int64(rapid.IntRange(1, 400).Draw(t, "people"))
			people[Group{p, 3}] = n
			got := int64(0)
			for range n {
				if rapid.IntRange(0, 99).Draw(t, "has") < share {
					got++
				}
			}
			if got > 0 {
				counts = append(counts, Count{Group{p, 3}, "spell", 8, got, got})
			}
		}
		c := Cover(people, counts, Kinds{})
		for p, k := range c.Practices {
			// Draws lean to small numbers, so only practices that have some are sure.
			for _, x := range counts {
				if x.Practice == p && float64(x.People) >= SilentShare*float64(people[x.Group]) {
					t.Fatalf("practice %d has %d of %d and lacks %q", p, x.People, people[Group{p, 3}], k.Text())
				}
			}
		}
	})
}

// A practice whose feed began within the month is not seen in it, and is a
// month later; those of others who came with few rows are.
func TestCoverFirstMonth(t *testing.T) {
	people := map[Group]int64{{1, 5}: 1000, {2, 5}: 1000, {3, 5}: 30}
	problem := func(practice engine.Code, n, before int64) Count {
		return Count{Group{practice, 5}, "event", uint8(engine.Problem), n, before}
	}
	c := Cover(people, []Count{problem(1, 900, 890), problem(2, 400, 6), problem(3, 9, 0)}, Kinds{})
	if got := c.Of(2).Less(c.Unseen); got != (Kinds{Events: 1 << engine.Problem}) {
		t.Errorf("a practice in its first month lacks %q", got.Text())
	}
	if c.Of(1) != c.Unseen || c.Of(3) != c.Unseen {
		t.Errorf("a practice that was there, or one with few people: %q, %q", c.Of(1).Text(), c.Of(3).Text())
	}
	if c = Cover(people, []Count{problem(1, 900, 890), problem(2, 500, 400)}, Kinds{}); c.Of(2) != c.Unseen {
		t.Errorf("after its first month it lacks %q", c.Of(2).Text())
	}
}
