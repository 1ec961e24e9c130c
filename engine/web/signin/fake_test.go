package signin

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"leftshift/engine"
	"leftshift/engine/access"
)

// clock is a time that tests move.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)} }
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}
func (c *clock) move(d time.Duration) { c.mu.Lock(); c.t = c.t.Add(d); c.mu.Unlock() }

var b64 = base64.RawURLEncoding

// Keys are slow to make, and no test changes one.
var rsaKeys = sync.OnceValue(func() []*rsa.PrivateKey {
	var out []*rsa.PrivateKey
	for range 3 {
		k, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		out = append(out, k)
	}
	return out
})
var ecKey = sync.OnceValue(func() *ecdsa.PrivateKey {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return k
})

// provider is an identity provider in this process that signs as it is told,
// also wrongly.
type provider struct {
	*httptest.Server
	t     *testing.T
	clock *clock

	mu       sync.Mutex
	alg      string                        // that signs
	kid      string                        // named in the header
	keys     map[string]int                // published: kid to index of rsaKeys
	signer   int                           // index of rsaKeys
	change   func(map[string]any)          // of the claims, before signing
	answer   func(map[string]any)          // of the token endpoint's answer
	info     map[string]any                // of the user info response
	signInfo bool                          // the user info response is a signed token
	issued   map[string]url.Values         // authorisation requests by code
	asked    url.Values                    // the last authorisation request
	sealed   func(http.Header, url.Values) // sees the request to the token endpoint
}

func newProvider(t *testing.T, clock *clock) *provider {
	p := &provider{t: t, clock: clock, alg: "RS256", kid: "k0", keys: map[string]int{"k0": 0}, issued: map[string]url.Values{},
		info: map[string]any{"sub": "s-1", "nhsid_useruid": "910000000001", "uid": "910000000001", "name": "WATSON Jo (Dr)",
			"nhsid_nrbac_roles": []any{role("1001", "A81001", "S8000:G8000:R8008", `"Admin":"Admin":"Admin/Clinical Support Access Role"`)}}}
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) {
		reply(w, map[string]any{"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/jwks",
			"userinfo_endpoint": p.URL + "/userinfo", "id_token_signing_alg_values_supported": []string{"RS256", "HS256", "none", "RS384"}})
	})
	mux.HandleFunc("/authorize", p.authorize)
	mux.HandleFunc("/token", p.token)
	mux.HandleFunc("/jwks", p.jwks)
	mux.HandleFunc("/userinfo", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer access-1" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if p.signInfo {
			w.Header().Set("Content-Type", "application/jwt")
			fmt.Fprint(w, p.sign(p.info))
			return
		}
		reply(w, p.info)
	})
	p.Server = httptest.NewTLSServer(mux)
	t.Cleanup(p.Close)
	return p
}

func role(profile, org, code, title string) map[string]any {
	return map[string]any{"person_orgid": "555", "person_roleid": profile, "org_code": org, "role_code": code, "role_name": title}
}

func reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

func (p *provider) authorize(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	q := r.URL.Query()
	p.asked = q
	code := fmt.Sprintf("code-%d", len(p.issued))
	p.issued[code] = q
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+url.Values{"code": {code}, "state": {q.Get("state")}}.Encode(), http.StatusFound)
}

func (p *provider) token(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = r.ParseForm()
	if p.sealed != nil {
		p.sealed(r.Header, r.PostForm)
	}
	user, pass, _ := r.BasicAuth()
	q, ok := p.issued[r.PostForm.Get("code")]
	challenge := sha256.Sum256([]byte(r.PostForm.Get("code_verifier")))
	if !ok || user != "client-1" || pass != "secret-1" || q.Get("code_challenge_method") != "S256" || q.Get("code_challenge") != b64.EncodeToString(challenge[:]) || r.PostForm.Get("redirect_uri") != q.Get("redirect_uri") {
		w.WriteHeader(http.StatusBadRequest)
		reply(w, map[string]any{"error": "invalid_grant"})
		return
	}
	delete(p.issued, r.PostForm.Get("code"))
	answer := map[string]any{"access_token": "access-1", "token_type": "Bearer", "expires_in": 300, "id_token": p.idToken(q.Get("nonce"))}
	if p.answer != nil {
		p.answer(answer)
	}
	reply(w, answer)
}

