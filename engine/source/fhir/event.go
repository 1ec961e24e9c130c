package fhir

import "leftshift/engine"

// allergy: an allergy or intolerance. "No known allergies" is a fact of its
// own, by its code. Unconfirmed is what a clinician records on the word of
// the patient, and stays.
func allergy(x *extractor) {
	verification := status(x.res.Get("verificationStatus"))
	if x.withdrawn(verification) {
		return
	}
	if verification == "refuted" {
		x.note("allergy-refuted")
		return
	}
	when := x.stated(x.choice("onsetDateTime", "onsetPeriod.start", "recordedDate", "assertedDate"))
	if !x.need(when, "recordedDate") {
		return
	}
	e := x.event(engine.Allergy, when)
	if e.Code = x.code(x.res.Get("code")); e.Code == 0 {
		e.Code = x.fact(x.res.Get("reaction").First().Get("substance"))
	}
	e.Status = clinical(status(x.res.Get("clinicalStatus")))
	e.Episode = x.recordOf(x.res.Get("encounter"), "Encounter")
}

// immunization: a vaccine given.
func immunization(x *extractor) {
	switch s := x.res.Text("status"); {
	case x.withdrawn(s):
		return
	case s == "not-done":
		x.note("immunization-not-done")
		return
	}
	if given, known := x.res.Get("notGiven").Bool(); known && given {
		x.note("immunization-not-done")
		return
	}
	if x.knownNone(x.res.Get("vaccineCode")) {
		return
	}
	when := x.choice("occurrenceDateTime", "date", "recorded")
	if !x.need(when, "occurrenceDateTime") {
		return
	}
	e := x.event(engine.Immunisation, when)
	e.Code = x.fact(x.res.Get("vaccineCode"))
	e.Status = engine.Completed
	e.Organisation = x.organisation(x.res.Get("performer").First().Get("actor"))
	e.Episode = x.recordOf(x.res.Get("encounter"), "Encounter")
}

// procedure: a procedure done, or begun.
func procedure(x *extractor) {
	s := x.res.Text("status")
	if x.withdrawn(s) {
		return
	}
	var st engine.Status
	switch s {
	case "not-done", "aborted", "suspended":
		x.note("procedure-not-done")
		return
	case "preparation":
		st = engine.Planned
	case "in-progress":
		st = engine.Active
	case "on-hold", "stopped":
		st = engine.Ended
	case "completed":
		st = engine.Completed
	}
	if x.knownNone(x.res.Get("code")) {
		return
	}
	when := x.choice("performedDateTime", "performedPeriod.start", "performedPeriod.end")
	if !x.need(when, "performed") {
		return
	}
	e := x.event(engine.Procedure, when)
	e.Code, e.Status = x.fact(x.res.Get("code")), st
	e.EndDay = x.end(x.res.Get("performedPeriod"), "end", when)
	e.Organisation = x.performer()
	e.Episode = x.recordOf(x.res.Get("encounter"), "Encounter")
}

// performer gives the first organisation among those who did something.
func (x *extractor) performer() engine.Code {
	for p := x.res.Get("performer").First(); p.Is(); p = p.Next() {
		if p.kind() != object {
			p.wrong()
			return 0
		}
		if o := x.organisation(p.Get("onBehalfOf")); o != 0 {
			return o
		}
		actor := p.Get("actor")
		if !actor.Is() {
			actor = p
		}
		if o := x.organisation(actor); o != 0 {
			return o
		}
	}
	return 0
}

// alert: a Flag. Its day is when it began, else when the record was updated.
func alert(x *extractor) {
	s := x.res.Text("status")
	if x.withdrawn(s) {
		return
	}
	when := x.choice("period.start")
	if !when.ok && !x.doc.isTroubled() {
		if d, _ := x.updated(x.meta, "lastUpdated"); d != engine.NoDay {
			when = span{d, d, true}
		}
	}
	if !x.need(when, "period.start") {
		return
	}
	e := x.event(engine.Flag, when)
	e.Code = x.fact(x.res.Get("code"))
	e.EndDay = x.end(x.res.Get("period"), "end", when)
	switch s {
	case "active":
		e.Status = engine.Active
	case "inactive":
		e.Status = engine.Ended
	}
	e.Organisation = x.organisation(x.res.Get("author"))
	e.Episode = x.recordOf(x.res.Get("encounter"), "Encounter")
}

// notReferrals are SNOMED CT categories of requests for tests.
var notReferrals = map[string]bool{
	"108252007": true, // laboratory procedure
	"363679005": true, // imaging
	"103693007": true, // diagnostic procedure
	"386053000": true, // evaluation procedure
}

// serviceRequest: a referral. A request for a test is none.
func serviceRequest(x *extractor) {
	s := x.res.Text("status")
	if x.withdrawn(s) {
		return
	}
	if not, _ := x.res.Get("doNotPerform").Bool(); not {
		x.note("request-not-to-perform")
		return
	}
	for c := x.res.Get("category").First(); c.Is(); c = c.Next() {
		for k := c.Get("coding").First(); k.Is(); k = k.Next() {
			if notReferrals[k.Text("code")] {
				x.note("request-for-test")
				return
			}
		}
	}
	when := x.choice("authoredOn", "occurrenceDateTime", "occurrencePeriod.start")
	if !x.need(when, "authoredOn") {
		return
	}
	e := x.event(engine.Referral, when)
	if e.Code = x.code(x.res.Get("code")); e.Code == 0 {
		e.Code = x.first(x.res.Get("category"))
	}
	switch s {
	case "active", "on-hold":
		e.Status = engine.Active
	case "completed":
		e.Status = engine.Completed
	case "revoked":
		e.Status = engine.Cancelled
	case "draft":
		e.Status = engine.Planned
	}
	if e.Organisation = x.organisation(x.res.Get("requester")); e.Organisation == 0 {
		e.Organisation = x.performer()
	}
	e.Episode = x.recordOf(x.res.Get("encounter"), "Encounter")
}
