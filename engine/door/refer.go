//go:build duckdb_arrow

package door

import (
	"context"
	"strconv"
	"time"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/worklist"
)

// Draft is what the draft of a referral may hold of a person.
type Draft struct {
	Frame
	Who     Who            // as far as Columns say
	Columns access.Columns // that Who holds
	Mark    string         // of this work on this person: the same each time it is drafted. It is bytes, and not the pseudonym
	From    string         // ODS code of who refers
	Taken   time.Time      // UTC
}

// referrable says why no referral can be drafted; nil where it can: the person
// was reached or said yes, and nobody else has them.
func referrable(w *Work) error {
	switch {
	case w == nil || w.Died || w.State != worklist.Contacted && w.State != worklist.Accepted:
		return &engine.Fault{Code: "refer-state", Say: "a referral is drafted for somebody who was reached or said yes: record that first"}
	case w.Owner != nil && (!w.Owner.Me || w.Owner.List != ""):
		return &engine.Fault{Code: "refer-busy", Say: "somebody else has this person: speak to them, so that the person is not referred twice"}
	}
	return nil
}

// DraftReferral gives what the draft of a referral to a service may hold. It is
// one entry in the audit, about the person; the reason of the referral is in
// the file alone, for the audit holds nothing of a person's health. The work
// stays in its state: that the person was referred is for whoever refers to
// say.
func (d *Doors) DraftReferral(ctx context.Context, who access.Principal, where Where, person engine.Person, service string) (*Draft, error) {
	s, done, purpose, err := d.use(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	related, err := d.relationship(ctx, s, person)
	if err != nil {
		return nil, err
	}
	_, found, err := s.Tell(ctx, person)
	if err != nil {
		return nil, err
	}
	items, err := d.itemsOf(ctx, []engine.Person{person})
	if err != nil {
		return nil, err
	}
	a := ask{who: who, where: where, act: access.ReferPerson, subject: access.Person(purpose, related), object: "draft of a referral to " + service, shot: s.Name, persons: about(person), rows: 1}
	it := worked(who, items[person])
	var w *Work
	if it != nil {
		w = d.workOf(who, *it, items[person], nil)
	}
	if decision := access.Decide(who, a.act, a.subject.Because(where.Reason)); decision.Allowed {
		refusal := referrable(w)
		switch {
		case refusal != nil:
		case d.opt.Vault == nil:
			refusal = &engine.Fault{Code: "no-vault", Say: "people cannot be named here, so no referral is drafted: the vault's key is kept elsewhere"}
		case d.opt.Keyer == nil:
			refusal = &engine.Fault{Code: "no-key", Say: "a referral needs the pseudonym key, which is kept elsewhere"}
		default:
			refusal = d.fresh(s)
		}
		if refusal != nil {
			if err := d.record(ctx, a, codeOf(refusal)); err != nil {
				return nil, err
			}
			return nil, refusal
		}
	}
	decision, err := d.pass(ctx, a)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, access.ErrNoPerson
	}
	mark := markOf(d.opt.Keyer.Clone(), person)
	out := &Draft{Frame: d.frame(s), Columns: decision.Columns, Mark: string(mark[:]) + strconv.FormatInt(it.ID, 10), From: who.Organisation, Taken: d.opt.Now().UTC()}
	out.Who, err = d.who(person, decision.Columns)
	return out, err
}
