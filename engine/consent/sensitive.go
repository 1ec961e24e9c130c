package consent

import (
	"slices"
	"strings"

	"leftshift/engine"
)

// sensitiveCare says by which kinds of care the records of a sensitive data
// set are told, whatever feed brings them.
var sensitiveCare = map[string][]engine.EpisodeKind{"drug-and-alcohol": {engine.DrugAlcoholTreatment}}

// SensitiveDatasets lists the data sets that are off unless a purpose names
// them, in order.
func SensitiveDatasets() []string {
	var out []string
	for _, d := range Datasets {
		if sensitive[d] {
			out = append(out, d)
		}
	}
	return out
}

// Closed gives the kinds of care whose records are withheld from a purpose
// that names only these sensitive data sets: nil names none, and closes all.
// A name that is no sensitive data set is a Fault dataset-not-sensitive.
func Closed(named []string) ([]engine.EpisodeKind, error) {
	for _, n := range named {
		if !sensitive[n] {
			return nil, fault("dataset-not-sensitive", n+" is no data set that a purpose must name; those are "+strings.Join(SensitiveDatasets(), ", "))
		}
	}
	var out []engine.EpisodeKind
	for _, d := range SensitiveDatasets() {
		if !slices.Contains(named, d) {
			out = append(out, sensitiveCare[d]...)
		}
	}
	return out, nil
}
