package engine

// EventKind is the kind of a dated coded fact.
type EventKind uint8

const (
	Problem      EventKind = 1  // a condition on a problem list or encounter
	Observation  EventKind = 2  // a measurement or finding
	Medication   EventKind = 3  // an issue or a course of a medicine
	Allergy      EventKind = 4  // an allergy or intolerance
	Immunisation EventKind = 5  // a vaccine given
	Procedure    EventKind = 6  // a procedure done
	Referral     EventKind = 7  // a referral made
	Contact      EventKind = 8  // a consultation that is no hospital spell
	Diagnosis    EventKind = 9  // a diagnosis coded in a spell or attendance
	Flag         EventKind = 10 // an alert on the record
)

var eventKindNames = [...]string{"", "problem", "observation", "medication", "allergy", "immunisation", "procedure", "referral", "contact", "diagnosis", "flag"}

func (k EventKind) String() string { return eventKindNames[k] }

// EventKinds lists every kind by number; index 0 is none.
func EventKinds() []string { return eventKindNames[:] }

// SpellKind is the kind of an interval of care.
type SpellKind uint8

const (
	Emergency  SpellKind = 1 // ordinary admission by method 21-25, 28, 2A, 2B, 2D
	Elective   SpellKind = 2 // ordinary or regular admission by method 11-13
	DayCase    SpellKind = 3 // elective, patient classification 2
	Maternity  SpellKind = 4 // method 31, 32, or a mother's delivery episode
	Birth      SpellKind = 5 // method 82, 83, 2C: never an admission of risk
	Transfer   SpellKind = 6 // method 81: planned transfer that continues no known spell
	SDEC       SpellKind = 7 // same-day emergency care, from either data set
	ED         SpellKind = 8 // emergency department attendance
	Outpatient SpellKind = 9
	OtherSpell SpellKind = 10 // inpatient with method 98, 99 or absent
)

var spellKindNames = [...]string{"", "emergency", "elective", "day_case", "maternity", "birth", "transfer", "sdec", "ed", "outpatient", "other"}

func (k SpellKind) String() string { return spellKindNames[k] }

// SpellKinds lists every kind by number; index 0 is none.
func SpellKinds() []string { return spellKindNames[:] }

// EpisodeKind says which flow an episode of care came by, before it is
// classified into a spell.
type EpisodeKind uint8

const (
	AdmittedEpisode      EpisodeKind = 1
	EDAttendance         EpisodeKind = 2
	SDECAttendance       EpisodeKind = 3
	OutpatientAttendance EpisodeKind = 4
)

// Sex as the NHS Data Dictionary's PERSON STATED GENDER CODE has it.
type Sex uint8

const (
	SexUnknown       Sex = 0
	Male             Sex = 1
	Female           Sex = 2
	SexIndeterminate Sex = 9
)

// Status of an event, where its source has one.
type Status uint8

const (
	NoStatus     Status = 0
	Active       Status = 1
	Ended        Status = 2 // resolved, inactive, stopped
	Completed    Status = 3 // attended, given, done
	DidNotAttend Status = 4
	Cancelled    Status = 5
	Planned      Status = 6 // intended, authorised; not a thing done
)

// Mode is the medium of a contact.
type Mode uint8

const (
	NoMode     Mode = 0
	FaceToFace Mode = 1
	Telephone  Mode = 2
	HomeVisit  Mode = 3
	Online     Mode = 4
)
