//go:build duckdb_arrow

package analyse

import (
	"slices"
	"strings"
	"testing"

	"leftshift/engine"
	"leftshift/engine/disclosure"
	"leftshift/features/plan"
	"leftshift/features/population"
	"leftshift/jobs/definitions"
)

// A window that reaches back before the data is said, one within it is not; nor
// is anybody left out. Kinds that no source holds by then are named.
func TestReach(t *testing.T) {
	s, err := definitions.OpenAt(definitions.Place{})
	if err != nil {
		t.Fatal(err)
	}
	on, _ := engine.ParseDay("2026-09-30")
	from := on - 400
	starts := population.Starts{"problem": {Known: from - 9000, Day: from - 9000}, "observation": {Known: from, Day: from}, "spell.ambulance": {Known: on + 5, Day: on - 20}}
	for _, x := range []struct {
		feature, history, unseen string
		dataFrom                 engine.Day
	}{
		{"falls_365d", "", "diagnosis", 0},
		{"falls_1095d", from.String(), "diagnosis", 0},
		{"falls_ever", "", "diagnosis", 0}, // the whole record is as long as it is
		{"falls_365d", (on - 100).String(), "diagnosis", on - 100},
		{"age", "", "", on - 100},
		{"ambulance_conveyed_365d", "", "spell.ambulance", 0}, // not observable,
		{"core20", "", "", 0},                                 // derived of what is no record
	} {
		if s.Catalogue.Find(x.feature) == nil {
			t.Errorf("no feature %s", x.feature)
			continue
		}
		trial := &Trial{}
		trial.reach(s.Catalogue.Subset([]string{x.feature}), Ask{On: on, DataFrom: x.dataFrom}, starts)
		if trial.History != x.history || strings.Join(trial.Unseen, " ") != x.unseen {
			t.Errorf("%s from %v: history %q, want %q; unseen %q, want %q", x.feature, x.dataFrom, trial.History, x.history, trial.Unseen, x.unseen)
		}
	}
	var text strings.Builder
	few := &Trial{People: disclosure.Standard.Count(2000), History: "2025-01-01", Unseen: []string{"spell.ambulance"}, Absent: []string{"opioids"}}
	if err := few.Write(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"People in the population: 2000", "reaches back before 2025-01-01", "counts are lower bounds", "No source holds by then: spell.ambulance", "No code of the list opioids occurs in this record", "would tell of few people"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in\n%s", want, text.String())
		}
	}
}

// A list is absent where none of its codes is among the words, by its own way
// to match.
func TestAbsent(t *testing.T) {
	s, err := definitions.OpenAt(definitions.Place{})
	if err != nil {
		t.Fatal(err)
	}
	c := s.Catalogue.Subset([]string{"falls_365d", "medicine_opioid_183d"})
	opioid := s.Catalogue.Find("medicine_opioid_183d").Members[0].Lists
	all := Absent(s.Codelists, c, nil)
	if !slices.Contains(all, "falls") || !slices.Contains(all, opioid[0]) {
		t.Fatalf("of an empty record: %v", all)
	}
	fall, drug := s.Codelists.List("falls"), s.Codelists.List(opioid[0])
	word := func(system, text string) plan.Word {
		return plan.Word{System: engine.ParseSystem(system), Text: text}
	}
	got := Absent(s.Codelists, c, []plan.Word{word(fall.System, fall.Codes[0]), word("ods", drug.Codes[0])})
	if slices.Contains(got, "falls") || !slices.Contains(got, opioid[0]) {
		t.Errorf("with a fall: %v", got)
	}
	code := drug.Codes[0]
	if !drug.Has(code) {
		t.Fatalf("list %s does not have its code %s", drug.Name, code)
	}
	if got := Absent(s.Codelists, c, []plan.Word{word(drug.System, code)}); slices.Contains(got, opioid[0]) {
		t.Errorf("with an opioid %s: %v", code, got)
	}
}
