package audit

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"leftshift/engine"
)

// another opens the file as another program would.
func another(t *testing.T, path string) *sql.Conn {
	t.Helper()
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	c, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(); db.Close() })
	return c
}

func do(t *testing.T, c *sql.Conn, statement string) {
	t.Helper()
	if _, err := c.ExecContext(context.Background(), statement); err != nil {
		t.Fatal(err)
	}
}

// While another program holds the file nobody waits behind anybody: those who
// wait are refused together, and those after them without a try. When it lets
// go, entries are written again, and none of those refused is there.
func TestG22G23AFileThatIsHeldRefusesAndDoesNotQueue(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit", "audit.db")
	var clock atomic.Int64
	clock.Store(time.Date(2026, 3, 31, 9, 0, 0, 0, time.UTC).UnixMilli())
	l, err := Open(path, Options{Wait: 300 * time.Millisecond, Now: func() time.Time { return time.UnixMilli(clock.Load()) }})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx := context.Background()
	e := Entry{User: "u", Device: "d", Event: "open_list", Outcome: Allowed}
	if _, err := l.Append(ctx, e); err != nil {
		t.Fatal(err)
	}
	other := another(t, path)
	do(t, other, "BEGIN EXCLUSIVE")
	var wait sync.WaitGroup
	for range 100 {
		wait.Go(func() {
			if _, err := l.Append(ctx, e); codeOf(err) != "audit-held" {
				t.Errorf("while it is held: %v", err)
			}
		})
	}
	wait.Wait()
	// By the clock no time has passed: the file is not tried at all.
	do(t, other, "ROLLBACK")
	for range 100 {
		if _, err := l.Append(ctx, e); codeOf(err) != "audit-held" {
			t.Fatalf("straight after: %v", err)
		}
	}
	clock.Add(301)
	for range 2 {
		if _, err := l.Append(ctx, e); err != nil {
			t.Fatalf("when it was let go: %v", err)
		}
	}
	var timeout int
	if err := l.write.QueryRow("PRAGMA busy_timeout").Scan(&timeout); err != nil || timeout != 300 {
		t.Errorf("entries wait for %d ms now, %v", timeout, err)
	}
	all, err := l.Search(ctx, Filter{})
	if err != nil || len(all) != 3 {
		t.Errorf("%d entries, %v", len(all), err)
	}
	if report, err := Verify(ctx, path, Proof{}, func(b Break) { t.Errorf("%+v", b) }); err != nil || report.Entries != 3 {
		t.Errorf("%+v, %v", report, err)
	}
	// A clock that is set back keeps nobody out.
	do(t, other, "BEGIN EXCLUSIVE")
	if _, err := l.Append(ctx, e); codeOf(err) != "audit-held" {
		t.Errorf("held again: %v", err)
	}
	do(t, other, "ROLLBACK")
	clock.Add(-3_600_000)
	if _, err := l.Append(ctx, e); err != nil {
		t.Errorf("after the clock was set back: %v", err)
	}
}

// A full disk: the entry is refused, whole, and once there is room the chain
// goes on where it was.
func TestG22G23AFullDiskRefusesTheEntryWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit", "audit.db")
	l, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx := context.Background()
	e := Entry{User: "u", Role: "coordinator", Organisation: "o", Purpose: "case-finding", Device: "d", Event: "open_list", Outcome: Allowed}
	if _, err := l.Append(ctx, e); err != nil {
		t.Fatal(err)
	}
	var pages int
	if err := l.write.QueryRow("PRAGMA page_count").Scan(&pages); err != nil {
		t.Fatal(err)
	}
	limit := func(n int) {
		var got int
		if err := l.write.QueryRow(fmt.Sprintf("PRAGMA max_page_count = %d", n)).Scan(&got); err != nil || got != n {
			t.Fatal(got, err)
		}
	}
	limit(pages)
	many := e
	for p := range 5000 {
		many.Persons = append(many.Persons, engine.Person(p+1))
	}
	if _, err := l.Append(ctx, many); codeOf(err) != "audit-not-written" {
		t.Fatalf("on a full disk: %v", err)
	}
	if all, err := l.Search(ctx, Filter{}); err != nil || len(all) != 1 {
		t.Errorf("%d entries, %v", len(all), err)
	}
	limit(pages + 1000)
	if got, err := l.Append(ctx, many); err != nil || got.Sequence != 2 {
		t.Errorf("with room again: %d, %v", got.Sequence, err)
	}
	if report, err := Verify(ctx, path, Proof{}, func(b Break) { t.Errorf("%+v", b) }); err != nil || report.Entries != 2 {
		t.Errorf("%+v, %v", report, err)
	}
}
