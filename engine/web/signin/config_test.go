package signin

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"leftshift/engine/access"
)

func demoSite(t *testing.T) *site {
	return newSiteOver(t, newClock(), false, func(c *Config) {
		*c = Config{Kind: Demo, Directory: c.Directory, Purpose: c.Purpose, Now: c.Now, Synthetic: true, Listen: "127.0.0.1:8080",
			Demo: []Choice{{ID: "coordinator", Title: "Care coordinator", Code: "app-coordinator", Organisation: "A81001"}, {ID: "analyst", Title: "Analyst", Code: "app-analyst", Organisation: "QK1"}}}
	})
}

func TestDemoSignsInAsEitherRole(t *testing.T) {
	s := demoSite(t)
	b := s.browser()
	if _, text := get(t, b, s.URL+"/sign-in"); text != "choose at /sign-in: coordinator=coordinator@North Road Surgery(Care coordinator) analyst=analyst@The integrated care board(Analyst)" {
		t.Error(text)
	}
	for _, c := range [][2]string{{"coordinator", "demo:coordinator|Care coordinator|coordinator|A81001|coordinator|case-finding|A81001"}, {"analyst", "demo:analyst|Analyst|analyst|QK1|analyst|case-finding|"}} {
		if _, text := post(t, b, s.URL+"/sign-in", url.Values{"role": {c[0]}}); text != c[1] {
			t.Error(text)
		}
		if e := s.last(); e.Act != "sign_in" || e.Principal.Authoriser != "demonstration" {
			t.Errorf("%+v", e)
		}
	}
	if n := s.sessions(); n != 1 {
		t.Errorf("%d sessions", n)
	}
	if status, text := post(t, b, s.URL+"/sign-in", url.Values{"role": {"administrator"}}); status != 403 || !strings.Contains(text, "role-not-yours") {
		t.Errorf("%d %s", status, text)
	}
	at, _ := url.Parse(s.URL)
	for _, c := range b.Jar.Cookies(at) {
		if strings.HasPrefix(c.Name, "__Host-") || !strings.HasPrefix(c.Name, "demo-") {
			t.Errorf("cookie %s", c.Name)
		}
	}
}

// Only this machine, under its own name.
func TestDemoIsForThisMachineOnly(t *testing.T) {
	s := demoSite(t)
	for _, c := range []struct {
		from, host string
		ok         bool
	}{
		{"127.0.0.1:5", "localhost:8080", true}, {"[::1]:5", "[::1]:8080", true}, {"127.0.0.1:5", "127.0.0.1", true}, {"[::1]:5", "[::1]", true},
		{"10.0.0.7:5", "localhost:8080", false}, {"127.0.0.1:5", "demo.example:8080", false}, {"127.0.0.1:5", "10.0.0.7:8080", false}, {"", "localhost", false}, {"127.0.0.1:5", "", false},
	} {
		r := httptest.NewRequest(http.MethodGet, "/sign-in", nil)
		r.RemoteAddr, r.Host = c.from, c.host
		w := httptest.NewRecorder()
		s.gate.Handler().ServeHTTP(w, r)
		if (w.Code == 200) != c.ok {
			t.Errorf("from %q to %q: %d %s", c.from, c.host, w.Code, w.Body)
		}
		if _, err := s.gate.Principal(r); (code(err) == "session-none") != c.ok {
			t.Errorf("from %q to %q: %v", c.from, c.host, err)
		}
	}
	for listen, ok := range map[string]bool{"127.0.0.1:80": true, "localhost:0": true, "[::1]:80": true, "127.0.0.9:1": true, ":8080": false, "0.0.0.0:80": false, "[::]:80": false, "10.1.1.1:80": false, "localhost": false, "localhost.example:80": false, "": false} {
		if err := CheckLoopback(listen); (err == nil) != ok {
			t.Errorf("%s: %v", listen, err)
		}
	}
}

func TestConfigReportsEveryFaultTogether(t *testing.T) {
	for _, c := range []struct {
		c    Config
		want []string
	}{
		{Config{}, []string{"the purpose of the site", "kind must be"}},
		{Config{Kind: CIS2, Issuer: "http://issuer.example", RedirectURL: "https://x/callback", Demo: []Choice{{}}, MinIdentity: 4, Lasts: Lasts{Idle: 1, Absolute: 1e15}},
			[]string{"issuer must be an https", "redirect address must", "client identifier and secret", "demonstration form cannot be beside", "levels of assurance", "idle time", "at most 24 hours"}},
		{Config{Kind: Entra, Tenants: map[string]string{"t": "QZ9"}}, []string{`tenant t is of organisation "QZ9"`}},
		{Config{Kind: Entra}, []string{"no tenant is allowed in"}},
		{Config{Kind: Entra, ClientSecret: "s", ClientKey: &ClientKey{}, SignedOutURL: "https://x/"}, []string{"give one of them", "a client key is for NHS CIS2", "the address after signing out must be"}},
		{Config{Kind: Demo, Listen: ":80", Issuer: "https://x"}, []string{"synthetic sites only", "on this machine only", "nobody to choose", "cannot be beside a demonstration"}},
		{Config{Kind: Demo, Directory: access.Directory{Organisations: []access.Member{{}}}}, []string{"an organisation has no ODS code"}},
	} {
		err := c.c.Validate()
		for _, part := range c.want {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("%q is not in %v", part, err)
			}
		}
	}
	if _, err := New(Config{}, nil, Pages{}, nil); code(err) != "sign-in-config" {
		t.Error(err)
	}
}
