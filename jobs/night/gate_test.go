//go:build duckdb_arrow

package night

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"leftshift/engine"
	"leftshift/engine/schema"
	"leftshift/jobs/config"
	"leftshift/models/evaluate"
	"leftshift/models/registry"
)

func est(low, high float64) evaluate.Estimate {
	return evaluate.Estimate{Value: evaluate.Number((low + high) / 2), Low: evaluate.Number(low), High: evaluate.Number(high)}
}

func fits() evaluate.Measures {
	return evaluate.Measures{Events: 500, AUROC: est(.7, .8), Slope: est(.9, 1.1), ObservedExpected: est(.9, 1.1)}
}

// F10: a measure is beyond its limit where the whole of its interval is, of
// everyone and of each group with enough outcomes, in the test and once due.
func TestF10TheGateHoldsGroupsToLimits(t *testing.T) {
	c := config.New().Gate
	group := func(name, label string, change func(*evaluate.Measures)) evaluate.Subgroup {
		s := evaluate.Subgroup{Group: name, Label: label, Measures: fits()}
		change(&s.Measures)
		return s
	}
	b := &registry.Bundle{Models: []registry.Fitted{{Name: "boost_365", Kind: "boost", Horizon: 365, Evaluation: &evaluate.Report{Measures: fits()}}, {Name: "boost_30", Kind: "boost", Horizon: 30}, {Name: "logistic_30", Kind: "logistic", Horizon: 30}}}
	if g := gate(c, b, nil); len(g.Breaches) != 0 || g.Held != 3 || g.Action != "warn" {
		t.Errorf("a model that fits: %+v", g)
	}
	b.Models[0].Evaluation.Subgroups = []evaluate.Subgroup{
		group("age", "70 to 79", func(m *evaluate.Measures) { m.AUROC = est(.5, .59) }),
		group("age", "80 to 89", func(m *evaluate.Measures) { m.AUROC = est(.5, .61) }), // may be 0.6
		group("sex", "male", func(m *evaluate.Measures) { m.ObservedExpected = est(1.3, 1.6) }),
		group("sex", "female", func(m *evaluate.Measures) { m.ObservedExpected = est(.5, .7) }),
		group("ethnic group", "Mixed", func(m *evaluate.Measures) { m.ObservedExpected, m.Events = est(2, 3), 49 }), // too few
		group("ethnic group", "White", func(m *evaluate.Measures) { m.Slope = est(math.NaN(), math.NaN()) }),
	}
	day, _ := engine.ParseDay("2026-03-31")
	row := func(model, by, label string, on engine.Day, people int64, low, high float64) schema.Due {
		return schema.Due{Model: model, By: by, Label: label, AsOf: on, Horizon: 30, People: people, Events: 80, RatioLow: low, RatioHigh: high, SlopeLow: .9, SlopeHigh: 1.1, AUROCLow: .7, AUROCHigh: .8}
	}
	due := []schema.Due{
		row("boost_30", schema.DueEveryone, "", day-31, 900, 2, 3), // older
		row("boost_30", schema.DueEveryone, "", day, 900, 1.4, 1.9),
		row("boost_30", schema.DueNetwork, "U1", day, 400, .9, 1.2),
		row("boost_30", schema.DueTenth, "01", day, 90, 3, 4),
		row("boost_30", schema.DueEveryone, "", day+31, -1, 9, 9), // not due
		row("logistic_30", schema.DueEveryone, "", day, 900, 3, 4),
	}
	var got []string
	for _, x := range gate(c, b, due).Breaches {
		got = append(got, x.String())
	}
	want := []string{
		"AUROC of age: 70 to 79 is below 0.6, in the people that it was tested on",
		"observed over expected of sex: male is above 1.25, in the people that it was tested on",
		"observed over expected of sex: female is below 0.8, in the people that it was tested on",
		"observed over expected of everyone is above 1.25, in the scores of 2026-03-31, 30 days ahead",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	c.RatioLow, c.RatioHigh, c.AUROC, c.SlopeLow, c.SlopeHigh = 0, 0, 0, 0, 0
	if g := gate(c, b, due); len(g.Breaches) != 0 {
		t.Errorf("no limits: %v", g.Breaches)
	}
	if g := gate(c, nil, nil); len(g.Breaches)+g.Held != 0 || g.Breaches == nil {
		t.Errorf("no model: %+v", g)
	}
}

// F10: a model that was trained again is not held to what the one before it did,
// though both have the same name.
func TestF10TheGateHoldsAModelToItsOwnScores(t *testing.T) {
	n := bare(t)
	for name, bundle := range map[string]string{"2026-01-31-aa": "old", "2026-02-28-bb": "new"} {
		dir := filepath.Join(n.Data, "snapshots", name)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "manifest.json"), []byte(`{"bundle":"`+bundle+`"}`), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	due := []schema.Due{{Snapshot: "2025-12-31-gone"}, {Snapshot: "2026-01-31-aa"}, {Snapshot: "2026-01-31-aa", By: "sex"}, {Snapshot: "2026-02-28-bb"}}
	for id, want := range map[string]int{"old": 2, "new": 1, "other": 0, "": 0} {
		if got, err := n.scoredBy(id, due); err != nil || len(got) != want {
			t.Errorf("%q: %d rows, %v; want %d", id, len(got), err, want)
		}
	}
}