func (p *provider) idToken(nonce string) string {
	now := p.clock.Now().Unix()
	half := sha256.Sum256([]byte("access-1"))
	claims := map[string]any{"iss": p.URL, "sub": "s-1", "aud": "client-1", "exp": now + 300, "iat": now, "auth_time": now, "nonce": nonce, "sid": "sid-1",
		"acr": "AAL3_ANY", "authentication_assurance_level": "3", "id_assurance_level": "3", "uid": "910000000001", "at_hash": b64.EncodeToString(half[:16])}
	if p.change != nil {
		p.change(claims)
	}
	return p.sign(claims)
}

// sign makes a token with the algorithm and the key that the test set.
func (p *provider) sign(claims map[string]any) string {
	header := map[string]any{"alg": p.alg, "typ": "JWT", "kid": p.kid}
	h, _ := json.Marshal(header)
	c, _ := json.Marshal(claims)
	text := b64.EncodeToString(h) + "." + b64.EncodeToString(c)
	key := rsaKeys()[p.signer]
	sum := sha256.Sum256([]byte(text))
	var sig []byte
	var err error
	switch p.alg {
	case "RS256":
		sig, err = rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	case "RS384":
		long := sha512.Sum384([]byte(text))
		sig, err = rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA384, long[:])
	case "PS256":
		sig, err = rsa.SignPSS(rand.Reader, key, crypto.SHA256, sum[:], nil)
	case "ES256":
		var r, s *big.Int
		if r, s, err = ecdsa.Sign(rand.Reader, ecKey(), sum[:]); err == nil {
			sig = append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
		}
	case "HS256":
		public, _ := x509.MarshalPKIXPublicKey(&key.PublicKey)
		m := hmac.New(sha256.New, public)
		m.Write([]byte(text))
		sig = m.Sum(nil)
	}
	if err != nil {
		panic(err)
	}
	return text + "." + b64.EncodeToString(sig)
}

func (p *provider) jwks(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []any
	for kid, i := range p.keys {
		k := rsaKeys()[i].PublicKey
		out = append(out, map[string]any{"kty": "RSA", "kid": kid, "use": "sig", "n": b64.EncodeToString(k.N.Bytes()), "e": b64.EncodeToString(big.NewInt(int64(k.E)).Bytes())})
	}
	e, _ := ecKey().PublicKey.Bytes() // 4, x, y
	out = append(out, map[string]any{"kty": "EC", "crv": "P-256", "kid": "e0", "use": "sig", "x": b64.EncodeToString(e[1:33]), "y": b64.EncodeToString(e[33:])})
	reply(w, map[string]any{"keys": out})
}

// site is a server with a gate, as a browser sees it.
type site struct {
	*httptest.Server
	t      *testing.T
	gate   *Gate
	store  *Store
	clock  *clock
	mu     sync.Mutex
	events []Event
	mute   error // what the audit answers
}

func directory() access.Directory {
	return access.Directory{Organisations: []access.Member{
		{ODS: "A81001", Name: "North Road Surgery", Practices: []string{"A81001"}, Teams: []string{"north"}},
		{ODS: "QK1", Name: "The integrated care board"},
	}, Grants: []access.Grant{{Code: "app-analyst", Role: access.Analyst}, {Code: "app-coordinator", Role: access.Coordinator}}}
}

func newSite(t *testing.T, clock *clock, adjust func(*Config)) *site {
	t.Helper()
	return newSiteOver(t, clock, true, adjust)
}

