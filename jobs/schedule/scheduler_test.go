package schedule

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"leftshift/engine"
	"leftshift/jobs/ledger"
	"leftshift/jobs/progress"
)

// bench is a scheduler on a clock that the test moves.
type bench struct {
	*Scheduler
	t    testing.TB
	at   time.Time
	runs []string
	do   func(*ledger.Run) error // nil: succeeds
}

func newBench(t testing.TB, spec, start string) *bench {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", start, engine.London)
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, at: at}
	l, err := ledger.Open("", ledger.Options{Now: func() time.Time { return b.at }, Host: "here", Lease: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	b.Scheduler = &Scheduler{Spec: parse(t, spec), Folder: t.TempDir(), Ledger: l}
	b.Job = Job{Name: "night", Do: func(_ context.Context, r *ledger.Run, _ <-chan struct{}) error {
		b.runs = append(b.runs, r.For.In(engine.London).Format("01-02 15:04 MST"))
		if b.do != nil {
			return b.do(r)
		}
		return nil
	}}
	b.start()
	return b
}

// until ticks as Run does until a moment; runs take no time.
func (b *bench) until(end time.Time) {
	for b.at.Before(end) {
		wait := b.tick(context.Background(), b.at)
		if b.busy != nil {
			<-b.busy
			b.idle()
			continue
		}
		b.at = b.at.Add(wait)
	}
}

// restart is another scheduler on the same ledger.
func (b *bench) restart() {
	s := *b.Scheduler
	b.Scheduler = &Scheduler{Job: s.Job, Spec: s.Spec, CatchUp: s.CatchUp, MaxCatchUp: s.MaxCatchUp, Folder: s.Folder, Ledger: s.Ledger, Hear: s.Hear}
	b.start()
}

// slots writes what the ledger says, oldest first.
func (b *bench) slots() string {
	b.t.Helper()
	list, err := b.Ledger.Slots("night", 10000)
	if err != nil {
		b.t.Fatal(err)
	}
	var out []string
	for i := len(list) - 1; i >= 0; i-- {
		s := list[i]
		text := s.For.In(engine.London).Format("02") + " " + string(s.State)
		if s.Code != "" {
			text += "(" + s.Code + ")"
		}
		out = append(out, text)
	}
	return strings.Join(out, ", ")
}

func (b *bench) want(slots string, runs ...string) {
	b.t.Helper()
	if got := b.slots(); got != slots {
		b.t.Errorf("slots: %s; want %s", got, slots)
	}
	if got, want := strings.Join(b.runs, ", "), strings.Join(runs, ", "); got != want {
		b.t.Errorf("runs: %s; want %s", got, want)
	}
}

// One run a local day through two years, at three hours of the night.
func TestTwoYears(t *testing.T) {
	for _, spec := range []string{"30 1 * * *", "30 2 * * *", "0 0 * * *"} {
		b := newBench(t, spec, "2026-01-01 00:00")
		b.until(time.Date(2028, 1, 1, 0, 0, 0, 0, engine.London))
		days := map[string]int{}
		for _, r := range b.runs {
			days[r[:5]]++
		}
		want := 730
		if spec == "0 0 * * *" {
			want-- // it began at that very moment
		}
		if len(b.runs) != want {
			t.Errorf("%s: %d runs; want %d", spec, len(b.runs), want)
		}
		for d, n := range days {
			if n != 2 && d != "01-01" {
				t.Errorf("%s: %d runs on %s", spec, n, d)
			}
		}
		list, err := b.Ledger.Slots("night", 10000)
		if err != nil || len(list) != want {
			t.Fatal(len(list), err)
		}
		for _, s := range list {
			if s.State != ledger.Succeeded || s.Attempts != 1 {
				t.Errorf("%+v", s)
			}
		}
	}
}

func TestBothClockChangeNights(t *testing.T) {
	b := newBench(t, "30 1 * * *", "2026-03-28 12:00")
	b.until(b.at.Add(48 * time.Hour))
	b.want("29 succeeded, 30 succeeded", "03-29 02:00 BST", "03-30 01:30 BST")
	b = newBench(t, "30 1 * * *", "2026-10-24 12:00")
	b.until(b.at.Add(48 * time.Hour))
	b.want("25 succeeded, 26 succeeded", "10-25 01:30 BST", "10-26 01:30 GMT")
}

func TestTheClockIsSet(t *testing.T) {
	b := newBench(t, "30 2 * * *", "2026-05-01 12:00")
	b.until(b.at.Add(14*time.Hour + 40*time.Minute)) // 02:40 on the 2nd
	b.at = b.at.Add(-time.Hour)                      // 01:40 again: 02:30 comes a second time
	b.until(b.at.Add(24 * time.Hour))
	b.want("02 succeeded", "05-02 02:30 BST")
	b.at = b.at.Add(time.Hour) // 02:40 on the 3rd: over 02:30
	b.until(b.at.Add(time.Minute))
	b.want("02 succeeded, 03 succeeded", "05-02 02:30 BST", "05-03 02:30 BST")

	// Once, the clock shows the next year. The nights of this one still run.
	b.at = b.at.AddDate(1, 0, 0)
	b.until(b.at.Add(time.Minute))
	b.runs = nil
	b.at = b.at.AddDate(-1, 0, 0)
	b.until(b.at.Add(24 * time.Hour))
	if got := strings.Join(b.runs, ", "); got != "05-04 02:30 BST" {
		t.Errorf("runs %s", got)
	}
}

func TestTheLedgerBeganOnAWrongClock(t *testing.T) {
	b := newBench(t, "30 2 * * *", "2099-05-01 12:00")
	b.until(b.at.Add(time.Minute))
	b.at = time.Date(2026, 5, 1, 11, 0, 0, 0, time.UTC)
	b.until(b.at.Add(48 * time.Hour))
	b.want("02 succeeded, 03 succeeded", "05-02 02:30 BST", "05-03 02:30 BST")
}

func TestCatchUp(t *testing.T) {
	for _, c := range []struct {
		policy CatchUp
		most   int
		slots  string
		runs   []string
	}{
		{"", 0, "02 succeeded, 03 missed(overtaken), 04 missed(overtaken), 05 succeeded", []string{"05-02 02:30 BST", "05-05 02:30 BST"}},
		{Latest, 9, "02 succeeded, 03 missed(overtaken), 04 missed(overtaken), 05 succeeded", []string{"05-02 02:30 BST", "05-05 02:30 BST"}},
		{None, 9, "02 succeeded, 03 missed(late), 04 missed(late), 05 missed(late)", []string{"05-02 02:30 BST"}},
		{All, 2, "02 succeeded, 03 missed(overtaken), 04 succeeded, 05 succeeded", []string{"05-02 02:30 BST", "05-04 02:30 BST", "05-05 02:30 BST"}},
		{All, 9, "02 succeeded, 03 succeeded, 04 succeeded, 05 succeeded", []string{"05-02 02:30 BST", "05-03 02:30 BST", "05-04 02:30 BST", "05-05 02:30 BST"}},
	} {
		for _, restarted := range []bool{false, true} { // or the machine slept
			b := newBench(t, "30 2 * * *", "2026-05-01 12:00")
			b.CatchUp, b.MaxCatchUp = c.policy, c.most
			b.until(b.at.Add(24 * time.Hour))
			b.at = b.at.Add(72 * time.Hour)
			if restarted {
				b.restart()
			}
			b.until(b.at.Add(time.Hour))
			b.want(c.slots, c.runs...)
		}
	}
}

func TestSleptNineHours(t *testing.T) {
	b := newBench(t, "30 2 * * *", "2026-05-01 12:00")
	b.until(b.at.Add(12 * time.Hour))
	b.at = b.at.Add(9 * time.Hour) // 09:00
	from := b.at
	b.until(from.Add(look))
	b.want("02 succeeded", "05-02 02:30 BST")
}

func TestDownForAges(t *testing.T) {
	b := newBench(t, "0 * * * *", "2026-01-01 00:30")
	b.until(b.at.Add(time.Hour))
	b.at = b.at.AddDate(1, 0, 0)
	warned := ""
	b.Hear = func(e progress.Event) {
		if w, ok := e.(progress.Warning); ok {
			warned += w.Code
		}
	}
	b.until(b.at.Add(time.Minute))
	list, err := b.Ledger.Slots("night", 10000)
	if err != nil || len(list) != maxOwed+1 || list[0].State != ledger.Succeeded || list[1].State != ledger.Missed || warned != "slots-dropped" {
		t.Errorf("%d slots, %v, warned of %q", len(list), err, warned)
	}
}

func TestFailuresAndPanics(t *testing.T) {
	b := newBench(t, "30 2 * * *", "2026-05-01 12:00")
	n := 0
	b.do = func(*ledger.Run) error {
		switch n++; n {
		case 1:
			panic("Mary Smith")
		case 2:
			return &engine.Fault{Code: "feed-shrunk", Say: "the feed shrank"}
		}
		return nil
	}
	b.until(b.at.Add(72 * time.Hour))
	b.want("02 failed(panic), 03 failed(feed-shrunk), 04 succeeded", "05-02 02:30 BST", "05-03 02:30 BST", "05-04 02:30 BST")
	runs, err := b.Ledger.Runs(9)
	if err != nil || strings.Contains(fmt.Sprint(runs), "Smith") || !strings.Contains(runs[2].Say, "scheduler_test.go") {
		t.Errorf("%v %+v", err, runs)
	}
}

// A process that dies in its run leaves a slot that is tried again, three
// times in all.
func TestDiedInItsRun(t *testing.T) {
	b := newBench(t, "30 2 * * *", "2026-05-01 12:00")
	at := time.Date(2026, 5, 2, 1, 30, 0, 0, time.UTC)
	if _, err := b.Ledger.Since("night"); err != nil {
		t.Fatal(err)
	}
	b.at = at.Add(time.Minute)
	if _, err := b.Ledger.Enter("night", at); err != nil {
		t.Fatal(err)
	}
	for range 2 { // two processes begin it and are gone: the lock with them
		if _, _, err := b.Ledger.Begin(context.Background(), ledger.Start{Job: "night", For: at}); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Ledger.Recover(); err != nil {
			t.Fatal(err)
		}
	}
	b.until(b.at.Add(time.Minute))
	b.want("02 succeeded", "05-02 02:30 BST")

	b = newBench(t, "30 2 * * *", "2026-05-01 12:00")
	b.at = at
	if _, err := b.Ledger.Enter("night", at); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, _, err := b.Ledger.Begin(context.Background(), ledger.Start{Job: "night", For: at}); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Ledger.Recover(); err != nil {
			t.Fatal(err)
		}
	}
	b.until(b.at.Add(time.Minute))
	b.want("02 failed(given-up)")
}

