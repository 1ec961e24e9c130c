package consent

import (
	"errors"
	"slices"
	"testing"

	"leftshift/engine"
)

// Drug and alcohol care is closed to a purpose that does not name it, and
// every sensitive data set has kinds of care by which its records are told.
func TestSensitiveCareIsClosedUnlessNamed(t *testing.T) {
	for _, d := range SensitiveDatasets() {
		if len(sensitiveCare[d]) == 0 {
			t.Errorf("nothing tells the records of %s", d)
		}
	}
	got, err := Closed(nil)
	if err != nil || !slices.Equal(got, []engine.EpisodeKind{engine.DrugAlcoholTreatment}) {
		t.Errorf("closed to a purpose that names nothing: %v, %v", got, err)
	}
	if got, err := Closed([]string{"drug-and-alcohol"}); err != nil || len(got) != 0 {
		t.Errorf("closed to a purpose that names it: %v, %v", got, err)
	}
	var f *engine.Fault
	if _, err := Closed([]string{"gp"}); !errors.As(err, &f) || f.Code != "dataset-not-sensitive" {
		t.Errorf("a data set that needs no name: %v", err)
	}
}
