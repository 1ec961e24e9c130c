//go:build duckdb_arrow

package door

import (
	"context"
	"errors"
	"sync"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/audit"
	"leftshift/engine/cohort"
	"leftshift/engine/disclosure"
	"leftshift/engine/snapshot"
)

// Cohorts is what counting cohorts needs: the ledger of what was told before,
// the shelf of definitions, and the desk of the snapshot last counted on, which
// is opened when it is first asked for and gives way to the next snapshot's.
// Close it, then the ledger.
type Cohorts struct {
	Ledger *cohort.Ledger
	Shelf  *cohort.Shelf
	Most   int           // sets a snapshot is counted by; 0: the usual
	Each   int           // sets that one person may ask for; 0: the usual
	Plus   []cohort.Plus // local groups by which everyone is divided

	mu   sync.Mutex
	open [2]*heldDesk // of the current snapshot, and of the one before that was last asked for
}

// The desks that are held.
const (
	currentDesk = iota
	earlierDesk
)

type heldDesk struct {
	*cohort.Desk
	snapshot string
	close    func()
	users    int
	gone     bool
}

// use gives the desk of a snapshot, and done, to be called by who has finished
// with it.
func (c *Cohorts) use(ctx context.Context, s *snapshot.Snapshot, rule disclosure.Rule) (*cohort.Desk, func(), error) {
	return c.held(ctx, currentDesk, s.Name, rule, func() (*snapshot.Snapshot, error) { return s, nil })
}

// held gives the desk of one of the two places; find opens its snapshot where it
// is not there yet.
func (c *Cohorts) held(ctx context.Context, at int, name string, rule disclosure.Rule, find func() (*snapshot.Snapshot, error)) (*cohort.Desk, func(), error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open[at] == nil || c.open[at].snapshot != name {
		s, err := find()
		if err != nil {
			return nil, nil, err
		}
		desk, close, err := cohort.Open(ctx, s, c.Ledger, cohort.Options{Rule: rule, Most: c.Most, Each: c.Each, Plus: c.Plus})
		if err != nil {
			return nil, nil, err
		}
		c.retire(at)
		c.open[at] = &heldDesk{Desk: desk, snapshot: s.Name, close: close}
	}
	now := c.open[at]
	now.users++
	var once sync.Once
	return now.Desk, func() {
		once.Do(func() {
			c.mu.Lock()
			defer c.mu.Unlock()
			if now.users--; now.gone && now.users == 0 {
				now.close()
			}
		})
	}, nil
}

// retire lets go of a desk. The lock is held.
func (c *Cohorts) retire(at int) {
	if c.open[at] == nil {
		return
	}
	c.open[at].gone = true
	if c.open[at].users == 0 {
		c.open[at].close()
	}
	c.open[at] = nil
}

// Close lets go of the desks; who still uses one may finish.
func (c *Cohorts) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.retire(currentDesk)
	c.retire(earlierDesk)
}

// asked is one question about cohorts while it is answered.
type asked struct {
	s        *snapshot.Snapshot
	desk     *cohort.Desk
	shelf    *cohort.Shelf
	user     string // who asks
	clinical bool   // who asks reads of a person what clinicians read
	rule     disclosure.Rule

	object, query string // for the audit
	rows          int
}

// told is atDesk of a report: what leaves is every row of its sections.
func (d *Doors) told(ctx context.Context, who access.Principal, where Where, act access.Act, object string, answer func(*asked) (*CohortReport, error)) (out *CohortReport, err error) {
	f, err := d.atDesk(ctx, who, where, act, object, func(q *asked) (err error) {
		if out, err = answer(q); err == nil {
			q.rows = rowsOf(out.Sections)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	out.Frame = f
	return out, nil
}

// atDesk decides, has the question answered, and records it with the hash of
// what was asked and how many rows of counts leave. Where it returns an error
// nothing of the answer may be shown.
func (d *Doors) atDesk(ctx context.Context, who access.Principal, where Where, act access.Act, object string, answer func(*asked) error) (Frame, error) {
	s, done, purpose, err := d.use(ctx)
	if err != nil {
		return Frame{}, err
	}
	defer done()
	a := ask{who: who, where: where, act: act, subject: access.Of(purpose), object: object, shot: s.Name}
	if decision := access.Decide(who, act, a.subject.Because(where.Reason)); decision.Err() != nil {
		if err := d.record(ctx, a, decision.Code); err != nil {
			return Frame{}, err
		}
		return Frame{}, decision.Err()
	}
	q := &asked{s: s, user: who.User, clinical: who.Role == access.ClinicalLead, rule: d.opt.Rule, object: object}
	err = &engine.Fault{Code: "no-cohorts", Say: "cohorts cannot be counted here: whoever runs this installation can say why"}
	if c := d.opt.Cohorts; c != nil {
		var left func()
		if q.desk, left, err = c.use(ctx, s, d.opt.Rule); err == nil {
			defer left()
			q.desk = q.desk.For(who.User)
			q.shelf = c.Shelf
			err = answer(q)
		}
	}
	a.object, a.query, a.rows = q.object, q.query, q.rows
	outcome := audit.Allowed
	if err != nil {
		outcome, a.rows = "not-done", 0
		if f := (*engine.Fault)(nil); errors.As(err, &f) {
			outcome = f.Code
		}
	}
	if unkept := d.record(context.WithoutCancel(ctx), a, outcome); unkept != nil {
		return Frame{}, unkept
	}
	return d.frame(s), err
}

// Dictionary is what may be asked of a snapshot.
func (c *Cohorts) Dictionary(ctx context.Context, s *snapshot.Snapshot, rule disclosure.Rule) (*cohort.Dictionary, error) {
	desk, done, err := c.use(ctx, s, rule)
	if err != nil {
		return nil, err
	}
	defer done()
	return desk.Dictionary, nil
}
