//go:build duckdb_arrow

package e2e

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// A recalled list is shown to nobody: the one before is current, then none; the
// snapshot stays; and the same night cannot put it back.
func TestARecalledListIsWithdrawn(t *testing.T) {
	timed(t)
	s := newSite(t)
	if err := os.MkdirAll(s.path("state"), 0o700); err != nil {
		t.Fatal(err)
	}
	first := s.night(firstNight)
	if _, err := os.Stat(s.path("state", "worklist.db")); err != nil {
		t.Errorf("no worklist was followed: %v", err)
	}
	s.do("recall", first, "--by", "A. Lead").fails(t, 1, "[recall-incomplete]")
	s.do("recall", "none", "--by", "A. Lead", "--reason", "wrong practice").fails(t, 1, "[snapshot-unknown]")
	before := digests(t, s.path("data", "snapshots", first))
	got := s.do("recall", "-q", first, "--by", "A. Lead", "--reason", "wrong practice").done(t)
	if !strings.Contains(got.out, "nothing is published now") || !strings.Contains(got.out, "0 users had its lists or scores") {
		t.Errorf("recall says %s", got.out)
	}
	if s.current() != "" {
		t.Error("it is current still")
	}
	// The audit has the account that did it, for whom, as what and of which site.
	kept := s.do("audit", "search", "--by", "A. Officer", "--reason", "test", "--event", "recall", "--format", "json").done(t)
	var entries []struct{ User, Name, Role, Organisation, Authoriser, Purpose, Reason, Outcome string }
	if err := json.Unmarshal([]byte(kept.out), &entries); err != nil || len(entries) != 1 {
		t.Fatalf("%v in\n%s", err, kept.out)
	}
	if e := entries[0]; e.User == "" || e.User == "A. Lead" || e.Name != "A. Lead" || e.Authoriser != "A. Lead" || e.Role != "operator" || e.Organisation == "" || e.Purpose == "" || e.Reason != "wrong practice" || e.Outcome != "allowed" {
		t.Errorf("%+v", e)
	}
	same(t, "the recalled snapshot", digests(t, s.path("data", "snapshots", first)), before)
	if text := s.read("data", "snapshots", first+".recalled.json"); !strings.Contains(text, "wrong practice") || !strings.Contains(text, "A. Lead") {
		t.Error(text)
	}
	s.do("sql", "SELECT count(*) FROM risk_list").fails(t, 1, "[no-snapshot]")
	s.do("run", "-q", "--as-of", firstNight).fails(t, 1, "[snapshot-recalled]")
	if s.current() != "" {
		t.Error("the night has put it back")
	}
}
