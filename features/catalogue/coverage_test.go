package catalogue

import (
	"path"
	"slices"
	"testing"

	"leftshift/features/matrix"
)

// areas are what the catalogue must speak of. Each names patterns of ids of
// which at least so many features exist.
var areas = []struct {
	area    string
	least   int
	pattern []string
}{
	{"age, sex, place and home", 8, []string{"age", "male", "female", "imd_decile", "core20", "care_home", "recent_move", "ethnicity_known"}},
	{"how much is seen", 5, []string{"sources", "months_observable", "months_registered", "days_since_record", "record_days_*"}},
	{"each deficit of the electronic frailty index", 35, []string{"efi_*_ever"}},
	{"the index itself", 3, []string{"efi", "efi_deficits", "hfrs_tenths_*"}},
	{"Charlson groups", 19, []string{"charlson_*"}},
	{"Elixhauser groups", 2, []string{"elixhauser_groups_*"}},
	{"the Cambridge conditions that are no plain flag", 12, []string{"cambridge_*"}},
	{"long-term conditions, each", 20, []string{"*_established"}},
	{"the first mention of each", 20, []string{"*_days_since_first"}},
	{"the last mention of each", 20, []string{"*_days_since_mention"}},
	{"falls", 3, []string{"falls_*", "days_since_fall", "fall_admissions_*"}},
	{"the newest values", 14, []string{"*_latest_*"}},
	{"time since measured", 9, []string{"systolic_days_since", "bmi_days_since", "weight_days_since", "hba1c_days_since", "egfr_days_since", "haemoglobin_days_since", "albumin_days_since", "fev1_predicted_days_since", "frailty_scale_days_since"}},
	{"trends of values", 9, []string{"*_slope_*"}},
	{"spread of values", 3, []string{"*_spread_*"}},
	{"values out of range", 15, []string{"*_high_365d", "*_high_90d", "*_low_365d", "*_low_1095d", "*_below_*_ever"}},
	{"different medicines", 3, []string{"medicines_90d", "medicines_365d", "medicine_classes_365d"}},
	{"classes of medicine", 15, []string{"medicine_*_183d"}},
	{"issues by class", 10, []string{"*_issues_365d"}},
	{"starts and stops", 4, []string{"medicines_started_90d", "medicines_stopped_90d", "medicine_classes_started_90d", "medicine_classes_stopped_90d"}},
	{"combinations of medicines that harm", 3, []string{"medicine_*_risk"}},
	{"contacts by kind and mode", 8, []string{"contacts_*", "home_visits_*"}},
	{"missed appointments", 6, []string{"missed_contacts_*", "outpatient_missed_*", "community_missed_*", "mental_health_missed_*"}},
	{"111", 3, []string{"nhs111_*"}},
	{"ambulance, taken or not", 4, []string{"ambulance_conveyed_*", "ambulance_not_conveyed_*"}},
	{"emergency departments and same-day care", 8, []string{"ed_*", "sdec_*", "days_since_ed"}},
	{"admissions, nights and time since", 12, []string{"emergency_admissions_*", "elective_admissions_*", "*_bed_days_*", "days_since_discharge", "days_since_elective", "days_since_emergency_admission"}},
	{"admissions that care may prevent", 8, []string{"acsc_*"}},
	{"readmissions and where stays end", 5, []string{"readmissions_*", "discharged_to_*"}},
	{"outpatients", 7, []string{"outpatient_*", "days_since_outpatient"}},
	{"community services", 6, []string{"community_*", "days_since_community"}},
	{"mental health services", 6, []string{"mental_health_*", "psychiatric_*"}},
	{"social care and its reviews", 5, []string{"social_care_*", "days_since_social_care_review"}},
	{"drug and alcohol treatment", 2, []string{"drug_alcohol_*"}},
	{"care plans and documents", 7, []string{"care_plan*", "contingency_plan_current", "personalised_plan_current", "document*", "days_since_care_plan"}},
	{"the end of life", 5, []string{"palliative_care", "end_of_life_*", "escalation_plan_current", "hospice_care_*", "anticipatory_medicines_*"}},
	{"carers, housebound, care homes", 3, []string{"is_carer", "housebound", "care_home_coded_*"}},
	{"language and adjustments", 4, []string{"interpreter_needed", "communication_support", "information_format", "reasonable_adjustments"}},
	{"acceleration", 9, []string{"*_acceleration"}},
}

