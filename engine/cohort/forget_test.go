package cohort

import (
	"context"
	"testing"
	"time"
)

// What was asked of a snapshot that is gone is forgotten once all of it is old;
// what binds the counts of one that is there never is.
func TestG33QuestionsOfLostSnapshotsAreForgotten(t *testing.T) {
	ctx := context.Background()
	now := time.Date(2026, 1, 10, 9, 0, 0, 0, time.UTC)
	l, err := OpenLedger(t.TempDir(), func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ask := func(snapshot string, seq int, request string) {
		t.Helper()
		if _, err := l.db.Exec("INSERT INTO asked (snapshot, seq, request, time) VALUES (?, ?, ?, ?)", snapshot, seq, request, now.UnixMilli()); err != nil {
			t.Fatal(err)
		}
	}
	ask("gone", 1, "1")
	ask("there", 1, "1")
	ask("half", 1, "1")
	late := now.AddDate(1, 0, 0)
	now = late
	ask("half", 2, "2")
	there := func(s string) bool { return s == "there" }
	for before, want := range map[time.Time]int{late.AddDate(-2, 0, 0): 0, late: 1, late.Add(time.Second): 3} {
		if n, _, _, err := l.Asked(ctx, before, there); n != want || err != nil {
			t.Errorf("before %s: %d, %v; want %d", before, n, err, want)
		}
	}
	for _, want := range []int{1, 0} {
		if n, err := l.Forget(ctx, late, there); n != want || err != nil {
			t.Errorf("%d, %v; want %d", n, err, want)
		}
	}
	var left int
	if err := l.db.QueryRow("SELECT count(*) FROM asked").Scan(&left); err != nil || left != 3 {
		t.Errorf("%d questions are left, %v", left, err)
	}
}
