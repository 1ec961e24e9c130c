//go:build duckdb_arrow

package night

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"leftshift/engine"
	"leftshift/engine/lake"
	"leftshift/engine/risklist"
	"leftshift/engine/schema"
	"leftshift/engine/snapshot"
	"leftshift/engine/snapshot/made"
	"leftshift/engine/worklist"
	"leftshift/features/gap"
	"leftshift/features/matrix"
	"leftshift/jobs/pipeline"
)

// working is a night of a site with a folder of what people do, and its
// worklist. Close the store before a step opens it or not: both may.
func working(t *testing.T) (*Night, *worklist.Store) {
	t.Helper()
	n := bare(t)
	n.Config.Site.Synthetic = true
	n.Config.Site.Data = n.Data
	n.Config.Serve.State = t.TempDir()
	n.Config.Lists.Capacity = 5
	var err error
	if n.Gaps, err = gap.Load(n.Catalogue); err != nil {
		t.Fatal(err)
	}
	store, err := worklist.Open(n.Config.Serve.State, worklist.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return n, store
}

// record writes curated tables, all else empty, in one bucket.
func record(t *testing.T, dir string, tables map[string][]any) {
	t.Helper()
	for i, table := range schema.Curated {
		path := filepath.Join(dir, table.Name+".parquet")
		if i < schema.Bucketed {
			path = filepath.Join(dir, table.Name, "0.parquet")
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		if err := schema.Write(path, table, slices.Values(tables[table.Name])); err != nil {
			t.Fatal(err)
		}
	}
}

const asOf = engine.Day(20000)

func knownOn(d engine.Day) schema.Knowledge {
	return schema.Knowledge{Source: "s", KnownFrom: d, KnownTo: engine.NoDay, KnownBasis: 1}
}

// three people of practice 7: 1 is added by hand, 2 declined, 3 is neither.
func threePeople(t *testing.T, n *Night) (curate, features func(string)) {
	t.Helper()
	code := func(text, display string) (engine.Code, any) {
		k := engine.CodeKey(engine.SNOMED, text)
		return k, &schema.CodeText{Key: k, System: engine.SNOMED, Text: text, Display: display}
	}
	list := func(name string) string { return n.Codelists.List(name).Codes[0] }
	copd, copdRow := code(list("copd"), "Chronic lung disease")
	low, lowRow := code(list("depression"), "Low mood")
	odd, oddRow := code("999999", "Something odd")
	fell, fellRow := code(list("falls"), "Accidental fall")
	carer, carerRow := code(list("carer"), "Patient themselves providing care")
	speaks, speaksRow := code(list("interpreter_spoken"), "")
	event := func(p engine.Person, kind engine.EventKind, day engine.Day, c engine.Code) any {
		return &schema.CuratedEvent{Person: p, Day: day, LastDay: day, Kind: kind, Code: c, EndDay: engine.NoDay, Knowledge: knownOn(day)}
	}
	spell := func(p engine.Person, kind engine.SpellKind, from, to engine.Day, attended uint8) any {
		x := &schema.CuratedSpell{Person: p, StartDay: from, EndDay: to, Kind: kind, Spell: int64(from), Attended: attended, Knowledge: knownOn(from)}
		if kind == engine.Emergency {
			x.CIS, x.CISFirst = x.Spell, 1
		}
		return x
	}
	late := spell(1, engine.ED, asOf-2, asOf-2, 0).(*schema.CuratedSpell)
	late.KnownFrom = asOf + 1 // nobody knew yet
	withdrawn := spell(1, engine.ED, asOf-3, asOf-3, 0).(*schema.CuratedSpell)
	withdrawn.KnownTo = asOf - 1
	practice := engine.Code(7)
	var people, places []any
	for p := range engine.Person(3) {
		people = append(people, &schema.CuratedPerson{Person: p + 1, BirthMonth: -5000, Sex: 2, DeathDay: engine.NoDay, DeathKnown: engine.NoDay, Sources: 1})
		places = append(places, &schema.CuratedRegistration{Person: p + 1, Practice: practice, FromDay: 10000, ToDay: engine.NoDay})
	}
	return func(dir string) {
			record(t, dir, map[string][]any{
				"person": people, "registration": places,
				"code":         {fellRow, copdRow, lowRow, oddRow, carerRow, speaksRow},
				"organisation": {&schema.CuratedOrganisation{Organisation: practice, ODS: "P7", Role: "gp_practice", FromDay: engine.NoDay, ToDay: engine.NoDay}},
				"team":         {&schema.CuratedTeam{Team: "north", Practice: practice, FromDay: engine.NoDay, ToDay: engine.NoDay}},
				"event": {event(1, engine.Problem, 19900, copd), event(1, engine.Problem, 19950, copd), event(1, engine.Problem, 19910, low), event(1, engine.Problem, 19920, odd), event(1, engine.Problem, 19930, fell),
					event(1, engine.Problem, asOf-timelineDays, speaks), // too long ago for the timeline, and a need all the same
					event(1, engine.Observation, 19800, carer), event(3, engine.Problem, 19900, copd)},
				"spell": {spell(1, engine.Emergency, 19990, 19994, 0), spell(1, engine.MentalHealth, 19980, 19980, engine.OutcomeSeen), spell(1, engine.Outpatient, 19985, 19985, 5),
					spell(1, engine.Community, 19970, 19970, engine.OutcomeDidNotAttend), spell(1, engine.Community, 19975, 19975, engine.OutcomeSeen), late, withdrawn},
				"document": {&schema.CuratedDocument{Person: 1, Day: 19960, EndDay: engine.NoDay, Category: 1, Type: 0, Status: engine.Active, Knowledge: knownOn(19960)}},
			})
		}, func(dir string) {
			rows := []any{}
			m := matrix.New(n.columns(n.listColumns()...), 3)
			for j, c := range m.Columns {
				for i := range 3 {
					if c.Absence == matrix.AbsenceUnknown {
						m.Values[j][i] = matrix.NaN
					}
				}
				if d := n.Catalogue.Find(c.ID); d.Dated() {
					m.Last[j] = []int32{math.MinInt32, math.MinInt32, math.MinInt32}
				}
			}
			m.Values[m.Find("is_carer")][0] = 1
			m.Last[m.Find("is_carer")][0] = 19800
			keys := matrix.Rows{}
			for p := range engine.Person(3) {
				rows = append(rows, &place{Person: p + 1, AsOf: asOf, Age: 68, Sex: 2, Practice: practice})
				keys.Person, keys.AsOf = append(keys.Person, int64(p+1)), append(keys.AsOf, int32(asOf))
			}
			for _, err := range []error{schema.Write(filepath.Join(dir, "place.parquet"), placeTable, slices.Values(rows)),
				m.Save(filepath.Join(dir, "feature.parquet"), keys), m.SaveLast(filepath.Join(dir, "feature_last.parquet"), keys)} {
				if err != nil {
					t.Fatal(err)
				}
			}
		}
}

// lists runs the lists step over three people and gives its folder and identity.
func (n *Night) runLists(t *testing.T) (dir, identity string) {
	t.Helper()
	curate, features := threePeople(t, n)
	made := func(name string, do func(string)) pipeline.Step {
		return pipeline.Step{Name: name, Digest: func(context.Context, *pipeline.Run) (string, error) { return name, nil },
			Do: func(_ context.Context, _ *pipeline.Run, dir string) error { do(dir); return nil }}
	}
	p := &pipeline.Pipeline{Root: n.Data, Steps: []pipeline.Step{made("curate", curate), made("features", features), made("score", func(dir string) {
		if err := os.WriteFile(filepath.Join(dir, "score.json"), []byte("{}"), 0o600); err != nil {
			t.Fatal(err)
		}
	}), n.stepLists(), {Name: "look", Do: func(_ context.Context, r *pipeline.Run, _ string) error {
		dir, identity = r.Output("lists"), r.Identity("lists")
		return nil
	}}}}
	if err := p.Execute(t.Context(), fmt.Sprintf("r%d", len(t.Name()))); err != nil {
		t.Fatal(err)
	}
	return dir, identity
}

func rowsOf[T any](t *testing.T, n *Night, path string, order ...string) []T {
	t.Helper()
	db, err := n.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	out, err := lake.Rows[T](t.Context(), db, path, "", order...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

var me = worklist.Actor{User: "u", Role: "coordinator", Organisation: "P7", Team: "north"}

func TestR8R11TheListsHeedWhatTeamsDecided(t *testing.T) {
	n, store := working(t)
	_, before := n.runLists(t)
	if _, again := n.runLists(t); again != before {
		t.Fatal("nothing was decided, and the lists are others")
	}
	for p := range engine.Person(2) {
		if _, err := store.Add(t.Context(), me, worklist.Addition{Key: fmt.Sprint("add", p), List: "north", Person: p + 1, Practice: "P7", Worry: worklist.Fall, Probability: math.NaN()}); err != nil {
			t.Fatal(err)
		}
	}
	items, err := store.Items(t.Context(), worklist.Query{Person: 2})
	if err != nil || len(items) != 1 {
		t.Fatal(items, err)
	}
	if _, err := store.Act(t.Context(), me, worklist.Action{Key: "no", Item: items[0].ID, Version: items[0].Version, Kind: worklist.Move, To: worklist.NotSuitable, Reason: worklist.Reason(worklist.Reasons()[0].Code), Note: "said by the practice", Next: engine.NoDay}); err != nil {
		t.Fatal(err)
	}
	dir, after := n.runLists(t)
	if after == before {
		t.Fatal("what was decided does not change the step's identity")
	}
	list := rowsOf[schema.ListRow](t, n, filepath.Join(dir, listFile))
	if len(list) != 1 || list[0].Person != 1 || list[0].Rank != 0 || list[0].List != "north" || list[0].Status != "joiner" {
		t.Fatalf("listed: %+v", list)
	}
	var info listsInfo
	if err := readJSON(filepath.Join(dir, "lists.json"), &info); err != nil {
		t.Fatal(err)
	}
	if info.Added != 1 || info.Attrition[risklist.NotSuitable.String()] != 1 || info.Attrition[risklist.NotScored.String()] != 1 || info.Lists[0].Added != 1 || info.Lists[0].Size != 1 {
		t.Errorf("%+v", info)
	}
	// Their team has them in its file, without a model too.
	db, err := n.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := os.MkdirAll(filepath.Join(n.Data, "out", "lists"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := copyFile(filepath.Join(dir, listFile), filepath.Join(n.Data, "out", listFile)); err != nil {
		t.Fatal(err)
	}
	if err := n.listFiles(t.Context(), db, filepath.Join(n.Data, "out"), nil); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(n.Data, "out", "lists", "north.csv")); err != nil || !strings.Contains(string(text), ",0,p1,not known,") {
		t.Errorf("%s, %v", text, err)
	}
	// F5, R13: their gap, needs and what happened are published.
	gaps := rowsOf[schema.GapRow](t, n, filepath.Join(dir, "gap.parquet"), "person", "gap")
	if !slices.ContainsFunc(gaps, func(g schema.GapRow) bool {
		return g.Person == 1 && g.Gap == "carer_unsupported" && g.Since == 19800 && g.Class == "care_team"
	}) {
		t.Errorf("gaps: %+v", gaps)
	}
	var needs []string
	for _, x := range rowsOf[schema.Need](t, n, filepath.Join(dir, "need.parquet"), "person", "kind") {
		needs = append(needs, fmt.Sprintf("%d %s %s %s", x.Person, x.Kind, x.Class, x.Day))
	}
	if want := []string{"1 carer care_team " + engine.Day(19800).String(), "1 interpreter care_team " + (asOf - timelineDays).String()}; !slices.Equal(needs, want) {
		t.Errorf("needs %q, want %q", needs, want)
	}
	var told []string
	for _, x := range rowsOf[schema.TimelineRow](t, n, filepath.Join(dir, "timeline.parquet"), "person", "day DESC") {
		if x.Person != 1 {
			t.Fatalf("told of someone who is on no list: %+v", x)
		}
		told = append(told, fmt.Sprintf("%d %s/%s/%s", x.Day, x.Kind, x.Class, x.Title))
	}
	want := []string{"19990 admission/care_team/Emergency admission to hospital, 4 nights", "19980 mental_health/clinicians/Seen by mental health services", "19975 community/care_team/Seen by community health services",
		"19960 document/care_team/Document made", "19930 fall/care_team/Fall recorded", "19920 problem/clinicians/New problem: Something odd", "19910 problem/clinicians/New problem: Low mood", "19900 problem/care_team/New problem: Chronic lung disease"}
	if !slices.Equal(told, want) {
		t.Errorf("told\n%s\nwant\n%s", strings.Join(told, "\n"), strings.Join(want, "\n"))
	}
}

func TestR4F1TheWorklistFollowsWhatIsPublished(t *testing.T) {
	n, store := working(t)
	n.AsOf, _ = engine.ParseDay(made.AsOf)
	dir := made.Publish(t, n.Data, 40, "One")
	db, err := n.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	got, err := follow(t.Context(), store, dir, "r1")
	if err != nil || got.New != 8 {
		t.Fatalf("%+v, %v", got, err)
	}
	if got, err = follow(t.Context(), store, dir, "r2"); err != nil || !got.Repeated {
		t.Fatalf("again: %+v, %v", got, err)
	}
	items, err := store.Items(t.Context(), worklist.Query{Person: made.Person(5)})
	if err != nil || len(items) != 1 || items[0].Practice != "P2" || items[0].Reasons == "" || items[0].FirstRun != "r1" {
		t.Fatal(items, err)
	}

	// What became of three of them, on or after the day that they were listed.
	day := n.AsOf
	n.AsOf += 40
	curated := t.TempDir()
	spell := func(p engine.Person, kind engine.SpellKind, on engine.Day, to engine.Day) any {
		x := &schema.CuratedSpell{Person: p, StartDay: on, EndDay: on, Kind: kind, Spell: int64(on), CIS: int64(on), CISFirst: 1, Knowledge: knownOn(on)}
		x.KnownTo = to
		return x
	}
	person := func(k int, death engine.Day) any {
		return &schema.CuratedPerson{Person: made.Person(k), BirthMonth: -5000, Sex: 2, DeathDay: death, DeathKnown: death, Sources: 1}
	}
	record(t, curated, map[string][]any{
		"person": {person(0, day+20), person(5, engine.NoDay), person(10, engine.NoDay)},
		"registration": {&schema.CuratedRegistration{Person: made.Person(5), Practice: 7, FromDay: 10000, ToDay: engine.NoDay},
			&schema.CuratedRegistration{Person: made.Person(10), Practice: 7, FromDay: 10000, ToDay: day + 9}},
		"spell": {spell(made.Person(5), engine.Emergency, day+3, engine.NoDay), spell(made.Person(5), engine.ED, day+3, engine.NoDay), spell(made.Person(5), engine.ED, day-3, engine.NoDay),
			spell(made.Person(5), engine.ED, day+70, engine.NoDay), spell(made.Person(10), engine.ED, day+5, engine.NoDay)},
	})
	see := func() (dead []engine.Person, added int) {
		t.Helper()
		dead, out, err := n.became(t.Context(), db, store, curated)
		if err != nil {
			t.Fatal(err)
		}
		if added, err = store.Outcomes(t.Context(), worklist.Run{Run: "r3", Snapshot: "s" + n.AsOf.String(), AsOf: n.AsOf}, n.AsOf, out); err != nil {
			t.Fatal(err)
		}
		return dead, added
	}
	dead, added := see()
	if added != 5 || !slices.Equal(dead, []engine.Person{made.Person(0)}) { // death, admission, attendance, attendance, moved
		t.Fatalf("%d added, dead %v", added, dead)
	}
	if _, added = see(); added != 0 {
		t.Errorf("the same again adds %d", added)
	}
	// The record takes an attendance back: one row more, none changed.
	n.AsOf++
	curated = t.TempDir()
	record(t, curated, map[string][]any{"spell": {spell(made.Person(10), engine.ED, day+5, n.AsOf)}})
	if _, added = see(); added != 1 {
		t.Errorf("what was taken back adds %d", added)
	}

	// After a recall the worklist goes back to what is current.
	name := filepath.Base(dir)
	next := made.Publish(t, n.Data, 30, "Two")
	if got, err = follow(t.Context(), store, next, "r4"); err != nil || got.Repeated {
		t.Fatal(got, err)
	}
	first, second := name, filepath.Base(next)
	if first > second {
		first, second = second, first
	}
	if err := os.WriteFile(filepath.Join(n.Data, "snapshots", "CURRENT"), []byte(second+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := snapshot.Withdraw(n.Data, second, "A", "wrong", time.Unix(1780000000, 0)); err != nil {
		t.Fatal(err)
	}
	if err := Follow(t.Context(), n.Config); err != nil {
		t.Fatal(err)
	}
	if last, ok, err := store.Last(t.Context()); err != nil || !ok || last.Snapshot != first {
		t.Errorf("the worklist holds %+v, want %s", last, first)
	}
}

// R7: what a run does to people's work is of the day on which they work, which on
// a site whose day is fixed is not that of the wall clock.
func TestR7ARunsWorkIsOfTheSitesDay(t *testing.T) {
	for _, day := range []string{"2026-06-30", ""} {
		n, store := working(t)
		n.Config.Site.AsOf = day
		made.Publish(t, n.Data, 40, "One")
		from := engine.DayOf(time.Now())
		if err := Follow(t.Context(), n.Config); err != nil {
			t.Fatal(err)
		}
		to := engine.DayOf(time.Now())
		if want, ok := engine.ParseDay(day); ok {
			from, to = want, want
		}
		items, err := store.Items(t.Context(), worklist.Query{})
		if err != nil || len(items) != 8 {
			t.Fatal(items, err)
		}
		for _, it := range items {
			changes, err := store.History(t.Context(), it.ID)
			if err != nil || len(changes) != 1 || engine.DayOf(changes[0].At) < from || engine.DayOf(changes[0].At) > to {
				t.Errorf("%q: %+v, %v", day, changes, err)
			}
		}
	}
}
