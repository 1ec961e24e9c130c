package fhir

import (
	"leftshift/engine"
	"leftshift/engine/schema"
)

// medicationRequest: a plan (an authorisation of repeats) or an order (an
// issue). A plan that holds is planned: not a thing done.
func medicationRequest(x *extractor) {
	s, intent := x.res.Text("status"), x.res.Text("intent")
	if x.withdrawn(s) {
		return
	}
	if not, _ := x.res.Get("doNotPerform").Bool(); not {
		x.note("request-not-to-perform")
		return
	}
	var st engine.Status
	switch s {
	case "active":
		st = engine.Active
	case "completed":
		st = engine.Completed
	case "stopped", "on-hold":
		st = engine.Ended
	case "cancelled":
		st = engine.Cancelled
	case "draft":
		st = engine.Planned
	}
	plan := false
	switch intent {
	case "plan", "proposal":
		plan = true
		if st == engine.Active || st == engine.NoStatus {
			st = engine.Planned
		}
	case "option":
		x.note("medication-option")
		return
	}
	validity := x.res.Get("dispenseRequest").Get("validityPeriod")
	when := x.choice("authoredOn")
	if !when.ok && !x.doc.isTroubled() {
		when = x.date(validity, "start")
	}
	if when = x.stated(when); !x.need(when, "authoredOn") {
		return
	}
	if e := x.medicine(when); e != nil {
		e.Status = st
		if plan {
			e.EndDay = x.end(validity, "end", span{})
		}
		e.Organisation = x.organisation(x.res.Get("requester"))
	}
}

// medicationStatement: what the patient takes, took or is to take.
func medicationStatement(x *extractor) {
	s := x.res.Text("status")
	if x.withdrawn(s) {
		return
	}
	var st engine.Status
	switch s {
	case "not-taken":
		x.note("medication-not-taken")
		return
	case "active":
		st = engine.Active
	case "completed":
		st = engine.Completed
	case "stopped", "on-hold":
		st = engine.Ended
	case "intended":
		st = engine.Planned
	}
	when := x.stated(x.choice("effectiveDateTime", "effectivePeriod.start", "dateAsserted"))
	if !x.need(when, "effective") {
		return
	}
	if e := x.medicine(when); e != nil {
		e.Status = st
		e.EndDay = x.end(x.res.Get("effectivePeriod"), "end", span{})
	}
}

// medicationDispense: a supply.
func medicationDispense(x *extractor) {
	s := status(x.res.Get("status"))
	if x.withdrawn(s) {
		return
	}
	var st engine.Status
	switch s {
	case "completed":
		st = engine.Completed
	case "preparation", "in-progress", "on-hold":
		st = engine.Planned
	case "cancelled", "declined":
		st = engine.Cancelled
	case "stopped":
		st = engine.Ended
	}
	when := x.choice("whenHandedOver", "whenPrepared")
	if !when.ok && (st == engine.Planned || st == engine.Cancelled) {
		x.note("dispense-not-made")
		return
	}
	if !x.need(when, "whenHandedOver") {
		return
	}
	if e := x.medicine(when); e != nil {
		e.Status = st
		e.Organisation = x.performer()
	}
}

// medicine adds the event of a medicine, by its code or by the Medication
// that the record contains or its Bundle holds; nil when there is none.
func (x *extractor) medicine(when span) *schema.Event {
	concept := x.res.Get("medicationCodeableConcept")
	if ref := x.res.Get("medicationReference"); !concept.Is() && ref.Is() {
		if m := x.resolve(ref.Text("reference")); m.Is() {
			concept = m.Get("code")
		} else if id := ref.Get("identifier"); id.Is() && engine.SystemOf(id.Text("system")) == engine.DMD {
			e := x.event(engine.Medication, when)
			e.Code = x.b.Code(engine.DMD, id.Text("value"), "")
			return e
		} else {
			x.note("medication-unresolved")
		}
	}
	if x.knownNone(concept) {
		return nil
	}
	code := x.fact(concept)
	episode := x.recordOf(x.res.Get("encounter"), "Encounter")
	if episode == 0 {
		episode = x.recordOf(x.res.Get("context"), "Encounter")
	}
	e := x.event(engine.Medication, when)
	e.Code, e.Episode = code, episode
	return e
}
