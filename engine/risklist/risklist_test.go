package risklist

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"leftshift/engine"

	"pgregory.net/rapid"
)

// script runs a small scenario written as text: a line for each candidate
// (person, probability, practice, flags) and gives the lists as text.
func script(t *testing.T, people string, teams []Team, rules Rules, previous []Place) (*Result, string) {
	t.Helper()
	var cs []Candidate
	for _, line := range strings.Split(strings.TrimSpace(people), "\n") {
		var c Candidate
		f := strings.Fields(line)
		fmt.Sscan(f[0], &c.Person)
		fmt.Sscan(f[1], &c.Probability)
		fmt.Sscan(f[2], &c.Practice)
		var err error
		if c.Flags, err = ParseFlags(f[3:]); err != nil {
			t.Fatal(err)
		}
		cs = append(cs, c)
	}
	r, err := Build(cs, teams, rules, previous)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Check(); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, l := range r.Lists {
		for _, row := range l.Rows {
			fmt.Fprintf(&b, "%s %d: %d %v %s\n", row.Team, row.Rank, row.Person, row.Probability, row.Status)
		}
	}
	for _, l := range r.Leavers {
		fmt.Fprintf(&b, "left %s: %d %s\n", l.Team, l.Person, l.Reason)
	}
	return r, b.String()
}

// Practice 2 is shared: its people go where most of the capacity is free.
// Person 9 died, 8 lives in a care home, 7's practice has no team, 6 is below
// the least, 5 is not scored, 4 is unregistered.
func TestF3F4R1BuildByExample(t *testing.T) {
	teams := []Team{{ID: "south", Practices: []engine.Code{2}, Capacity: 4}, {ID: "north", Practices: []engine.Code{1, 2}, Capacity: 2}}
	people := `
		1  0.9  1
		2  0.8  2
		3  0.7  2
		10 0.7  2 palliative
		11 0.6  2
		12 0.5  1
		13 0.5  1
		9  0.95 1 died care_home
		8  0.94 1 care_home
		7  0.93 3
		6  0.05 1
		5  NaN  1
		4  0.92 0`
	previous := []Place{{13, "north"}, {3, "north"}, {2, "south"}, {9, "north"}, {99, "south"}, {12, "closed"}, {11, "closed"}}
	r, got := script(t, people, teams, Rules{Capacity: 50, Exclude: CareHome.Flag(), MinProbability: 0.1}, previous)
	want := `north 1: 1 0.9 joiner
north 2: 3 0.7 stayer
south 1: 2 0.8 stayer
south 2: 10 0.7 joiner
south 3: 11 0.6 joiner
left closed: 11 moved_team
left closed: 12 ranked_lower
left north: 9 died
left north: 13 ranked_lower
left south: 99 no_record
`
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	a := r.Attrition
	for code, n := range map[Code]int{Died: 1, CareHome: 1, NoTeam: 1, BelowThreshold: 1, NotScored: 1, NotRegistered: 1, RankedLower: 2, Palliative: 0} {
		if a.Left[code] != n {
			t.Errorf("%s: %d, want %d", code, a.Left[code], n)
		}
	}
	if a.Listed != 5 || a.Eligible() != 7 || r.Lists[0].Leavers != 2 || r.Lists[0].Joiners != 1 || r.Lists[1].Stayers != 1 {
		t.Errorf("%+v", a)
	}
	if !r.Lists[1].Rows[1].Flags.Has(Palliative) {
		t.Error("a flag that is not excluded is no mark on the row")
	}
	// North: 0.9 and 0.7 of practices 1 and 2, whatever excludes the others.
	if y := r.Lists[0].Expected; math.Abs(y.Per100()-80) > 1e-9 || math.Abs(y.Everyone-(0.9+0.8+0.7+0.7+0.6+0.5+0.5+0.95+0.94+0.05)) > 1e-12 {
		t.Errorf("%+v", y)
	}
	if y := r.Expected; y.Listed != 5 || math.Abs(y.Share()-y.Events/y.Everyone) > 0 || math.Abs(y.Events-3.7) > 1e-12 {
		t.Errorf("%+v", y)
	}
}

func TestSharedPracticeDividesByCapacity(t *testing.T) {
	var cs []Candidate
	for i := range 90 {
		cs = append(cs, Candidate{Person: engine.Person(i + 1), Probability: 0.5, Practice: 1})
	}
	r, err := Build(cs, []Team{{ID: "a", Practices: []engine.Code{1, 1}, Capacity: 60}, {ID: "b", Practices: []engine.Code{1}, Capacity: 120}}, Rules{}, nil)
	if err != nil || len(r.Lists[0].Rows) != 30 || len(r.Lists[1].Rows) != 60 {
		t.Errorf("%v: %d and %d", err, len(r.Lists[0].Rows), len(r.Lists[1].Rows))
	}
}

