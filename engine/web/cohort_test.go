//go:build duckdb_arrow

package web

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"leftshift/engine"
	"leftshift/engine/audit"
	"leftshift/engine/cohort"
	"leftshift/engine/door"
	"leftshift/engine/snapshot/made"
)

// cohorts are a ledger and a shelf of nothing but the examples.
func cohorts(t *testing.T) *door.Cohorts {
	t.Helper()
	state := t.TempDir()
	ledger, err := cohort.OpenLedger(state, nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &door.Cohorts{Ledger: ledger, Shelf: &cohort.Shelf{State: filepath.Join(state, "cohorts")}}
	t.Cleanup(func() {
		c.Close()
		_ = ledger.Close()
	})
	return c
}

// counting is the application over a crowd, whose cohorts may be counted.
func counting(t *testing.T) *site {
	t.Helper()
	data := t.TempDir()
	made.Crowd(t, data, 1200)
	return countingOn(t, data)
}

func countingOn(t *testing.T, data string) *site {
	t.Helper()
	at := made.Open(t, data, audit.Options{})
	app, err := New(Options{Service: "Test ICS", SignIn: testGate, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Limits: Limits{PerAddress: 1e6, PerSession: 1e6, Burst: 1e6},
		Doors: door.New(door.Options{Snapshots: at.Snapshots, Audit: at.Audit, Vault: vault{}, Today: func() engine.Day { return at.Today }, Recheck: 7, Stale: 7, Cohorts: cohorts(t)})})
	if err != nil {
		t.Fatal(err)
	}
	s := &site{Server: httptest.NewServer(app), app: app, log: at.Audit, lines: &strings.Builder{}}
	t.Cleanup(s.Close)
	return s
}

var (
	markOf   = regexp.MustCompile(`name="mark" value="([^"]+)"`)
	numberOf = regexp.MustCompile(`<td class="nhsuk-table__cell app-number">([^<]*)</td>`)
)

// begin makes a draft and gives its path.
func (s *site) begin(t *testing.T, as, from string) string {
	t.Helper()
	answer, text := s.ask(t, "POST", "/cohorts/new", as, url.Values{"from": {from}})
	if answer.StatusCode != http.StatusSeeOther {
		t.Fatal(answer.StatusCode, text)
	}
	return answer.Header.Get("Location")
}

// send sends a form of a draft's page, made of what the draft is now.
func (s *site) send(t *testing.T, draft, as, to string, form url.Values) (*http.Response, string) {
	t.Helper()
	_, text := s.ask(t, "GET", draft, as, nil)
	m := markOf.FindStringSubmatch(text)
	if m == nil {
		t.Fatal("the page of a draft has no mark:", text)
	}
	form.Set("mark", m[1])
	return s.ask(t, "POST", draft+to, as, form)
}

func condition(at, field, op string, values ...string) url.Values {
	return url.Values{"do": {"condition"}, "at": {at}, "field": {field}, "op": {op}, "value": values}
}

// controlled says whether a number of a page or file may leave.
func controlled(text string) error {
	text = strings.ReplaceAll(text, ",", "")
	if text == "*" || text == "–" || strings.HasSuffix(text, "%") {
		return nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n%5 != 0 || n < 0 {
		return fmt.Errorf("%q is no controlled number", text)
	}
	return nil
}

// A1, A2, A3: a cohort is built by forms alone, counted after each step, saved
// with a version, counted in full, taken away as a file that says the same, and
// each of these is in the audit with the hash of what was asked.
func TestA1A2A3ACohortIsBuiltCountedAndSaved(t *testing.T) {
	s := counting(t)
	as := "analyst s1"
	draft := s.begin(t, as, "")
	_, text := s.ask(t, "GET", draft+"?find=age", as, nil)
	if !strings.Contains(text, `<optgroup label="The person">`) || !strings.Contains(text, `<option value="age">Age</option>`) || strings.Contains(text, "So far") {
		t.Error("the fields are not found, or nothing is counted:", text)
	}
	for _, form := range []url.Values{
		condition("", "age", "at_least", "40"), {"do": {"group"}, "at": {""}, "group": {"any"}},
		condition("1", "sex", "in", "female"), condition("1", "band", "in", "high", "very high"),
		condition("", "age", "at_most", "90"), {"do": {"remove"}, "at": {"2"}},
	} {
		if answer, text := s.send(t, draft, as, "", form); answer.StatusCode != http.StatusSeeOther {
			t.Fatalf("%v: %d %s", form, answer.StatusCode, text)
		}
	}
	_, text = s.ask(t, "GET", draft, as, nil)
	for _, want := range []string{"Age is at least 40 years", "Any of these", "Sex is one of female", "Risk band is one of high, very high", "So far", "Any of: Sex is one of female; Risk band"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if strings.Contains(text, "Age is at most") {
		t.Error("what was removed is still there")
	}
	for _, bad := range []struct {
		form url.Values
		say  string
	}{{url.Values{"name": {""}, "id": {"x"}, "version": {"1"}}, `href="#name"`}, {url.Values{"name": {"n"}, "id": {"../x"}, "version": {"1"}}, `href="#id"`}, {url.Values{"name": {"n"}, "id": {"x"}, "version": {"a b"}}, `href="#version"`}} {
		if answer, text := s.send(t, draft, as, "/save", bad.form); answer.StatusCode != http.StatusOK || !strings.Contains(text, bad.say) {
			t.Errorf("%v: %d, no %s", bad.form, answer.StatusCode, bad.say)
		}
	}
	answer, text := s.send(t, draft, as, "/save", url.Values{"name": {"Women, or at risk <b>"}, "id": {"women_40"}, "version": {"1"}})
	if answer.StatusCode != http.StatusSeeOther || answer.Header.Get("Location") != "/cohorts/women_40@1?done=saved" {
		t.Fatal(answer.StatusCode, answer.Header.Get("Location"), text)
	}
	_, text = s.ask(t, "GET", "/cohorts/women_40@1", as, nil)
	for _, want := range []string{"Women, or at risk &lt;b&gt;", "version 1, by Sam Reader, P0", "Step by step", "In the cohort", "Ethnic group", "<svg"} {
		if !strings.Contains(text, want) {
			t.Errorf("the result does not say %q", want)
		}
	}
	if _, list := s.ask(t, "GET", "/cohorts", as, nil); !strings.Contains(list, `href="/cohorts/women_40@1"`) || !strings.Contains(list, "Sam Reader, P0") {
		t.Error("the saved cohort is not listed")
	}
	_, file := s.ask(t, "GET", "/cohorts/women_40@1/definition.toml", as, nil)
	d, err := cohort.NewDictionary(nil)
	if err != nil {
		t.Fatal(err)
	}
	def, err := d.Parse([]byte(file), false)
	if err != nil || d.Check(def) != nil || !strings.Contains(text, def.Where.Hash()) {
		t.Errorf("%v: %s", err, file)
	}
	_, group := s.ask(t, "GET", "/cohorts/women_40@1/group.json", as, nil)
	var g map[string]any
	if err := json.Unmarshal([]byte(group), &g); err != nil || g["resourceType"] != "Group" || g["member"] != nil {
		t.Errorf("%v: %s", err, group)
	}
	counted, saved := false, false
	entries, err := s.log.Search(t.Context(), audit.Filter{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Query == def.Where.Hash() && e.People == 0 {
			counted = counted || e.Event == "count" && e.Object == "cohort/women_40@1" && e.Rows > 10
			saved = saved || e.Event == "define_cohort" && e.Object == "cohort/women_40@1"
		}
	}
	if !counted || !saved {
		t.Errorf("the audit does not hold that it was counted (%v) and saved (%v)", counted, saved)
	}
	// A new version, by building on it; the same one is not written over.
	draft = s.begin(t, as, "women_40@1")
	if _, text := s.ask(t, "GET", draft, as, nil); !strings.Contains(text, `name="version" type="text" value="2"`) {
		t.Error("the next version is not proposed")
	}
	if _, text := s.send(t, draft, as, "/save", url.Values{"name": {"n"}, "id": {"women_40"}, "version": {"1"}}); !strings.Contains(text, "not changed") {
		t.Error("a version is written over")
	}
}

// A5: two cohorts, and two cut-offs of a score, on the same people.
func TestA5TwoCohortsAndTwoCutOffsAreCompared(t *testing.T) {
	s := counting(t)
	as := "analyst s1"
	for id, sex := range map[string]string{"women": "female", "men": "male"} {
		draft := s.begin(t, as, "")
		s.send(t, draft, as, "", condition("", "sex", "in", sex))
		if answer, text := s.send(t, draft, as, "/save", url.Values{"name": {id}, "id": {id}, "version": {"1"}}); answer.StatusCode != http.StatusSeeOther {
			t.Fatal(text)
		}
	}
	_, text := s.ask(t, "GET", "/cohorts/compare?a=women@1&b=men@1&by=age", as, nil)
	for _, want := range []string{"Caught by both", "By A alone", "By neither", "A: women, version 1", "By age", "30 to 39"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not there", want)
		}
	}
	_, text = s.ask(t, "GET", "/cohorts/compare?score=score_boost_365&one=0.05&other=0.3&by=imd_quintile", as, nil)
	if !strings.Contains(text, "catches A catches too") && !strings.Contains(text, "Whoever B catches") || strings.Contains(text, "By B alone") {
		t.Error(text)
	}
	answer, _ := s.ask(t, "GET", "/cohorts/compare?score=score_boost_365&one=x&other=0.3", as, nil)
	if answer.StatusCode != http.StatusBadRequest {
		t.Error(answer.StatusCode)
	}
}

// B20: whatever is built, every number of people that a page or its file shows
// is a star or a multiple of 5, the file has the page's cells, and neither has a
// person.
func TestB20A8EveryNumberOfCohortPagesAndFilesIsControlled(t *testing.T) {
	s := counting(t)
	as := "analyst s1"
	seen, stars, tables := 0, 0, 0
	id := 0
	rapid.Check(t, func(r *rapid.T) {
		if id++; id > 12 {
			return // each is some dozen requests
		}
		draft := s.begin(t, as, "")
		for range rapid.IntRange(1, 3).Draw(r, "conditions") {
			at := strconv.Itoa(rapid.IntRange(18, 95).Draw(r, "age"))
			form := rapid.SampledFrom([]url.Values{
				condition("", "age", "at_least", at), condition("", "age", "is", at), condition("", "age", "less_than", at), condition("", "sex", "in", "male"), condition("", "practice", "in", "Z90001"),
				condition("", "imd_quintile", "is", "1"), condition("", "score_boost_365", "at_least", "0."+at), condition("", "band", "is", "very high"), condition("", "on_list", "is", "yes"), condition("", "ethnic_category", "is_unknown"),
			}).Draw(r, "form")
			if answer, text := s.send(t, draft, as, "", form); answer.StatusCode != http.StatusSeeOther {
				r.Fatal(answer.StatusCode, text)
			}
		}
		pages := []string{draft}
		name := fmt.Sprintf("c%d", id)
		answer, _ := s.send(t, draft, as, "/save", url.Values{"name": {name}, "id": {name}, "version": {"1"}})
		if answer.StatusCode == http.StatusSeeOther {
			pages = []string{"/cohorts/" + name + "@1", "/cohorts/compare?a=" + name + "@1&b=deprived_not_listed@1&by=sex", "/cohorts/workload?cohort=" + name + "@1&score=score_boost_365&one=5%25&other=10%25&by=team"}
		}
		for _, page := range pages {
			_, text := s.ask(t, "GET", page, as, nil)
			var cells []string
			for _, m := range numberOf.FindAllStringSubmatch(text, -1) {
				if err := controlled(m[1]); err != nil {
					r.Fatalf("%s: %v", page, err)
				}
				cells = append(cells, strings.ReplaceAll(m[1], ",", ""))
				seen++
				if m[1] == "*" {
					stars++
				}
			}
			if m := someone.FindString(text); m != "" {
				r.Fatalf("%s has %q of someone", page, m)
			}
			var files []string
			for _, m := range toFile.FindAllStringSubmatch(text, -1) {
				_, file := s.ask(t, "GET", strings.ReplaceAll(m[1], "&amp;", "&"), as, nil)
				lines, err := csv.NewReader(strings.NewReader(file)).ReadAll()
				if err != nil || len(lines) < 2 {
					r.Fatalf("%s: %v %s", m[1], err, file)
				}
				tables++
				for _, l := range lines[1:] {
					files = append(files, l[1:]...)
				}
			}
			if page != draft && !slices.Equal(cells, files) {
				r.Fatalf("%s shows %v, its files %v", page, cells, files)
			}
		}
	})
	if seen < 100 || stars == 0 || tables < 10 {
		t.Errorf("%d numbers, %d stars, %d files", seen, stars, tables)
	}
}

// B17: a draft is its maker's; who may not define has none; and a form made of
// another tree changes nothing.
func TestB17ADraftIsItsMakersAlone(t *testing.T) {
	s := counting(t)
	draft := s.begin(t, "analyst s1 me", "")
	for as, want := range map[string]int{"analyst s2 another": 404, "analyst s3 me": 200, "ig_lead s1 me": 403, "coordinator s1 me": 403, "administrator s1 me": 403} {
		if answer, _ := s.ask(t, "GET", draft, as, nil); answer.StatusCode != want {
			t.Errorf("%s: %d", as, answer.StatusCode)
		}
	}
	form := condition("", "age", "at_least", "40")
	form.Set("mark", "0000000000000000")
	if _, text := s.ask(t, "POST", draft, "analyst s1 me", form); !strings.Contains(text, "changed meanwhile") {
		t.Error(text)
	}
	for _, x := range []url.Values{condition("", "age", "at_least", "<b>old</b>"), condition("", "age", "at_least"), condition("", `p."person"`, "is", "1"), condition("", "age", "; DROP", "1"), condition("9.9", "age", "is", "1"), {"do": {"nonsense"}}} {
		if answer, text := s.send(t, draft, "analyst s1 me", "", x); answer.StatusCode != 200 || !strings.Contains(text, "There is a problem") || strings.Contains(text, "<b>old") {
			t.Errorf("%v: %d %s", x, answer.StatusCode, text)
		}
	}
}
