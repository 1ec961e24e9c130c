package gap

import (
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"leftshift/engine"
	"leftshift/engine/analyte"
	"leftshift/engine/risklist"
	"leftshift/features/catalogue"
	"leftshift/features/codelist"
	"leftshift/features/declared"
	"leftshift/features/matrix"
)

func load(t testing.TB) (*Catalogue, *catalogue.Catalogue) {
	t.Helper()
	lib, err := codelist.Load()
	if err != nil {
		t.Fatal(err)
	}
	analytes, err := analyte.Load()
	if err != nil {
		t.Fatal(err)
	}
	features, err := catalogue.Load(lib, analytes)
	if err != nil {
		t.Fatal(err)
	}
	c, err := Load(features)
	if err != nil {
		t.Fatal(err)
	}
	return c, features
}

// person makes a matrix of one person of whom all is 0 (or never recorded, of
// times since), but for what is given.
func person(c *Catalogue, features *catalogue.Catalogue, values map[string]float32, last map[string]engine.Day) *matrix.Matrix {
	var columns []matrix.Column
	for _, col := range features.Columns() {
		if slices.Contains(c.Features(), col.ID) {
			columns = append(columns, col)
		}
	}
	m := matrix.New(columns, 1)
	for j, col := range columns {
		if col.Absence == matrix.AbsenceUnknown {
			m.Values[j][0] = matrix.NaN
		}
		if d := features.Find(col.ID); d.Dated() {
			m.Last[j] = []int32{int32(engine.NoDay)}
		}
		if v, ok := values[col.ID]; ok {
			m.Values[j][0] = v
		}
		if d, ok := last[col.ID]; ok {
			m.Last[j][0] = int32(d)
		}
	}
	return m
}

const on = engine.Day(20000) // 4 October 2024

func gaps(t testing.TB, c *Catalogue, features *catalogue.Catalogue, m *matrix.Matrix, silent map[string]bool) []risklist.Gap {
	t.Helper()
	r, err := c.Over(m, features, silent)
	if err != nil {
		t.Fatal(err)
	}
	return r.Of(0, on)
}

