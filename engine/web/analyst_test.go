//go:build duckdb_arrow

package web

import (
	"encoding/csv"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"leftshift/engine"
	"leftshift/engine/audit"
	"leftshift/engine/door"
	"leftshift/engine/snapshot/made"
)

var analystPages = []string{"/population", "/population/segments", "/workload", "/workload?by=team&list=above-100", "/model", "/model?model=logistic_365&beside=boost_365", "/quality", "/runs"}

// crowd is the application over many people, for an analyst.
func crowd(t *testing.T, people int) *site {
	t.Helper()
	data := t.TempDir()
	made.Crowd(t, data, people)
	at := made.Open(t, data, audit.Options{})
	app, err := New(Options{Service: "Test ICS", SignIn: testGate, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Limits: Limits{PerAddress: 1e6, Burst: 1e6},
		Doors: door.New(door.Options{Snapshots: at.Snapshots, Audit: at.Audit, Vault: vault{}, Today: func() engine.Day { return at.Today }, Recheck: 7, Stale: 7})})
	if err != nil {
		t.Fatal(err)
	}
	s := &site{Server: httptest.NewServer(app), log: at.Audit, lines: &strings.Builder{}}
	t.Cleanup(s.Close)
	return s
}

var (
	toFile   = regexp.MustCompile(`href="([^"]+\.csv\?[^"]*)"`)
	captions = regexp.MustCompile(`<caption[^>]*>([^<]*)</caption>`)
	body     = regexp.MustCompile(`<t[hd][^>]*>([^<]*)</t[hd]>`)
	someone  = regexp.MustCompile(fmt.Sprintf(`%d|%s|Family|01632`, int64(made.CrowdPerson)/1e4, number))
)

// A8: in no byte of a page or a file is a pseudonym, an NHS number or a name.
// A10: a file has the cells of the page's table.
func TestA8NobodyIsInAPageOrFileOfAnAnalystAndA10FilesHaveThePagesCells(t *testing.T) {
	s := crowd(t, 1200)
	files := 0
	for _, path := range analystPages {
		answer, text := s.ask(t, "GET", path, "analyst s1", nil)
		if answer.StatusCode != http.StatusOK || someone.MatchString(text) || len(captions.FindAllString(text, -1)) == 0 {
			t.Fatalf("%s: %d, %d tables, %q", path, answer.StatusCode, len(captions.FindAllString(text, -1)), someone.FindString(text))
		}
		tables := strings.Split(text, "<caption")[1:]
		for i, m := range toFile.FindAllStringSubmatch(text, -1) {
			file, got := s.ask(t, "GET", html.UnescapeString(m[1]), "analyst s1", nil)
			if file.StatusCode != http.StatusOK || file.Header.Get("Content-Type") != "text/csv; charset=utf-8" || someone.MatchString(got) {
				t.Fatalf("%s: %d %q", m[1], file.StatusCode, someone.FindString(got))
			}
			lines, err := csv.NewReader(strings.NewReader(got)).ReadAll()
			if err != nil || len(lines) < 2 {
				t.Fatalf("%s: %v, %d lines", m[1], err, len(lines))
			}
			table, _, _ := strings.Cut(tables[i], "</table>")
			var drawn, kept []string
			for _, c := range body.FindAllStringSubmatch(table, -1) {
				drawn = append(drawn, html.UnescapeString(c[1]))
			}
			for _, line := range lines {
				kept = append(kept, line...)
			}
			if len(drawn) != len(kept) {
				t.Fatalf("%s has %d fields, the page %d", m[1], len(kept), len(drawn))
			}
			for k := range kept {
				if a, b := strings.TrimPrefix(kept[k], "'"), drawn[k]; a != b && a != strings.ReplaceAll(b, ",", "") {
					t.Errorf("%s: %q on the page, %q in the file", m[1], b, a)
				}
			}
			files++
		}
	}
	if files < 20 {
		t.Errorf("%d files", files)
	}
}

