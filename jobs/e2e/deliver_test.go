//go:build duckdb_arrow

package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
)

// A night with a webhook tells it of each list, once, with the team and a link
// and nothing of any person; an address that is gone is a warning, and the
// lists are published all the same. A list leaves only where that is enabled.
func TestG36ANightTellsAWebhookOfEachListAndOfNobody(t *testing.T) {
	timed(t)
	var mu sync.Mutex
	var bodies []string
	var headers []http.Header
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		bodies, headers = append(bodies, string(text)), append(headers, r.Header)
	}))
	defer hook.Close()
	gone := httptest.NewServer(http.NotFoundHandler())
	defer gone.Close()

	s := newSite(t)
	s.write(s.read(s.config)+fmt.Sprintf(`
[deliver]
address = "https://leftshift.example"
[[deliver.webhook]]
name = "hook"
url = %q
secret_file = "secrets/hook.key"
teams = ["all"]
[[deliver.webhook]]
name = "gone"
url = %q
secret_file = "secrets/hook.key"
teams = ["all"]
[[deliver.file]]
name = "files"
teams = ["all"]
shapes = ["csv"]
enabled = true
`, hook.URL+"/told", gone.URL), s.config)
	s.do("keygen").done(t)
	first := s.do("run", "-q").done(t)
	if s.current() == "" {
		t.Fatal("nothing was published")
	}
	if !strings.Contains(first.err, "[webhook-refused]") {
		t.Errorf("no warning of the address that is gone:\n%s", first.err)
	}

	teams := map[string]bool{}
	for _, r := range s.query("SELECT DISTINCT list FROM risk_list") {
		teams[r["list"].(string)] = true
	}
	if len(teams) == 0 || len(bodies) != len(teams) {
		t.Fatalf("%d lists, %d notices", len(teams), len(bodies))
	}
	known := []string{"Accept-Encoding", "Content-Length", "Content-Type", "User-Agent", "Webhook-Id", "Webhook-Signature", "Webhook-Timestamp"}
	for i, text := range bodies {
		var n map[string]string
		if err := json.Unmarshal([]byte(text), &n); err != nil || !teams[n["team"]] {
			t.Errorf("%s: %v", text, err)
		}
		delete(teams, n["team"]) // each once
		path := "/" + url.PathEscape(n["team"])
		if !strings.HasSuffix(n["link"], path) && n["link"] != "https://leftshift.example/lists" || !strings.HasPrefix(n["link"], "https://leftshift.example/lists") || len(n) != 3 || n["type"] != "list.ready" {
			t.Errorf("it is told %s", text)
		}
		for name := range headers[i] {
			if !slices.Contains(known, name) {
				t.Errorf("the header %s is sent", name)
			}
		}
	}
	for _, r := range s.query("SELECT DISTINCT person::VARCHAR AS p FROM risk_list") {
		if strings.Contains(strings.Join(bodies, "\n"), r["p"].(string)) {
			t.Error("a pseudonym is sent")
		}
	}

	// The same night again tells nobody twice.
	told := len(bodies)
	s.do("run", "-q").done(t)
	if len(bodies) != told {
		t.Errorf("told %d times more", len(bodies)-told)
	}
	search := s.do("audit", "search", "--by", "A. Officer", "--reason", "test", "--event", "notice_sent", "--limit", "1000", "--format", "json").done(t)
	var entries []struct {
		People  int64
		Outcome string
	}
	if err := json.Unmarshal([]byte(search.out), &entries); err != nil {
		t.Fatal(err)
	}
	allowed := 0
	for _, e := range entries {
		if e.People != 0 {
			t.Error("a notice is about a person")
		}
		if e.Outcome == "allowed" {
			allowed++
		}
	}
	if allowed != told || len(entries) != 3*told {
		t.Errorf("%d entries, %d allowed, of %d notices", len(entries), allowed, told)
	}

	team := s.query("SELECT min(list) AS t, count(*) FILTER (WHERE list = (SELECT min(list) FROM risk_list)) AS n FROM risk_list")[0]
	ask := func(more ...string) answer {
		return s.do("deliver", append([]string{"--list", team["t"].(string), "--by", "A. Manager", "--reason", "agreement 12"}, more...)...)
	}
	ask("--to", "gp").fails(t, 1, "[delivery-off]")
	ask("--shape", "xlsx", "--out", s.path("list.xlsx")).fails(t, 1, "[delivery-off]")
	ask("--shape", "csv").fails(t, 2, "--out")
	ask("--shape", "csv", "--out", s.path("list.csv")).done(t)
	ask("--shape", "csv", "--out", s.path("list.csv")).fails(t, 1, "[out-exists]")
	lines := strings.Split(strings.TrimSpace(s.read("list.csv")), "\n")
	if float64(len(lines)-1) != team["n"].(float64) || !strings.Contains(lines[0], "nhs_number") || strings.Contains(lines[0], `"name"`) || strings.Contains(lines[0], "birth") {
		t.Errorf("%d lines, %s", len(lines), lines[0])
	}
	if info, err := os.Stat(s.path("list.csv")); err != nil || info.Mode().Perm() != 0o600 {
		t.Error("others can read the file", err)
	}
}