func TestF5EveryGapOfTheListsHasItsCase(t *testing.T) {
	c, features := load(t)
	young := map[string]float32{"age": 40}
	with := func(more map[string]float32) map[string]float32 {
		out := map[string]float32{}
		for k, v := range young {
			out[k] = v
		}
		for k, v := range more {
			out[k] = v
		}
		return out
	}
	seen := map[risklist.GapCode]bool{}
	for _, x := range []struct {
		name   string
		values map[string]float32
		last   map[string]engine.Day
		want   []risklist.GapCode
		since  engine.Day
		says   string
		class  risklist.Class
	}{
		{"nothing", with(nil), nil, nil, 0, "", 0},
		{"check overdue", with(map[string]float32{"hypertension_ever": 1, "systolic_days_since": 457}), nil, []risklist.GapCode{risklist.ReviewOverdue}, on, "measured 15 months ago", risklist.CareTeam},
		{"check in time", with(map[string]float32{"hypertension_ever": 1, "systolic_days_since": 456}), nil, nil, 0, "", 0},
		{"never checked", with(map[string]float32{"kidney_disease_ever": 1}), nil, []risklist.GapCode{risklist.ReviewOverdue}, engine.NoDay, "never measured", risklist.CareTeam},
		{"checks cannot be seen", with(map[string]float32{"kidney_disease_ever": 1, "egfr_days_since": matrix.NotObservable}), nil, nil, 0, "", 0},
		{"ten medicines, review old", with(map[string]float32{"medicines_365d": 10, "days_since_medication_review": 400}), nil, []risklist.GapCode{risklist.PolypharmacyNoReview}, on - 400 + 366, "10 different medicines", risklist.CareTeam},
		{"ten medicines, no review", with(map[string]float32{"medicines_365d": 12}), nil, []risklist.GapCode{risklist.PolypharmacyNoReview}, engine.NoDay, "12 different medicines", risklist.CareTeam},
		{"nine medicines", with(map[string]float32{"medicines_365d": 9}), nil, nil, 0, "", 0},
		{"palliative, no plan", with(map[string]float32{"palliative_care": 1}), map[string]engine.Day{"palliative_care": 19000}, []risklist.GapCode{risklist.PalliativeNoPlan}, 19000, "No current care plan", risklist.Clinicians},
		{"palliative, plan of another kind", with(map[string]float32{"palliative_care": 1, "escalation_plan_current": 1}), nil, nil, 0, "", 0},
		{"palliative, plans cannot be seen", with(map[string]float32{"palliative_care": 1, "escalation_plan_current": matrix.NotObservable}), nil, nil, 0, "", 0},
		{"old and not vaccinated", map[string]float32{"age": 65, "days_since_immunisation": 500}, nil, []risklist.GapCode{risklist.VaccinationMissed}, on - 135, "No immunisation", risklist.CareTeam},
		{"ill and not vaccinated", with(map[string]float32{"copd_ever": 1}), nil, []risklist.GapCode{risklist.VaccinationMissed}, engine.NoDay, "No immunisation on record", risklist.CareTeam},
		{"old, vaccinations cannot be seen", map[string]float32{"age": 80, "immunisations_365d": matrix.NotObservable}, nil, nil, 0, "", 0},
		{"carer", with(map[string]float32{"is_carer": 1}), map[string]engine.Day{"is_carer": 18000}, []risklist.GapCode{risklist.CarerUnsupported}, 18000, "Cares for someone", risklist.CareTeam},
		{"carer with an assessment", with(map[string]float32{"is_carer": 1, "social_care_assessments_365d": 1}), nil, nil, 0, "", 0},
		{"carer, no social care record", with(map[string]float32{"is_carer": 1, "social_care_assessments_365d": matrix.NotObservable, "social_care_current": matrix.NotObservable}), nil, nil, 0, "", 0},
		{"sugar high", with(map[string]float32{"diabetes_ever": 1, "hba1c_latest_1095d": 76, "hba1c_days_since": 30, "immunisations_365d": 1}), map[string]engine.Day{"hba1c_latest_1095d": on - 30}, []risklist.GapCode{risklist.ValuesUncontrolled}, on - 30, "76 mmol/mol on 4 September 2024", risklist.CareTeam},
		{"pressure high for 79", map[string]float32{"age": 79, "hypertension_ever": 1, "systolic_latest_1095d": 145, "systolic_days_since": 3, "immunisations_365d": 1}, nil, []risklist.GapCode{risklist.ValuesUncontrolled}, engine.NoDay, "145", risklist.CareTeam},
		{"the same at 80", map[string]float32{"age": 80, "hypertension_ever": 1, "systolic_latest_1095d": 145, "systolic_days_since": 3, "immunisations_365d": 1}, nil, nil, 0, "", 0},
	} {
		got := gaps(t, c, features, person(c, features, x.values, x.last), nil)
		var codes []risklist.GapCode
		for _, g := range got {
			codes = append(codes, g.Code)
			seen[g.Code] = true
		}
		if !slices.Equal(codes, x.want) {
			t.Errorf("%s: %v, want %v", x.name, got, x.want)
			continue
		}
		if len(got) == 1 && (got[0].Since != x.since || !strings.Contains(got[0].Evidence, x.says) || got[0].Class != x.class) {
			t.Errorf("%s: %+v", x.name, got[0])
		}
	}
	if len(seen) != len(risklist.Gaps()) {
		t.Errorf("cases of %d gaps, want %d", len(seen), len(risklist.Gaps()))
	}
}

// What an unapproved code list would decide is not said.
func TestWhatIsSilentIsNoGap(t *testing.T) {
	c, features := load(t)
	m := person(c, features, map[string]float32{"age": 40, "is_carer": 1}, nil)
	if got := gaps(t, c, features, m, map[string]bool{"is_carer": true}); got != nil {
		t.Errorf("told: %v", got)
	}
}

