//go:build duckdb_arrow

package web

import (
	"strings"
	"testing"
)

// The page of a person says how their risk moved and why; what only clinicians
// may read stands under other factors for everyone else, and who may not read a
// risk is told no change of one.
func TestF9ThePageSaysWhyTheRiskMoved(t *testing.T) {
	s := open(t)
	of := func(k int, as string) string {
		text := s.page(t, k, as).text
		at := strings.Index(text, "Since 28 February 2026")
		if at < 0 {
			return ""
		}
		return text[at:]
	}
	team := of(20, amy)
	for _, want := range []string{"team move of 20", "New in the record", "raises", "Other recorded factors", "lowers"} {
		if !strings.Contains(team, want) {
			t.Errorf("a coordinator does not read %q", want)
		}
	}
	if strings.Contains(team, "clinician move") {
		t.Error("a coordinator reads what is for clinicians")
	}
	if lead := of(20, "clinical_lead s1 lea"); !strings.Contains(lead, "clinician move of 20") || !strings.Contains(lead, "Time has passed") {
		t.Error("a clinician does not read what is for clinicians")
	}
	if text := of(30, amy); !strings.Contains(text, "Nothing that the estimate reads has changed") {
		t.Error("a risk that nothing moved is not said to be so")
	}
	if text := of(0, "clinical_lead s1 lea"); !strings.Contains(text, "not scored then") {
		t.Error("who is new is compared with something")
	}
	if _, text := s.ask(t, "GET", s.page(t, 20, amy).path, "social_care s1 sam", nil); strings.Contains(text, "team move") || strings.Contains(text, "What moved the estimate most since") {
		t.Error("social care reads how a risk moved")
	}
}
