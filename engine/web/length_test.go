//go:build duckdb_arrow

package web

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"leftshift/engine"
	"leftshift/engine/audit"
	"leftshift/engine/door"
	"leftshift/engine/worklist"
)

// namedIn are the people of a page of a list, in its order.
func namedIn(text string) (out []string) {
	body, _, _ := strings.Cut(text[strings.Index(text, "<tbody"):], "</tbody>")
	for _, m := range regexp.MustCompile(`O&#39;Family&lt;(\d+)&gt;`).FindAllStringSubmatch(body, -1) {
		out = append(out, m[1])
	}
	return out
}

func (s *site) listed(t *testing.T, query, as string) (people []string, text string) {
	t.Helper()
	answer, text := s.ask(t, "GET", "/lists/team-0"+query, as, nil)
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d", query, answer.StatusCode)
	}
	return namedIn(text), text
}

func TestR1ATeamSetsHowLongItsListIs(t *testing.T) {
	s := open(t)
	_, text := s.listed(t, "", amy)
	key := regexp.MustCompile(`name="key" value="([^"]+)"`).FindStringSubmatch(text)
	if key == nil || !strings.Contains(text, "cut to 4 people, the configured number") || !strings.Contains(text, "1 of the 4 people (25%) were on this list 30 days before") {
		t.Fatal("the page does not say how long the list is, or cannot set it")
	}
	set := func(as, people string, more ...string) (*http.Response, string) {
		form := url.Values{"key": {"k" + people + strings.Join(more, "")}, "people": {people}, "reason": {"half <term>"}}
		for _, m := range more {
			form.Set(m, "1")
		}
		return s.ask(t, "POST", "/lists/team-0/length", as, form)
	}
	for _, bad := range []string{"", "0", "501", "-3", "ten", "1e2", "12.5"} {
		if answer, text := set(amy, bad); answer.StatusCode != http.StatusOK || !strings.Contains(summary(text), `href="#people"`) || !strings.Contains(text, `value="`+bad+`"`) {
			t.Errorf("%q: %d, %s", bad, answer.StatusCode, summary(text))
		}
	}
	if have, err := s.work.Capacities(t.Context()); err != nil || len(have) != 0 {
		t.Errorf("%v, %v", have, err)
	}
	s.done(t, s.page(t, 30, ben).path, ben, s.page(t, 30, ben).form(t, "claim"))
	answer, _ := set(amy, "2")
	if answer.StatusCode != http.StatusSeeOther {
		t.Fatal(answer.StatusCode)
	}
	e := s.newest(t)
	if e.Event != "set_capacity" || e.Object != "team-0: 2 people" || e.Reason != "half <term>" || e.People != 0 || e.User != "amy" {
		t.Errorf("the audit has %+v", e)
	}
	// Until the night, the first two, and whom somebody has begun with.
	few, text := s.listed(t, "", amy)
	if !slices.Equal(few, []string{"1000", "1010", "1030"}) || !strings.Contains(text, "1 person with a lower risk, whom nobody has begun with, is not shown") || !strings.Contains(text, "Set by You on") || !strings.Contains(text, "half &lt;term&gt;") {
		t.Errorf("%v", few)
	}
	if _, text = s.listed(t, "", ben); !strings.Contains(text, "Set by Sam Reader, care coordinator, team-0 on 31 March 2026") {
		t.Error("others are not told who set it, and when")
	}
	all, text := s.listed(t, "?all=1", amy)
	if len(all) != 4 || !strings.Contains(text, "Show the first 2") || !strings.Contains(text, `href="/people/`) || !strings.Contains(text, "all=1") {
		t.Errorf("%v", all)
	}
	// A pharmacy is told, and may not set it.
	if _, text = s.listed(t, "", "pharmacy s1 pat"); strings.Contains(text, "/length") || !strings.Contains(text, "2 people") {
		t.Error("a pharmacy may set how long the list is, or is not told")
	}
	// The file holds whom the page holds.
	_, file := s.ask(t, "POST", "/lists/team-0/export", amy, url.Values{"shape": {"csv"}, "reason": {"because"}})
	if strings.Count(file, "\n") != 4 {
		t.Errorf("%d lines in the file", strings.Count(file, "\n"))
	}
	_, file = s.ask(t, "POST", "/lists/team-0/export?all=1", amy, url.Values{"shape": {"csv"}, "reason": {"because"}})
	if strings.Count(file, "\n") != 5 {
		t.Errorf("%d lines in the file", strings.Count(file, "\n"))
	}
	if answer, _ = set(amy, "", "standard"); answer.StatusCode != http.StatusSeeOther {
		t.Fatal(answer.StatusCode)
	}
	if all, text = s.listed(t, "", amy); len(all) != 4 || !strings.Contains(text, "It stays at the configured number") {
		t.Errorf("%v", all)
	}
}

