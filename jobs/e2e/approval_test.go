//go:build duckdb_arrow

package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// A site whose people count as real: what no approval covers leaves nobody off
// and gives no reason, and an approval is of one hash until one day.
func TestUnapprovedListsDriveNothing(t *testing.T) {
	timed(t)
	dir := filepath.Join(t.TempDir(), "site")
	leftshift(t, ".", "synth", "-q", "--people", "1200", "--seed", "5", "--end", secondNight, "--out", dir).done(t)
	s := &site{t, dir, "leftshift.toml"}
	s.configure("synthetic = true", "synthetic = false")
	s.configure("[model]\n", "[model]\nhorizons = [90]\n")
	s.write(s.read(s.config)+"\n[model.boost]\nrounds = 20\n\n[[basis]]\nname = \"care\"\ncontroller = \"Syntheticshire\"\nreference = \"agreement 1\"\n"+
		"purposes = [\"case-finding\"]\nsources = [\"place_a\", \"place_b\", \"reference\"]\nends = \"2099-12-31\"\n", s.config)

	// An exclusion by codes stops the night before anything lands.
	s.do("run", "-q").fails(t, 1, "exclusion-unapproved", "palliative_care (no approval)", "leftshift codelist approve --list palliative_care --list palliative_care_not_indicated")
	if _, err := os.Stat(s.path("data", "landed")); !os.IsNotExist(err) {
		t.Errorf("something landed: %v", err)
	}
	// An approval lasts three years at most, and is given today.
	today, until := time.Now().Format(time.DateOnly), time.Now().AddDate(2, 0, 0).Format(time.DateOnly)
	approve := func(until string, more ...string) answer {
		t.Helper()
		return s.do("codelist", append([]string{"approve", "--by", "Dr A Example", "--role", "clinical safety officer", "--until", until}, more...)...)
	}
	both := []string{"--list", "palliative_care", "--list", "palliative_care_not_indicated"}
	approve("9999-12-31", both...).fails(t, 1, "at most 3 years")
	approve("2001-01-01", both...).fails(t, 1, "ends before it was given")
	approve(until, "--list", "palliative_care", "--hash", strings.Repeat("0", 64)).fails(t, 1, "is not what was read")
	approve(until, "--list", "paliative_care").fails(t, 1, "there is no code list")
	if _, err := os.Stat(s.path("codelists.toml")); !os.IsNotExist(err) {
		t.Errorf("a refused approval was kept: %v", err)
	}
	approve(until, both...).done(t)

	s.do("train", "-q").done(t)
	bundle, err := os.ReadDir(s.path("data", "models"))
	if err != nil || len(bundle) == 0 {
		t.Fatal(err)
	}
	s.do("models", "approve", bundle[0].Name(), "--by", "Dr A Example").done(t)
	s.do("run", "-q").done(t)
	first := s.current()
	s.do("keygen").done(t) // looks at the record are audited, under a key

	var readers []string
	for _, list := range []string{"hypertension", "falls", "smoking_current", "efi_respiratory_disease", "hfrs"} {
		readers = append(readers, s.readersOf(list)...)
	}
	told := func() (features []string) {
		for _, row := range s.query("select distinct feature from reason order by 1") {
			features = append(features, row["feature"].(string))
		}
		return features
	}
	before := told()
	for _, f := range before {
		if slices.Contains(readers, f) {
			t.Errorf("feature %s reads a list that nobody approved, and is told", f)
		}
	}
	if !slices.Contains(before, "other_recorded_factors") {
		t.Errorf("told: %v", before)
	}
	if page := s.read("data", "snapshots", first, "report.html"); !strings.Contains(page, "no reason is given from them: ") {
		t.Error("the night report does not name the lists")
	}

	// All of them approved, by the template filled in.
	template := s.do("codelist", "approve-template").done(t).out
	filled := strings.NewReplacer(`by = ""`, `by = "Dr A Example"`, `role = ""`, `role = "clinical safety officer"`, `on = ""`, `on = "`+today+`"`, `until = ""`, `until = "`+until+`"`).Replace(template)
	s.write(s.read("codelists.toml")+"\n"+filled, "codelists.toml")
	s.do("run", "-q").done(t)
	second := s.current()
	after := told()
	if !slices.ContainsFunc(after, func(f string) bool { return slices.Contains(readers, f) }) {
		t.Errorf("every list is approved, and no feature of %v is told in %v", readers, after)
	}
	if first == second {
		t.Error("approvals did not change the snapshot")
	}

	// Their last day has passed: the night stops and the snapshot stays.
	s.write(strings.ReplaceAll(s.read("codelists.toml"), until, "2026-01-02"), "codelists.toml")
	s.write(strings.ReplaceAll(s.read("codelists.toml"), "on = \"20", "on = \"2026-01-01\" # 20"), "codelists.toml")
	s.do("run", "-q").fails(t, 1, "exclusion-unapproved", "approved until 2026-01-02")
	if got := s.current(); got != second {
		t.Errorf("the current snapshot became %s", got)
	}
}

// readersOf gives the features that read a code list.
func (s *site) readersOf(list string) []string {
	s.t.Helper()
	var shown struct {
		Readers struct{ Features []string }
	}
	a := s.do("codelist", "show", list, "--json").done(s.t)
	if err := json.Unmarshal([]byte(a.out), &shown); err != nil || len(shown.Readers.Features) == 0 {
		s.t.Fatalf("%v in\n%s", err, a.out)
	}
	return shown.Readers.Features
}

// Comparing lists ends as diff does.
func TestCodelistDiff(t *testing.T) {
	dir := t.TempDir()
	leftshift(t, dir, "codelist", "diff", "asthma", "asthma").done(t)
	a := leftshift(t, dir, "codelist", "diff", "no_longer_housebound", "housebound")
	a.fails(t, 1)
	if !strings.Contains(a.out, "added") || a.err != "" {
		t.Errorf("%s%s", a.out, a.err)
	}
	leftshift(t, dir, "codelist", "diff", "asthma").fails(t, 2, "takes two lists")
	leftshift(t, dir, "codelist", "diff", "asthma", "nowhere.csv").fails(t, 1, "file-missing")
	leftshift(t, dir, "codelist", "shwo").fails(t, 2)
	if err := os.WriteFile(filepath.Join(dir, "r_20260101.csv"), []byte("parent,child\n22298006,195967001\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	leftshift(t, dir, "codelist", "expand", "<<22298006", "--relationships", "r_20260101.csv", "--out", "mine.csv").done(t)
	leftshift(t, dir, "codelist", "expand", "<<22298006", "--relationships", "r_20260101.csv", "--out", "mine.csv").fails(t, 1, "file-exists")
	leftshift(t, dir, "codelist", "diff", "asthma", "mine.csv").fails(t, 1)
}
