//go:build duckdb_arrow

package web

import (
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/audit"
	"leftshift/engine/door"
	"leftshift/engine/identity"
)

// whoHas is the pseudonym of the test number.
func whoHas(t *testing.T) engine.Person {
	t.Helper()
	keyer, err := identity.NewKeyer(make([]byte, identity.KeyBytes))
	if err != nil {
		t.Fatal(err)
	}
	key, _ := keyer.Key(identity.NHSNamespace, number)
	return engine.Person(key)
}

func (s *site) look(t *testing.T, e audit.Entry) {
	t.Helper()
	e.Device = "d"
	if _, err := s.log.Append(context.Background(), e); err != nil {
		t.Fatal(err)
	}
}

// auditPaths are every page of the audit, with what is sent.
var auditPaths = []struct {
	method, path string
	form         url.Values
}{
	{"GET", "/audit", nil}, {"GET", "/audit?user=x&refused=yes", nil}, {"GET", "/audit?from=nonsense", nil}, {"GET", "/audit/entries/1", nil}, {"GET", "/audit/entries/x", nil},
	{"GET", "/audit/verify", nil}, {"POST", "/audit/verify", url.Values{}}, {"GET", "/audit/person", nil}, {"POST", "/audit/person", url.Values{}},
	{"POST", "/audit/person", url.Values{"nhs-number": {number}, "reason": {"request"}}}, {"POST", "/audit/person", url.Values{"nhs-number": {number}, "reason": {"request"}, "file": {"csv"}}},
	{"GET", "/disclosures", nil}, {"GET", "/disclosures?before=9", nil},
}

func TestG19NoOtherRoleReachesTheAudit(t *testing.T) {
	s := open(t)
	s.look(t, audit.Entry{User: "somebody", Event: "open_person", Outcome: "no-person"})
	for _, role := range append(access.Roles(), "nonsense") {
		may := role == access.PrivacyOfficer || role == access.IGLead
		for _, p := range auditPaths {
			answer, text := s.ask(t, p.method, p.path, string(role)+" s1", p.form)
			refused := answer.StatusCode == http.StatusForbidden
			if refused == may || !may && strings.Contains(text, "somebody") {
				t.Errorf("%s, %s %s: %d", role, p.method, p.path, answer.StatusCode)
			}
		}
	}
}

// The privacy officer's pages tell who looked, and nothing of the record.
func TestG19TheAuditTellsNothingClinical(t *testing.T) {
	s := open(t)
	person := s.filled(t, Route{Path: "/people/{person}"}, "s1")
	s.ask(t, "GET", person, "coordinator s1", nil)
	s.ask(t, "POST", "/lists/team-0/export", "coordinator s1", url.Values{"shape": {"csv"}, "reason": {"to ring them"}})
	told := 0
	for _, p := range auditPaths {
		_, text := s.ask(t, p.method, p.path, "privacy_officer s2", p.form)
		for _, word := range []string{"Family", "1950", "01632", "team reason", "clinician reason", "in 100", "risk<"} {
			if strings.Contains(text, word) {
				t.Errorf("%s %s tells %q", p.method, p.path, word)
			}
		}
		told += strings.Count(text, "Sam Reader")
	}
	if told < 5 {
		t.Error("the pages tell nothing at all")
	}
	if answer, _ := s.ask(t, "GET", person, "privacy_officer s1", nil); answer.StatusCode != http.StatusForbidden {
		t.Errorf("a person's page: %d", answer.StatusCode)
	}
}

