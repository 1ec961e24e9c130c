package worklist

import (
	"database/sql"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"leftshift/engine"
)

func TestR1ATeamSetsHowManyItCanWork(t *testing.T) {
	s, clock := open(t)
	set := func(key string, by Actor, list string, people int, reason string) error {
		_, err := s.SetCapacity(ctx, by, key, Capacity{List: list, People: people, Reason: reason})
		return err
	}
	for _, bad := range []int{-1, 501, 1 << 40} {
		if err := set("bad", amy, "north", bad, ""); code(err) != "worklist-capacity" {
			t.Errorf("%d people: %v", bad, err)
		}
	}
	if err := set("bad", amy, "north", 20, strings.Repeat("é", LongestReason+1)); code(err) != "worklist-note" {
		t.Error(err)
	}
	if err := set("bad", Actor{}, "north", 20, ""); code(err) != "worklist-actor" {
		t.Error(err)
	}
	if have, err := s.Capacities(ctx); err != nil || len(have) != 0 {
		t.Fatalf("%v, %v", have, err)
	}
	for k, people := range []int{1, 500, 20} {
		if err := set(key(), amy, "north", people, " half term "); err != nil {
			t.Fatal(k, err)
		}
	}
	if err := set("once", ben, "south", 12, ""); err != nil {
		t.Fatal(err)
	}
	clock.set(noon.Add(3600e9))
	if err := set("once", ben, "south", 12, ""); err != nil { // the same press again
		t.Error(err)
	}
	if err := set("once", ben, "south", 13, ""); code(err) != "worklist-key" {
		t.Error(err)
	}
	want := map[string]Capacity{"north": {"north", 20, amy, noon, "half term"}, "south": {"south", 12, ben, noon, ""}}
	if have, err := s.Capacities(ctx); err != nil || !reflect.DeepEqual(have, want) {
		t.Errorf("%+v, %v", have, err)
	}
	if err := set(key(), cara, "north", 0, ""); err != nil { // the configured one again
		t.Fatal(err)
	}
	have, err := s.Capacities(ctx)
	if err != nil || have["north"].People != 0 || have["north"].By != cara {
		t.Errorf("%+v, %v", have, err)
	}
	// All of it is kept.
	var rows int
	if err := s.read.QueryRow("SELECT count(*) FROM capacity").Scan(&rows); err != nil || rows != 5 {
		t.Errorf("%d rows, %v", rows, err)
	}
	for _, do := range []string{"UPDATE capacity SET people = 3", "DELETE FROM capacity"} {
		if _, err := s.write.Exec(do); err == nil {
			t.Errorf("%s is done", do)
		}
	}
}

// A file of the version before has no capacities: it gets the tables and keeps
// what it has.
func TestR1AnEarlierWorklistIsBroughtForward(t *testing.T) {
	folder := t.TempDir()
	db, err := sql.Open("sqlite3", filepath.Join(folder, File))
	if err != nil {
		t.Fatal(err)
	}
	for _, do := range []string{first, "PRAGMA user_version = 1", "INSERT INTO run (run, snapshot, as_of, digest, at) VALUES ('r','s',1,'d',1)"} {
		if _, err := db.Exec(do); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		s, err := Open(folder, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if last, ok, err := s.Last(ctx); err != nil || !ok || last.Snapshot != "s" {
			t.Errorf("%+v, %v", last, err)
		}
		if _, err := s.SetCapacity(ctx, amy, key(), Capacity{List: "north", People: 9}); err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestR7WhoSomebodyIsCalled(t *testing.T) {
	s, _ := open(t)
	for _, name := range []string{"", "Amy Adams", " Amy Adams ", "two\nlines", "Amy Brown", "Amy Brown"} {
		if err := s.Called(ctx, amy.Member(), name); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Called(ctx, Member{User: "amy", Organisation: "RXX"}, "Another Amy"); err != nil {
		t.Fatal(err)
	}
	want := map[Member]string{amy.Member(): "Amy Brown", {"RXX", "amy"}: "Another Amy"}
	if have, err := s.Names(ctx); err != nil || !reflect.DeepEqual(have, want) {
		t.Errorf("%v, %v", have, err)
	}
	var rows int
	if err := s.read.QueryRow("SELECT count(*) FROM staff").Scan(&rows); err != nil || rows != 3 {
		t.Errorf("%d rows, %v", rows, err)
	}
}

// What came of the last contact: notes, dates and runs are none.
func TestR10TheLastOutcomeOfAnItem(t *testing.T) {
	s, _ := open(t)
	synced(t, s, run(0), rows("north", 1, 2), nil, nil, Synced{New: 2})
	must(t, s, amy, "north", 1, to(Contacted), to(Accepted), Action{Kind: Note, Note: "later"}, Action{Kind: Plan, Next: day0 + 7})
	one, two := item(t, s, "north", 1), item(t, s, "north", 2)
	have, err := s.Moved(ctx, []int64{one.ID, two.ID})
	if err != nil || len(have) != 1 || have[one.ID].To != Accepted || have[one.ID].By != amy {
		t.Errorf("%+v, %v", have, err)
	}
	if have, err := s.Moved(ctx, nil); err != nil || len(have) != 0 {
		t.Errorf("%+v, %v", have, err)
	}
}

// Who was there thirty days ago and nobody did anything since.
func TestR1WhoIsOnTheListAgainWithoutAnAction(t *testing.T) {
	s, clock := open(t)
	if have, known, err := s.Idle(ctx, day0+30, 30); err != nil || known || have != nil {
		t.Errorf("without a run: %v, %v, %v", have, known, err)
	}
	synced(t, s, run(-3), rows("north", 9), nil, nil, Synced{New: 1})
	synced(t, s, run(0), rows("north", 1, 2, 3, 4, 5), nil, nil, Synced{New: 5, Left: 1, Closed: 1})
	must(t, s, amy, "north", 2, Action{Kind: Note, Note: "on the day itself"})
	clock.set(noon.AddDate(0, 0, 10))
	must(t, s, amy, "north", 3, Action{Kind: Note, Note: "rang"})
	clock.set(noon.AddDate(0, 0, 31)) // after the day that is asked about
	must(t, s, amy, "north", 4, to(Contacted))
	synced(t, s, run(30), append(rows("north", 1, 2, 3, 4), rows("south", 5)...), nil, nil, Synced{New: 1, Kept: 4, Left: 1, Closed: 1})
	want := []Place{{"north", 1}, {"north", 2}, {"north", 4}, {"north", 5}}
	for _, day := range []engine.Day{day0 + 30, day0 + 30} {
		if have, known, err := s.Idle(ctx, day, 30); err != nil || !known || !reflect.DeepEqual(have, want) {
			t.Errorf("%v, %v, %v", have, known, err)
		}
	}
	if have, known, err := s.Idle(ctx, day0+26, 30); err != nil || known || have != nil {
		t.Errorf("before the first run: %v, %v, %v", have, known, err)
	}
	if have, known, err := s.Idle(ctx, day0+28, 30); err != nil || !known || len(have) != 1 {
		t.Errorf("by the run before: %v, %v, %v", have, known, err)
	}
}
