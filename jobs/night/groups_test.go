//go:build duckdb_arrow

package night

import (
	"slices"
	"testing"

	"leftshift/engine"
	"leftshift/features/kernel"
	"leftshift/features/matrix"
	"leftshift/jobs/definitions"
)

// G46: an evaluation divides people by age, sex, ethnic group, deprivation and
// place, and by language, disability and caring where the record says so. What no
// source could show is no group.
func TestG46EvaluationGroups(t *testing.T) {
	set, err := definitions.OpenAt(definitions.Place{})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range recordedGroups {
		for _, id := range x.features {
			if set.Catalogue.Find(id) == nil {
				t.Errorf("group %s reads %s, which is no feature", x.name, id)
			}
		}
	}
	m := matrix.New([]matrix.Column{{ID: "interpreter_needed"}, {ID: "learning_disability_ever"}, {ID: "reasonable_adjustments"}, {ID: "efi_hearing_loss_ever"}, {ID: "is_carer"}}, 4)
	m.Values[0] = []float32{0, 1, 0, matrix.NotObservable}
	m.Values[1] = []float32{0, 0, 1, matrix.NotObservable}
	m.Values[2] = []float32{2, 0, matrix.NotObservable, matrix.NaN}
	m.Values[3] = []float32{0, 0, 0, matrix.NotObservable}
	m.Values[4] = []float32{0, 1, 0, 1}
	r := &kernel.Result{Matrix: m, Places: []kernel.Place{{Age: 71, Sex: engine.Male, Ethnic: 'A', IMD: 1, Practice: 7}, {Age: 8, Sex: engine.Female, Ethnic: 'M', IMD: 10, Practice: 8, CareHome: true}, {Age: -1, Practice: 9}, {Practice: 7}}}
	got := map[string][]string{}
	for _, g := range evaluationGroups(r, []int{0, 1, 2, 3}, map[engine.Code]string{7: "U1", 8: "U2"}) {
		got[g.Name] = g.Labels
	}
	for name, want := range map[string][]string{
		"age": {"70 to 79", "00 to 09", "", "00 to 09"}, "sex": {"male", "female", "", ""}, "deprivation quintile": {"1 most deprived", "5 least deprived", "", ""}, "ethnic group": {"White", "Black or Black British", "", ""},
		"network": {"U1", "U2", "", "U1"}, "care home": {"lives at home", "lives in a care home", "lives at home", "lives at home"},
		"language": {"not recorded", "recorded", "not recorded", ""}, "disability": {"recorded", "not recorded", "recorded", ""}, "carer": {"not recorded", "recorded", "not recorded", "recorded"},
	} {
		if !slices.Equal(got[name], want) {
			t.Errorf("%s: %q, want %q", name, got[name], want)
		}
	}
	if len(got) != 9 {
		t.Errorf("%d groups", len(got))
	}
	if got := evaluationGroups(r, []int{2}, nil); got[0].Labels[0] != "" || len(got[8].Labels) != 1 {
		t.Errorf("of one row %v", got)
	}
}
