//go:build duckdb_arrow

package web

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/audit"
	"leftshift/engine/door"
	"leftshift/engine/identity"
	"leftshift/engine/snapshot/made"
	"leftshift/engine/web/signin"
	"leftshift/engine/worklist"
)

// signedIn lets in whoever the header names: role, session and, where there is
// one, user.
type signedIn struct{}

func (signedIn) Routes() []string { return []string{"GET /sign-in"} }

func (signedIn) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "sign in") })
}

func (signedIn) Session(r *http.Request) string {
	c, err := r.Cookie("session")
	if err != nil {
		return ""
	}
	return c.Value
}

func testGate(signin.Pages) (Gate, error) { return signedIn{}, nil }

func (signedIn) Principal(r *http.Request) (access.Principal, error) {
	role, session, _ := strings.Cut(r.Header.Get("X-Test"), " ")
	session, user, named := strings.Cut(session, " ")
	if !named {
		user = "u1"
	}
	if role == "" {
		return access.Principal{}, fmt.Errorf("nobody")
	}
	return variant(access.Principal{User: user, Name: "Sam Reader", Role: access.Role(role), Organisation: "P0", Authoriser: "test", Practices: []string{"P0"}, Teams: []string{"team-0"},
		Purpose: access.PurposeAt(access.Role(role), access.CaseFinding), Session: session, Device: "test"}), nil
}

func (g signedIn) Bearer(r *http.Request, act access.Act) (access.Principal, error) {
	scope, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	switch {
	case !ok:
		return access.Principal{}, &engine.Fault{Code: "token-none", Say: "send a token"}
	case scope != string(act):
		return access.Principal{}, &engine.Fault{Code: "token-scope", Say: "another token"}
	}
	return access.Principal{User: "token:t1", Name: "dashboard", Role: access.Service, Organisation: "P0", Authoriser: "test", Practices: []string{"P0"}, Teams: []string{"team-0"},
		Purpose: access.CaseFinding, Session: "t1", Device: "test"}, nil
}

type vault struct{}

const number = "9000000009" // valid, of the range for tests

func (vault) Open(p engine.Person) (identity.Identity, error) {
	return identity.Identity{NHSNumber: number, Family: fmt.Sprintf("O'Family<%d>", p), Given: "Given", BirthDate: "1950-01-02", Phone: "01632 960000"}, nil
}

type site struct {
	*httptest.Server
	app   *App
	log   *audit.Log
	work  *worklist.Store
	lines *strings.Builder

	data, audit, list string // the folder of snapshots, and the files of audit and worklist
}

func open(t *testing.T) *site { return openWith(t, audit.Options{}) }

func openWith(t *testing.T, opt audit.Options) *site {
	t.Helper()
	data := t.TempDir()
	made.Publish(t, data, 40, "Test ICS")
	at := made.Open(t, data, opt)
	folder := t.TempDir()
	work := workedIn(t, folder, at.Today)
	lines := &strings.Builder{}
	keyer, err := identity.NewKeyer(make([]byte, identity.KeyBytes))
	if err != nil {
		t.Fatal(err)
	}
	app, err := New(Options{Service: "Test ICS", Referrals: []Referral{{"Falls service", "RX9", "https://falls.example/fhir"}}, SignIn: testGate, Log: slog.New(slog.NewTextHandler(lines, nil)), Limits: Limits{PerAddress: 1e6, PerSession: 1e6},
		Doors: door.New(door.Options{Snapshots: at.Snapshots, Audit: at.Audit, Vault: vault{}, Keyer: keyer, Worklist: work, Today: func() engine.Day { return at.Today }, Recheck: 7, Stale: 7, Chances: true, Cohorts: cohorts(t)})})
	if err != nil {
		t.Fatal(err)
	}
	s := &site{Server: httptest.NewServer(app), app: app, log: at.Audit, data: data, audit: at.AuditFile, list: filepath.Join(folder, worklist.File), work: work, lines: lines}
	t.Cleanup(s.Close)
	return s
}

