package world

// Header is what every record carries.
type Header struct {
	Person *Person
	Place  Place
	// ID is different for every record and the same for its later versions.
	ID uint64
	// Day is the day it happened, Known the day the record held it.
	Day, Known Day
	// Withdrawn: this version withdraws the record as entered in error.
	Withdrawn bool
	// Practice is the practice that keeps it, an index.
	Practice int
	// Spoilt: the NHS number on this row fails the check.
	Spoilt bool
}

// PatientVersion is a state of the person's registration in one place. Only what
// was known is in it.
type PatientVersion struct {
	Header
	Registrations []Registration // those in this place, in order
	// Fresh says which of them are new or changed in this version.
	Fresh    []bool
	CareHome bool
	Death    Day // Never unless known
}

// Problem is a coded fact in the practice's record: a condition, a fall, a
// frailty category.
type Problem struct {
	Header
	Code Code
	// Onset may lie years before Day; End is Never while it lasts.
	Onset, End Day
}

// Issue is one prescription issued.
type Issue struct {
	Header
	Medicine *Medicine
}

// Value is a measurement. Number is in units of 10^-Decimals of Unit; Missing
// says that it has none. A Value with an empty Unit is a coded statement.
type Value struct {
	Header
	Code     Code
	Number   int
	Decimals int
	Missing  bool
	Unit     Unit
}

// Unit is a unit as text and in UCUM; both empty when it was left out.
type Unit struct{ Text, UCUM string }

// Modes of contact with a practice.
const (
	Surgery = iota
	Telephone
	Home
	Online
)

// Outcomes of a contact or an appointment.
const (
	Attended = iota
	DidNotAttend
	Cancelled
)

// Contact is a consultation in the practice.
type Contact struct {
	Header
	Mode    int
	Role    string
	Outcome int
	Minute  int // of the day
}

// Spell is a hospital provider spell. Day is the admission.
type Spell struct {
	Header
	Provider string
	Number   uint64 // of the spell
	Method   string
	Source   string
	// Class is 1 ordinary, 2 day case.
	Class     byte
	SameDay   bool // same-day emergency care kept among admissions
	Open      bool // not discharged when this was written
	Discharge Day
	// DischargeMethod is 1 with consent, 4 died; Destination 19 usual place,
	// 51 another hospital, 79 not applicable (died), 54 care home.
	DischargeMethod string
	Destination     string
	Episodes        []Episode
	Procedure       Code // OPCS-4, empty without one
	Minute          int
}

// Episode is a consultant episode; ICD-10 codes have no dot and a filler X.
type Episode struct {
	Start, End Day
	Function   string // treatment function code
	Primary    string
	Secondary  []string
}

// Visit is an attendance at an emergency department or for same-day emergency
// care.
type Visit struct {
	Header
	Provider   string
	Department string // 01 to 05
	SameDay    bool
	Minute     int
	Minutes    int // how long it lasted
	ByAmbulance,
	Admitted bool
	Acuity               string
	Complaint, Diagnosis Code
}

// Appointment is an outpatient appointment.
type Appointment struct {
	Header
	Provider string
	First    bool
	Outcome  int
	Function string
}

// Note is a record that is a code and a day: an allergy, an immunisation, a
// procedure, a referral, a care plan, a flag or a document. Which one, the
// method of the Sink says.
type Note struct {
	Header
	Code Code
	// Urgent, for a referral; Ended, for an allergy that no longer holds.
	Urgent, Ended bool
	End           Day
	Provider      string // the author, when it is not the practice
}

// Sink takes the records of the people of one place, one person after another.
// What it is given is valid only during the call.
type Sink interface {
	Patient(*PatientVersion)
	Problem(*Problem)
	Medicine(*Issue)
	Value(*Value)
	Contact(*Contact)
	Spell(*Spell)
	Visit(*Visit)
	Outpatient(*Appointment)
	Allergy(*Note)
	Immunisation(*Note)
	Procedure(*Note)
	Referral(*Note)
	CarePlan(*Note)
	Flag(*Note)
	Document(*Note)
	Care(*Care)
	// Err is the first error of any call, nil when all is well.
	Err() error
}
