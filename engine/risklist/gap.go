package risklist

import "leftshift/engine"

// Gap is one thing that could be changed for a person: a column of its own
// beside the risk. It never alters a probability.
type Gap struct {
	Code     GapCode
	Since    engine.Day // open since; engine.NoDay: not known
	Evidence string     // a sentence about this person, as it may be read
	Class    Class      // who may read it; at least as narrow as that of Code
}

// Class says who may read a gap.
type Class uint8

const (
	CareTeam   Class = 0 // anyone on the care team
	Clinicians Class = 1 // clinicians only; others are not told that it is there
)

func (c Class) String() string { return [...]string{"care_team", "clinicians"}[c] }

// GapCode names a kind of gap.
type GapCode uint8

const (
	NoGapCode            GapCode = iota
	ReviewOverdue                // a yearly review of a long-term condition is overdue
	PolypharmacyNoReview         // many medicines, and no review of them
	PalliativeNoPlan             // on the palliative register without a care plan
	VaccinationMissed            // due for a vaccine and not given it
	CarerUnsupported             // a carer without an assessment or support
	ValuesUncontrolled           // the last values are outside their target
	gapCodes
)

var gapNames = [gapCodes]string{"", "review_overdue", "polypharmacy_no_review", "palliative_no_plan", "vaccination_missed", "carer_unsupported", "values_uncontrolled"}

var gapSentences = [gapCodes]string{"", "a yearly review is overdue", "takes many medicines, and they have not been reviewed", "is on the palliative register and has no care plan", "is due for a vaccination that is not recorded", "is a carer, and no assessment or support is recorded", "last measured values are outside their target"}

func (g GapCode) String() string { return gapNames[g] }

// Sentence finishes "the person ..." or stands alone.
func (g GapCode) Sentence() string { return gapSentences[g] }

// Class is the widest that may read a gap of this code.
func (g GapCode) Class() Class {
	if g == PalliativeNoPlan {
		return Clinicians
	}
	return CareTeam
}

func (g GapCode) known() bool { return g > NoGapCode && g < gapCodes }

// Gaps lists every code in order.
func Gaps() []GapCode {
	var out []GapCode
	for g := NoGapCode + 1; g < gapCodes; g++ {
		out = append(out, g)
	}
	return out
}

// ParseGaps makes codes of names such as "review_overdue".
func ParseGaps(names []string) ([]GapCode, error) {
	var out []GapCode
next:
	for k, n := range names {
		for _, g := range Gaps() {
			if g.String() == n {
				out = append(out, g)
				continue next
			}
		}
		return nil, fault("risklist-gap", "gap %d is not one of those that lists know; give names such as review_overdue or vaccination_missed", k+1)
	}
	return out, nil
}

// Readable are the gaps that a reader of a class may be told of: clinicians all,
// the care team those that neither code nor gap keeps from it.
func Readable(gaps []Gap, reader Class) []Gap {
	var out []Gap
	for _, g := range gaps {
		if max(g.Class, g.Code.Class()) <= reader {
			out = append(out, g)
		}
	}
	return out
}
