package registry

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"leftshift/models/evaluate"
)

// The card has, of its own bundle, what TRIPOD+AI asks to be reported of the
// aim, the people, the dates, the outcome, the predictors, the size, the method
// and the performance with its uncertainty.
func TestG45G48CardReportsTheItems(t *testing.T) {
	b := bundle(t, 5)
	b.Purpose, b.Knowledge, b.Freeze = "case-finding", "2026-01-31", 92
	b.TrainIndex, b.TestIndex = []string{"2023-06-30", "2023-12-31"}, "2024-12-31"
	b.TrainRows, b.TestRows, b.Folds, b.Seed = 4321, 1234, 7, 99
	b.Catalogue, b.Codelists = "aaaabbbbccccdddd", "1111222233334444"
	b.Models[0].Evaluation.Events = fewEvents
	card := b.Card()
	e := b.Models[0].Evaluation
	for item, want := range map[string]string{
		"aim":               "choosing whom to review first",
		"what it is not":    "no decision about a person may rest on the score alone",
		"outcome":           "Outcome: an event.",
		"competing events":  "People who die first count as without the outcome; people who leave first are censored",
		"purpose":           "Purpose: case-finding.",
		"dates":             "index dates 2023-06-30, 2023-12-31",
		"test date":         "at 2024-12-31, after the training labels closed",
		"labels":            "as known on 2026-01-31, 92 days",
		"sizes":             "Trained on 4321 rows",
		"test size":         "evaluated on 1234 rows",
		"internal validity": "by a fit that never saw them (7 folds)",
		"predictors":        "1 predictors: feature catalogue aaaabbbbcccc, code lists 111122223333",
		"sensitive":         "Age, sex and deprivation are among them; ethnicity is not",
		"calibration":       "calibrated by Platt's method",
		"method":            "logistic regression, 365 days",
		"seed":              "Seed 99",
		"limits":            "test it again before use elsewhere",
	} {
		if !strings.Contains(card, want) {
			t.Errorf("%s: the card has no %q", item, want)
		}
	}
	// G48: with and without is told where it was compared, and of whole groups alone.
	if strings.Contains(card, "With and without") {
		t.Error("a comparison that was not made")
	}
	sub := func(group, label string, events, auroc float64) evaluate.Subgroup {
		return evaluate.Subgroup{Group: group, Label: label, Measures: evaluate.Measures{Events: events, AUROC: evaluate.Estimate{Value: evaluate.Number(auroc)}}}
	}
	b.Models[0].Evaluation.Subgroups = []evaluate.Subgroup{sub("deprivation", "1", 900, 0.71), sub("deprivation", "2", 800, 0.72), sub("place", "A", 900, 0.73), sub("place", "B", 12, 0.74)}
	b.Models[0].Without = &Without{Columns: []string{"imd_decile", "core20"}, Evaluation: &evaluate.Report{Subgroups: []evaluate.Subgroup{sub("deprivation", "1", 900, 0.61), sub("deprivation", "2", 800, 0.62), sub("place", "A", 900, 0.63), sub("place", "B", 12, 0.64)}}}
	both := b.Card()
	for _, want := range []string{"## With and without imd_decile, core20", "| deprivation: 1 | 0.710", "| 0.610", "| deprivation: 2 | 0.720"} {
		if !strings.Contains(both, want) {
			t.Errorf("the card has no %q", want)
		}
	}
	if strings.Contains(both, "place") {
		t.Error("a group of few events is told")
	}
	b.Models[0].Without, b.Models[0].Evaluation.Subgroups = nil, nil
	// Each measure with its interval.
	for name, m := range map[string]string{"AUROC": est(e.AUROC), "slope": est(e.Slope), "observed over expected": est(e.ObservedExpected), "Brier": est(e.Brier), "positive predictive value": est(e.Top[0].PPV)} {
		if !strings.Contains(card, m) || !regexp.MustCompile(`^\d\.\d{3} \(\d\.\d{3} to \d\.\d{3}\)$`).MatchString(m) {
			t.Errorf("%s: the card has no %q", name, m)
		}
	}
	// And of another bundle something else.
	b.TestIndex = "2025-06-30"
	if other := b.Card(); other == card || !strings.Contains(other, fmt.Sprint("at ", b.TestIndex)) {
		t.Error("the card does not follow its bundle")
	}
}
