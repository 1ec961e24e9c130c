package fhir

import (
	"strings"

	"leftshift/engine"
	"leftshift/engine/schema"
)

// encounter: a hospital episode, an emergency, same-day or outpatient
// attendance, or a contact, by its class (HL7 v3 ActEncounterCode). One without
// a class is a consultation. The class of an outpatient attendance is that of a
// consultation in a surgery: what tells them apart is who provided it.
func encounter(x *extractor) {
	s := x.res.Text("status")
	if x.withdrawn(s) {
		return
	}
	class := x.res.Get("class").First()
	code := class.Text("code")
	if code == "" {
		code = class.Get("coding").First().Text("code")
	}
	var kind engine.EpisodeKind
	switch strings.ToUpper(code) {
	case "IMP", "ACUTE", "NONAC":
		kind = engine.AdmittedEpisode
	case "EMER":
		kind = engine.EDAttendance
	case "SS", "OBSENC":
		kind = engine.SDECAttendance
	case "AMB", "VR":
		if isTrust(x.odsOf(x.res.Get("serviceProvider"), 0)) {
			kind = engine.OutpatientAttendance
		}
	}
	if kind != engine.AdmittedEpisode && x.sameDay() {
		kind = engine.SDECAttendance
	}
	period := x.res.Get("period")
	when := x.date(period, "start")
	if s == "planned" || s == "cancelled" {
		if kind != 0 || !when.ok {
			x.note("encounter-" + s)
			return
		}
	}
	if !x.need(when, "period.start") {
		return
	}
	end := x.end(period, "end", when)
	switch s {
	case "arrived", "triaged", "in-progress", "onleave":
		end = engine.NoDay
	case "finished":
		if end == engine.NoDay {
			x.note("end-missing")
		}
	}
	if kind == 0 {
		x.contact(s, code, when, end)
		return
	}
	x.episode(kind, when, end)
	// A clinic's reason is why it sees someone, not what it found.
	if kind != engine.OutpatientAttendance {
		x.diagnoses(when)
	}
}

// isTrust says whether an ODS code is of an NHS trust (RAA to RZZ, TAA to TZZ)
// or of a site of one, which adds two characters. A practice has a letter and
// five digits.
func isTrust(code string) bool {
	return (len(code) == 3 || len(code) == 5) && (code[0] == 'R' || code[0] == 'T')
}

// sameDay says whether a type or service calls the encounter same-day
// emergency care.
func (x *extractor) sameDay() bool {
	says := func(c Element) bool {
		for ; c.Is(); c = c.Next() {
			for k := c.Get("coding").First(); k.Is(); k = k.Next() {
				if isSDEC(k.Text("display")) {
					return true
				}
			}
			if isSDEC(c.Text("text")) {
				return true
			}
		}
		return false
	}
	return says(x.res.Get("type").First()) || says(x.res.Get("serviceType").First())
}

func isSDEC(s string) bool {
	if len(s) < 4 {
		return false
	}
	if strings.Contains(s, "SDEC") {
		return true
	}
	s = strings.ToLower(s)
	return strings.Contains(s, "same day emergency care") || strings.Contains(s, "same-day emergency care")
}

func (x *extractor) episode(kind engine.EpisodeKind, when span, end engine.Day) {
	e := schema.NewEpisode(kind)
	e.StartDay, e.EndDay = when.first, end
	if e.Spell = x.recordOf(x.res.Get("partOf"), "Encounter"); e.Spell == 0 {
		e.Spell = within
	}
	stay := x.res.Get("hospitalization")
	e.AdmissionMethod = nhsdd(extensionCode(stay, "AdmissionMethod"))
	if e.AdmissionMethod == "" {
		e.AdmissionMethod = nhsdd(extensionCode(x.res, "AdmissionMethod"))
	}
	e.DischargeMethod = nhsdd(extensionCode(x.res, "DischargeMethod"))
	if e.DischargeMethod == "" {
		e.DischargeMethod = nhsdd(extensionCode(stay, "DischargeMethod"))
	}
	e.Destination = nhsddOf(stay.Get("dischargeDisposition"), "DischargeDestination")
	e.AdmissionSource = nhsddOf(stay.Get("admitSource"), "SourceOfAdmission")
	if kind == engine.AdmittedEpisode && e.AdmissionMethod == "" {
		x.note("admission-method-missing")
	}
	for k := x.res.Get("serviceType").Get("coding").First(); k.Is(); k = k.Next() {
		if strings.Contains(k.Text("system"), "TreatmentFunction") {
			e.Specialty = x.b.Code(engine.NHSDD, k.Text("code"), k.Text("display"))
		}
	}
	e.Provider = x.organisation(x.res.Get("serviceProvider"))
	if kind == engine.OutpatientAttendance {
		switch x.res.Text("status") {
		case "arrived", "triaged", "in-progress", "onleave", "finished":
			e.Attended = 5 // R4 has no status for whether they came late
		}
	}
	x.happened = when.last
	if end != engine.NoDay {
		x.happened = end
	}
	x.episodes = append(x.episodes, e)
}

