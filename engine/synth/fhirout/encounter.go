package fhirout

import (
	"strconv"

	"leftshift/engine/synth/world"
)

func class(b []byte, code string) []byte {
	b = append(b, `,"class":{"system":"`+hl7+`v3-ActCode","code":"`...)
	return append(append(b, code...), `"}`...)
}

// kind appends the type: a local code, and a SNOMED CT one where there is one.
func kind(b []byte, local string, c world.Code) []byte {
	b = append(b, `,"type":[{"coding":[{"system":"`+EncounterType+`","code":"`...)
	b = append(append(b, local...), `"}`...)
	if c.Code != "" {
		b = oneCoding(append(b, ','), snomed, c)
	}
	return append(b, `]}]`...)
}

func (x *Writer) period(b []byte, start world.Day, at int, end world.Day, to int) []byte {
	b = append(b, `,"period":{"start":"`...)
	b = append(x.appendTime(b, start, at), '"')
	if end != world.Never {
		b = x.moment(b, "end", end, to)
	}
	return append(b, '}')
}

// dotted appends an ICD-10 code as classification books print it.
func dotted(b []byte, code string) []byte {
	b = append(b, code[:3]...)
	if len(code) > 3 && code[3] != 'X' {
		b = append(append(b, '.'), code[3:]...)
	}
	return b
}

// reasons appends the distinct diagnoses of all episodes, the first primary
// first.
func reasons(b []byte, s *world.Spell) []byte {
	first := true
	add := func(code string) {
		if code == "" {
			return
		}
		if first {
			b = append(b, `,"reasonCode":[`...)
		} else {
			b = append(b, ',')
		}
		first = false
		b = append(b, `{"coding":[{"system":"`+icd10+`","code":"`...)
		b = append(dotted(b, code), `"}]}`...)
	}
	e := &s.Episodes[0] // all episodes of a spell carry the same codes
	add(e.Primary)
	for _, c := range e.Secondary {
		add(c)
	}
	if !first {
		b = append(b, ']')
	}
	return b
}

func extension(b []byte, name, system, code string) []byte {
	b = append(append(b, `{"url":"`+core...), name...)
	b = append(append(b, `","valueCodeableConcept":{"coding":[{"system":"`+coreCode...), system...)
	b = append(append(b, `","code":"`...), code...)
	return append(b, `"}]}}`...)
}

// Spell writes an Encounter of class IMP.
func (x *Writer) Spell(s *world.Spell) {
	b := x.start(encounter, s.ID, s.Known)
	if !s.Open {
		b = append(b, `,"extension":[`...)
		b = append(extension(b, "DischargeMethod", "DischargeMethodEngland", s.DischargeMethod), ']')
	}
	b = append(b, `,"identifier":[{"system":"https://fhir.syntheticshire.example/Id/spell","value":"S`...)
	b = strconv.AppendUint(b, s.Number%1_000_000_000_000, 10)
	b = append(b, `"}]`...)
	if s.Open {
		b = text(b, "status", status(&s.Header, "in-progress"))
	} else {
		b = text(b, "status", status(&s.Header, "finished"))
	}
	b = class(b, "IMP")
	b = kind(b, "IP", world.Code{Code: "185212007", Term: "Seen in hospital ward"})
	b = x.who(b, "subject", s.Person)
	to := 11*60 + int(s.ID%420)
	if s.Discharge == s.Day {
		to = min(s.Minute+60+int(s.ID%300), 23*60+59)
	}
	b = x.period(b, s.Day, s.Minute, s.Discharge, to)
	b = reasons(b, s)
	b = append(b, `,"hospitalization":{"extension":[`...)
	b = append(extension(b, "AdmissionMethod", "AdmissionMethodEngland", s.Method), ']')
	b = coding(b, "admitSource", coreCode+"SourceOfAdmissionEngland", world.Code{Code: s.Source})
	if !s.Open {
		b = coding(b, "dischargeDisposition", coreCode+"DischargeDestinationEngland", world.Code{Code: s.Destination})
	}
	b = append(b, '}')
	b = provider(b, "serviceProvider", s.Provider)
	x.put(encounter, s.Known, b)
}

// Visit writes an Encounter of class EMER, or SS for same-day emergency care.
func (x *Writer) Visit(v *world.Visit) {
	b := x.start(encounter, v.ID, v.Known)
	b = text(b, "status", status(&v.Header, "finished"))
	if v.SameDay {
		b = class(b, "SS")
		b = kind(b, "SDEC", world.Code{})
	} else {
		b = class(b, "EMER")
		b = kind(b, "ED", world.Code{Code: "185210004", Term: "Seen in hospital casualty"})
		b = b[:len(b)-3] // one more coding
		b = append(b, `,{"system":"`+DepartmentType+`","code":"`...)
		b = append(append(b, v.Department...), `"}]}]`...)
	}
	b = x.who(b, "subject", v.Person)
	end := v.Minute + v.Minutes
	b = x.period(b, v.Day, v.Minute, v.Day+world.Day(end/1440), end%1440)
	c := v.Diagnosis
	if c.Code == "" {
		c = v.Complaint
	}
	b = append(b, `,"reasonCode":[`...)
	b = append(concept(b, snomed, c), ']')
	if !v.SameDay {
		d := world.Code{Code: "306689006", Term: "Discharge to home"}
		if v.Admitted {
			d = world.Code{Code: "306706006", Term: "Discharge to ward"}
		}
		b = append(b, `,"hospitalization":{"dischargeDisposition":`...)
		b = append(concept(b, snomed, d), '}')
	}
	b = provider(b, "serviceProvider", v.Provider)
	x.put(encounter, v.Known, b)
}

// ContactTypes is the type of a contact by its mode; empty where only the
// local type stands.
var ContactTypes = [...]world.Code{
	world.Surgery:   {Code: "185202000", Term: "Seen in GP's surgery"},
	world.Telephone: {Code: "185317003", Term: "Telephone encounter"},
	world.Home:      {Code: "270420001", Term: "Seen in own home"},
	world.Online:    {},
}

var contactClass = [...]string{world.Surgery: "AMB", world.Telephone: "VR", world.Home: "HH", world.Online: "VR"}

// Contact writes an Encounter with the practice. One that did not take place has
// the status cancelled.
func (x *Writer) Contact(c *world.Contact) {
	b := x.start(encounter, c.ID, c.Known)
	s := "finished"
	if c.Outcome != world.Attended {
		s = "cancelled"
	}
	b = text(b, "status", status(&c.Header, s))
	b = class(b, contactClass[c.Mode])
	b = kind(b, "GP", ContactTypes[c.Mode])
	b = x.who(b, "subject", c.Person)
	b = x.period(b, c.Day, c.Minute, c.Day, c.Minute+10)
	b = provider(b, "serviceProvider", x.w.Geography.Practices[c.Practice].Code)
	x.put(encounter, c.Known, b)
}

// Outpatient writes an Encounter of class AMB with the hospital.
func (x *Writer) Outpatient(a *world.Appointment) {
	b := x.start(encounter, a.ID, a.Known)
	s := "finished"
	if a.Outcome != world.Attended {
		s = "cancelled"
	}
	b = text(b, "status", status(&a.Header, s))
	b = class(b, "AMB")
	b = kind(b, "OP", world.Code{})
	b = x.who(b, "subject", a.Person)
	at := 8*60 + int(a.ID%540)
	b = x.period(b, a.Day, at, a.Day, at+20)
	b = provider(b, "serviceProvider", a.Provider)
	x.put(encounter, a.Known, b)
}
