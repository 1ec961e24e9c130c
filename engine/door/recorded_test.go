//go:build duckdb_arrow

package door

import (
	"context"
	"math"
	"strings"
	"testing"

	"leftshift/engine/access"
)

// tableOf is one table of a page as an analyst gets it.
func (s *site) tableOf(t *testing.T, of Subject, id string) *Table {
	t.Helper()
	table, _, err := s.TellTable(context.Background(), principal(access.Analyst), Where{Route: "/x"}, of, id, nil)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// Completeness by practice, ethnic group first. Of the made-up people six in a
// hundred have no ethnic category and three say "not stated", which is none.
func TestA4CompletenessByPractice(t *testing.T) {
	s := crowd(t, 6000)
	table := s.tableOf(t, OfQuality, "recorded")
	if len(table.Rows) < 4 || !strings.HasPrefix(table.Columns[1], "ethnic group") {
		t.Fatalf("%d rows, columns %q", len(table.Rows), table.Columns)
	}
	rates := 0
	for _, row := range table.Rows {
		for at := 1; at < len(row); at += 3 {
			rate, yes, no := row[at], row[at+1], row[at+2]
			if rate.Hidden() || math.IsNaN(rate.Value) {
				continue
			}
			rates++
			if want := 100 * yes.Value / (yes.Value + no.Value); math.Abs(rate.Value-want) > .051 && !no.Hidden() {
				t.Errorf("%s, %s: %v, want %v", row[0].Text, table.Columns[at], rate.Value, want)
			}
		}
	}
	all := table.Rows[len(table.Rows)-1]
	if all[0].Text != "All" || all[1].Value < 89 || all[1].Value > 93 || rates < 4 {
		t.Errorf("%q, %d rates", Line(all), rates)
	}
	// Of each source, how long since it last sent.
	sources := s.tableOf(t, OfQuality, "sources")
	if a, b := sources.Rows[0], sources.Rows[1]; a[0].Text != "place_a" || a[4].Value != 0 || b[4].Value != 57 {
		t.Errorf("%q and %q", Line(a), Line(b))
	}
}

// Of two hundred made-up people eleven have less than a year of record and one
// of whom it is not known, in every practice.
func TestA13WhoHasTooLittleHistory(t *testing.T) {
	s := crowd(t, 6000)
	table := s.tableOf(t, OfSegments, "history")
	few := -1
	for j, c := range table.Columns {
		if c == histories[1] {
			few = j
		}
	}
	rate := len(table.Columns) - 1
	if few < 0 || table.Columns[rate] != "less than a year, of all" {
		t.Fatalf("columns %q", table.Columns)
	}
	sum := 0.0
	for _, row := range table.Rows[:len(table.Rows)-1] {
		if !row[few].Hidden() {
			sum += row[few].Value
		}
		if r := row[rate]; !r.Hidden() && (r.Value < 2 || r.Value > 11) {
			t.Errorf("%q", Line(row))
		}
	}
	all := table.Rows[len(table.Rows)-1]
	if all[0].Text != "All" || all[few].Value != sum || sum < 250 || sum > 420 || math.Abs(all[rate].Value-5.5) > 1 {
		t.Errorf("%q, practices make %v", Line(all), sum)
	}
}
