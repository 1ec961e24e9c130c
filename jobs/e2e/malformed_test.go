//go:build duckdb_arrow

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestBadRecordsAreQuarantined_F11: each bad record goes with its place and a
// coded reason; the good ones beside it land.
func TestBadRecordsAreQuarantined_F11(t *testing.T) {
	timed(t)
	s := tinySite(t)
	wrong := nhs(4)[:9] + string('0'+(nhs(4)[9]-'0'+1)%10)
	giant := strings.Repeat("x", 20<<20)
	cases := []struct {
		file, text string
		want       string // position reason field of each quarantined record, or ""
	}{
		{"a/truncated.ndjson", condition("c1", "p1", "2026-01-15") + "\n" + condition("c2", "p1", "2026-01-15")[:180], "2 json-truncated "},
		{"a/types.ndjson", strings.Replace(condition("c3", "p1", "2026-01-15"), `"onsetDateTime":"2026-01-15"`, `"onsetDateTime":20260115`, 1) + "\n", "1 type-wrong onsetDateTime"},
		{"a/bom.ndjson", "\ufeff" + condition("c4", "p1", "2026-01-16") + "\n", ""},
		{"a/utf8.ndjson", strings.Replace(condition("c5", "p1", "2026-01-15"), given, "Zeb\xffdee", 1) + "\n", "1 utf8-invalid "},
		{"a/day.ndjson", condition("c6", "p1", "2024-02-30") + "\n", "1 date-invalid onsetDateTime"},
		{"a/number.ndjson", patient("p4", wrong, "1951-03-17") + "\n", "1 nhs-number-invalid identifier"},
		{"a/giant.ndjson", condition("c7", "p1", "2026-01-17") + "\n" + `{"resourceType":"Condition","note":"` + giant + "\"}\n" + condition("c8", "p1", "2026-01-18") + "\n", "2 line-too-long "},
		{"b/patients-number.csv", patientsHead + row(4, wrong, "1951-03-17"), "2 nhs-number-invalid nhs_number"},
		{"b/patients-day.csv", patientsHead + row(5, nhs(5), "2024-02-30"), "2 date-malformed birth_date"},
		{"b/problems-bom.csv", "\ufeff" + problemsHead + problem(1, "2026-01-19"), ""},
		{"b/problems-utf8.csv", problemsHead + strings.Replace(problem(1, "2026-01-20"), "Type", "T\xffpe", 1), "2 utf8-invalid "},
		{"b/problems-fields.csv", problemsHead + "q9,b1,44054006\n" + problem(1, "2026-01-21"), "2 row-width "},
		{"b/problems-giant.csv", problemsHead + problem(1, "2026-01-22") + "q8,b1,44054006," + giant + ",2026-01-23,,active,2026-03-04\n" + problem(3, "2026-01-24"), "3 record-too-long "},
		{"b/problems-header.csv", problemsHead, ""},
	}
	for _, c := range cases {
		s.write(c.text, c.file)
	}
	run := s.do("run").done(t)
	got := map[string]string{}
	for _, line := range s.rows("select file, position, reason, field from quarantine order by all") {
		file, what, _ := strings.Cut(line, ",")
		got[file] += strings.ReplaceAll(what, ",", " ")
	}
	for _, c := range cases {
		if got[c.file] != c.want {
			t.Errorf("%s: quarantined %q, want %q", c.file, got[c.file], c.want)
		}
		delete(got, c.file)
	}
	if len(got) > 0 {
		t.Errorf("quarantined besides: %v", got)
	}
	for name, x := range s.sums("2026-09-30") {
		if x.In != x.Accepted+x.Reference+x.Pending+x.Quarantined+x.Withheld {
			t.Errorf("%s does not add up: %+v", name, x)
		}
	}
	// The good records: c1, c4, c7, c8 and six problems, of three people.
	if n := s.count("select count(*) from event where kind = 1"); n != 4+6 {
		t.Errorf("%d problems landed, want 10", n)
	}
	if n := s.count("select count(*) from person"); n != 3 {
		t.Errorf("%d people, want 3", n)
	}
	secret(t, s, run, wrong)
}

