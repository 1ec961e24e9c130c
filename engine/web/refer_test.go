//go:build duckdb_arrow

package web

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"leftshift/engine/access"
	"leftshift/engine/audit"
	"leftshift/engine/snapshot/made"
	"leftshift/engine/worklist"
)

// events are what the audit has of an act, newest first.
func (s *site) events(t *testing.T, act access.Act) []audit.Entry {
	t.Helper()
	got, err := s.log.Search(context.Background(), audit.Filter{Event: string(act), Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func (s *site) move(t *testing.T, as, to string) {
	t.Helper()
	p := s.page(t, 10, as)
	s.done(t, p.path, as, p.form(t, "record", "to", to))
}

const offers = `/refer"`

// Somebody who was reached or said yes can have a referral drafted: a file with
// who they are and why, kept in the audit as a look at them without the why. The
// work stays in its state until a person moves it.
func TestF17G15ADraftOfAReferralIsAFileAndChangesNothing(t *testing.T) {
	s := open(t)
	form := url.Values{"refer-to": {"Falls service"}, "refer-why": {"fell twice at home"}}
	p := s.page(t, 10, amy)
	if strings.Contains(p.text, offers) {
		t.Error("it is offered before anybody was reached")
	}
	refused, text := s.ask(t, "POST", p.path+"/refer", amy, form)
	if refused.StatusCode != http.StatusConflict || strings.Contains(text, "Family") {
		t.Errorf("%d before anybody was reached", refused.StatusCode)
	}
	if e := s.events(t, access.ReferPerson); len(e) != 1 || e[0].Outcome != "refer-state" {
		t.Errorf("%+v", e)
	}
	for _, to := range []string{"contacted", "accepted"} {
		s.move(t, amy, to)
		p = s.page(t, 10, amy)
		if !strings.Contains(p.text, offers) {
			t.Fatalf("it is not offered to one who is %s", to)
		}
		was := s.item(t, 10)
		answer, text := s.ask(t, "POST", p.path+"/refer", amy, form)
		if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != "application/fhir+json" || !strings.Contains(answer.Header.Get("Content-Disposition"), `filename="DRAFT-bars-referral-RX9-`) || strings.Contains(answer.Header.Get("Content-Disposition"), number) {
			t.Fatalf("%d %v", answer.StatusCode, answer.Header)
		}
		var b struct{ Type string }
		if err := json.Unmarshal([]byte(text), &b); err != nil || b.Type != "message" {
			t.Errorf("%v: %s", err, text)
		}
		for _, word := range []string{number, "fell twice at home", "DRAFT", "HTEST", "https://falls.example/fhir", `"P0"`} {
			if !strings.Contains(text, word) {
				t.Errorf("the draft does not say %s", word)
			}
		}
		for _, word := range []string{"reason 1 of", "vaccination", "probability", "boost_365", `"` + made.Person(10).String() + `"`} {
			if strings.Contains(text, word) {
				t.Errorf("the draft says %s", word)
			}
		}
		if is := s.item(t, 10); is.Version != was.Version || is.State != worklist.State(to) {
			t.Errorf("the work is %s, version %d, and was %d", is.State, is.Version, was.Version)
		}
	}
	all := s.events(t, access.ReferPerson)
	if e := all[0]; len(all) != 3 || e.Outcome != audit.Allowed || e.People != 1 || e.Persons[0] != made.Person(10) || e.Object != "draft of a referral to Falls service" || e.Reason != "referral to Falls service" {
		t.Errorf("%+v", all)
	}
	every, err := s.log.Search(context.Background(), audit.Filter{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range every {
		if strings.Contains(e.Reason+e.Object+e.Route, "fell twice") {
			t.Errorf("why they are referred is in the audit: %+v", e)
		}
	}
	// What left is told to whoever asks what left.
	if _, text := s.ask(t, "GET", "/disclosures", "privacy_officer s9", nil); !strings.Contains(text, "draft of a referral to Falls service") {
		t.Error("the draft is not among what left")
	}
}

// What is not filled in is asked for, and nothing leaves or is kept.
func TestG15ADraftNeedsAServiceAndAWhy(t *testing.T) {
	s := open(t)
	s.move(t, amy, "contacted")
	p := s.page(t, 10, amy)
	for field, form := range map[string]url.Values{
		"refer-why": {"refer-to": {"Falls service"}, "refer-why": {"  "}},
		"refer-to":  {"refer-to": {"Elsewhere"}, "refer-why": {"kept text"}},
	} {
		answer, text := s.ask(t, "POST", p.path+"/refer", amy, form)
		if answer.StatusCode != http.StatusOK || !strings.Contains(summary(text), `href="#`+field+`"`) || field == "refer-to" && !strings.Contains(text, "kept text") {
			t.Errorf("%s: %d %s", field, answer.StatusCode, summary(text))
		}
	}
	if e := s.events(t, access.ReferPerson); len(e) != 0 {
		t.Errorf("%+v", e)
	}
}

// A person whom somebody else has is not referred twice, and one who is not in
// one's care is nobody.
func TestG13ADraftIsForWhoeverHasThePerson(t *testing.T) {
	s := open(t)
	form := url.Values{"refer-to": {"Falls service"}, "refer-why": {"fell twice"}}
	p := s.page(t, 10, amy)
	s.done(t, p.path, amy, p.form(t, "claim"))
	s.move(t, amy, "contacted")
	p = s.page(t, 10, ben)
	if strings.Contains(p.text, offers) {
		t.Error("it is offered of somebody else's person")
	}
	if answer, text := s.ask(t, "POST", p.path+"/refer", ben, form); answer.StatusCode != http.StatusConflict || strings.Contains(text, number) {
		t.Errorf("%d", answer.StatusCode)
	}
	other := "/people/" + s.app.references.of("s1", made.Person(1)) + "/refer"
	answer, text := s.ask(t, "POST", other, amy, form)
	nobody, same := s.ask(t, "POST", "/people/nonsense/refer", amy, form)
	if answer.StatusCode != http.StatusNotFound || fingerprint(answer, text) != fingerprint(nobody, same) {
		t.Errorf("%d and %d", answer.StatusCode, nobody.StatusCode)
	}
	if answer, _ := s.ask(t, "POST", s.page(t, 10, amy).path+"/refer", "pharmacy s1 amy", form); answer.StatusCode != http.StatusForbidden {
		t.Errorf("a pharmacy: %d", answer.StatusCode)
	}
}
