//go:build duckdb_arrow

package door

import (
	"context"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/audit"
	"leftshift/engine/disclosure"
	"leftshift/engine/snapshot"
	"leftshift/engine/snapshot/made"
)

var subjects = []Subject{OfPopulation, OfSegments, OfWorkload, OfModel, OfQuality, OfRuns}

// crowd is a site of many people.
func crowd(t *testing.T, people int) *site {
	t.Helper()
	data := t.TempDir()
	made.Crowd(t, data, people)
	at := made.Open(t, data, audit.Options{})
	s := &site{log: at.Audit, vault: &vault{}, today: at.Today}
	s.Doors = New(Options{Snapshots: at.Snapshots, Audit: at.Audit, Vault: s.vault, Today: func() engine.Day { return s.today }, Recheck: 7, Stale: 7})
	return s
}

// tables are all that an analyst can see, by every choice there is.
func (s *site) tables(t *testing.T) map[string]Table {
	t.Helper()
	out := map[string]Table{}
	for _, of := range subjects {
		choices := []Choice{nil}
		first, err := s.Tell(context.Background(), principal(access.Analyst), Where{Route: "/" + string(of)}, of, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range first.Options {
			for _, v := range o.Values {
				for _, by := range []string{"practice", "team"} {
					choices = append(choices, Choice{o.Name: v.Value, "by": by})
				}
			}
		}
		for _, c := range choices {
			r, err := s.Tell(context.Background(), principal(access.Analyst), Where{Route: "/" + string(of)}, of, c)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range r.Sections {
				for _, table := range x.Tables {
					out[fmt.Sprint(of, "/", table.ID, " ", c)] = table
				}
			}
		}
	}
	return out
}

// G26: every count of people, and of the events expected of them, is 0, a star
// or a multiple of 5 from 10 on.
func TestG26EveryCountOnEveryAnalystsPageIsControlled(t *testing.T) {
	for _, people := range []int{60, 900, 6000} {
		seen := map[FieldKind]int{}
		stars := 0
		for name, table := range crowd(t, people).tables(t) {
			for _, row := range table.Rows {
				if len(row) != len(table.Columns) {
					t.Fatalf("%s has %d fields for %d columns", name, len(row), len(table.Columns))
				}
				for j, f := range row {
					seen[f.Kind]++
					if f.Hidden() {
						stars++
					}
					if f.Kind != People && f.Kind != Events || f.Text == "–" {
						continue
					}
					if n := int(f.Value); f.Text == disclosure.Star != math.IsNaN(f.Value) || f.Text != disclosure.Star && (n%5 != 0 || n == 5 || grouped(fmt.Sprint(n)) != f.Text) {
						t.Errorf("%d people: %s, %s: %q", people, name, table.Columns[j], f.Text)
					}
				}
			}
		}
		if seen[People] == 0 || seen[Events] == 0 || seen[Rate] == 0 || stars == 0 {
			t.Errorf("%d people: nothing was seen: %v, %d stars", people, seen, stars)
		}
	}
}

// G27, G29: totals are sums of what is shown, percentages of what is shown.
func TestG27G29TotalsAndPercentagesAreOfWhatIsShown(t *testing.T) {
	tables := crowd(t, 900).tables(t)
	value := func(f Field) float64 {
		if math.IsNaN(f.Value) {
			return 0
		}
		return f.Value
	}
	summed, shares := 0, 0
	for name, table := range tables {
		n := len(table.Rows)
		if n < 2 || table.Rows[n-1][0].Text != "All" {
			continue
		}
		for j := range table.Columns {
			if k := table.Rows[0][j].Kind; k != People && k != Events {
				continue
			}
			sum := 0.0
			for _, row := range table.Rows[:n-1] {
				sum += value(row[j])
			}
			if got := value(table.Rows[n-1][j]); got != sum {
				t.Errorf("%s, %s: the total is %v, the rows make %v", name, table.Columns[j], got, sum)
			}
			summed++
		}
		if len(table.Columns) >= 3 && table.Columns[2] == "of everyone" {
			for _, row := range table.Rows {
				if want := 100 * row[1].Value / table.Rows[n-1][1].Value; !math.IsNaN(row[2].Value) && math.Abs(row[2].Value-want) > .051 {
					t.Errorf("%s, %s: %s, want %v", name, row[0].Text, row[2].Text, want)
				}
				if row[1].Hidden() != row[2].Hidden() {
					t.Errorf("%s, %s: a share of a hidden count", name, row[0].Text)
				}
				shares++
			}
		}
	}
	if summed < 50 || shares < 20 {
		t.Errorf("%d totals and %d shares were looked at", summed, shares)
	}
}

// G26: whatever the population, no hidden count is given away by all the tables
// of a population together, as far as they divide one another.
func TestG26WhatIsShownOfAPopulationGivesNoHiddenCountAway(t *testing.T) {
	rule := disclosure.Standard
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.IntRange(1, 5).Draw(t, "rows")
		columns := rapid.IntRange(1, 4).Draw(t, "columns")
		var all []*cross
		sums := make([]int, rows)
		for i := range sums {
			sums[i] = rapid.IntRange(0, 40).Draw(t, "people")
		}
		root := newParts(rule, sums, [][]int{sums}, true)
		if !rule.Free(root.root) {
			t.Skip("the single division is withheld before")
		}
		for range 3 {
			c := &cross{rows: make([]string, rows), columns: make([]string, columns), people: make([][]int, rows), nano: make([][]int64, rows)}
			for i := range rows {
				c.people[i], c.nano[i] = make([]int, columns), make([]int64, columns)
				left := sums[i]
				for j := range columns {
					n := left
					if j < columns-1 {
						n = rapid.IntRange(0, left).Draw(t, "n")
					}
					c.people[i][j], left = n, left-n
				}
			}
			all = append(all, c)
		}
		for _, c := range all {
			s := root.show(c)
			if !rule.Free(root.root) {
				t.Fatalf("%v gives something away", c.people)
			}
			for i := range s.cells {
				for j, cell := range s.cells[i] {
					if cell != rule.Count(c.people[i][j]) && cell != disclosure.Hidden {
						t.Fatalf("%v is shown as %v", c.people[i][j], cell)
					}
				}
			}
		}
	})
}

