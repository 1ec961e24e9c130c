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

// SpellKind is the kind of an interval of care. Kinds stay below 32, so that a
// set of them is a bit mask.
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

	// Care that is no stay in a hospital bed and no hospital attendance. The
	// column attended says what each was: see the Outcome constants.
	NHS111       SpellKind = 11 // a call to 111 or its online service (integrated urgent care)
	Ambulance    SpellKind = 12 // an ambulance incident, conveyed or not
	Community    SpellKind = 13 // a referral to, or a contact with, a community health service
	MentalHealth SpellKind = 14 // a referral to, or a contact with, a mental health service
	SocialCare   SpellKind = 15 // a request, assessment, service or review of adult social care
	DrugAlcohol  SpellKind = 16 // treatment for the use of drugs or alcohol: an episode or a contact
)

var spellKindNames = [...]string{"", "emergency", "elective", "day_case", "maternity", "birth", "transfer", "sdec", "ed", "outpatient", "other",
	"nhs111", "ambulance", "community", "mental_health", "social_care", "drug_alcohol"}

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
	NHS111Call           EpisodeKind = 5
	AmbulanceIncident    EpisodeKind = 6
	CommunityCare        EpisodeKind = 7
	MentalHealthCare     EpisodeKind = 8
	SocialCareEvent      EpisodeKind = 9
	DrugAlcoholTreatment EpisodeKind = 10
)

// Outcomes are what the column attended of an episode or a spell holds, 0 when
// none is given. Each code means one thing, whatever the kind, and stays below
// 32. 2 to 7 are the NHS Data Dictionary's ATTENDED OR DID NOT ATTEND CODE, of
// an appointment or a contact; the others are this project's own.
const (
	OutcomeCancelledByPatient  uint8 = 2
	OutcomeDidNotAttend        uint8 = 3
	OutcomeCancelledByProvider uint8 = 4
	OutcomeSeen                uint8 = 5
	OutcomeSeenLate            uint8 = 6
	OutcomeLateNotSeen         uint8 = 7

	// An interval under the care of a community, mental health or drug and
	// alcohol service, from referral to discharge; its contacts are spells of
	// their own.
	OutcomeReferral uint8 = 8

	OutcomeConveyedToED      uint8 = 10 // ambulance: see and convey to an emergency department
	OutcomeConveyedElsewhere uint8 = 11 // ambulance: see and convey to somewhere else
	OutcomeNotConveyed       uint8 = 12 // ambulance: see and treat, or refer; not conveyed
	OutcomeHearAndTreat      uint8 = 13 // ambulance: closed by telephone, nobody was sent

	OutcomeAmbulanceSent uint8 = 14 // 111: an ambulance was sent
	OutcomeToED          uint8 = 15 // 111: told to go to an emergency department
	OutcomePrimaryCare   uint8 = 16 // 111: told to speak to or see primary care
	OutcomeOtherService  uint8 = 17 // 111: told to use another service (dentist, pharmacy, community)
	OutcomeSelfCare      uint8 = 18 // 111: told how to care for oneself, or to use no service

	OutcomeRequest    uint8 = 20 // social care: a request for support
	OutcomeAssessment uint8 = 21 // social care: an assessment of needs
	OutcomeService    uint8 = 22 // social care: a service provided (a package of care), open while end_day is null
	OutcomeReview     uint8 = 23 // social care: a review of the care and support plan
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

// StatusNames lists every status by number; index 0 is none.
func StatusNames() []string { return statusNames[:] }

var statusNames = [...]string{"none", "active", "ended", "completed", "did_not_attend", "cancelled", "planned"}

// Mode is the medium of a contact.
type Mode uint8

const (
	NoMode     Mode = 0
	FaceToFace Mode = 1
	Telephone  Mode = 2
	HomeVisit  Mode = 3
	Online     Mode = 4
)

// ModeNames lists every mode by number; index 0 is none.
func ModeNames() []string { return modeNames[:] }

var modeNames = [...]string{"none", "face_to_face", "telephone", "home_visit", "online"}

// RecordKind names a kind of curated row of table event, spell or document in
// one word: the event's kind ("medication"), "spell." or "document." and the
// kind.
func RecordKind(table string, kind uint8) string {
	switch table {
	case "event":
		return EventKind(kind).String()
	case "spell":
		return "spell." + SpellKind(kind).String()
	}
	return "document." + documentNames[kind]
}

var documentNames = [...]string{"", "document", "care_plan", "summary"}

// DocumentNames lists the categories of documents by number; index 0 is none.
func DocumentNames() []string { return documentNames[:] }
