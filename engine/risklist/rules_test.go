package risklist

import (
	"math"
	"reflect"
	"slices"
	"testing"

	"leftshift/engine"

	"pgregory.net/rapid"
)

func reasons(columns ...string) []Reason {
	var out []Reason
	for _, c := range columns {
		out = append(out, Reason{Column: c, LogOdds: 1})
	}
	return out
}

// Person 1 was found not suitable at 0.60. Until its end the quiet period holds
// whatever the rules exclude, unless the risk rises by the margin or the reasons
// change.
func TestR11QuietUntilRiskOrReasonsChange(t *testing.T) {
	teams := []Team{{ID: "a", Practices: []engine.Code{1}, Capacity: 1}}
	was := Quiet{Code: NotSuitable, Until: 100, Probability: 0.6, Reasons: Digest(reasons("falls", "copd"))}
	for name, x := range map[string]struct {
		quiet   Quiet
		asOf    engine.Day
		p       float64
		reasons []Reason
		want    Code
	}{
		"holds":                  {was, 99, 0.65, reasons("copd", "falls"), NotSuitable},
		"ends on its day":        {was, 100, 0.6, reasons("copd", "falls"), NoCode},
		"risk rose":              {was, 50, 0.75, reasons("copd", "falls"), NoCode},
		"risk fell":              {was, 50, 0.3, reasons("copd", "falls"), NotSuitable},
		"reasons changed":        {was, 50, 0.6, reasons("copd", "frailty"), NoCode},
		"no reasons today":       {was, 50, 0.6, nil, NotSuitable},
		"risk then not known":    {Quiet{Code: Declined, Until: 100, Probability: math.NaN()}, 50, 0.99, reasons("x"), Declined},
		"for good":               {Quiet{Code: NotSuitable, Until: engine.NoDay, Probability: 0.1, Reasons: "x"}, 50, 0.99, reasons("x"), NotSuitable},
		"none":                   {Quiet{}, 50, 0.6, nil, NoCode},
		"declined, and in force": {Quiet{Code: Declined, Until: 51, Probability: 0.6}, 50, 0.6, nil, Declined},
	} {
		people := []Candidate{{Person: 1, Probability: x.p, Practice: 1, Reasons: x.reasons, Quiet: x.quiet}, {Person: 2, Probability: 0.01, Practice: 1}}
		r, err := Build(people, teams, Rules{AsOf: x.asOf}, []Place{{1, "a"}})
		if err != nil || r.Check() != nil {
			t.Fatal(err)
		}
		want := engine.Person(1)
		if x.want != NoCode {
			want = 2 // as if the other were not there
			if r.Attrition.Left[x.want] != 1 || len(r.Leavers) != 1 || r.Leavers[0].Reason != x.want {
				t.Errorf("%s: %+v %+v", name, r.Attrition, r.Leavers)
			}
		}
		if row := r.Lists[0].Rows[0]; row.Person != want || row.Rank != 1 {
			t.Errorf("%s: listed %d", name, row.Person)
		}
	}
	if _, err := Build([]Candidate{{Person: 1, Practice: 1, Quiet: Quiet{Code: CareHome}}}, teams, Rules{}, nil); err == nil {
		t.Error("a quiet period of no reviewer's reason is taken")
	}
}

// A gap decides who is ranked and stands in the row; the probability, the band
// and the order of risk are the same with and without.
func TestF5GapsNeverAlterTheRisk(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := anyWorld(t)
		plain := w.build(t)
		risk := map[engine.Person]float64{}
		for i := range w.people {
			c := &w.people[i]
			risk[c.Person] = c.Probability
			for range rapid.IntRange(0, 2).Draw(t, "gaps") {
				c.Gaps = append(c.Gaps, Gap{Code: rapid.SampledFrom(Gaps()).Draw(t, "gap"), Since: engine.NoDay})
			}
		}
		with := w.build(t)
		for l := range with.Lists {
			if len(with.Lists[l].Rows) != len(plain.Lists[l].Rows) {
				t.Fatal("gaps changed a list by risk")
			}
			for k := range with.Lists[l].Rows {
				a, b := with.Lists[l].Rows[k], plain.Lists[l].Rows[k]
				a.Gaps = nil
				if !reflect.DeepEqual(a, b) {
					t.Fatalf("%+v became %+v", b, a)
				}
			}
		}
		w.rules.Order, w.rules.Gaps = AmongGaps, []GapCode{ReviewOverdue, CarerUnsupported}
		among := w.build(t)
		if err := among.Check(); err != nil {
			t.Fatal(err)
		}
		if among.Cuts != plain.Cuts {
			t.Fatal("gaps moved the bands")
		}
		for _, l := range among.Lists {
			for k, row := range l.Rows {
				if row.Probability != risk[row.Person] || k > 0 && l.Rows[k-1].Probability < row.Probability {
					t.Fatal("the risk was altered, or the order is not by risk")
				}
				if !slices.ContainsFunc(row.Gaps, func(g Gap) bool { return g.Code == ReviewOverdue || g.Code == CarerUnsupported }) {
					t.Fatal("listed without a gap")
				}
			}
		}
	})
}

