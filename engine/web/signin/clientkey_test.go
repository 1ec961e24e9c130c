package signin

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func rsaKey(t *testing.T, bits int) *rsa.PrivateKey {
	t.Helper()
	k, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func inPEM(t *testing.T, kind string, key any) []byte {
	t.Helper()
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	switch k := key.(type) {
	case *rsa.PrivateKey:
		if kind == "RSA PRIVATE KEY" {
			raw = x509.MarshalPKCS1PrivateKey(k)
		}
	case *ecdsa.PrivateKey:
		if kind == "EC PRIVATE KEY" {
			raw, err = x509.MarshalECPrivateKey(k)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: raw})
}

func curveKey(t *testing.T, c elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(c, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func parsed(t *testing.T, text []byte) *ClientKey {
	t.Helper()
	k, err := ParseClientKey(text)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// A provider that its makers had certified takes what each kind of key signs,
// and this site's public key as it is published.
func TestG17ACertifiedProviderTakesAClientKey(t *testing.T) {
	for alg, text := range map[string][]byte{
		"RS512": inPEM(t, "PRIVATE KEY", rsaKey(t, 2048)), "ES256": inPEM(t, "EC PRIVATE KEY", curveKey(t, elliptic.P256())),
		"ES512": inPEM(t, "PRIVATE KEY", curveKey(t, elliptic.P521())),
	} {
		t.Run(alg, func(t *testing.T) {
			key := parsed(t, text)
			if key.alg != alg {
				t.Fatalf("the key signs %s", key.alg)
			}
			s := realSiteBy(t, "RS256", key, nil)
			if _, text := signInAs(t, s, s.browser(), "one"); text != signedIn {
				t.Fatal(text)
			}
			r, err := s.browser().Get(s.URL + "/sign-in/keys")
			if err != nil {
				t.Fatal(err)
			}
			defer r.Body.Close()
			set, err := io.ReadAll(r.Body)
			if err != nil || string(set) != string(key.KeySet()) || r.Header.Get("Content-Type") != "application/jwk-set+json" {
				t.Errorf("%s, %v", set, err)
			}
			for _, private := range []string{`"d"`, `"p"`, `"q"`, `"dp"`, `"qi"`} {
				if strings.Contains(string(set), private) {
					t.Errorf("the published key has %s", private)
				}
			}
			if alg != "RS512" {
				return
			}
			// Another key than the one that is registered does not.
			s.gate.issuer.c.ClientKey = parsed(t, inPEM(t, "PRIVATE KEY", rsaKey(t, 2048)))
			if status, text := signInAs(t, s, s.browser(), "one"); status != http.StatusForbidden || !strings.HasPrefix(text, "refused: sign-in-exchange:") {
				t.Errorf("another key: %d %s", status, text)
			}
		})
	}
}

// What an assertion says, and that it is signed, by the RFCs' own words and
// without this package's.
func TestG17WhatAnAssertionSays(t *testing.T) {
	private := rsaKey(t, 2048)
	key := parsed(t, inPEM(t, "RSA PRIVATE KEY", private))
	now := time.Unix(1_750_000_000, 0)
	one, err := key.assertion("client-1", "https://issuer.example/token", now)
	if err != nil {
		t.Fatal(err)
	}
	other, _ := key.assertion("client-1", "https://issuer.example/token", now)
	part := strings.Split(one, ".")
	var header, claims map[string]any
	for i, into := range []*map[string]any{&header, &claims} {
		text, err := base64.RawURLEncoding.DecodeString(part[i])
		if err != nil || json.Unmarshal(text, into) != nil {
			t.Fatal(part[i], err)
		}
	}
	signature, err := base64.RawURLEncoding.DecodeString(part[2])
	sum := sha512.Sum512([]byte(part[0] + "." + part[1]))
	if err != nil || rsa.VerifyPKCS1v15(&private.PublicKey, crypto.SHA512, sum[:], signature) != nil {
		t.Error("the signature is not good")
	}
	if header["alg"] != "RS512" || header["kid"] != key.public["kid"] || claims["iss"] != "client-1" || claims["sub"] != "client-1" || claims["aud"] != "https://issuer.example/token" ||
		claims["iat"] != 1_750_000_000. || claims["exp"] != 1_750_000_060. || len(claims["jti"].(string)) < 22 || len(claims) != 6 {
		t.Errorf("%v %v", header, claims)
	}
	if one == other {
		t.Error("two assertions are the same")
	}
}

// The thumbprint of the example of RFC 7638, section 3.1.
func TestG17TheKeyIsNamedByItsThumbprint(t *testing.T) {
	k := (&ClientKey{alg: "RS256"}).named(map[string]string{"kty": "RSA", "e": "AQAB",
		"n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"})
	if got := k.public["kid"]; got != "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs" {
		t.Error(got)
	}
}

func TestG17WhatIsNoClientKey(t *testing.T) {
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	good := inPEM(t, "PRIVATE KEY", curveKey(t, elliptic.P384()))
	for name, text := range map[string][]byte{
		"nothing": nil, "no PEM": []byte("secret"), "a public key": pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: []byte("x")}), "a short key": inPEM(t, "PRIVATE KEY", rsaKey(t, 1024)),
		"an Edwards key": inPEM(t, "PRIVATE KEY", edwards), "another curve": inPEM(t, "PRIVATE KEY", curveKey(t, elliptic.P224())), "half a key": good[:len(good)/2],
		"an encrypted key": pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte("x")}),
	} {
		if k, err := ParseClientKey(text); k != nil || code(err) != "client-key" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if k := parsed(t, append([]byte("-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"), good...)); k.alg != "ES384" || k.public["crv"] != "P-384" {
		t.Errorf("after its parameters: %+v", k)
	}
}

// With the session here, the one at the provider ends, and the browser comes back.
func TestG20SigningOutEndsTheProvidersSessionToo(t *testing.T) {
	s := realSite(t, "RS256", func(c *Config) { c.SignedOutURL = strings.TrimSuffix(c.RedirectURL, "callback") + "signed-out" })
	b := s.browser()
	signInAs(t, s, b, "one")
	if _, text := get(t, b, s.URL+"/sign-in"); text != signedIn {
		t.Fatalf("the provider asks a second time: %s", text)
	}
	var kept string
	tokens := func() (n int) {
		t.Helper()
		if err := s.store.db.QueryRow("SELECT count(*), coalesce(max(hint), '') FROM session WHERE hint <> ''").Scan(&n, &kept); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if tokens() != 1 {
		t.Fatalf("%d ID tokens are kept", tokens())
	}
	status, text := post(t, b, s.URL+"/sign-out", url.Values{})
	to, found := strings.CutPrefix(text, "signed out: ")
	at, err := url.Parse(to)
	if status != 200 || !found || err != nil || at.Query().Get("id_token_hint") != kept || at.Query().Get("client_id") != "client-1" || !strings.HasPrefix(to, s.gate.c.Issuer) {
		t.Fatalf("%d %s, %v", status, text, err)
	}
	if n := tokens(); n != 0 || s.last().Act != "sign_out" {
		t.Errorf("%d ID tokens are kept after; the audit has %+v", n, s.last())
	}
	r, err := b.Get(to)
	_, page := read(t, r, err)
	action := formAction.FindStringSubmatch(page)
	if action == nil {
		t.Fatalf("no way to end the provider's session: %s", page)
	}
	form := url.Values{"logout": {"yes"}}
	for _, f := range formHidden.FindAllStringSubmatch(page, -1) {
		form.Set(f[1], f[2])
	}
	r, err = b.PostForm(action[1], form)
	if err != nil {
		t.Fatal(err)
	}
	back := r.Request.URL.String()
	if _, text := read(t, r, nil); text != "signed out" || !strings.HasPrefix(back, s.URL+"/sign-in/signed-out") {
		t.Errorf("after the provider: %s at %s", text, back)
	}
	if _, text := get(t, b, s.URL+"/sign-in"); !strings.Contains(text, `name="login"`) {
		t.Errorf("whoever comes next is not asked who they are: %s", text)
	}
	// Nobody is signed in: nothing is sent on.
	if _, text := post(t, b, s.URL+"/sign-out", url.Values{}); text != "signed out" {
		t.Errorf("again: %s", text)
	}
}

// Where the provider has no such page, or one at an address that is not to be
// trusted, signing out is here alone, and no ID token is kept.
func TestG20SigningOutWhereTheProviderHasNoPageForIt(t *testing.T) {
	s, _ := cis2Site(t, nil)
	b := s.browser()
	get(t, b, s.URL+"/sign-in")
	var n int
	if err := s.store.db.QueryRow("SELECT count(*) FROM session WHERE hint <> ''").Scan(&n); err != nil || n != 0 {
		t.Errorf("%d ID tokens are kept, %v", n, err)
	}
	if _, text := post(t, b, s.URL+"/sign-out", url.Values{}); text != "signed out" || s.sessions() != 0 {
		t.Error(text)
	}
	for _, at := range []string{"", "http://issuer.example/end", "javascript:alert(1)", "https://user@issuer.example/end", "//issuer.example", "http://127.0.0.1/end"} {
		if u := s.gate.issuer.endpoint(at); u != nil {
			t.Errorf("%s is taken", at)
		}
	}
	if u := s.gate.issuer.endpoint("https://issuer.example/end?realm=x"); u == nil {
		t.Error("an address of https is not taken")
	}
}
