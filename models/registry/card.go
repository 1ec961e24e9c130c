package registry

import (
	"fmt"
	"strings"

	"leftshift/models/evaluate"
)

// Method names the kind of a fitted model for people.
func (f *Fitted) Method() string {
	return map[string]string{KindBoost: "gradient boosted trees", KindLogistic: "logistic regression"}[f.Kind]
}

// Title names a fitted model for people, with its horizon.
func (f *Fitted) Title() string { return fmt.Sprintf("%s, %d days", f.Method(), f.Horizon) }

// Card is the model card, in Markdown: what the model is for, what it was
// fitted on and how well it did, after the items of TRIPOD+AI (Collins et
// al., BMJ 2024).
func (b *Bundle) Card() string {
	var w strings.Builder
	p := func(format string, args ...any) { fmt.Fprintf(&w, format+"\n", args...) }
	p("# Model card: %s", b.Site)
	p("")
	if b.Synthetic {
		p("**Fitted on synthetic people. Not for use with real ones.**")
		p("")
	}
	p("## Intended use")
	p("")
	p("Supports a care team in choosing whom to review first. It does not diagnose, does not decide treatment and raises no alarm; no decision about a person may rest on the score alone.")
	p("")
	p("## Outcome and population")
	p("")
	p("- Outcome: %s.", b.Outcome)
	p("- People who die first count as without the outcome; people who leave first are censored and the others weighted by the inverse probability of staying, in fitting and in evaluation.")
	p("- Purpose: %s. Labels as known on %s, %d days after each horizon at the earliest.", b.Purpose, b.Knowledge, b.Freeze)
	p("- Over the index dates, deaths per 1,000 person-years: %s; leavers: %s.", BesideExpected(b.DeathsPer1000, b.ExpectedDeathsPer1000), BesideExpected(b.LeaversPer1000, b.ExpectedLeaversPer1000))
	p("- History before the first deliveries is backfilled: what was known on a past date is taken from the sources' own dates, so this is not a record of what a night then saw.")
	p("")
	p("## Data and method")
	p("")
	p("- Trained on %d rows at the index dates %s; evaluated on %d rows at %s, after the training labels closed, every person by a fit that never saw them (%d folds).", b.TrainRows, strings.Join(b.TrainIndex, ", "), b.TestRows, b.TestIndex, b.Folds)
	p("- The model that serves is fitted by the same recipe on all of these rows, those of the test date among them.")
	p("- %d predictors: feature catalogue %s, code lists %s. Age, sex and deprivation are among them; ethnicity is not.", len(b.Columns), short(b.Catalogue), short(b.Codelists))
	if b.Guard != nil {
		p("- %s", b.Guard.words())
	}
	p("- Probabilities are calibrated by Platt's method on out-of-fold predictions. Where there are many rows, logistic regression is fitted on those of a share of the people, about 120,000 rows. Seed %d.", b.Seed)
	p("")
	p("## Performance on the test date (95 %% intervals over resampled people)")
	p("")
	p("| model | AUROC | average precision | Brier | calibration slope | intercept | observed / expected |")
	p("| --- | --- | --- | --- | --- | --- | --- |")
	for i := range b.Models {
		f := &b.Models[i]
		e := f.Evaluation
		p("| %s | %s | %s | %s | %s | %s | %s |", f.Title(), est(e.AUROC), est(e.AveragePrecision), est(e.Brier), est(e.Slope), est(e.Intercept), est(e.ObservedExpected))
	}
	p("")
	p("| model | share of people | sensitivity | positive predictive value |")
	p("| --- | --- | --- | --- |")
	for i := range b.Models {
		f := &b.Models[i]
		if f.Evaluation.Events < fewEvents {
			p("| %s | | too few people with the outcome to be shown | |", f.Title())
			continue
		}
		for _, t := range f.Evaluation.Top {
			p("| %s | top %g %% | %s | %s |", f.Title(), t.Share*100, est(t.Sensitivity), est(t.PPV))
		}
	}
	p("")
	b.without(p)
	p("## Limits")
	p("")
	p("A model fitted here fits here: test it again before use elsewhere, and after a change of coding, of data set or of services. Once lists are acted on, admissions prevented look like risk that was never there: keep the history of who was listed beside the outcomes.")
	return w.String()
}

// without sets the first model beside itself without some columns, by the groups
// of those columns' kind: a recorded choice of using them.
func (b *Bundle) without(p func(format string, args ...any)) {
	if len(b.Models) == 0 || b.Primary().Without == nil {
		return
	}
	f := b.Primary()
	w := f.Without
	p("## With and without %s", strings.Join(w.Columns, ", "))
	p("")
	p("The same recipe on the same people. Below 1, observed over expected says that a group's risk is overstated; above 1, understated.")
	p("")
	p("| group | AUROC with | without | observed / expected with | without |")
	p("| --- | --- | --- | --- | --- |")
	p("| everyone | %s | %s | %s | %s |", est(f.Evaluation.AUROC), est(w.Evaluation.AUROC), est(f.Evaluation.ObservedExpected), est(w.Evaluation.ObservedExpected))
	for i, g := range f.Evaluation.Subgroups {
		if i >= len(w.Evaluation.Subgroups) || !told(f.Evaluation.Subgroups, g.Group) {
			continue
		}
		h := w.Evaluation.Subgroups[i]
		p("| %s: %s | %s | %s | %s | %s |", g.Group, g.Label, est(g.AUROC), est(h.AUROC), est(g.ObservedExpected), est(h.ObservedExpected))
	}
	p("")
}

// told says whether every label of a group has events enough for a share of it to
// be told: one left out alone could be worked out from the others.
func told(groups []evaluate.Subgroup, name string) bool {
	for _, g := range groups {
		if g.Group == name && g.Events < fewEvents {
			return false
		}
	}
	return true
}

// BesideExpected writes a rate beside the expected one, which is left out when
// it is 0.
func BesideExpected(rate, expected float64) string {
	if expected == 0 {
		return fmt.Sprintf("%.1f", rate)
	}
	return fmt.Sprintf("%.1f, where %.1f are expected", rate, expected)
}

// fewEvents is the least number of people with the outcome for shares of a list
// to be told: a list of 0.5 % would hold a handful.
const fewEvents = 200

func short(hash string) string {
	if len(hash) > 12 {
		return hash[:12]
	}
	return hash
}

func est(e evaluate.Estimate) string {
	return fmt.Sprintf("%.3f (%.3f to %.3f)", float64(e.Value), float64(e.Low), float64(e.High))
}
