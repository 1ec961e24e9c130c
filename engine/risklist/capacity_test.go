package risklist

import (
	"math"
	"math/rand/v2"
	"testing"

	"leftshift/engine"

	"pgregory.net/rapid"
)

func TestR1ATeamsOwnNumberGoesBeforeTheConfiguredOne(t *testing.T) {
	teams := []Team{{ID: "a", Practices: []engine.Code{1}, Capacity: 3}, {ID: "b", Practices: []engine.Code{2}}, {ID: "c", Practices: []engine.Code{3}, Capacity: 2}}
	got := Heed(teams, 5, map[string]int{"a": 1, "b": 7, "c": 0, "gone": 9})
	for k, want := range []Team{{Capacity: 1, Configured: 3, Set: true}, {Capacity: 7, Configured: 5, Set: true}, {Capacity: 2, Configured: 2}} {
		if g := got[k]; g.Capacity != want.Capacity || g.Configured != want.Configured || g.Set != want.Set || g.ID != teams[k].ID {
			t.Errorf("%s: %+v", g.ID, g)
		}
	}
	if teams[0].Capacity != 3 || teams[0].Set {
		t.Error("the teams given were changed")
	}
	var people []Candidate
	for k := range 30 {
		people = append(people, Candidate{Person: engine.Person(k + 1), Probability: float64(k) / 100, Practice: engine.Code(k%3 + 1)})
	}
	r, err := Build(people, got, Rules{Capacity: 5}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for k, n := range []int{1, 7, 2} {
		if l := r.Lists[k]; len(l.Rows) != n || l.Attrition.Left[RankedLower] != 10-n {
			t.Errorf("%s has %d people, %d over its capacity", l.Team.ID, len(l.Rows), l.Attrition.Left[RankedLower])
		}
	}
}

// Each team's own people are counted again, one by one.
func TestR5EveryTeamsPeopleAreAccountedFor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		teams := []Team{{ID: "a", Practices: []engine.Code{1, 2}, Capacity: 1 + g.IntN(4)}, {ID: "b", Practices: []engine.Code{2, 3}, Capacity: 1 + g.IntN(4)}}
		rules := Rules{Exclude: CareHome.Flag(), Shared: g.IntN(2) == 0, AddedTakePlaces: g.IntN(2) == 0}
		var people []Candidate
		for k := range g.IntN(40) {
			c := Candidate{Person: engine.Person(k + 1), Probability: g.Float64(), Practice: engine.Code(g.IntN(5)), Flags: 1 << g.IntN(40) & (1<<9 - 1)}
			if g.IntN(10) == 0 {
				c.Probability = math.NaN()
			}
			if g.IntN(8) == 0 {
				c.Added = "a"
			}
			people = append(people, c)
		}
		r, err := Build(people, teams, rules, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Check(); err != nil {
			t.Fatal(err)
		}
		for k, l := range r.Lists {
			on := map[engine.Person]bool{}
			for _, rows := range [][]Row{l.Rows, l.Added} {
				for _, row := range rows {
					on[row.Person] = true
				}
			}
			elsewhere := map[engine.Person]bool{}
			for _, other := range r.Lists {
				for _, row := range append(append([]Row{}, other.Rows...), other.Added...) {
					elsewhere[row.Person] = elsewhere[row.Person] || other.Team.ID != l.Team.ID
				}
			}
			died, moved, candidates := 0, 0, 0
			for _, c := range people {
				ours := c.Practice == engine.Code(2*k+1) || c.Practice == 2
				if on[c.Person] || ours {
					candidates++
				}
				switch {
				case !ours || on[c.Person]:
				case c.Flags.Has(Died) && !c.Flags.Has(OptedOut):
					died++
				case elsewhere[c.Person]:
					moved++
				}
			}
			a := l.Attrition
			if a.Left[Died] != died || a.Left[MovedTeam] != moved || a.Candidates != candidates {
				t.Fatalf("%s: %+v; died %d, with another team %d, of %d", l.Team.ID, a, died, moved, candidates)
			}
		}
	})
}

func TestR1HowMuchAListRepeatsItself(t *testing.T) {
	people := []Candidate{{Person: 1, Probability: .9, Practice: 1}, {Person: 2, Probability: .8, Practice: 1}, {Person: 3, Probability: .7, Practice: 1}, {Person: 4, Probability: .6, Practice: 1, Added: "a"}, {Person: 5, Probability: .5, Practice: 2}}
	r, err := Build(people, []Team{{ID: "a", Practices: []engine.Code{1}}, {ID: "b", Practices: []engine.Code{2}}, {ID: "c"}}, Rules{Capacity: 2}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if r.Lists[0].AgainKnown {
		t.Error("a list of which nothing says is known to repeat itself or not")
	}
	r.Again([]Place{{1, "a"}, {4, "a"}, {5, "a"}, {3, "a"}, {77, "a"}}, true)
	if l := r.Lists[0]; l.Again != 2 || !l.AgainKnown { // 1 and 4 of 1, 2 and 4
		t.Errorf("%d, %v", l.Again, l.AgainKnown)
	}
	if l := r.Lists[1]; l.Again != 0 || !l.AgainKnown { // 5 was on another
		t.Errorf("%d, %v", l.Again, l.AgainKnown)
	}
}
