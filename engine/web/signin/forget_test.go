package signin

import (
	"context"
	"testing"
	"time"
)

// What lets nobody in any more goes; a session and a token that still work stay.
func TestG33EndedSessionsAreForgotten(t *testing.T) {
	ctx := context.Background()
	start := time.Date(2026, 1, 10, 9, 0, 0, 0, time.UTC)
	now := start
	s, err := OpenStore("", func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for i, made := range []time.Time{start.Add(-72 * time.Hour), start} {
		if _, err := s.db.Exec(`INSERT INTO session (id, issuer, subject, sid, user, name, choices, chosen, made, seen) VALUES (?, 'i', 's', '', 'u', 'n', '[]', '', ?, ?)`, []byte{byte(i)}, made.UnixMilli(), made.UnixMilli()); err != nil {
			t.Fatal(err)
		}
	}
	for id, revoked := range map[string]any{"revoked": start.Add(-time.Hour).UnixMilli(), "works": nil} {
		if _, err := s.db.Exec(`INSERT INTO token VALUES (?, x'00', 'n', '', 'o', 'm', ?, ?, NULL, ?)`, id, start.Add(-100*time.Hour).UnixMilli(), start.Add(100*time.Hour).UnixMilli(), revoked); err != nil {
			t.Fatal(err)
		}
	}
	for before, want := range map[time.Time]int{start.Add(-62 * time.Hour): 0, start.Add(-61 * time.Hour): 1, start: 2, start.Add(9 * time.Hour): 2} {
		if n, _, _, err := s.Over(ctx, before); n != want || err != nil {
			t.Errorf("before %s: %d, %v; want %d", before, n, err, want)
		}
	}
	for _, want := range []int{2, 0} {
		if n, err := s.Forget(ctx, start); n != want || err != nil {
			t.Errorf("%d, %v; want %d", n, err, want)
		}
	}
	var left string
	if err := s.db.QueryRow(`SELECT id FROM token`).Scan(&left); err != nil || left != "works" {
		t.Errorf("%q, %v", left, err)
	}
}
