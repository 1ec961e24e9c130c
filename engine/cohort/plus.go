package cohort

import (
	"cmp"
	"encoding/json"
	"errors"

	"leftshift/engine"
)

// Plus is a local PLUS group of Core20PLUS5: people in inclusion health and
// other groups whom a system chooses because they fare worse. By a feature, or
// by a definition's file.
type Plus struct {
	ID, Name string
	Feature  string // everyone of whom it is 1 or more; "" where Text says who
	Text     []byte // of a definition's file: its tree and its tests
}

// Cut divides everyone by a PLUS group. It may ask about what clinicians alone
// read of one person, as Core20PLUS5 does: what leaves is controlled counts.
func (d *Dictionary) Cut(p Plus) (Cut, error) {
	cut := Cut{ID: "plus_" + p.ID, Title: "PLUS: " + cmp.Or(p.Name, p.ID)}
	if p.Feature != "" {
		cut.Where = some(p.Feature)
		_, err := d.ParseNode(cut.Where, true)
		return cut, err
	}
	def, err := d.Parse(p.Text, true)
	if err == nil {
		err = d.Check(def)
	}
	if err != nil {
		return cut, err
	}
	return cut, json.Unmarshal(raw(def.Where), &cut.Where)
}

// Faults is what is wrong with a PLUS group, by line of its file; nil for
// nothing.
func (d *Dictionary) Faults(p Plus) []Wrong {
	if p.Feature == "" {
		return d.CheckText(p.Text, true)
	}
	if _, err := d.Cut(p); err != nil {
		return []Wrong{wrong(err, 0)}
	}
	return nil
}

// some is a condition on everyone of whom a feature is 1 or more.
func some(feature string) any {
	return map[string]any{"field": feature, "op": string(AtLeast), "value": 1.0}
}

// LeftOut are the cuts that the snapshot cannot be divided by, for it lacks a
// field that they ask about: their titles.
func (k *Desk) LeftOut() []string { return k.memory.pop.leftOut }

// Title is what a reader calls a way to divide people; "" where there is none of
// that id.
func (k *Desk) Title(dimension string) string {
	if i := k.dimension(dimension); i >= 0 {
		return k.memory.pop.dims[i].Title
	}
	return ""
}

// missing says whether a fault is of a field that the snapshot does not have.
func missing(err error) bool {
	f := (*engine.Fault)(nil)
	return errors.As(err, &f) && f.Code == "cohort-field"
}
