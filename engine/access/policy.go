package access

import "slices"

// Policy is one row of the table: what a role needs for an act, and what it is
// shown. A pair of role and act without a row is refused.
type Policy struct {
	Role Role
	Act  Act
	// Related: a relationship on that day is needed, with the person, with the
	// list's team or with the organisation.
	Related bool
	// Reason: the principal must say why, and the audit keeps it.
	Reason  bool
	Display Display
	Columns Columns // about a person; 0 where the act shows none
}

// What a row needs, in words.
const (
	related  = true
	anywhere = false
	reason   = true
	noReason = false
)

// The columns of the narrower roles. Identity is shown by reveal_identity
// alone, and the rest by open_list and open_person.
const (
	pharmacyIdentity    = Identity
	pharmacyDetail      = ColumnReasons | ColumnGaps | ColumnAdjustments | ColumnNotes
	ambulanceIdentity   = ColumnName | ColumnNHSNumber | ColumnBirth
	ambulanceDetail     = ColumnRisk | ColumnReasons | ColumnAdjustments
	domiciliaryIdentity = ColumnName | ColumnPhone
	domiciliaryDetail   = ColumnGaps | ColumnAdjustments | ColumnNotes
	socialCareIdentity  = Identity
	socialCareDetail    = ColumnGaps | ColumnAdjustments | ColumnNotes
)

