//go:build duckdb_arrow

package night

import (
	"fmt"
	"strings"

	"leftshift/engine"
	"leftshift/engine/risklist"
	"leftshift/engine/schema"
	"leftshift/features/codelist"
)

// spellRow says an interval of care; false for one that a timeline leaves out:
// what was cancelled or not attended, and outpatient appointments.
func spellRow(x happened) (schema.TimelineRow, bool) {
	row := func(kind, title string) (schema.TimelineRow, bool) {
		return schema.TimelineRow{Kind: kind, Title: title, Class: risklist.CareTeam.String()}, title != ""
	}
	private := func(kind, title string) (schema.TimelineRow, bool) {
		return schema.TimelineRow{Kind: kind, Title: title, Class: risklist.Clinicians.String()}, title != ""
	}
	switch engine.SpellKind(x.Kind) {
	case engine.Emergency:
		return row("admission", "Emergency admission to hospital"+nights(x))
	case engine.Elective, engine.Transfer:
		return row("admission", "Planned admission to hospital"+nights(x))
	case engine.DayCase:
		return row("admission", "Day case in hospital")
	case engine.OtherSpell:
		return row("admission", "Admission to hospital"+nights(x))
	case engine.Maternity:
		return private("admission", "Maternity admission"+nights(x))
	case engine.SDEC:
		return row("emergency_department", "Same-day emergency care")
	case engine.ED:
		return row("emergency_department", "Emergency department attendance")
	case engine.NHS111:
		return row("nhs_111", "Called NHS 111"+map[uint8]string{engine.OutcomeAmbulanceSent: ": an ambulance was sent", engine.OutcomeToED: ": told to go to an emergency department",
			engine.OutcomePrimaryCare: ": told to see primary care", engine.OutcomeOtherService: ": told to use another service", engine.OutcomeSelfCare: ": told how to care for themselves"}[x.Attended])
	case engine.Ambulance:
		return row("ambulance", "Ambulance call"+map[uint8]string{engine.OutcomeConveyedToED: ": taken to an emergency department", engine.OutcomeConveyedElsewhere: ": taken elsewhere",
			engine.OutcomeNotConveyed: ": seen and not taken to hospital", engine.OutcomeHearAndTreat: ": closed by telephone"}[x.Attended])
	case engine.Community:
		return row("community", contacts(x.Attended, "community health services"))
	case engine.SocialCare:
		return row("social_care", map[uint8]string{engine.OutcomeRequest: "Social care was asked for", engine.OutcomeAssessment: "Needs assessed by social care",
			engine.OutcomeService: "Social care began", engine.OutcomeReview: "Social care reviewed"}[x.Attended])
	case engine.MentalHealth:
		return private("mental_health", contacts(x.Attended, "mental health services"))
	case engine.DrugAlcohol:
		return private("drug_alcohol", contacts(x.Attended, "drug and alcohol services"))
	}
	return schema.TimelineRow{}, false
}

func contacts(attended uint8, of string) string {
	switch attended {
	case engine.OutcomeSeen, engine.OutcomeSeenLate:
		return "Seen by " + of
	case engine.OutcomeReferral:
		return "Came under the care of " + of
	}
	return ""
}

func nights(x happened) string {
	switch n := int(x.End) - int(x.Day); {
	case x.End == engine.NoDay:
		return ", not known to have ended"
	case n <= 0:
		return ", no night"
	default:
		return ", " + engine.Plural(n, "night")
	}
}

// problemRow says a new problem in the words of the record or of a code list. It
// is for the care team only where a list that is of no sensitive topic has its
// code: what nobody has looked at may be sensitive.
func (n *Night) problemRow(x happened) (schema.TimelineRow, bool) {
	for _, name := range fallLists { // told as a fall
		if l := n.Codelists.List(name); l != nil && n.tells(l) && l.System == x.System.String() && l.Has(x.Text) {
			return schema.TimelineRow{}, false
		}
	}
	title, class := n.titled(x)
	if title == "" {
		return schema.TimelineRow{Kind: "problem", Title: "New problem: no words are recorded for it", Class: risklist.Clinicians.String()}, true
	}
	return schema.TimelineRow{Kind: "problem", Title: "New problem: " + title, Class: class.String()}, true
}

// documentRow says a document or plan; a type that may be sensitive is told to
// clinicians.
func (n *Night) documentRow(x happened) (schema.TimelineRow, bool) {
	kind, noun := "document", "Document"
	if x.Kind == 2 {
		kind, noun = "care_plan", "Care plan"
	}
	title, class := n.titled(x)
	if open := openDocuments[x.Text]; x.System == engine.SNOMED && open != "" {
		title, class = open, risklist.CareTeam
	}
	if title == "" || title == noun {
		return schema.TimelineRow{Kind: kind, Title: noun + " made", Class: risklist.CareTeam.String()}, true
	}
	return schema.TimelineRow{Kind: kind, Title: noun + ": " + title, Class: class.String()}, true
}

// openDocuments are types of document, in no code list, whose name tells nothing
// of what is in it.
var openDocuments = map[string]string{
	"373942005": "Discharge summary",
	"734163000": "Care plan",
}

// titled gives the words of a code and who may read them.
func (n *Night) titled(x happened) (string, risklist.Class) {
	title, class := strings.TrimSpace(x.Display), risklist.Clinicians
	system := x.System.String()
	for _, l := range n.Codelists.Lists {
		if l.System != system || !l.Has(x.Text) {
			continue
		}
		class = risklist.CareTeam
		if title == "" {
			title = l.Terms[x.Text]
		}
	}
	if len(n.Codelists.TopicsOf(system, x.Text)) > 0 {
		class = risklist.Clinicians
	}
	return title, class
}

// inLists is the condition that the code of a row t of listed_event is in one of some code lists; "" for
// none that may be told from.
func (n *Night) inLists(names ...string) string {
	out := ""
	for _, name := range names {
		l := n.Codelists.List(name)
		if l == nil || !n.tells(l) {
			continue
		}
		var codes []string
		for _, c := range l.Codes {
			codes = append(codes, "'"+strings.ReplaceAll(c, "'", "''")+"'")
		}
		match := "t.text IN (" + strings.Join(codes, ", ") + ")"
		if l.Match != codelist.Exact {
			var parts []string
			for _, c := range codes {
				parts = append(parts, "starts_with(t.text, "+c+")")
			}
			match = "(" + strings.Join(parts, " OR ") + ")"
		}
		if out != "" {
			out += " OR "
		}
		out += fmt.Sprintf("t.system = %d AND %s", engine.ParseSystem(l.System), match)
	}
	return out
}

// tells says whether anything may be told from a code list: where people are
// real, an approval must cover it.
func (n *Night) tells(l *codelist.List) bool {
	return n.Config.Site.Synthetic || n.Codelists.Approved(l.Name, n.Today.String())
}