func TestARunByHandIsUnderWay(t *testing.T) {
	b := newBench(t, "30 2 * * *", "2026-05-01 12:00")
	stop := make(chan struct{})
	err := Now(context.Background(), b.Ledger, b.Folder, Job{Name: "night", Do: func(context.Context, *ledger.Run, <-chan struct{}) error {
		b.until(b.at.Add(24 * time.Hour)) // a night passes
		// and a second run by hand is refused
		err := Now(context.Background(), b.Ledger, b.Folder, b.Job, stop, nil)
		if !inUse(err) || !strings.Contains(err.Error(), "another run (process ") {
			t.Errorf("%v", err)
		}
		return nil
	}}, stop, nil)
	if err != nil {
		t.Fatal(err)
	}
	b.until(b.at.Add(24 * time.Hour))
	b.want("02 skipped(overlap), 03 succeeded", "05-03 02:30 BST")
}

// In a bubble, where sleeping takes no time, the loop itself.
func bubble(t *testing.T, do func(l *ledger.Ledger, s *Scheduler, skew *time.Duration)) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var skew time.Duration // time.Now is midnight UTC on 1 January 2000
		now := func() time.Time { mu.Lock(); defer mu.Unlock(); return time.Now().Add(skew) }
		l, err := ledger.Open("", ledger.Options{Now: now})
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		do(l, &Scheduler{Spec: parse(t, "30 2 * * *"), Folder: t.TempDir(), Ledger: l, Now: now}, &skew)
	})
}

