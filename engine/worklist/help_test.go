package worklist

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"leftshift/engine"
)

var (
	ctx  = context.Background()
	amy  = Actor{User: "amy", Role: "coordinator", Organisation: "A81001", Team: "north"}
	ben  = Actor{User: "ben", Role: "coordinator", Organisation: "A81001", Team: "north"}
	cara = Actor{User: "cara", Role: "pharmacist", Organisation: "RXX", Team: "pharmacy"}
	noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	day0 = engine.DayOf(noon)
)

// clock is a wall clock that the test sets.
type clock struct{ ms atomic.Int64 }

func (c *clock) set(t time.Time) { c.ms.Store(t.UnixMilli()) }
func (c *clock) now() time.Time  { return time.UnixMilli(c.ms.Load()) }

func open(t testing.TB) (*Store, *clock) {
	t.Helper()
	c := &clock{}
	c.set(noon)
	s, err := Open(t.TempDir(), Options{Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, c
}

func run(n int) Run {
	return Run{Run: fmt.Sprintf("run-%d", n), Snapshot: fmt.Sprintf("snapshot-%d", n), AsOf: day0 + engine.Day(n)}
}

// rows lists people on a list in order.
func rows(list string, people ...engine.Person) []Row {
	var out []Row
	for k, p := range people {
		out = append(out, Row{List: list, Person: p, Practice: "A81001", Rule: "risk", Rank: k + 1, Probability: 0.5, Reasons: "digest"})
	}
	return out
}

func synced(t testing.TB, s *Store, r Run, rows []Row, leavers []Leaver, died []engine.Person, want Synced) {
	t.Helper()
	if got, err := s.Sync(ctx, r, rows, leavers, died); err != nil || got != want {
		t.Fatalf("synced %+v, %v; want %+v", got, err, want)
	}
}

// item gives the newest item of a person on a list.
func item(t testing.TB, s *Store, list string, person engine.Person) Item {
	t.Helper()
	have, err := s.Items(ctx, Query{Lists: []string{list}, Person: person})
	if err != nil || len(have) == 0 {
		t.Fatal("no item", err)
	}
	return have[len(have)-1]
}

var keys atomic.Int64

func key() string { return fmt.Sprintf("key-%d", keys.Add(1)) }

// act does an action on the newest item as it is now.
func act(t testing.TB, s *Store, by Actor, list string, person engine.Person, a Action) (Item, error) {
	t.Helper()
	it := item(t, s, list, person)
	a.Item, a.Version = it.ID, it.Version
	if a.Key == "" {
		a.Key = key()
	}
	if a.Next == 0 {
		a.Next = engine.NoDay
	}
	r, err := s.Act(ctx, by, a)
	return r.Item, err
}

func must(t testing.TB, s *Store, by Actor, list string, person engine.Person, actions ...Action) Item {
	t.Helper()
	var it Item
	for _, a := range actions {
		var err error
		if it, err = act(t, s, by, list, person, a); err != nil {
			t.Fatal(err)
		}
	}
	return it
}

func to(s State) Action { return Action{Kind: Move, To: s} }

func off(r Reason) Action {
	a := Action{Kind: Move, To: NotSuitable, Reason: r}
	if r == OtherReason {
		a.Note = "why"
	}
	return a
}

// code is that of the first fault of an error; "" for nil.
func code(err error) string {
	var f *engine.Fault
	if err == nil {
		return ""
	}
	if !errors.As(err, &f) {
		return err.Error()
	}
	return f.Code
}

func refused(t testing.TB, err error, want string) {
	t.Helper()
	if code(err) != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if err != nil && strings.Contains(err.Error(), "secret") {
		t.Errorf("%v tells of a note", err)
	}
}

// sound checks what always holds of a store.
func sound(t testing.TB, s *Store) {
	t.Helper()
	if wrong, err := s.Rebuild(ctx); err != nil || wrong != 0 {
		t.Errorf("%d items are not what their history says, %v", wrong, err)
	}
	all, err := s.Items(ctx, Query{})
	if err != nil {
		t.Fatal(err)
	}
	owned, current := map[engine.Person]int64{}, map[place]int64{}
	for _, it := range all {
		if it.Owner.User != "" {
			if owned[it.Person] != 0 || !it.State.Open() {
				t.Errorf("item %d: a second owner, or one of a finished item", it.ID)
			}
			owned[it.Person] = it.ID
		}
		if here := (place{it.List, it.Person}); it.State.Open() || it.Listed {
			if current[here] != 0 {
				t.Errorf("items %d and %d are the same", it.ID, current[here])
			}
			current[here] = it.ID
		}
		history, err := s.History(ctx, it.ID)
		if err != nil || len(history) == 0 {
			t.Fatal(err)
		}
		state, version, notes := State(""), int64(0), 0
		for _, c := range history {
			if c.From != state || c.Kind != Note && c.Version != version+1 || c.Kind == Note && c.Version != version {
				t.Errorf("item %d: %s from %s version %d follows %s version %d", it.ID, c.Kind, c.From, c.Version, state, version)
			}
			if c.From != c.To && !(c.From == Closed) {
				if _, ok := moves[arrow{c.From, c.To, c.By.User == ""}]; !ok {
					t.Errorf("item %d went from %q to %q", it.ID, c.From, c.To)
				}
			}
			if c.Note != "" {
				notes++
			}
			state, version = c.To, c.Version
		}
		if state != it.State || version != it.Version || notes != it.Notes {
			t.Errorf("item %d is %s, its history ends in %s", it.ID, it.State, state)
		}
	}
}

func nan() float64 { return math.NaN() }
