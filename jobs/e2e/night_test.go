//go:build duckdb_arrow

package e2e

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDispositionsAddUp_F11: every record that the files hold, counted here
// without the program, has one disposition, and each quarantined one is in
// the quarantine view.
func TestDispositionsAddUp_F11(t *testing.T) {
	timed(t)
	s := newSite(t)
	sums := s.sums(firstNight)
	if len(sums) != 3 {
		t.Fatalf("sources: %v", sums)
	}
	for name, x := range sums {
		if x.In != x.Accepted+x.Reference+x.Pending+x.Quarantined+x.Withheld {
			t.Errorf("%s does not add up: %+v", name, x)
		}
		folder := s.path("sources", name)
		if in := recordsIn(t, folder); x.In != in {
			t.Errorf("%s: %d records came in, its files hold %d", name, x.In, in)
		}
		if got := s.count(fmt.Sprintf("select count(*) from quarantine where source = '%s'", name)); got != x.Quarantined {
			t.Errorf("%s: %d rows in quarantine, %d records quarantined", name, got, x.Quarantined)
		}
	}
	for _, name := range []string{"place_a", "place_b"} {
		if x := sums[name]; x.Accepted == 0 || x.Pending == 0 || x.Quarantined == 0 || x.Withheld == 0 {
			t.Errorf("%s shows too little to prove anything: %+v", name, x)
		}
	}
	if bad := s.query("select reason, count(*) as n from quarantine where reason = '' or reason is null or position < 1 group by 1"); len(bad) > 0 {
		t.Errorf("quarantined without a reason or place: %v", bad)
	}
}

// TestSensitiveCareIsWithheldUnlessNamed: the demo's purpose names no
// sensitive data set, so nothing of drug and alcohol treatment is in the
// record and its file is withheld, until the purpose names it.
func TestSensitiveCareIsWithheldUnlessNamed(t *testing.T) {
	timed(t)
	s := newSite(t)
	before := s.sums(firstNight)["place_b"]
	const kinds = "select count(distinct kind) from spell where kind between 11 and 15"
	if n := s.count(kinds); n != 5 {
		t.Errorf("%d of five other kinds of care are in the record", n)
	}
	if n := s.count("select count(*) from spell where kind = 16"); n != 0 {
		t.Errorf("%d treatments are in the record of a purpose that does not name them", n)
	}
	s.configure("[site]\n", "[site]\nsensitive = [\"drug-and-alcohol\"]\n")
	after := s.sums(firstNight)["place_b"]
	if n := s.count("select count(*) from spell where kind = 16"); n == 0 {
		t.Error("the purpose names drug and alcohol data and sees none")
	}
	if after.In != before.In || after.Withheld >= before.Withheld || after.Accepted-before.Accepted != before.Withheld-after.Withheld {
		t.Errorf("not named %+v, named %+v", before, after)
	}
}

// recordsIn counts the records of a folder's files: lines of NDJSON, rows of
// CSV below the header.
func recordsIn(t *testing.T, folder string) (n int64) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil || len(files) == 0 {
		t.Fatal(err, folder)
	}
	for _, path := range files {
		if filepath.Base(path) == "postcodes.csv" {
			continue // a reference file, not a flow
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(path, ".ndjson") {
			n += int64(bytes.Count(text, []byte("\n")))
			continue
		}
		rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		n += int64(len(rows) - 1)
	}
	return n
}

