//go:build duckdb_arrow

package web

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/audit"
	"leftshift/engine/door"
	"leftshift/engine/identity"
	"leftshift/engine/snapshot/made"
	"leftshift/engine/standard"
)

// called is a site with somebody of a known NHS number, and a ledger of runs.
func called(t *testing.T, limits Limits) *site {
	t.Helper()
	keyer, err := identity.NewKeyer(make([]byte, identity.KeyBytes))
	if err != nil {
		t.Fatal(err)
	}
	key, _ := keyer.Clone().Key(identity.NHSNamespace, number)
	data := t.TempDir()
	made.Publish(t, data, 40, "Test ICS", engine.Person(key))
	at := made.Open(t, data, audit.Options{})
	lines := &strings.Builder{}
	runs := func(_ context.Context, most int) ([]door.Run, error) {
		all := []door.Run{{ID: "r2", Job: "night", State: "running", Attempt: 1, Started: time.Unix(2e9, 0)}, {ID: "r1", Job: "night", State: "failed", Attempt: 1, Code: "x", Started: time.Unix(1e9, 0), Ended: time.Unix(1e9+60, 0)}}
		return all[:min(most, len(all))], nil
	}
	app, err := New(Options{Service: "Test ICS", SignIn: testGate, Log: slog.New(slog.NewTextHandler(lines, nil)), Limits: limits,
		Doors: door.New(door.Options{Snapshots: at.Snapshots, Audit: at.Audit, Vault: vault{}, Keyer: keyer, Today: func() engine.Day { return at.Today }, Runs: runs, Recheck: 7, Stale: 7, Chances: true})})
	if err != nil {
		t.Fatal(err)
	}
	s := &site{Server: httptest.NewServer(app), app: app, log: at.Audit, lines: lines}
	t.Cleanup(s.Close)
	return s
}

