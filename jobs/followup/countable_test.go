package followup

import (
	"errors"
	"strings"
	"testing"

	"leftshift/engine"
	"leftshift/features/population"
)

// An outcome that no source held on the index date is not counted as 0: it says
// from when on it is held. One that is read from other kinds too is counted, and
// says what is missing.
func TestMark(t *testing.T) {
	s := open(t)
	starts := population.Starts{"spell.emergency": {Known: on - 100, Day: on - 140}, "spell.ed": {Known: on + 50, Day: on + 5}, "diagnosis": {Known: on + 50, Day: on + 50}}
	table := func(ids ...string) *Table {
		x := &Table{Index: on.String()}
		for _, id := range ids {
			x.Outcomes = append(x.Outcomes, Tally{ID: id, Unseen: []string{}, Horizons: make([]Within, 2)})
		}
		mark(x, s.Outcomes, starts, on, 0)
		return x
	}
	got := table("death", "emergency_admission", "ed_attendance", "acsc_admission")
	for i, want := range []struct {
		unseen, uncounted string
		horizons          int
	}{{"", "", 2}, {"spell.sdec", "", 2}, {"spell.ed", "spell.ed before " + (on + 5).String(), 0}, {"diagnosis", "", 2}} {
		o := got.Outcomes[i]
		if strings.Join(o.Unseen, " ") != want.unseen || !strings.Contains(o.Uncounted, want.uncounted) || (o.Uncounted == "") != (want.uncounted == "") || len(o.Horizons) != want.horizons {
			t.Errorf("%s: %+v", o.ID, o)
		}
	}
	if got.Countable() != nil {
		t.Error(got.Countable())
	}
	var text strings.Builder
	if err := got.Write(&text); err != nil || !strings.Contains(text.String(), "not countable: no source holds spell.ed before") {
		t.Errorf("%v\n%s", err, text.String())
	}
	var f *engine.Fault
	if err := table("ed_attendance").Countable(); !errors.As(err, &f) || f.Code != "outcome-not-countable" {
		t.Errorf("nothing to count: %v", err)
	}
	// The day from which the sources hold data holds for every kind.
	x := &Table{Outcomes: []Tally{{ID: "emergency_admission", Unseen: []string{}}}}
	mark(x, s.Outcomes, starts, on, on+1)
	if x.Outcomes[0].Uncounted == "" {
		t.Error("counted before site.data_from")
	}
}

func TestEarly(t *testing.T) {
	starts := population.Starts{"problem": {Known: on - 9000}, "spell.ed": {Known: on + 1}, "diagnosis": {Known: on + 5}}
	if w := early(starts, on); len(w) != 1 || w[0].Code != "index-before-most" {
		t.Errorf("two of three begin later: %v", w)
	}
	if w := early(starts, on+1); w != nil {
		t.Errorf("one of three begins later: %v", w)
	}
	if w := early(nil, on); w != nil {
		t.Errorf("an empty record: %v", w)
	}
}