func TestFaults(t *testing.T) {
	_, err := Build([]Candidate{{Person: 1, Probability: 2}, {Person: 1}, {}}, []Team{{ID: "a", Capacity: -1}, {ID: "a", Practices: []engine.Code{0}}}, Rules{MinProbability: 2}, []Place{{1, "a"}, {1, "b"}})
	for _, code := range []string{"risklist-person", "risklist-doubled", "risklist-probability", "risklist-rules", "risklist-team", "risklist-previous"} {
		if err == nil || !strings.Contains(err.Error(), code) {
			t.Errorf("%s is missing: %v", code, err)
		}
	}
	if _, err := ParseFlags([]string{"care_home", "no_team"}); err == nil {
		t.Error("no_team is taken for a flag")
	}
}

func TestCuts(t *testing.T) {
	p := []float64{math.NaN()}
	for i := range 1000 {
		p = append(p, float64(i+1)/1000)
	}
	c := CutsOf(p)
	if c != (Cuts{0.996, 0.951, 0.801}) {
		t.Errorf("%+v", c)
	}
	if all := CutsOf(make([]float64, 500)); all.Band(0) != Low || all.Band(math.NaN()) != NoBand {
		t.Errorf("%+v", all)
	}
	// Nine tie over the border of 5 in 1000: all of them are lower.
	for i := 990; i < 999; i++ {
		p[i+1] = 0.99
	}
	if c := CutsOf(p); c.VeryHigh != 1 || c.Band(0.99) != High {
		t.Errorf("%+v", c)
	}
}

func TestCutsHoldNoMoreThanTheirShare(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SliceOfN(rapid.Map(rapid.IntRange(0, 400), func(n int) float64 { return float64(n) / 400 }), 0, 600).Draw(t, "p")
		c := CutsOf(p)
		for _, b := range []struct {
			band        Band
			cut         float64
			thousandths int
		}{{VeryHigh, c.VeryHigh, 5}, {High, c.High, 50}, {Moderate, c.Moderate, 200}} {
			in, next := 0, math.Inf(-1) // next: the best of those outside
			for _, v := range p {
				if c.Band(v) >= b.band {
					in++
				} else {
					next = max(next, v)
				}
			}
			more := in
			for _, v := range p {
				if v == next {
					more++
				}
			}
			if 1000*in > b.thousandths*len(p) || more > in && 1000*more <= b.thousandths*len(p) {
				t.Fatalf("%s holds %d of %d, and %d with the next", b.band, in, len(p), more)
			}
		}
	})
}

type world struct {
	people   []Candidate
	teams    []Team
	rules    Rules
	previous []Place
}

func anyWorld(t *rapid.T) world {
	w := world{rules: Rules{Capacity: rapid.IntRange(0, 5).Draw(t, "capacity"), Exclude: Flags(rapid.IntRange(0, 1<<10-1).Draw(t, "exclude")), MinProbability: rapid.SampledFrom([]float64{0, 0.1, 0.5}).Draw(t, "least")}}
	for i := range rapid.IntRange(0, 30).Draw(t, "people") {
		c := Candidate{Person: engine.Person(100 + i), Practice: engine.Code(rapid.IntRange(0, 4).Draw(t, "practice")), Probability: float64(rapid.IntRange(0, 12).Draw(t, "p")) / 12}
		if rapid.IntRange(0, 9).Draw(t, "scored") == 0 {
			c.Probability = math.NaN()
		}
		if rapid.IntRange(0, 3).Draw(t, "flagged") == 0 {
			c.Flags = Flags(1) << rapid.IntRange(0, 9).Draw(t, "flag")
		}
		w.people = append(w.people, c)
	}
	for i := range rapid.IntRange(0, 4).Draw(t, "teams") {
		team := Team{ID: string(rune('a' + i)), Capacity: rapid.IntRange(0, 6).Draw(t, "own capacity")}
		for p := 1; p <= 4; p++ {
			if rapid.Bool().Draw(t, "serves") {
				team.Practices = append(team.Practices, engine.Code(p))
			}
		}
		w.teams = append(w.teams, team)
	}
	for i := range rapid.IntRange(0, 12).Draw(t, "previous") {
		w.previous = append(w.previous, Place{engine.Person(95 + 3*i), string(rune('a' + rapid.IntRange(0, 4).Draw(t, "was on")))})
	}
	return w
}

