//go:build duckdb_arrow

package night

import (
	"errors"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"leftshift/engine"
	"leftshift/engine/schema"
	"leftshift/features/matrix"
	"leftshift/features/population"
	"leftshift/jobs/config"
	"leftshift/jobs/definitions"
	"leftshift/models/explain"
)

// Index dates are month ends; training labels close, and settle, before the
// test date; the test's do before the as-of date.
func TestIndexDates(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		asOf := engine.Day(rapid.IntRange(15000, 25000).Draw(t, "as of"))
		horizon, freeze := rapid.IntRange(30, 730).Draw(t, "horizon"), rapid.IntRange(0, 200).Draw(t, "freeze")
		train, test := indexDates(asOf, horizon, freeze)
		if test+engine.Day(horizon+freeze) > asOf || asOf-test > engine.Day(horizon+freeze+31) {
			t.Fatalf("test %s for %s", test, asOf)
		}
		last := train[len(train)-1]
		if last+engine.Day(horizon+freeze) > test || test-last > engine.Day(horizon+freeze+31) {
			t.Fatalf("training ends %s for a test at %s", last, test)
		}
		for i, d := range append(train, test) {
			if _, _, day := (d + 1).Date(); day != 1 {
				t.Fatalf("%s is no month end", d)
			}
			if i > 0 && i < len(train) && (d-train[i-1] < 89 || d-train[i-1] > 92) {
				t.Fatalf("%s follows %s", d, train[i-1])
			}
		}
	})
	asOf, _ := engine.ParseDay("2026-09-30")
	train, test := indexDates(asOf, 365, 92)
	if test.String() != "2025-06-30" || train[0].String() != "2023-05-31" || train[3].String() != "2024-02-29" {
		t.Errorf("%v, %s", train, test)
	}
}

// B23: a cell never begins as a formula.
// A practice of which no record of problems comes has no count of conditions.
func TestConditionsThatCannotBeSeen(t *testing.T) {
	for v, want := range map[float32]int64{0: 0, 4: 4, matrix.NotObservable: -1} {
		if got := conditionsOf(v); got != want {
			t.Errorf("%v: %d conditions, want %d", v, got, want)
		}
	}
	if got := conditionsOf(matrix.NaN); got != -1 {
		t.Errorf("unknown: %d conditions", got)
	}
}

// A published score is not zero where no diagnosis could be seen.
func TestDiagnosesUnseen(t *testing.T) {
	var k population.Kinds
	if diagnosesUnseen(k.Text()) {
		t.Error("diagnoses are unseen where all can be seen")
	}
	k.Put("event", uint8(engine.Problem))
	k.Put("spell", uint8(engine.Ambulance))
	if diagnosesUnseen(k.Text()) {
		t.Errorf("diagnoses are unseen of %s", k.Text())
	}
	k.Put("event", uint8(engine.Diagnosis))
	if !diagnosesUnseen(k.Text()) {
		t.Errorf("diagnoses are seen of %s", k.Text())
	}
}

func TestCell(t *testing.T) {
	for _, s := range []string{"=1+1", "+44", "-2", "@x", "\tx", "\rx"} {
		if !strings.HasPrefix(cell(s), "'") {
			t.Errorf("%q stands as it is", s)
		}
	}
	if cell("3 falls") != "3 falls" || cell("") != "" {
		t.Error("plain text was changed")
	}
}

// F8: the stories of a row add up to its margin; what only clinicians may
// read is told to nobody else.
func TestF8StoriesAddUpAndHide(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ids := []string{"ed_30d", "ed_365d", "ed_ever", "age", "secret_365d", "other_secret"}
		var cols []matrix.Column
		for _, id := range ids {
			c := matrix.Column{ID: id, Title: id, Sentence: id + " {n}"}
			if strings.Contains(id, "secret") {
				c.Display = matrix.DisplayClinician
			}
			cols = append(cols, c)
		}
		m := matrix.New(cols, 1)
		c := explain.New(ids, 1)
		total := 0.0
		for j := range ids {
			c.Values[0][j] = rapid.Float64Range(-2, 2).Draw(t, "v")
			total += c.Values[0][j]
		}
		// Other columns that no row of reasons has room for.
		shown := newStories(c, m, true, nil).reasons("m", 1, c, m, 0, 20000)
		sum, rest := 0.0, 0
		for _, r := range shown {
			sum += r.Contribution
			if strings.Contains(r.Text+r.Feature, "secret") {
				t.Fatalf("told: %+v", r)
			}
			if r.Feature == schema.OtherFactors {
				rest++
			}
		}
		if math.Abs(sum-total) > 1e-9 {
			t.Fatalf("reasons add up to %v, the row to %v", sum, total)
		}
		// Everyone has the row of other factors, last, whatever is hidden.
		if rest != 1 || shown[len(shown)-1].Feature != schema.OtherFactors {
			t.Fatalf("%d rows of other factors in %+v", rest, shown)
		}
		if got := newStories(c, m, false, nil).reasons("m", 1, c, m, 0, 20000); len(got) > topReasons+1 {
			t.Fatalf("%d reasons", len(got))
		}
	})
}

