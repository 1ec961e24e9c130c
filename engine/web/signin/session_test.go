package signin

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"leftshift/engine/access"
)

func sessionOf(t *testing.T, s *site, b *http.Client) string {
	t.Helper()
	at, _ := url.Parse(s.URL)
	for _, c := range b.Jar.Cookies(at) {
		if c.Name == sessionCookie {
			return c.Value
		}
	}
	return ""
}

func TestB12TheCookieIsOfThisHostAlone(t *testing.T) {
	s, _ := cis2Site(t, nil)
	b := s.browser()
	var set []*http.Cookie
	b.Transport = seen{b.Transport, func(r *http.Response) { set = append(set, r.Cookies()...) }}
	get(t, b, s.URL+"/sign-in")
	names := map[string]bool{}
	for _, c := range set {
		names[c.Name] = true
		if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
			t.Errorf("%s", c.Raw)
		}
		if c.MaxAge >= 0 && len(c.Value) != 43 {
			t.Errorf("%s holds %d characters", c.Name, len(c.Value))
		}
	}
	if !names[sessionCookie] || !names[attemptCookie] {
		t.Errorf("%v", names)
	}
	at, _ := url.Parse(s.URL)
	if cookies := b.Jar.Cookies(at); len(cookies) != 1 {
		t.Errorf("left after sign-in: %v", cookies)
	}
}

type seen struct {
	http.RoundTripper
	see func(*http.Response)
}

func (s seen) RoundTrip(q *http.Request) (*http.Response, error) {
	r, err := s.RoundTripper.RoundTrip(q)
	if err == nil {
		s.see(r)
	}
	return r, err
}

func TestG20IdleSessionsLock(t *testing.T) {
	s, _ := cis2Site(t, nil)
	b := s.browser()
	get(t, b, s.URL+"/sign-in")
	for range 4 { // in use, it goes on
		s.clock.move(14 * time.Minute)
		if _, text := get(t, b, s.URL+"/"); text != signedIn {
			t.Fatal(text)
		}
	}
	// A page that asks by itself does not keep it alive.
	s.clock.move(8 * time.Minute)
	if _, text := get(t, b, s.URL+"/peek"); text != signedIn {
		t.Fatal(text)
	}
	s.clock.move(8 * time.Minute)
	if _, text := get(t, b, s.URL+"/"); text != "session-idle" {
		t.Error(text)
	}
	if _, text := get(t, b, s.URL+"/"); text != "session-ended" {
		t.Errorf("afterwards: %s", text)
	}
}

func TestB12ASessionEndsAfterTenHoursHoweverBusy(t *testing.T) {
	s, p := cis2Site(t, nil)
	p.info["nhsid_nrbac_roles"] = []any{role("1001", "A81001", "R8008", ""), role("1002", "QK1", "R5105", "")}
	b := s.browser()
	get(t, b, s.URL+"/sign-in")
	post(t, b, s.URL+"/sign-in/role", url.Values{"role": {"1001"}})
	for i := range 59 {
		s.clock.move(10 * time.Minute)
		if _, text := get(t, b, s.URL+"/"); text != signedIn {
			t.Fatal(i, text)
		}
		if i == 30 { // a change of role does not begin it anew
			post(t, b, s.URL+"/sign-in/role", url.Values{"role": {"1002"}})
			post(t, b, s.URL+"/sign-in/role", url.Values{"role": {"1001"}})
		}
	}
	s.clock.move(10 * time.Minute)
	if _, text := get(t, b, s.URL+"/"); text != "session-expired" {
		t.Error(text)
	}
}

func TestB12TheSecretChangesAtSignInAndAtChangeOfRole(t *testing.T) {
	s, p := cis2Site(t, nil)
	p.info["nhsid_nrbac_roles"] = []any{role("1001", "A81001", "R8008", ""), role("1002", "QK1", "R5105", "")}
	b := s.browser()
	at, _ := url.Parse(s.URL)
	planted := strings.Repeat("A", 43)
	b.Jar.SetCookies(at, []*http.Cookie{{Name: sessionCookie, Value: planted, Path: "/", Secure: true}})
	get(t, b, s.URL+"/sign-in")
	secrets := []string{planted, sessionOf(t, s, b)}
	for _, r := range []string{"1001", "1002"} {
		post(t, b, s.URL+"/sign-in/role", url.Values{"role": {r}})
		secrets = append(secrets, sessionOf(t, s, b))
	}
	get(t, b, s.URL+"/sign-in")
	secrets = append(secrets, sessionOf(t, s, b))
	for i, x := range secrets {
		for _, y := range secrets[:i] {
			if x == y || x == "" {
				t.Errorf("secret %d is not new", i)
			}
		}
		_, err := s.store.Find(t.Context(), x, Lasts{}, false)
		if last := i == len(secrets)-1; (err == nil) != last {
			t.Errorf("secret %d: %v", i, err)
		}
	}
	if n := s.sessions(); n != 1 {
		t.Errorf("%d sessions", n)
	}
}

