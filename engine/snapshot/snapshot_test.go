//go:build duckdb_arrow

package snapshot_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"leftshift/engine"
	"leftshift/engine/snapshot"
	"leftshift/engine/snapshot/made"
)

func TestEveryoneIsToldOfAlikeListedOrNot(t *testing.T) {
	ctx := context.Background()
	s, err := snapshot.Open(ctx, made.Publish(t, t.TempDir(), 40, "Test"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if s.People() != 40 || s.Model != (snapshot.Model{Name: "boost_365", Horizon: 365, Outcome: "an event"}) || s.AsOf.String() != made.AsOf || len(s.Sources()) != 1 || s.Sources()[0].NewestKnown != "2026-03-31" {
		t.Fatalf("%d people, model %v, as of %s, sources %v", s.People(), s.Model, s.AsOf, s.Sources())
	}
	for k := range 40 {
		p := made.Person(k)
		place, ok := s.Place(p)
		if want := (snapshot.Place{fmt.Sprintf("P%d", k%3), "U1", fmt.Sprintf("team-%d", k%2)}); !ok || place != want {
			t.Fatalf("person %d is at %v, want %v", k, place, want)
		}
		told, ok, err := s.Tell(ctx, p)
		if err != nil || !ok {
			t.Fatalf("person %d: %v, %v", k, ok, err)
		}
		if told.Resident.Age != int64(20+k) || len(told.Scores) != 1 || told.Scores[0].Probability != float64(k)/1000 {
			t.Fatalf("person %d is told of as %+v", k, told)
		}
		if len(told.Reasons) != 3 || told.Reasons[1].Text != fmt.Sprintf("team reason 2 of %d", k) || len(told.Clinician) != 1 || told.Clinician[0].Text != fmt.Sprintf("clinician reason of %d", k) {
			t.Fatalf("person %d has reasons %v and %v", k, told.Reasons, told.Clinician)
		}
	}
	for _, p := range []engine.Person{0, 999, 1040, math.MaxInt64} {
		if _, ok := s.Place(p); ok {
			t.Errorf("person %d has a place", p)
		}
		if told, ok, err := s.Tell(ctx, p); told != nil || ok || err != nil {
			t.Errorf("person %d: %v, %v, %v", p, told, ok, err)
		}
	}
	var listed int
	for _, l := range s.Lists() {
		if s.List(l.Team) != l {
			t.Errorf("list %s is not found", l.Team)
		}
		for i, r := range l.Rows {
			if r.Rank != int64(i+1) || r.List != l.Team {
				t.Errorf("row %d of %s is %v", i, l.Team, r)
			}
			listed++
		}
	}
	if listed != 8 || s.List("no team") != nil {
		t.Errorf("%d people listed", listed)
	}
}

func TestDamageIsNotShown(t *testing.T) {
	ctx := context.Background()
	for _, file := range []string{"resident.parquet", "score.parquet", "reason.parquet", "reason_clinician.parquet", "risk_list.parquet", "gap.parquet", "timeline.parquet", "need.parquet", "leaver.parquet", "quality.json", "evaluation.json", "manifest.json"} {
		for _, how := range []string{"flip", "cut", "remove"} {
			t.Run(file+"/"+how, func(t *testing.T) {
				dir := made.Publish(t, t.TempDir(), 12, "Test")
				path := filepath.Join(dir, file)
				text, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				switch how {
				case "flip":
					text[len(text)/2] ^= 1
				case "cut":
					text = text[:len(text)-1]
				}
				if err := os.Remove(path); err != nil {
					t.Fatal(err)
				}
				if how != "remove" {
					if err := os.WriteFile(path, text, 0o600); err != nil {
						t.Fatal(err)
					}
				}
				s, err := snapshot.Open(ctx, dir)
				var fault *engine.Fault
				if err == nil {
					s.Close()
				}
				if !errors.As(err, &fault) || fault.Code != "snapshot-damaged" && fault.Code != "snapshot-manifest" {
					t.Fatalf("opened: %v", err)
				}
			})
		}
	}
}

func TestTheNextNightIsShownAndTheLastStaysForWhoReadsIt(t *testing.T) {
	ctx := context.Background()
	data := t.TempDir()
	h := snapshot.Hold(data)
	defer h.Close()
	var fault *engine.Fault
	if _, _, err := h.Use(ctx); !errors.As(err, &fault) || fault.Code != "no-snapshot" {
		t.Fatalf("before anything is published: %v", err)
	}
	made.Publish(t, data, 12, "One")
	one, done, err := h.Use(ctx)
	if err != nil {
		t.Fatal(err)
	}
	again, doneAgain, err := h.Use(ctx)
	if err != nil || again != one {
		t.Fatalf("the same snapshot was opened twice: %v", err)
	}
	made.Publish(t, data, 20, "Two")
	two, doneTwo, err := h.Use(ctx)
	if err != nil || two.Site != "Two" || two.People() != 20 {
		t.Fatalf("the next snapshot: %+v, %v", two, err)
	}
	defer doneTwo()
	done()
	done()                                                    // twice is once
	if _, ok, err := one.Tell(ctx, 1001); !ok || err != nil { // not listed, so read from the file
		t.Fatalf("whoever reads the last one is cut off: %v", err)
	}
	doneAgain()
	if _, _, err := one.Tell(ctx, 1001); err == nil {
		t.Error("the last one is still open when nobody reads it")
	}
	// Many at once, while it changes.
	var wait sync.WaitGroup
	for range 8 {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for range 20 {
				s, done, err := h.Use(ctx)
				if err != nil {
					t.Error(err)
					return
				}
				if _, ok, err := s.Tell(ctx, 1001); !ok || err != nil {
					t.Error(ok, err)
				}
				done()
			}
		}()
	}
	made.Publish(t, data, 24, "Three")
	wait.Wait()
}

// What is told of many is what is told of each.
func TestTellAllIsTellOfEach(t *testing.T) {
	s, err := snapshot.Open(context.Background(), made.Publish(t, t.TempDir(), 40, "Test"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	people := s.Registered("P1")
	if len(people) != 13 || !slices.IsSorted(people) || s.Registered("") != nil || s.Registered("nowhere") != nil {
		t.Fatalf("P1 has %v", people)
	}
	all, err := s.TellAll(context.Background(), append(people, 7))
	if err != nil || len(all) != len(people) {
		t.Fatalf("%d told of, %v", len(all), err)
	}
	for _, p := range people {
		one, ok, err := s.Tell(context.Background(), p)
		if err != nil || !ok || fmt.Sprintf("%+v", *one) != fmt.Sprintf("%+v", *all[p]) || one.Resident.Practice != "P1" {
			t.Errorf("of one: %+v\nof many: %+v, %v", one, all[p], err)
		}
	}
}