func TestG23TheAuditIsSearched(t *testing.T) {
	s := open(t)
	s.look(t, audit.Entry{User: "early", Event: "open_list", Outcome: audit.Allowed, Organisation: "A1"})
	s.look(t, audit.Entry{User: "bad", Event: "open_person", Outcome: "no-person", Organisation: "A2"})
	s.look(t, audit.Entry{User: "<b>wild</b>", Event: "sql", Outcome: audit.Allowed})
	for query, want := range map[string]string{
		"user=early": "early", "organisation=A2": "bad", "event=open_person": "bad", "outcome=no-person": "bad", "refused=yes": "bad",
		"event=sql": "&lt;b&gt;wild&lt;/b&gt;", "from=2026-01-01&user=early": "early", "to=2001-01-01": "Nothing was found", "from=2100-01-01": "Nothing was found",
		"user=early&refused=yes": "Nothing was found", "user=%27+or+1%3D1--": "Nothing was found",
	} {
		answer, text := s.ask(t, "GET", "/audit?"+query, "privacy_officer s1", nil)
		if answer.StatusCode != http.StatusOK || !strings.Contains(text, want) {
			t.Errorf("%s: %d, no %q", query, answer.StatusCode, want)
		}
		_, rows, _ := strings.Cut(text, "<tbody")
		for _, other := range []string{"early", "bad", "wild"} {
			if strings.Contains(rows, other) && !strings.Contains(want, other) {
				t.Errorf("%s finds %s too", query, other)
			}
		}
	}
	for query, field := range map[string]string{"from=31/03/2026": "from", "to=x": "to", "from=2026-02-02&to=2026-02-01": "to", "user=" + number: "user", "organisation=900+000+0009": "organisation", "outcome=" + number: "outcome", "event=" + number: "event"} {
		answer, text := s.ask(t, "GET", "/audit?"+query, "privacy_officer s1", nil)
		if answer.StatusCode != http.StatusOK || !strings.Contains(text, `href="#`+field+`"`) || !strings.Contains(text, `id="`+field+`"`) || strings.Contains(text, number) || strings.Contains(text, "900 000") {
			t.Errorf("%s: %d", query, answer.StatusCode)
		}
	}
	_, text := s.ask(t, "GET", "/audit?user=bad", "privacy_officer s1", nil)
	entry := regexp.MustCompile(`href="(/audit/entries/\d+)"`).FindStringSubmatch(text)
	if entry == nil {
		t.Fatal("no entry leads to its page")
	}
	if answer, text := s.ask(t, "GET", entry[1], "privacy_officer s1", nil); answer.StatusCode != http.StatusOK || !strings.Contains(text, "no-person") || !strings.Contains(text, ">bad<") {
		t.Errorf("%s: %d", entry[1], answer.StatusCode)
	}
	for _, path := range []string{"/audit/entries/999999", "/audit/entries/0", "/audit/entries/-3", "/audit/entries/x"} {
		if answer, _ := s.ask(t, "GET", path, "privacy_officer s1", nil); answer.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, answer.StatusCode)
		}
	}
}

// Older pages are reached by links that keep the question.
func TestG23OlderEntriesAreReached(t *testing.T) {
	s := open(t)
	for i := range 120 {
		s.look(t, audit.Entry{User: "many", Event: "export_list", Outcome: audit.Allowed, Object: fmt.Sprintf("file-%03d;", i)})
	}
	for _, path := range []string{"/audit?user=many", "/disclosures"} {
		seen := map[string]int{}
		for n := 0; path != "" && n < 5; n++ {
			_, text := s.ask(t, "GET", path, "privacy_officer s1", nil)
			for _, m := range regexp.MustCompile(`file-\d{3};`).FindAllString(text, -1) {
				seen[m]++
			}
			path = ""
			if m := regexp.MustCompile(`href="([^"]+)" rel="next"`).FindStringSubmatch(text); m != nil {
				path = strings.ReplaceAll(m[1], "&amp;", "&")
			}
		}
		if len(seen) != 120 {
			t.Errorf("%d of 120 were seen", len(seen))
		}
		for file, n := range seen {
			if n != 1 {
				t.Errorf("%s is on %d pages", file, n)
			}
		}
	}
}

