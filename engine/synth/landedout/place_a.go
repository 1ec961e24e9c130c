//go:build duckdb_arrow

package landedout

import (
	"strconv"

	"leftshift/engine"
	"leftshift/engine/identity"
	"leftshift/engine/schema"
	"leftshift/engine/source"
	"leftshift/engine/synth/fhirout"
	"leftshift/engine/synth/world"
)

// fhirFlow is the flow of place A, which has one for all its types.
const fhirFlow = "fhir"

// withdrawn is the note of package fhir beside a record entered in error.
const withdrawn = "entered-in-error"

// placeA lands what fhirout writes, as package fhir reads it.
type placeA struct {
	*place
	organised bool
}

func newPlaceA(p *place) *placeA { return &placeA{place: p} }

// batch gives the batch for a record of a person, nil after an error.
func (a *placeA) batch(index int) *landing {
	if a.turn(index) {
		a.subject = a.subjectOf(index)
	}
	l := a.flow(fhirFlow, -1)
	if l == nil || a.organised {
		return l
	}
	a.organised = true
	a.organisations(l)
	return l
}

func (a *placeA) subjectOf(index int) engine.Subject {
	return a.keys.Subject("subject/"+a.source, "Patient/"+a.name(fhirout.PersonID(a.w.Seed, index)))
}

func (a *placeA) name(id uint64) string { return string(fhirout.AppendID(nil, id)) }

// stamp is the moment of meta.lastUpdated in microseconds.
func stamp(known world.Day, id uint64) int64 {
	minute := fhirout.UpdatedAt(id)
	if known.Summer(minute / 60) {
		minute -= 60
	}
	return (int64(known)*24*60 + int64(minute)) * 60_000_000
}

// record opens a resource about a person.
func (a *placeA) record(l *landing, kind string, id uint64, h *world.Header) *source.Record {
	return l.Open(l.records, a.subject, kind+"/"+a.name(id), a.versionOf(int64(id), int64(h.Known), flag(h.Withdrawn)), stamp(h.Known, id), engine.Day(h.Known), engine.NoDay)
}

// fact lands a resource that is one event, or none when it is withdrawn or
// make gives none.
func (a *placeA) fact(kind string, h *world.Header, may int64, make func(*source.Batch) *schema.Event) {
	l := a.batch(h.Person.Index)
	if l == nil {
		return
	}
	r := a.record(l, kind, h.ID, h)
	if h.Withdrawn {
		l.Note(withdrawn)
	} else if e := make(l.Batch); e != nil {
		r.Add(schema.TableEvent, e)
	}
	a.keep(r.Close(may))
}

// organisations lands the trusts and practices, once, in the first batch.
func (a *placeA) organisations(l *landing) {
	n := uint64(0)
	add := func(code, name string) {
		n++
		row := schema.NewOrganisation()
		row.Code, row.ODS, row.Name = l.Code(engine.ODS, code, ""), code, name
		known := a.w.Calendar.Begin()
		id := fhirout.OrganisationID(n)
		r := l.Open(l.records, 0, "Organization/"+code, a.versionOf(int64(id), int64(known)), stamp(known, id), engine.Day(known), engine.NoDay)
		r.Add(schema.TableOrganisation, &row)
		l.Note("organisation")
		a.keep(r.Close(1 << schema.TableOrganisation))
		l.records++
	}
	for _, t := range world.Trusts {
		add(t.Code, t.Term)
	}
	for i := range a.w.Geography.Practices {
		p := &a.w.Geography.Practices[i]
		add(p.Code, p.Name)
	}
}

// Patient lands the link, person, registrations and home, and sends the
// identity to the vault.
func (a *placeA) Patient(v *world.PatientVersion) {
	p := v.Person
	l := a.batch(p.Index)
	if l == nil {
		return
	}
	number := string(p.Recorded[:])
	if !identity.ValidNHSNumber(number) {
		a.keep(l.Quarantine(l.records, "nhs-number-invalid", "identifier"))
		return
	}
	id := fhirout.PersonID(a.w.Seed, p.Index)
	r := a.record(l, "Patient", id, &v.Header)
	key, _ := a.keys.Key(identity.NHSNamespace, number)
	r.Add(schema.TableLink, &schema.Link{Person: engine.Person(key)})
	fact := personFact(v)
	r.Add(schema.TablePerson, &fact)
	for i := range v.Registrations {
		g := &v.Registrations[i]
		row := schema.NewRegistration()
		row.Practice, row.FromDay, row.ToDay = a.practice(l.Batch, g.Practice), day(g.From), day(g.To)
		r.Add(schema.TableRegistration, &row)
	}
	last := &v.Registrations[len(v.Registrations)-1]
	home := schema.NewResidence()
	home.Area = a.area(l.Batch, last.Postcode)
	r.Add(schema.TableResidence, &home)
	who := identityOf(p, number)
	who.Address, who.Postcode = "1 Synthetic Street", a.postcode(last.Postcode)
	_, err := l.Identify(identity.NHSNamespace, number, engine.Day(v.Known), stamp(v.Known, id), who)
	a.keep(err)
	a.keep(r.Close(mayPatient))
}

// personFact is what both places say of a person.
func personFact(v *world.PatientVersion) schema.PersonFact {
	p := v.Person
	fact := schema.NewPersonFact()
	fact.BirthMonth, fact.Sex, fact.DeathDay = engine.Day(p.Birth).Month(), engine.Sex(p.Sex), day(v.Death)
	if p.Ethnic != 0 {
		fact.EthnicCategory = string(p.Ethnic)
	}
	return fact
}

// identityOf is what both places say of who a person is.
func identityOf(p *world.Person, number string) identity.Identity {
	phone := []byte("01632 960")
	phone = append(phone, byte('0'+p.Index/100%10), byte('0'+p.Index/10%10), byte('0'+p.Index%10))
	return identity.Identity{NHSNumber: number, Family: "SYNTH-" + strconv.Itoa(p.Index), Given: "PERSON", BirthDate: p.Birth.String(), Phone: string(phone)}
}

// Care lands nothing: place A's record has no such kinds of care.
func (a *placeA) Care(*world.Care) {}