// ask sends a request as "role session" ("" for nobody) and does not follow.
func (s *site) ask(t *testing.T, method, path, as string, form url.Values, headers ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, s.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Test", as)
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if method != http.MethodGet {
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Del(headers[i])
		if headers[i+1] != "" {
			req.Header.Set(headers[i], headers[i+1])
		}
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(text)
}

var toPerson = regexp.MustCompile(`href="(/people/[^"]+)"`)

// filled is a route's path with what a coordinator of team-0 may ask for.
func (s *site) filled(t *testing.T, r Route, session string) string {
	t.Helper()
	path := strings.TrimSuffix(r.Path, "{$}")
	path = strings.ReplaceAll(path, "{team}", "team-0")
	path = strings.ReplaceAll(path, "{entry}", "1")
	path = strings.NewReplacer("{cohort}", "deprived_not_listed@1", "{file}", "definition.toml").Replace(path)
	if strings.Contains(path, "{draft}") {
		path = strings.ReplaceAll(path, "/cohorts/new/{draft}", s.begin(t, "analyst "+session, ""))
	}
	if strings.Contains(path, "{person}") {
		_, text := s.ask(t, "GET", "/lists/team-0", "coordinator "+session, nil)
		m := toPerson.FindStringSubmatch(text)
		if m == nil {
			t.Fatal("the list leads to nobody")
		}
		path = strings.ReplaceAll(path, "/people/{person}", m[1])
	}
	return path
}

// whoMay is a role that may do an act.
func whoMay(t *testing.T, act access.Act) string {
	t.Helper()
	for _, role := range []access.Role{access.Coordinator, access.Analyst, access.PrivacyOfficer, access.Administrator, access.IGLead, access.ClinicalLead} {
		if may(role, act) {
			return string(role)
		}
	}
	t.Fatalf("nobody may %s", act)
	return ""
}

func TestB17EveryRouteHasAnActAndShowsNothingToNobody(t *testing.T) {
	s := open(t)
	known := map[access.Act]bool{}
	for _, a := range access.Acts() {
		known[a] = true
	}
	for _, r := range Routes() {
		if !known[r.Act] || r.Handle == nil {
			t.Errorf("%s %s has no act", r.Method, r.Path)
		}
		path := s.filled(t, r, "s1")
		answer, text := s.ask(t, r.Method, path, "", url.Values{})
		if r.Open {
			t.Errorf("%s %s is open to anyone", r.Method, r.Path)
		} else if answer.StatusCode != http.StatusSeeOther || answer.Header.Get("Location") != "/sign-in" || strings.Contains(text, "Family") {
			t.Errorf("%s %s for nobody: %d %s", r.Method, r.Path, answer.StatusCode, text)
		}
	}
}

func TestB14HeadersOnEveryAnswer(t *testing.T) {
	s := open(t)
	check := func(method, path, as string) {
		t.Helper()
		answer, _ := s.ask(t, method, path, as, nil)
		for _, h := range headers {
			want := h[1]
			if h[0] == "Cache-Control" && path == "/assets/app.css" {
				want = "public, max-age=86400"
			}
			if got := answer.Header.Get(h[0]); got != want {
				t.Errorf("%s %s as %q: %s is %q", method, path, as, h[0], got)
			}
		}
	}
	for _, r := range Routes() {
		path := s.filled(t, r, "s1")
		for _, as := range []string{"", "coordinator s1", "analyst s2", "nonsense s3"} {
			check(r.Method, path, as)
		}
	}
	for _, path := range []string{"/assets/app.css", "/assets/none", "/nowhere", "/people/x", "/sign-in", "/lists/no-such-team"} {
		check("GET", path, "coordinator s1")
	}
	check("DELETE", "/", "coordinator s1")
}

func TestB13NothingIsChangedFromAnotherSite(t *testing.T) {
	s := open(t)
	form := url.Values{"nhs-number": {number}}
	for name, h := range map[string][]string{
		"cross-site":          {"Sec-Fetch-Site", "cross-site"},
		"a sibling's site":    {"Sec-Fetch-Site", "same-site"},
		"another origin":      {"Sec-Fetch-Site", "", "Origin", "https://elsewhere.example"},
		"neither header sent": {"Sec-Fetch-Site", ""},
	} {
		if answer, _ := s.ask(t, "POST", "/find", "coordinator s1", form, h...); answer.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %d", name, answer.StatusCode)
		}
	}
	for name, h := range map[string][]string{"same origin": nil, "an older browser": {"Sec-Fetch-Site", "", "Origin", s.URL}} {
		if answer, text := s.ask(t, "POST", "/find", "coordinator s1", form, h...); answer.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d %s", name, answer.StatusCode, text)
		}
	}
}

