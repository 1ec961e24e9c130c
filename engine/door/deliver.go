//go:build duckdb_arrow

package door

import (
	"context"
	"errors"
	"strings"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/audit"
)

// Departure is something that left without a person at a page, in words of the
// audit: no act of the table of rights.
type Departure string

const (
	ListSent   Departure = "list_sent"   // a whole list has arrived at another system
	NoticeSent Departure = "notice_sent" // a team was told that its list is ready
)

// Ready names the current snapshot and the teams that it has lists of. It is
// about nobody.
func (d *Doors) Ready(ctx context.Context) (snapshot string, teams []string, err error) {
	s, done, _, err := d.use(ctx)
	if err != nil {
		return "", nil, err
	}
	defer done()
	for _, l := range s.Lists() {
		teams = append(teams, l.Team)
	}
	return s.Name, teams, nil
}

// Deliver gives a team's list to be sent to another system, or to be written
// to a file for one. Nobody has a right of their own to that from a command:
// what may be in it, and of which teams, is what the table lets a connected
// system read (read_scores_api), and a reason is needed besides. The audit has
// it as export_list, about everyone on the list, before give is called; where
// give fails, a second entry has the code.
func (d *Doors) Deliver(ctx context.Context, who access.Principal, where Where, team, to string, give func(*List) error) error {
	s, done, purpose, err := d.use(ctx)
	if err != nil {
		return err
	}
	defer done()
	l, a, err := d.listed(ctx, s, who, purpose, team, View{All: true})
	if err != nil {
		return err
	}
	a.who, a.where, a.act = who, where, access.ExportList
	a.object += " to " + to
	decision := access.Decide(who, access.ReadScoresAPI, a.subject.Because(where.Reason))
	refusal := decision.Err()
	switch {
	case refusal != nil:
	case strings.TrimSpace(where.Reason) == "":
		refusal = &engine.Fault{Code: access.CodeReason, Say: "say why you want to " + access.ExportList.Title() + ": the reason is kept in the audit"}
	case s.List(team) == nil:
		refusal = &engine.Fault{Code: "no-list", Say: "the current snapshot has no list of this team: give the team's name as lists have it"}
	case d.opt.Vault == nil:
		refusal = &engine.Fault{Code: "no-vault", Say: "people cannot be named here, so no list is delivered: the vault's key is kept elsewhere"}
	default:
		refusal = d.fresh(s)
	}
	if refusal != nil {
		if err := d.record(ctx, a, codeOf(refusal)); err != nil {
			return err
		}
		return refusal
	}
	if err := d.record(ctx, a, audit.Allowed); err != nil {
		return err
	}
	out, err := d.list(ctx, s, l, decision.Columns, decision.Display)
	if err == nil {
		out.Works = false // the table lets a connected system read no work
		d.mark(out)
		err = give(out)
	}
	if err != nil {
		// Where this entry fails too, the audit says more than left, never less.
		_ = d.record(context.WithoutCancel(ctx), a, failure(err))
	}
	return err
}

// Refused records that a delivery was asked for that is not one: about nobody,
// for nothing was looked at.
func (d *Doors) Refused(ctx context.Context, who access.Principal, where Where, object, code string) error {
	return d.record(ctx, ask{who: who, where: where, act: access.ExportList, object: object}, code)
}

// Noted records that something left, or with an error that it did not: no
// person is in the entry.
func (d *Doors) Noted(ctx context.Context, who access.Principal, where Where, event Departure, object, snapshot string, err error) error {
	outcome := audit.Allowed
	if err != nil {
		outcome = failure(err)
	}
	return d.record(context.WithoutCancel(ctx), ask{who: who, where: where, act: access.Act(event), object: object, shot: snapshot}, outcome)
}

// failure is the code of an error; not-done for one without.
func failure(err error) string {
	var fault *engine.Fault
	if errors.As(err, &fault) && fault.Code != "" {
		return fault.Code
	}
	return "not-done"
}