func TestG24AHistoryIsAPageAndAFile(t *testing.T) {
	s := open(t)
	person := whoHas(t)
	s.look(t, audit.Entry{User: "reader", Name: "=cmd()", Role: "coordinator", Organisation: "A1", Purpose: "case-finding", Event: "open_person", Outcome: audit.Allowed, Persons: []engine.Person{person}})
	s.look(t, audit.Entry{User: "stranger", Role: "coordinator", Organisation: "A1", Purpose: "case-finding", Event: "open_person", Outcome: audit.Allowed, Persons: []engine.Person{person + 1}})
	s.look(t, audit.Entry{User: "lister", Role: "clinical_lead", Organisation: "A2", Purpose: "case-finding", Event: "open_list", Outcome: audit.Allowed, Persons: []engine.Person{person, person + 1}})
	for name, form := range map[string]url.Values{"no reason": {"nhs-number": {number}}, "no number": {"reason": {"request"}}, "a wrong digit": {"nhs-number": {"9000000008"}, "reason": {"request"}}} {
		if _, text := s.ask(t, "POST", "/audit/person", "privacy_officer s1", form); !strings.Contains(text, "There is a problem") || strings.Contains(text, "reader") || strings.Contains(text, number) {
			t.Errorf("%s is answered", name)
		}
	}
	form := url.Values{"nhs-number": {"900 000 0009"}, "reason": {"request 12"}}
	answer, text := s.ask(t, "POST", "/audit/person", "privacy_officer s1", form)
	for _, want := range []string{"reader", "care coordinator", "lister", "with others on a list", "case-finding", "A2", "900\u00a0000\u00a00009", "see who opened a person&#39;s record", "request 12", "3 entries"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if answer.StatusCode != http.StatusOK || strings.Contains(text, "stranger") {
		t.Errorf("%d", answer.StatusCode)
	}
	for _, m := range regexp.MustCompile(`(?:href|action|src)="([^"]*)"`).FindAllStringSubmatch(text, -1) {
		if regexp.MustCompile(`\d{9}`).MatchString(m[1]) {
			t.Errorf("a path tells of a person: %s", m[1])
		}
	}
	form.Set("file", "csv")
	answer, text = s.ask(t, "POST", "/audit/person", "privacy_officer s1", form)
	name := answer.Header.Get("Content-Disposition")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(rows) != 5 || rows[1][2] != "reader" || rows[1][3] != "'=cmd()" || rows[2][8] != "yes" || rows[4][2] != "u1" || !strings.Contains(name, "access-history-") || strings.Contains(name, number) {
		t.Errorf("%v %s %q", err, name, rows)
	}
	if strings.Contains(s.lines.String(), number) {
		t.Error("the log has the number")
	}
}

// A check of the audit is told in words, each break of it.
func TestG22ACheckIsToldInWords(t *testing.T) {
	p, err := loadPages()
	if err != nil {
		t.Fatal(err)
	}
	draw := func(v *door.Verification) string {
		t.Helper()
		text, err := p.main("verify", v)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	for name, x := range map[string]struct {
		v    *door.Verification
		says []string
		not  string
	}{
		"before":  {nil, []string{"Check now"}, "holds together"},
		"sound":   {&door.Verification{Report: audit.Report{Entries: 7, Last: 7, Checkpoints: 2, Proved: 5}, Signed: true}, []string{"holds together", "Entries 1 to 7", "2 agree; entries up to 5"}, "damaged"},
		"unsaved": {&door.Verification{Report: audit.Report{Entries: 7, Last: 7}}, []string{"holds together", "would not be noticed"}, "are those that were signed"},
		"broken": {&door.Verification{Report: audit.Report{Entries: 7, Last: 9, Breaks: 2, Checkpoints: 1, Proved: 5}, Signed: true, Breaks: []audit.Break{{Kind: audit.Gap, Say: "entry 3 is missing"}, {Kind: audit.Changed, Say: "entry 5 <was> changed"}}},
			[]string{"damaged or changed", "2 places are", "entry 3 is missing [gap]", "entry 5 &lt;was&gt; changed"}, "entries up to 5"},
	} {
		text := draw(x.v)
		for _, want := range x.says {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q in %s", name, want, text)
			}
		}
		if strings.Contains(text, x.not) {
			t.Errorf("%s: %q in %s", name, x.not, text)
		}
	}
}
