//go:build duckdb_arrow

package landedout

import (
	"strconv"

	"leftshift/engine"
	"leftshift/engine/identity"
	"leftshift/engine/schema"
	"leftshift/engine/source"
	"leftshift/engine/synth/flatout"
	"leftshift/engine/synth/world"
)

// row opens a row of a hospital file, whose subject is its NHS number and
// which became known by the flow's lag; nil when the number is not valid.
func (b *placeB) row(flow string, h *world.Header, id uint64, happened world.Day, version ...int64) (*landing, *source.Record) {
	l := b.batch(flow, h.Person.Index)
	if l == nil {
		return nil, nil
	}
	n := flatout.Number(h)
	number := string(n[:])
	if !identity.ValidNHSNumber(number) {
		b.keep(l.Quarantine(l.records, "nhs-number-invalid", "NHS_NUMBER"))
		return nil, nil
	}
	content := b.versionOf(append(version, int64(id))...)
	stamp := b.order(l, id, 0)
	return l, l.Open(l.records, l.SubjectOfNHSNumber(number), name(l, id), content, stamp, engine.NoDay, engine.Day(happened))
}

// Spell lands a row of apc.csv for each episode.
func (b *placeB) Spell(s *world.Spell) {
	for i := range s.Episodes {
		b.episode(s, i)
	}
}

func (b *placeB) episode(s *world.Spell, i int) {
	x := &s.Episodes[i]
	happened := s.Discharge
	if s.Open {
		happened = s.Day
		if l := b.batch("apc", s.Header.Person.Index); l != nil {
			happened = world.Day(l.InHand(engine.Day(s.Day)))
		}
	}
	l, r := b.row("apc", &s.Header, s.ID+uint64(i), happened, flag(s.Open), int64(s.Discharge), int64(x.End))
	if r == nil {
		return
	}
	e := schema.NewEpisode(engine.AdmittedEpisode)
	if s.SameDay {
		e.Kind = engine.SDECAttendance
	}
	e.Spell = l.RecordKey("spell/" + s.Provider + "/S" + strconv.FormatUint(s.Number%1_000_000_000_000, 10))
	e.Number = int64(i + 1)
	e.StartDay, e.EndDay, e.SpellStart = engine.Day(x.Start), day(x.End), engine.Day(s.Day)
	e.AdmissionMethod, e.Classification, e.AdmissionSource = s.Method, s.Class-'0', s.Source
	if !s.Open {
		e.SpellEnd, e.DischargeMethod, e.Destination = day(s.Discharge), s.DischargeMethod, s.Destination
	}
	e.Specialty, e.Provider = l.Code(engine.NHSDD, x.Function, ""), l.Code(engine.ODS, s.Provider, "")
	r.Add(schema.TableEpisode, &e)

	add := func(kind engine.EventKind, on world.Day, code engine.Code, position int) *schema.Event {
		f := event(kind, on, code)
		f.Position, f.Episode, f.Organisation = uint8(position), r.Key(), e.Provider
		r.Add(schema.TableEvent, f)
		return f
	}
	icd := func(code string) engine.Code { return l.Code(engine.ICD10, engine.NormaliseICD10(code), "") }
	if x.Primary != "" {
		add(engine.Diagnosis, x.Start, icd(x.Primary), 1)
	}
	for k, c := range x.Secondary {
		add(engine.Diagnosis, x.Start, icd(c), 2+k)
	}
	if c := s.Procedure.Code; c != "" {
		add(engine.Procedure, s.Day, l.Code(engine.OPCS4, c, ""), 1).Status = engine.Completed
	}
	b.keep(r.Close(mayEpisode))
}

// Visit lands a row of ecds.csv.
func (b *placeB) Visit(v *world.Visit) {
	end := visitEnd(v)
	l, r := b.row("ecds", &v.Header, v.ID, world.Day(end))
	if r == nil {
		return
	}
	e := schema.NewEpisode(visitKind(v.Department == "05"))
	e.StartDay, e.EndDay, e.Spell = engine.Day(v.Day), end, r.Key()
	arrival, destination := flatout.ByOwnTransport, flatout.DestinationHome
	if v.ByAmbulance {
		arrival = flatout.ByAmbulance
	}
	if v.Admitted {
		destination = flatout.DestinationWard
	}
	e.ArrivalMode, e.Destination = l.Code(engine.SNOMED, arrival, ""), destination
	e.Provider = l.Code(engine.ODS, v.Provider, "")
	r.Add(schema.TableEpisode, &e)
	if v.Complaint.Code != "" {
		f := event(engine.Observation, v.Day, l.Code(engine.SNOMED, v.Complaint.Code, ""))
		f.Episode, f.Organisation = r.Key(), e.Provider
		r.Add(schema.TableEvent, f)
	}
	if v.Diagnosis.Code != "" {
		f := event(engine.Diagnosis, v.Day, l.Code(engine.SNOMED, v.Diagnosis.Code, ""))
		f.Position, f.Episode, f.Organisation = 1, r.Key(), e.Provider
		r.Add(schema.TableEvent, f)
	}
	b.keep(r.Close(mayEpisode))
}

// Outpatient lands a row of outpatients.csv.
func (b *placeB) Outpatient(a *world.Appointment) {
	l, r := b.row("outpatients", &a.Header, a.ID, a.Day)
	if r == nil {
		return
	}
	e := schema.NewEpisode(engine.OutpatientAttendance)
	e.StartDay, e.EndDay, e.Spell = engine.Day(a.Day), engine.Day(a.Day), r.Key()
	e.Attended = [...]uint8{world.Attended: 5, world.DidNotAttend: 3, world.Cancelled: 2}[a.Outcome]
	e.Specialty, e.Provider = l.Code(engine.NHSDD, a.Function, ""), l.Code(engine.ODS, a.Provider, "")
	r.Add(schema.TableEpisode, &e)
	b.keep(r.Close(1 << schema.TableEpisode))
}
