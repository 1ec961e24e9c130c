//go:build duckdb_arrow

package door

import (
	"math"
	"regexp"
	"strings"
	"testing"

	"leftshift/engine/disclosure"
)

// An extreme is one person's value: no table names one, and the ends of ages
// are open bands.
func TestG30NoExtremeValueIsShown(t *testing.T) {
	extreme := regexp.MustCompile(`(?i)\b(min|minimum|max|maximum|least|greatest|smallest|largest|youngest|oldest|shortest|longest|latest|earliest)\b`)
	for _, said := range []string{"Youngest", "age, maximum", "longest stay"} {
		if !extreme.MatchString(said) {
			t.Errorf("%q is let through", said)
		}
	}
	tables, bands := 0, 0
	age := regexp.MustCompile(`^\d+ (to|and) `)
	for name, table := range crowd(t, 900).tables(t) {
		tables++
		texts := append([]string{table.Title, table.Note}, table.Columns...)
		last := ""
		for _, row := range table.Rows {
			texts = append(texts, row[0].Text)
			if age.MatchString(row[0].Text) {
				last = row[0].Text
			}
		}
		for _, text := range texts {
			text = strings.ReplaceAll(text, "least deprived", "deprived") // a fifth of places, no value
			if found := extreme.FindString(text); found != "" {
				t.Errorf("%s says %q in %q", name, found, text)
			}
		}
		if last != "" {
			bands++
			if !strings.HasSuffix(last, " and over") {
				t.Errorf("%s: the last band of ages is %q", name, last)
			}
		}
	}
	if tables < 20 || bands == 0 {
		t.Errorf("%d tables, %d with ages", tables, bands)
	}
}

// What counts no people is told as it is; the same number of people is controlled.
func TestG31ThingsAreNotRounded(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 3: "3", 7: "7", 12: "12", 1203: "1,203", 1_000_001: "1,000,001"} {
		if got := things(n); got.Text != want || got.Value != float64(n) || got.Hidden() {
			t.Errorf("%d things are shown as %+v", n, got)
		}
	}
	if got := share(1, 3); got.Text != "33.3%" || got.Hidden() {
		t.Errorf("one thing of three is %+v", got)
	}
	if a, b := headcount(disclosure.Standard.Count(7)), headcount(disclosure.Standard.Count(1203)); !a.Hidden() || b.Text != "1,205" {
		t.Errorf("people are shown as %+v and %+v", a, b)
	}
	exact := 0
	for _, table := range crowd(t, 60).tables(t) {
		for _, row := range table.Rows {
			for _, f := range row {
				if f.Kind == Things && f.Value == math.Trunc(f.Value) && math.Mod(f.Value, 5) != 0 {
					exact++
				}
			}
		}
	}
	if exact == 0 {
		t.Error("no page shows a thing as it is")
	}
}
