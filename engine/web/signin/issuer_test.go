package signin

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// The sign-in against a provider that its makers had certified, in a process of
// its own: what this package and the fake provider of the other tests could both
// have wrong, this one has right.

const missing = "the sign-in tests run a certified identity provider and need %s: install Node.js 22 or later with npm, then run `make test`, which installs the rest under build/"

// issuerFolder installs the provider under build/, once for each lock file.
func issuerFolder(t *testing.T) (node, folder string) {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatalf(missing, "node")
	}
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
		if root == filepath.Dir(root) {
			t.Fatal("there is no go.mod above the test")
		}
		root = filepath.Dir(root)
	}
	sum := sha256.New()
	files := map[string][]byte{}
	for _, name := range []string{"package.json", "package-lock.json", "issuer.mjs"} {
		text, err := os.ReadFile(filepath.Join("testdata", "issuer", name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = text
		sum.Write(text)
	}
	parent := filepath.Join(root, "build", "issuer")
	folder = filepath.Join(parent, hex.EncodeToString(sum.Sum(nil))[:16])
	if _, err := os.Stat(folder); err == nil {
		return node, folder
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		t.Fatalf(missing, "npm")
	}
	if err := os.MkdirAll(parent, 0o755); err != nil {
		t.Fatal(err)
	}
	// Whole or not at all, also when two test runs install at once.
	fresh, err := os.MkdirTemp(parent, "installing-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(fresh)
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(fresh, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithTimeout(t.Context(), 5*time.Minute)
	defer stop()
	install := exec.CommandContext(ctx, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	install.Dir = fresh
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("`npm ci` could not install the identity provider of the sign-in tests (%v); with a package registry in reach, `make test` installs it:\n%s", err, out)
	}
	if err := os.Rename(fresh, folder); err != nil {
		if _, there := os.Stat(folder); there != nil {
			t.Fatal(err)
		}
	}
	return node, folder
}

// realSite is a site whose users come from the certified provider.
func realSite(t *testing.T, alg string, adjust func(*Config)) *site {
	t.Helper()
	return realSiteBy(t, alg, nil, adjust)
}

// realSiteBy is realSite, with a key in place of the secret.
func realSiteBy(t *testing.T, alg string, key *ClientKey, adjust func(*Config)) *site {
	t.Helper()
	node, folder := issuerFolder(t)
	clock := newClock()
	clock.t = time.Now()
	// Every such server has the same certificate.
	same := httptest.NewTLSServer(nil)
	raw := same.Certificate().Raw
	same.Close()
	return newSite(t, clock, func(c *Config) {
		certificate := filepath.Join(t.TempDir(), "site.pem")
		if err := os.WriteFile(certificate, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}), 0o600); err != nil {
			t.Fatal(err)
		}
		run := exec.Command(node, filepath.Join(folder, "issuer.mjs"))
		run.Env = append(os.Environ(), "NODE_EXTRA_CA_CERTS="+certificate, "NODE_NO_WARNINGS=1")
		var said strings.Builder
		run.Stderr = &said
		in, err := run.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		out, err := run.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := run.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			in.Close() // it ends with its input
			_ = run.Wait()
		})
		at := strings.TrimSuffix(c.RedirectURL, "callback")
		with := map[string]any{"redirect": c.RedirectURL, "logout": at + "back-channel", "after": at + "signed-out", "alg": alg}
		if key != nil {
			with["jwks"], with["jwksAlg"] = json.RawMessage(key.KeySet()), key.alg
		}
		line, _ := json.Marshal(with)
		fmt.Fprintf(in, "%s\n", line)
		scan := bufio.NewScanner(out)
		for scan.Scan() {
			if at, ok := strings.CutPrefix(scan.Text(), "ready "); ok {
				c.Issuer = at
				break
			}
		}
		if c.Issuer == "" {
			t.Fatalf("the identity provider did not start: %s", said.String())
		}
		c.ClientSecret, c.ClientKey = "a-secret-of-the-tests-that-is-long-enough", key
		if key != nil {
			c.ClientSecret = ""
		}
		c.HTTP = &http.Client{Timeout: 20 * time.Second}
		if adjust != nil {
			adjust(c)
		}
	})
}

