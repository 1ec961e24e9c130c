//go:build duckdb_arrow

package web

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"leftshift/engine/audit"
	"leftshift/engine/snapshot"
	"leftshift/engine/snapshot/made"
)

// earlier publishes a crowd of so many people as of a day before, without making
// it current.
func earlier(t *testing.T, data, asOf string, people int) string {
	t.Helper()
	from := made.Crowd(t, t.TempDir(), people)
	dir := filepath.Join(t.TempDir(), "snapshot")
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	m, err := snapshot.ReadManifest(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "manifest.json")); err != nil {
		t.Fatal(err)
	}
	name, err := snapshot.Seal(dir, snapshot.Manifest{Format: 1, Site: m.Site, Synthetic: true, Purpose: m.Purpose, AsOf: asOf})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(dir, filepath.Join(data, "snapshots", name)); err != nil {
		t.Fatal(err)
	}
	return name
}

// cells are the numbers of a page by row; files those of the files it leads to.
func cells(text string) []string {
	var out []string
	for _, m := range numberOf.FindAllStringSubmatch(text, -1) {
		out = append(out, strings.ReplaceAll(m[1], ",", ""))
	}
	return out
}

func (s *site) files(t *testing.T, as, text string) []string {
	t.Helper()
	var out []string
	for _, m := range toFile.FindAllStringSubmatch(text, -1) {
		_, file := s.ask(t, "GET", strings.ReplaceAll(m[1], "&amp;", "&"), as, nil)
		lines, err := csv.NewReader(strings.NewReader(file)).ReadAll()
		if err != nil || len(lines) < 2 {
			t.Fatalf("%s: %v %s", m[1], err, file)
		}
		for _, l := range lines[1:] {
			out = append(out, l[1:]...)
		}
	}
	return out
}

// A5, A10: the same cohort as of another date stands beside itself, with what
// two dates tell of whom came in between; the file has the page's numbers, and
// the audit says which snapshot was looked at.
func TestA5A10ACohortAsOfAnotherDateStandsBesideItself(t *testing.T) {
	data := t.TempDir()
	made.Crowd(t, data, 1200)
	name := earlier(t, data, "2026-02-28", 1500)
	s := countingOn(t, data)
	as := "analyst s1"
	draft := s.begin(t, as, "")
	s.send(t, draft, as, "", condition("", "age", "at_least", "40"))
	if answer, text := s.send(t, draft, as, "/save", url.Values{"name": {"Over 40"}, "id": {"over_40"}, "version": {"1"}}); answer.StatusCode != http.StatusSeeOther {
		t.Fatal(text)
	}
	_, text := s.ask(t, "GET", "/cohorts/over_40@1", as, nil)
	if !strings.Contains(text, `<option value="`+name+`">28 February 2026`) {
		t.Error("the page does not offer the other date")
	}
	path := "/cohorts/then?cohort=over_40@1&on=" + name
	_, text = s.ask(t, "GET", path, as, nil)
	for _, want := range []string{"on two dates", "28 February 2026", "31 March 2026", "came in and left between", "Neighbourhood team", "<svg"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not there", want)
		}
	}
	shown := cells(text)
	for _, x := range shown {
		if err := controlled(x); err != nil {
			t.Error(err)
		}
	}
	if got := s.files(t, as, text); !slices.Equal(got, shown) || len(shown) < 50 {
		t.Errorf("the page shows %v, its files %v", shown, got)
	}
	was, _ := strconv.Atoi(shown[0])
	now, _ := strconv.Atoi(shown[1])
	_, alone := s.ask(t, "GET", "/cohorts/over_40@1", as, nil)
	if was <= now || cells(alone)[0] != shown[1] {
		t.Errorf("%d then and %d now; alone %s", was, now, cells(alone)[0])
	}
	found := false
	entries, err := s.log.Search(t.Context(), audit.Filter{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		found = found || e.Event == "count" && e.Object == "cohort/over_40@1/"+name && e.Rows > 10
	}
	if !found {
		t.Error("the audit does not say which other snapshot was counted")
	}
	for _, bad := range []string{"2026-02-28-000000000000", "../../x", filepath.Base(mustCurrent(t, data))} {
		if answer, _ := s.ask(t, "GET", "/cohorts/then?cohort=over_40@1&on="+url.QueryEscape(bad), as, nil); answer.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", bad, answer.StatusCode)
		}
	}
}

func mustCurrent(t *testing.T, data string) string {
	t.Helper()
	dir, err := snapshot.Current(data)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// A9, A10: two cut-offs of a score, of everyone and of a cohort, by practice and
// by team, with what each would hold; the higher holds no more.
func TestA9A10TwoCutOffsStandBesideEachOther(t *testing.T) {
	s := counting(t)
	as := "analyst s1"
	if _, text := s.ask(t, "GET", "/cohorts/workload", as, nil); !strings.Contains(text, `name="score"`) || strings.Contains(text, "In all") {
		t.Error("the form is not there, or something is counted that nobody asked for")
	}
	for _, q := range []string{"by=practice", "by=team", "by=team&cohort=deprived_not_listed@1"} {
		_, text := s.ask(t, "GET", "/cohorts/workload?score=score_boost_365&one=15%25&other=0.05&"+q, as, nil)
		for _, want := range []string{"5% or more", "15% or more", "expected events", "<svg"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: %q is not there", q, want)
			}
		}
		shown := cells(text)
		if got := s.files(t, as, text); !slices.Equal(got, shown) || len(shown) < 12 {
			t.Errorf("%s shows %v, its files %v", q, shown, got)
			continue
		}
		low, _ := strconv.Atoi(shown[0])
		high, _ := strconv.Atoi(shown[4])
		if high > low || low == 0 {
			t.Errorf("%s: %d from 5%% on, %d from 15%%", q, low, high)
		}
	}
	for _, q := range []string{"score=score_boost_365&one=x", "score=age&one=1", "score=score_boost_365&one=0.1&by=sex"} {
		if answer, _ := s.ask(t, "GET", "/cohorts/workload?"+q, as, nil); answer.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %d", q, answer.StatusCode)
		}
	}
	if answer, _ := s.ask(t, "GET", "/cohorts/workload?cohort=none@1&score=score_boost_365&one=0.1", as, nil); answer.StatusCode != http.StatusNotFound {
		t.Error(answer.StatusCode)
	}
	if answer, _ := s.ask(t, "GET", "/cohorts/workload", "coordinator s1", nil); answer.StatusCode != http.StatusForbidden {
		t.Error(answer.StatusCode)
	}
}

// A3: where the snapshot lacks what segments are made of, the page says so.
func TestA3SegmentsNeedTheirFeatures(t *testing.T) {
	s := counting(t)
	if answer, text := s.ask(t, "GET", "/cohorts/segments", "analyst s1", nil); answer.StatusCode != http.StatusOK || !strings.Contains(text, "This snapshot lacks features that segments are made of") {
		t.Error(answer.StatusCode, text)
	}
	if answer, _ := s.ask(t, "GET", "/cohorts/segments", "coordinator s1", nil); answer.StatusCode != http.StatusForbidden {
		t.Error(answer.StatusCode)
	}
}
