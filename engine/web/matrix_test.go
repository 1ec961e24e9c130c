//go:build duckdb_arrow

package web

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/snapshot/made"
	"leftshift/engine/worklist"
)

// What each role may do, written without looking at the table of rights: a line
// for each act with the roles that may. After a colon, what a role needs
// besides: r a relationship on that day, w a reason.
const mayDo = `
open_home        coordinator clinical_lead analyst ig_lead privacy_officer administrator pharmacy ambulance domiciliary social_care
open_list        coordinator:r clinical_lead:r ig_lead:w pharmacy:r ambulance:r domiciliary:r social_care:r
open_person      coordinator:r clinical_lead:r ig_lead:w pharmacy:r ambulance:r domiciliary:r social_care:r
export_list      coordinator:rw clinical_lead:rw
act_on_item      coordinator:r clinical_lead:r pharmacy:r domiciliary:r social_care:r
add_person       coordinator:rw clinical_lead:rw
refer_person     coordinator:rw clinical_lead:rw
set_capacity     coordinator:r clinical_lead:r
approve_list     clinical_lead:r
recall           clinical_lead:rw ig_lead:w
count            clinical_lead analyst ig_lead
define_cohort    clinical_lead analyst
export_counts    clinical_lead analyst
see_model        coordinator clinical_lead analyst ig_lead administrator
see_quality      clinical_lead analyst ig_lead administrator
see_runs         clinical_lead analyst ig_lead administrator service
search_audit     ig_lead privacy_officer
verify_audit     ig_lead privacy_officer
access_history   ig_lead:w privacy_officer:w
see_disclosures  ig_lead privacy_officer
manage_access    administrator
administer       administrator
`

// right is what a role has for an act: whether at all, and what it needs.
func right(t *testing.T, act access.Act, role access.Role) (may, related, reason bool) {
	t.Helper()
	for line := range strings.SplitSeq(strings.TrimSpace(mayDo), "\n") {
		f := strings.Fields(line)
		if f[0] != string(act) {
			continue
		}
		for _, r := range f[1:] {
			if name, mark, _ := strings.Cut(r, ":"); name == string(role) {
				return true, strings.Contains(mark, "r"), strings.Contains(mark, "w")
			}
		}
		return false, false, false
	}
	t.Fatalf("nothing says who may %s: decide it, and write it here", act)
	return
}

// Where somebody works: by the end of the session's name, a practice and a
// team of their own, one of the two, or another practice and team.
var places = []struct {
	name           string
	practice, team string
}{{"home", "P0", "team-0"}, {"teamless", "P0", ""}, {"practiceless", "", "team-0"}, {"away", "P9", "team-9"}, {"nowhere", "", ""}}

func variant(p access.Principal) access.Principal {
	for _, w := range places {
		if strings.HasSuffix(p.Session, "/"+w.name) {
			p.Practices, p.Teams = one(w.practice), one(w.team)
		}
	}
	return p
}

