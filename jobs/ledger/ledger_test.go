package ledger

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"leftshift/engine"
	"leftshift/jobs/progress"
)

var night = time.Date(2026, 3, 4, 2, 30, 0, 0, time.UTC)

// clock is a wall clock that a test moves.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func memory(t testing.TB, c *clock) *Ledger {
	t.Helper()
	l, err := Open("", Options{Now: c.now, Host: "here", Lease: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func codeOf(err error) string {
	var f *engine.Fault
	if errors.As(err, &f) {
		return f.Code
	}
	return fmt.Sprint(err)
}

func TestARunOfASlot(t *testing.T) {
	c := &clock{night}
	l := memory(t, c)
	if fresh, err := l.Enter("night", night); !fresh || err != nil {
		t.Fatal(fresh, err)
	}
	if fresh, err := l.Enter("night", night); fresh || err != nil {
		t.Fatal("a slot was entered twice", err)
	}
	r, ctx, err := l.Begin(context.Background(), Start{Job: "night", For: night, Version: "v1", Config: "abc"})
	must(t, err)
	must(t, r.StepStarted("land", "d1"))
	c.at = c.at.Add(time.Second)
	must(t, r.StepEnded(Succeeded, progress.Counts{"in": 7, "held": 5}, nil))
	must(t, r.StepStarted("curate", "d2"))
	secret := errors.New("Could not convert 'Mary Smith'")
	must(t, r.StepEnded(Failed, nil, secret))
	must(t, r.End(Failed, secret, false))
	must(t, r.End(Succeeded, nil, false)) // does nothing
	if ctx.Err() == nil {
		t.Error("the context outlives the run")
	}
	if _, _, err := l.Begin(context.Background(), Start{Job: "night", For: night}); codeOf(err) != "slot-not-waiting" {
		t.Errorf("a failed slot ran again: %v", err)
	}
	runs, err := l.Runs(10)
	must(t, err)
	for i := range runs {
		runs[i].PID = 0
	}
	got, _ := json.MarshalIndent(runs, "", " ")
	want := `[
 {
  "id": "20260304T023000Z-0001",
  "job": "night",
  "scheduled_for": "2026-03-04T02:30:00Z",
  "attempt": 1,
  "state": "failed",
  "pid": 0,
  "host": "here",
  "version": "v1",
  "config": "abc",
  "started": "2026-03-04T02:30:00Z",
  "ended": "2026-03-04T02:30:01Z",
  "code": "unexpected",
  "say": "an error of type *errors.errorString, not told further because its text may quote a record",
  "steps": [
   {
    "name": "land",
    "state": "succeeded",
    "digest": "d1",
    "started": "2026-03-04T02:30:00Z",
    "ended": "2026-03-04T02:30:01Z",
    "counts": {
     "held": 5,
     "in": 7
    }
   },
   {
    "name": "curate",
    "state": "failed",
    "digest": "d2",
    "started": "2026-03-04T02:30:01Z",
    "ended": "2026-03-04T02:30:01Z",
    "code": "unexpected",
    "say": "an error of type *errors.errorString, not told further because its text may quote a record",
    "counts": {}
   }
  ]
 }
]`
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestOneRunAtATime(t *testing.T) {
	c := &clock{night}
	dir := t.TempDir()
	here, err := Open(dir, Options{Now: c.now, Host: "here", Lease: time.Hour})
	must(t, err)
	defer here.Close()
	there, err := Open(dir, Options{Now: c.now, Host: "there", Lease: time.Hour})
	must(t, err)
	defer there.Close()
	first, _, err := here.Begin(context.Background(), Start{Job: "night"})
	must(t, err)
	if _, _, err := there.Begin(context.Background(), Start{Job: "night"}); codeOf(err) != "run-elsewhere" {
		t.Fatalf("two machines run: %v", err)
	}
	c.at = c.at.Add(2 * time.Hour) // the lease of the first is over
	runs, err := there.Runs(1)
	must(t, err)
	if !runs[0].Stale {
		t.Error("a run without a sign of life is not stale")
	}
	second, _, err := there.Begin(context.Background(), Start{Job: "night"})
	must(t, err)
	if err := first.End(Succeeded, nil, false); codeOf(err) != "lease-lost" {
		t.Errorf("the first run ended well: %v", err)
	}
	must(t, second.End(Succeeded, nil, false))
	runs, err = here.Runs(10)
	must(t, err)
	if len(runs) != 2 || runs[0].State != Succeeded || runs[1].State != Abandoned {
		t.Errorf("%+v", runs)
	}
}

func TestALostLeaseStopsTheRun(t *testing.T) {
	dir := t.TempDir()
	// The clock of the second machine is far ahead of the first's lease.
	here, err := Open(dir, Options{Host: "here", Lease: 40 * time.Millisecond})
	must(t, err)
	defer here.Close()
	there, err := Open(dir, Options{Host: "there", Now: func() time.Time { return time.Now().Add(time.Hour) }})
	must(t, err)
	defer there.Close()
	_, ctx, err := here.Begin(context.Background(), Start{Job: "night"})
	must(t, err)
	if n, err := there.Recover(); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	<-ctx.Done()
	if codeOf(context.Cause(ctx)) != "lease-lost" {
		t.Errorf("cause %v", context.Cause(ctx))
	}
}

func TestAHeartBeats(t *testing.T) {
	l, err := Open("", Options{Lease: 40 * time.Millisecond})
	must(t, err)
	defer l.Close()
	r, ctx, err := l.Begin(context.Background(), Start{Job: "night"})
	must(t, err)
	lease := func() (ms int64) {
		must(t, l.db.QueryRow("SELECT lease FROM run").Scan(&ms))
		return ms
	}
	for first, tries := lease(), 0; lease() == first; tries++ {
		if tries > 30000 {
			t.Fatal("no heart beats")
		}
		time.Sleep(time.Millisecond)
	}
	must(t, ctx.Err())
	must(t, r.End(Succeeded, nil, false))
}

// Whatever is tried in whatever order, the ledger agrees with a plain model,
// and the states that end a slot are never left.
func TestSlotsMoveAsTheModelSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := &clock{night}
		l, err := Open("", Options{Now: c.now, Host: "here", Lease: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		model := map[int]State{}
		attempts := map[int]int{}
		var run *Run
		running := -1
		at := func(i int) time.Time { return night.AddDate(0, 0, i) }
		waits := func(i int) bool { return model[i] == Due || model[i] == Abandoned }
		for range rapid.IntRange(1, 30).Draw(t, "ops") {
			i := rapid.IntRange(0, 3).Draw(t, "slot")
			switch op := rapid.SampledFrom([]string{"enter", "begin", "end", "die", "settle"}).Draw(t, "op"); op {
			case "enter":
				fresh, err := l.Enter("j", at(i))
				if _, had := model[i]; err != nil || fresh == had {
					t.Fatalf("enter: %v, %v", fresh, err)
				}
				if fresh {
					model[i] = Due
				}
			case "begin":
				if running >= 0 {
					continue // the lock sees to it
				}
				r, _, err := l.Begin(context.Background(), Start{Job: "j", For: at(i)})
				if (err == nil) != waits(i) {
					t.Fatalf("begin of %q: %v", model[i], err)
				}
				if err == nil {
					model[i], running, run = Running, i, r
					if attempts[i]++; r.Attempt != attempts[i] {
						t.Fatalf("attempt %d", r.Attempt)
					}
				}
			case "end":
				if running < 0 {
					continue
				}
				s := rapid.SampledFrom([]State{Succeeded, Failed, Cancelled}).Draw(t, "state")
				again := rapid.Bool().Draw(t, "again")
				if err := run.End(s, nil, again); err != nil {
					t.Fatal(err)
				}
				if s == Cancelled && again {
					s = Due
				}
				model[running], running = s, -1
			case "die":
				n, err := l.Recover()
				if err != nil || (n == 1) != (running >= 0) {
					t.Fatal(n, err)
				}
				if running >= 0 {
					_ = run.End(Succeeded, nil, false) // ends its heart; the state stays
					model[running], running = Abandoned, -1
				}
			case "settle":
				s := rapid.SampledFrom([]State{Skipped, Missed, Failed, Succeeded}).Draw(t, "state")
				err := l.Settle("j", at(i), s, "c", "s")
				allowed := model[i] == Due && (s == Skipped || s == Missed) || model[i] == Abandoned && (s == Failed || s == Missed)
				if (err == nil) != allowed {
					t.Fatalf("settle %q as %q: %v", model[i], s, err)
				}
				if allowed {
					model[i] = s
				}
			}
			slots, err := l.Slots("", 100)
			if err != nil || len(slots) != len(model) {
				t.Fatal(slots, err)
			}
			for _, s := range slots {
				i := int(s.For.Sub(night).Hours() / 24)
				if model[i] != s.State || attempts[i] != s.Attempts {
					t.Fatalf("slot %d is %q after %d; the model says %q after %d", i, s.State, s.Attempts, model[i], attempts[i])
				}
			}
			waiting, err := l.Waiting("j")
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for i := range model {
				if waits(i) {
					n++
				}
			}
			if len(waiting) != n {
				t.Fatalf("%d wait; the model says %d", len(waiting), n)
			}
		}
		if running >= 0 {
			_ = run.End(Cancelled, nil, false)
		}
	})
}

func TestNothingIsDeletedOrRewritten(t *testing.T) {
	l := memory(t, &clock{night})
	_, err := l.Enter("j", night)
	must(t, err)
	r, _, err := l.Begin(context.Background(), Start{Job: "j", For: night})
	must(t, err)
	must(t, r.StepStarted("land", "d"))
	must(t, r.StepEnded(Succeeded, nil, nil))
	must(t, r.End(Succeeded, nil, false))
	for _, q := range []string{
		"DELETE FROM run", "DELETE FROM slot", "DELETE FROM step",
		"UPDATE run SET state = 'running'", "UPDATE run SET state = 'failed'",
		"UPDATE slot SET state = 'due'", "UPDATE step SET state = 'failed'",
		"INSERT INTO slot (job, scheduled_for, state, changed) VALUES ('j', 0, 'odd', 0)",
		"INSERT INTO step (run, n, name, state, digest, started, counts) VALUES (1, 9, 'x', 'failed', '', 0, 'text')",
	} {
		if _, err := l.db.Exec(q); err == nil {
			t.Errorf("allowed: %s", q)
		}
	}
}

func TestSinceAndLast(t *testing.T) {
	c := &clock{night}
	l := memory(t, c)
	if since, err := l.Since("j"); err != nil || !since.Equal(night) {
		t.Fatal(since, err)
	}
	c.at = night.Add(time.Hour)
	if since, err := l.Since("j"); err != nil || !since.Equal(night) {
		t.Error("it moved", since, err)
	}
	if _, ok, err := l.Last("j", night); ok || err != nil {
		t.Error(ok, err)
	}
	for _, d := range []int{0, 1, 365} { // the last while the clock was wrong
		_, err := l.Enter("j", night.AddDate(0, 0, d))
		must(t, err)
	}
	if last, ok, err := l.Last("j", night.AddDate(0, 0, 5)); !ok || err != nil || !last.Equal(night.AddDate(0, 0, 1)) {
		t.Error(last, ok, err)
	}
}

func TestSlotsToComeAreReopened(t *testing.T) {
	c := &clock{night}
	l := memory(t, c)
	for d := range 4 {
		at := night.AddDate(0, 0, d)
		_, err := l.Enter("j", at)
		must(t, err)
		if d < 3 {
			must(t, l.Settle("j", at, []State{Missed, Missed, Skipped}[d], "c", "s"))
		}
	}
	if n, err := l.Reopen("j"); n != 2 || err != nil {
		t.Fatal(n, err)
	}
	slots, err := l.Slots("j", 9)
	must(t, err)
	got := ""
	for _, s := range slots {
		got += string(s.State) + s.Code + " "
	}
	if got != "due due due missedc " {
		t.Error(got)
	}
}

func TestTheFileIsPrivate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a b%20?#&=c", "data")
	l, err := Open(dir, Options{})
	must(t, err)
	r, _, err := l.Begin(context.Background(), Start{Job: "night"})
	must(t, err)
	must(t, r.StepStarted("land", "d"))
	must(t, r.StepEnded(Failed, nil, errors.New("the patient Zebedee Quux is unknown")))
	must(t, r.End(Failed, fmt.Errorf("x: %w", errors.New("Zebedee Quux")), false))
	entries, err := os.ReadDir(dir)
	must(t, err)
	seen := map[string]bool{}
	for _, e := range entries {
		info, err := e.Info()
		must(t, err)
		seen[e.Name()] = true
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", e.Name(), info.Mode())
		}
		body, err := os.ReadFile(filepath.Join(dir, e.Name()))
		must(t, err)
		if bytes.Contains(body, []byte("Quux")) {
			t.Errorf("%s holds a value of a record", e.Name())
		}
	}
	if !seen["ledger.db"] || !seen["ledger.db-wal"] {
		t.Errorf("files %v", seen)
	}
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"} {
		var got string
		must(t, l.db.QueryRow("PRAGMA "+pragma).Scan(&got))
		if got != want {
			t.Errorf("%s is %s", pragma, got)
		}
	}
	must(t, l.Close())
	must(t, os.Chmod(filepath.Join(dir, "ledger.db"), 0o644))
	l, err = Open(dir, Options{})
	must(t, err)
	if info, _ := os.Stat(filepath.Join(dir, "ledger.db")); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v stayed", info.Mode())
	}
	if runs, err := l.Runs(5); err != nil || len(runs) != 1 {
		t.Error(runs, err)
	}
	_, err = l.db.Exec("PRAGMA user_version = 99")
	must(t, err)
	must(t, l.Close())
	if _, err := Open(dir, Options{}); codeOf(err) != "ledger-newer" {
		t.Errorf("a newer ledger opens: %v", err)
	}
	if strings.Contains(dir, "\x00") {
		t.Error("zero")
	}
}

func TestHeld(t *testing.T) {
	dir := t.TempDir()
	if Held(dir, WorkLock) {
		t.Error("held before there is a lock")
	}
	l, err := Acquire(dir, WorkLock, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if !Held(dir, WorkLock) || Held(dir, ScheduleLock) {
		t.Error("not held while it is, or held while it is not")
	}
	l.Release()
	if Held(dir, WorkLock) {
		t.Error("held after it was let go")
	}
}
