package fhirout

import (
	"strconv"

	"leftshift/engine/synth/world"
)

// Problem writes a Condition.
func (x *Writer) Problem(p *world.Problem) {
	b := x.start(condition, p.ID, p.Known)
	if !p.Withdrawn {
		s := "active"
		if p.End != world.Never {
			s = "resolved"
		}
		b = coding(b, "clinicalStatus", hl7+"condition-clinical", world.Code{Code: s})
	}
	b = coding(b, "verificationStatus", hl7+"condition-ver-status", world.Code{Code: status(&p.Header, "confirmed")})
	b = append(b, `,"category":[{"coding":[{"system":"`+hl7+`condition-category","code":"problem-list-item"}]}]`...)
	b = coding(b, "code", snomed, p.Code)
	b = x.who(b, "subject", p.Person)
	b = append(b, `,"onsetDateTime":"`...)
	b = append(x.w.AppendOnset(b, p), '"')
	if p.End != world.Never {
		b = date(b, "abatementDateTime", p.End)
	}
	b = date(b, "recordedDate", p.Day)
	x.put(condition, p.Known, b)
}

// Value writes an Observation; a coded statement has no value, a missing one a
// reason.
func (x *Writer) Value(v *world.Value) {
	b := x.start(observation, v.ID, v.Known)
	b = text(b, "status", status(&v.Header, "final"))
	b = coding(b, "code", snomed, v.Code)
	b = x.who(b, "subject", v.Person)
	b = date(b, "effectiveDateTime", v.Day)
	b = x.moment(b, "issued", v.Known, 18*60+int(v.ID%100))
	switch {
	case v.Coded():
	case v.Missing:
		b = coding(b, "dataAbsentReason", hl7+"data-absent-reason", world.Code{Code: "unknown"})
	default:
		b = append(b, `,"valueQuantity":{"value":`...)
		b = v.AppendNumber(b)
		if v.Unit.Text != "" {
			b = text(b, "unit", v.Unit.Text)
			b = text(b, "system", "http://unitsofmeasure.org")
			b = text(b, "code", v.Unit.UCUM)
		}
		b = append(b, '}')
	}
	x.put(observation, v.Known, b)
}

// Medicine writes a MedicationRequest: one issue, intent order.
func (x *Writer) Medicine(i *world.Issue) {
	m := i.Medicine
	b := x.start(medicationRequest, i.ID, i.Known)
	b = text(b, "status", status(&i.Header, "completed"))
	b = text(b, "intent", "order")
	if m.DMD != "" {
		b = coding(b, "medicationCodeableConcept", dmd, world.Code{Code: m.DMD, Term: m.Name})
	} else {
		b = coding(b, "medicationCodeableConcept", BNF, world.Code{Code: m.BNF, Term: m.Name})
	}
	b = x.who(b, "subject", i.Person)
	b = date(b, "authoredOn", i.Day)
	b = append(b, `,"dispenseRequest":{"quantity":{"value":`...)
	b = strconv.AppendInt(b, int64(m.Quantity), 10)
	b = append(b, `}}`...)
	x.put(medicationRequest, i.Known, b)
}

// Allergy writes an AllergyIntolerance.
func (x *Writer) Allergy(n *world.Note) {
	b := x.start(allergy, n.ID, n.Known)
	if !n.Withdrawn {
		s := "active"
		if n.Ended {
			s = "resolved"
		}
		b = coding(b, "clinicalStatus", hl7+"allergyintolerance-clinical", world.Code{Code: s})
	}
	b = coding(b, "verificationStatus", hl7+"allergyintolerance-verification", world.Code{Code: status(&n.Header, "confirmed")})
	b = coding(b, "code", snomed, n.Code)
	b = x.who(b, "patient", n.Person)
	b = date(b, "recordedDate", n.Day)
	x.put(allergy, n.Known, b)
}