func TestGapClasses(t *testing.T) {
	gaps := []Gap{{Code: ReviewOverdue}, {Code: PalliativeNoPlan}, {Code: CarerUnsupported, Class: Clinicians}}
	if got := Readable(gaps, CareTeam); len(got) != 1 || got[0].Code != ReviewOverdue {
		t.Errorf("the care team is told %v", got)
	}
	if got := Readable(gaps, Clinicians); len(got) != 3 {
		t.Errorf("clinicians are told %v", got)
	}
	var names []string
	for _, g := range Gaps() {
		names = append(names, g.String())
		if g.Sentence() == "" {
			t.Errorf("%s has no sentence", g)
		}
	}
	if back, err := ParseGaps(names); err != nil || !slices.Equal(back, Gaps()) {
		t.Error(back, err)
	}
	if _, err := ParseGaps([]string{""}); err == nil {
		t.Error("no name is a gap")
	}
}

// People added by hand: 1 ranks first anyway, 2 is excluded by rule but a person
// chose them, 3 has died, 4 was added by a team that is none.
func TestR8AddedByHandIsListedOnceAndCountedOpenly(t *testing.T) {
	teams := []Team{{ID: "a", Practices: []engine.Code{1}, Capacity: 2}, {ID: "b", Practices: []engine.Code{1}, Capacity: 2}}
	people := []Candidate{{Person: 1, Probability: 0.9, Practice: 1, Added: "a"}, {Person: 2, Probability: 0.1, Practice: 1, Flags: CareHome.Flag(), Added: "a"},
		{Person: 3, Probability: 0.8, Practice: 1, Flags: Died.Flag(), Added: "a"}, {Person: 4, Probability: 0.7, Practice: 1, Added: "gone"},
		{Person: 5, Probability: 0.6, Practice: 1}, {Person: 6, Probability: 0.5, Practice: 1}, {Person: 7, Probability: 0.4, Practice: 1}}
	rules := Rules{Exclude: CareHome.Flag()}
	for _, take := range []bool{false, true} {
		rules.AddedTakePlaces = take
		r, err := Build(people, teams, rules, []Place{{1, "a"}, {2, "b"}})
		if err != nil || r.Check() != nil {
			t.Fatal(err, r.Attrition)
		}
		a := r.Lists[0]
		ranked, places := 4, 2
		if take {
			ranked, places = 2, 0
		}
		if len(a.Added) != 2 || a.Added[0].Person != 1 || a.Added[0].Rank != 0 || a.Added[0].Status != Stayer || a.Added[1].Person != 2 || a.Places != places {
			t.Errorf("%+v", a)
		}
		if r.Attrition.Added != 2 || r.Attrition.Listed != ranked || len(r.Lists[0].Rows)+len(r.Lists[1].Rows) != ranked || r.Attrition.Left[Died] != 1 {
			t.Errorf("%+v", r.Attrition)
		}
		if len(r.Leavers) != 1 || r.Leavers[0] != (Leaver{2, "b", MovedTeam}) {
			t.Errorf("%+v", r.Leavers)
		}
		m := r.Measures()[0]
		if m.Added != 2 || m.Length != 2+len(a.Rows) || !slices.Contains(m.Over(Bounds{}), "list-over-places") {
			t.Errorf("%+v: those added are not counted openly", m)
		}
	}
}

