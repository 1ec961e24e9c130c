//go:build duckdb_arrow

package web

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"leftshift/engine/snapshot/made"
)

// What cannot be opened is said to the reader in a sentence, with a code for
// whoever runs the installation; what is open already goes on being shown, and
// says that it is not the newest.
func TestWhatIsPublishedAndCannotBeOpened(t *testing.T) {
	for name, x := range map[string]struct {
		code string
		do   func(dir, current string) error
	}{
		"an empty pointer": {"pointer-damaged", func(dir, _ string) error { return os.WriteFile(filepath.Join(dir, "CURRENT"), nil, 0o600) }},
		"a way out": {"pointer-damaged", func(dir, _ string) error {
			return os.WriteFile(filepath.Join(dir, "CURRENT"), []byte("../../etc\n"), 0o600)
		}},
		"no pointer": {"no-snapshot", func(dir, _ string) error { return os.Remove(filepath.Join(dir, "CURRENT")) }},
		"no folder":  {"pointer-damaged", func(dir, current string) error { return os.RemoveAll(filepath.Join(dir, current)) }},
		"half a manifest": {"snapshot-manifest", func(dir, current string) error {
			return os.Truncate(filepath.Join(dir, current, "manifest.json"), 100)
		}},
		"half a file": {"snapshot-damaged", func(dir, current string) error {
			return os.Truncate(filepath.Join(dir, current, "resident.parquet"), 100)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			served := open(t)
			if answer, text := served.ask(t, "GET", "/lists/team-0", "coordinator s1", nil); answer.StatusCode != http.StatusOK || strings.Contains(text, "This information is old") {
				t.Fatalf("before: %d %s", answer.StatusCode, text)
			}
			if name != "no folder" && name != "no pointer" {
				_ = made.Publish(t, served.data, 20, "Newer")
			}
			for _, s := range []*site{served, open(t)} {
				dir := filepath.Join(s.data, "snapshots")
				current, err := os.ReadFile(filepath.Join(dir, "CURRENT"))
				if err != nil {
					t.Fatal(err)
				}
				if name == "no folder" && s == served {
					// Of what is open only what was not read yet is gone.
					if err := os.WriteFile(filepath.Join(dir, "CURRENT"), []byte("2026-03-31-0123456789ab\n"), 0o600); err != nil {
						t.Fatal(err)
					}
				} else if err := x.do(dir, strings.TrimSpace(string(current))); err != nil {
					t.Fatal(err)
				}
				for method, path := range map[string]string{"GET": "/lists/team-0", "POST": "/find"} {
					answer, text := s.ask(t, method, path, "coordinator s1", url.Values{"nhs-number": {number}})
					switch {
					case s == served && method == "GET":
						if answer.StatusCode != http.StatusOK || !strings.Contains(text, "What was published after it cannot be opened") || !strings.Contains(text, "Family") {
							t.Errorf("%s of what is open: %d %s", path, answer.StatusCode, text)
						}
					case s == served:
						if answer.StatusCode != http.StatusNotFound {
							t.Errorf("%s of what is open: %d", path, answer.StatusCode)
						}
					case answer.StatusCode != http.StatusServiceUnavailable || !strings.Contains(text, "<code>"+x.code+"</code>") || strings.Contains(text, s.data) || strings.Contains(text, "Family"):
						t.Errorf("%s: %d %s", path, answer.StatusCode, text)
					}
				}
				if answer, text := s.ask(t, "GET", "/api/v1/snapshot", "", nil, "Authorization", "Bearer read_scores_api"); s != served && (answer.StatusCode != http.StatusServiceUnavailable || !strings.Contains(text, x.code)) || s == served && !strings.Contains(text, "cannot be opened") {
					t.Errorf("the interface: %d %s", answer.StatusCode, text)
				}
			}
		})
	}
}