// A reference is good for the session that it was given to, and for nobody
// outside the caseload; each wrong one is answered with the same page.
func TestB18AReferenceIsOfOneSession(t *testing.T) {
	s := open(t)
	path := s.filled(t, Route{Path: "/people/{person}"}, "s1")
	answer, text := s.ask(t, "GET", path, "coordinator s1", nil)
	if answer.StatusCode != http.StatusOK || !strings.Contains(text, "O&#39;Family&lt;1000&gt;, Given") || !strings.Contains(text, "900\u00a0000\u00a00009") {
		t.Fatalf("%d %s", answer.StatusCode, text)
	}
	other := s.filled(t, Route{Path: "/people/{person}"}, "s2")
	if other == path {
		t.Error("two sessions have the same reference")
	}
	var refs references
	last := ""
	for name, p := range map[string]string{
		"another session's": other, "a changed one": path[:len(path)-2] + "AA", "none": "/people/x", "too long": path + "AAAA",
		"a pseudonym": "/people/1000", "another key's": "/people/" + refs.of("s1", made.Person(0)),
	} {
		answer, text := s.ask(t, "GET", p, "coordinator s1", nil)
		if answer.StatusCode != http.StatusNotFound || last != "" && text != last {
			t.Errorf("%s: %d %s", name, answer.StatusCode, text)
		}
		last = text
	}
}

func TestG50NumbersAreRead334AndNeverInAPath(t *testing.T) {
	s := open(t)
	for _, typed := range []string{number, "900 000 0009", " 9000000009 ", "900-000-0009"} {
		answer, text := s.ask(t, "POST", "/find", "coordinator s1", url.Values{"nhs-number": {typed}})
		// Nobody here has it: the same answer as for someone else's patient.
		if answer.StatusCode != http.StatusNotFound || strings.Contains(text, "9000000009") {
			t.Errorf("%q: %d", typed, answer.StatusCode)
		}
	}
	for _, typed := range []string{"", "9000000008", "123", "abc", strings.Repeat("9", 4000)} {
		answer, text := s.ask(t, "POST", "/find", "coordinator s1", url.Values{"nhs-number": {typed}})
		if answer.StatusCode != http.StatusOK || !strings.Contains(text, "There is a problem") || !strings.Contains(text, `href="#nhs-number"`) || !strings.Contains(text, "<title>Error: ") {
			t.Errorf("%q: %d", typed, answer.StatusCode)
		}
	}
	_, text := s.ask(t, "GET", "/lists/team-0", "coordinator s1", nil)
	for _, m := range regexp.MustCompile(`(?:href|action|src)="([^"]*)"`).FindAllStringSubmatch(text, -1) {
		if regexp.MustCompile(`\d{9}|Family`).MatchString(m[1]) {
			t.Errorf("a path tells of a person: %s", m[1])
		}
	}
	if strings.Contains(s.lines.String(), "Family") || strings.Contains(s.lines.String(), number) {
		t.Errorf("the log tells of a person: %s", s.lines)
	}
}

