package access

import "slices"

// Subject is whom or what an act is about, and what is said with the question.
// Make one with Of, Person, List or Organisation, then add Reason.
type Subject struct {
	Kind    Kind
	Purpose Purpose      // of the snapshot that would be read; "" when none is
	Reason  string       // why it is asked, in the principal's words
	Person  Relationship // when Kind is OfPerson
	Code    string       // the list's team (OfList) or the ODS code (OfOrganisation)
}

// Relationship is what the current snapshot and the open work items say today
// about one person. The zero value is a person that does not exist.
type Relationship struct {
	Known      bool     // there is such a person in the snapshot
	Practice   string   // ODS code of the practice of registration
	PCN        string   // ODS code of that practice's network
	Teams      []string // teams that serve that practice
	ItemTeams  []string // teams with an open work item on the person
	Registered bool     // registered here today: false once they have left
	Alive      bool
	Restricted bool // access is restricted at the source: shown to nobody here
}

// Of is a question about no one in particular, on a snapshot of a purpose (""
// when the act reads none).
func Of(snapshot Purpose) Subject { return Subject{Kind: Nothing, Purpose: snapshot} }

// Person is a question about one person.
func Person(snapshot Purpose, r Relationship) Subject {
	return Subject{Kind: OfPerson, Purpose: snapshot, Person: r}
}

// List is a question about the list of a team.
func List(snapshot Purpose, team string) Subject {
	return Subject{Kind: OfList, Purpose: snapshot, Code: team}
}

// Organisation is a question about an organisation.
func Organisation(snapshot Purpose, ods string) Subject {
	return Subject{Kind: OfOrganisation, Purpose: snapshot, Code: ods}
}

// Because gives the same subject with a reason.
func (s Subject) Because(reason string) Subject {
	s.Reason = reason
	return s
}

// visible says whether a person can be shown to anyone here at all.
func (r Relationship) visible() bool { return r.Known && !r.Restricted }

// with says whether there is a legitimate relationship today. A person who has
// left or died has none. Every fact is looked at whatever the others are, so
// that the work done says nothing.
func (r Relationship) with(p Principal) bool {
	practice := holds(p.Practices, r.Practice)
	network := holds(p.PCNs, r.PCN)
	team := meets(p.Teams, r.Teams)
	item := meets(p.Teams, r.ItemTeams)
	here := r.visible() && r.Registered && r.Alive
	return here && (practice || network || team || item)
}

// holds says whether a list has a code. A blank code is in no list.
func holds(list []string, code string) bool { return slices.Contains(list, code) && !blank(code) }

// meets says whether two lists share a code that is not blank.
func meets(a, b []string) bool {
	found := false
	for _, x := range b {
		found = holds(a, x) || found
	}
	return found
}
