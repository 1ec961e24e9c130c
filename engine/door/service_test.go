//go:build duckdb_arrow

package door

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/identity"
	"leftshift/engine/snapshot/made"
)

// numbered opens a site whose key makes pseudonyms that nobody there has.
func numbered(t *testing.T) *site {
	s := open(t)
	k, err := identity.NewKeyer(make([]byte, identity.KeyBytes))
	if err != nil {
		t.Fatal(err)
	}
	s.opt.Keyer = k
	return s
}

func fault(err error) string {
	var f *engine.Fault
	if errors.As(err, &f) {
		return f.Code
	}
	return ""
}

// G15, B18: a part of an answer is one entry, about those in it.
func TestG15EachPartOfScoresIsAnEntryAboutThoseInIt(t *testing.T) {
	s := numbered(t)
	ctx := context.Background()
	p := principal(access.Service)
	var seen []engine.Person
	part := Part{Most: 5}
	for turn := 0; ; turn++ {
		got, err := s.PracticeScores(ctx, p, Where{Route: "api"}, "P0", part)
		if err != nil {
			t.Fatal(err)
		}
		last := s.entries(t)[turn]
		var here []engine.Person
		for _, r := range got.Rows {
			here = append(here, r.Person)
			if r.Who.NHSNumber == "" || r.Who.Name != "" || r.Who.BirthDate != "" || r.Who.Phone != "" || r.Risk == "" || len(r.Why) != 3 || r.Mark != (Mark{}) {
				t.Errorf("a row is %+v", r)
			}
		}
		if last.Event != "read_scores_api" || last.Object != "P0" || last.Outcome != "allowed" || int(last.People) != len(here) || int(last.Rows) != len(here) {
			t.Errorf("the entry is %+v for %v", last, here)
		}
		seen = append(seen, here...)
		if got.Next == 0 {
			break
		}
		part.From, part.Snapshot = got.Next, got.Snapshot
	}
	if len(seen) != 14 || len(slices.Compact(slices.Sorted(slices.Values(seen)))) != 14 {
		t.Errorf("seen %v", seen)
	}
	if all, err := s.TeamScores(ctx, p, Where{}, "team-0", Part{}); err != nil || len(all.Rows) != 4 || all.Next != 0 {
		t.Errorf("the list: %v, %v", all, err)
	}
}

func TestG13ASystemReadsOnlyWhomItsOrganisationCaresFor(t *testing.T) {
	s := numbered(t)
	ctx := context.Background()
	p := principal(access.Service)
	_, other := s.PracticeScores(ctx, p, Where{}, "P1", Part{})
	_, none := s.PracticeScores(ctx, p, Where{}, "nowhere", Part{})
	if fault(other) != access.CodeOrganisation || other.Error() != none.Error() {
		t.Errorf("another practice: %v; none: %v", other, none)
	}
	if _, err := s.TeamScores(ctx, p, Where{}, "team-1", Part{}); fault(err) != access.CodeTeam {
		t.Errorf("another team: %v", err)
	}
	if _, err := s.PersonScore(ctx, p, Where{}, "9000000009"); err != access.ErrNoPerson {
		t.Errorf("nobody: %v", err)
	}
	for _, role := range access.Roles() {
		if role == access.Service {
			continue
		}
		if _, err := s.PracticeScores(ctx, principal(role), Where{Reason: "because"}, "P0", Part{}); err == nil {
			t.Errorf("%s read scores", role)
		}
	}
	opened := len(s.vault.opened)
	for _, e := range s.entries(t) {
		if e.Outcome == "allowed" {
			t.Errorf("allowed: %+v", e)
		}
	}
	if opened > 0 {
		t.Error("the vault was opened")
	}
}

func TestB18APartOfAnotherSnapshotOrWithoutVaultIsRefusedAndKept(t *testing.T) {
	s := numbered(t)
	ctx := context.Background()
	p := principal(access.Service)
	if _, err := s.PracticeScores(ctx, p, Where{}, "P0", Part{Snapshot: "2026-01-01-old", From: 5}); fault(err) != "snapshot-changed" {
		t.Errorf("another snapshot: %v", err)
	}
	s.opt.Vault = nil
	if _, err := s.PracticeScores(ctx, p, Where{}, "P0", Part{}); fault(err) != "no-vault" {
		t.Errorf("no vault: %v", err)
	}
	if _, err := s.PracticeScores(ctx, p, Where{}, "P1", Part{}); fault(err) != access.CodeOrganisation {
		t.Errorf("whoever may not is told no more: %v", err)
	}
	var outcomes []string
	for _, e := range s.entries(t) {
		outcomes = append(outcomes, e.Outcome)
	}
	if !slices.Equal(outcomes, []string{"snapshot-changed", "no-vault", access.CodeOrganisation}) {
		t.Errorf("the audit has %v", outcomes)
	}
	s.today += 8
	if _, err := s.PracticeScores(ctx, p, Where{}, "P0", Part{}); err == nil {
		t.Error("old scores were given without a vault")
	}
}

func TestG25WhatRanAndWhatStands(t *testing.T) {
	s := numbered(t)
	ctx := context.Background()
	p := principal(access.Service)
	if _, err := s.WhatRan(ctx, p, Where{}, 5); fault(err) != "no-runs" {
		t.Errorf("no ledger: %v", err)
	}
	var asked int
	s.opt.Runs = func(_ context.Context, most int) ([]Run, error) {
		asked = most
		return []Run{{ID: "r1", State: "done", Started: time.Unix(0, 0)}}, nil
	}
	if got, err := s.WhatRan(ctx, p, Where{}, 1e6); err != nil || len(got) != 1 || asked != MostRuns {
		t.Errorf("%v, %v, asked for %d", got, err, asked)
	}
	if _, err := s.WhatRan(ctx, principal(access.Coordinator), Where{}, 1); fault(err) != access.CodeRole {
		t.Errorf("a coordinator: %v", err)
	}
	st, err := s.Standing(ctx, p, Where{})
	if err != nil || st.Model != (Model{"boost_365", "b", "an event", 365}) || st.AsOf.String() != made.AsOf || len(st.Sources) != 1 {
		t.Errorf("%+v, %v", st, err)
	}
}

// A mark is the same for a person in every export, and not the pseudonym.
func TestG16MarksAreKeyedAndNotThePseudonym(t *testing.T) {
	s := numbered(t)
	ctx := context.Background()
	p := principal(access.Coordinator)
	one, err := s.ExportList(ctx, p, Where{Reason: "r"}, "team-0", View{}, "fhir")
	if err != nil {
		t.Fatal(err)
	}
	two, _ := s.ExportList(ctx, p, Where{Reason: "r"}, "team-0", View{}, "csv")
	marks := map[Mark]bool{}
	for i, r := range one.Rows {
		if r.Mark == (Mark{}) || r.Mark != two.Rows[i].Mark || marks[r.Mark] {
			t.Errorf("mark %x, then %x", r.Mark, two.Rows[i].Mark)
		}
		marks[r.Mark] = true
	}
	other := make([]byte, identity.KeyBytes)
	other[0] = 1
	s.opt.Keyer, _ = identity.NewKeyer(other)
	three, _ := s.ExportList(ctx, p, Where{Reason: "r"}, "team-0", View{}, "fhir")
	if three.Rows[0].Mark == one.Rows[0].Mark {
		t.Error("the mark does not depend on the key")
	}
}
