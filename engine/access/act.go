package access

// Act is what is asked. The set is closed: Acts lists it.
type Act string

const (
	OpenHome       Act = "open_home"       // own start page, help, own rights
	OpenList       Act = "open_list"       // a team's list, pseudonymous
	OpenPerson     Act = "open_person"     // one person's reasons and timeline, pseudonymous
	RevealIdentity Act = "reveal_identity" // name and NHS number of one person or one list
	ExportList     Act = "export_list"     // a file of a list, with identities
	ActOnItem      Act = "act_on_item"     // state, owner, next date or note of a work item
	AddPerson      Act = "add_person"      // put a person on a team's list by hand
	ReferPerson    Act = "refer_person"    // a file with the draft of a referral of one person
	SetCapacity    Act = "set_capacity"    // how many people a team's next list shall hold
	ApproveList    Act = "approve_list"    // let a list go to its team
	Recall         Act = "recall"          // take a list back
	Count          Act = "count"           // counts of people, disclosure-controlled
	DefineCohort   Act = "define_cohort"   // save, change or share a cohort
	ExportCounts   Act = "export_counts"   // the same counts as a file
	SeeModel       Act = "see_model"       // model card and performance
	SeeQuality     Act = "see_quality"     // completeness and freshness of sources
	SeeRuns        Act = "see_runs"        // what ran, with which inputs
	SearchAudit    Act = "search_audit"    // who did what
	VerifyAudit    Act = "verify_audit"    // check the audit's chain
	AccessHistory  Act = "access_history"  // who has opened one person's record
	ReadScoresAPI  Act = "read_scores_api" // scores to another system
	ManageAccess   Act = "manage_access"   // sessions, API tokens, role mapping
	Administer     Act = "administer"      // schedule, sources, settings
	SeeDisclosures Act = "see_disclosures" // what left this system, by file
)

// Kind is what an act is about.
type Kind uint8

const (
	Nothing        Kind = 1 << iota // the act is about no one in particular
	OfPerson                        // one person
	OfList                          // a team's list
	OfOrganisation                  // an organisation
)

// trait is what holds of an act for every role.
type trait struct {
	act      Act
	kinds    Kind   // what it may be about
	snapshot bool   // reads the snapshot: the purpose must be the snapshot's
	persons  bool   // tells something about one person: direct care only, and never to an analyst
	say      string // the act in words, after "may"
}

// acts is every act there is, in order.
var acts = []trait{
	{OpenHome, Nothing, false, false, "open the start page"},
	{OpenList, OfList, true, true, "open a list"},
	{OpenPerson, OfPerson, true, true, "open a person's record"},
	{RevealIdentity, OfPerson | OfList, true, true, "see names and NHS numbers"},
	{ExportList, OfList, true, true, "export a list"},
	{ActOnItem, OfPerson, true, true, "change a work item"},
	{AddPerson, OfPerson, true, true, "add a person to a list"},
	{ReferPerson, OfPerson, true, true, "draft a referral of a person"},
	{SetCapacity, OfList, true, false, "set how long a list is"},
	{ApproveList, OfList, true, false, "approve a list"},
	{Recall, OfList, true, false, "recall a list"},
	{Count, Nothing, true, false, "count people"},
	{DefineCohort, Nothing, true, false, "define a cohort"},
	{ExportCounts, Nothing, true, false, "export counts"},
	{SeeModel, Nothing, true, false, "see how a model performs"},
	{SeeQuality, Nothing, true, false, "see data quality"},
	{SeeRuns, Nothing, false, false, "see what ran"},
	{SearchAudit, Nothing, false, false, "search the audit"},
	{VerifyAudit, Nothing, false, false, "verify the audit"},
	{AccessHistory, OfPerson, false, false, "see who opened a person's record"},
	{ReadScoresAPI, OfPerson | OfList | OfOrganisation, true, true, "read scores"},
	{ManageAccess, Nothing, false, false, "manage sessions and tokens"},
	{Administer, Nothing, false, false, "administer this installation"},
	{SeeDisclosures, Nothing, false, false, "see what left this system"},
}

// Acts lists every act, in the order of the table.
func Acts() []Act {
	out := make([]Act, len(acts))
	for i, t := range acts {
		out[i] = t.act
	}
	return out
}

var traits = func() map[Act]trait {
	m := make(map[Act]trait, len(acts))
	for _, t := range acts {
		m[t.act] = t
	}
	return m
}()

// Title is the act in words ("open a list"); the code itself for one that does
// not exist.
func (a Act) Title() string {
	if t, ok := traits[a]; ok {
		return t.say
	}
	return string(a)
}
