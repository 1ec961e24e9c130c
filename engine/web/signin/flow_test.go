package signin

import (
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"leftshift/engine"
)

const signedIn = "910000000001|WATSON Jo (Dr)|coordinator|A81001|1001|case-finding|A81001"

func TestB9B10G17OneRoleSignsInAtOnce(t *testing.T) {
	s, p := cis2Site(t, nil)
	b := s.browser()
	status, text := get(t, b, s.URL+"/sign-in")
	if status != 200 || text != signedIn {
		t.Fatalf("%d %s", status, text)
	}
	q := p.asked
	if q.Get("scope") != "openid profile nationalrbacaccess" || q.Get("response_type") != "code" || q.Get("acr_values") != "AAL2_OR_AAL3_ANY" || q.Get("code_challenge_method") != "S256" || len(q.Get("nonce")) < 43 || len(q.Get("state")) < 43 {
		t.Errorf("asked %v", q)
	}
	e := s.last()
	if e.Act != "sign_in" || e.Code != "allowed" || e.Principal.User != "910000000001" || e.Principal.Session == "" || e.Principal.Authoriser != p.URL || e.Principal.Device != "127.0.0.1" {
		t.Errorf("%+v", e)
	}
}

func TestB9EveryAlgorithmOfTheListIsTaken(t *testing.T) {
	for _, alg := range []string{"RS256", "PS256", "ES256"} {
		s, p := cis2Site(t, nil)
		p.alg = alg
		if alg == "ES256" {
			p.kid = "e0"
		}
		if _, text := get(t, s.browser(), s.URL+"/sign-in"); text != signedIn {
			t.Errorf("%s: %s", alg, text)
		}
	}
}

// Each way in which an identity provider, or whoever stands in for it, can be
// wrong: refused, with the code in the audit too, and no session.
func TestB9WhatIsMisSignedIsRefused(t *testing.T) {
	set := func(key string, v any) func(*provider) {
		return func(p *provider) { p.change = func(c map[string]any) { c[key] = v } }
	}
	without := func(key string) func(*provider) {
		return func(p *provider) { p.change = func(c map[string]any) { delete(c, key) } }
	}
	at := func(key string, d time.Duration) func(*provider) {
		return func(p *provider) {
			p.change = func(c map[string]any) { c[key] = p.clock.Now().Add(d).Unix() }
		}
	}
	for _, c := range []struct {
		name string
		do   func(*provider)
		code string
	}{
		{"another algorithm", func(p *provider) { p.alg = "RS384" }, "sign-in-token"},
		{"no algorithm", func(p *provider) { p.alg = "none" }, "sign-in-token"},
		{"the public key as a shared secret", func(p *provider) { p.alg = "HS256" }, "sign-in-token"},
		{"an unknown key", func(p *provider) { p.kid, p.signer = "k9", 2 }, "sign-in-token"},
		{"another key under a known name", func(p *provider) { p.signer = 2 }, "sign-in-token"},
		{"another issuer", set("iss", "https://issuer.example"), "sign-in-token"},
		{"another audience", set("aud", "client-2"), "sign-in-token"},
		{"no audience", without("aud"), "sign-in-token"},
		{"two audiences and no party", set("aud", []string{"client-1", "client-2"}), "sign-in-token"},
		{"another party", set("azp", "client-2"), "sign-in-token"},
		{"another nonce", set("nonce", "n"), "sign-in-token"},
		{"no nonce", without("nonce"), "sign-in-token"},
		{"expired", at("exp", -time.Second), "sign-in-token"},
		{"no expiry", without("exp"), "sign-in-token"},
		{"not yet issued", at("iat", 2*time.Minute), "sign-in-token"},
		{"issued long ago", at("iat", -time.Hour), "sign-in-token"},
		{"no time of issue", without("iat"), "sign-in-token"},
		{"not before tomorrow", at("nbf", 24*time.Hour), "sign-in-token"},
		{"another access token", set("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"), "sign-in-token"},
		{"no subject", without("sub"), "sign-in-claims"},
		{"no ID token", func(p *provider) { p.answer = func(a map[string]any) { delete(a, "id_token") } }, "sign-in-token"},
		{"an ID token that is none", func(p *provider) { p.answer = func(a map[string]any) { a["id_token"] = "a.b.c" } }, "sign-in-token"},
		{"no access token", func(p *provider) { p.answer = func(a map[string]any) { delete(a, "access_token") } }, "sign-in-exchange"},
		{"the user info of another", func(p *provider) { p.info["sub"] = "s-2" }, "sign-in-claims"},
		{"two user identifiers", func(p *provider) { p.info["uid"] = "910000000002" }, "sign-in-claims"},
		{"roles of another form", func(p *provider) { p.info["nhsid_nrbac_roles"] = "R8000" }, "sign-in-claims"},
		{"weak authentication", set("authentication_assurance_level", "1"), "sign-in-assurance"},
		{"no authentication level", without("authentication_assurance_level"), "sign-in-assurance"},
		{"an unchecked identity", set("id_assurance_level", 2), "sign-in-identity-assurance"},
		{"no role", func(p *provider) { delete(p.info, "nhsid_nrbac_roles") }, "sign-in-no-role"},
		{"no role here", func(p *provider) { p.info["nhsid_nrbac_roles"] = []any{role("1", "Z99999", "R8000", "")} }, "sign-in-no-role"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, p := cis2Site(t, nil)
			c.do(p)
			b := s.browser()
			status, text := get(t, b, s.URL+"/sign-in")
			if status != http.StatusForbidden || !strings.HasPrefix(text, "refused: "+c.code+": ") {
				t.Fatalf("%d %s", status, text)
			}
			if e := s.last(); e.Act != "sign_in_refused" || e.Code != c.code {
				t.Errorf("audit has %+v", e)
			}
			at, _ := url.Parse(s.URL)
			if n := s.sessions(); n != 0 || len(b.Jar.Cookies(at)) != 0 {
				t.Errorf("%d sessions, cookies %v", n, b.Jar.Cookies(at))
			}
		})
	}
}

