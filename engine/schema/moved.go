package schema

import "leftshift/engine"

// Cause is why a risk is another than in the snapshot before.
type Cause uint8

// The causes. All but the first two and BySources are changes of a person's
// data.
const (
	ByModel       Cause = iota // another model bundle, on the values of before
	ByDefinitions              // features or code lists that are read otherwise now, and what was recorded under them
	BySources                  // what could be seen before and cannot now, or the other way round
	ByNew                      // facts that happened since
	ByGone                     // facts that have aged out of a window, or were corrected away
	ByChanged                  // any other change of the record: facts of before that became known since, corrections, moves
	ByTime                     // age, and time since something happened
	Causes                     // how many
)

var causeNames = [Causes]string{"model", "definitions", "sources", "new", "gone", "changed", "time"}

func (c Cause) String() string { return causeNames[c] }

// Move is how one person's risk moved since the snapshot before, by the model
// that ranks lists. The parts are log-odds of the calibrated probability, and add
// up to what it is now less what it was then.
type Move struct {
	Person      engine.Person `col:"person" check:"required" say:"keyed pseudonym"`
	Before      float64       `col:"probability_before" say:"probability in the snapshot before"`
	Band        string        `col:"band_before" say:"risk band in the snapshot before"`
	Model       float64       `col:"by_model" say:"log-odds by another model, on the values of before"`
	Definitions float64       `col:"by_definitions" say:"by features and code lists that are read otherwise now, with what was recorded under them"`
	Sources     float64       `col:"by_sources" say:"by what could be seen before and cannot now, or the other way round"`
	New         float64       `col:"by_new" say:"by facts that happened since"`
	Gone        float64       `col:"by_gone" say:"by facts that have aged out of a window, or were corrected away"`
	Changed     float64       `col:"by_changed" say:"by any other change of the record"`
	Time        float64       `col:"by_time" say:"by age, and time since something happened"`
}

// Parts gives the parts by cause.
func (m *Move) Parts() [Causes]float64 {
	return [Causes]float64{m.Model, m.Definitions, m.Sources, m.New, m.Gone, m.Changed, m.Time}
}

// SetParts sets the parts by cause.
func (m *Move) SetParts(p [Causes]float64) {
	m.Model, m.Definitions, m.Sources, m.New, m.Gone, m.Changed, m.Time = p[ByModel], p[ByDefinitions], p[BySources], p[ByNew], p[ByGone], p[ByChanged], p[ByTime]
}

// MoveReason is one part of a move as it may be told. Those of a person add up to
// the parts of their move.
type MoveReason struct {
	Person  engine.Person `col:"person" check:"required" say:"keyed pseudonym"`
	Rank    uint8         `col:"rank" check:"required" say:"1 is the greatest in absolute value; the row of other factors comes last"`
	Cause   string        `col:"cause" check:"required" say:"model, definitions, sources, new, gone, changed or time; other_recorded_factors: the sum of all that is not told, what only clinicians may see among it"`
	Feature string        `col:"feature" say:"the feature told; empty for the model, definitions and other factors"`
	Change  float64       `col:"change" say:"what it added to the log-odds of the calibrated probability; above zero raises the risk"`
	Text    string        `col:"text" check:"required" say:"in plain words, for the reader of a list"`
}
