package worklist

import (
	"context"
	"fmt"
	"testing"
	"time"

	"leftshift/engine"
)

// What is finished for long goes with its history and outcomes; what is open,
// listed, changed since or quiet stays as it was; and history still refuses to be
// deleted by any other hand.
func TestG33FinishedItemsAreForgotten(t *testing.T) {
	ctx := context.Background()
	day, _ := engine.ParseDay("2025-01-10")
	clock := time.Date(2025, 1, 10, 9, 0, 0, 0, time.UTC)
	s, err := Open(t.TempDir(), Options{Now: func() time.Time { return clock }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	sync := func(run string, d engine.Day, people ...engine.Person) {
		t.Helper()
		var rows []Row
		for i, p := range people {
			rows = append(rows, Row{List: "north", Person: p, Practice: "P1", Rule: "risk", Rank: i + 1, Probability: .1})
		}
		if _, err := s.Sync(ctx, Run{Run: run, Snapshot: run, AsOf: d}, rows, nil, nil); err != nil {
			t.Fatal(err)
		}
	}
	sync("one", day, 1, 2, 3)
	if _, err := s.Outcomes(ctx, Run{Run: "one", Snapshot: "one", AsOf: day}, day, []Outcome{{Person: 1, Kind: Admitted, Day: day}, {Person: 2, Kind: Admitted, Day: day}}); err != nil {
		t.Fatal(err)
	}
	clock = clock.AddDate(0, 1, 0)
	sync("two", day+31, 2, 3) // 1 has left
	left := clock
	clock = clock.AddDate(0, 6, 0)
	sync("three", day+212, 2) // 3 has left, later

	for before, want := range map[time.Time]int{left: 0, left.Add(time.Millisecond): 1, clock: 1, clock.Add(time.Millisecond): 2} {
		if n, _, _, err := s.Finished(ctx, before, day+400); err != nil || n != want {
			t.Errorf("before %s: %d, %v; want %d", before, n, err, want)
		}
	}
	for _, want := range []int{1, 0} {
		if n, err := s.Forget(ctx, left.Add(time.Millisecond), day+400); err != nil || n != want {
			t.Errorf("forgot %d, %v; want %d", n, err, want)
		}
	}
	items, err := s.Items(ctx, Query{})
	if err != nil || len(items) != 2 || items[0].Person != 2 || items[1].Person != 3 {
		t.Errorf("%+v, %v", items, err)
	}
	if wrong, err := s.Rebuild(ctx); wrong != 0 || err != nil {
		t.Errorf("%d items are not as their history has them, %v", wrong, err)
	}
	for table, want := range map[string]int{"entry": 2, "listing": 5, "history": 3, "outcome": 1, "item": 2, "run": 3} {
		var n int
		if err := s.read.QueryRow("SELECT count(*) FROM " + table).Scan(&n); err != nil || n != want {
			t.Errorf("%s has %d rows, %v; want %d", table, n, err, want)
		}
	}
	for _, table := range []string{"entry", "listing", "history", "outcome", "run", "followed"} {
		if _, err := s.write.Exec("DELETE FROM " + table); err == nil {
			t.Errorf("rows of %s can be deleted by hand", table)
		}
	}
}

// An item of somebody who is found not suitable is needed as long as lists leave
// them off for it.
func TestG33AQuietPeriodIsNotForgotten(t *testing.T) {
	ctx := context.Background()
	day, _ := engine.ParseDay("2025-01-10")
	clock := time.Date(2025, 1, 10, 9, 0, 0, 0, time.UTC)
	s, err := Open(t.TempDir(), Options{Now: func() time.Time { return clock }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Sync(ctx, Run{Run: "one", Snapshot: "one", AsOf: day}, []Row{{List: "north", Person: 1, Practice: "P1", Rule: "risk", Rank: 1, Probability: .1}, {List: "north", Person: 2, Practice: "P1", Rule: "risk", Rank: 2, Probability: .1}}, nil, nil); err != nil {
		t.Fatal(err)
	}
	items, err := s.Items(ctx, Query{Person: 1})
	if err != nil || len(items) != 1 {
		t.Fatal(items, err)
	}
	if _, err := s.Act(ctx, Actor{User: "u", Organisation: "o"}, Action{Item: items[0].ID, Version: items[0].Version, Kind: Move, To: NotSuitable, Reason: ClinicalJudgement, Next: engine.NoDay, Key: "k"}); err != nil {
		t.Fatal(err)
	}
	clock = clock.AddDate(0, 0, 1)
	if _, err := s.Sync(ctx, Run{Run: "two", Snapshot: "two", AsOf: day + 1}, []Row{{List: "north", Person: 2, Practice: "P1", Rule: "risk", Rank: 1, Probability: .1}}, nil, nil); err != nil {
		t.Fatal(err)
	}
	clock = clock.AddDate(1, 0, 0)
	for on, want := range map[engine.Day]int{day + 100: 0, day + 300: 1} {
		if n, _, _, err := s.Finished(ctx, clock, on); err != nil || n != want {
			t.Errorf("%s: %d, %v; want %d", on, n, err, want)
		}
	}
}

// Whoever's record is no longer held has no open item; who did it is a run, and
// the history stays.
func TestG34OpenItemsOfNobodyHeldAreClosed(t *testing.T) {
	ctx := context.Background()
	day, _ := engine.ParseDay("2025-01-10")
	s, err := Open(t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var rows []Row
	for p := range engine.Person(4) {
		rows = append(rows, Row{List: fmt.Sprint("list ", p%2), Person: p/2 + 1, Practice: "P1", Rule: "risk", Rank: int(p) + 1, Probability: .1})
	}
	if _, err := s.Sync(ctx, Run{Run: "one", Snapshot: "one", AsOf: day}, rows, nil, nil); err != nil {
		t.Fatal(err)
	}
	gone := func(p engine.Person) bool { return p == 1 }
	items, err := s.Items(ctx, Query{Person: 1})
	if err != nil || len(items) != 2 {
		t.Fatal(items, err)
	}
	if _, err := s.Act(ctx, Actor{User: "u", Organisation: "o"}, Action{Item: items[0].ID, Version: items[0].Version, Kind: Claim, Key: "k"}); err != nil {
		t.Fatal(err)
	}
	if n, err := s.Unheld(ctx, gone); n != 2 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	for _, want := range []int{2, 0} {
		if n, err := s.CloseUnheld(ctx, Run{Snapshot: "one"}, gone); n != want || err != nil {
			t.Errorf("%d, %v; want %d", n, err, want)
		}
	}
	if items, err = s.Items(ctx, Query{}); err != nil {
		t.Fatal(err)
	}
	for _, it := range items {
		if closed := it.State == Closed; closed != (it.Person == 1) || closed && (it.Reason != NoRecord || it.Owner != (Actor{}) || it.Listed) {
			t.Errorf("%+v", it)
		}
	}
	if wrong, err := s.Rebuild(ctx); wrong != 0 || err != nil {
		t.Errorf("%d items are not as their history has them, %v", wrong, err)
	}
}
