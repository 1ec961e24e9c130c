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
	"leftshift/engine/snapshot/made"
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

// Where the worklist cannot be written, in the middle of it as a full disk is,
// nothing is done, the page says so and keeps what was typed, and the audit has
// that it was asked for and not done.
func TestR6WhatCannotBeSavedIsSaidAndKeptOnThePage(t *testing.T) {
	s := open(t)
	db, err := sql.Open("sqlite3", s.list)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	change := func(statement string) {
		t.Helper()
		if _, err := db.ExecContext(context.Background(), statement); err != nil {
			t.Fatal(err)
		}
	}
	page := s.page(t, 10, amy)
	form := page.form(t, "record", "note", "rang at nine & no answer")
	was := page.item
	entries := func() (n int) {
		t.Helper()
		if err := db.QueryRowContext(context.Background(), "SELECT count(*) FROM entry").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	all := entries()
	change("CREATE TRIGGER full BEFORE INSERT ON history BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END")
	answer, text := s.ask(t, "POST", page.path, amy, form)
	if answer.StatusCode != http.StatusOK || !strings.Contains(summary(text), "nothing was saved") || !strings.Contains(text, "rang at nine &amp; no answer") || strings.Contains(text, "nhsuk-notification-banner--success") {
		t.Errorf("%d %s", answer.StatusCode, text)
	}
	if e := s.newest(t); e.Event != "reveal_identity" { // the page is a look of its own
		t.Errorf("the newest entry is %+v", e)
	}
	kept, err := s.log.Search(context.Background(), audit.Filter{Event: "act_on_item"})
	if err != nil || len(kept) != 2 || kept[0].Outcome != "not-done" || kept[1].Outcome != audit.Allowed {
		t.Errorf("the audit has %+v, %v", kept, err)
	}
	// Somebody of their practice who is on no list of theirs: half of it is an
	// entry and half is history.
	person := "/people/" + s.app.references.of("s1", made.Person(9))
	answer, text = s.ask(t, "POST", person+"/add", amy, url.Values{"team": {"team-0"}, "worry": {"fall"}, "key": {"k1"}, "note": {"fell twice"}})
	if answer.StatusCode != http.StatusOK || !strings.Contains(summary(text), "nothing was saved") || !strings.Contains(text, "fell twice") {
		t.Errorf("an addition: %d %s", answer.StatusCode, text)
	}
	if now := s.item(t, 10); now != was || entries() != all {
		t.Errorf("something was done by halves: %+v, %d entries for %d", now, entries(), all)
	}
	change("DROP TRIGGER full")
	if text := s.done(t, page.path, amy, form); !strings.Contains(text, "The note is saved") {
		t.Error("the same press is not done once it can be")
	}
}