func TestB9ClocksMayDifferALittle(t *testing.T) {
	s, p := cis2Site(t, nil)
	p.change = func(c map[string]any) {
		c["iat"] = p.clock.Now().Add(30 * time.Second).Unix()
		c["aud"] = []string{"client-1"}
	}
	if _, text := get(t, s.browser(), s.URL+"/sign-in"); text != signedIn {
		t.Error(text)
	}
}

func TestB9RotatedKeysAreFetched(t *testing.T) {
	s, p := cis2Site(t, nil)
	if _, text := get(t, s.browser(), s.URL+"/sign-in"); text != signedIn {
		t.Fatal(text)
	}
	p.mu.Lock()
	p.keys, p.kid, p.signer = map[string]int{"k1": 1}, "k1", 1
	p.mu.Unlock()
	if _, text := get(t, s.browser(), s.URL+"/sign-in"); text != signedIn {
		t.Error(text)
	}
}

// CIS2 can sign its user info: then the signature counts.
func TestB10SignedUserInfoIsVerified(t *testing.T) {
	s, p := cis2Site(t, nil)
	p.signInfo = true
	if _, text := get(t, s.browser(), s.URL+"/sign-in"); text != signedIn {
		t.Error(text)
	}
	p.answer = func(map[string]any) { p.alg = "HS256" } // after the ID token is made
	if _, text := get(t, s.browser(), s.URL+"/sign-in"); !strings.HasPrefix(text, "refused: sign-in-user-info:") {
		t.Error(text)
	}
	p.alg = "RS256"
	p.answer = func(map[string]any) { p.signer = 2 }
	if _, text := get(t, s.browser(), s.URL+"/sign-in"); !strings.HasPrefix(text, "refused: sign-in-user-info:") {
		t.Error(text)
	}
}

