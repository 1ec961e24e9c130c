package worklist

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"leftshift/engine"
)

// A full disk: what is asked is refused whole, what was there stays, and once
// there is room the same press is done once.
func TestR6AFullDiskSavesNothingByHalves(t *testing.T) {
	s, _ := open(t)
	synced(t, s, run(1), rows("north", 1, 2, 3), nil, nil, Synced{New: 3})
	limit := func(more int) {
		t.Helper()
		var pages, got int
		if err := s.write.QueryRow("PRAGMA page_count").Scan(&pages); err != nil {
			t.Fatal(err)
		}
		if err := s.write.QueryRow(fmt.Sprintf("PRAGMA max_page_count = %d", pages+more)).Scan(&got); err != nil || got != pages+more {
			t.Fatal(got, err)
		}
	}
	state := func() string {
		t.Helper()
		all, err := s.Items(ctx, Query{})
		if err != nil {
			t.Fatal(err)
		}
		out := fmt.Sprintf("%+v", all)
		for _, it := range all {
			h, err := s.History(ctx, it.ID)
			if err != nil {
				t.Fatal(err)
			}
			out += fmt.Sprintf("%+v", h)
		}
		return out
	}
	limit(0)
	refused := 0
	var last Action
	for n := range 200 { // a page in use may have room for some
		it := item(t, s, "north", engine.Person(1+n%3))
		before := state()
		last = Action{Key: key(), Item: it.ID, Version: it.Version, Kind: Note, Next: engine.NoDay, Note: strings.Repeat("long ", 390)}
		_, err := s.Act(ctx, amy, last)
		if err == nil {
			continue
		}
		refused++
		var fault *engine.Fault
		if !errors.As(err, &fault) || fault.Code != "worklist-unusable" {
			t.Fatalf("on a full disk: %v", err)
		}
		if after := state(); after != before {
			t.Fatalf("something was done by halves: %s\n%s", before, after)
		}
		if _, err := s.Add(ctx, amy, Addition{Key: key(), List: "north", Person: 99, Worry: Fall, Note: last.Note, Probability: nan()}); err == nil || state() != before {
			t.Fatalf("an addition: %v", err)
		}
		if refused == 3 {
			break
		}
	}
	if refused < 3 {
		t.Fatal("the disk was never full")
	}
	limit(100)
	was, err := s.History(ctx, last.Item)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := s.Act(ctx, amy, last); err != nil {
			t.Fatalf("with room again: %v", err)
		}
	}
	h, err := s.History(ctx, last.Item)
	if err != nil || len(h) != len(was)+1 || h[len(h)-1].Note != strings.TrimSpace(last.Note) {
		t.Errorf("%d changes after %d, %v", len(h), len(was), err)
	}
}
