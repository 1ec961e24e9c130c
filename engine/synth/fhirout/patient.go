package fhirout

import (
	"strconv"

	"leftshift/engine/synth/world"
)

// Patient writes a version of the person.
func (x *Writer) Patient(v *world.PatientVersion) {
	p := v.Person
	g := x.w.Geography
	b := x.start(patient, PersonID(x.w.Seed, p.Index), v.Known)
	if p.Ethnic != 0 {
		b = append(b, `,"extension":[{"url":"`+core+`EthnicCategory","valueCodeableConcept":{"coding":[{"system":"`+coreCode+`EthnicCategoryEngland","code":"`...)
		b = append(b, p.Ethnic)
		b = append(b, `"}]}}]`...)
	}
	b = append(b, `,"identifier":[{"extension":[{"url":"`+core+`NHSNumberVerificationStatus","valueCodeableConcept":{"coding":[{"system":"`+coreCode+`NHSNumberVerificationStatusEngland","code":"`...)
	if p.BadNumber {
		b = append(b, `02","display":"Number present but not traced"`...)
	} else {
		b = append(b, `01","display":"Number present and verified"`...)
	}
	b = append(b, `}]}}],"system":"https://fhir.nhs.uk/Id/nhs-number","value":"`...)
	b = append(b, p.Recorded[:]...)
	last := &v.Registrations[len(v.Registrations)-1]
	if last.To == world.Never {
		b = append(b, `"}],"active":true`...)
	} else {
		b = append(b, `"}],"active":false`...)
	}
	b = append(b, `,"name":[{"use":"official","family":"SYNTH-`...)
	b = strconv.AppendInt(b, int64(p.Index), 10)
	b = append(b, `","given":["PERSON"]}],"telecom":[{"system":"phone","value":"01632 960`...)
	b = append(b, byte('0'+p.Index/100%10), byte('0'+p.Index/10%10), byte('0'+p.Index%10))
	b = append(b, `"}]`...)
	if p.Sex == world.Male {
		b = text(b, "gender", "male")
	} else {
		b = text(b, "gender", "female")
	}
	b = date(b, "birthDate", p.Birth)
	if v.Death != world.Never {
		b = date(b, "deceasedDateTime", v.Death)
	}
	b = append(b, `,"address":[{"use":"home","line":["1 Synthetic Street"],"postalCode":"`...)
	b = g.AppendPostcode(b, last.Postcode)
	b = append(b, `"}],"generalPractitioner":[`...)
	for i := range v.Registrations {
		r := &v.Registrations[i]
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"type":"Organization","identifier":{"system":"`+ods+`","value":"`...)
		b = append(b, g.Practices[r.Practice].Code...)
		b = append(b, `","period":{"start":"`...)
		b = append(r.From.AppendDate(b), '"')
		if r.To != world.Never {
			b = date(b, "end", r.To)
		}
		b = append(b, `}}}`...)
	}
	b = append(b, ']')
	x.put(patient, v.Known, b)
}

// organisations writes the trusts, networks and practices, known from the first
// day.
func (x *Writer) organisations() {
	n := uint64(0)
	write := func(code, name, role string) {
		n++
		b := x.start(organisation, OrganisationID(n), x.w.Calendar.Begin())
		b = append(b, `,"identifier":[{"system":"`+ods+`","value":"`...)
		b = append(b, code...)
		b = append(b, `"}],"active":true`...)
		b = append(append(b, `,"type":[{"text":"`...), role...)
		b = append(b, `"}]`...)
		b = text(b, "name", name)
		x.put(organisation, x.w.Calendar.Begin(), b)
	}
	for _, t := range world.Trusts {
		write(t.Code, t.Term, "nhs_trust")
	}
	for i := range x.w.Geography.Practices {
		p := &x.w.Geography.Practices[i]
		write(p.Code, p.Name, "gp_practice")
	}
}
