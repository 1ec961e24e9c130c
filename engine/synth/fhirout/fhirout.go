// Package fhirout writes the records of place A: an export of FHIR R4 resources
// (UK Core) as NDJSON, one type a file, in parts of about 64 MB.
//
// meta.lastUpdated is the moment at which the record held the resource; a later
// line with the same id supersedes an earlier one. What was entered in error
// comes again with that status. Times carry the offset of Europe/London.
//
// Encounters: class IMP is a stay in hospital, planned or not (the admission
// method is in hospitalization.extension; status in-progress and no end while
// the patient is in); EMER an emergency department; SS same-day emergency care;
// AMB, VR and HH with a SNOMED CT type a contact with the practice in surgery,
// by telephone or online, at home; AMB with the local type OP an outpatient
// appointment. The local types IP, ED, SDEC, OP and GP (system EncounterType)
// say the same. Diagnoses are ICD-10 in reasonCode, the primary one first, with
// a dot and without filler. A registration that ended has a period.end, the day
// on which it ended and the next began.
package fhirout

import (
	"path/filepath"

	"leftshift/engine/synth/stream"
	"leftshift/engine/synth/world"
)

// Systems that are this place's own.
const (
	// EncounterType has the codes IP, ED, SDEC, OP and GP.
	EncounterType = "https://fhir.syntheticshire.example/CodeSystem/encounter-type"
	// DepartmentType has the codes of EMERGENCY CARE DEPARTMENT TYPE.
	DepartmentType = "https://fhir.syntheticshire.example/CodeSystem/emergency-department-type"
	// BNF holds British National Formulary codes of medicines that come without
	// a dm+d code.
	BNF = "https://fhir.syntheticshire.example/CodeSystem/bnf"
)

const (
	patient = iota
	condition
	observation
	medicationRequest
	allergy
	immunisation
	procedure
	encounter
	serviceRequest
	carePlan
	flag
	document
	organisation
	kinds
)

var names = [kinds]string{"Patient", "Condition", "Observation", "MedicationRequest", "AllergyIntolerance", "Immunization", "Procedure", "Encounter",
	"ServiceRequest", "CarePlan", "Flag", "DocumentReference", "Organization"}

// partSize is the size of a part in bytes.
const partSize = 64 << 20

// Writer is the sink of place A.
type Writer struct {
	stream.Split // by the files of names

	w      *world.World
	hold   world.Day
	b      []byte
	summer []bool // by day from origin
	origin world.Day
	// subject is the reference to the person last written, ready to append.
	index   int
	subject []byte
}

// New writes into folder what is known by the day hold, and into later the rest.
// The organisations are written at once.
func New(w *world.World, folder, later string, hold world.Day) *Writer {
	x := &Writer{w: w, hold: hold, index: -1, origin: world.DayOf(1990, 1, 1)}
	for i := range names {
		x.Base = append(x.Base, stream.Parts(filepath.Clean(folder), names[i], ".ndjson", partSize))
		x.Later = append(x.Later, stream.Parts(filepath.Clean(later), names[i], ".ndjson", partSize))
	}
	for d := x.origin; d < w.Calendar.End()+400; d++ {
		x.summer = append(x.summer, d.Summer(12))
	}
	x.organisations()
	return x
}

// put ends the resource and writes it.
func (x *Writer) put(kind int, known world.Day, b []byte) {
	b = append(b, '}', '\n')
	x.Split.Write(kind, known > x.hold, b)
	x.b = b
}

const hex = "0123456789abcdef"

// AppendID writes a record number in the form of a UUID; the second half is
// made from the first.
func AppendID(b []byte, id uint64) []byte {
	low := id*0x9e3779b97f4a7c15 ^ id>>29
	for s := 60; s >= 0; s -= 4 {
		if s == 28 || s == 12 {
			b = append(b, '-')
		}
		b = append(b, hex[id>>s&15])
	}
	b = append(b, '-')
	for s := 60; s >= 0; s -= 4 {
		if s == 44 {
			b = append(b, '-')
		}
		b = append(b, hex[low>>s&15])
	}
	return b
}

// PersonID is the place's own number of a person.
func PersonID(seed uint64, index int) uint64 {
	return world.Mix(seed ^ world.Mix(uint64(index)^0x70a7_1e47_0000_0000))
}