func newSiteOver(t *testing.T, clock *clock, tls bool, adjust func(*Config)) *site {
	t.Helper()
	s := &site{t: t, clock: clock}
	s.Server = httptest.NewUnstartedServer(nil)
	c := Config{Kind: CIS2, Directory: directory(), Purpose: access.CaseFinding, ClientID: "client-1", ClientSecret: "secret-1", Now: clock.Now}
	if tls {
		s.StartTLS()
		c.RedirectURL = s.URL + "/sign-in/callback"
		c.HTTP = s.Client()
	} else {
		s.Start()
	}
	if adjust != nil {
		adjust(&c)
	}
	t.Cleanup(s.Close)
	var err error
	if s.store, err = OpenStore(t.TempDir(), clock.Now); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.store.Close() })
	pages := Pages{
		Choose: func(w http.ResponseWriter, r *http.Request, action string, shown []Shown) {
			fmt.Fprintf(w, "choose at %s:", action)
			for _, c := range shown {
				fmt.Fprintf(w, " %s=%s@%s(%s)", c.ID, c.Role, c.OrganisationName, c.Title)
			}
		},
		Refused: func(w http.ResponseWriter, r *http.Request, status int, why *engine.Fault) {
			w.WriteHeader(status)
			fmt.Fprintf(w, "refused: %s: %s", why.Code, why.Say)
		},
		SignedOut: func(w http.ResponseWriter, r *http.Request, elsewhere string) {
			fmt.Fprint(w, "signed out")
			if elsewhere != "" {
				fmt.Fprint(w, ": ", elsewhere)
			}
		},
	}
	s.gate, err = New(c, s.store, pages, func(_ context.Context, e Event) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.events = append(s.events, e)
		return s.mute
	})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/sign-in", s.gate.Handler())
	mux.Handle("/sign-in/", s.gate.Handler())
	mux.Handle("/sign-out", s.gate.Handler())
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		ask := s.gate.Principal
		if r.URL.Path == "/peek" {
			ask = s.gate.Peek
		}
		p, err := ask(r)
		if err != nil {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, code(err))
			return
		}
		fmt.Fprintf(w, "%s|%s|%s|%s|%s|%s|%s", p.User, p.Name, p.Role, p.Organisation, p.RoleProfile, p.Purpose, strings.Join(p.Practices, ","))
	})
	s.Config.Handler = mux
	return s
}

func cis2Site(t *testing.T, adjust func(*Config)) (*site, *provider) {
	clock := newClock()
	p := newProvider(t, clock)
	return newSite(t, clock, func(c *Config) {
		c.Issuer = p.URL
		if adjust != nil {
			adjust(c)
		}
	}), p
}

// code is the code of a Fault; the text of another error.
func code(err error) string {
	if err == nil {
		return ""
	}
	if f, ok := err.(*engine.Fault); ok {
		return f.Code
	}
	return err.Error()
}

// browser keeps cookies and follows redirects.
func (s *site) browser() *http.Client {
	jar, _ := cookiejar.New(nil)
	return &http.Client{Jar: jar, Transport: s.Client().Transport}
}

// get gives the status and the text of a page.
func get(t *testing.T, b *http.Client, address string) (int, string) {
	t.Helper()
	r, err := b.Get(address)
	return read(t, r, err)
}

// post sends a form as the site's own page would.
func post(t *testing.T, b *http.Client, address string, form url.Values) (int, string) {
	t.Helper()
	q, _ := http.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	q.Header.Set("Sec-Fetch-Site", "same-origin")
	r, err := b.Do(q)
	return read(t, r, err)
}

func read(t *testing.T, r *http.Response, err error) (int, string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	var b strings.Builder
	if _, err := fmt.Fprint(&b, readAll(r)); err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, b.String()
}

func readAll(r *http.Response) string {
	var b strings.Builder
	buf := make([]byte, 4096)
	for {
		n, err := r.Body.Read(buf)
		b.Write(buf[:n])
		if err != nil {
			return b.String()
		}
	}
}

// last is the last event of the audit.
func (s *site) last() Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.events) == 0 {
		return Event{}
	}
	return s.events[len(s.events)-1]
}

// sessions counts the rows of sessions that have not ended.
func (s *site) sessions() (n int) {
	s.t.Helper()
	if err := s.store.db.QueryRow(`SELECT count(*) FROM session WHERE ended IS NULL`).Scan(&n); err != nil {
		s.t.Fatal(err)
	}
	return n
}