// A10: a file has the fields of the page, and A8, F6: in none of it is anyone.
func TestA10AFileHasTheFieldsOfThePageAndA8Nobody(t *testing.T) {
	s := crowd(t, 900)
	ctx := context.Background()
	who := principal(access.Analyst)
	person := regexp.MustCompile(fmt.Sprintf(`%d|%s|Family|9000000009`, int64(made.CrowdPerson)/1e6, strings.TrimRight(fmt.Sprint(int64(made.CrowdPerson)), "1")))
	for _, of := range subjects {
		r, err := s.Tell(ctx, who, Where{Route: "/x"}, of, nil)
		if err != nil {
			t.Fatal(err)
		}
		ids := map[string]bool{}
		for _, x := range r.Sections {
			for _, want := range x.Tables {
				got, _, err := s.TellTable(ctx, who, Where{Route: "/x"}, of, want.ID, nil)
				if err != nil || fmt.Sprint(*got) != fmt.Sprint(want) || ids[want.ID] {
					t.Errorf("%s/%s: %v", of, want.ID, err)
				}
				ids[want.ID] = true
				if text := fmt.Sprint(want); person.MatchString(text) {
					t.Errorf("%s/%s holds someone: %s", of, want.ID, text)
				}
			}
		}
		if len(ids) == 0 || person.MatchString(fmt.Sprint(r.Sections, r.Card)) {
			t.Errorf("%s: %d tables", of, len(ids))
		}
		var fault *engine.Fault
		if _, _, err := s.TellTable(ctx, who, Where{}, of, "none", nil); !errors.As(err, &fault) || fault.Code != "no-page" {
			t.Errorf("%s/none: %v", of, err)
		}
	}
	if len(s.vault.opened) > 0 {
		t.Errorf("the vault was opened for %v", s.vault.opened)
	}
}

