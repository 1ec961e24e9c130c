package followup

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"leftshift/engine"
	"leftshift/features/outcome"
	"leftshift/jobs/definitions"
)

// The latest index date is a month end that has settled; the next month end has
// not.
func TestLatest(t *testing.T) {
	if d := Latest(asOf, 365, 92); d != on {
		t.Errorf("%s, want %s", d, on)
	}
	rapid.Check(t, func(t *rapid.T) {
		knowledge := engine.Day(rapid.IntRange(10000, 30000).Draw(t, "knowledge"))
		horizon, freeze := rapid.IntRange(1, 800).Draw(t, "horizon"), rapid.IntRange(0, 200).Draw(t, "freeze")
		d := Latest(knowledge, horizon, freeze)
		if (d + 1).Month() != d+1 {
			t.Fatalf("%s is no month end", d)
		}
		if err := outcome.Ready(d, knowledge, horizon, freeze); err != nil {
			t.Fatal(err)
		}
		if next := (d + 32).Month() - 1; next <= d || outcome.Ready(next, knowledge, horizon, freeze) == nil {
			t.Fatalf("%s is later than %s and has settled too", next, d)
		}
	})
}

func open(t *testing.T) *definitions.Set {
	t.Helper()
	s, err := definitions.OpenAt(definitions.Place{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A reference says every code list with its hash, and is written as text and as
// JSON whole.
func TestReferences(t *testing.T) {
	s := open(t)
	refs := References(s, asOf)
	if len(refs) != len(s.Outcomes.Outcomes) {
		t.Fatalf("%d references", len(refs))
	}
	withLists := 0
	for _, r := range refs {
		o := s.Outcomes.Find(r.ID)
		names := map[string]bool{}
		for _, m := range o.Members {
			for _, l := range m.Codes.Lists {
				names[l] = true
			}
		}
		for _, c := range o.Causes {
			for _, l := range c.Codes.Lists {
				names[l] = true
			}
		}
		var text strings.Builder
		if err := r.Write(&text); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{r.ID, r.Title, o.Why, "outcomes.toml:"} {
			if !strings.Contains(text.String(), want) {
				t.Errorf("%s does not say %q", r.ID, want)
			}
		}
		for n := range names {
			withLists++
			if !strings.Contains(text.String(), n+" ") || !strings.Contains(text.String(), "hash "+s.Codelists.List(n).Hash[:12]) {
				t.Errorf("%s does not say list %s", r.ID, n)
			}
		}
		if strings.Contains(text.String(), "`") {
			t.Errorf("%s is written with marks of Markdown", r.ID)
		}
		js, err := json.Marshal(r)
		if err != nil || strings.Contains(string(js), "null") {
			t.Errorf("%s: %v, %.300s", r.ID, err, js)
		}
	}
	if withLists < 20 {
		t.Errorf("only %d lists", withLists)
	}
	if _, err := ReferenceOf(s, "deaths", asOf); err == nil || !strings.Contains(err.Error(), "moves_right") {
		t.Errorf("an unknown outcome: %v", err)
	}
}

// What an outcome reads is what its parts read.
func TestReads(t *testing.T) {
	s := open(t)
	for id, want := range map[string][]string{
		"death": nil, "new_care_home": nil, "ed_attendance": {"spell.ed"}, "emergency_admission": {"spell.emergency", "spell.sdec"},
		"acsc_admission":          {"spell.emergency", "diagnosis"},
		"new_long_term_condition": {"problem", "observation", "diagnosis"},
		"moves_right":             {"spell.emergency", "spell.sdec", "spell.social_care", "problem", "observation", "diagnosis"},
	} {
		if got := reads(s.Outcomes, s.Outcomes.Find(id)); !slices.Equal(got, want) {
			t.Errorf("%s reads %v, want %v", id, got, want)
		}
	}
}

func TestSwitches(t *testing.T) {
	month, _ := engine.ParseDay("2025-04-01")
	got := switches([]outcome.Switch{{Provider: "RXX", Date: "2025-01-15"}}, []outcome.Step{{Provider: "RYY", Month: month, Before: .1, After: .8}, {Provider: "RZZ", Month: month, Before: .8, After: .1}})
	want := []Switch{{"RXX", "2025-01-15", true, ""}, {"RYY", "2025-04-01", false, "emergency care"}, {"RZZ", "2025-04-01", false, "admissions"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
	if switches(nil, nil) == nil {
		t.Error("no switches are written as null")
	}
}