// Columns of one story are told once, by the one that gives most; a column
// without one is its own.
func TestStoriesAreToldOnce(t *testing.T) {
	cols := []matrix.Column{{ID: "asthma_ever", Title: "a", Story: "asthma"}, {ID: "asthma_days_since_first", Title: "b", Story: "asthma"},
		{ID: "ed_30d", Title: "c", Story: "ed"}, {ID: "ed_365d", Title: "d", Story: "ed"}, {ID: "falls_30d", Title: "f"}, {ID: "falls_365d", Title: "g"}, {ID: "age", Title: "e", Story: "age"}}
	ids := make([]string, len(cols))
	for j := range cols {
		ids[j] = cols[j].ID
	}
	c := explain.New(ids, 1)
	c.Values[0] = []float64{.5, 1, -.25, .125, .03, .02, .0625}
	got := newStories(c, matrix.New(cols, 1), true, nil).reasons("m", 1, c, matrix.New(cols, 1), 0, 20000)
	want := map[string]float64{"asthma_days_since_first": 1.5, "ed_30d": -.125, "falls_30d": .03, "falls_365d": .02, "age": .0625, schema.OtherFactors: 0}
	if len(got) != len(want) {
		t.Fatalf("%d reasons, want %d: %+v", len(got), len(want), got)
	}
	for _, r := range got {
		if r.Contribution != want[r.Feature] {
			t.Errorf("%s gives %v, want %v", r.Feature, r.Contribution, want[r.Feature])
		}
	}
}

// G1: a flow without a basis, or past its end date, is refused.
func TestFlowsNeedABasis(t *testing.T) {
	c := config.New()
	c.Site.Purpose = "case-finding"
	c.Source = []config.Source{{Name: "hospital"}}
	today, _ := engine.ParseDay("2026-06-15")
	n := &Night{Config: c, Today: today}
	code := func() string {
		var f *engine.Fault
		if err := n.permit(); errors.As(err, &f) {
			return f.Code
		}
		return ""
	}
	if got := code(); got != "flow-without-basis" {
		t.Errorf("no basis: %q", got)
	}
	c.Basis = []config.Basis{{Name: "a", Purposes: []string{"case-finding"}, Sources: []string{"hospital"}, Ends: "2026-06-14"}}
	if got := code(); got != "flow-expired" {
		t.Errorf("ended yesterday: %q", got)
	}
	c.Basis[0].Ends = "2026-06-15"
	if got := code(); got != "" {
		t.Errorf("ends today: %q", got)
	}
	c.Basis[0].Purposes = []string{"planning"}
	if got := code(); got != "flow-without-basis" {
		t.Errorf("another purpose: %q", got)
	}
	c.Site.Synthetic = true
	if got := code(); got != "" {
		t.Errorf("a synthetic site: %q", got)
	}
}

// No model learns from what is known of tonight only, for at a past index date
// it tells what happened since.
func TestModelsDoNotReadTonight(t *testing.T) {
	set, err := definitions.OpenAt(definitions.Place{})
	if err != nil {
		t.Fatal(err)
	}
	columns := (&Night{Catalogue: set.Catalogue}).modelColumns()
	if len(columns) < 200 || !columns["age"] {
		t.Errorf("models read %d columns", len(columns))
	}
	for _, id := range []string{"ethnicity_known", "sources"} {
		d := set.Catalogue.Find(id)
		if d == nil || !d.OfTonight() || columns[id] {
			t.Errorf("%s is read by models at past index dates", id)
		}
	}
}
