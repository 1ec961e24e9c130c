//go:build duckdb_arrow

package web

import (
	"net/http"
	"strings"
	"testing"
)

// Wherever reasons are shown, the page says that they are no causes.
func TestG38ReasonsAreSaidToBeNoCauses(t *testing.T) {
	s := open(t)
	shown := 0
	for _, as := range []string{amy, strings.Replace(amy, "coordinator", "clinical_lead", 1)} {
		text := s.page(t, 10, as).text
		if !strings.Contains(text, "Effect on the estimate") {
			t.Errorf("%s is shown no reasons", as)
			continue
		}
		shown++
		before, _, _ := strings.Cut(text, "Effect on the estimate")
		if !strings.Contains(before, "not causes, and changing one need not change what happens") {
			t.Errorf("%s reads reasons before it is said that they are no causes", as)
		}
	}
	if shown == 0 {
		t.Error("nobody is shown reasons")
	}
}

// Every page of a site of made-up people says so, before anything else on it.
func TestG38EveryPageOfMadeUpPeopleSaysSo(t *testing.T) {
	s := open(t)
	s.app.opt.Synthetic = true // as a site of made-up people is configured; its snapshot says so itself
	pages := 0
	for _, r := range Routes() {
		if r.Method != http.MethodGet {
			continue
		}
		answer, text := s.ask(t, "GET", s.filled(t, r, "s1"), whoMay(t, r.Act)+" s1", nil)
		if answer.StatusCode != http.StatusOK || !strings.Contains(text, "<main") {
			continue
		}
		pages++
		if before, _, _ := strings.Cut(text, "<main"); !strings.Contains(before, "Everyone here is made up. Do not use for care.") {
			t.Errorf("%s does not say that everyone is made up", r.Path)
		}
	}
	if pages < 8 {
		t.Errorf("only %d pages were read", pages)
	}
}