// No refusal tells a person's values, on the page or to whoever keeps the error.
func TestG36RefusalsHoldNobodysValues(t *testing.T) {
	for _, change := range []func(*provider){
		func(p *provider) { p.info["sub"] = "s-2" },
		func(p *provider) { p.info["uid"] = "910000000002" },
		func(p *provider) { p.info["name"] = 910000000001 },
		func(p *provider) { p.change = func(c map[string]any) { c["uid"] = []string{"910000000001"} } },
		func(p *provider) { p.answer = func(a map[string]any) { a["id_token"] = "WATSON.910000000001.x" } },
		func(p *provider) { p.info["nhsid_nrbac_roles"] = []any{"910000000001"} },
	} {
		s, p := cis2Site(t, nil)
		change(p)
		var all string
		refused := s.gate.pages.Refused
		s.gate.pages.Refused = func(w http.ResponseWriter, r *http.Request, status int, why *engine.Fault) {
			all += why.Error()
			refused(w, r, status, why)
		}
		_, text := get(t, s.browser(), s.URL+"/sign-in")
		all += text
		if !strings.HasPrefix(text, "refused: ") {
			t.Fatal(text)
		}
		for _, value := range []string{"91000000000", "WATSON", "s-1", "access-1", "secret-1"} {
			if strings.Contains(all, value) {
				t.Errorf("%q is in %s", value, all)
			}
		}
	}
}

// stopAtCallback gives the address that the identity provider sends the browser
// back to, without going there.
func stopAtCallback(t *testing.T, s *site, b *http.Client) string {
	t.Helper()
	stopped := errors.New("stop")
	found := ""
	b.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if r.URL.Path == "/sign-in/callback" {
			found = r.URL.String()
			return stopped
		}
		return nil
	}
	if r, err := b.Get(s.URL + "/sign-in"); err == nil {
		r.Body.Close()
	}
	b.CheckRedirect = nil
	if found == "" {
		t.Fatal("the browser was not sent back")
	}
	return found
}

func TestB9AStateIsGoodOnceInOneBrowserForTenMinutes(t *testing.T) {
	s, _ := cis2Site(t, nil)
	refused := func(what string, b *http.Client, address, code string) {
		t.Helper()
		if status, text := get(t, b, address); status != http.StatusForbidden || !strings.HasPrefix(text, "refused: "+code+":") {
			t.Errorf("%s: %d %s", what, status, text)
		}
	}
	b := s.browser()
	back := stopAtCallback(t, s, b)
	refused("another browser", s.browser(), back, "sign-in-state")
	refused("after another browser tried", b, back, "sign-in-state")

	b, other := s.browser(), s.browser()
	back = stopAtCallback(t, s, b)
	stopAtCallback(t, s, other)
	refused("a browser with a sign-in of its own", other, back, "sign-in-state")

	b = s.browser()
	back = stopAtCallback(t, s, b)
	if _, text := get(t, b, back); text != signedIn {
		t.Error(text)
	}
	refused("replayed", b, back, "sign-in-state")

	b = s.browser()
	back = stopAtCallback(t, s, b)
	s.clock.move(11 * time.Minute)
	refused("late", b, back, "sign-in-state")

	b = s.browser()
	stopAtCallback(t, s, b)
	refused("no state", b, s.URL+"/sign-in/callback?code=code-0", "sign-in-state")

	b = s.browser()
	u, _ := url.Parse(stopAtCallback(t, s, b))
	refused("denied at the issuer", b, s.URL+"/sign-in/callback?error=access_denied&state="+u.Query().Get("state"), "sign-in-denied")

	b = s.browser()
	refused("another issuer answers", b, stopAtCallback(t, s, b)+"&iss=https://issuer.example", "sign-in-token")
}

// A code that was stolen is of no use in another browser: its verifier is made
// from the cookie.
func TestB9ACodeIsBoundToItsBrowserByPKCE(t *testing.T) {
	s, p := cis2Site(t, nil)
	p.sealed = func(_ http.Header, form url.Values) {
		if len(form.Get("code_verifier")) < 43 {
			t.Error("no verifier was sent")
		}
	}
	victim, thief := s.browser(), s.browser()
	stolen, _ := url.Parse(stopAtCallback(t, s, victim))
	own, _ := url.Parse(stopAtCallback(t, s, thief))
	q := own.Query()
	q.Set("code", stolen.Query().Get("code"))
	status, text := get(t, thief, s.URL+"/sign-in/callback?"+q.Encode())
	if status != http.StatusForbidden || !strings.HasPrefix(text, "refused: sign-in-exchange:") {
		t.Errorf("%d %s", status, text)
	}
}