func TestF5AListIsOrderedWithinAGapAndTheNumbersStay(t *testing.T) {
	s := open(t)
	risk := regexp.MustCompile(`(?s)Family&lt;(\d+)&gt;.*?((?:about|less than) \d+ in 100)`)
	numbers := func(text string) map[string]string {
		out := map[string]string{}
		for _, m := range risk.FindAllStringSubmatch(text[strings.Index(text, "<tbody"):], -1) {
			out[m[1]] = m[2]
		}
		return out
	}
	_, plain := s.listed(t, "", amy)
	was := numbers(plain)
	for query, want := range map[string][]string{
		"?gap=vaccination_missed&order=gap-first": {"1000", "1020", "1010", "1030"},
		"?gap=any&order=gap-first":                {"1000", "1020", "1010", "1030"},
		"?gap=any":                                {"1000", "1020"},
		"?order=gap-first":                        {"1000", "1010", "1020", "1030"},
		"?gap=nonsense&order=gap-first":           {"1000", "1010", "1020", "1030"},
		"?gap=any&order=nonsense":                 {"1000", "1020"},
		"?gap=palliative_no_plan&order=gap-first": {"1000", "1010", "1020", "1030"}, // not for a coordinator: it moves nobody
	} {
		have, text := s.listed(t, query, amy)
		if !slices.Equal(have, want) {
			t.Errorf("%s: %v", query, have)
		}
		for p, r := range numbers(text) {
			if was[p] != r {
				t.Errorf("%s: the risk of %s is %s, not %s", query, p, r, was[p])
			}
		}
	}
	if len(was) != 4 {
		t.Errorf("%v", was)
	}
	// It is said above the table, on the sheet and in the file, and leads on.
	const first = "First the people with something that could be changed, the highest risk first; then the others"
	for _, path := range []string{"/lists/team-0", "/lists/team-0/sheet", "/lists/team-0/export"} {
		if _, text := s.ask(t, "GET", path+"?gap=any&order=gap-first", amy, nil); !strings.Contains(text, first) {
			t.Errorf("%s does not say its order", path)
		}
	}
	_, text := s.listed(t, "?gap=any&order=gap-first", amy)
	if !strings.Contains(text, `/export?gap=any&amp;order=gap-first"`) || !strings.Contains(text, `/sheet?gap=any&amp;order=gap-first"`) {
		t.Error("the order does not go with sheet and file")
	}
	_, file := s.ask(t, "POST", "/lists/team-0/export?gap=any&order=gap-first", amy, url.Values{"shape": {"csv"}, "reason": {"because"}})
	at := func(p string) int { return strings.Index(file, "Family<"+p+">") }
	if at("1000") < 0 || at("1020") < at("1000") || at("1010") < at("1020") || at("1030") < at("1010") {
		t.Error("the file is in another order")
	}
}