func states(t *testing.T, l *ledger.Ledger) string {
	t.Helper()
	slots, err := l.Slots("night", 100)
	if err != nil {
		t.Fatal(err)
	}
	out := ""
	for i := len(slots) - 1; i >= 0; i-- {
		out += fmt.Sprintf("%d %s %s %d; ", slots[i].For.Day(), slots[i].State, slots[i].Code, slots[i].Attempts)
	}
	return strings.TrimSuffix(out, "; ")
}

func TestALongRunIsNotOverlapped(t *testing.T) {
	bubble(t, func(l *ledger.Ledger, s *Scheduler, _ *time.Duration) {
		s.Job = Job{Name: "night", Do: func(ctx context.Context, _ *ledger.Run, _ <-chan struct{}) error {
			time.Sleep(30 * time.Hour)
			return ctx.Err()
		}}
		ctx, cancel := context.WithTimeout(context.Background(), 80*time.Hour)
		defer cancel()
		if err := s.Run(ctx); err != nil {
			t.Fatal(err)
		}
		// The run of the 3rd is under way at the end, and is waited for.
		if got, want := states(t, l), "1 succeeded  1; 2 skipped overlap 0; 3 succeeded  1; 4 skipped overlap 0"; got != want {
			t.Errorf("%s; want %s", got, want)
		}
	})
}