// Every area that a reader would look for has its features.
func TestEveryAreaIsThere(t *testing.T) {
	c := load(t)
	for _, a := range areas {
		found := 0
		for _, p := range a.pattern {
			n := 0
			for i := range c.Definitions {
				if ok, err := path.Match(p, c.Definitions[i].ID); err != nil {
					t.Fatal(err)
				} else if ok {
					n++
				}
			}
			if n == 0 {
				t.Errorf("%s: no feature matches %s", a.area, p)
			}
			found += n
		}
		if found < a.least {
			t.Errorf("%s: %d features, want at least %d", a.area, found, a.least)
		}
	}
}

// The index is over 36 deficits: those with a column of their own, and
// polypharmacy. One added to the group and not to the index would be lost.
func TestFrailtyIndexIsWhole(t *testing.T) {
	c := load(t)
	d := c.Find("efi")
	if len(d.Terms) != 36 {
		t.Fatalf("the index has %d terms, want 36", len(d.Terms))
	}
	first := map[string]bool{}
	for _, x := range d.Terms {
		first[x.Ways[0][0].Feature] = true
	}
	if len(first) != 36 || !first["medicines_365d"] {
		t.Errorf("the index reads %d different deficits, polypharmacy %v", len(first), first["medicines_365d"])
	}
	for _, m := range c.Find("efi_deficits").Members {
		if !first["efi_"+m.ID+"_ever"] {
			t.Errorf("deficit %s is not in the index", m.ID)
		}
	}
}

// Kinds of care that are for clinicians only have no list that says so.
func TestSensitiveCareIsHidden(t *testing.T) {
	c := load(t)
	for _, pattern := range []string{"mental_health_*", "psychiatric_*", "days_since_mental_health", "drug_*", "alcohol_admissions_*", "crisis_plan_current",
		"end_of_life_plan_current", "escalation_plan_current", "hospice_care_*", "anticipatory_medicines_*", "discharged_to_hospice_*", "medicine_antidepressant_*",
		"medicine_antipsychotic_*", "medicine_hypnotic_anxiolytic_*", "medicine_opioid_*", "medicine_mood_stabiliser_ever", "antidepressant_issues_*", "painkiller_issues_*",
		"cambridge_anxiety_depression", "anxiety_*", "cambridge_psychosis_bipolar", "cambridge_alcohol", "cambridge_painful_condition", "medicine_sedation_risk"} {
		for i := range c.Definitions {
			d := &c.Definitions[i]
			if ok, _ := path.Match(pattern, d.ID); ok && d.Display != matrix.DisplayClinician {
				t.Errorf("%s is shown to everyone", d.ID)
			}
		}
	}
}

// Columns of one thing share a story, so that reasons do not tell it twice.
func TestStories(t *testing.T) {
	c := load(t)
	story := func(id string) string {
		d := c.Find(id)
		if d == nil {
			t.Fatalf("there is no %s", id)
		}
		if got := c.Columns()[slices.IndexFunc(c.Definitions, func(x Definition) bool { return x.ID == id })].Story; got != d.Story {
			t.Errorf("the column of %s has story %q, its definition %q", id, got, d.Story)
		}
		return d.Story
	}
	for _, same := range [][]string{
		{"heart_failure_ever", "heart_failure_established", "heart_failure_days_since_first", "heart_failure_days_since_mention", "efi_heart_failure_ever"},
		{"emergency_admissions_30d", "emergency_admissions_365d", "emergency_admissions_ever"},
		{"efi", "efi_deficits"},
		{"imd_decile", "core20"},
	} {
		for _, id := range same[1:] {
			if story(id) != story(same[0]) {
				t.Errorf("%s is told apart from %s: %q, %q", id, same[0], story(id), story(same[0]))
			}
		}
	}
	if story("heart_failure_ever") == story("diabetes_ever") || story("systolic_latest_1095d") == story("systolic_slope_1095d") {
		t.Error("two things share a story")
	}
}