// G23: every look is in the audit, a refused one too; nobody without the right
// sees a count.
func TestG23EveryLookAtCountsIsInTheAudit(t *testing.T) {
	s := crowd(t, 60)
	ctx := context.Background()
	for _, role := range access.Roles() {
		for _, of := range subjects {
			before := len(s.entries(t))
			p := principal(role)
			r, err := s.Tell(ctx, p, Where{Route: "/" + string(of)}, of, nil)
			may := access.Decide(p, subjectActs[of], access.Of(access.CaseFinding)).Allowed
			all := s.entries(t)
			if (err == nil) != may || (r != nil) != may || len(all) != before+1 {
				t.Fatalf("%s, %s: allowed %v, %v, %d entries more", role, of, may, err, len(all)-before)
			}
			if e := all[len(all)-1]; e.Event != string(subjectActs[of]) || e.Object != string(of) || e.Snapshot == "" || e.People != 0 || (e.Outcome == access.CodeAllowed) != may {
				t.Errorf("%s, %s: the entry is %+v", role, of, e)
			}
			table, _, err := s.TellTable(ctx, p, Where{}, of, "published", nil)
			export := access.Decide(p, access.ExportCounts, access.Of(access.CaseFinding)).Allowed
			if table != nil && !(may && export) || (may && export && of == OfRuns) != (table != nil) {
				t.Errorf("%s exports from %s: %v", role, of, err)
			}
			if e := s.entries(t); len(e) != len(all)+1 {
				t.Errorf("%s exports from %s: %d entries more", role, of, len(e)-len(all))
			}
		}
	}
}

// A9: the highest risks hold more of the expected events for each person, and
// a longer list never holds fewer.
func TestA9LongerListsHoldMoreAndYieldLess(t *testing.T) {
	for name, table := range crowd(t, 6000).tables(t) {
		if !strings.Contains(name, "/choices-") {
			continue
		}
		for i := 1; i < len(snapshot.Firsts); i++ {
			was, is := table.Rows[i-1], table.Rows[i]
			if is[1].Value < was[1].Value || is[2].Value < was[2].Value {
				t.Errorf("%s: %v after %v", name, Line(is), Line(was))
			}
		}
	}
}

// Two people shown as a star, each in a group of their own: two stars in a row
// that is a star would say that neither is 7, so the row is withheld, zeros
// included.
func TestF6ARowThatWouldTellIsWithheld(t *testing.T) {
	rule := disclosure.Standard
	c := &cross{rows: []string{"a", "b"}, columns: []string{"x", "y", "z"}, people: [][]int{{1, 1, 0}, {30, 3, 0}}, nano: [][]int64{{0, 0, 0}, {0, 0, 0}}}
	s := newParts(rule, c.rowSums(), nil, true).show(c)
	if got := fmt.Sprint(s.cells); got != "[[* * *] [30 * 0]]" {
		t.Errorf("shown as %s", got)
	}
}

// The size of a small table tells how many people are in it, so no size is told.
func TestF6NoSizeOfAFileIsTold(t *testing.T) {
	s := crowd(t, 2000)
	shot, done, err := s.opt.Snapshots.Use(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	r, err := s.Tell(context.Background(), principal(access.Analyst), Where{Route: "/runs"}, OfRuns, nil)
	if err != nil {
		t.Fatal(err)
	}
	told := fmt.Sprintf("%+v", *r)
	if !strings.Contains(told, shot.Files["resident.parquet"].SHA256) {
		t.Fatal("the files' hashes are not told")
	}
	for name, f := range shot.Files {
		if regexp.MustCompile(fmt.Sprintf(`\b%d\b`, f.Bytes)).MatchString(told) {
			at := strings.Index(told, fmt.Sprint(f.Bytes))
			t.Errorf("the size of %s is told: %s", name, told[max(0, at-60):at+40])
		}
	}
}
