//go:build duckdb_arrow

package e2e

import (
	"encoding/json"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// served is a site that is being served.
type served struct {
	*site
	address string
}

// serve runs a night and serves the site until the test ends.
func serve(t *testing.T) *served {
	t.Helper()
	s := newSite(t)
	s.night(firstNight)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listen := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	s.configure("as_of = \""+secondNight+"\"", "as_of = \""+firstNight+"\"")
	s.configure("[lists]\n", "[serve]\nsign_ins_per_minute = 1000\n\n[lists]\n") // a browser for each role and mode
	c := start(t, s.dir, "serve", "--config", s.config, "--listen", listen)
	t.Cleanup(func() {
		_ = c.Process.Signal(os.Interrupt)
		finish(t, c).done(t)
	})
	address := "http://" + listen + "/"
	for range 200 {
		if answer, err := http.Get(address + "sign-in"); err == nil {
			answer.Body.Close()
			return &served{s, address}
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("nothing answers at %s\n%s", address, c.err.String())
	return nil
}

// browser runs a script of jobs/e2e/browser with node.
func (s *served) browser(t *testing.T, script string, args ...string) []byte {
	t.Helper()
	dir := filepath.Join(root, "build", "browser")
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "playwright-core")); err != nil {
		t.Fatal("the browser's driver is not installed: `make test` installs it")
	}
	text, err := os.ReadFile(filepath.Join(root, "jobs", "e2e", "browser", script))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, script), text, 0o600); err != nil {
		t.Fatal(err)
	}
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("chromium is not installed: `make test` installs it")
	}
	c := exec.Command("node", append([]string{script, s.address}, args...)...)
	c.Dir = dir
	c.Env = append(os.Environ(), "CHROMIUM="+chromium)
	var errs strings.Builder
	c.Stderr = &errs
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s%s", script, args, err, out, errs.String())
	}
	return out
}

// Every page that each role reaches by links: axe-core finds no violation of
// WCAG 2.2 AA, nothing is refused by the content security policy, nothing is
// asked of another host; at 200 % zoom nothing is wider than the screen; with
// JavaScript off every page is there; by keyboard alone everything is reached.
func TestBrowser_G49_R16_B14(t *testing.T) {
	timed(t)
	s := serve(t)
	screens := t.TempDir()
	if kept := os.Getenv("LEFTSHIFT_SCREENS"); kept != "" {
		screens = kept
	}
	for _, choice := range s.choices(t) {
		for _, mode := range []string{"plain", "narrow", "noscript", "keyboard"} {
			pictures := "-"
			if mode == "plain" {
				pictures = screens
			}
			var got struct {
				Pages  []string
				Opened int
				Wrong  []string
			}
			if err := json.Unmarshal(s.browser(t, "crawl.mjs", choice, mode, pictures), &got); err != nil {
				t.Fatal(err)
			}
			for _, w := range got.Wrong {
				t.Error(w)
			}
			if got.Opened < 2 {
				t.Errorf("as %s only %v were reached", choice, got.Pages)
			}
			if mode == "plain" {
				t.Logf("%s: %s", choice, strings.Join(got.Pages, " "))
			}
		}
	}
}

var choice = regexp.MustCompile(`name="role" value="([^"]+)"`)

// choices are one of each role that the form offers.
func (s *served) choices(t *testing.T) []string {
	t.Helper()
	answer, err := http.Get(s.address + "sign-in")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text := make([]byte, 1<<20)
	n, _ := answer.Body.Read(text)
	seen := map[string]bool{}
	var out []string
	for _, m := range choice.FindAllStringSubmatch(string(text[:n]), -1) {
		role := regexp.MustCompile(`-(team|ICS).*`).ReplaceAllString(m[1], "")
		if !seen[role] {
			seen[role] = true
			out = append(out, m[1])
		}
	}
	if len(out) < 5 {
		t.Fatalf("the form offers %v", out)
	}
	return out
}

// A coordinator's day (sign in, open the list, take someone on, say what
// happened, find by number, export, sign out) and an analyst's, by keyboard
// alone and with JavaScript off.
func TestADay_R6_R10_R16_R17_G20(t *testing.T) {
	timed(t)
	s := serve(t)
	screens := t.TempDir()
	if kept := os.Getenv("LEFTSHIFT_SCREENS"); kept != "" {
		screens = kept
	}
	var coordinator, analyst string
	for _, c := range s.choices(t) {
		switch {
		case strings.HasPrefix(c, "coordinator-"):
			coordinator = c
		case strings.HasPrefix(c, "analyst-"):
			analyst = c
		}
	}
	var got struct{ Done, Wrong []string }
	if err := json.Unmarshal(s.browser(t, "day.mjs", coordinator, analyst, screens), &got); err != nil {
		t.Fatal(err)
	}
	for _, w := range got.Wrong {
		t.Error(w)
	}
	if len(got.Done) < 12 {
		t.Errorf("only this was done: %v", got.Done)
	}
}
