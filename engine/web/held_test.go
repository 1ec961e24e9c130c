//go:build duckdb_arrow

package web

import (
	"context"
	"database/sql"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"leftshift/engine/audit"
)

// While another program holds the audit's file every look and every act is
// refused, at once for those who come later, and says that nothing was saved.
func TestG23NothingIsShownWhileTheAuditIsHeld(t *testing.T) {
	s := openWith(t, audit.Options{Wait: 200 * time.Millisecond})
	bodies := s.bodies(t)
	person := s.filled(t, Route{Path: "/people/{person}"}, "s1")
	before := s.newest(t).Sequence
	db, err := sql.Open("sqlite3", s.audit)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	other, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if _, err := other.ExecContext(context.Background(), "BEGIN EXCLUSIVE"); err != nil {
		t.Fatal(err)
	}
	check := func(method, path string, form url.Values, headers ...string) {
		t.Helper()
		answer, text := s.ask(t, method, path, "coordinator s1", form, headers...)
		if answer.StatusCode != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" || strings.Contains(text, "Family") || strings.Contains(text, "reason 1 of") || strings.Contains(text, number) {
			t.Errorf("%s %s: %d %s", method, path, answer.StatusCode, text)
		}
		if method == "POST" && !strings.Contains(text, "nothing was saved") {
			t.Errorf("%s does not say that nothing was saved: %s", path, text)
		}
	}
	var wait sync.WaitGroup
	for range 60 {
		wait.Go(func() { check("GET", "/lists/team-0", nil) })
		wait.Go(func() { check("POST", person, bodies["/people/{person}"]) })
	}
	wait.Wait()
	for _, path := range []string{"/lists", "/lists/team-0", "/lists/team-1", "/lists/team-0/left", person, "/people/nobody", "/api/v1/lists/team-0"} {
		check("GET", path, nil, "Authorization", "Bearer read_scores_api")
	}
	if _, err := other.ExecContext(context.Background(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	for answered := 0; answered != http.StatusOK; { // once the wait is over
		answer, _ := s.ask(t, "GET", "/lists/team-0", "coordinator s1", nil)
		answered = answer.StatusCode
	}
	all, err := s.log.Search(context.Background(), audit.Filter{})
	if err != nil || all[0].Sequence != before+2 { // the list, and its names
		t.Errorf("%d entries since, %v", all[0].Sequence-before, err)
	}
	if answer, _ := s.ask(t, "POST", person, "coordinator s1", bodies["/people/{person}"]); answer.Header.Get("Location") != person+"?done=claimed" {
		t.Errorf("what was refused was done all the same: %d", answer.StatusCode)
	}
}