// table is the whole policy. Identities always need a relationship, also for a
// Caldicott Guardian, who reads the clinical detail of anyone under a pseudonym
// and with a reason.
var table = []Policy{
	{Coordinator, OpenHome, anywhere, noReason, DisplayNone, 0},
	{Coordinator, OpenList, related, noReason, DisplayCareTeam, working},
	{Coordinator, OpenPerson, related, noReason, DisplayCareTeam, working},
	{Coordinator, RevealIdentity, related, noReason, DisplayCareTeam, Identity},
	{Coordinator, ExportList, related, reason, DisplayCareTeam, Identity | ColumnRisk | ColumnReasons | ColumnGaps | ColumnAdjustments},
	{Coordinator, ActOnItem, related, noReason, DisplayCareTeam, ColumnNotes},
	{Coordinator, AddPerson, related, reason, DisplayCareTeam, ColumnNotes},
	{Coordinator, ReferPerson, related, reason, DisplayCareTeam, Identity},
	{Coordinator, SetCapacity, related, noReason, DisplayCounts, 0},
	{Coordinator, SeeModel, anywhere, noReason, DisplayCounts, 0},

	{ClinicalLead, OpenHome, anywhere, noReason, DisplayNone, 0},
	{ClinicalLead, OpenList, related, noReason, DisplayClinician, working},
	{ClinicalLead, OpenPerson, related, noReason, DisplayClinician, working},
	{ClinicalLead, RevealIdentity, related, noReason, DisplayClinician, Identity},
	{ClinicalLead, ExportList, related, reason, DisplayClinician, Identity | ColumnRisk | ColumnReasons | ColumnGaps | ColumnAdjustments},
	{ClinicalLead, ActOnItem, related, noReason, DisplayClinician, ColumnNotes},
	{ClinicalLead, AddPerson, related, reason, DisplayClinician, ColumnNotes},
	{ClinicalLead, ReferPerson, related, reason, DisplayClinician, Identity},
	{ClinicalLead, SetCapacity, related, noReason, DisplayCounts, 0},
	{ClinicalLead, ApproveList, related, noReason, DisplayCounts, 0},
	{ClinicalLead, Recall, related, reason, DisplayCounts, 0},
	{ClinicalLead, Count, anywhere, noReason, DisplayCounts, 0},
	{ClinicalLead, DefineCohort, anywhere, noReason, DisplayCounts, 0},
	{ClinicalLead, ExportCounts, anywhere, noReason, DisplayCounts, 0},
	{ClinicalLead, SeeModel, anywhere, noReason, DisplayCounts, 0},
	{ClinicalLead, SeeQuality, anywhere, noReason, DisplayCounts, 0},
	{ClinicalLead, SeeRuns, anywhere, noReason, DisplayCounts, 0},

	{Analyst, OpenHome, anywhere, noReason, DisplayNone, 0},
	{Analyst, Count, anywhere, noReason, DisplayCounts, 0},
	{Analyst, DefineCohort, anywhere, noReason, DisplayCounts, 0},
	{Analyst, ExportCounts, anywhere, noReason, DisplayCounts, 0},
	{Analyst, SeeModel, anywhere, noReason, DisplayCounts, 0},
	{Analyst, SeeQuality, anywhere, noReason, DisplayCounts, 0},
	{Analyst, SeeRuns, anywhere, noReason, DisplayCounts, 0},

	{IGLead, OpenHome, anywhere, noReason, DisplayNone, 0},
	{IGLead, OpenList, anywhere, reason, DisplayClinician, Clinical},
	{IGLead, OpenPerson, anywhere, reason, DisplayClinician, Clinical},
	{IGLead, RevealIdentity, related, reason, DisplayClinician, Identity},
	{IGLead, Recall, anywhere, reason, DisplayCounts, 0},
	{IGLead, Count, anywhere, noReason, DisplayCounts, 0},
	{IGLead, SeeModel, anywhere, noReason, DisplayCounts, 0},
	{IGLead, SeeQuality, anywhere, noReason, DisplayCounts, 0},
	{IGLead, SeeRuns, anywhere, noReason, DisplayCounts, 0},
	{IGLead, SearchAudit, anywhere, noReason, DisplayNone, 0},
	{IGLead, VerifyAudit, anywhere, noReason, DisplayNone, 0},
	{IGLead, AccessHistory, anywhere, reason, DisplayNone, 0},
	{IGLead, SeeDisclosures, anywhere, noReason, DisplayNone, 0},

	{PrivacyOfficer, OpenHome, anywhere, noReason, DisplayNone, 0},
	{PrivacyOfficer, SearchAudit, anywhere, noReason, DisplayNone, 0},
	{PrivacyOfficer, VerifyAudit, anywhere, noReason, DisplayNone, 0},
	{PrivacyOfficer, AccessHistory, anywhere, reason, DisplayNone, 0},
	{PrivacyOfficer, SeeDisclosures, anywhere, noReason, DisplayNone, 0},

	{Administrator, OpenHome, anywhere, noReason, DisplayNone, 0},
	{Administrator, SeeModel, anywhere, noReason, DisplayCounts, 0},
	{Administrator, SeeQuality, anywhere, noReason, DisplayCounts, 0},
	{Administrator, SeeRuns, anywhere, noReason, DisplayCounts, 0},
	{Administrator, ManageAccess, anywhere, noReason, DisplayNone, 0},
	{Administrator, Administer, anywhere, noReason, DisplayNone, 0},

	{Service, ReadScoresAPI, related, noReason, DisplayCareTeam, ColumnNHSNumber | ColumnRisk | ColumnReasons},
	{Service, SeeRuns, anywhere, noReason, DisplayCounts, 0},

	{Pharmacy, OpenHome, anywhere, noReason, DisplayNone, 0},
	{Pharmacy, OpenList, related, noReason, DisplayCareTeam, pharmacyDetail},
	{Pharmacy, OpenPerson, related, noReason, DisplayCareTeam, pharmacyDetail},
	{Pharmacy, RevealIdentity, related, noReason, DisplayCareTeam, pharmacyIdentity},
	{Pharmacy, ActOnItem, related, noReason, DisplayCareTeam, ColumnNotes},

	{Ambulance, OpenHome, anywhere, noReason, DisplayNone, 0},
	{Ambulance, OpenList, related, noReason, DisplayCareTeam, ambulanceDetail},
	{Ambulance, OpenPerson, related, noReason, DisplayCareTeam, ambulanceDetail},
	{Ambulance, RevealIdentity, related, noReason, DisplayCareTeam, ambulanceIdentity},

	{Domiciliary, OpenHome, anywhere, noReason, DisplayNone, 0},
	{Domiciliary, OpenList, related, noReason, DisplayCareTeam, domiciliaryDetail},
	{Domiciliary, OpenPerson, related, noReason, DisplayCareTeam, domiciliaryDetail},
	{Domiciliary, RevealIdentity, related, noReason, DisplayCareTeam, domiciliaryIdentity},
	{Domiciliary, ActOnItem, related, noReason, DisplayCareTeam, ColumnNotes},

	{SocialCare, OpenHome, anywhere, noReason, DisplayNone, 0},
	{SocialCare, OpenList, related, noReason, DisplayCareTeam, socialCareDetail},
	{SocialCare, OpenPerson, related, noReason, DisplayCareTeam, socialCareDetail},
	{SocialCare, RevealIdentity, related, noReason, DisplayCareTeam, socialCareIdentity},
	{SocialCare, ActOnItem, related, noReason, DisplayCareTeam, ColumnNotes},
}

// Table gives the whole policy, by role and then by act: what a reference page
// prints.
func Table() []Policy { return slices.Clone(table) }

type pair struct {
	role Role
	act  Act
}

var rows = func() map[pair]Policy {
	m := make(map[pair]Policy, len(table))
	for _, p := range table {
		m[pair{p.Role, p.Act}] = p
	}
	return m
}()