func TestIssuerThatIsAwayIsAskedAgain(t *testing.T) {
	clock := newClock()
	p := newProvider(t, clock)
	inner, away := p.Config.Handler, true
	p.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if away {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		inner.ServeHTTP(w, r)
	})
	s := newSite(t, clock, func(c *Config) { c.Issuer = p.URL })
	if status, text := get(t, s.browser(), s.URL+"/sign-in"); status != http.StatusServiceUnavailable || !strings.HasPrefix(text, "refused: issuer-unreachable:") {
		t.Errorf("%d %s", status, text)
	}
	away = false
	if _, text := get(t, s.browser(), s.URL+"/sign-in"); text != signedIn {
		t.Error(text)
	}
}

func TestG17ManyRolesAreChosenFrom(t *testing.T) {
	s, p := cis2Site(t, nil)
	p.info["nhsid_nrbac_roles"] = []any{
		role("1001", "A81001", "S8000:G8000:R8008", `"Admin":"Admin/Clinical Support Access Role"`),
		role("1002", "QK1", "S0080:G0450:R5105", `"Management":"Caldicott Guardian"`),
		role("1003", "Z99999", "S8000:G8000:R8000", "elsewhere"),
		role("", "QK1", "R0001", "no profile"),
	}
	b := s.browser()
	status, text := get(t, b, s.URL+"/sign-in")
	if want := "choose at /sign-in/role: 1001=coordinator@North Road Surgery(Admin/Clinical Support Access Role) 1002=ig_lead@The integrated care board(Caldicott Guardian)"; status != 200 || text != want {
		t.Fatalf("%d %s", status, text)
	}
	if _, text := get(t, b, s.URL+"/"); text != "role-not-chosen" {
		t.Errorf("before choosing: %s", text)
	}
	if status, text := post(t, b, s.URL+"/sign-in/role", url.Values{"role": {"1003"}}); status != http.StatusForbidden || !strings.Contains(text, "role-not-yours") {
		t.Errorf("a role that gives nothing here: %d %s", status, text)
	}
	if _, text := post(t, b, s.URL+"/sign-in/role", url.Values{"role": {"1002"}}); text != "910000000001|WATSON Jo (Dr)|ig_lead|QK1|1002|case-finding|" {
		t.Error(text)
	}
	if e := s.last(); e.Act != "role_chosen" || e.Principal.Role != "ig_lead" {
		t.Errorf("%+v", e)
	}
}

func TestG17TheRoleChosenAtCIS2IsTheOnlyOne(t *testing.T) {
	s, p := cis2Site(t, func(c *Config) { c.SelectedRole = true; c.MinAuthentication = 3 })
	p.info["nhsid_nrbac_roles"] = []any{role("1001", "A81001", "R8008", ""), role("1002", "QK1", "R5105", "")}
	p.change = func(c map[string]any) { c["selected_roleid"] = "1002" }
	if _, text := get(t, s.browser(), s.URL+"/sign-in"); text != "910000000001|WATSON Jo (Dr)|ig_lead|QK1|1002|case-finding|" {
		t.Error(text)
	}
	if q := p.asked; q.Get("scope") != "openid profile nationalrbacaccess selectedrole" || q.Get("prompt") != "login" || q.Get("acr_values") != "AAL3_ANY" {
		t.Errorf("asked %v", q)
	}
	p.change = nil
	if _, text := get(t, s.browser(), s.URL+"/sign-in"); !strings.Contains(text, "sign-in-no-role") {
		t.Errorf("no role chosen there: %s", text)
	}
	p.change = func(c map[string]any) {
		c["selected_roleid"], c["auth_time"] = "1002", p.clock.Now().Add(-time.Hour).Unix()
	}
	if _, text := get(t, s.browser(), s.URL+"/sign-in"); !strings.Contains(text, "sign-in-token") {
		t.Errorf("an old authentication: %s", text)
	}
}