func one(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

// whoms are the people whom a path may stand for, by their number in the
// snapshot; -1 is nobody.
var whoms = []struct {
	name           string
	k              int
	practice, team string
}{
	{"own practice and team", 0, "P0", "team-0"}, {"own practice", 9, "P0", "team-1"}, {"own team", 2, "P2", "team-0"},
	{"another's", 1, "P1", "team-1"}, {"nobody", -1, "", ""},
}

// forms are those about a list or a person: whoever may have it is shown the
// form, which asks for the reason.
var forms = map[string]bool{"GET /lists/{team}/export": true, "GET /people/{person}/add": true}

// bodies of forms by the path; what is not here is sent a reason alone.
func (s *site) bodies(t *testing.T) map[string]url.Values {
	t.Helper()
	path := s.filled(t, Route{Path: "/people/{person}"}, "s1")
	_, text := s.ask(t, "GET", path, "coordinator s1", nil)
	field := func(name string) string {
		m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(text)
		if m == nil {
			t.Fatalf("the page of a person on a list has no %s", name)
		}
		return m[1]
	}
	worry := worklist.Worries()[0].Code
	return map[string]url.Values{
		"/people/{person}":       {"do": {"claim"}, "item": {field("item")}, "version": {field("version")}, "key": {"k"}},
		"/people/{person}/refer": {"refer-to": {"Falls service"}, "refer-why": {"fell twice"}},
		"/people/{person}/add":   {"team": {"team-0"}, "worry": {worry}, "key": {"k"}},
		"/add":                   {"team": {"team-0"}, "worry": {worry}, "key": {"k"}, "nhs-number": {number}},
		"/find":                  {"nhs-number": {number}, "reason": {"because"}},
		"/audit/person":          {"nhs-number": {number}, "reason": {"because"}},
		"/lists/{team}/export":   {"shape": {"csv"}, "reason": {"because"}},
	}
}

// fingerprint is all of an answer that could tell one refusal from another.
func fingerprint(answer *http.Response, text string) string {
	h := answer.Header.Clone()
	h.Del("Date")
	return fmt.Sprintln(answer.StatusCode, h, text)
}

// Every route, for every role, wherever they work, about every relationship:
// what is answered is what the lines above say. A person who may not be seen is
// answered, to the byte, like nobody.
func TestB17B18G13G14EveryRouteForEveryRoleAndRelationship(t *testing.T) {
	s := open(t)
	bodies := s.bodies(t)
	cells, refusals := 0, map[string]string{}
	for _, route := range Routes() {
		for _, role := range append(access.Roles(), "nonsense") {
			for _, place := range places {
				may, related, reason := right(t, route.Act, role)
				session := "s1/" + place.name
				as := string(role) + " " + session
				form := bodies[route.Path]
				if route.Method == http.MethodGet {
					form = nil
				} else if form == nil {
					form = url.Values{"reason": {"because"}}
				}
				check := func(about, path string, want func(int) bool) (*http.Response, string) {
					t.Helper()
					cells++
					answer, text := s.ask(t, route.Method, path, as, form)
					if !want(answer.StatusCode) {
						t.Errorf("%s %s as %s, about %s: %d", route.Method, route.Path, as, about, answer.StatusCode)
					}
					if answer.StatusCode >= 400 && (strings.Contains(text, "Family") || strings.Contains(text, "reason 1 of")) {
						t.Errorf("%s %s as %s, about %s: a refusal tells of someone", route.Method, route.Path, as, about)
					}
					return answer, text
				}
				is := func(want int) func(int) bool { return func(got int) bool { return got == want } }
				done := func(got int) bool { return got < 400 }
				// A role's needs, for a subject that it has a relationship with or not.
				expect := func(with bool, refused int) func(int) bool {
					switch {
					case !may:
						return is(http.StatusForbidden)
					case reason && !forms[route.Method+" "+route.Path] && form.Get("reason") == "" && !form.Has("worry") && !form.Has("refer-why"):
						return is(http.StatusBadRequest)
					case related && !with:
						return is(refused)
					}
					return done
				}
				switch path := strings.TrimSuffix(route.Path, "{$}"); {
				case strings.Contains(path, "{team}"):
					for _, team := range []string{"team-0", "team-1", "team-x"} {
						check(team, strings.ReplaceAll(path, "{team}", team), expect(place.team == team, http.StatusForbidden))
					}
				case strings.Contains(path, "{person}"):
					for _, whom := range whoms {
						if route.Method == http.MethodPost && (whom.k == 2 || whom.k == 9) {
							continue // it would change who is related to them
						}
						with := whom.k >= 0 && (whom.practice == place.practice || whom.team == place.team)
						person := engine.Person(777)
						if whom.k >= 0 {
							person = made.Person(whom.k)
						}
						want := expect(with, http.StatusNotFound)
						if with && may && route.Method == http.MethodPost && route.Act == access.AddPerson && place.team != "team-0" {
							want = func(got int) bool { return got < 500 } // their patient, another team's list
						}
						if with && may && route.Act == access.ReferPerson {
							want = is(http.StatusConflict) // in no state to be referred: TestF17G15 has one that is
						}
						if whom.k < 0 && may && !related && reason && form.Get("reason") != "" {
							want = is(http.StatusNotFound) // of anyone, with a reason, but nobody is nobody
						}
						answer, text := check(whom.name, strings.ReplaceAll(path, "{person}", s.app.references.of(session, person)), want)
						key := fmt.Sprint(route.Method, route.Path, as)
						if may && !with && answer.StatusCode == http.StatusNotFound {
							if print := fingerprint(answer, text); refusals[key] == "" {
								refusals[key] = print
							} else if refusals[key] != print {
								t.Errorf("%s %s as %s: %s is told apart from nobody", route.Method, route.Path, as, whom.name)
							}
						}
					}
					// What is no reference at all is nobody too.
					answer, text := s.ask(t, route.Method, strings.ReplaceAll(path, "{person}", "nonsense"), as, form)
					if was := refusals[fmt.Sprint(route.Method, route.Path, as)]; was != "" && was != fingerprint(answer, text) {
						t.Errorf("%s %s as %s: no reference is told apart from nobody", route.Method, route.Path, as)
					}
				case strings.Contains(path, "{entry}"):
					check("entry 1", strings.ReplaceAll(path, "{entry}", "1"), expect(true, 0))
				case strings.Contains(path, "{"):
					// Something else that is not there: told to nobody who may not ask.
					check("nothing", regexp.MustCompile(`\{[^}]*\}`).ReplaceAllString(path, "x"), func(got int) bool {
						return got == http.StatusForbidden && !may || got == http.StatusNotFound || may && got < 500
					})
				case form.Has("nhs-number") && route.Act != access.AccessHistory:
					check("nobody's number", path, is(map[bool]int{true: http.StatusNotFound, false: http.StatusForbidden}[may]))
				case path == "/":
					// The start page leads on; a role without any page is told so, and a
					// connected system has none.
					leads := false
					for _, x := range Routes() {
						ok, _, _ := right(t, x.Act, role)
						leads = leads || may && ok && x.Menu != ""
					}
					check("nothing", path, is(map[bool]int{true: http.StatusSeeOther, false: http.StatusForbidden}[leads]))
				default:
					check("nothing", path, func(got int) bool {
						switch {
						case !may:
							return got == http.StatusForbidden
						case route.Method == http.MethodGet:
							return done(got)
						}
						return got != http.StatusForbidden && got != http.StatusNotFound && (got < 500 || got == http.StatusServiceUnavailable)
					})
				}
			}
		}
	}
	if cells < 1500 || len(refusals) < 20 {
		t.Errorf("%d cells, %d kinds of refusal: is the table of routes whole?", cells, len(refusals))
	}
}