var (
	formAction = regexp.MustCompile(`<form[^>]*action="([^"]*)"`)
	formHidden = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`)
)

// signInAs goes through the provider's own pages, as a person would, until it is
// back at the site.
func signInAs(t *testing.T, s *site, b *http.Client, user string) (int, string) {
	t.Helper()
	r, err := b.Get(s.URL + "/sign-in")
	for range 6 {
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(r.Request.URL.String(), s.URL) {
			return read(t, r, nil)
		}
		at := r.Request.URL
		status, page := read(t, r, nil)
		action := formAction.FindStringSubmatch(page)
		if status != 200 || action == nil {
			t.Fatalf("the identity provider shows no form: %d at %s: %s", status, at, page)
		}
		form := url.Values{"login": {user}, "password": {"any"}}
		for _, f := range formHidden.FindAllStringSubmatch(page, -1) {
			form.Set(f[1], html.UnescapeString(f[2]))
		}
		to, _ := at.Parse(html.UnescapeString(action[1]))
		r, err = b.PostForm(to.String(), form)
	}
	t.Fatal("the identity provider asks without end")
	return 0, ""
}

func TestG17SignInWithACertifiedProvider(t *testing.T) {
	for _, alg := range []string{"RS256", "ES256", "PS256"} {
		t.Run(alg, func(t *testing.T) {
			s := realSite(t, alg, nil)
			if _, text := signInAs(t, s, s.browser(), "one"); text != signedIn {
				t.Errorf("one role: %s", text)
			}
			if alg != "ES256" {
				return
			}
			b := s.browser()
			if _, text := signInAs(t, s, b, "many"); text != "choose at /sign-in/role: 1001=coordinator@North Road Surgery(Admin/Clinical Support Access Role) 1002=ig_lead@The integrated care board(Caldicott Guardian)" {
				t.Errorf("many roles: %s", text)
			}
			if _, text := post(t, b, s.URL+"/sign-in/role", url.Values{"role": {"1002"}}); text != "910000000002|WATSON Jo (Dr)|ig_lead|QK1|1002|case-finding|" {
				t.Errorf("the role chosen: %s", text)
			}
			if status, text := signInAs(t, s, s.browser(), "none"); status != 403 || !strings.HasPrefix(text, "refused: sign-in-no-role:") {
				t.Errorf("no role: %d %s", status, text)
			}
			if status, text := signInAs(t, s, s.browser(), "weak"); status != 403 || !strings.HasPrefix(text, "refused: sign-in-assurance:") {
				t.Errorf("weak authentication: %d %s", status, text)
			}
		})
	}
}

func TestG17TheRoleChosenAtACertifiedProvider(t *testing.T) {
	s := realSite(t, "RS256", func(c *Config) { c.SelectedRole = true })
	b := s.browser()
	for range 2 { // signed in there already, prompt=login asks again
		if _, text := signInAs(t, s, b, "many"); text != "910000000002|WATSON Jo (Dr)|ig_lead|QK1|1002|case-finding|" {
			t.Error(text)
		}
	}
}

func TestACertifiedProviderSignsUsersOut(t *testing.T) {
	s := realSite(t, "RS256", nil)
	b, other := s.browser(), s.browser()
	signInAs(t, s, b, "one")
	signInAs(t, s, other, "one")
	if n := s.sessions(); n != 2 {
		t.Fatalf("%d sessions", n)
	}
	r, err := b.Get(s.gate.c.Issuer + "/session/end")
	_, page := read(t, r, err)
	action := formAction.FindStringSubmatch(page)
	if action == nil {
		t.Fatalf("no way to end the provider's session: %s", page)
	}
	form := url.Values{"logout": {"yes"}}
	for _, f := range formHidden.FindAllStringSubmatch(page, -1) {
		form.Set(f[1], html.UnescapeString(f[2]))
	}
	r, err = b.PostForm(html.UnescapeString(action[1]), form)
	read(t, r, err)
	if e := s.last(); e.Act != "signed_out_by_issuer" || e.Count != 1 {
		t.Errorf("%+v", e)
	}
	if _, text := get(t, b, s.URL+"/"); text != "session-ended" {
		t.Error(text)
	}
	if _, text := get(t, other, s.URL+"/"); text != signedIn {
		t.Errorf("another sign-in of the same user: %s", text)
	}
}
