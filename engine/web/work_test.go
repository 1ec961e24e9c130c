//go:build duckdb_arrow

package web

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/audit"
	"leftshift/engine/snapshot/made"
	"leftshift/engine/worklist"
)

// workedIn is a worklist in a folder with the lists of the snapshot that made
// makes of 40 people, on the snapshot's day at noon.
func workedIn(t testing.TB, folder string, today engine.Day) *worklist.Store {
	t.Helper()
	y, m, d := today.Date()
	store, err := worklist.Open(folder, worklist.Options{Now: func() time.Time { return time.Date(y, time.Month(m), d, 12, 0, 0, 0, time.UTC) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	var rows []worklist.Row
	for team := range 2 {
		rank := 0
		for k := 0; k < 40; k += 5 {
			if k%2 != team {
				continue
			}
			rank++
			rows = append(rows, worklist.Row{List: fmt.Sprintf("team-%d", team), Person: made.Person(k), Practice: fmt.Sprintf("P%d", k%3), Rule: "risk", Rank: rank, Probability: float64(k) / 1000, Reasons: "r"})
		}
	}
	if _, err := store.Sync(context.Background(), worklist.Run{Snapshot: "s", AsOf: today}, rows, nil, nil); err != nil {
		t.Fatal(err)
	}
	return store
}

// onPage reads a person's page as somebody.
type onPage struct {
	path, text string
	item       worklist.Item
}

// page opens person k of team-0's list as "role session user".
func (s *site) page(t *testing.T, k int, as string) onPage {
	t.Helper()
	_, text := s.ask(t, "GET", "/lists/team-0", as, nil)
	m := regexp.MustCompile(`href="(/people/[^"]+)">O&#39;Family&lt;` + made.Person(k).String() + `&gt;`).FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("person %d is not on the list", k)
	}
	_, text = s.ask(t, "GET", m[1], as, nil)
	return onPage{m[1], text, s.item(t, k)}
}

// item is the newest of a person.
func (s *site) item(t *testing.T, k int) worklist.Item {
	t.Helper()
	have, err := s.work.Items(context.Background(), worklist.Query{Person: made.Person(k)})
	if err != nil {
		t.Fatal(err)
	}
	if len(have) == 0 {
		return worklist.Item{}
	}
	return have[len(have)-1]
}

var hidden = regexp.MustCompile(`<input type="hidden" name="(\w+)" value="([^"]*)">`)

// form is what the form that does something holds, as the page has it.
func (p onPage) form(t *testing.T, do string, more ...string) url.Values {
	t.Helper()
	for _, f := range regexp.MustCompile(`(?s)<form[^>]*>.*?</form>`).FindAllString(p.text, -1) {
		out := url.Values{}
		for _, m := range hidden.FindAllStringSubmatch(f, -1) {
			out.Set(m[1], html.UnescapeString(m[2]))
		}
		if out.Get("do") != do {
			continue
		}
		for i := 0; i < len(more); i += 2 {
			out.Set(more[i], more[i+1])
		}
		return out
	}
	t.Fatalf("the page has no form that does %s", do)
	return nil
}

func (p onPage) has(do string) bool { return strings.Contains(p.text, `name="do" value="`+do+`"`) }

// done follows what an act led to.
func (s *site) done(t *testing.T, path, as string, form url.Values) string {
	t.Helper()
	answer, text := s.ask(t, "POST", path, as, form)
	if answer.StatusCode != http.StatusSeeOther {
		t.Fatalf("not done: %d %s", answer.StatusCode, summary(text))
	}
	_, text = s.ask(t, "GET", answer.Header.Get("Location"), as, nil)
	return text
}

// summary is the error summary of a page, "" for none.
func summary(text string) string {
	m := regexp.MustCompile(`(?s)<ul class="nhsuk-list nhsuk-error-summary__list">(.*?)</ul>`).FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	return m[1]
}

const (
	amy = "coordinator s1 amy"
	ben = "coordinator s2 ben"
)

// A whole day with one person, by the forms of the page alone.
func TestR6ACoordinatorsDay(t *testing.T) {
	s := open(t)
	text := s.done(t, s.page(t, 10, amy).path, amy, s.page(t, 10, amy).form(t, "claim"))
	if !strings.Contains(text, "You have taken this person on") || !strings.Contains(text, "Took it on") {
		t.Error("nothing says that it was taken on")
	}
	press := func(want string, more ...string) {
		t.Helper()
		p := s.page(t, 10, amy)
		if text := s.done(t, p.path, amy, p.form(t, "record", more...)); !strings.Contains(text, want) {
			t.Errorf("%v: nothing says %q", more, want)
		}
	}
	press("Saved: in review", "to", "in_review")
	press("Saved: contacted", "to", "contacted", "note", "rang at ten\r\nwill ring <again>", "next-day", "2", "next-month", "4", "next-year", "2026")
	it := s.item(t, 10)
	if it.State != worklist.Contacted || it.Owner.User != "amy" || it.Owner.Team != "team-0" || it.Next.String() != "2026-04-02" || it.Notes != 1 {
		t.Fatalf("%+v", it)
	}
	p := s.page(t, 10, amy)
	for _, want := range []string{"rang at ten\nwill ring &lt;again&gt;", "2 April 2026", "31 March 2026 at 13:00"} {
		if !strings.Contains(p.text, want) {
			t.Errorf("the page does not have %q", want)
		}
	}
	press("The note is saved", "note", "no answer")
	press("The next date is saved", "next-day", "31", "next-month", "3", "next-year", "2026")
	_, list := s.ask(t, "GET", "/lists/team-0?show=due", amy, nil)
	if !strings.Contains(list, "Family&lt;1010&gt;") || strings.Contains(list, "Family&lt;1000&gt;") {
		t.Error("those due are not those shown")
	}
	text = s.done(t, p.path, amy, s.page(t, 10, amy).form(t, "clear"))
	if !strings.Contains(text, "taken off") || s.item(t, 10).Next != engine.NoDay {
		t.Error("the next date stays")
	}
	press("Saved: accepted", "to", "accepted")
	press("Saved: referred", "to", "referred")
	press("Saved: done", "to", "done")
	if it := s.item(t, 10); it.State != worklist.Done || it.Owner.User != "" {
		t.Errorf("%+v", it)
	}
	press("Saved: in review", "to", "in_review")
	press("Saved: not suitable", "to", "not_suitable", "why", "care_home")
	if it := s.item(t, 10); it.Reason != "care_home" {
		t.Errorf("%+v", it)
	}
	changes, err := s.work.History(context.Background(), it.ID)
	if err != nil || len(changes) != 12 {
		t.Errorf("%d changes, %v", len(changes), err)
	}
	acts := 0
	for _, e := range s.entries(t) {
		if e.Event == string(access.ActOnItem) {
			acts++
			if e.Outcome != "allowed" || e.User != "amy" || e.People != 1 || strings.Contains(e.Object+e.Reason+e.Route, "rang") {
				t.Errorf("%+v", e)
			}
		}
	}
	if acts != 11 {
		t.Errorf("the audit has %d acts", acts)
	}
}

func (s *site) entries(t *testing.T) []audit.Entry {
	t.Helper()
	all, err := s.log.Search(context.Background(), audit.Filter{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestR7TwoClaimAtOnceAndOneIsTold(t *testing.T) {
	s := open(t)
	pages := map[string]onPage{amy: s.page(t, 10, amy), ben: s.page(t, 10, ben)}
	var mu sync.Mutex
	var both sync.WaitGroup
	won, lost := "", ""
	var told string
	for as, p := range pages {
		form := p.form(t, "claim")
		both.Go(func() {
			answer, text := s.ask(t, "POST", p.path, as, form)
			mu.Lock()
			defer mu.Unlock()
			if answer.StatusCode == http.StatusSeeOther {
				won += as
			} else {
				lost, told = lost+as, text
			}
		})
	}
	both.Wait()
	if won != amy && won != ben || lost == "" || won == lost {
		t.Fatalf("won %q, lost %q", won, lost)
	}
	for _, want := range []string{"Somebody else has this person", "Sam Reader, care coordinator, team-0", "Do not contact the person"} {
		if !strings.Contains(told, want) {
			t.Errorf("the other is not told %q", want)
		}
	}
	if s.item(t, 10).Owner.User != strings.Fields(won)[2] {
		t.Error("the winner does not have the person")
	}
	// The other can write a note, and nothing else but take over with a reason.
	p := s.page(t, 10, lost)
	if p.has("claim") || p.has("release") || strings.Contains(p.text, `name="to"`) || strings.Contains(p.text, "next-day") {
		t.Error("more is offered than a note")
	}
	s.done(t, p.path, lost, p.form(t, "record", "note", "their daughter rang"))
	// A form made by hand does no more than the page.
	p = s.page(t, 10, lost)
	answer, text := s.ask(t, "POST", p.path, lost, p.form(t, "record", "to", "contacted"))
	if answer.StatusCode != http.StatusOK || !strings.Contains(summary(text), `href="#who"`) {
		t.Errorf("%d %s", answer.StatusCode, summary(text))
	}
	if answer, text = s.ask(t, "POST", p.path, lost, p.form(t, "take")); !strings.Contains(summary(text), `href="#take-note"`) {
		t.Errorf("taken over without a reason: %d", answer.StatusCode)
	}
	s.done(t, p.path, lost, s.page(t, 10, lost).form(t, "take", "note", "they are away"))
	if s.item(t, 10).Owner.User != strings.Fields(lost)[2] {
		t.Error("not taken over")
	}
}

func TestR6ADoublePressCountsOnce(t *testing.T) {
	s := open(t)
	p := s.page(t, 10, amy)
	form := p.form(t, "record", "to", "contacted", "note", "rang")
	for range 3 {
		s.done(t, p.path, amy, form)
	}
	changes, err := s.work.History(context.Background(), p.item.ID)
	if err != nil || len(changes) != 2 {
		t.Errorf("%d changes, %v", len(changes), err)
	}
	// The same key for something else is no repeat.
	form.Set("note", "rang again")
	if _, text := s.ask(t, "POST", p.path, amy, form); summary(text) == "" {
		t.Error("another act with the same key was taken for the first")
	}
}

func TestR7AConflictShowsWhatTheyDidAndKeepsWhatWasTyped(t *testing.T) {
	s := open(t)
	p := s.page(t, 10, amy)
	form := p.form(t, "record", "to", "not_suitable", "why", "palliative", "note", "typed by amy")
	q := s.page(t, 10, ben)
	s.done(t, q.path, ben, q.form(t, "record", "to", "in_review", "note", "looked at by ben"))
	q = s.page(t, 10, ben)
	s.done(t, q.path, ben, q.form(t, "release"))
	before := s.item(t, 10)
	answer, text := s.ask(t, "POST", p.path, amy, form)
	if answer.StatusCode != http.StatusOK || s.item(t, 10) != before {
		t.Fatalf("%d", answer.StatusCode)
	}
	for _, want := range []string{"Somebody changed this entry", `id="since"`, "Since you opened this page", "looked at by ben", ">typed by amy</textarea>", `value="palliative" selected`, `value="not_suitable" aria-describedby="to-not_suitable-hint" checked`} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not have %q", want)
		}
	}
	// Pressed again on what is shown now, it is done.
	again := onPage{p.path, text, before}
	s.done(t, p.path, amy, again.form(t, "record", "to", "not_suitable", "why", "palliative", "note", "typed by amy"))
	if it := s.item(t, 10); it.State != worklist.NotSuitable || it.Reason != "palliative" {
		t.Errorf("%+v", it)
	}
	for _, e := range s.entries(t) {
		if e.Event == string(access.ActOnItem) && e.Outcome == "worklist-conflict" && e.User == "amy" {
			return
		}
	}
	t.Error("the audit does not say that it was not done")
}

func TestR6WhatIsWrongIsSaidAtItsField(t *testing.T) {
	s := open(t)
	p := s.page(t, 10, amy)
	for _, x := range []struct {
		field string
		more  []string
	}{
		{"note", nil},
		{"why", []string{"to", "not_suitable"}},
		{"note", []string{"to", "not_suitable", "why", "other"}},
		{"why", []string{"to", "contacted", "why", "died"}},
		{"why", []string{"to", "not_suitable", "why", "nonsense"}},
		{"to", []string{"to", "accepted"}},
		{"to", []string{"to", "nonsense"}},
		{"next-day", []string{"next-day", "30", "next-month", "2", "next-year", "2027"}},
		{"next-day", []string{"next-day", "30", "next-year", "2027"}},
		{"next-day", []string{"to", "contacted", "next-day", "1", "next-month", "3", "next-year", "26"}},
		{"next-day", []string{"next-day", "30", "next-month", "3", "next-year", "2026"}},
		{"note", []string{"note", strings.Repeat("x", worklist.LongestNote+1)}},
	} {
		answer, text := s.ask(t, "POST", p.path, amy, p.form(t, "record", x.more...))
		if answer.StatusCode != http.StatusOK || !strings.Contains(summary(text), `href="#`+x.field+`"`) || !strings.Contains(text, `id="`+x.field+`"`) || !strings.Contains(text, "<title>Error: ") {
			t.Errorf("%.80v: %d %s", x.more, answer.StatusCode, summary(text))
		}
	}
	for _, form := range []url.Values{{}, {"do": {"record"}, "note": {"x"}}, {"do": {"explode"}, "item": {"1"}, "version": {"1"}}} {
		if answer, text := s.ask(t, "POST", p.path, amy, form); answer.StatusCode != http.StatusOK || summary(text) == "" {
			t.Errorf("%v: %d", form, answer.StatusCode)
		}
	}
	if it := s.item(t, 10); it != p.item {
		t.Errorf("%+v", it)
	}
}

func TestR6NobodyElsesItemIsActedOnThroughAPerson(t *testing.T) {
	s := open(t)
	p := s.page(t, 10, amy)
	form := p.form(t, "claim")
	form.Set("item", fmt.Sprint(s.item(t, 20).ID))
	if answer, _ := s.ask(t, "POST", p.path, amy, form); answer.StatusCode != http.StatusNotFound || s.item(t, 20).Owner.User != "" {
		t.Errorf("%d", answer.StatusCode)
	}
}

func TestB18ActsAreRefusedAlikeOutsideTheCaseload(t *testing.T) {
	s := open(t)
	form := s.page(t, 10, amy).form(t, "claim")
	last := ""
	for name, path := range map[string]string{"another session's": s.page(t, 10, ben).path, "nobody": "/people/x"} {
		answer, text := s.ask(t, "POST", path, amy, form)
		if answer.StatusCode != http.StatusNotFound || last != "" && last != text {
			t.Errorf("%s: %d", name, answer.StatusCode)
		}
		last = text
	}
	for _, as := range []string{"analyst s1", "administrator s1", "ambulance s1", "ig_lead s1"} {
		if answer, _ := s.ask(t, "POST", s.page(t, 10, amy).path, as, form); answer.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %d", as, answer.StatusCode)
		}
	}
	if s.item(t, 10).Owner.User != "" {
		t.Error("somebody took them on")
	}
}

func TestR6WhoDiedStopsAtOnce(t *testing.T) {
	s := open(t)
	p := s.page(t, 10, amy)
	s.done(t, p.path, amy, p.form(t, "claim"))
	p = s.page(t, 10, amy)
	if n, err := s.work.Deaths(context.Background(), worklist.Run{Snapshot: "s"}, []engine.Person{made.Person(10)}); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	answer, text := s.ask(t, "POST", p.path, amy, p.form(t, "record", "to", "contacted"))
	if answer.StatusCode != http.StatusOK || !strings.Contains(text, "This person has died") || summary(text) == "" {
		t.Errorf("%d %s", answer.StatusCode, summary(text))
	}
	p = s.page(t, 10, amy)
	if p.has("claim") || p.has("release") || p.has("take") || strings.Contains(p.text, `name="to"`) || strings.Contains(p.text, "next-day") {
		t.Error("more is offered than a note")
	}
	s.done(t, p.path, amy, p.form(t, "record", "note", "the family was rung"))
	if _, list := s.ask(t, "GET", "/lists/team-0", amy, nil); !strings.Contains(list, "Has died") {
		t.Error("the list does not say so")
	}
}

// The narrower roles act, and see what is theirs.
func TestB18NarrowerRolesAndTheWorklist(t *testing.T) {
	s := open(t)
	p := s.page(t, 10, amy)
	s.done(t, p.path, amy, p.form(t, "record", "to", "contacted", "note", "a private word"))
	_, text := s.ask(t, "GET", p.path, "ambulance s1 crew", nil)
	if strings.Contains(text, "a private word") || strings.Contains(text, "<textarea") || !strings.Contains(text, "Sam Reader, care coordinator, team-0") {
		t.Error("an ambulance crew reads notes, may act, or is not told who has the person")
	}
	_, text = s.ask(t, "GET", p.path, "pharmacy s1 pat", nil)
	if !strings.Contains(text, "a private word") || strings.Contains(text, "in 100") {
		t.Error("a pharmacy reads no notes, or the risk")
	}
}

func TestR8APersonIsAddedByHandAndFollowed(t *testing.T) {
	s := open(t)
	form := func(more ...string) url.Values {
		out := url.Values{"key": {"k1"}, "team": {"team-0"}, "worry": {"fall"}, "note": {"found on the stairs"}, "nhs-number": {number}}
		for i := 0; i < len(more); i += 2 {
			out.Set(more[i], more[i+1])
		}
		return out
	}
	for field, more := range map[string][]string{"nhs-number": {"nhs-number", "123"}, "team": {"team", ""}, "worry": {"worry", "x"}, "note": {"worry", "other", "note", " "}} {
		if answer, text := s.ask(t, "POST", "/add", amy, form(more...)); answer.StatusCode != http.StatusOK || !strings.Contains(summary(text), `href="#`+field+`"`) {
			t.Errorf("%s: %d %s", field, answer.StatusCode, summary(text))
		}
	}
	// The number is nobody's here: as for someone else's patient.
	if answer, _ := s.ask(t, "POST", "/add", amy, form()); answer.StatusCode != http.StatusNotFound {
		t.Errorf("nobody was added: %d", answer.StatusCode)
	}
	// Person 3 of practice P0 is on no list.
	path := "/people/" + s.app.references.of("s1", made.Person(3))
	_, text := s.ask(t, "GET", path, amy, nil)
	if !strings.Contains(text, `href="`+path+`/add"`) {
		t.Fatal("nothing leads to the form")
	}
	if answer, _ := s.ask(t, "POST", path+"/add", amy, form("team", "team-1")); answer.StatusCode != http.StatusForbidden {
		t.Errorf("added to another team's list: %d", answer.StatusCode)
	}
	outside := "/people/" + s.app.references.of("s1", made.Person(1)) // practice P1, team-1
	if answer, _ := s.ask(t, "POST", outside+"/add", amy, form()); answer.StatusCode != http.StatusNotFound {
		t.Errorf("someone else's patient was added: %d", answer.StatusCode)
	}
	for range 2 {
		if text := s.done(t, path+"/add", amy, form()); !strings.Contains(text, "The person is on the list now") || !strings.Contains(text, "found on the stairs") {
			t.Error("nothing says that they were added")
		}
	}
	if text := s.done(t, path+"/add", ben1(amy), form("key", "k2")); !strings.Contains(text, "on the list already") {
		t.Error("nothing says that they were there already")
	}
	it := s.item(t, 3)
	if it.Source != worklist.ByHand || it.Worry != worklist.Fall || it.Probability != .003 || it.Practice != "P0" {
		t.Errorf("%+v", it)
	}
	if have, err := s.work.Items(context.Background(), worklist.Query{Person: made.Person(3)}); err != nil || len(have) != 1 {
		t.Errorf("%d items, %v", len(have), err)
	}
	for _, show := range []string{"", "?show=new"} {
		if _, list := s.ask(t, "GET", "/lists/team-0"+show, amy, nil); !strings.Contains(list, "Family&lt;1003&gt;") || !strings.Contains(list, "Added by hand") {
			t.Errorf("the list %s does not have them", show)
		}
	}
	for _, e := range s.entries(t) {
		if e.Event == string(access.AddPerson) && (e.Reason != "had a fall" || strings.Contains(e.Reason+e.Object, "stairs")) {
			t.Errorf("%+v", e)
		}
	}
}

// ben1 is another user in the same session's references.
func ben1(as string) string { return strings.Replace(as, "amy", "ben", 1) }

func TestR12ColumnsAreChosenAndRemembered(t *testing.T) {
	s := open(t)
	head := func(cookie, as string) string {
		t.Helper()
		_, text := s.ask(t, "GET", "/lists/team-0", as, nil, "Cookie", cookie)
		return regexp.MustCompile(`(?s)<thead.*?</thead>`).FindString(text)
	}
	if h := head("", amy); strings.Contains(h, "Telephone") || strings.Contains(h, "Band") || strings.Count(h, "<th ") != 9 {
		t.Errorf("the standard columns are %s", h)
	}
	answer, _ := s.ask(t, "POST", "/lists/team-0/columns", amy, url.Values{"column": {"phone", "state", "nonsense;", "band"}})
	cookie := answer.Header.Get("Set-Cookie")
	if answer.Header.Get("Location") != "/lists/team-0" || !strings.Contains(cookie, "HttpOnly") || strings.Contains(cookie, "amy") || strings.Contains(cookie, "nonsense") {
		t.Fatal(cookie)
	}
	pair, _, _ := strings.Cut(cookie, ";")
	if h := head(pair, amy); strings.Count(h, "<th ") != 4 || !strings.Contains(h, "Telephone") || !strings.Contains(h, "State") {
		t.Errorf("the chosen columns are %s", h)
	}
	if h := head(pair, ben); strings.Count(h, "<th ") != 9 {
		t.Errorf("another user has them too: %s", h)
	}
	// A column that the role may not see stays away, whatever the cookie says.
	if h := head(pair, "pharmacy s1 amy"); !strings.Contains(h, "Telephone") || strings.Contains(h, "Band") {
		t.Errorf("a pharmacy sees %s", h)
	}
	answer, _ = s.ask(t, "POST", "/lists/team-0/columns", amy, url.Values{"standard": {"1"}})
	if !strings.Contains(answer.Header.Get("Set-Cookie"), "Max-Age=0") {
		t.Error("the standard columns do not come back")
	}
}

func TestR4R7TheFiltersOfAList(t *testing.T) {
	s := open(t)
	p := s.page(t, 10, amy)
	s.done(t, p.path, amy, p.form(t, "claim"))
	count := func(show, as string) int {
		_, text := s.ask(t, "GET", "/lists/team-0"+show, as, nil)
		return len(toPerson.FindAllString(text, -1))
	}
	for _, x := range []struct {
		show, as string
		want     int
	}{{"", amy, 4}, {"?show=mine", amy, 1}, {"?show=mine", ben, 0}, {"?show=new", amy, 4}, {"?show=due", amy, 0}, {"?show=nonsense", amy, 4}} {
		if got := count(x.show, x.as); got != x.want {
			t.Errorf("%s as %s: %d people, not %d", x.show, x.as, got, x.want)
		}
	}
	// The audit is about those shown.
	for _, e := range s.entries(t) {
		if e.Event == string(access.OpenList) {
			if e.People != 4 { // the last asked
				t.Errorf("%d people", e.People)
			}
			break
		}
	}
	s.ask(t, "GET", "/lists/team-0?show=mine", amy, nil)
	if e := s.entries(t)[0]; e.People != 1 {
		t.Errorf("an entry about %d people for a list of one", e.People)
	}
}

func TestB22AnActIsNotDoneWhenTheAuditCannotBeWrittenAndSaidWhenTheWorklistCannot(t *testing.T) {
	s := open(t)
	p := s.page(t, 10, amy)
	form := p.form(t, "claim")
	if err := s.work.Close(); err != nil {
		t.Fatal(err)
	}
	if answer, text := s.ask(t, "POST", p.path, amy, form); answer.StatusCode < 500 || strings.Contains(text, "taken this person on") {
		t.Errorf("the worklist is closed: %d", answer.StatusCode)
	}
	s = open(t)
	p = s.page(t, 10, amy)
	form = p.form(t, "claim")
	if err := s.log.Close(); err != nil {
		t.Fatal(err)
	}
	if answer, _ := s.ask(t, "POST", p.path, amy, form); answer.StatusCode != http.StatusServiceUnavailable || s.item(t, 10).Owner.User != "" {
		t.Errorf("the audit is closed: %d, owner %q", answer.StatusCode, s.item(t, 10).Owner.User)
	}
}

// 200 people at once, each with the page in front of them: every note is there
// once, one has the person, and the audit has every press.
func TestR7TwoHundredAtOnceLoseNothing(t *testing.T) {
	s := open(t)
	const users = 200
	p := s.page(t, 10, "coordinator s1 u0")
	claim, note := p.form(t, "claim"), p.form(t, "record")
	room := make(chan bool, 32) // at once on the wire
	var mu sync.Mutex
	var all sync.WaitGroup
	claimed, notes := 0, 0
	for u := range users {
		all.Go(func() {
			room <- true
			defer func() { <-room }()
			as := fmt.Sprintf("coordinator s1 u%d", u)
			press := func(from url.Values, do, text string) bool {
				form := url.Values{}
				for k, v := range from {
					form[k] = v
				}
				form.Set("key", do)
				form.Set("note", text)
				answer, _ := s.ask(t, "POST", p.path, as, form)
				return answer.StatusCode == http.StatusSeeOther
			}
			c := press(claim, "c", "")
			n := press(note, "n", fmt.Sprintf("note of %d", u))
			mu.Lock()
			defer mu.Unlock()
			if c {
				claimed++
			}
			if n {
				notes++
			}
		})
	}
	all.Wait()
	it := s.item(t, 10)
	changes, err := s.work.History(context.Background(), it.ID)
	if err != nil {
		t.Fatal(err)
	}
	seen, claims := map[string]int{}, 0
	for _, c := range changes {
		switch c.Kind {
		case worklist.Note:
			seen[c.Note]++
		case worklist.Claim:
			claims++
		}
	}
	if claimed != 1 || claims != 1 || notes != users || it.Notes != users || len(seen) != users || len(changes) != users+2 {
		t.Errorf("%d told that they have the person, %d do; %d told that their note is saved, %d notes of %d kinds; %d changes", claimed, claims, notes, it.Notes, len(seen), len(changes))
	}
	if wrong, err := s.work.Rebuild(context.Background()); wrong != 0 || err != nil {
		t.Errorf("%d items are not as their history has them, %v", wrong, err)
	}
	got, err := s.log.Search(context.Background(), audit.Filter{Event: string(access.ActOnItem), Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	allowed := 0
	for _, e := range got {
		if e.Outcome == "allowed" {
			allowed++
		}
	}
	if allowed != 2*users {
		t.Errorf("the audit has %d presses of %d", allowed, 2*users)
	}
}

// R7, G13: an open item on a team is a relationship with it, and no longer when
// all is done.
func TestG13AnOpenItemIsARelationship(t *testing.T) {
	s := open(t)
	path := "/people/" + s.app.references.of("s1", made.Person(1)) // practice P1, team-1
	if answer, _ := s.ask(t, "GET", path, amy, nil); answer.StatusCode != http.StatusNotFound {
		t.Fatalf("%d", answer.StatusCode)
	}
	by := worklist.Actor{User: "eve", Organisation: "P9"}
	added, err := s.work.Add(context.Background(), by, worklist.Addition{Key: "k", List: "team-0", Person: made.Person(1), Practice: "P1", Worry: worklist.Fall})
	if err != nil {
		t.Fatal(err)
	}
	answer, text := s.ask(t, "GET", path, amy, nil)
	if answer.StatusCode != http.StatusOK || !strings.Contains(text, "Added by hand: had a fall") {
		t.Fatalf("%d", answer.StatusCode)
	}
	p := onPage{path, text, added.Item}
	for _, to := range []string{"in_review", "done"} {
		form := p.form(t, "record", "to", to)
		answer, _ := s.ask(t, "POST", path, amy, form)
		if answer.StatusCode != http.StatusSeeOther {
			t.Fatalf("%s: %d", to, answer.StatusCode)
		}
		_, p.text = s.ask(t, "GET", path, amy, nil)
	}
	if answer, _ := s.ask(t, "GET", path, amy, nil); answer.StatusCode != http.StatusNotFound {
		t.Errorf("all is done, and they are shown: %d", answer.StatusCode)
	}
}

func TestR6WhatAReviewerSaidOfDeathCanBeTakenBack(t *testing.T) {
	s := open(t)
	p := s.page(t, 10, amy)
	if text := s.done(t, p.path, amy, p.form(t, "record", "to", "not_suitable", "why", "died")); !strings.Contains(text, "This person has died") {
		t.Error("the page does not say so")
	}
	p = s.page(t, 10, amy)
	if text := s.done(t, p.path, amy, p.form(t, "record", "to", "in_review", "note", "the wrong person")); strings.Contains(text, "This person has died") {
		t.Error("the page still says so")
	}
}

func TestR1TheDayBeginsWithWhatIsDue(t *testing.T) {
	s := open(t)
	p := s.page(t, 10, amy)
	s.done(t, p.path, amy, p.form(t, "record", "next-day", "31", "next-month", "3", "next-year", "2026"))
	for as, want := range map[string]string{amy: ">1 yours<", ben: ">0 yours<"} {
		_, text := s.ask(t, "GET", "/lists", as, nil)
		if !strings.Contains(text, ">1 due today<") || !strings.Contains(text, want) || !strings.Contains(text, ">4 new<") {
			t.Errorf("%s begins with %s", as, regexp.MustCompile(`(?s)<main.*?</ul>`).FindString(text))
		}
	}
}

// R7: who has somebody for another list is said, and nobody else begins.
func TestR7WhoHasThemForAnotherListIsSaid(t *testing.T) {
	s := open(t)
	ctx := context.Background()
	eve := worklist.Actor{User: "eve", Role: "pharmacy", Organisation: "P9", Team: "team-1"}
	added, err := s.work.Add(ctx, eve, worklist.Addition{Key: "k", List: "team-1", Person: made.Person(10), Practice: "P1", Worry: worklist.Family})
	if err != nil {
		t.Fatal(err)
	}
	before := s.page(t, 10, amy)
	for _, it := range []string{"Also on the list team-1", "Take this person on"} {
		if !strings.Contains(before.text, it) {
			t.Errorf("the page has no %q", it)
		}
	}
	if _, err := s.work.Act(ctx, eve, worklist.Action{Key: "k2", Item: added.Item.ID, Version: added.Item.Version, Kind: worklist.Claim, Next: engine.NoDay}); err != nil {
		t.Fatal(err)
	}
	before.item = added.Item
	answer, text := s.ask(t, "POST", before.path, amy, before.form(t, "record", "to", "contacted", "note", "kept"))
	if answer.StatusCode != http.StatusOK || !strings.Contains(text, "Pharmacy team, team-1") || !strings.Contains(text, ">kept</textarea>") || !strings.Contains(summary(text), `href="#who"`) {
		t.Errorf("%d %s", answer.StatusCode, summary(text))
	}
	p := s.page(t, 10, amy)
	if p.has("claim") || p.has("take") || strings.Contains(p.text, `name="to"`) {
		t.Error("more is offered than a note")
	}
	if _, list := s.ask(t, "GET", "/lists/team-0", amy, nil); !strings.Contains(list, "Pharmacy team, team-1") {
		t.Error("the list does not say who has them")
	}
}
