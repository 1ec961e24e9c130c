package access

import (
	"strings"
	"testing"
)

// What each role may do, written without looking at the table: a line for each
// act, with the roles that may. A role's mark says what it needs besides: r a
// relationship, w a reason.
const expected = `
open_home        coordinator clinical_lead analyst ig_lead privacy_officer administrator pharmacy ambulance domiciliary social_care
open_list        coordinator:r clinical_lead:r ig_lead:w pharmacy:r ambulance:r domiciliary:r social_care:r
open_person      coordinator:r clinical_lead:r ig_lead:w pharmacy:r ambulance:r domiciliary:r social_care:r
reveal_identity  coordinator:r clinical_lead:r ig_lead:rw pharmacy:r ambulance:r domiciliary:r social_care:r
export_list      coordinator:rw clinical_lead:rw
act_on_item      coordinator:r clinical_lead:r pharmacy:r domiciliary:r social_care:r
add_person       coordinator:rw clinical_lead:rw
refer_person     coordinator:rw clinical_lead:rw
set_capacity     coordinator:r clinical_lead:r
approve_list     clinical_lead:r
recall           clinical_lead:rw ig_lead:w
count            clinical_lead analyst ig_lead
define_cohort    clinical_lead analyst
export_counts    clinical_lead analyst
see_model        coordinator clinical_lead analyst ig_lead administrator
see_quality      clinical_lead analyst ig_lead administrator
see_runs         clinical_lead analyst ig_lead administrator service
search_audit     ig_lead privacy_officer
verify_audit     ig_lead privacy_officer
access_history   ig_lead:w privacy_officer:w
read_scores_api  service:r
manage_access    administrator
administer       administrator
see_disclosures  ig_lead privacy_officer
`

// Acts that read the snapshot, those about one person or list of persons, and
// what each is about.
const (
	readSnapshot = "open_list open_person reveal_identity export_list act_on_item add_person refer_person set_capacity approve_list recall count define_cohort export_counts see_model see_quality read_scores_api"
	aboutPeople  = "open_list open_person reveal_identity export_list act_on_item add_person refer_person read_scores_api"
	ofPersons    = "open_person reveal_identity act_on_item add_person refer_person access_history read_scores_api"
	ofLists      = "open_list reveal_identity export_list set_capacity approve_list recall read_scores_api"
	ofOrgs       = "read_scores_api"
)

var expectedPurposes = map[string]string{
	"coordinator": "case-finding", "clinical_lead": "case-finding planning evaluation", "analyst": "case-finding planning evaluation model-development",
	"ig_lead": "case-finding planning evaluation model-development audit", "privacy_officer": "audit", "administrator": "case-finding planning evaluation model-development audit",
	"service": "case-finding", "pharmacy": "case-finding", "ambulance": "case-finding", "domiciliary": "case-finding", "social_care": "case-finding",
}

func word(list, w string) bool {
	for _, x := range strings.Fields(list) {
		if x == w {
			return true
		}
	}
	return false
}

// needs reads the expectation: allowed at all, relationship, reason.
func needs(t *testing.T, act, role string) (may, related, reason bool) {
	t.Helper()
	for _, line := range strings.Split(strings.TrimSpace(expected), "\n") {
		f := strings.Fields(line)
		if f[0] != act {
			continue
		}
		for _, r := range f[1:] {
			name, mark, _ := strings.Cut(r, ":")
			if name == role {
				return true, strings.Contains(mark, "r"), strings.Contains(mark, "w")
			}
		}
		return false, false, false
	}
	t.Fatalf("no expectation for the act %s: decide who may do it, and write it here", act)
	return
}

const (
	mine, myNetwork, myTeam = "A81001", "U00001", "north"
	org                     = "QK1"
)

func principal(role, purpose string) Principal {
	return Principal{User: "u1", Organisation: org, Role: Role(role), Purpose: Purpose(purpose), Practices: []string{mine, ""}, PCNs: []string{myNetwork}, Teams: []string{myTeam, ""}}
}

// subjects is every relationship, list and organisation, with what it should
// come to: related (a relationship today), shown (may be shown to somebody who
// needs no relationship).
type asked struct {
	name           string
	subject        Subject
	related, shown bool
}

