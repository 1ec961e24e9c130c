package record

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"leftshift/models/evaluate"
	"leftshift/models/registry"
)

// few is the least weight of events in a group for its measures to be told here:
// a record is published, and a group of few events tells of people.
const few = 100

func est(e evaluate.Estimate) string {
	if math.IsNaN(float64(e.Value)) {
		return "not estimable"
	}
	return fmt.Sprintf("%.3f (%.3f to %.3f)", float64(e.Value), float64(e.Low), float64(e.High))
}

// sentence gives a text a capital.
func sentence(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func synthetic(b *registry.Bundle) string {
	if b.Synthetic {
		return "Synthetic people, not for use with real ones. "
	}
	return ""
}

// event is what happens to a person, after "of": a bundle's outcome begins with its
// id and tells the event between "first to be" and who is counted.
func event(b *registry.Bundle) string {
	_, after, _ := strings.Cut(b.Outcome, ": first to be ")
	if before, _, ok := strings.Cut(after, ", before death"); ok {
		return "being " + before
	}
	return b.Outcome
}

// without says what using some columns changes, where that was compared.
func without(b *registry.Bundle) string {
	f := b.Primary()
	if f.Without == nil {
		return "What the model would be without any of its predictors was not compared."
	}
	return fmt.Sprintf("Without %s, on the same people: AUROC %s, where it is %s with; calibration slope %s, where it is %s. By group it is in the model card.",
		strings.Join(f.Without.Columns, ", "), est(f.Without.Evaluation.AUROC), est(f.Evaluation.AUROC), est(f.Without.Evaluation.Slope), est(f.Evaluation.Slope))
}

// methods names the kinds of model with their horizons.
func methods(b *registry.Bundle) string {
	var out []string
	for i := range b.Models {
		out = append(out, b.Models[i].Title())
	}
	return sentence(strings.Join(out, "; "))
}

// slope says what a calibration slope means.
func slope(v float64) string {
	switch {
	case math.IsNaN(v):
		return "The calibration slope cannot be estimated."
	case v < 0.9:
		return fmt.Sprintf("The calibration slope, %.2f, says that predictions are too extreme.", v)
	case v > 1.1:
		return fmt.Sprintf("The calibration slope, %.2f, says that predictions are not extreme enough.", v)
	}
	return fmt.Sprintf("The calibration slope, %.2f, is near 1.", v)
}

func performance(b *registry.Bundle) string {
	var w strings.Builder
	w.WriteString("| model | AUROC | Brier | calibration slope | intercept | observed / expected |\n| --- | --- | --- | --- | --- | --- |\n")
	for i := range b.Models {
		e := b.Models[i].Evaluation
		fmt.Fprintf(&w, "| %s | %s | %s | %s | %s | %s |\n", b.Models[i].Title(), est(e.AUROC), est(e.Brier), est(e.Slope), est(e.Intercept), est(e.ObservedExpected))
	}
	return strings.TrimRight(w.String(), "\n")
}

// spread is the AUROC and the observed over expected of each group that has
// events enough. Groups of one kind are told together or not at all: one left out
// alone could be worked out from the others and the whole.
func spread(b *registry.Bundle) string {
	subgroups := b.Primary().Evaluation.Subgroups
	var small []string
	for _, g := range subgroups {
		if g.Events < few && !slices.Contains(small, g.Group) {
			small = append(small, g.Group)
		}
	}
	var w strings.Builder
	for _, g := range subgroups {
		if slices.Contains(small, g.Group) {
			continue
		}
		if w.Len() == 0 {
			w.WriteString("| divided by | group | AUROC | observed / expected |\n| --- | --- | --- | --- |\n")
		}
		fmt.Fprintf(&w, "| %s | %s | %s | %s |\n", g.Group, g.Label, est(g.AUROC), est(g.ObservedExpected))
	}
	out := strings.TrimRight(w.String(), "\n")
	if len(small) > 0 {
		out = strings.TrimLeft(out+"\n\nNot told by "+strings.Join(small, ", ")+fmt.Sprintf(": a part has fewer than %d events.", few), "\n")
	}
	if out == "" {
		return "The bundle was evaluated without groups: this cannot be told of it."
	}
	return out
}