// G: nothing that only clinicians may see decides, or stands in, what the care
// team reads.
func TestTheCareTeamReadsNothingOfClinicians(t *testing.T) {
	c, features := load(t)
	for _, g := range c.Gaps {
		if g.Class < g.Code.Class() {
			t.Errorf("%s is wider than lists allow", g.Code)
		}
		for _, w := range g.Whens {
			for _, id := range w.reads() {
				if features.Find(id).Display == matrix.DisplayClinician && w.Class != risklist.Clinicians {
					t.Errorf("%s reads %s for the care team", g.Code, id)
				}
			}
		}
	}
}

// A value that is not known never makes a gap stand: making more known can only
// add (three-valued logic), whatever was drawn.
func TestUndecidedIsNoGap(t *testing.T) {
	c, features := load(t)
	ids := c.Features()
	rapid.Check(t, func(t *rapid.T) {
		values := map[string]float32{}
		for _, id := range ids {
			values[id] = rapid.SampledFrom([]float32{0, 1, 12, 80, 145, 500, matrix.NaN, matrix.NotObservable}).Draw(t, id)
		}
		m := person(c, features, values, nil)
		r, err := c.Over(m, features, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := range c.Gaps {
			for k := range c.Gaps[i].Whens {
				w := &c.Gaps[i].Whens[k]
				want := holds(w, values)
				if got := r.stands(w, 0); got != want {
					t.Fatalf("%s, way %d: %v, want %v", c.Gaps[i].Code, k, got, want)
				}
			}
		}
	})
}

// holds says by Kleene's tables whether a way holds: the least over its atoms,
// the greatest over ways, of -1, 0 (undecided) and 1.
func holds(w *When, values map[string]float32) bool {
	best := -1
	for _, way := range w.Term.Ways {
		least := 1
		for _, a := range way {
			v, x := float64(values[a.Feature]), -1
			if math.IsNaN(v) {
				x = 0
			} else if (v < a.N) == a.Below {
				x = 1
			}
			least = min(least, x)
		}
		best = max(best, least)
	}
	for _, id := range w.Never {
		if matrix.StateOf(values[id]) != matrix.Unknown {
			return false
		}
	}
	return best == 1
}

func TestF5ReadingGapsChangesNothing(t *testing.T) {
	c, features := load(t)
	m := person(c, features, map[string]float32{"age": 70, "is_carer": 1, "medicines_365d": 20, "palliative_care": 1}, nil)
	before := m.Take([]int{0})
	if got := gaps(t, c, features, m, nil); len(got) != 4 {
		t.Fatal(got)
	}
	if !reflect.DeepEqual(bits(before), bits(m)) {
		t.Error("the values were changed")
	}
}

func bits(m *matrix.Matrix) (out []uint32) {
	for _, col := range m.Values {
		for _, v := range col {
			out = append(out, math.Float32bits(v))
		}
	}
	return out
}

func TestFaultsAreToldTogether(t *testing.T) {
	_, features := load(t)
	text := `
[[gap]]
id = "no_such"
title = "t"
class = "everyone"
why = "w"
[[gap.when]]
holds = "age > 4"
evidence = ["no_feature"]
[[gap.when]]
holds = "age"
never = ["is_carer"]
since = "age"
after = 4
evidence = ["cambridge_20_conditions"]
[[gap]]
id = "review_overdue"
title = "t"
why = "w"
[[gap.when]]
holds = "age"
evidence = ["age"]
[[gap]]
id = "review_overdue"
title = "t"
why = "w"
[[gap.when]]
holds = "age"
evidence = ["age"]
`
	_, err := LoadFS(fstest.MapFS{fileName: {Data: []byte(text)}}, features)
	var faults *Faults
	if !errors.As(err, &faults) {
		t.Fatal(err)
	}
	for _, code := range []string{"gap-unknown", "class", "term", "feature-unknown", "never", "since", "after", "gap-twice"} {
		if !slices.ContainsFunc(faults.List, func(f declared.Fault) bool { return f.Code == code && f.Line > 0 }) {
			t.Errorf("%s is missing: %v", code, err)
		}
	}
	if len(Keys()) != 10 {
		t.Errorf("%d keys", len(Keys()))
	}
	c, _ := load(t)
	if len(c.Gaps) != len(risklist.Gaps()) || len(c.Hash) != 64 || !strings.Contains(Markdown(c), "`palliative_care`") {
		t.Error("the page lacks a gap")
	}
}