func TestR5ATeamIsToldWhyItsPeopleAreLeftOut(t *testing.T) {
	s := open(t)
	_, text := s.ask(t, "GET", "/lists/team-0/left", amy, nil)
	for _, want := range []string{"<li>15 have died</li>", "<li>* live in a care home</li>", "<li>20 rank below the places on the list</li>"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if _, text := s.ask(t, "POST", "/lists/team-0/because", "ig_lead s1/nowhere", url.Values{"reason": {"because"}}); strings.Contains(text, "live in a care home") {
		t.Error("who is in no team is told of a team's people")
	}
}

// A day's calls: whoever saves one is led to the next person of the view.
func TestR6SavingLeadsToTheNextPerson(t *testing.T) {
	s := open(t)
	const query = "?gap=any&order=gap-first"
	_, text := s.listed(t, query, amy)
	path := strings.ReplaceAll(toPerson.FindStringSubmatch(text)[1], "&amp;", "&")
	if !strings.HasSuffix(path, query) {
		t.Fatalf("the way to a person loses the view: %s", path)
	}
	s.done(t, s.page(t, 20, ben).path, ben, s.page(t, 20, ben).form(t, "claim")) // the second is somebody else's
	var met []string
	for range 5 {
		_, text := s.ask(t, "GET", path, amy, nil)
		met = append(met, regexp.MustCompile(`Family&lt;(\d+)&gt;`).FindStringSubmatch(text)[1])
		form := onPage{path: path, text: text}.form(t, "record", "to", "contacted", "next-in", "2026-04-07", "then", "next")
		answer, text := s.ask(t, "POST", path, amy, form)
		if answer.StatusCode != http.StatusSeeOther {
			t.Fatal(answer.StatusCode, summary(text))
		}
		path = answer.Header.Get("Location")
		if strings.HasPrefix(path, "/lists/") {
			break
		}
		if !strings.Contains(path, "gap=any&order=gap-first&before=contacted") {
			t.Errorf("%s", path)
		}
	}
	if !slices.Equal(met, []string{"1000", "1010", "1030"}) {
		t.Errorf("met %v", met)
	}
	if _, text := s.ask(t, "GET", path, amy, nil); !strings.Contains(text, "Saved: contacted. Nobody comes after in this list") || !strings.Contains(text, "autofocus") {
		t.Error("the list does not say that all are done")
	}
	if it := s.item(t, 30); it.Next.String() != "2026-04-07" || it.Owner.User != "amy" {
		t.Errorf("%+v", it)
	}
	e := s.entries(t)
	if k := slices.IndexFunc(e, func(x audit.Entry) bool { return x.Object == "team-0: the next person" }); k < 0 || e[k].Event != "open_list" {
		t.Error("who comes next is not in the audit")
	}
	// Both days, a date that stands, and one that is not needed any more.
	p := s.page(t, 30, amy)
	if answer, text := s.ask(t, "POST", p.path, amy, p.form(t, "record", "next-in", "2026-04-07", "next-day", "9", "next-month", "4", "next-year", "2026")); answer.StatusCode != http.StatusOK || !strings.Contains(summary(text), "not both") {
		t.Error("two days at once are taken")
	}
	s.done(t, p.path, amy, p.form(t, "record", "next-in", "2026-04-07", "next-was", "2026-04-07", "note", "a word"))
	if it := s.item(t, 30); it.Version != p.item.Version || it.Notes != p.item.Notes+1 {
		t.Errorf("a note alone changed the entry: %+v", it)
	}
	p = s.page(t, 30, amy)
	if !strings.Contains(p.text, `name="next-was" value="2026-04-07"`) || !strings.Contains(p.text, `value="2026-04-07" selected>As it is`) {
		t.Error("the date that stands is not kept")
	}
	s.done(t, p.path, amy, p.form(t, "record", "to", "declined", "next-in", "2026-04-07", "next-was", "2026-04-07"))
	if it := s.item(t, 30); it.State != worklist.Declined || it.Next.String() != "" {
		t.Errorf("%+v", it)
	}
}

// Five working days offer the next of them; a weekend is passed over.
func TestR6TheNextDateIsAWorkingDay(t *testing.T) {
	s := open(t)
	text := s.page(t, 10, amy).text
	for _, want := range []string{"Next weekday: Wednesday 1 April 2026", "In a week: Tuesday 7 April 2026", "In 3 months: Tuesday 30 June 2026"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not offer %q", want)
		}
	}
}

// R6: no next date that is offered falls on a weekend.
func TestR6OfferedDatesAreWeekdays(t *testing.T) {
	for d := engine.Day(20000); d < 20014; d++ {
		p := personPage{Person: &door.Person{Today: d}}
		for _, s := range p.Soon() {
			if strings.Contains(s.Text, "Saturday") || strings.Contains(s.Text, "Sunday") {
				t.Errorf("%s: %s", d, s.Text)
			}
		}
	}
}
