//go:build duckdb_arrow

package door

import (
	"context"
	"testing"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/snapshot/made"
	"leftshift/engine/worklist"
)

// works is a worklist in which everyone's item stands as given.
type works struct {
	Worklist
	state worklist.State
	owner worklist.Actor
}

func (w works) Items(_ context.Context, q worklist.Query) ([]worklist.Item, error) {
	var out []worklist.Item
	for _, p := range append(q.Persons, q.Person) {
		if p > 0 {
			out = append(out, worklist.Item{ID: 7, Person: p, List: "team-0", State: w.state, Owner: w.owner, Next: engine.NoDay, Listed: true})
		}
	}
	return out, nil
}

// A referral is drafted in two states and no other, of one's own care, and
// what it holds is identity alone.
func TestG13ADraftIsOfWhomIsReachedAndInOnesCare(t *testing.T) {
	ctx := context.Background()
	for _, state := range worklist.States() {
		s := numbered(t)
		s.opt.Worklist = works{state: state}
		x, err := s.DraftReferral(ctx, principal(access.Coordinator), Where{Reason: "referral"}, made.Person(0), "falls")
		all := s.entries(t)
		if may := state == worklist.Contacted || state == worklist.Accepted; may != (err == nil) || !may && (fault(err) != "refer-state" || all[0].Outcome != "refer-state") || len(all) != 1 {
			t.Errorf("%s: %v, %+v", state, err, all)
		}
		if err == nil && (x.Columns&^access.Identity != 0 || x.Who.NHSNumber == "" || x.Mark == "" || x.From != "P0" || all[0].People != 1) {
			t.Errorf("%+v", x)
		}
	}
	stranger := principal(access.Coordinator)
	stranger.Practices, stranger.Teams = []string{"P9"}, []string{"team-9"}
	for name, c := range map[string]struct {
		who    access.Principal
		person engine.Person
		why    string
		code   string
		with   func(*site)
	}{
		"a stranger": {stranger, made.Person(0), "referral", access.CodeNoPerson, nil},
		"nobody":     {principal(access.Coordinator), 777, "referral", access.CodeNoPerson, func(s *site) { s.opt.Worklist = nil }},
		"an analyst": {principal(access.Analyst), made.Person(0), "referral", access.CodeAnalyst, nil},
		"a system":   {principal(access.Service), made.Person(0), "referral", access.CodeRole, nil},
		"no reason":  {principal(access.Coordinator), made.Person(0), " ", access.CodeReason, nil},
		"another has them": {principal(access.Coordinator), made.Person(0), "referral", "refer-busy", func(s *site) {
			s.opt.Worklist = works{state: worklist.Accepted, owner: worklist.Actor{User: "u2", Organisation: "P0"}}
		}},
		"no key":      {principal(access.Coordinator), made.Person(0), "referral", "no-key", func(s *site) { s.opt.Keyer = nil }},
		"no vault":    {principal(access.Coordinator), made.Person(0), "referral", "no-vault", func(s *site) { s.opt.Vault = nil }},
		"an old list": {principal(access.Coordinator), made.Person(0), "referral", "list-not-rechecked", func(s *site) { s.today += 30 }},
	} {
		s := numbered(t)
		s.opt.Worklist = works{state: worklist.Accepted}
		if c.with != nil {
			c.with(s)
		}
		x, err := s.DraftReferral(ctx, c.who, Where{Reason: c.why}, c.person, "falls")
		if all := s.entries(t); x != nil || fault(err) != c.code || len(all) != 1 || all[0].Outcome != c.code {
			t.Errorf("%s: %v, %+v", name, err, all)
		}
	}
}
