//go:build duckdb_arrow

package door

import (
	"context"
	"time"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/identity"
	"leftshift/engine/schema"
	"leftshift/engine/snapshot"
)

// The doors of connected systems. Every answer with people is one entry in the
// audit, about those in the answer and nobody else.

// MostScores is how many people one answer has at most.
const MostScores = 200

// Part is which part of an answer that is longer than one is asked for.
type Part struct {
	Snapshot string // that the first part came from; "" for the first
	From     int    // people before it
	Most     int    // 0 or more than MostScores: MostScores
}

// Scores are people as a connected system may know them.
type Scores struct {
	*List
	Next int // From of the part after this; 0: this is the last
}

// TeamScores gives a part of a team's list, by risk.
func (d *Doors) TeamScores(ctx context.Context, who access.Principal, where Where, team string, part Part) (*Scores, error) {
	s, done, purpose, err := d.use(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	l, a, err := d.listed(ctx, s, who, purpose, team, View{All: true})
	if err != nil {
		return nil, err
	}
	a.subject = access.List(purpose, team)
	return d.scores(ctx, who, where, s, l, a, part)
}

// PracticeScores gives a part of everyone registered with a practice, in an
// order that says nothing and is the same for one snapshot.
func (d *Doors) PracticeScores(ctx context.Context, who access.Principal, where Where, practice string, part Part) (*Scores, error) {
	s, done, purpose, err := d.use(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	l := &entries{}
	for _, p := range s.Registered(practice) {
		l.rows = append(l.rows, entry{ListRow: schema.ListRow{Person: p}})
	}
	a := ask{subject: access.Organisation(purpose, practice), object: practice, shot: s.Name}
	return d.scores(ctx, who, where, s, l, a, part)
}

// PersonScore gives one person by NHS number: access.ErrNoPerson alike for a
// number of nobody and one of someone whom the system's organisation does not
// care for.
func (d *Doors) PersonScore(ctx context.Context, who access.Principal, where Where, nhsNumber string) (*Scores, error) {
	if d.opt.Keyer == nil {
		return nil, &engine.Fault{Code: "no-key", Say: "people cannot be looked up by NHS number here: the pseudonym key is kept elsewhere"}
	}
	s, done, purpose, err := d.use(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	key, _ := d.opt.Keyer.Clone().Key(identity.NHSNamespace, nhsNumber)
	person := engine.Person(key)
	related, err := d.relationship(ctx, s, person)
	if err != nil {
		return nil, err
	}
	l := &entries{rows: []entry{{ListRow: schema.ListRow{Person: person}}}}
	return d.scores(ctx, who, where, s, l, ask{subject: access.Person(purpose, related), shot: s.Name}, Part{})
}

// scores decides about a part, records it and gives it.
func (d *Doors) scores(ctx context.Context, who access.Principal, where Where, s *snapshot.Snapshot, l *entries, a ask, part Part) (*Scores, error) {
	out := &Scores{}
	if part.Most <= 0 || part.Most > MostScores {
		part.Most = MostScores
	}
	from := min(max(part.From, 0), len(l.rows))
	to := min(from+part.Most, len(l.rows))
	if to < len(l.rows) {
		out.Next = to
	}
	l.rows = l.rows[from:to]
	a.who, a.where, a.act, a.persons = who, where, access.ReadScoresAPI, nil
	for _, r := range l.rows {
		a.persons = append(a.persons, r.Person)
	}
	a.rows = len(a.persons)
	if err := d.unfit(s, part); err != nil && access.Decide(who, a.act, a.subject.Because(where.Reason)).Allowed {
		if err := d.record(ctx, a, codeOf(err)); err != nil {
			return nil, err
		}
		return nil, err
	}
	decision, err := d.passList(ctx, a, s)
	if err != nil {
		return nil, err
	}
	told, err := s.TellAll(ctx, a.persons)
	if err != nil {
		return nil, err
	}
	for i := range l.rows {
		if t := told[l.rows[i].Person]; t != nil {
			l.rows[i].Probability, l.rows[i].Band = scoreOf(s, t)
		}
	}
	out.List, err = d.list(ctx, s, l, decision.Columns, decision.Display)
	return out, err
}

// unfit says why a part cannot be given, whoever asks for it.
func (d *Doors) unfit(s *snapshot.Snapshot, part Part) error {
	switch {
	case d.opt.Vault == nil:
		return &engine.Fault{Code: "no-vault", Say: "people cannot be named here, so no scores are given: the vault's key is kept elsewhere"}
	case part.Snapshot != "" && part.Snapshot != s.Name:
		return &engine.Fault{Code: "snapshot-changed", Say: "a newer snapshot was published since the first part: begin again without from and snapshot"}
	case s.Model.Name == "":
		return &engine.Fault{Code: "no-model", Say: "no fitted model served the current snapshot, so there are no scores: ask whoever runs this installation"}
	}
	return nil
}

// Standing is what the current snapshot is, and how fresh its sources are. It
// is about nobody.
type Standing struct {
	Frame
	Model Model
}

// Standing tells a connected system what its scores are made from.
func (d *Doors) Standing(ctx context.Context, who access.Principal, where Where) (*Standing, error) {
	s, done, purpose, err := d.use(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	if _, err := d.pass(ctx, ask{who: who, where: where, act: access.ReadScoresAPI, subject: access.Organisation(purpose, who.Organisation), object: "snapshot", shot: s.Name}); err != nil {
		return nil, err
	}
	return &Standing{d.frame(s), modelOf(s)}, nil
}

// Runs lists what ran, the newest first, at most so many.
type Runs func(ctx context.Context, most int) ([]Run, error)

// Run is one run of a job, as anyone who may see runs may see it.
type Run struct {
	ID, Job, State string
	Attempt        int
	Code           string // of the fault that ended it; "" for none
	Started, Ended time.Time
}

// MostRuns is how many runs one answer has at most.
const MostRuns = 100

// WhatRan lists what ran, the newest first.
func (d *Doors) WhatRan(ctx context.Context, who access.Principal, where Where, most int) ([]Run, error) {
	if _, err := d.pass(ctx, ask{who: who, where: where, act: access.SeeRuns, subject: access.Of("")}); err != nil {
		return nil, err
	}
	if d.opt.Runs == nil {
		return nil, &engine.Fault{Code: "no-runs", Say: "what ran is not known to this service: it is kept on the machine that runs the nights"}
	}
	if most <= 0 || most > MostRuns {
		most = MostRuns
	}
	return d.opt.Runs(ctx, most)
}
