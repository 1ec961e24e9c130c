package access

import (
	"slices"

	"leftshift/engine"
)

// Decision is an answer, for the page and for the audit alike.
type Decision struct {
	Allowed  bool
	Code     string // Allowed: "allowed"; else the rule that refuses, stable
	Sentence string // "" when allowed; else what is missing and what to do
	Display  Display
	Columns  Columns
}

// The codes of refusals. Every one before CodeNoPerson is found without looking
// at the person.
const (
	CodeAllowed        = "allowed"
	CodeNotSignedIn    = "not-signed-in"
	CodeRoleUnknown    = "role-unknown"
	CodeActUnknown     = "act-unknown"
	CodeAnalyst        = "analyst-sees-nobody"
	CodeRole           = "role-refused"
	CodePurposeMissing = "purpose-missing"
	CodePurposeRole    = "purpose-not-of-role"
	CodePurposeCrossed = "purpose-crossed"
	CodeDirectCare     = "purpose-not-direct-care"
	CodeReason         = "reason-missing"
	CodeSubject        = "subject-refused"
	CodeNoPerson       = "no-person"
	CodeTeam           = "team-refused"
	CodeOrganisation   = "organisation-refused"
)

// ErrNoPerson is the one answer for a person whom the principal may not see and
// for one who does not exist: outside the caseload, left, died, restricted, or
// nobody.
var ErrNoPerson error = &engine.Fault{Code: CodeNoPerson, Say: "there is nobody here whom you may see: a person is shown only to those who have a legitimate relationship with them today, through the person's practice, network or team; if you care for them, ask your team's lead to check the registration"}

// Err is nil when allowed, ErrNoPerson itself for a person who is not shown,
// and an *engine.Fault with the code and the sentence otherwise.
func (d Decision) Err() error {
	switch {
	case d.Allowed:
		return nil
	case d.Code == CodeNoPerson:
		return ErrNoPerson
	}
	return &engine.Fault{Code: d.Code, Say: d.Sentence}
}

// Decide answers whether a principal may do an act to a subject. What is not
// granted is refused.
func Decide(p Principal, a Act, s Subject) Decision {
	t, known := traits[a]
	_, role := rolePurposes[p.Role]
	row, granted := rows[pair{p.Role, a}]
	who := p.Role.Title()
	switch {
	case blank(p.User) || blank(p.Organisation):
		return refuse(CodeNotSignedIn, "nobody is signed in for an organisation: sign in")
	case !role:
		return refuse(CodeRoleUnknown, "the role of this session is none of this system's: sign in again, and choose a role")
	case !known:
		return refuse(CodeActUnknown, "what was asked for has no rule, and is refused: report it to whoever runs this installation")
	case p.Role == Analyst && t.persons:
		// Whatever the table says.
		return refuse(CodeAnalyst, "an analyst never sees a person or their identity; counts are under Cohorts")
	case !granted:
		return refuse(CodeRole, "the role "+who+" may not "+t.say+": sign in with a role that may, or ask the information governance lead")
	case blank(string(p.Purpose)):
		return refuse(CodePurposeMissing, "no purpose is declared for this session: sign in again")
	case !slices.Contains(rolePurposes[p.Role], p.Purpose):
		return refuse(CodePurposeRole, "the role "+who+" does not act for the purpose "+string(p.Purpose)+": declare one of the role's own")
	case t.snapshot && s.Purpose != p.Purpose:
		return refuse(CodePurposeCrossed, "this data was prepared for another purpose than yours ("+string(p.Purpose)+"), and is not read across: use an installation whose data serves your purpose")
	case t.persons && p.Purpose != CaseFinding:
		return refuse(CodeDirectCare, "people are shown for direct care only: your purpose is "+string(p.Purpose))
	case row.Reason && blank(s.Reason):
		return refuse(CodeReason, "say why you want to "+t.say+": the reason is kept in the audit")
	case s.Kind&t.kinds == 0 || s.Kind&(s.Kind-1) != 0:
		return refuse(CodeSubject, "the question is about the wrong kind of thing for this act: report it to whoever runs this installation")
	}
	switch s.Kind {
	case OfPerson:
		with, seen := s.Person.with(p), s.Person.visible()
		// The history of who looked is told of anyone: also of those who have
		// gone, since they may ask for it.
		if t.persons && (row.Related && !with || !seen) {
			return refuse(CodeNoPerson, ErrNoPerson.(*engine.Fault).Say)
		}
	case OfList:
		if blank(s.Code) || row.Related && !holds(p.Teams, s.Code) {
			return refuse(CodeTeam, "this list is of a team that you are not in: ask that team's lead, or whoever manages access, to add you")
		}
	case OfOrganisation:
		if blank(s.Code) || row.Related && s.Code != p.Organisation && !holds(p.Practices, s.Code) && !holds(p.PCNs, s.Code) {
			return refuse(CodeOrganisation, "this is of an organisation that you do not act for: ask whoever manages access")
		}
	}
	return Decision{Allowed: true, Code: CodeAllowed, Display: row.Display, Columns: row.Columns}
}

func refuse(code, say string) Decision { return Decision{Code: code, Sentence: say} }
