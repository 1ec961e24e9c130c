// Package access decides who may do what. It is pure: no clock, no file, no
// network. One declared table (Table) says for each role and act what is
// needed and what is shown; Decide reads it. An act that the table does not
// grant to a role is refused: nothing is allowed by default.
//
// A decision is made on the role, the organisation and the relationship with
// the person on that day, and on the purpose, never on a list of names. The
// relationship itself is found elsewhere, from the current snapshot and the
// worklist, and given here as facts.
package access

import (
	"slices"
	"strings"
)

// Role is what a principal acts as. A principal has one at a time.
type Role string

const (
	Coordinator    Role = "coordinator"     // works a team's list; not clinically trained
	ClinicalLead   Role = "clinical_lead"   // clinician who answers for a team's list
	Analyst        Role = "analyst"         // counts and models; never a person
	IGLead         Role = "ig_lead"         // information governance lead or Caldicott Guardian
	PrivacyOfficer Role = "privacy_officer" // reads the audit, no clinical detail
	Administrator  Role = "administrator"   // keeps the installation running; sees nobody
	Service        Role = "service"         // another system, by API token
	Pharmacy       Role = "pharmacy"        // the four narrower roles: list and person,
	Ambulance      Role = "ambulance"       // with fewer columns each
	Domiciliary    Role = "domiciliary"
	SocialCare     Role = "social_care"
)

// Roles lists every role, in the order of the table.
func Roles() []Role {
	return []Role{Coordinator, ClinicalLead, Analyst, IGLead, PrivacyOfficer, Administrator, Service, Pharmacy, Ambulance, Domiciliary, SocialCare}
}

var roleTitles = map[Role]string{
	Coordinator: "care coordinator", ClinicalLead: "clinical lead", Analyst: "analyst", IGLead: "information governance lead or Caldicott Guardian",
	PrivacyOfficer: "privacy officer", Administrator: "administrator", Service: "connected system",
	Pharmacy: "pharmacy team", Ambulance: "ambulance crew", Domiciliary: "home care", SocialCare: "social care",
}

// Title is the role in words; the code itself for one that does not exist.
func (r Role) Title() string {
	if t, ok := roleTitles[r]; ok {
		return t
	}
	return string(r)
}

// Purpose is what the data is used for. A snapshot serves one purpose, and is
// not read for another.
type Purpose string

const (
	CaseFinding      Purpose = "case-finding" // finding people for their direct care
	Planning         Purpose = "planning"
	Evaluation       Purpose = "evaluation"
	ModelDevelopment Purpose = "model-development"
	Oversight        Purpose = "audit" // of this system's use; reads no snapshot
)

// rolePurposes declares for which purposes each role may act. An analyst acts
// for case finding too: how long a list is and how well it finds people is
// decided on counts, before anyone is on it.
var rolePurposes = map[Role][]Purpose{
	Coordinator:    {CaseFinding},
	ClinicalLead:   {CaseFinding, Planning, Evaluation},
	Analyst:        {CaseFinding, Planning, Evaluation, ModelDevelopment},
	IGLead:         {CaseFinding, Planning, Evaluation, ModelDevelopment, Oversight},
	PrivacyOfficer: {Oversight},
	Administrator:  {CaseFinding, Planning, Evaluation, ModelDevelopment, Oversight},
	Service:        {CaseFinding},
	Pharmacy:       {CaseFinding},
	Ambulance:      {CaseFinding},
	Domiciliary:    {CaseFinding},
	SocialCare:     {CaseFinding},
}

// Purposes gives the purposes of a role, the usual one first; none for a role
// that does not exist.
func (r Role) Purposes() []Purpose { return slices.Clone(rolePurposes[r]) }

// PurposeAt is the purpose for which a role acts at a site whose data has a
// purpose: the site's where the role has it, else the role's usual one. Empty
// for a role that does not exist.
func PurposeAt(r Role, site Purpose) Purpose {
	have := rolePurposes[r]
	if slices.Contains(have, site) || len(have) == 0 {
		if len(have) == 0 {
			return ""
		}
		return site
	}
	return have[0]
}

// Principal is who acts. Only sign-in, the check of an API token and the
// command line make one; the audit holds its fields as they are.
type Principal struct {
	User         string // stable key from the identity provider, never an e-mail address
	Name         string // of the member of staff, for the page and the audit
	RoleProfile  string // the provider's identifier of the chosen role profile, or ""
	Role         Role
	Organisation string   // ODS code
	Authoriser   string   // who vouched for the user: the issuer, or who made the token
	Practices    []string // ODS codes whose registered people are in this principal's care
	PCNs         []string // ODS codes of primary care networks, likewise
	Teams        []string // teams whose lists and work items are this principal's
	Purpose      Purpose
	Session      string // reference for the audit, not the secret
	Device       string // device or system
}

// blank says whether a text says nothing.
func blank(s string) bool { return strings.TrimSpace(s) == "" }