func TestB12SignOutEndsTheSessionAtTheServer(t *testing.T) {
	s, _ := cis2Site(t, nil)
	b := s.browser()
	get(t, b, s.URL+"/sign-in")
	secret := sessionOf(t, s, b)
	if _, text := post(t, b, s.URL+"/sign-out", nil); text != "signed out" {
		t.Error(text)
	}
	if e := s.last(); e.Act != "sign_out" || e.Principal.User != "910000000001" {
		t.Errorf("%+v", e)
	}
	if _, err := s.store.Find(t.Context(), secret, Lasts{}, true); code(err) != "session-ended" {
		t.Error(err)
	}
	if sessionOf(t, s, b) != "" {
		t.Error("the cookie is still there")
	}
	if _, text := post(t, b, s.URL+"/sign-out", nil); text != "signed out" {
		t.Errorf("again: %s", text)
	}
	get(t, b, s.URL+"/sign-in")
	if n, err := s.store.EndUser(t.Context(), "910000000001", "leaver"); n != 1 || err != nil {
		t.Error(n, err)
	}
	if _, text := get(t, b, s.URL+"/"); text != "session-ended" {
		t.Error(text)
	}
}

// A role that is taken away goes at once, not at the next sign-in.
func TestB18ADirectoryChangeHoldsForOpenSessions(t *testing.T) {
	s, _ := cis2Site(t, nil)
	b := s.browser()
	get(t, b, s.URL+"/sign-in")
	s.gate.c.Directory = access.Directory{Organisations: []access.Member{{ODS: "A81001"}}, Grants: []access.Grant{{Code: "R8008", None: true}}}
	if _, text := get(t, b, s.URL+"/"); text != "role-code-unknown" {
		t.Error(text)
	}
}

func TestB13FormsFromElsewhereAreRefused(t *testing.T) {
	s, _ := cis2Site(t, nil)
	b := s.browser()
	get(t, b, s.URL+"/sign-in")
	for _, c := range []struct {
		header, value string
		status        int
	}{
		{"Sec-Fetch-Site", "cross-site", 403}, {"Sec-Fetch-Site", "same-site", 403}, {"Origin", "https://elsewhere.example", 403}, {"", "", 403},
		{"Origin", "null", 403}, {"Sec-Fetch-Site", "same-origin", 200}, {"Origin", s.URL, 200},
	} {
		q, _ := http.NewRequest(http.MethodPost, s.URL+"/sign-out", nil)
		if c.header != "" {
			q.Header.Set(c.header, c.value)
		}
		r, err := b.Do(q)
		if status, text := read(t, r, err); status != c.status {
			t.Errorf("%s %s: %d %s", c.header, c.value, status, text)
		}
		if c.status == 403 && s.sessions() != 1 {
			t.Fatalf("%s %s ended the session", c.header, c.value)
		}
	}
	if status, _ := get(t, b, s.URL+"/sign-out"); status == 200 && s.sessions() != 0 {
		t.Error("GET signs out")
	}
}

