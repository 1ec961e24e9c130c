//go:build duckdb_arrow

package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"leftshift/engine/audit"
)

// tellNothing are the pages that hold nothing of anyone, no count and no fact,
// and why. Every other look is in the audit.
var tellNothing = map[string]string{
	"/{$}":                 "leads to the first page of the menu",
	"/lists/{team}/export": "a form, about a list of one's own: what it gives is asked for with POST",
	"/find":                "a form: a person is asked for with POST",
	"/add":                 "a form: a person is named with POST",
	"/people/{person}/add": "a form, about a person in one's care; it says nothing of them",
	"/words":               "what to say on the telephone, the same for everyone",
	"/words/leaflet":       "what a patient can be given, the same for everyone",
	"/audit/person":        "a form: a history is asked for with POST",
	"/audit/verify":        "a form: the check is asked for with POST",
}

// looks are addresses that show something, of pages that lead elsewhere when they
// are asked for nothing.
var looks = map[string]string{
	"/cohorts/compare": "a=deprived_not_listed@1&b=deprived_not_listed@1", "/cohorts/compare.csv": "a=deprived_not_listed@1&b=deprived_not_listed@1",
	"/cohorts/then": "cohort=deprived_not_listed@1&on=none", "/cohorts/then.csv": "cohort=deprived_not_listed@1&on=none&table=none",
	"/cohorts/workload.csv": "score=score_boost_365&one=5%25&table=none",
}

func TestG23EveryLookIsInTheAuditOrTellsNothing(t *testing.T) {
	s := open(t)
	known := map[string]bool{}
	for _, r := range Routes() {
		if r.Method != http.MethodGet {
			continue
		}
		known[r.Path] = true
		as := whoMay(t, r.Act) + " s1"
		path := s.filled(t, r, "s1")
		if query, ok := looks[r.Path]; ok {
			path += "?" + query
		} else if strings.HasSuffix(r.Path, ".csv") {
			path += "?table=none"
		}
		before := s.newest(t).Sequence
		answer, _ := s.ask(t, "GET", path, as, nil)
		kept := s.newest(t).Sequence > before
		if why, ok := tellNothing[r.Path]; ok == kept || ok && why == "" {
			t.Errorf("GET %s as %s: %d, in the audit: %t, told to hold nothing: %t", path, as, answer.StatusCode, kept, ok)
		}
		// Whoever may not is refused, and that is kept, whatever the page holds.
		before = s.newest(t).Sequence
		if answer, _ := s.ask(t, "GET", path, "nonsense s1", nil); answer.StatusCode != http.StatusForbidden {
			t.Errorf("GET %s for no role: %d", path, answer.StatusCode)
		}
		if last := s.newest(t); last.Sequence == before || last.Outcome == audit.Allowed {
			t.Errorf("GET %s for no role: the refusal is not in the audit", path)
		}
	}
	for path := range tellNothing {
		if !known[path] {
			t.Errorf("there is no route %s", path)
		}
	}
}

// A form about another team's list, or about a person outside one's care, is
// refused as the list and the person themselves are.
func TestG18AFormIsRefusedLikeWhatItIsAbout(t *testing.T) {
	s := open(t)
	kept := func() string {
		e := s.newest(t)
		return e.Outcome + " " + strings.TrimSuffix(e.Object, " as csv")
	}
	for _, team := range []string{"team-1", "team-x", "no such team"} {
		list, text := s.ask(t, "GET", listPath(team), "coordinator s1", nil)
		print, was := fingerprint(list, text), kept()
		if list.StatusCode != http.StatusForbidden {
			t.Errorf("the list of %s: %d", team, list.StatusCode)
		}
		for method, path := range map[string]string{"GET": "/export", "POST": "/columns"} {
			before := s.newest(t).Sequence
			answer, text := s.ask(t, method, listPath(team)+path, "coordinator s1", url.Values{})
			if fingerprint(answer, text) != print || kept() != was || s.newest(t).Sequence == before {
				t.Errorf("%s %s of %s: %d, the audit has %q", method, path, team, answer.StatusCode, kept())
			}
		}
	}
	for _, path := range []string{"/people/nonsense", s.filled(t, Route{Path: "/people/{person}"}, "s2")} {
		_, person := s.ask(t, "GET", path, "coordinator s1", nil)
		before := s.newest(t).Sequence
		answer, text := s.ask(t, "GET", path+"/add", "coordinator s1", nil)
		if answer.StatusCode != http.StatusNotFound || text != person || s.newest(t).Sequence == before || s.newest(t).Outcome != "no-person" {
			t.Errorf("the form about nobody: %d, the audit has %q", answer.StatusCode, kept())
		}
	}
}

// Where a day begins tells how many people each list has: that is a look.
func TestG23HowManyAreOnTheListsIsALook(t *testing.T) {
	s := open(t)
	answer, text := s.ask(t, "GET", "/lists", "coordinator s1", nil)
	e := s.newest(t)
	if answer.StatusCode != http.StatusOK || !strings.Contains(text, "team-0") || e.Event != "open_home" || e.Object != "lists: team-0" || e.Rows != 4 || e.People != 0 || e.Outcome != audit.Allowed {
		t.Errorf("%d, the audit has %+v", answer.StatusCode, e)
	}
}