func subjects(purpose Purpose) []asked {
	person := func(r Relationship) Subject { return Person(purpose, r) }
	here := func(r Relationship) Relationship {
		r.Known, r.Registered, r.Alive = true, true, true
		return r
	}
	left := here(Relationship{Practice: mine, PCN: myNetwork, Teams: []string{myTeam}, ItemTeams: []string{myTeam}})
	left.Registered = false
	died := here(Relationship{Practice: mine, PCN: myNetwork})
	died.Alive = false
	restricted := here(Relationship{Practice: mine, PCN: myNetwork, Teams: []string{myTeam}})
	restricted.Restricted = true
	ghost := here(Relationship{Practice: mine})
	ghost.Known = false
	return []asked{
		{"nothing", Of(purpose), false, false},
		{"person of my practice", person(here(Relationship{Practice: mine})), true, true},
		{"person of my network", person(here(Relationship{Practice: "B82002", PCN: myNetwork})), true, true},
		{"person of my team", person(here(Relationship{Practice: "B82002", Teams: []string{"south", myTeam}})), true, true},
		{"person on an item of my team", person(here(Relationship{Practice: "B82002", ItemTeams: []string{myTeam}})), true, true},
		{"person of another practice", person(here(Relationship{Practice: "B82002", PCN: "U00002", Teams: []string{"south"}, ItemTeams: []string{"south"}})), false, true},
		{"person of no practice", person(here(Relationship{Teams: []string{""}})), false, true},
		{"person who left", person(left), false, true},
		{"person who died", person(died), false, true},
		{"restricted person", person(restricted), false, false},
		{"person not in the snapshot", person(ghost), false, false},
		{"nobody", person(Relationship{}), false, false},
		{"my team's list", List(purpose, myTeam), true, true},
		{"another team's list", List(purpose, "south"), false, true},
		{"list of no team", List(purpose, ""), false, false},
		{"my organisation", Organisation(purpose, org), true, true},
		{"my practice", Organisation(purpose, mine), true, true},
		{"another organisation", Organisation(purpose, "QZ9"), false, true},
		{"no organisation", Organisation(purpose, ""), false, false},
		{"two kinds at once", Subject{Kind: OfPerson | OfList, Purpose: purpose, Code: myTeam, Person: here(Relationship{Practice: mine})}, false, false},
		{"no kind", Subject{Purpose: purpose}, false, false},
	}
}

// Every role, act, relationship or organisation, purpose of the principal,
// purpose of the snapshot, with and without a reason.
func TestB18G18EveryCellOfTheMatrix(t *testing.T) {
	purposes := []string{"case-finding", "planning", "evaluation", "model-development", "audit", "", "marketing"}
	cells, allowed := 0, 0
	for _, role := range append(Roles(), "", "cleaner") {
		for _, act := range append(Acts(), "", "drop_table") {
			for _, own := range purposes {
				for _, snapshot := range purposes[:4] {
					for _, a := range subjects(Purpose(snapshot)) {
						for _, why := range []string{"", " \t", "asked by the patient"} {
							d := Decide(principal(string(role), own), act, a.subject.Because(why))
							want := expect(t, string(role), string(act), own, snapshot, a, strings.TrimSpace(why) != "")
							cells++
							if d.Allowed {
								allowed++
							}
							if d.Allowed != want {
								t.Fatalf("%s, %s, for %q on %q, %s, reason %q: %v [%s], want %v", role, act, own, snapshot, a.name, why, d.Allowed, d.Code, want)
							}
							if d.Allowed != (d.Code == CodeAllowed) || d.Allowed != (d.Sentence == "") || d.Allowed != (d.Err() == nil) || !d.Allowed && (d.Columns != 0 || d.Display != DisplayNone) {
								t.Fatalf("%s, %s, %s: %+v", role, act, a.name, d)
							}
						}
					}
				}
			}
		}
	}
	if allowed < 1000 {
		t.Fatalf("%d cells, %d allowed: the matrix is not what it should be", cells, allowed)
	}
}