// Plots have no number that the table does not have, and nothing inline.
func TestF6EveryNumberOfAPlotIsInATable(t *testing.T) {
	s := crowd(t, 1200)
	plots := 0
	for _, path := range analystPages {
		_, text := s.ask(t, "GET", path, "analyst s1", nil)
		for _, part := range strings.Split(text, "<section")[1:] {
			part, _, _ = strings.Cut(part, "</section>")
			_, drawing, ok := strings.Cut(part, `<svg class="app-plot"`)
			if !ok {
				continue
			}
			plots++
			drawing, rest, _ := strings.Cut(drawing, "</svg>")
			if !strings.Contains(rest, "<details") || !strings.Contains(rest, "<table") {
				t.Errorf("%s has a plot without a table behind it", path)
			}
			for _, m := range regexp.MustCompile(`class="app-plot-text"[^>]*>([\d,.]+%?|\*)</text>`).FindAllStringSubmatch(drawing, -1) {
				if !strings.Contains(rest, ">"+m[1]+"<") {
					t.Errorf("%s: %s is drawn and in no table", path, m[1])
				}
			}
		}
	}
	if plots < 10 {
		t.Errorf("%d plots", plots)
	}
}

// A7: from every page of numbers a link leads to what they come from.
func TestA7EveryPageOfNumbersLeadsToItsOrigin(t *testing.T) {
	s := crowd(t, 300)
	for _, path := range analystPages {
		_, text := s.ask(t, "GET", path, "analyst s1", nil)
		if got := strings.Contains(text, `<a href="/runs">Where these numbers come from</a>`); got != !strings.HasPrefix(path, "/runs") {
			t.Errorf("%s: %v", path, got)
		}
	}
	_, text := s.ask(t, "GET", "/runs", "analyst s1", nil)
	for _, want := range []string{"resident.parquet", "5ae042249489d735", "6c27", "7da5", "f8b6", "2026-03-31-"} {
		if !strings.Contains(text, want) {
			t.Errorf("the origin lacks %s", want)
		}
	}
}

// F15: whoever may not count has neither the page nor the file.
func TestF15CountsAreForWhomTheTableNames(t *testing.T) {
	s := crowd(t, 300)
	for _, as := range []string{"coordinator s1", "privacy_officer s1", "administrator s1", "pharmacy s1"} {
		for _, path := range []string{"/population", "/workload", "/population.csv?table=age-sex", "/workload.csv?table=by-practice"} {
			if answer, text := s.ask(t, "GET", path, as, nil); answer.StatusCode != http.StatusForbidden || strings.Contains(text, "<svg") {
				t.Errorf("%s as %s: %d", path, as, answer.StatusCode)
			}
		}
	}
	// Who may see but not export has no link to a file either.
	answer, text := s.ask(t, "GET", "/population", "ig_lead s1", nil)
	if answer.StatusCode != http.StatusOK || toFile.MatchString(text) {
		t.Errorf("the Caldicott Guardian: %d", answer.StatusCode)
	}
	if answer, _ := s.ask(t, "GET", "/population.csv?table=age-sex", "ig_lead s1", nil); answer.StatusCode != http.StatusForbidden {
		t.Errorf("the Caldicott Guardian exports: %d", answer.StatusCode)
	}
}

func TestACardIsTextAndTables(t *testing.T) {
	got := string(markdown("# Title\n\n**Warning <b>.**\n\n## One\n\n- a\n- b & c\n\n| x | y |\n| --- | --- |\n| 1 | 2 |\n\nend"))
	for _, want := range []string{"<strong>Warning &lt;b&gt;.</strong>", "<li>b &amp; c</li>", `<th scope="col" class="nhsuk-table__header">x</th>`, `<td class="nhsuk-table__cell">2</td>`, "</tbody></table></div><p>end</p>"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	if strings.Contains(got, "---") || strings.Contains(got, "<h1") {
		t.Errorf("%s", got)
	}
}