// TestSecondNight: what is new changes what it should and nothing that stands.
func TestSecondNight(t *testing.T) {
	timed(t)
	s := newSite(t)
	first := s.night(firstNight)
	landed := digests(t, s.path("data", "landed"))
	snapshot := s.snapshot()
	members := people(s, "select list, person from risk_list")
	events := s.count("select count(*) from event")

	s.deliver()
	second := s.night(secondNight)
	if second == first {
		t.Fatal("two nights, one snapshot")
	}
	if got := s.count("select count(*) from event"); got <= events {
		t.Errorf("%d facts after the second night, %d before", got, events)
	}
	now := digests(t, s.path("data", "landed"))
	if len(now) <= len(landed) {
		t.Error("nothing has landed")
	}
	for path := range now {
		if _, ok := landed[path]; !ok {
			delete(now, path)
		}
	}
	same(t, "landed on the first night", now, landed)
	same(t, "the first snapshot", digests(t, s.path("data", "snapshots", first)), snapshot)

	t.Run("why risks moved adds up, F9", func(t *testing.T) {
		const parts = "by_model + by_definitions + by_sources + by_new + by_gone + by_changed + by_time"
		if n := s.count("select count(*) from move where abs(" + parts + ") > 0.05"); n == 0 {
			t.Fatal("nobody moved: this proves nothing")
		}
		if n := s.count("select count(*) from move m join score s on s.person = m.person and s.model = (select distinct model from reason) where not abs(ln(s.probability / (1 - s.probability)) - ln(probability_before / (1 - probability_before)) - (" + parts + ")) < 1e-9"); n != 0 {
			t.Errorf("the parts of %d moves are not the difference of the log-odds", n)
		}
		if n := s.count("select count(*) from (select person, sum(change) as told from move_reason group by person) r join move m on m.person = r.person where not abs(told - (" + parts + ")) < 1e-9"); n != 0 {
			t.Errorf("what is told of %d moves is not the whole of them", n)
		}
		// The same model, the same definitions: neither moved anybody.
		if n := s.count("select count(*) from move where by_model <> 0 or by_definitions <> 0"); n != 0 {
			t.Errorf("%d people were moved by a model or by definitions that are the same", n)
		}
	})

	t.Run("joiners and leavers add up, F4", func(t *testing.T) {
		after := people(s, "select list, person from risk_list")
		joined := people(s, "select list, person from risk_list where status = 'joiner'")
		stayed := people(s, "select list, person from risk_list where status = 'stayer'")
		if len(after) == 0 || len(members) == 0 {
			t.Fatal("an empty list proves nothing")
		}
		if len(joined)+len(stayed) != len(after) {
			t.Errorf("%d joiners and %d stayers of %d", len(joined), len(stayed), len(after))
		}
		left := 0
		for p := range members {
			if !after[p] {
				left++
			}
		}
		for p := range after {
			if members[p] != stayed[p] || members[p] == joined[p] {
				t.Errorf("the status of a person does not tell who was on the list before")
			}
		}
		if len(members)-left+len(joined) != len(after) {
			t.Errorf("%d before, %d left, %d joined, %d after", len(members), left, len(joined), len(after))
		}
	})

	t.Run("the same night again changes nothing, A14", func(t *testing.T) {
		before := s.snapshot()
		a := s.do("run", "--as-of", secondNight).done(t)
		for _, step := range []string{"curate", "features", "score", "lists", "moved", "snapshot"} {
			if !strings.Contains(a.err, step+": done before") {
				t.Errorf("%s was done again:\n%s", step, a.err)
			}
		}
		if !strings.Contains(a.err, "files 0, files landed before") {
			t.Errorf("files landed again:\n%s", a.err)
		}
		if s.current() != second {
			t.Error("another snapshot")
		}
		same(t, "the same night again", s.snapshot(), before)
	})
}

// people gives a set of (list, person).
func people(s *site, sql string) map[string]bool {
	s.t.Helper()
	out := map[string]bool{}
	for _, line := range s.rows(sql) {
		out[line] = true
	}
	return out
}

// rows asks in CSV, which keeps 63-bit numbers whole, and gives the lines
// below the header.
func (s *site) rows(sql string) []string {
	s.t.Helper()
	a := s.do("sql", "--format", "csv", "--rows", "1000000", sql).done(s.t)
	lines := strings.Split(strings.TrimSuffix(a.out, "\n"), "\n")
	return lines[1:]
}