func expect(t *testing.T, role, act, own, snapshot string, a asked, why bool) bool {
	if role == "" || role == "cleaner" || act == "" || act == "drop_table" {
		return false
	}
	may, related, reason := needs(t, act, role)
	right := map[Kind]bool{Nothing: !word(ofPersons+" "+ofLists+" "+ofOrgs, act), OfPerson: word(ofPersons, act), OfList: word(ofLists, act), OfOrganisation: word(ofOrgs, act)}[a.subject.Kind]
	ok := may && right && word(expectedPurposes[role], own) && (why || !reason)
	if word(readSnapshot, act) {
		ok = ok && own == snapshot
	}
	if word(aboutPeople, act) {
		ok = ok && own == "case-finding"
	}
	if a.subject.Kind != Nothing && act != "access_history" {
		ok = ok && a.shown && (a.related || !related)
	}
	return ok
}

func TestTheTableNamesOnlyWhatExists(t *testing.T) {
	seen := map[pair]bool{}
	for _, p := range Table() {
		if _, ok := rolePurposes[p.Role]; !ok || traits[p.Act].act != p.Act {
			t.Errorf("%s, %s: not declared", p.Role, p.Act)
		}
		if seen[pair{p.Role, p.Act}] {
			t.Errorf("%s, %s: twice", p.Role, p.Act)
		}
		seen[pair{p.Role, p.Act}] = true
		if !traits[p.Act].persons && p.Columns != 0 {
			t.Errorf("%s, %s: columns of people in an act that shows none", p.Role, p.Act)
		}
	}
	if len(roleTitles) != len(Roles()) || len(rolePurposes) != len(Roles()) || len(traits) != len(Acts()) {
		t.Error("a role or act is listed twice or not at all")
	}
	Table()[0].Role = "changed"
	if Table()[0].Role != Coordinator {
		t.Error("the table can be changed from outside")
	}
}

func TestB17DenyByDefault(t *testing.T) {
	if d := Decide(Principal{}, OpenHome, Of("")); d.Allowed || d.Code != CodeNotSignedIn {
		t.Errorf("%+v", d)
	}
	p := principal("coordinator", "case-finding")
	p.Organisation = " "
	if d := Decide(p, OpenHome, Of("")); d.Code != CodeNotSignedIn {
		t.Errorf("%+v", d)
	}
	if d := Decide(principal("administrator", "case-finding"), "anything", Of("case-finding")); d.Code != CodeActUnknown {
		t.Errorf("%+v", d)
	}
}

// A refusal names the rule, in a sentence that says what to do, and its code is
// the one the audit keeps.
func TestF15EveryRefusalNamesItsRule(t *testing.T) {
	related := Relationship{Known: true, Registered: true, Alive: true, Practice: mine}
	for _, c := range []struct {
		role, purpose string
		act           Act
		subject       Subject
		code, says    string
	}{
		{"coordinator", "case-finding", SearchAudit, Of(""), CodeRole, "the role care coordinator may not search the audit"},
		{"analyst", "case-finding", OpenPerson, Person(CaseFinding, related), CodeAnalyst, "never sees a person"},
		{"coordinator", "", OpenList, List(CaseFinding, myTeam), CodePurposeMissing, "no purpose"},
		{"coordinator", "planning", OpenList, List(Planning, myTeam), CodePurposeRole, "does not act for the purpose planning"},
		{"coordinator", "case-finding", OpenList, List(Planning, myTeam), CodePurposeCrossed, "prepared for another purpose"},
		{"clinical_lead", "planning", OpenPerson, Person(Planning, related), CodeDirectCare, "direct care only"},
		{"coordinator", "case-finding", ExportList, List(CaseFinding, myTeam), CodeReason, "say why you want to export a list"},
		{"coordinator", "case-finding", OpenList, Of(CaseFinding), CodeSubject, "wrong kind"},
		{"coordinator", "case-finding", OpenList, List(CaseFinding, "south"), CodeTeam, "a team that you are not in"},
		{"coordinator", "case-finding", OpenPerson, Person(CaseFinding, Relationship{}), CodeNoPerson, "legitimate relationship"},
		{"service", "case-finding", ReadScoresAPI, Organisation(CaseFinding, "QZ9"), CodeOrganisation, "do not act for"},
		{"cleaner", "case-finding", OpenHome, Of(""), CodeRoleUnknown, "choose a role"},
	} {
		d := Decide(principal(c.role, c.purpose), c.act, c.subject)
		if d.Code != c.code || !strings.Contains(d.Sentence, c.says) || d.Err() == nil || !strings.Contains(d.Err().Error(), "["+c.code+"]") {
			t.Errorf("%s %s: %+v", c.role, c.act, d)
		}
	}
}
