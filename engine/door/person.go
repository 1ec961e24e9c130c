//go:build duckdb_arrow

package door

import (
	"context"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/identity"
	"leftshift/engine/schema"
)

// Person is one person as one principal may see them.
type Person struct {
	Frame
	Person  engine.Person
	Columns access.Columns // what may be shown; the rest is empty
	Who     Who

	Age            int64 // whole years; -1 not known or not shown
	Sex            engine.Sex
	Practice, Team string

	Risk    string // in words
	Band    string
	Reasons []Reason     // what moved the risk, the greatest first, with what only clinicians may read where the principal may
	Scores  []PublicRisk // published scores
	Moved   *Moved       // how the risk moved since the snapshot before; nil where nothing is said of it

	Details
	Work      *Work   // on the list that the principal works; nil: on no list
	Elsewhere []Work  // on other lists
	History   []Event // of Work, oldest first; nil where notes may not be read
	Today     engine.Day
	Acts      bool // the principal may act on a work item of this person
	Adds      bool // the principal may put this person on a list
	Refers    bool // the principal may have a referral drafted, as the work stands
}

// Reason is one thing that moved the risk.
type Reason struct {
	Text   string
	Raises bool
	// Other is the sum of all that is not told.
	Other bool
}

// PublicRisk is a published score in its own points.
type PublicRisk struct {
	Name, Band string
	Points     float64
}

// OpenPerson shows one person. For someone outside the principal's care, who
// left, died or never was, the answer is access.ErrNoPerson.
func (d *Doors) OpenPerson(ctx context.Context, who access.Principal, where Where, person engine.Person) (*Person, error) {
	s, done, purpose, err := d.use(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	related, err := d.relationship(ctx, s, person)
	if err != nil {
		return nil, err
	}
	a := ask{who: who, where: where, act: access.OpenPerson, subject: access.Person(purpose, related), shot: s.Name, persons: about(person), rows: 1}
	told, found, err := s.Tell(ctx, person) // before the decision: the work is the same whoever asks
	if err != nil {
		return nil, err
	}
	items, err := d.itemsOf(ctx, []engine.Person{person})
	if err != nil {
		return nil, err
	}
	decision, err := d.pass(ctx, a)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, access.ErrNoPerson
	}
	out := &Person{Frame: d.frame(s), Person: person, Columns: decision.Columns, Age: -1, Today: d.opt.Today()}
	a.act = access.RevealIdentity
	if d.opt.Vault != nil && access.Decide(who, a.act, a.subject.Because(where.Reason)).Allowed {
		shown, err := d.pass(ctx, a)
		if err != nil {
			return nil, err
		}
		out.Columns |= shown.Columns
		if out.Who, err = d.who(person, shown.Columns); err != nil {
			return nil, err
		}
	}
	if d.opt.Worklist != nil {
		out.Acts = access.Decide(who, access.ActOnItem, a.subject).Allowed
		out.Adds = access.Decide(who, access.AddPerson, a.subject.Because("whether it may be offered")).Allowed && len(who.Teams) > 0
	}
	if err := d.work(ctx, who, out, items[person]); err != nil {
		return nil, err
	}
	out.Refers = d.opt.Vault != nil && d.opt.Keyer != nil && referrable(out.Work) == nil &&
		access.Decide(who, access.ReferPerson, a.subject.Because("whether it may be offered")).Allowed
	r := told.Resident
	out.Age, out.Sex, out.Practice, out.Team = r.Age, r.Sex, r.Practice, r.Team
	for _, x := range told.Scores {
		switch {
		case x.Model == s.Model.Name && decision.Columns.Has(access.ColumnRisk):
			out.Risk, out.Band = d.risk(x.Probability, x.Band, s.Model.Horizon), x.Band
		case x.Horizon == 0 && decision.Columns.Has(access.ColumnRisk) && decision.Display == access.DisplayClinician:
			out.Scores = append(out.Scores, PublicRisk{x.Model, x.Band, x.Points})
		}
	}
	if out.Moved, err = d.movedOf(s, told, decision.Columns, decision.Display); err != nil {
		return nil, err
	}
	out.Details = detailsOf(s, told, decision.Columns, decision.Display)
	if decision.Columns.Has(access.ColumnReasons) {
		for _, x := range reasonsOf(told, decision.Display) {
			out.Reasons = append(out.Reasons, Reason{Text: x.Text, Raises: x.Contribution > 0, Other: x.Feature == schema.OtherFactors})
		}
	}
	return out, nil
}

// about is the person whom an entry is about: nobody, where the reference
// asked for cannot be anyone.
func about(person engine.Person) []engine.Person {
	if person <= 0 {
		return nil
	}
	return []engine.Person{person}
}

// Find looks a person up by NHS number. It is OpenPerson's answer in advance:
// a number of someone outside the principal's care and one of nobody are not
// told apart.
func (d *Doors) Find(ctx context.Context, who access.Principal, where Where, nhsNumber string) (engine.Person, error) {
	if d.opt.Keyer == nil {
		return 0, &engine.Fault{Code: "no-key", Say: "people cannot be looked up by NHS number here: the pseudonym key is kept elsewhere"}
	}
	s, done, purpose, err := d.use(ctx)
	if err != nil {
		return 0, err
	}
	defer done()
	key, _ := d.opt.Keyer.Clone().Key(identity.NHSNamespace, nhsNumber)
	person := engine.Person(key)
	related, err := d.relationship(ctx, s, person)
	if err != nil {
		return 0, err
	}
	_, err = d.pass(ctx, ask{who: who, where: where, act: access.OpenPerson, subject: access.Person(purpose, related), object: "find", shot: s.Name, persons: about(person), rows: 1})
	if err != nil {
		return 0, err
	}
	return person, nil
}
