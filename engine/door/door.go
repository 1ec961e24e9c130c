//go:build duckdb_arrow

// Package door holds the only ways through which a page, a file, a command or
// the API reaches a person, a count or the audit.
//
// Every method does the same four things in the same order: it finds what the
// current snapshot and the worklist say today about whom is asked for, has
// package access decide, writes what was decided to the audit, and only then
// gives anything away. When the audit cannot be written nothing is given.
// What it gives holds only what the decision allows to be shown.
package door

import (
	"context"
	"errors"
	"sync"
	"time"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/audit"
	"leftshift/engine/disclosure"
	"leftshift/engine/identity"
	"leftshift/engine/snapshot"
	"leftshift/engine/worklist"
)

// Vault opens identities. It may live under another account or host.
type Vault interface {
	Open(engine.Person) (identity.Identity, error)
}

// Options of the doors.
type Options struct {
	Snapshots *snapshot.Holder
	Audit     *audit.Log
	Vault     Vault             // nil: nobody's identity can be shown
	Keyer     *identity.Keyer   // nil: nobody can be looked up by NHS number
	Worklist  Worklist          // nil: there is none, and nothing can be acted on
	Today     func() engine.Day // civil day in Europe/London
	Now       func() time.Time  // the moment, for what leaves; nil: time.Now
	Runs      Runs              // nil: what ran is not known here
	Recheck   int               // days a list may be opened after it was last checked against deaths, opt-outs and registrations
	Stale     int               // days after which a source's newest record makes what is shown old
	Rule      disclosure.Rule   // of every count of people; zero: disclosure.Standard
	Cohorts   *Cohorts          // nil: no cohort can be counted here
	Chances   bool              // show risk as a chance: the model's calibration here is approved. Otherwise as a band
	// Verify checks the audit's file and says whether signed checkpoints were
	// held against it; nil: it is not checked from here.
	Verify func(context.Context, func(audit.Break)) (report audit.Report, signed bool, err error)
}

// Doors is safe for use by many at once.
type Doors struct {
	opt       Options
	verifying sync.Mutex // one check of the audit at a time
	once      once
}

// New makes the doors.
func New(opt Options) *Doors {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	return &Doors{opt: opt}
}

// Where says from where a door was reached, for the audit.
type Where struct {
	Route  string // page, command or interface; no person's reference
	Reason string // as the user gave it
}

// ask is one question at a door.
type ask struct {
	who     access.Principal
	where   Where
	act     access.Act
	subject access.Subject
	object  string          // list or file
	shot    string          // snapshot's name
	persons []engine.Person // whom it is about
	rows    int
	query   string // SHA-256 of what was asked for
}

// pass decides, records, and answers. The error is the refusal, the audit's
// failure, or nil: nothing may be shown but on nil.
func (d *Doors) pass(ctx context.Context, a ask) (access.Decision, error) {
	decision := access.Decide(a.who, a.act, a.subject.Because(a.where.Reason))
	if err := d.record(ctx, a, decision.Code); err != nil {
		return access.Decision{}, err
	}
	return decision, decision.Err()
}

// record writes one entry. Whom a refusal was about is kept too: the audit
// knows, the refused does not. This is the one place where text from outside is
// held to what the audit can keep: with words that are unfit nothing is
// allowed, and the error is an *Unfit.
func (d *Doors) record(ctx context.Context, a ask, outcome string) error {
	p := a.who
	e := audit.Entry{User: p.User, Name: p.Name, RoleProfile: p.RoleProfile, Role: string(p.Role), Organisation: p.Organisation, Authoriser: p.Authoriser,
		Purpose: string(p.Purpose), Reason: a.where.Reason, Session: p.Session, Device: p.Device,
		Event: string(a.act), Route: a.where.Route, Object: a.object, Snapshot: a.shot, Query: a.query, Outcome: outcome,
		Rows: int64(a.rows), Persons: a.persons}
	if e.User == "" {
		e.User = "nobody"
	}
	if e.Device == "" {
		e.Device = "unknown"
	}
	wrong := fromOutside(e.Fit())
	if outcome == audit.Allowed && len(wrong) > 0 {
		e.Outcome = CodeUnfit
	}
	if _, err := d.opt.Audit.Append(ctx, e); err != nil {
		return &engine.Fault{Code: "audit-unavailable", Say: "what you asked for could not be recorded in the audit, so nothing was shown and nothing was saved: try again, and tell whoever runs this installation", Err: err}
	}
	if e.Outcome != outcome {
		return unfit(wrong)
	}
	return nil
}

// use gives the current snapshot and its purpose.
func (d *Doors) use(ctx context.Context) (*snapshot.Snapshot, func(), access.Purpose, error) {
	s, done, err := d.opt.Snapshots.Use(ctx)
	if err != nil {
		return nil, nil, "", notOpened(err)
	}
	return s, done, access.Purpose(s.Purpose), nil
}

// notOpened says to a reader that there is no snapshot to show, with the code
// that whoever runs the installation asks for; the cause is in the log.
func notOpened(err error) error {
	code := "snapshot-unreadable"
	var fault *engine.Fault
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.As(err, &fault) && fault.Code == "no-snapshot":
		return err
	case fault != nil:
		code = fault.Code
	}
	return &engine.Fault{Code: code, Say: "what was published last cannot be opened, so nothing can be shown now; what you saved is kept. Tell whoever runs this installation, with the code", Err: err}
}

// relationship is what is known today about a person. The work is the same
// whether or not there is such a person.
func (d *Doors) relationship(ctx context.Context, s *snapshot.Snapshot, person engine.Person) (access.Relationship, error) {
	place, known := s.Place(person)
	r := access.Relationship{Known: known, Practice: place.Practice, PCN: place.PCN, Registered: known, Alive: known}
	if place.Team != "" {
		r.Teams = []string{place.Team}
	}
	if d.opt.Worklist != nil {
		items, err := d.opt.Worklist.Items(ctx, worklist.Query{Persons: []engine.Person{person}, Open: true})
		if err != nil {
			return r, err
		}
		r.ItemTeams = teamsOf(items)
	}
	return r, nil
}