// call asks the interface as a connected system with a token of a scope.
func (s *site) call(t *testing.T, method, path, scope, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if scope != "" {
		req.Header.Set("Authorization", "Bearer "+scope)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	answer, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(req)
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

// contract holds answers to the document that the site serves.
type contract struct {
	t *testing.T
	c *jsonschema.Compiler
}

func (s *site) contract(t *testing.T) contract {
	t.Helper()
	answer, text := s.call(t, "GET", "/api/v1/openapi.json", "", "")
	if answer.StatusCode != 200 {
		t.Fatalf("%d %s", answer.StatusCode, text)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	if err := c.AddResource("https://leftshift.example/openapi.json", doc); err != nil {
		t.Fatal(err)
	}
	return contract{t, c}
}

// holds says how an answer differs from what the document says of it.
func (c contract) holds(route apiRoute, answer *http.Response, text string) error {
	c.t.Helper()
	status, kind := "default", "application/problem+json"
	if answer.StatusCode == 200 {
		status, kind = "200", "application/json"
	}
	if got := answer.Header.Get("Content-Type"); got != kind {
		c.t.Errorf("%s %s: %d is %s", route.Method, route.Path, answer.StatusCode, got)
	}
	pointer := func(x string) string { return strings.ReplaceAll(strings.ReplaceAll(x, "~", "~0"), "/", "~1") }
	at := "#/paths/" + strings.NewReplacer("{", "%7B", "}", "%7D").Replace(pointer(apiRoot+route.Path)) + "/" + strings.ToLower(route.Method) + "/responses/" + status + "/content/" + pointer(kind) + "/schema"
	schema, err := c.c.Compile("https://leftshift.example/openapi.json" + at)
	if err != nil {
		c.t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		return err
	}
	return schema.Validate(doc)
}

// wellAsked is a question that each operation answers.
var wellAsked = map[string][2]string{
	"openapi": {"/openapi.json"}, "snapshot": {"/snapshot"}, "list": {"/lists/team-0?limit=2"}, "scores": {"/scores?practice=P0&limit=5"},
	"score": {"/score", `{"nhs_number":"` + number + `"}`}, "runs": {"/runs?limit=2"},
}

func TestF17EveryOperationAnswersAsTheDocumentSays(t *testing.T) {
	s := called(t, Limits{PerAddress: 1e6, PerSession: 1e6})
	c := s.contract(t)
	for _, r := range apiRoutes() {
		q, ok := wellAsked[r.ID]
		if !ok {
			t.Errorf("nobody asks %s", r.ID)
			continue
		}
		answer, text := s.call(t, r.Method, apiRoot+q[0], string(r.Act), q[1])
		if answer.StatusCode != 200 {
			t.Errorf("%s: %d %s", r.ID, answer.StatusCode, text)
		}
		if err := c.holds(r, answer, text); err != nil {
			t.Errorf("%s: %v\n%s", r.ID, err, text)
		}
		for _, never := range []string{"Family", "Given", "1950-01-02", "01632", `"person"`, `"1000"`, "1010"} {
			if !r.Open && strings.Contains(text, never) {
				t.Errorf("%s has %q: %s", r.ID, never, text)
			}
		}
		for _, wrong := range []struct {
			scope, path, body string
			status            int
		}{
			{"", q[0], q[1], 401}, {"another", q[0], q[1], 403}, {string(r.Act), strings.Split(q[0], "?")[0] + "?unknown=1", q[1], 400},
		} {
			if r.Open && wrong.status != 400 {
				continue
			}
			answer, text := s.call(t, r.Method, apiRoot+wrong.path, wrong.scope, wrong.body)
			if answer.StatusCode != wrong.status || c.holds(r, answer, text) != nil {
				t.Errorf("%s asked wrongly: %d %s", r.ID, answer.StatusCode, text)
			}
			if wrong.status == 401 && answer.Header.Get("WWW-Authenticate") != "Bearer" {
				t.Errorf("%s: %v", r.ID, answer.Header)
			}
		}
	}
	// What is not so is found.
	scores := apiRoutes()[3]
	_, text := s.call(t, "GET", apiRoot+wellAsked["scores"][0], "read_scores_api", "")
	for _, spoilt := range []string{strings.Replace(text, number, "12", 1), strings.Replace(text, `"risk"`, `"pseudonym"`, 1), strings.Replace(text, `"as_of":"`+made.AsOf, `"as_of":"today`, 1)} {
		if spoilt == text || c.holds(scores, &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}}, spoilt) == nil {
			t.Errorf("the document allows %s", spoilt)
		}
	}
}

// Every part leads to the next, all of them are everyone, and each is one entry
// in the audit.
func TestG15PartsLeadToEachOtherAndAreAudited(t *testing.T) {
	s := called(t, Limits{PerAddress: 1e6, PerSession: 1e6})
	path, people, parts := apiRoot+"/scores?practice=P0&limit=4", 0, 0
	for path != "" {
		answer, text := s.call(t, "GET", path, "read_scores_api", "")
		var got apiScores
		if err := json.Unmarshal([]byte(text), &got); err != nil || answer.StatusCode != 200 {
			t.Fatalf("%d %v %s", answer.StatusCode, err, text)
		}
		people, parts, path = people+len(got.People), parts+1, ""
		if got.Next != nil {
			path = *got.Next
		}
	}
	all, err := s.log.Search(t.Context(), audit.Filter{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	for _, e := range all {
		if e.Event != "read_scores_api" || e.Outcome != "allowed" || e.User != "token:t1" || e.Route != "GET /api/v1/scores" || e.Snapshot == "" {
			t.Errorf("entry %+v", e)
		}
		told += int(e.People)
	}
	if people != 15 || parts != 4 || len(all) != 4 || told != 15 {
		t.Errorf("%d people in %d parts; %d entries about %d", people, parts, len(all), told)
	}
	if answer, text := s.call(t, "GET", apiRoot+"/scores?practice=P0&from=4&snapshot=2020-01-01-old", "read_scores_api", ""); answer.StatusCode != 409 || !strings.Contains(text, "snapshot-changed") {
		t.Errorf("another snapshot: %d %s", answer.StatusCode, text)
	}
}

func TestG13TheInterfaceTellsNobodyApartFromWhomItMayNotTellOf(t *testing.T) {
	s := called(t, Limits{PerAddress: 1e6, PerSession: 1e6})
	for _, pair := range [][2][2]string{
		{{apiRoot + "/scores?practice=P1"}, {apiRoot + "/scores?practice=ZZZ"}},
		{{apiRoot + "/lists/team-1"}, {apiRoot + "/lists/none"}},
	} {
		one, a := s.call(t, "GET", pair[0][0], "read_scores_api", "")
		two, b := s.call(t, "GET", pair[1][0], "read_scores_api", "")
		if one.StatusCode != 403 || one.StatusCode != two.StatusCode || a != b {
			t.Errorf("%v: %d %s and %d %s", pair, one.StatusCode, a, two.StatusCode, b)
		}
	}
	answer, text := s.call(t, "POST", apiRoot+"/score", "read_scores_api", `{"nhs_number":"9000000017"}`)
	if answer.StatusCode != 404 || !strings.Contains(text, access.CodeNoPerson) || strings.Contains(text, "9000000017") {
		t.Errorf("nobody: %d %s", answer.StatusCode, text)
	}
	for _, body := range []string{"", "{}", `{"nhs_number":"9000000010"}`, `{"nhs_number":"9000000009","x":1}`, `{"nhs_number":"9000000009"}{}`, `[]`, strings.Repeat("a", 1<<17)} {
		if answer, text := s.call(t, "POST", apiRoot+"/score", "read_scores_api", body); answer.StatusCode != 400 {
			t.Errorf("%.40q: %d %s", body, answer.StatusCode, text)
		}
	}
	if strings.Contains(s.lines.String(), number) {
		t.Error("a number is in the log")
	}
}

// B15: the interface has no session: a cookie opens nothing, and with one
// nothing is sent. CSRF has nothing to ride on.
func TestB15TheInterfaceTakesTokensAndNoCookies(t *testing.T) {
	s := called(t, Limits{PerAddress: 1e6, PerSession: 1e6})
	body := wellAsked["score"][1]
	ask := func(scope string, headers ...string) int {
		answer, text := s.call(t, "POST", apiRoot+"/score", scope, body, headers...)
		if kind := answer.Header.Get("Content-Type"); answer.StatusCode != 200 && kind != "application/problem+json" {
			t.Errorf("%v: %s %s", headers, kind, text)
		}
		return answer.StatusCode
	}
	for _, c := range []struct {
		scope   string
		headers []string
		want    int
	}{
		{"read_scores_api", nil, 200},
		{"read_scores_api", []string{"Cookie", "session=x"}, 403},
		{"", []string{"X-Test", "coordinator s1"}, 401}, // a session opens nothing here
		{"", []string{"X-Test", "coordinator s1", "Cookie", "session=x", "Sec-Fetch-Site", "same-origin"}, 401},
		{"read_scores_api", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"read_scores_api", []string{"Origin", "https://elsewhere.example"}, 403},
	} {
		if got := ask(c.scope, c.headers...); got != c.want {
			t.Errorf("%q with %v: %d, want %d", c.scope, c.headers, got, c.want)
		}
	}
	// And the way by is no way round for pages.
	req, _ := http.NewRequestWithContext(t.Context(), "POST", s.URL+"/find", strings.NewReader("nhs-number="+number))
	req.Header.Set("X-Test", "coordinator s1")
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != 403 {
		t.Errorf("a page by a program: %d", answer.StatusCode)
	}
	for _, path := range []string{"/api", "/api/", "/api/v1", "/api/v2/scores", "/api/v1/../v1/nothing", "/api/v1/scores/x"} {
		if answer, text := s.call(t, "GET", path, "read_scores_api", ""); answer.StatusCode == 200 || strings.Contains(text, number) {
			t.Errorf("%s: %d %s", path, answer.StatusCode, text)
		}
	}
}

// B16: a token that asks too often waits, and others do not.
func TestB16ATokenThatAsksTooOftenWaits(t *testing.T) {
	s := called(t, Limits{PerAddress: 1e6, PerSession: .001, Burst: 3000})
	c := s.contract(t)
	var last *http.Response
	var text string
	for range 4 {
		last, text = s.call(t, "GET", apiRoot+"/snapshot", "read_scores_api", "")
	}
	if last.StatusCode != 429 || last.Header.Get("Retry-After") == "" || c.holds(apiRoutes()[1], last, text) != nil {
		t.Errorf("the fourth: %d %v %s", last.StatusCode, last.Header, text)
	}
	// By address too, in the same shape.
	s = called(t, Limits{PerAddress: .001, Burst: 1000, PerSession: 1e6})
	_, _ = s.call(t, "GET", apiRoot+"/snapshot", "read_scores_api", "")
	if answer, text := s.call(t, "GET", apiRoot+"/snapshot", "read_scores_api", ""); answer.StatusCode != 429 || answer.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("the second of an address: %d %s", answer.StatusCode, text)
	}
}

// A holder of a token's secret who is refused is in the audit.
func TestB15ARefusedTokenIsAudited(t *testing.T) {
	s := called(t, Limits{PerAddress: 1e6, PerSession: 1e6})
	s.call(t, "GET", apiRoot+"/runs", "read_scores_api", "")
	s.call(t, "GET", apiRoot+"/runs", "", "")
	all, err := s.log.Search(t.Context(), audit.Filter{Limit: 10})
	if err != nil || len(all) != 1 || all[0].Event != "token_refused" || all[0].Outcome != "token-scope" {
		t.Errorf("%+v, %v", all, err)
	}
}

// Every operation names an act that a connected system may do, and nothing but
// the document is open.
func TestB17EveryOperationNamesAnAct(t *testing.T) {
	seen := map[string]bool{}
	placed := regexp.MustCompile(`\{(\w+)\}`)
	for _, r := range apiRoutes() {
		if seen[r.ID] || r.Handle == nil || r.Say == "" || r.Open != (r.ID == "openapi") || !r.Open && (!may(access.Service, r.Act) || r.Answer == nil) {
			t.Errorf("%+v", r)
		}
		seen[r.ID] = true
		for _, m := range placed.FindAllStringSubmatch(r.Path, -1) {
			found := false
			for _, a := range r.Asks {
				found = found || a.In == "path" && a.Name == m[1] && a.Required
			}
			if !found {
				t.Errorf("%s does not say what %s is", r.Path, m[1])
			}
		}
	}
	one, err := OpenAPIText()
	two, _ := OpenAPIText()
	if err != nil || one != two || !json.Valid(bytes.TrimSpace([]byte(one))) {
		t.Error("the document is not the same twice")
	}
	if err := standard.OpenAPI31(t, []byte(one)); err != nil {
		t.Error(err)
	}
}