func (w world) build(t *rapid.T) *Result {
	r, err := Build(w.people, w.teams, w.rules, w.previous)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestF3F4R1BuildProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := anyWorld(t)
		r := w.build(t)
		if err := r.Check(); err != nil {
			t.Fatal(err)
		}
		serves := map[string]map[engine.Code]bool{}
		for _, team := range w.teams {
			serves[team.ID] = map[engine.Code]bool{}
			for _, p := range team.Practices {
				serves[team.ID][p] = true
			}
		}
		listed := map[engine.Person]string{}
		lowest := map[string]float64{} // of each full list
		for _, l := range r.Lists {
			if len(l.Rows) > l.Team.Capacity || l.Joiners+l.Stayers != len(l.Rows) {
				t.Fatalf("%s holds %d of %d", l.Team.ID, len(l.Rows), l.Team.Capacity)
			}
			lowest[l.Team.ID] = -1
			if len(l.Rows) == l.Team.Capacity {
				lowest[l.Team.ID] = 2
			}
			for k, row := range l.Rows {
				if _, twice := listed[row.Person]; twice || row.Rank != k+1 || row.Team != l.Team.ID || !serves[row.Team][row.Practice] {
					t.Fatalf("row %+v", row)
				}
				listed[row.Person] = row.Team
				if k > 0 && (l.Rows[k-1].Probability < row.Probability || l.Rows[k-1].Probability == row.Probability && l.Rows[k-1].Person > row.Person) {
					t.Fatal("out of order")
				}
				if row.Flags&(Always|w.rules.Exclude) != 0 || !(row.Probability >= w.rules.MinProbability) {
					t.Fatalf("row %+v is excluded", row)
				}
				if lowest[l.Team.ID] >= 0 {
					lowest[l.Team.ID] = row.Probability
				}
			}
		}
		// Who is eligible and on no list has no team with room, and none that
		// took anyone of lower risk.
		ranked := 0
		for _, c := range w.people {
			if _, on := listed[c.Person]; on || c.Flags&(Always|w.rules.Exclude) != 0 || c.Practice == 0 || !(c.Probability >= w.rules.MinProbability) {
				continue
			}
			teams := 0
			for _, l := range r.Lists {
				if serves[l.Team.ID][c.Practice] {
					teams++
					if c.Probability > lowest[l.Team.ID] {
						t.Fatalf("person %d should be on %s", c.Person, l.Team.ID)
					}
				}
			}
			if teams > 0 {
				ranked++
			}
		}
		if ranked != r.Attrition.Left[RankedLower] {
			t.Fatalf("%d ranked lower, counted %d", ranked, r.Attrition.Left[RankedLower])
		}
		// Every earlier place is a stayer's or a leaver's.
		stayers := 0
		for _, l := range r.Lists {
			stayers += l.Stayers
		}
		if stayers+len(r.Leavers) != len(w.previous) {
			t.Fatalf("%d stayers, %d leavers of %d", stayers, len(r.Leavers), len(w.previous))
		}
	})
}

func TestOrderOfInputChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := anyWorld(t)
		for i := range w.people {
			if math.IsNaN(w.people[i].Probability) {
				w.people[i].Probability = 0 // NaN is not equal to itself
			}
		}
		want := w.build(t)
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		rng.Shuffle(len(w.people), func(i, j int) { w.people[i], w.people[j] = w.people[j], w.people[i] })
		rng.Shuffle(len(w.teams), func(i, j int) { w.teams[i], w.teams[j] = w.teams[j], w.teams[i] })
		rng.Shuffle(len(w.previous), func(i, j int) { w.previous[i], w.previous[j] = w.previous[j], w.previous[i] })
		if got := w.build(t); !reflect.DeepEqual(got, want) {
			t.Fatalf("got %+v\nwant %+v", got, want)
		}
	})
}

func TestHigherRiskNeverTakesOff(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := anyWorld(t)
		on := func() map[engine.Person]bool {
			out := map[engine.Person]bool{}
			for _, l := range w.build(t).Lists {
				for _, row := range l.Rows {
					out[row.Person] = true
				}
			}
			return out
		}
		before := on()
		for i := range w.people {
			c := &w.people[i]
			if !before[c.Person] {
				continue
			}
			was := c.Probability
			c.Probability = was + (1-was)*rapid.Float64Range(0, 1).Draw(t, "rise")
			if !on()[c.Person] {
				t.Fatalf("person %d rose from %v to %v and fell off", c.Person, was, c.Probability)
			}
			c.Probability = was
		}
	})
}