func TestB16LongFormsAndHaste(t *testing.T) {
	s := open(t)
	answer, _ := s.ask(t, "POST", "/find", "coordinator s1", url.Values{"nhs-number": {strings.Repeat("9", 1<<20)}})
	if answer.StatusCode != http.StatusBadRequest {
		t.Errorf("a form of a megabyte: %d", answer.StatusCode)
	}
	app, err := New(Options{Service: "x", SignIn: testGate, Doors: door.New(door.Options{}), Limits: Limits{PerAddress: .001, Burst: 3000, SignIns: 2}})
	if err != nil {
		t.Fatal(err)
	}
	var got []int
	for range 4 {
		w := httptest.NewRecorder()
		app.ServeHTTP(w, httptest.NewRequest("GET", "/assets/icon.svg", nil))
		got = append(got, w.Code)
		if w.Code == http.StatusTooManyRequests && w.Header().Get("Retry-After") == "" {
			t.Error("nothing says when to try again")
		}
	}
	if fmt.Sprint(got) != "[200 200 200 429]" {
		t.Errorf("four in haste: %v", got)
	}
	// A session is limited whatever is sent beside it, and others are not for it.
	if app, err = New(Options{Service: "x", SignIn: testGate, Doors: door.New(door.Options{}), Limits: Limits{PerSession: .001, Burst: 2000}}); err != nil {
		t.Fatal(err)
	}
	got = nil
	for i, session := range []string{"a", "a", "a", "b"} {
		w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/assets/icon.svg", nil)
		r.AddCookie(&http.Cookie{Name: "other", Value: fmt.Sprint(i)})
		r.AddCookie(&http.Cookie{Name: "session", Value: session})
		app.ServeHTTP(w, r)
		got = append(got, w.Code)
	}
	if fmt.Sprint(got) != "[200 200 429 200]" {
		t.Errorf("a session in haste: %v", got)
	}
}

// WCAG and the NHS service manual: one H1, a skip link, a title of its own.
func TestG49EveryPageHasOneHeadingASkipLinkAndATitle(t *testing.T) {
	s := open(t)
	titles := map[string]string{}
	for _, r := range Routes() {
		if r.Method != http.MethodGet {
			continue
		}
		answer, text := s.ask(t, "GET", s.filled(t, r, "s1"), whoMay(t, r.Act)+" s1", nil)
		if answer.StatusCode == http.StatusSeeOther {
			continue // it has no page of its own
		}
		if answer.Header.Get("Content-Disposition") != "" {
			continue // a file
		}
		if answer.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", r.Path, answer.StatusCode)
		}
		title := regexp.MustCompile(`<title>(.*)</title>`).FindStringSubmatch(text)
		if strings.Count(text, "<h1") != 1 || !strings.Contains(text, `href="#maincontent"`) || title == nil || !strings.HasSuffix(title[1], " – Test ICS") {
			t.Fatalf("%s: %d headings, title %q", r.Path, strings.Count(text, "<h1"), title)
		}
		if strings.Contains(text, " style=") || strings.Contains(text, "<style") || strings.Contains(text, "onclick") {
			t.Errorf("%s has something inline", r.Path)
		}
		if dir := os.Getenv("LEFTSHIFT_PAGES"); dir != "" {
			name := strings.NewReplacer("/", "_", "{", "", "}", "", "$", "").Replace(r.Path)
			_ = os.WriteFile(filepath.Join(dir, name+".html"), []byte(text), 0o600)
		}
		titles[r.Path] = title[1]
	}
}