// nhsdd gives an NHS Data Dictionary value in capitals; "" for what is none.
func nhsdd(s string) string {
	if len(s) == 0 || len(s) > 3 {
		return ""
	}
	s = strings.ToUpper(s)
	for i := range len(s) {
		if c := s[i]; (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return ""
		}
	}
	return strings.Clone(s)
}

// nhsddOf gives the value of a concept in one of the Data Dictionary's code
// systems; other systems do not stand in for it.
func nhsddOf(concept Element, system string) string {
	for k := concept.Get("coding").First(); k.Is(); k = k.Next() {
		if strings.Contains(k.Text("system"), system) {
			return nhsdd(k.Text("code"))
		}
	}
	return ""
}

// diagnoses adds the coded diagnoses of an episode in their order, then its
// reasons.
func (x *extractor) diagnoses(when span) {
	position := 0
	add := func(code engine.Code, rank int) {
		if code == 0 {
			return
		}
		if position++; rank == 0 {
			rank = position
		}
		e := x.event(engine.Diagnosis, when)
		e.Code, e.Position, e.Episode = code, uint8(min(rank, 255)), within
	}
	for d := x.res.Get("diagnosis").First(); d.Is(); d = d.Next() {
		c := x.resolve(d.Get("condition").Text("reference"))
		if c.Text("resourceType") != "Condition" {
			x.note("diagnosis-elsewhere") // its own Condition names the encounter
			continue
		}
		rank := 0
		if n, ok := d.Get("rank").Number(); ok && digits(n, 1, 3) {
			for _, b := range []byte(n) {
				rank = rank*10 + int(b-'0')
			}
		}
		add(x.code(c.Get("code")), rank)
	}
	for r := x.res.Get("reasonCode").First(); r.Is(); r = r.Next() {
		add(x.code(r), 0)
	}
}

// telephone are SNOMED CT encounter types that say a contact was by telephone.
var telephone = map[string]bool{
	"185317003": true, // telephone encounter
	"386472008": true, // telephone consultation
	"314849005": true, // telephone contact by consultant
}

func (x *extractor) contact(s, class string, when span, end engine.Day) {
	code := x.first(x.res.Get("type"))
	if code == 0 {
		code = x.code(x.res.Get("serviceType"))
	}
	if code == 0 && class != "" {
		code = x.enter(coding{system: engine.OtherSystem, url: "http://terminology.hl7.org/CodeSystem/v3-ActCode", code: class})
	}
	mode := engine.NoMode
	switch strings.ToUpper(class) {
	case "AMB", "FLD":
		mode = engine.FaceToFace
	case "HH":
		mode = engine.HomeVisit
	case "VR":
		mode = engine.Online
	}
	if mode != engine.HomeVisit {
		for t := x.res.Get("type").First(); t.Is(); t = t.Next() {
			for k := t.Get("coding").First(); k.Is(); k = k.Next() {
				if telephone[k.Text("code")] {
					mode = engine.Telephone
				}
			}
		}
	}
	e := x.event(engine.Contact, when)
	e.Code, e.Mode, e.EndDay = code, mode, end
	switch s {
	case "planned":
		e.Status = engine.Planned
	case "cancelled":
		e.Status = engine.Cancelled
	case "finished":
		e.Status = engine.Completed
	case "arrived", "triaged", "in-progress", "onleave":
		e.Status = engine.Active
	}
	e.Organisation = x.organisation(x.res.Get("serviceProvider"))
}
