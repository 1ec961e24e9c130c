package signin

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"leftshift/engine/access"
)

func tokenSite(t *testing.T) (*site, string, Token) {
	t.Helper()
	s, _ := cis2Site(t, nil)
	text, token, err := s.store.IssueToken(t.Context(), TokenAsk{Name: "dashboard", Scope: []access.Act{access.ReadScoresAPI}, Organisation: "A81001", By: "910000000001", Lasts: TokenLasts})
	if err != nil {
		t.Fatal(err)
	}
	return s, text, token
}

func (s *site) ask(target, authorization string, act access.Act) (access.Principal, error) {
	r := httptest.NewRequest("GET", target, nil)
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	return s.gate.Bearer(r, act)
}

func TestB15TokenGivesAConnectedSystem(t *testing.T) {
	s, text, token := tokenSite(t)
	p, err := s.ask("/api/scores", "Bearer "+text, access.ReadScoresAPI)
	if err != nil {
		t.Fatal(err)
	}
	if p.User != "token:"+token.ID || p.Name != "dashboard" || p.Role != access.Service || p.Organisation != "A81001" || p.Authoriser != "910000000001" || p.Purpose != access.CaseFinding || strings.Join(p.Practices, " ") != "A81001" {
		t.Errorf("%+v", p)
	}
	if d := access.Decide(p, access.ReadScoresAPI, access.Organisation(access.CaseFinding, "A81001")); !d.Allowed {
		t.Errorf("%+v", d)
	}
	if !strings.HasPrefix(text, "leftshift_") || len(text) != len("leftshift_")+16+1+43 {
		t.Errorf("a token of %d characters", len(text))
	}
}

func TestB15TokensAreRefused(t *testing.T) {
	s, text, token := tokenSite(t)
	other, _, _ := s.store.IssueToken(t.Context(), TokenAsk{Name: "other", Scope: scopes(), Organisation: "QK1", By: "u", Lasts: time.Hour})
	wrong := text[:len(text)-1] + map[bool]string{true: "B", false: "A"}[text[len(text)-1] == 'A']
	for _, c := range []struct{ name, target, authorization, code string }{
		{"none", "/", "", "token-none"},
		{"another scheme", "/", "Basic " + text, "token-none"},
		{"an empty one", "/", "Bearer ", "token-none"},
		{"a wrong secret", "/", "Bearer " + wrong, "token-refused"},
		{"another's identifier", "/", "Bearer " + text[:27] + other[27:], "token-refused"},
		{"an unknown identifier", "/", "Bearer leftshift_AAAAAAAAAAAAAAAA_" + text[27:], "token-refused"},
		{"no token at all", "/", "Bearer x", "token-refused"},
		{"in the address", "/?key=" + text, "", "token-in-url"},
		{"in the address too", "/?access_token=x", "Bearer " + text, "token-in-url"},
		{"as a name in the address", "/?" + text, "Bearer " + text, "token-in-url"},
	} {
		if p, err := s.ask(c.target, c.authorization, access.ReadScoresAPI); code(err) != c.code || p.User != "" {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if _, err := s.ask("/", "Bearer "+text, access.OpenPerson); code(err) != "token-scope" {
		t.Error(err)
	}
	s.clock.move(TokenLasts - time.Second)
	if _, err := s.ask("/", "Bearer "+text, access.ReadScoresAPI); err != nil {
		t.Error(err)
	}
	s.clock.move(time.Second)
	if _, err := s.ask("/", "Bearer "+text, access.ReadScoresAPI); code(err) != "token-expired" {
		t.Error(err)
	}
	if err := s.store.RevokeToken(t.Context(), token.ID); err != nil {
		t.Error(err)
	}
	if _, err := s.ask("/", "Bearer "+text, access.ReadScoresAPI); code(err) != "token-revoked" {
		t.Error(err)
	}
	if err := s.store.RevokeToken(t.Context(), "none"); code(err) != "token-unknown" {
		t.Error(err)
	}
	s.gate.c.Directory = access.Directory{}
	fresh, _, _ := s.store.IssueToken(t.Context(), TokenAsk{Name: "x", Scope: scopes(), Organisation: "A81001", By: "u", Lasts: time.Hour})
	if _, err := s.ask("/", "Bearer "+fresh, access.ReadScoresAPI); code(err) != "organisation-unknown" {
		t.Error(err)
	}
}

func TestB15LastUseIsKeptToTheMinute(t *testing.T) {
	s, text, _ := tokenSite(t)
	start := s.clock.Now()
	for range 5 {
		if _, err := s.ask("/", "Bearer "+text, access.ReadScoresAPI); err != nil {
			t.Fatal(err)
		}
		s.clock.move(25 * time.Second)
	}
	list, err := s.store.Tokens(t.Context())
	if err != nil || len(list) != 1 || !list[0].Used.Equal(start.Add(75*time.Second)) || !list[0].Revoked.IsZero() || list[0].Scope[0] != access.ReadScoresAPI {
		t.Errorf("%+v %v", list, err)
	}
}

func TestB15ATokenIsAskedForWhole(t *testing.T) {
	s, _, _ := tokenSite(t)
	_, _, err := s.store.IssueToken(t.Context(), TokenAsk{Scope: []access.Act{access.OpenPerson}, Lasts: TokenLasts + 1})
	for _, part := range []string{"its name", "its organisation", "its maker", "at most 90 days", "may not have open_person"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not in %v", part, err)
		}
	}
	for _, a := range scopes() {
		if a == access.RevealIdentity || a == access.ExportList {
			t.Errorf("a token may have %s", a)
		}
	}
}

// A token is no session, and a session no token.
func TestB15TokensAreCookieLess(t *testing.T) {
	s, text, _ := tokenSite(t)
	r := httptest.NewRequest("GET", "/", nil)
	r.AddCookie(&http.Cookie{Name: sessionCookie, Value: text})
	if _, err := s.gate.Principal(r); code(err) != "session-none" {
		t.Error(err)
	}
	b := s.browser()
	get(t, b, s.URL+"/sign-in")
	r = httptest.NewRequest("GET", "/", nil)
	r.AddCookie(&http.Cookie{Name: sessionCookie, Value: sessionOf(t, s, b)})
	if _, err := s.gate.Bearer(r, access.ReadScoresAPI); code(err) != "token-none" {
		t.Error(err)
	}
}