func TestBackChannelLogoutEndsTheSessionsOfTheIssuer(t *testing.T) {
	s, p := cis2Site(t, nil)
	one, other := s.browser(), s.browser()
	get(t, one, s.URL+"/sign-in")
	p.change = func(c map[string]any) { c["sid"] = "sid-2" }
	get(t, other, s.URL+"/sign-in")
	now := s.clock.Now().Unix()
	claims := func(jti string, more map[string]any) map[string]any {
		c := map[string]any{"iss": p.URL, "aud": "client-1", "iat": now, "exp": now + 120, "jti": jti, "events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}}}
		for k, v := range more {
			c[k] = v
		}
		return c
	}
	send := func(token string) int {
		r, err := s.Client().PostForm(s.URL+"/sign-in/back-channel", url.Values{"logout_token": {token}})
		status, _ := read(t, r, err)
		return status
	}
	for name, bad := range map[string]map[string]any{
		"another audience": claims("1", map[string]any{"sid": "sid-1", "aud": "client-2"}),
		"a nonce":          claims("2", map[string]any{"sid": "sid-1", "nonce": "n"}),
		"expired":          claims("3", map[string]any{"sid": "sid-1", "exp": now - 1}),
		"from the future":  claims("4", map[string]any{"sid": "sid-1", "iat": now + 600}),
		"nobody":           claims("5", nil),
		"no event":         claims("6", map[string]any{"sid": "sid-1", "events": map[string]any{}}),
	} {
		if status := send(p.sign(bad)); status != 400 || s.sessions() != 2 {
			t.Errorf("%s: %d, %d sessions", name, status, s.sessions())
		}
	}
	p.alg = "HS256"
	if status := send(p.sign(claims("7", map[string]any{"sid": "sid-1"}))); status != 400 {
		t.Error("a shared secret signs a logout")
	}
	p.alg = "RS256"
	token := p.sign(claims("8", map[string]any{"sid": "sid-1", "sub": "s-1"}))
	if status := send(token); status != 200 || s.sessions() != 1 {
		t.Errorf("%d, %d sessions", status, s.sessions())
	}
	if _, text := get(t, one, s.URL+"/"); text != "session-ended" {
		t.Error(text)
	}
	if _, text := get(t, other, s.URL+"/"); text != signedIn {
		t.Error(text)
	}
	if e := s.last(); e.Act != "signed_out_by_issuer" || e.Count != 1 {
		t.Errorf("%+v", e)
	}
	if status := send(token); status != 400 {
		t.Error("a logout token is taken twice")
	}
	if status := send(p.sign(claims("9", map[string]any{"sub": "s-1"}))); status != 200 || s.sessions() != 0 {
		t.Errorf("by subject: %d, %d sessions", status, s.sessions())
	}
}

// Two processes have the file open; a session that one ends is ended for the
// other, and a role is changed once.
func TestTwoProcessesShareTheSessions(t *testing.T) {
	folder, clock := t.TempDir(), newClock()
	var stores [2]*Store
	for i := range stores {
		var err error
		if stores[i], err = OpenStore(folder, clock.Now); err != nil {
			t.Fatal(err)
		}
		defer stores[i].Close()
	}
	ctx := context.Background()
	secret, err := stores[0].Begin(ctx, Identity{Issuer: "i", Subject: "s", User: "u", Choices: []Choice{{ID: "1"}, {ID: "2"}}}, "1", "")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	won := make([]error, 8)
	for i := range won {
		wg.Go(func() { _, won[i] = stores[i%2].Choose(ctx, secret, "2", Lasts{}) })
	}
	wg.Wait()
	n := 0
	for _, err := range won {
		if err == nil {
			n++
		} else if code(err) != "session-ended" {
			t.Error(err)
		}
	}
	if n != 1 {
		t.Errorf("the role was changed %d times", n)
	}
	if _, err := stores[1].Find(ctx, secret, Lasts{}, true); code(err) != "session-ended" {
		t.Error(err)
	}
}

func TestOldSessionsAreForgotten(t *testing.T) {
	clock := newClock()
	s, err := OpenStore("", clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for range 3 {
		if _, err := s.Begin(t.Context(), Identity{}, "", ""); err != nil {
			t.Fatal(err)
		}
		clock.move(30 * time.Hour)
	}
	var n int
	if err := s.db.QueryRow(`SELECT count(*) FROM session`).Scan(&n); err != nil || n != 2 {
		t.Errorf("%d kept, %v", n, err)
	}
}

func TestB17RoutesAreAllThatIsServed(t *testing.T) {
	s, _ := cis2Site(t, nil)
	for _, route := range s.gate.Routes() {
		method, path, _ := strings.Cut(route, " ")
		w := httptest.NewRecorder()
		s.gate.Handler().ServeHTTP(w, httptest.NewRequest(method, path, nil))
		if w.Code == http.StatusNotFound || w.Code == http.StatusMethodNotAllowed {
			t.Errorf("%s is not served", route)
		}
		if w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s may be kept by caches", route)
		}
	}
	w := httptest.NewRecorder()
	s.gate.Handler().ServeHTTP(w, httptest.NewRequest("POST", "/sign-in", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("the demonstration's form is served by a real site: %d", w.Code)
	}
}

// A file of before sessions had a hint is taken over, with its sessions.
func TestAFileOfTheFirstVersionIsTakenOver(t *testing.T) {
	folder := t.TempDir()
	s, err := OpenStore(folder, nil)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := s.Begin(context.Background(), Identity{Issuer: "i", Subject: "s", User: "u", Choices: []Choice{{ID: "1"}}}, "1", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, back := range []string{"ALTER TABLE session DROP COLUMN hint", "PRAGMA user_version = 1"} {
		if _, err := s.db.Exec(back); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if s, err = OpenStore(folder, nil); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Find(context.Background(), secret, Lasts{}, true); err != nil || got.User != "u" || got.Hint != "" {
			t.Errorf("%+v, %v", got, err)
		}
		if _, err := s.Begin(context.Background(), Identity{User: "v", Hint: "h"}, "", ""); err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