func TestAskedToStop(t *testing.T) {
	bubble(t, func(l *ledger.Ledger, s *Scheduler, _ *time.Duration) {
		hasty := false
		s.Job = Job{Name: "night", Do: func(ctx context.Context, _ *ledger.Run, stop <-chan struct{}) error {
			select {
			case <-stop:
				time.Sleep(time.Minute) // to the safe point
				hasty = ctx.Err() != nil
				return ledger.ErrStopped
			case <-time.After(5 * time.Hour):
				return nil
			}
		}}
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Hour)
		defer cancel()
		if err := s.Run(ctx); err != nil || hasty {
			t.Fatal(err, hasty)
		}
		if got, want := states(t, l), "1 due stopped 1"; got != want {
			t.Errorf("%s; want %s", got, want)
		}
		// The next scheduler goes on with it.
		ctx, cancel = context.WithTimeout(context.Background(), 10*time.Hour)
		defer cancel()
		if err := s.Run(ctx); err != nil {
			t.Fatal(err)
		}
		if got, want := states(t, l), "1 succeeded  2"; got != want {
			t.Errorf("%s; want %s", got, want)
		}
	})
}

func TestASecondSchedulerIsRefused(t *testing.T) {
	bubble(t, func(l *ledger.Ledger, s *Scheduler, _ *time.Duration) {
		s.Job = Job{Name: "night", Do: func(context.Context, *ledger.Run, <-chan struct{}) error { return nil }}
		ctx, cancel := context.WithTimeout(context.Background(), 26*time.Hour)
		defer cancel()
		other := *s
		go func() {
			time.Sleep(time.Hour)
			err := other.Run(ctx)
			var f *engine.Fault
			if !errors.As(err, &f) || f.Code != "folder-in-use" || !strings.Contains(f.Say, "another scheduler (process ") {
				t.Errorf("%v", err)
			}
		}()
		if err := s.Run(ctx); err != nil {
			t.Fatal(err)
		}
		if got := states(t, l); got != "1 succeeded  1" {
			t.Error(got)
		}
	})
}

// The wall clock jumps under a loop that waits: it is noticed within look.
func TestTheLoopReadsTheWallClock(t *testing.T) {
	bubble(t, func(l *ledger.Ledger, s *Scheduler, skew *time.Duration) {
		var ran time.Time
		s.Job = Job{Name: "night", Do: func(context.Context, *ledger.Run, <-chan struct{}) error { ran = time.Now(); return nil }}
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Hour)
		defer cancel()
		var jumped time.Time
		now := s.Now
		s.Now = func() time.Time { // read by the loop only
			if jumped.IsZero() && time.Now().Minute() == 59 && time.Now().Second() >= 20 {
				jumped = time.Now()
				*skew = 9 * time.Hour
			}
			return now()
		}
		if err := s.Run(ctx); err != nil {
			t.Fatal(err)
		}
		if ran.IsZero() || jumped.IsZero() || ran.Sub(jumped) > look {
			t.Errorf("jumped at %s, ran at %s", jumped, ran)
		}
		if got := states(t, l); got != "1 succeeded  1" {
			t.Error(got)
		}
	})
}

func TestTroubleIsToldOnceAndOutlived(t *testing.T) {
	b := newBench(t, "30 2 * * *", "2026-05-01 12:00")
	told := 0
	b.Hear = func(e progress.Event) {
		if w, ok := e.(progress.Warning); ok && w.Code == "ledger-unusable" {
			told++
		}
	}
	good := b.Ledger
	bad, err := ledger.Open("", ledger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	bad.Close()
	b.Ledger = bad
	b.until(b.at.Add(time.Hour))
	b.Ledger = good
	b.until(b.at.Add(24 * time.Hour))
	if told != 1 {
		t.Errorf("told %d times", told)
	}
	b.want("02 succeeded", "05-02 02:30 BST")
}
