//go:build duckdb_arrow

package door

import (
	"context"

	"leftshift/engine"
	"leftshift/engine/access"
)

// A form tells nothing, so that it may be shown is decided as what it leads to
// is, and only a refusal is kept.

// offer decides about a form. The reason is still to be asked for.
func (d *Doors) offer(ctx context.Context, a ask) error {
	decision := access.Decide(a.who, a.act, a.subject.Because("to be asked for"))
	if decision.Allowed {
		return nil
	}
	if err := d.record(ctx, a, decision.Code); err != nil {
		return err
	}
	return decision.Err()
}

// OfferAudit says whether the form of an act on the audit may be shown.
func (d *Doors) OfferAudit(ctx context.Context, who access.Principal, where Where, act access.Act) error {
	a := ask{who: who, where: where, act: act, subject: access.Of("")}
	if act == access.AccessHistory {
		a.subject = access.Person("", access.Relationship{})
	}
	return d.offer(ctx, a)
}

// OfferList says whether a form about a team's list may be shown, and gives
// what is around it. It is refused as the list is.
func (d *Doors) OfferList(ctx context.Context, who access.Principal, where Where, act access.Act, team string) (Frame, error) {
	s, done, purpose, err := d.use(ctx)
	if err != nil {
		return Frame{}, err
	}
	defer done()
	if err := d.offer(ctx, ask{who: who, where: where, act: act, subject: access.List(purpose, team), object: team, shot: s.Name}); err != nil {
		return Frame{}, err
	}
	return d.frame(s), nil
}

// OfferPerson says whether a form about a person may be shown, and gives what
// is around it. It is refused as the person is: access.ErrNoPerson.
func (d *Doors) OfferPerson(ctx context.Context, who access.Principal, where Where, act access.Act, person engine.Person) (Frame, error) {
	s, done, purpose, err := d.use(ctx)
	if err != nil {
		return Frame{}, err
	}
	defer done()
	related, err := d.relationship(ctx, s, person)
	if err != nil {
		return Frame{}, err
	}
	if err := d.offer(ctx, ask{who: who, where: where, act: act, subject: access.Person(purpose, related), shot: s.Name, persons: about(person), rows: 1}); err != nil {
		return Frame{}, err
	}
	return d.frame(s), nil
}

// Around gives what is around a page that tells nothing of anyone: forms and
// words. A refusal alone is kept.
func (d *Doors) Around(ctx context.Context, who access.Principal, where Where) (Frame, error) {
	if err := d.offer(ctx, ask{who: who, where: where, act: access.OpenHome, subject: access.Of("")}); err != nil {
		return Frame{}, err
	}
	s, done, _, err := d.use(ctx)
	if err != nil {
		return Frame{}, err
	}
	defer done()
	return d.frame(s), nil
}
