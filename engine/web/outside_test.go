//go:build duckdb_arrow

package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"leftshift/engine/audit"
)

// outside are texts that nobody should send and somebody will.
var outside = map[string]string{
	"NUL": "a\x00b", "a bell": "a\ab", "line ends": "a\r\nb: c", "an escape": "\x1b[31m", "no UTF-8": "\xff\xfe", "half a rune": "\xe2\x82", "DEL": "\x7f", "C1": "a\u0085b",
	"very long": strings.Repeat("x", 3000), "long runes": strings.Repeat("é", 1500), "an NHS number": number, "a number in words": "it is 900 000 0009 I think",
}

// malformed are codes of what asks for nothing that there is: no door is asked,
// and nothing is looked at.
var malformed = map[string]bool{"no-page": true, "form": true, "cohort-value": true, "cohort-no-draft": true}

var toldCode = regexp.MustCompile(`give this code: <code>([a-z-]+)</code>`)

// newest is the last entry of the audit.
func (s *site) newest(t *testing.T) audit.Entry {
	t.Helper()
	all, err := s.log.Search(context.Background(), audit.Filter{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		return audit.Entry{}
	}
	return all[0]
}

// Whatever text is sent, in a path, an address or a form, it is never the
// server that fails; a refusal is in the audit, without the text as it came.
func TestB16F15TextFromOutsideIsRefusedInWords(t *testing.T) {
	s := open(t)
	bodies := s.bodies(t)
	parameter := regexp.MustCompile(`\{[a-z]+\}`)
	asked, refused := 0, 0
	for _, route := range Routes() {
		as := whoMay(t, route.Act) + " s1"
		roles := []string{as}
		if may("ig_lead", route.Act) && as != "ig_lead s1" {
			roles = append(roles, "ig_lead s1") // with a reason, of any team
		}
		for name, text := range outside {
			check := func(what, as, path string, form url.Values) {
				t.Helper()
				asked++
				before := s.newest(t).Sequence
				answer, page := s.ask(t, route.Method, path, as, form)
				last := s.newest(t)
				about := fmt.Sprintf("%s %s as %s, %s is %s: %d", route.Method, route.Path, as, what, name, answer.StatusCode)
				code := ""
				if told := toldCode.FindStringSubmatch(page); told != nil {
					code = told[1]
				}
				if answer.StatusCode >= 500 && code != "verify-elsewhere" { // this site's audit is not checked from here
					t.Errorf("%s", about)
				}
				if answer.StatusCode >= 400 && !malformed[code] {
					refused++
					if last.Sequence == before {
						t.Errorf("%s, and the audit has no entry of it", about)
					}
				}
				if strings.ContainsFunc(strings.ReplaceAll(page, "\r\n", "\n"), func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) && strings.Contains(answer.Header.Get("Content-Type"), "text/html") || !utf8.ValidString(page) {
					t.Errorf("%s: the page has raw control characters", about)
				}
			}
			for _, as := range roles {
				for _, p := range parameter.FindAllString(route.Path, -1) {
					path := s.filled(t, Route{Path: strings.ReplaceAll(route.Path, p, "@@@")}, "s1")
					check(p, as, strings.ReplaceAll(path, "@@@", url.PathEscape(text)), bodies[route.Path])
				}
				path := s.filled(t, route, "s1")
				if route.Method == http.MethodGet {
					for _, q := range []string{"show", "gap", "done", "by", "list", "model", "beside", "table", "user", "organisation", "outcome", "event", "from", "to", "before", "a", "b", "score", "find", "field", "q"} {
						if name == "an NHS number" && route.Path != "/audit" {
							continue // nothing of ours makes such an address
						}
						check("?"+q, as, path+"?"+url.Values{q: {text}}.Encode(), nil)
					}
					continue
				}
				form := bodies[route.Path]
				if form == nil {
					form = url.Values{"reason": {"because"}}
				}
				for field := range form {
					changed := url.Values{}
					for k, v := range form {
						changed[k] = v
					}
					changed[field] = []string{text}
					check(field, as, path, changed)
				}
			}
		}
	}
	if asked < 1500 || refused < 300 {
		t.Errorf("%d asked, %d refused", asked, refused)
	}
}

// A form with a reason that cannot be kept is drawn again, with what was typed
// and what is wrong with it; the audit has the refusal.
func TestF15AReasonThatCannotBeKeptIsSaidAtItsField(t *testing.T) {
	s := open(t)
	s.filled(t, Route{Path: "/people/{person}"}, "s1")
	long := strings.Repeat("x", 3000)
	for reason, want := range map[string]struct{ say, kept string }{
		"for\x07 9":          {"characters that cannot be read", "for\ufffd 9"},
		"he is " + number:    {"Leave out the NHS number", "he is ##########"},
		long:                 {"This is too long", long[:2045] + "…"},
		"a line\r\nand more": {"", "a line\nand more"},
	} {
		for path, as := range map[string]string{"/lists/team-0/export": "coordinator s1", "/audit/person": "privacy_officer s1", "/lists/team-0/because": "ig_lead s1"} {
			answer, text := s.ask(t, "POST", path, as, url.Values{"reason": {reason}, "shape": {"csv"}, "nhs-number": {number}})
			e := s.newest(t)
			if e.Reason != want.kept {
				t.Errorf("%s with %.20q: the audit has %q", path, reason, e.Reason)
			}
			if want.say == "" {
				continue
			}
			if !strings.Contains(text, "There is a problem") || !strings.Contains(text, `<a href="#reason">`) || !strings.Contains(text, want.say) || !strings.Contains(text, `id="reason"`) || e.Outcome != "text-unfit" {
				t.Errorf("%s with %.20q: %d %s\n%+v", path, reason, answer.StatusCode, text, e)
			}
		}
	}
}
