//go:build duckdb_arrow

package web

import (
	"net/http"
	"strings"
	"testing"

	"leftshift/engine/access"
	"leftshift/engine/snapshot/made"
)

// Person 20 of the made snapshot has a gap for the care team and one for
// clinicians, as every fourth person has.
func TestR3F5WhatCouldBeChangedStandsApartFromRisk(t *testing.T) {
	s := open(t)
	const lead = "clinical_lead s1 lea"
	for as, want := range map[string][]string{amy: {"team gap of 20"}, lead: {"team gap of 20", "clinician gap of 20"}} {
		p := s.page(t, 20, as)
		at := strings.Index(p.text, "What could be changed")
		if at < 0 {
			t.Fatalf("%s is not told of gaps", as)
		}
		for _, w := range want {
			if !strings.Contains(p.text[at:], w) {
				t.Errorf("%s does not read %q", as, w)
			}
		}
	}
	if p := s.page(t, 20, amy); strings.Contains(p.text, "clinician gap") || strings.Contains(p.text, "clinician problem") {
		t.Error("a coordinator reads what is for clinicians")
	}
	_, list := s.ask(t, "GET", "/lists/team-0", amy, nil)
	if strings.Count(list, "team gap of") != 2 || strings.Contains(list, "clinician gap") || strings.Contains(list, "palliative") {
		t.Error("the list's gaps are not those of the care team")
	}
	_, some := s.ask(t, "GET", "/lists/team-0?gap=vaccination_missed", amy, nil)
	first, second := strings.Index(some, "Family&lt;1000&gt;"), strings.Index(some, "Family&lt;1020&gt;")
	if len(toPerson.FindAllString(some, -1)) != 2 || first < 0 || second < first || strings.Contains(some, "Family&lt;1010&gt;") {
		t.Error("those with the gap are not those shown, in the order of the list")
	}
	if e := s.entries(t)[0]; e.People != 2 {
		t.Errorf("an entry about %d people for a list of two", e.People)
	}
	// Whether anyone has a gap that may not be read is not told either.
	if _, none := s.ask(t, "GET", "/lists/team-0?gap=palliative_no_plan", amy, nil); len(toPerson.FindAllString(none, -1)) != 0 {
		t.Error("a gap of clinicians picks people for a coordinator")
	}
	if _, some := s.ask(t, "GET", "/lists/team-0?gap=palliative_no_plan", lead, nil); len(toPerson.FindAllString(some, -1)) != 2 {
		t.Error("a clinician cannot pick by their gaps")
	}
	if _, text := s.ask(t, "GET", s.page(t, 20, amy).path, "ambulance s1 crew", nil); strings.Contains(text, "team gap") || strings.Contains(text, "What happened") {
		t.Error("an ambulance crew reads gaps or the timeline")
	}
}

func TestR13WhatTheyNeedStandsBeforeTheNumber(t *testing.T) {
	s := open(t)
	text := s.page(t, 10, amy).text
	need, phone := strings.Index(text, "Interpreter needed"), strings.Index(text, "01632 960000")
	if need < 0 || phone < need {
		t.Errorf("the need is at %d, the telephone at %d", need, phone)
	}
	if !strings.Contains(text, "Emergency admission to hospital") {
		t.Error("nothing says what happened")
	}
}

// Person 2 left team-0's list and is in its care; another left team-1's and died.
func TestR4WhoLeftAndWhy(t *testing.T) {
	s := open(t)
	_, list := s.ask(t, "GET", "/lists/team-0", amy, nil)
	if !strings.Contains(list, `href="/lists/team-0/left"`) {
		t.Error("the list does not lead to those who left")
	}
	answer, text := s.ask(t, "GET", "/lists/team-0/left", amy, nil)
	if answer.StatusCode != http.StatusOK || !strings.Contains(text, "Family&lt;"+made.Person(2).String()+"&gt;") || !strings.Contains(text, "ranks below the places on the list") {
		t.Errorf("%d", answer.StatusCode)
	}
	e := s.entries(t)
	if len(e) < 2 || e[0].Event != string(access.RevealIdentity) || e[0].People != 1 || e[1].People != 1 || e[1].Object != "team-0: who left" {
		t.Errorf("%+v", e[:2])
	}
	if answer, _ := s.ask(t, "GET", "/lists/team-1/left", amy, nil); answer.StatusCode != http.StatusForbidden {
		t.Errorf("another team's: %d", answer.StatusCode)
	}
}
