//go:build duckdb_arrow

package e2e

import (
	"maps"
	"os"
	"path/filepath"
	"testing"
)

// TestExampleSite: the site that the documents tell readers to copy runs from
// the root of a repository, and its sums are those its README gives: three
// patients and six diagnoses, of which a day that is none and a state that is
// not listed are quarantined and one entry is withdrawn.
func TestExampleSite(t *testing.T) {
	timed(t)
	top := filepath.Join(t.TempDir(), "repository")
	if err := os.CopyFS(filepath.Join(top, "configs"), os.DirFS(filepath.Join(root, "configs"))); err != nil {
		t.Fatal(err)
	}
	s := &site{t, top, "configs/example/leftshift.toml"}
	got := s.sums("2026-09-30")
	x, ok := got["hill_surgery"]
	if !ok || len(got) != 1 {
		t.Fatalf("sources %v", got)
	}
	if x.In != 9 || x.Accepted != 7 || x.Quarantined != 2 || x.Pending+x.Withheld+x.Reference != 0 {
		t.Errorf("%+v", x)
	}
	if want := map[string]int64{"date-malformed": 1, "value-not-listed": 1, "retracted": 1}; !maps.Equal(x.Reasons, want) {
		t.Errorf("reasons %v, want %v", x.Reasons, want)
	}
	for table, n := range map[string]int64{"link": 3, "person": 3, "registration": 3, "event": 3, "retraction": 1, "quarantine": 2} {
		if x.Tables[table] != n {
			t.Errorf("%d rows of %s, want %d", x.Tables[table], table, n)
		}
	}
	if _, err := os.Stat(filepath.Join(top, "build", "example", "data")); err != nil {
		t.Error(err)
	}
}