// TestBadFilesStopTheRun_F11: what cannot be counted stops the run with one
// sentence that names the file and says what to do; nothing is published,
// nothing of the file stays, and a whole file lets the next run go on.
func TestBadFilesStopTheRun_F11(t *testing.T) {
	timed(t)
	long := strings.Repeat(condition("c1", "p1", "2026-01-15")+"\n", 400)
	cases := []struct {
		file, text string
		code       string
	}{
		{"a/empty.ndjson", "", "file-empty"},
		{"a/cut.ndjson.gz", packed(t, long)[:len(packed(t, long))-20], "file-cut-short"},
		{"a/not.ndjson.gz", long, "file-not-gzip"},
		{"a/bomb.ndjson.gz", packed(t, strings.Repeat(" ", 64<<20)), "file-unpacks-too-large"},
		{"a/unpacked.ndjson", packed(t, long), "format-compressed"},
		{"a/page.ndjson", "<html><body>" + family + "</body></html>", "format-xml"},
		{"a/bundle.json", `{"resourceType":"Bundle","type":"collection","entry":[{"resource":` + condition("c1", "p1", "2026-01-15") + `},{"resource":{"resourceType":"Pat`, "bundle-truncated"},
		{"b/patients-empty.csv", "", "file-empty"},
		{"b/patients-column.csv", strings.Replace(patientsHead, "nhs_number", "nhs", 1) + row(5, nhs(5), "1951-03-17"), "column-missing"},
		{"b/patients-twice.csv", strings.Replace(patientsHead, "phone", "nhs_number", 1) + row(5, nhs(5), "1951-03-17"), "header-duplicate"},
		{"b/problems-utf16.csv", "\xff\xfer\x00e\x00c\x00o\x00r\x00d\x00", "file-encoding"},
		{"b/problems-wrong.parquet", problemsHead, "parquet-unreadable"},
		{"b/problems-quote.csv", problemsHead + "q1,b1,44054006,\"Type 2,2026-01-15,,active,2026-03-04\n", "quote-unclosed"},
	}
	for _, c := range cases {
		t.Run(filepath.Base(c.file), func(t *testing.T) {
			s := tinySite(t)
			s.write(c.text, c.file)
			run := s.do("run")
			run.fails(t, 1, c.file, "["+c.code+"]")
			if s.current() != "" {
				t.Error("something was published")
			}
			if n := s.count(fmt.Sprintf("select count(*) from quarantine where file = '%s'", c.file)); n != 0 {
				t.Errorf("%d rows of the file stay", n)
			}
			secret(t, s, run)
			if err := os.Remove(s.path(c.file)); err != nil {
				t.Fatal(err)
			}
			s.do("run", "-q").done(t)
			if s.current() == "" {
				t.Error("the run without the file published nothing")
			}
		})
	}
}

// TestShrunkFeedStopsTheRun_F11: a redelivery that lost most of its records
// stops the run, again and again, and the last snapshot stays; once someone
// raises the limit it lands.
func TestShrunkFeedStopsTheRun_F11(t *testing.T) {
	timed(t)
	s := tinySite(t)
	s.write(problemsHead+problem(1, "2026-01-01")+problem(1, "2026-01-02")+problem(1, "2026-01-03")+problem(3, "2026-01-04"), "b", "problems.csv")
	s.do("run", "-q", "--as-of", "2026-09-29").done(t)
	first := s.current()
	s.write(problemsHead+problem(1, "2026-01-01"), "b", "problems.csv")
	for range 2 {
		s.do("run", "-q").fails(t, 1, "b/problems.csv", "1 record,", "had 4", "max_shrink", "[feed-shrank]")
		if s.current() != first {
			t.Error("the last snapshot does not stay")
		}
	}
	s.configure("name = \"b\"\nformat = \"flat\"\n", "name = \"b\"\nformat = \"flat\"\nmax_shrink = 0.8\n")
	s.do("run", "-q").done(t)
	if s.current() == first {
		t.Error("nothing new was published")
	}
}