// UpdatedAt is the minute of the day at which the record held a resource:
// after the day's work, and so early in the evening that it is the same civil
// day by every offset that London has had.
func UpdatedAt(id uint64) int { return 18*60 + int(id%230) }

// OrganisationID is the number of the nth organisation, from 1: the trusts,
// then the practices.
func OrganisationID(n uint64) uint64 { return world.Mix(n + 1<<40) }

// start begins a resource: type, id, meta.
func (x *Writer) start(kind int, id uint64, known world.Day) []byte {
	b := append(x.b[:0], `{"resourceType":"`...)
	b = append(b, names[kind]...)
	b = append(b, `","id":"`...)
	b = AppendID(b, id)
	b = append(b, `","meta":{"lastUpdated":"`...)
	b = x.appendTime(b, known, UpdatedAt(id))
	return append(b, `"}`...)
}

// appendTime appends a moment of the day, given in minutes, with its offset.
func (x *Writer) appendTime(b []byte, d world.Day, minute int) []byte {
	b = d.AppendDate(b)
	h, m := minute/60, minute%60
	b = append(b, 'T', byte('0'+h/10), byte('0'+h%10), ':', byte('0'+m/10), byte('0'+m%10), ':', '0', '0')
	summer := false
	if i := int(d - x.origin); i >= 0 && i < len(x.summer) {
		summer = x.summer[i]
		if h < 2 {
			summer = d.Summer(h) // the days on which the clocks change
		}
	} else {
		summer = d.Summer(h)
	}
	if summer {
		return append(b, "+01:00"...)
	}
	return append(b, "+00:00"...)
}

// who appends the subject (or, for some types, the patient).
func (x *Writer) who(b []byte, field string, p *world.Person) []byte {
	if p.Index != x.index {
		x.index = p.Index
		x.subject = append(x.subject[:0], `":{"reference":"Patient/`...)
		x.subject = append(AppendID(x.subject, PersonID(x.w.Seed, p.Index)), `"}`...)
	}
	b = append(append(b, `,"`...), field...)
	return append(b, x.subject...)
}

// coding appends "field":{"coding":[{...}]}.
func coding(b []byte, field, system string, c world.Code) []byte {
	b = append(append(b, `,"`...), field...)
	b = append(b, `":`...)
	return concept(b, system, c)
}

func concept(b []byte, system string, c world.Code) []byte {
	b = append(b, `{"coding":[`...)
	b = oneCoding(b, system, c)
	return append(b, `]}`...)
}

func oneCoding(b []byte, system string, c world.Code) []byte {
	b = append(append(b, `{"system":"`...), system...)
	b = append(append(b, `","code":"`...), c.Code...)
	if c.Term != "" {
		b = append(append(b, `","display":"`...), c.Term...)
	}
	return append(b, `"}`...)
}

func text(b []byte, field, value string) []byte {
	b = append(append(b, `,"`...), field...)
	b = append(append(b, `":"`...), value...)
	return append(b, '"')
}

func date(b []byte, field string, d world.Day) []byte {
	b = append(append(b, `,"`...), field...)
	b = append(b, `":"`...)
	return append(d.AppendDate(b), '"')
}

func (x *Writer) moment(b []byte, field string, d world.Day, minute int) []byte {
	b = append(append(b, `,"`...), field...)
	b = append(b, `":"`...)
	return append(x.appendTime(b, d, minute), '"')
}

// Systems.
const (
	snomed   = "http://snomed.info/sct"
	dmd      = "https://dmd.nhs.uk"
	icd10    = "http://hl7.org/fhir/sid/icd-10"
	ods      = "https://fhir.nhs.uk/Id/ods-organization-code"
	core     = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-"
	coreCode = "https://fhir.hl7.org.uk/CodeSystem/UKCore-"
	hl7      = "http://terminology.hl7.org/CodeSystem/"
	inError  = "entered-in-error"
)

func status(h *world.Header, otherwise string) string {
	if h.Withdrawn {
		return inError
	}
	return otherwise
}

func provider(b []byte, field, code string) []byte {
	b = append(append(b, `,"`...), field...)
	b = append(b, `":{"identifier":{"system":"`+ods+`","value":"`...)
	b = append(b, code...)
	return append(b, `"}}`...)
}
