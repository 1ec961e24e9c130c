//go:build duckdb_arrow

package snapshot_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"leftshift/engine"
	"leftshift/engine/snapshot"
	"leftshift/engine/snapshot/made"
)

func TestR13NeedsGapsAndTimelineOfThePeopleOnLists(t *testing.T) {
	ctx := context.Background()
	s, err := snapshot.Open(ctx, made.Publish(t, t.TempDir(), 40, "Test"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for k := range 40 {
		told, ok, err := s.Tell(ctx, made.Person(k))
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		gaps, rest := 0, 0
		if k%4 == 0 {
			gaps = 2
		}
		if k%5 == 0 {
			rest = 1
		}
		if len(told.Gaps) != gaps || len(told.Needs) != rest || len(told.Timeline) != 2*rest {
			t.Fatalf("person %d: %+v", k, told)
		}
		if rest == 1 && (told.Timeline[0].Day <= told.Timeline[1].Day || told.Needs[0].Kind != "interpreter") {
			t.Errorf("person %d: %+v", k, told)
		}
	}
	if !s.HasGaps() || !s.HasTimeline() || !s.HasNeeds() {
		t.Error("it does not say what it tells")
	}
}

func TestR4WhoLeftAndR5HowManyAreLeftOff(t *testing.T) {
	ctx := context.Background()
	s, err := snapshot.Open(ctx, made.Publish(t, t.TempDir(), 40, "Test"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if l := s.List("team-0").Leavers; len(l) != 1 || l[0].Code != "ranked_lower" || l[0].Person != made.Person(2) {
		t.Error(l)
	}
	if l := s.List("team-1").Leavers; len(l) != 1 || l[0].Code != "died" {
		t.Error(l)
	}
	a, ok, err := s.Attrition()
	if err != nil || !ok || a.Left["care_home"] != 3 || a.Leavers["died"] != 1 || a.Listed != 8 || a.Candidates != 40 {
		t.Error(a, ok, err)
	}
}

// A snapshot of an earlier version says nothing of them, and opens.
func TestR4AnOlderSnapshotSaysThatItIsNotThere(t *testing.T) {
	ctx := context.Background()
	dir := made.Publish(t, t.TempDir(), 20, "Test")
	m, err := snapshot.ReadManifest(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"gap.parquet", "timeline.parquet", "need.parquet", "leaver.parquet", "lists.json", "manifest.json"} {
		if err := os.Remove(filepath.Join(dir, file)); err != nil {
			t.Fatal(err)
		}
	}
	name, err := snapshot.Seal(dir, m)
	if err != nil {
		t.Fatal(err)
	}
	old := filepath.Join(filepath.Dir(dir), name)
	if err := os.Rename(dir, old); err != nil {
		t.Fatal(err)
	}
	s, err := snapshot.Open(ctx, old)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	told, ok, err := s.Tell(ctx, made.Person(0))
	if err != nil || !ok || told.Gaps != nil || told.Timeline != nil || s.HasGaps() || s.HasNeeds() || s.List("team-0").Leavers != nil {
		t.Errorf("%+v, %v, %v", told, ok, err)
	}
	if _, ok, err := s.Attrition(); ok || err != nil {
		t.Error(ok, err)
	}
}

func TestARecalledSnapshotIsShownToNobody(t *testing.T) {
	ctx := context.Background()
	data := t.TempDir()
	one, two := filepath.Base(made.Publish(t, data, 12, "One")), filepath.Base(made.Publish(t, data, 20, "Two"))
	if one > two { // the one before is the lesser of one as-of date
		one, two = two, one
	}
	if err := os.WriteFile(filepath.Join(data, "snapshots", "CURRENT"), []byte(two+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC)
	code := func(err error) string {
		var f *engine.Fault
		if errors.As(err, &f) {
			return f.Code
		}
		return ""
	}
	h := snapshot.Hold(data)
	defer h.Close()
	_, done, err := h.Use(ctx)
	if err != nil {
		t.Fatal(err)
	}
	done()
	manifest, err := os.ReadFile(filepath.Join(data, "snapshots", two, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := snapshot.Withdraw(data, two, " ", "wrong", now); code(err) != "recall-incomplete" {
		t.Error(err)
	}
	for _, name := range []string{"", ".", "..", "../x", "none", one + "/../" + two} {
		if _, err := snapshot.Withdraw(data, name, "A", "wrong", now); code(err) != "snapshot-unknown" {
			t.Errorf("%q: %v", name, err)
		}
	}
	r, err := snapshot.Withdraw(data, two, "A. Lead", "wrong practice", now)
	if err != nil || r.To != one || !r.At.Equal(now) {
		t.Fatal(r, err)
	}
	s, done, err := h.Use(ctx)
	if err != nil || s.Name != one {
		t.Fatalf("shown: %v, %v", s, err)
	}
	done()
	again, err := snapshot.Withdraw(data, two, "B", "other", now.Add(time.Hour))
	if err != nil || *again != *r {
		t.Errorf("said again: %+v, %v", again, err)
	}
	all, err := snapshot.All(data)
	if err != nil || len(all) != 1 || all[0].Name != one {
		t.Error(all, err)
	}
	// Whoever points at it again, it is refused.
	if err := os.WriteFile(filepath.Join(data, "snapshots", "CURRENT"), []byte(two+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.Use(ctx); code(err) != "snapshot-recalled" {
		t.Errorf("a recalled snapshot is shown: %v", err)
	}
	// A recall that was cut off before the pointer moved is finished.
	if _, err := snapshot.Withdraw(data, two, "A", "wrong practice", now); err != nil {
		t.Fatal(err)
	}
	if r, err = snapshot.Withdraw(data, one, "A", "that too", now); err != nil || r.To != "" {
		t.Fatal(r, err)
	}
	if _, _, err := h.Use(ctx); code(err) != "no-snapshot" {
		t.Errorf("after both: %v", err)
	}
	if after, err := os.ReadFile(filepath.Join(data, "snapshots", two, "manifest.json")); err != nil || string(after) != string(manifest) || !snapshot.Whole(filepath.Join(data, "snapshots", two)) {
		t.Error("the snapshot itself was changed", err)
	}
	var kept snapshot.Recall
	text, err := os.ReadFile(filepath.Join(data, "snapshots", two+".recalled.json"))
	if err != nil || json.Unmarshal(text, &kept) != nil || kept.Reason != "wrong practice" || kept.By != "A. Lead" {
		t.Error(kept, err)
	}
}
