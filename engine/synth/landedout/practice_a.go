//go:build duckdb_arrow

package landedout

import (
	"leftshift/engine"
	"leftshift/engine/schema"
	"leftshift/engine/source"
	"leftshift/engine/synth/fhirout"
	"leftshift/engine/synth/world"
)

// Problem lands a Condition.
func (a *placeA) Problem(p *world.Problem) {
	a.fact("Condition", &p.Header, mayEvent, func(b *source.Batch) *schema.Event {
		e := event(engine.Problem, p.Onset, b.Code(engine.SNOMED, p.Code.Code, p.Code.Term))
		a.onset(e, p)
		e.Status, e.EndDay = engine.Active, day(p.End)
		if p.End != world.Never {
			e.Status = engine.Ended
		}
		return e
	})
}

// Value lands an Observation. One with a reason for its missing value is no
// fact; its status is not kept.
func (a *placeA) Value(v *world.Value) {
	a.fact("Observation", &v.Header, mayEvent, func(b *source.Batch) *schema.Event {
		code := b.Code(engine.SNOMED, v.Code.Code, v.Code.Term)
		if v.Missing {
			b.Note("value-absent")
			return nil
		}
		e := event(engine.Observation, v.Day, code)
		if v.Coded() {
			return e
		}
		quantity := a.analyte(code)
		if quantity == nil {
			e.Value, e.Unit = a.thousandths(v), b.Code(engine.UCUM, v.Unit.UCUM, "")
			return e
		}
		n, why := a.convert(quantity, code, v, v.Unit.UCUM)
		if why == "unit-unknown" {
			n, why = a.convert(quantity, code, v, v.Unit.Text)
		}
		if why != "" {
			b.Note(why)
			return e
		}
		e.Value = schema.Number{N: n, Known: true}
		return e
	})
}

// Medicine lands a MedicationRequest, whose quantity is not kept.
func (a *placeA) Medicine(i *world.Issue) {
	a.fact("MedicationRequest", &i.Header, mayEvent, func(b *source.Batch) *schema.Event {
		m := i.Medicine
		code := b.Code(engine.DMD, m.DMD, m.Name)
		if m.DMD == "" {
			code = b.Code(engine.OtherSystem, fhirout.BNF+"|"+m.BNF, m.Name)
		}
		e := event(engine.Medication, i.Day, code)
		e.Status = engine.Completed
		return e
	})
}

// Contact lands an Encounter with the practice. One that did not take place
// is cancelled, for whatever reason.
func (a *placeA) Contact(c *world.Contact) {
	a.fact("Encounter", &c.Header, mayEpisode, func(b *source.Batch) *schema.Event {
		t := fhirout.ContactTypes[c.Mode]
		code := b.Code(engine.SNOMED, t.Code, t.Term)
		if t.Code == "" {
			code = b.Code(engine.OtherSystem, fhirout.EncounterType+"|GP", "")
		}
		e := event(engine.Contact, c.Day, code)
		e.EndDay, e.Mode, e.Status = e.Day, modes[c.Mode], engine.Completed
		if c.Outcome != world.Attended {
			e.Status = engine.Cancelled
		}
		e.Organisation = a.practice(b, c.Practice)
		return e
	})
}

// modes of a contact, in both places.
var modes = [...]engine.Mode{world.Surgery: engine.FaceToFace, world.Telephone: engine.Telephone, world.Home: engine.HomeVisit, world.Online: engine.Online}

// note lands a resource that is a code and a day.
func (a *placeA) note(kind string, n *world.Note, is engine.EventKind, status engine.Status, by int) {
	a.fact(kind, &n.Header, mayEvent, func(b *source.Batch) *schema.Event {
		e := event(is, n.Day, b.Code(engine.SNOMED, n.Code.Code, n.Code.Term))
		e.Status = status
		if by >= 0 {
			e.Organisation = a.practice(b, by)
		}
		return e
	})
}

// Allergy lands an AllergyIntolerance.
func (a *placeA) Allergy(n *world.Note) {
	status := engine.Active
	if n.Ended {
		status = engine.Ended
	}
	a.note("AllergyIntolerance", n, engine.Allergy, status, -1)
}

// Immunisation lands an Immunization.
func (a *placeA) Immunisation(n *world.Note) {
	a.note("Immunization", n, engine.Immunisation, engine.Completed, -1)
}

// Procedure lands a Procedure.
func (a *placeA) Procedure(n *world.Note) {
	a.note("Procedure", n, engine.Procedure, engine.Completed, -1)
}

// Referral lands a ServiceRequest, asked for by the practice.
func (a *placeA) Referral(n *world.Note) {
	a.note("ServiceRequest", n, engine.Referral, engine.Active, n.Practice)
}

// Flag lands a Flag.
func (a *placeA) Flag(n *world.Note) { a.note("Flag", n, engine.Flag, engine.Active, -1) }

// CarePlan lands a CarePlan.
func (a *placeA) CarePlan(n *world.Note) { a.paper("CarePlan", n, 2, "") }

// Document lands a DocumentReference.
func (a *placeA) Document(n *world.Note) {
	by := n.Provider
	if by == "" {
		by = a.w.Geography.Practices[n.Practice].Code
	}
	a.paper("DocumentReference", n, 1, by)
}

func (a *placeA) paper(kind string, n *world.Note, category uint8, by string) {
	l := a.batch(n.Person.Index)
	if l == nil {
		return
	}
	r := a.record(l, kind, n.ID, &n.Header)
	if n.Withdrawn {
		l.Note(withdrawn)
	} else {
		d := schema.NewDocument()
		d.Type, d.Day, d.Status, d.Category = l.Code(engine.SNOMED, n.Code.Code, n.Code.Term), engine.Day(n.Day), engine.Active, category
		d.Custodian = l.Code(engine.ODS, by, "")
		r.Add(schema.TableDocument, &d)
	}
	a.keep(r.Close(mayDocument))
}