func TestEntraUsersAreKnownByTenantAndObject(t *testing.T) {
	clock := newClock()
	p := newProvider(t, clock)
	s := newSite(t, clock, func(c *Config) {
		c.Kind, c.Issuer, c.Tenants = Entra, p.URL, map[string]string{"tid-1": "QK1"}
	})
	claims := map[string]any{}
	p.change = func(c map[string]any) {
		for k, v := range claims {
			c[k] = v
		}
	}
	for _, c := range []struct {
		claims map[string]any
		want   string
	}{
		{map[string]any{"tid": "tid-1", "oid": "oid-1", "name": "Sam Lee", "email": "sam@icb.example", "roles": []string{"app-analyst"}}, "tid-1/oid-1|Sam Lee|analyst|QK1|app-analyst|case-finding|"},
		{map[string]any{"roles": []string{"app-analyst", "other", "app-analyst"}}, "tid-1/oid-1|Sam Lee|analyst|QK1|app-analyst|case-finding|"},
		{map[string]any{"groups": []string{"app-coordinator"}}, "choose at /sign-in/role: app-analyst=analyst@The integrated care board() app-coordinator=coordinator@The integrated care board()"},
		{map[string]any{"_claim_names": map[string]string{"groups": "src1"}, "_claim_sources": map[string]any{"src1": map[string]string{"endpoint": "https://graph.example/x"}}}, "refused: entra-groups-overage: "},
		{map[string]any{"_claim_names": nil, "_claim_sources": nil, "hasgroups": true}, "refused: entra-groups-overage: "},
		{map[string]any{"hasgroups": nil, "oid": ""}, "refused: sign-in-claims: "},
		{map[string]any{"oid": "oid-1", "tid": "tid-2"}, "refused: sign-in-tenant: "},
		{map[string]any{"tid": ""}, "refused: sign-in-tenant: "},
	} {
		for k, v := range c.claims {
			claims[k] = v
		}
		if _, text := get(t, s.browser(), s.URL+"/sign-in"); text != c.want && !(strings.HasSuffix(c.want, ": ") && strings.HasPrefix(text, c.want)) {
			t.Errorf("%v: %s", c.claims, text)
		}
	}
	if q := p.asked; q.Get("scope") != "openid profile" || q.Has("acr_values") {
		t.Errorf("asked %v", q)
	}
}

// Nobody is let in whose coming in cannot be kept.
func TestG21NobodyIsLetInWithoutTheAudit(t *testing.T) {
	s, _ := cis2Site(t, nil)
	s.mute = errors.New("disk full")
	b := s.browser()
	if status, text := get(t, b, s.URL+"/sign-in"); status != http.StatusServiceUnavailable || !strings.HasPrefix(text, "refused: not-audited:") {
		t.Errorf("%d %s", status, text)
	}
	if n := s.sessions(); n != 0 {
		t.Errorf("%d sessions", n)
	}
}

// What lies in the file lets nobody in: it holds no secret that a browser, a
// system or the issuer was given.
func TestB12OnlyHashesAreKept(t *testing.T) {
	s, p := cis2Site(t, nil)
	var secrets []string
	p.sealed = func(_ http.Header, form url.Values) {
		secrets = append(secrets, form.Get("code_verifier"), form.Get("code"))
	}
	b := s.browser()
	get(t, b, s.URL+"/sign-in")
	at, _ := url.Parse(s.URL)
	for _, c := range b.Jar.Cookies(at) {
		secrets = append(secrets, c.Value)
	}
	stopAtCallback(t, s, b)
	for _, c := range b.Jar.Cookies(at) {
		secrets = append(secrets, c.Value)
	}
	secrets = append(secrets, p.asked.Get("state"), p.asked.Get("nonce"), "access-1", "secret-1")
	text, _, err := s.store.IssueToken(t.Context(), TokenAsk{Name: "x", Scope: scopes(), Organisation: "QK1", By: "u", Lasts: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	secrets = append(secrets, text, text[len(text)-43:])
	var folder string
	if err := s.store.db.QueryRow(`SELECT file FROM pragma_database_list`).Scan(&folder); err != nil {
		t.Fatal(err)
	}
	var all string
	for _, tail := range []string{"", "-wal"} {
		b, err := os.ReadFile(folder + tail)
		if err != nil {
			t.Fatal(err)
		}
		all += string(b)
	}
	if !strings.Contains(all, "910000000001") {
		t.Fatal("the test reads the wrong file")
	}
	for i, x := range secrets {
		if x == "" || strings.Contains(all, x) {
			t.Errorf("secret %d of %d is empty or in the file", i, len(secrets))
		}
	}
	if info, err := os.Stat(filepath.Clean(folder)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
}
