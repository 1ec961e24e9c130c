//go:build duckdb_arrow

package door

import (
	"context"
	"errors"
	"fmt"
	"math"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/risklist"
	"leftshift/engine/snapshot"
	"leftshift/engine/worklist"
)

// Length is how long a list is, and why.
type Length struct {
	Capacity   int         // by which the night cut it; 0: the snapshot does not say
	Configured int         // by configuration; 0: not said
	Own        bool        // Capacity was the team's own number
	Next       *NextLength // what the team has set; nil: nothing
	Beyond     int         // ranked people not shown, because the team has set fewer since
	May        bool        // the reader may set it
	Yield      *Expected   // of those ranked; nil where it may not be told
	NextYield  *Expected   // of the first Next.People of them; nil where that is no fewer, or may not be told
	Again      *Repeats    // nil: not known
}

// NextLength is a number that somebody set for a team's list.
type NextLength struct {
	People int // 0: the configured number again
	By     string
	When   string // date and time in words
	Reason string
	Heeded bool // the list of today was cut by it
}

// Expected is what people on a list are expected to have, by the model and before
// anyone acts.
type Expected struct {
	Listed  int
	Events  int    // rounded
	Percent int    // of all expected among the people of the team's practices, rounded; -1 not known
	Span    string // "the next 12 months"
}

// Repeats is how many of a list's people were on it some days ago with nothing
// done for them since, when the night cut it.
type Repeats struct{ People, Of, Days int }

// Percent is their share, rounded.
func (r Repeats) Percent() int { return int(math.Round(100 * float64(r.People) / float64(r.Of))) }

// limit gives what a team set for its list, and the rank after which people of
// today's are over it: 0 for none.
func (d *Doors) limit(ctx context.Context, team string) (*worklist.Capacity, int, error) {
	if d.opt.Worklist == nil {
		return nil, 0, nil
	}
	all, err := d.opt.Worklist.Capacities(ctx)
	if err != nil {
		return nil, 0, err
	}
	c, ok := all[team]
	if !ok {
		return nil, 0, nil
	}
	return &c, c.People, nil
}

// length tells how long a list is, and why.
func (d *Doors) length(s *snapshot.Snapshot, who access.Principal, l *entries, purpose access.Purpose, columns access.Columns) *Length {
	out := &Length{Beyond: l.beyond}
	out.May = d.opt.Worklist != nil && access.Decide(who, access.SetCapacity, access.List(purpose, l.team)).Allowed
	cut := s.Cut(l.team)
	if cut != nil {
		out.Capacity, out.Configured, out.Own = cut.Capacity, cut.Configured, cut.Set
		if cut.Again != nil && cut.Size > 0 {
			out.Again = &Repeats{*cut.Again, cut.Size, risklist.RepeatDays}
		}
	}
	if l.set != nil {
		out.Next = &NextLength{People: l.set.People, By: ownerOf(l.names, who, worklist.Item{Owner: l.set.By}, "").Words(), When: moment(l.set.At), Reason: l.set.Reason}
		out.Next.Heeded = cut != nil && (cut.Set && cut.Capacity == l.set.People || !cut.Set && l.set.People == 0)
	}
	if cut == nil || !columns.Has(access.ColumnRisk) || !d.opt.Chances {
		return out
	}
	var risks []float64
	if list := s.List(l.team); list != nil {
		for _, r := range list.Rows {
			if r.Rank > 0 {
				risks = append(risks, r.Probability)
			}
		}
	}
	out.Yield = d.expected(s, cut, risks)
	if n := l.limit; n > 0 && n < len(risks) {
		out.NextYield = d.expected(s, cut, risks[:n])
	}
	return out
}

// expected is the yield of a list of some risks, as far as it may be told: a mean
// of few people is not.
func (d *Doors) expected(s *snapshot.Snapshot, cut *snapshot.Cut, risks []float64) *Expected {
	y := risklist.Yield{Listed: len(risks), Everyone: cut.Everyone}
	for _, p := range risks {
		y.Events += p
	}
	per100, ok := d.rule().Mean(y.Listed, y.Per100())
	if !ok || math.IsNaN(y.Events) {
		return nil
	}
	out := &Expected{Listed: y.Listed, Events: int(math.Round(per100 * float64(y.Listed) / 100)), Percent: -1, Span: "the next " + risklist.Span(s.Model.Horizon)}
	if share, ok := d.rule().Mean(int(cut.Candidates), 100*y.Share()); ok && !math.IsNaN(share) {
		out.Percent = int(math.Round(share))
	}
	return out
}

// Setting is a number for a list, as somebody gives it.
type Setting struct {
	Key    string // of this one press
	People int    // 0: the configured number again
}

// SetCapacity sets how many people the next list of a team shall hold, and each
// after it (R1). The reason is that of where, and may be empty.
func (d *Doors) SetCapacity(ctx context.Context, who access.Principal, where Where, team string, set Setting) error {
	s, done, purpose, err := d.use(ctx)
	if err != nil {
		return err
	}
	defer done()
	object := fmt.Sprintf("%s: %d people", team, set.People)
	if set.People == 0 {
		object = team + ": as configured"
	}
	a := ask{who: who, where: where, act: access.SetCapacity, subject: access.List(purpose, team), object: object, shot: s.Name}
	if _, err := d.pass(ctx, a); err != nil {
		return err
	}
	if d.opt.Worklist == nil {
		return d.undone(ctx, a, &engine.Fault{Code: "no-worklist", Say: "there is no worklist here, so nothing can be set"})
	}
	by := me(who, team)
	_, err = d.opt.Worklist.SetCapacity(ctx, by, set.Key, worklist.Capacity{List: team, People: set.People, Reason: where.Reason})
	if err = errors.Join(err, d.opt.Worklist.Called(ctx, by.Member(), who.Name)); err != nil {
		return d.undone(ctx, a, err)
	}
	return nil
}
