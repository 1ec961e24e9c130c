package record

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"leftshift/models/evaluate"
	"leftshift/models/registry"
)

func estimate(v float64) evaluate.Estimate {
	return evaluate.Estimate{Value: evaluate.Number(v), Low: evaluate.Number(v - 0.01), High: evaluate.Number(v + 0.01)}
}

func bundle() *registry.Bundle {
	measures := func(events float64, auroc float64) evaluate.Measures {
		return evaluate.Measures{Rows: 900, People: 900, Events: events, AUROC: estimate(auroc), Brier: estimate(0.1), Slope: estimate(1.02), Intercept: estimate(0.01), ObservedExpected: estimate(0.97)}
	}
	e := &evaluate.Report{Measures: measures(432, 0.801), Replicates: 200, Level: 0.95, Subgroups: []evaluate.Subgroup{
		{Group: "sex", Label: "female", Measures: measures(220, 0.811)}, {Group: "sex", Label: "male", Measures: measures(212, 0.791)},
		{Group: "ethnic group", Label: "White", Measures: measures(400, 0.777)}, {Group: "ethnic group", Label: "Mixed", Measures: measures(32, 0.666)},
	}}
	return &registry.Bundle{Format: 1, Site: "Exampleshire", Outcome: "emergency_bed: first to be admitted as an emergency, before death, of people alive", Purpose: "case-finding", Knowledge: "2026-01-31", Freeze: 92,
		TrainIndex: []string{"2023-06-30", "2023-12-31"}, TestIndex: "2024-12-31", TrainRows: 4321, TestRows: 1234, Folds: 2, Seed: 99,
		Catalogue: "aaaabbbb", Codelists: "11112222", Columns: []string{"age", "falls_365d"},
		Models: []registry.Fitted{{Name: "boost_365", Kind: registry.KindBoost, Horizon: 365, Evaluation: e, Deaths: 11, Left: 12}}}
}

// The 27 items of the statement and their parts, written down here from it and
// not from the package.
var items = strings.Fields(`1 2 3a 3b 3c 4 5a 5b 6a 6b 6c 7 8a 8b 8c 9a 9b 9c 10 11 12a 12b 12c 12d 12e 12f 12g 13 14 15 16 17
	18a 18b 18c 18d 18e 18f 19 20a 20b 20c 21 22 23a 23b 24 25 26 27a 27b 27c`)

func fields(d Document) (out []Field) {
	for _, s := range d.Sections {
		out = append(out, s.Fields...)
	}
	return out
}

func TestG45EveryItemIsFilledOrSaysWhyNot(t *testing.T) {
	if len(items) != 52 {
		t.Fatalf("%d parts of items", len(items))
	}
	d := TRIPOD(bundle(), "0123456789abcdef", nil)
	var got []string
	for _, f := range fields(d) {
		got = append(got, f.ID)
	}
	if !slices.Equal(got, items) {
		t.Errorf("items %v", got)
	}
	whole(t, d)
	page := d.Markdown()
	for _, want := range []string{"2023-06-30, 2023-12-31", "4321 rows", "0.801 (0.791 to 0.811)", "Not applicable, because the outcome is read from records by rule", "92 days", "of being admitted as an emergency within 365 days", "bundle 0123456789abcdef"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q", want)
		}
	}
}

func TestG44TheTransparencyRecordHasAllFields(t *testing.T) {
	d := Transparency(bundle(), "0123456789abcdef", nil)
	var got []string
	for _, f := range fields(d) {
		got = append(got, f.ID)
	}
	want := strings.Fields(`1 2 3 4 1.1 1.2 1.3 1.4 1.4.1 1.4.2 1.4.3 1.4.4 1.4.5 2.1 2.2 2.3 2.4 2.5 3.1 3.2 3.3 3.4 3.5 3.6
		4.1.1 4.1.2 4.1.3 4.1.4 4.2.1 4.2.2 4.2.3 4.2.4 4.2.5 4.2.6 4.2.7 4.2.8 4.2.9 4.3.1 4.3.2 4.3.3 4.3.4 4.3.5 4.3.6 4.3.7 4.3.8 4.3.9 4.4.1 4.4.2 4.4.3 4.4.4 4.4.5 5.1 5.2`)
	if !slices.Equal(got, want) {
		t.Errorf("fields %v", got)
	}
	whole(t, d)
}

// whole checks that no field is left empty or says two things, that what is asked
// is said at the top, and that what is given takes its place.
func whole(t *testing.T, d Document) {
	t.Helper()
	for _, f := range fields(d) {
		n := 0
		for _, s := range []string{f.Text, f.Because, f.Ask} {
			if strings.TrimSpace(s) != "" {
				n++
			}
		}
		if n != 1 || f.Title == "" || strings.Contains(f.Text, "%!") {
			t.Errorf("%s %s: %q %q %q", f.ID, f.Title, f.Text, f.Because, f.Ask)
		}
	}
	open := d.Open()
	if len(open) == 0 || !strings.Contains(d.Markdown(), "Not ready to publish") {
		t.Fatal("nothing is asked of the organisation")
	}
	given := Answers{}
	for _, key := range open {
		given[key] = "Given for " + key + "."
	}
	var full Document
	if strings.HasPrefix(d.Title, "TRIPOD") {
		full = TRIPOD(bundle(), "0123456789abcdef", given)
	} else {
		full = Transparency(bundle(), "0123456789abcdef", given)
	}
	page := full.Markdown()
	if len(full.Open()) > 0 || strings.Contains(page, "Not ready to publish") || strings.Contains(page, "To be given") {
		t.Errorf("still open: %v", full.Open())
	}
	for _, key := range open {
		if !strings.Contains(page, given[key]) {
			t.Errorf("what is given for %s is not told", key)
		}
	}
}

// A record is published: of a group with few events, and of the others by which it
// could be worked out, nothing is told.
func TestG26GroupsOfFewEventsAreNotTold(t *testing.T) {
	page := TRIPOD(bundle(), "0123456789abcdef", nil).Markdown()
	for _, hidden := range []string{"0.666", "0.777", "Mixed"} {
		if strings.Contains(page, hidden) {
			t.Errorf("%s is told", hidden)
		}
	}
	for _, shown := range []string{"0.811", "0.791", "Not told by ethnic group"} {
		if !strings.Contains(page, shown) {
			t.Errorf("%s is not told", shown)
		}
	}
	if spread(&registry.Bundle{Models: []registry.Fitted{{Evaluation: &evaluate.Report{}}}}) == "" {
		t.Error("nothing is said where there are no groups")
	}
}

func TestWhatCannotBeEstimatedIsSaid(t *testing.T) {
	b := bundle()
	b.Models[0].Evaluation.Slope = estimate(math.NaN())
	for _, d := range []Document{TRIPOD(b, "0", nil), Transparency(b, "0", nil)} {
		if page := d.Markdown(); strings.Contains(page, "NaN") || !strings.Contains(page, "not estimable") {
			t.Errorf("%s", regexp.MustCompile(`.*NaN.*`).FindString(page))
		}
	}
}
