//go:build duckdb_arrow

package night

import (
	"path/filepath"
	"testing"

	"leftshift/engine"
	"leftshift/engine/risklist"
	"leftshift/engine/schema"
	"leftshift/engine/worklist"
)

// The night heeds what a team set, over the configured number, and says so.
func TestR1TheNextListsHeedWhatATeamSet(t *testing.T) {
	n, store := working(t)
	info := func() (listsInfo, string) {
		t.Helper()
		dir, identity := n.runLists(t)
		var out listsInfo
		if err := readJSON(filepath.Join(dir, "lists.json"), &out); err != nil {
			t.Fatal(err)
		}
		got, err := loadLists(dir)
		if err != nil || len(out.Lists) != 1 || got.Lists[0].Team.Capacity != out.Lists[0].Capacity || got.Lists[0].Team.Set != out.Lists[0].Set {
			t.Fatalf("the report reads %+v, %v", got, err)
		}
		return out, identity
	}
	set := func(key string, people int) {
		t.Helper()
		if _, err := store.SetCapacity(t.Context(), me, key, worklist.Capacity{List: "north", People: people}); err != nil {
			t.Fatal(err)
		}
	}
	was, before := info()
	if l := was.Lists[0]; l.Capacity != 5 || l.Configured != 5 || l.Set || l.Again != nil || l.Candidates != 3 || l.Attrition["not_scored"] != 3 {
		t.Errorf("%+v", l)
	}
	set("a", 2)
	now, after := info()
	if l := now.Lists[0]; l.Capacity != 2 || l.Configured != 5 || !l.Set || after == before {
		t.Errorf("%+v", l)
	}
	set("b", 0)
	if back, _ := info(); back.Lists[0].Capacity != 5 || back.Lists[0].Set {
		t.Errorf("%+v", back.Lists[0])
	}
}

// Who is not in the population counts for the practice that had them last, under
// the reason that is theirs.
func TestR5WhoIsLeftOutCountsForTheirPractice(t *testing.T) {
	n, _ := working(t)
	n.AsOf = asOf
	curated := t.TempDir()
	person := func(p engine.Person, died engine.Day) any {
		return &schema.CuratedPerson{Person: p, BirthMonth: -5000, Sex: 1, DeathDay: died, DeathKnown: engine.NoDay, Sources: 1}
	}
	at := func(p engine.Person, practice engine.Code, from, to engine.Day) any {
		return &schema.CuratedRegistration{Person: p, Practice: practice, FromDay: from, ToDay: to}
	}
	record(t, curated, map[string][]any{
		"person": {person(1, engine.NoDay), person(2, asOf-9), person(3, engine.NoDay), person(4, engine.NoDay), person(5, engine.NoDay)},
		"registration": {at(1, 8, 9000, 9999), at(1, 7, 10000, engine.NoDay), at(2, 7, 9000, 9500), at(2, 8, 9501, asOf-9),
			at(3, 8, 9000, asOf-100), at(5, 7, asOf+1, engine.NoDay)},
	})
	db, err := n.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	got, err := n.excluded(t.Context(), db, curated, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []struct {
		practice engine.Code
		code     risklist.Code
	}{{7, risklist.InHospital}, {8, risklist.Died}, {8, risklist.Left}, {0, risklist.NotRegistered}, {0, risklist.NotRegistered}}
	if len(got) != len(want) {
		t.Fatalf("%+v", got)
	}
	for k, w := range want {
		if got[k].Practice != w.practice || got[k].Flags != w.code.Flag() {
			t.Errorf("person %d: practice %d, %v", got[k].Person, got[k].Practice, got[k].Flags.Codes())
		}
	}
	r, err := risklist.Build(got, []risklist.Team{{ID: "north", Practices: []engine.Code{7, 8}, Capacity: 5}}, risklist.Rules{Exclude: risklist.InHospital.Flag()}, nil)
	if err != nil || r.Check() != nil {
		t.Fatal(err)
	}
	if a := r.Lists[0].Attrition; a.Left[risklist.InHospital] != 1 || a.Left[risklist.Died] != 1 || a.Left[risklist.Left] != 1 || a.Candidates != 3 || r.Attrition.Left[risklist.NotRegistered] != 2 {
		t.Errorf("%+v", a)
	}
}
