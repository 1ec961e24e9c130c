package worklist

// Reason says why a reviewer took a person off.
type Reason string

const (
	Died              Reason = "died"
	MovedAway         Reason = "moved_away"
	OnCaseload        Reason = "on_caseload"
	Palliative        Reason = "palliative"
	CareHome          Reason = "care_home"
	PatientsWish      Reason = "patients_wish"
	ClinicalJudgement Reason = "clinical_judgement"
	WrongPerson       Reason = "wrong_person"
	OtherReason       Reason = "other" // with a note
)

// Worry says why somebody added a person by hand.
type Worry string

const (
	Receptionist Worry = "receptionist"
	Fall         Worry = "fall"
	Equipment    Worry = "equipment"
	Family       Worry = "family"
	OtherWorry   Worry = "other" // with a note
)

// Word is one term of a vocabulary, for forms and documents.
type Word struct{ Code, Say string }

// Reasons are the reasons for NotSuitable, in order.
func Reasons() []Word {
	return []Word{
		{string(Died), "has died"},
		{string(MovedAway), "has moved away"},
		{string(OnCaseload), "is already on a caseload"},
		{string(Palliative), "is under palliative care"},
		{string(CareHome), "lives in a care home"},
		{string(PatientsWish), "does not wish it"},
		{string(ClinicalJudgement), "is not suitable in a clinician's judgement"},
		{string(WrongPerson), "is the wrong person, or the record is wrong"},
		{string(OtherReason), "another reason, given as a note"},
	}
}

// Worries are the reasons for adding a person by hand, in order.
func Worries() []Word {
	return []Word{
		{string(Receptionist), "a receptionist or other staff are worried"},
		{string(Fall), "had a fall"},
		{string(Equipment), "asked for equipment"},
		{string(Family), "family or carers are worried"},
		{string(OtherWorry), "another worry, given as a note"},
	}
}

func among(words []Word, code string) bool {
	for _, w := range words {
		if w.Code == code {
			return true
		}
	}
	return false
}
