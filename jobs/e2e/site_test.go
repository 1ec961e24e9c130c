//go:build duckdb_arrow

package e2e

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// site is one installation: a folder with a configuration, sources, keys.
type site struct {
	t      *testing.T
	dir    string
	config string // its file, as seen from dir
}

// newSite copies the template. Deliveries of the second night are away until
// deliver.
func newSite(t *testing.T) *site {
	t.Helper()
	from, err := template()
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t, filepath.Join(t.TempDir(), "site"), "leftshift.toml"}
	copyTree(t, from, s.dir)
	s.move("later", "later.away")
	return s
}

// deliver puts the second night's files in place.
func (s *site) deliver() { s.move("later.away", "later") }

func (s *site) path(parts ...string) string {
	return filepath.Join(append([]string{s.dir}, parts...)...)
}

func (s *site) move(from, to string) {
	s.t.Helper()
	if err := os.Rename(s.path(from), s.path(to)); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) read(parts ...string) string {
	s.t.Helper()
	text, err := os.ReadFile(s.path(parts...))
	if err != nil {
		s.t.Fatal(err)
	}
	return string(text)
}

// write makes a file anew: another site may share the old one.
func (s *site) write(text string, parts ...string) {
	s.t.Helper()
	path := s.path(parts...)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		s.t.Fatal(err)
	}
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// configure replaces a text of the configuration, which must be there.
func (s *site) configure(old, new string) {
	s.t.Helper()
	text := s.read(s.config)
	if !strings.Contains(text, old) {
		s.t.Fatalf("the configuration has no %q", old)
	}
	s.write(strings.Replace(text, old, new, 1), s.config)
}

// do runs a command on the site.
func (s *site) do(command string, args ...string) answer {
	s.t.Helper()
	return leftshift(s.t, s.dir, append([]string{command, "--config", s.config}, args...)...)
}

// night runs one and gives the name of the snapshot that it published.
func (s *site) night(asOf string) string {
	s.t.Helper()
	s.do("run", "-q", "--as-of", asOf).done(s.t)
	name := s.current()
	if name == "" {
		s.t.Fatal("the run published nothing")
	}
	return name
}

// query asks and decodes JSON rows.
func (s *site) query(sql string) []map[string]any {
	s.t.Helper()
	a := s.do("sql", "--format", "json", "--rows", "1000000", sql).done(s.t)
	var rows []map[string]any
	if err := json.Unmarshal([]byte(a.out), &rows); err != nil {
		s.t.Fatalf("%v in\n%s", err, a.out)
	}
	return rows
}

// count asks for one number.
func (s *site) count(sql string) int64 {
	s.t.Helper()
	rows := s.query(sql)
	if len(rows) != 1 || len(rows[0]) != 1 {
		s.t.Fatalf("%s: %d rows", sql, len(rows))
	}
	for _, v := range rows[0] {
		n, ok := v.(float64)
		if !ok {
			s.t.Fatalf("%s: %v", sql, v)
		}
		return int64(n)
	}
	return 0
}

// sum is one line of `extract --json`.
type sum struct {
	Source                                                  string
	In, Accepted, Reference, Pending, Quarantined, Withheld int64
	Reasons, Tables                                         map[string]int64
}

func (s *site) sums(asOf string) map[string]sum {
	s.t.Helper()
	out := map[string]sum{}
	a := s.do("extract", "-q", "--json", "--as-of", asOf).done(s.t)
	for line := range strings.Lines(a.out) {
		var x sum
		if err := json.Unmarshal([]byte(line), &x); err != nil {
			s.t.Fatalf("%v in %s", err, line)
		}
		out[x.Source] = x
	}
	return out
}

// current is the snapshot that CURRENT names, "" when there is none. It must
// be whole: every file that the manifest names, with its checksum, and no other.
func (s *site) current() string {
	s.t.Helper()
	text, err := os.ReadFile(s.path("data", "snapshots", "CURRENT"))
	if os.IsNotExist(err) {
		return ""
	}
	if err != nil {
		s.t.Fatal(err)
	}
	name := strings.TrimSuffix(string(text), "\n")
	var m struct {
		Files map[string]struct {
			Bytes  int64
			SHA256 string
		}
	}
	if err := json.Unmarshal([]byte(s.read("data", "snapshots", name, "manifest.json")), &m); err != nil {
		s.t.Fatalf("snapshot %s: %v", name, err)
	}
	files := digests(s.t, s.path("data", "snapshots", name))
	if len(files) != len(m.Files)+1 {
		s.t.Fatalf("snapshot %s has %d files, its manifest %d", name, len(files), len(m.Files))
	}
	for path, f := range m.Files {
		if files[path] != f.SHA256 {
			s.t.Fatalf("snapshot %s: %s is not what the manifest says", name, path)
		}
	}
	return name
}

// snapshot gives the checksums of the current snapshot's files.
func (s *site) snapshot() map[string]string {
	s.t.Helper()
	return digests(s.t, s.path("data", "snapshots", s.current()))
}

// digests gives the SHA-256 of every file below a folder, by path.
func digests(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		h := sha256.Sum256(text)
		rel, err := filepath.Rel(dir, path)
		out[filepath.ToSlash(rel)] = hex.EncodeToString(h[:])
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// same fails the test for every file that differs between two trees.
func same(t *testing.T, what string, got, want map[string]string) {
	t.Helper()
	if len(want) == 0 {
		t.Fatalf("%s: nothing to compare with", what)
	}
	for _, path := range slices.Sorted(maps.Keys(want)) {
		switch sum, ok := got[path]; {
		case !ok:
			t.Errorf("%s: %s is missing", what, path)
		case sum != want[path]:
			t.Errorf("%s: %s has other bytes", what, path)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[path]; !ok {
			t.Errorf("%s: %s is one too many", what, path)
		}
	}
}

// copyTree copies a folder; files are shared, as nothing is written in place.
func copyTree(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o700)
		}
		return os.Link(path, filepath.Join(to, rel))
	})
	if err != nil {
		t.Fatal(err)
	}
}