func TestG15AnExportNeedsAReasonAndIsKept(t *testing.T) {
	s := open(t)
	for name, form := range map[string]url.Values{"no reason": {"shape": {"csv"}}, "no kind": {"reason": {"ring them"}}, "an unknown kind": {"reason": {"ring them"}, "shape": {"pdf"}}} {
		if answer, text := s.ask(t, "POST", "/lists/team-0/export", "coordinator s1", form); answer.StatusCode != http.StatusOK || !strings.Contains(text, "There is a problem") || strings.Contains(text, number) {
			t.Errorf("%s: %d", name, answer.StatusCode)
		}
	}
	form := url.Values{"shape": {"nhs"}, "reason": {"to ring them"}}
	answer, text := s.ask(t, "POST", "/lists/team-0/export", "coordinator s1", form)
	if answer.StatusCode != http.StatusOK || text != strings.Repeat(number+"\n", 4) || !strings.HasPrefix(answer.Header.Get("Content-Disposition"), `attachment; filename="team-0-2026-03-31-`) {
		t.Errorf("%d %q %s", answer.StatusCode, text, answer.Header.Get("Content-Disposition"))
	}
	for _, as := range []string{"analyst s2", "ambulance s3", "administrator s4"} {
		if answer, text := s.ask(t, "POST", "/lists/team-0/export", as, form); answer.StatusCode != http.StatusForbidden || strings.Contains(text, number) {
			t.Errorf("%s: %d", as, answer.StatusCode)
		}
	}
	if answer, _ := s.ask(t, "POST", "/lists/team-1/export", "coordinator s1", form); answer.StatusCode != http.StatusForbidden {
		t.Errorf("another team's list: %d", answer.StatusCode)
	}
	all, err := s.log.Search(context.Background(), audit.Filter{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	var kept []string
	for _, e := range all {
		if e.Event == string(access.ExportList) {
			kept = append(kept, fmt.Sprintf("%s %s %q %d", e.Outcome, e.Object, e.Reason, e.People))
		}
	}
	want := []string{`team-refused team-1 as nhs "to ring them" 4`, `role-refused team-0 as nhs "to ring them" 4`, `role-refused team-0 as nhs "to ring them" 4`, `analyst-sees-nobody team-0 as nhs "to ring them" 4`, `allowed team-0 as nhs "to ring them" 4`}
	if len(kept) != len(want) || kept[len(kept)-1] != want[len(want)-1] || kept[0] != want[0] {
		t.Errorf("the audit has %q", kept)
	}
}

// F15: what needs a reason asks for it, and gets it in a form.
func TestF15AReasonIsAskedForWhereOneIsNeeded(t *testing.T) {
	s := open(t)
	person := s.filled(t, Route{Path: "/people/{person}"}, "s9")
	for _, path := range []string{"/lists/team-0", person} {
		answer, text := s.ask(t, "GET", path, "ig_lead s9", nil)
		if answer.StatusCode != http.StatusBadRequest || !strings.Contains(text, `action="`+path+`/because"`) || strings.Contains(text, "reason of") {
			t.Errorf("%s without a reason: %d", path, answer.StatusCode)
		}
		if answer, _ := s.ask(t, "POST", path+"/because", "ig_lead s9", url.Values{"reason": {" "}}); answer.StatusCode != http.StatusBadRequest {
			t.Errorf("%s with a blank reason: %d", path, answer.StatusCode)
		}
		answer, text = s.ask(t, "POST", path+"/because", "ig_lead s9", url.Values{"reason": {"a complaint"}})
		if answer.StatusCode != http.StatusOK || !strings.Contains(text, "clinician reason of") {
			t.Errorf("%s with a reason: %d", path, answer.StatusCode)
		}
	}
	if _, text := s.ask(t, "POST", "/find", "ig_lead s9", url.Values{"nhs-number": {number}}); !strings.Contains(text, `href="#reason"`) {
		t.Error("a search without a reason is not asked for one")
	}
	all, err := s.log.Search(context.Background(), audit.Filter{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(all, func(e audit.Entry) bool { return e.Outcome == audit.Allowed && e.Reason == "a complaint" }) {
		t.Error("the reason is not in the audit")
	}
}