// Immunisation writes an Immunization.
func (x *Writer) Immunisation(n *world.Note) {
	b := x.start(immunisation, n.ID, n.Known)
	b = text(b, "status", status(&n.Header, "completed"))
	b = coding(b, "vaccineCode", snomed, n.Code)
	b = x.who(b, "patient", n.Person)
	b = date(b, "occurrenceDateTime", n.Day)
	b = date(b, "recorded", n.Day)
	x.put(immunisation, n.Known, b)
}

// Procedure writes a Procedure.
func (x *Writer) Procedure(n *world.Note) {
	b := x.start(procedure, n.ID, n.Known)
	b = text(b, "status", status(&n.Header, "completed"))
	b = coding(b, "code", snomed, n.Code)
	b = x.who(b, "subject", n.Person)
	b = date(b, "performedDateTime", n.Day)
	x.put(procedure, n.Known, b)
}

// Referral writes a ServiceRequest.
func (x *Writer) Referral(n *world.Note) {
	b := x.start(serviceRequest, n.ID, n.Known)
	b = text(b, "status", status(&n.Header, "active"))
	b = text(b, "intent", "order")
	b = append(b, `,"category":[{"coding":[{"system":"`+snomed+`","code":"3457005","display":"Patient referral"}]}]`...)
	if n.Urgent {
		b = text(b, "priority", "urgent")
	} else {
		b = text(b, "priority", "routine")
	}
	b = coding(b, "code", snomed, n.Code)
	b = x.who(b, "subject", n.Person)
	b = x.moment(b, "authoredOn", n.Day, 9*60+int(n.ID%400))
	b = provider(b, "requester", x.w.Geography.Practices[n.Practice].Code)
	x.put(serviceRequest, n.Known, b)
}

// CarePlan writes a CarePlan.
func (x *Writer) CarePlan(n *world.Note) {
	b := x.start(carePlan, n.ID, n.Known)
	b = text(b, "status", status(&n.Header, "active"))
	b = text(b, "intent", "plan")
	b = append(b, `,"category":[`...)
	b = append(concept(b, snomed, n.Code), ']')
	b = x.who(b, "subject", n.Person)
	b = append(b, `,"period":{"start":"`...)
	b = append(n.Day.AppendDate(b), `"}`...)
	b = date(b, "created", n.Day)
	x.put(carePlan, n.Known, b)
}

// Flag writes a Flag: a reasonable adjustment.
func (x *Writer) Flag(n *world.Note) {
	b := x.start(flag, n.ID, n.Known)
	b = text(b, "status", status(&n.Header, "active"))
	b = append(b, `,"category":[{"coding":[{"system":"https://fhir.nhs.uk/England/CodeSystem/England-FlagCategoryPatient","code":"national-reasonable-adjustment-flag"}]}]`...)
	b = coding(b, "code", snomed, n.Code)
	b = x.who(b, "subject", n.Person)
	b = append(b, `,"period":{"start":"`...)
	b = append(n.Day.AppendDate(b), `"}`...)
	x.put(flag, n.Known, b)
}

// Document writes a DocumentReference: a pointer without content.
func (x *Writer) Document(n *world.Note) {
	b := x.start(document, n.ID, n.Known)
	b = text(b, "status", status(&n.Header, "current"))
	b = coding(b, "type", snomed, n.Code)
	b = x.who(b, "subject", n.Person)
	b = x.moment(b, "date", n.Day, 12*60+int(n.ID%300))
	by := n.Provider
	if by == "" {
		by = x.w.Geography.Practices[n.Practice].Code
	}
	b = provider(b, "custodian", by)
	b = append(b, `,"content":[{"attachment":{"contentType":"application/pdf","url":"https://documents.syntheticshire.example/`...)
	b = append(AppendID(b, n.ID), `.pdf"}}]`...)
	x.put(document, n.Known, b)
}

// Care writes nothing: place A's record was never joined to 111, ambulance,
// community, mental health, social care or drug and alcohol services.
func (x *Writer) Care(*world.Care) {}