// A practice of two teams, shared knowingly: each row names the other team, and
// sums count a person once.
func TestSharedKnowingly(t *testing.T) {
	teams := []Team{{ID: "b", Practices: []engine.Code{1}, Capacity: 2}, {ID: "a", Practices: []engine.Code{1, 2}, Capacity: 3}}
	people := []Candidate{{Person: 1, Probability: 0.5, Practice: 1}, {Person: 2, Probability: 0.25, Practice: 1}, {Person: 3, Probability: 0.125, Practice: 1}, {Person: 4, Probability: 0.75, Practice: 2}}
	r, err := Build(people, teams, Rules{Shared: true}, []Place{{1, "a"}, {1, "b"}, {3, "a"}, {2, "gone"}})
	if err != nil || r.Check() != nil {
		t.Fatal(err)
	}
	a, b := r.Lists[0], r.Lists[1]
	if len(a.Rows) != 3 || len(b.Rows) != 2 || a.Rows[0].With != nil || !slices.Equal(a.Rows[1].With, []string{"b"}) || !slices.Equal(b.Rows[0].With, []string{"a"}) {
		t.Errorf("%+v\n%+v", a.Rows, b.Rows)
	}
	if r.Attrition.Listed != 3 || r.Expected.Listed != 3 || r.Expected.Events != 1.5 || a.Stayers != 1 || b.Stayers != 1 {
		t.Errorf("%+v %+v", r.Attrition, r.Expected)
	}
	if len(r.Leavers) != 2 || r.Leavers[0].Reason != RankedLower || r.Leavers[1].Reason != MovedTeam {
		t.Errorf("%+v", r.Leavers)
	}
}

func TestR12DefaultColumnsAndBounds(t *testing.T) {
	r, err := Build([]Candidate{{Person: 1, Probability: 0.5, Practice: 1}}, []Team{{ID: "a", Practices: []engine.Code{1}, Capacity: 1}, {ID: "b", Capacity: 1}}, Rules{}, []Place{{1, "a"}})
	if err != nil {
		t.Fatal(err)
	}
	m := r.Measures()
	if m[0].Repeat != 1 || !math.IsNaN(m[1].Repeat) || m[1].Length != 0 {
		t.Errorf("%+v", m)
	}
	if got := m[0].Over(StandardBounds); !slices.Equal(got, []string{"list-repeats"}) {
		t.Errorf("%v: the default columns must be within the bounds, the repeats not", got)
	}
	if got := m[0].Over(Bounds{Length: 1, Columns: 3}); !slices.Equal(got, []string{"list-wide"}) {
		t.Error(got)
	}
	seen := map[string]bool{}
	for _, c := range Columns() {
		if seen[c.ID] || c.Title == "" {
			t.Errorf("column %q", c.ID)
		}
		seen[c.ID] = true
	}
	for _, must := range []string{"risk", "gaps", "reasons", "owner"} {
		if !seen[must] {
			t.Errorf("no column %s", must)
		}
	}
}

func TestG13FreshOnlyAfterARecheck(t *testing.T) {
	for name, x := range map[string]struct {
		published, rechecked, today engine.Day
		limit                       int
		want                        string
		age                         int
	}{
		"the day itself":         {10, engine.NoDay, 10, 0, "list-fresh", 0},
		"at the limit":           {10, engine.NoDay, 17, 7, "list-fresh", 7},
		"past it":                {10, engine.NoDay, 18, 7, "list-not-rechecked", 8},
		"rechecked":              {10, 15, 18, 7, "list-fresh", 3},
		"rechecked long ago":     {10, 15, 30, 7, "list-not-rechecked", 15},
		"checked before publish": {10, 2, 11, 7, "list-fresh", 1},
		"ahead":                  {10, 20, 18, 7, "list-dated-ahead", 0},
		"never published":        {engine.NoDay, 17, 18, 7, "list-unpublished", 0},
		"limit below 0":          {10, 10, 11, -5, "list-not-rechecked", 1},
	} {
		f := Fresh(x.published, x.rechecked, x.today, x.limit)
		if f.Code != x.want || f.Age != x.age || f.Open != (x.want == "list-fresh") || f.Say == "" {
			t.Errorf("%s: %+v", name, f)
		}
	}
}
