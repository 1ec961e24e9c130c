//go:build duckdb_arrow

package web

import (
	"strings"
	"testing"
)

// R2: a birth date is written as a person says it, on the list, the sheet and the
// person's page.
func TestR2BirthDatesAreInWords(t *testing.T) {
	s := open(t)
	p := s.page(t, 10, amy)
	for _, path := range []string{"/lists/team-0", "/lists/team-0/sheet", p.path} {
		if _, text := s.ask(t, "GET", path, amy, nil); !strings.Contains(text, "2 January 1950") || strings.Contains(text, "1950-01-02") {
			t.Errorf("%s has no birth date in words", path)
		}
	}
	born := functions["born"].(func(string) string)
	for given, want := range map[string]string{"1950-01-02": "2 January 1950", "1950-01": "1950-01", "": "", "not a date": "not a date", "1950-02-30": "1950-02-30"} {
		if got := born(given); got != want {
			t.Errorf("%q is %q, not %q", given, got, want)
		}
	}
}
