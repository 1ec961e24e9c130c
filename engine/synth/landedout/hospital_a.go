//go:build duckdb_arrow

package landedout

import (
	"leftshift/engine"
	"leftshift/engine/schema"
	"leftshift/engine/synth/world"
)

// Spell lands an Encounter of class IMP: one episode for the stay, and the
// diagnoses of its first episode.
func (a *placeA) Spell(s *world.Spell) {
	l := a.batch(s.Person.Index)
	if l == nil {
		return
	}
	r := a.record(l, "Encounter", s.ID, &s.Header)
	if s.Withdrawn {
		l.Note(withdrawn)
		a.keep(r.Close(mayEpisode))
		return
	}
	e := schema.NewEpisode(engine.AdmittedEpisode)
	e.StartDay, e.Spell, e.AdmissionMethod, e.AdmissionSource = engine.Day(s.Day), r.Key(), s.Method, s.Source
	if !s.Open {
		e.EndDay, e.DischargeMethod, e.Destination = engine.Day(s.Discharge), s.DischargeMethod, s.Destination
	}
	e.Provider = l.Code(engine.ODS, s.Provider, "")
	r.Add(schema.TableEpisode, &e)
	position := uint8(0)
	add := func(icd string) {
		if icd == "" {
			return
		}
		position++
		d := event(engine.Diagnosis, s.Day, l.Code(engine.ICD10, engine.NormaliseICD10(icd), ""))
		d.Position, d.Episode = position, r.Key()
		r.Add(schema.TableEvent, d)
	}
	add(s.Episodes[0].Primary)
	for _, icd := range s.Episodes[0].Secondary {
		add(icd)
	}
	a.keep(r.Close(mayEpisode))
}

// Visit lands an Encounter of class EMER or SS. Its one reason, the diagnosis
// or else the complaint, is a diagnosis.
func (a *placeA) Visit(v *world.Visit) {
	l := a.batch(v.Person.Index)
	if l == nil {
		return
	}
	r := a.record(l, "Encounter", v.ID, &v.Header)
	if v.Withdrawn {
		l.Note(withdrawn)
		a.keep(r.Close(mayEpisode))
		return
	}
	e := schema.NewEpisode(visitKind(v.SameDay))
	e.StartDay, e.EndDay, e.Spell = engine.Day(v.Day), visitEnd(v), r.Key()
	e.Provider = l.Code(engine.ODS, v.Provider, "")
	r.Add(schema.TableEpisode, &e)
	c := v.Diagnosis
	if c.Code == "" {
		c = v.Complaint
	}
	d := event(engine.Diagnosis, v.Day, l.Code(engine.SNOMED, c.Code, c.Term))
	d.Position, d.Episode = 1, r.Key()
	r.Add(schema.TableEvent, d)
	a.keep(r.Close(mayEpisode))
}

func visitKind(sameDay bool) engine.EpisodeKind {
	if sameDay {
		return engine.SDECAttendance
	}
	return engine.EDAttendance
}

// visitEnd is the day of departure.
func visitEnd(v *world.Visit) engine.Day {
	return engine.Day(v.Day) + engine.Day((v.Minute+v.Minutes)/(24*60))
}

// Outpatient lands an Encounter of class AMB at the trust. FHIR does not say
// who cancelled or stayed away, so only what took place is an attendance.
func (a *placeA) Outpatient(o *world.Appointment) {
	l := a.batch(o.Person.Index)
	if l == nil {
		return
	}
	r := a.record(l, "Encounter", o.ID, &o.Header)
	switch {
	case o.Withdrawn:
		l.Note(withdrawn)
	case o.Outcome != world.Attended:
		l.Note("encounter-cancelled")
	default:
		e := schema.NewEpisode(engine.OutpatientAttendance)
		e.StartDay, e.EndDay, e.Spell, e.Attended = engine.Day(o.Day), engine.Day(o.Day), r.Key(), 5
		e.Provider = l.Code(engine.ODS, o.Provider, "")
		r.Add(schema.TableEpisode, &e)
	}
	a.keep(r.Close(mayEpisode))
}
