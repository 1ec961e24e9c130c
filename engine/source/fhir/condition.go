package fhir

import "leftshift/engine"

// condition: a problem. What is only considered, or was refuted, is accepted
// without a fact.
func condition(x *extractor) {
	verification := status(x.res.Get("verificationStatus"))
	if x.withdrawn(verification) {
		return
	}
	switch verification {
	case "refuted", "provisional", "differential", "unconfirmed":
		x.note("condition-" + verification)
		return
	}
	if x.knownNone(x.res.Get("code")) {
		return
	}
	when := x.stated(x.choice("onsetDateTime", "onsetPeriod.start", "recordedDate", "assertedDate"))
	if !x.need(when, "onset") {
		return
	}
	e := x.event(engine.Problem, when)
	e.Code = x.fact(x.res.Get("code"))
	e.Status = clinical(status(x.res.Get("clinicalStatus")))
	if e.EndDay = x.abated(when); e.EndDay != engine.NoDay && e.Status == engine.NoStatus {
		e.Status = engine.Ended
	}
	if ended, _ := x.res.Get("abatementBoolean").Bool(); ended {
		e.Status = engine.Ended
	}
	e.Episode = x.recordOf(x.res.Get("encounter"), "Encounter")
}

func (x *extractor) abated(began span) engine.Day {
	if p := x.res.Get("abatementPeriod"); p.Is() {
		if p.Get("end").Is() {
			return x.end(p, "end", began)
		}
		return x.end(p, "start", began)
	}
	return x.end(x.res, "abatementDateTime", began)
}

func clinical(s string) engine.Status {
	switch s {
	case "active", "recurrence", "relapse":
		return engine.Active
	case "inactive", "remission", "resolved":
		return engine.Ended
	}
	return engine.NoStatus
}

// fact gives the code of what the record is about, and notes one that is
// missing.
func (x *extractor) fact(concept Element) engine.Code {
	code := x.code(concept)
	if code == 0 {
		x.note("code-missing")
	}
	return code
}

// knownNone says whether a concept states that there is nothing of its kind
// ("no known problems", International Patient Summary): no fact of a problem
// or a medicine.
func (x *extractor) knownNone(concept Element) bool {
	for e := concept.Get("coding").First(); e.Is(); e = e.Next() {
		if isAbsentUnknown(e.Text("system")) {
			x.note("none-known")
			return true
		}
		if e.Text("code") == "160245001" && engine.SystemOf(e.Text("system")) == engine.SNOMED { // no current problems or disability
			x.note("none-known")
			return true
		}
	}
	return false
}

func isAbsentUnknown(url string) bool {
	switch bareURL(url) {
	case "hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips", "hl7.org/fhir/uv/ips/CodeSystem/absent-unknown":
		return true
	}
	return false
}
