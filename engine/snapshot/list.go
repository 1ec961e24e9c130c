//go:build duckdb_arrow

package snapshot

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"leftshift/engine"
	"leftshift/engine/lake"
	"leftshift/engine/schema"
)

// The files that are held in memory, all or in part.
const (
	residentFile  = "resident.parquet"
	listFile      = "risk_list.parquet"
	reasonFile    = "reason.parquet"
	clinicianFile = "reason_clinician.parquet" // nothing summed for what only clinicians may read
	gapFile       = "gap.parquet"
	timelineFile  = "timeline.parquet"
	needFile      = "need.parquet"
	leaverFile    = "leaver.parquet"
)

// List is one team's list as published.
type List struct {
	Team string
	Rows []schema.ListRow // by rank, then who was added by hand (rank 0) by falling risk
	// Leavers were on it the night before; nil too where the snapshot does not say.
	Leavers []schema.Leaver // by person
}

// Told is what a snapshot tells of one person.
type Told struct {
	Resident schema.Resident
	// Scores are the person's risks by every model and published score, by name.
	Scores []schema.Score
	// Reasons are for anyone on the care team, by rank; Clinician has also what
	// only clinicians may read. Nil when no fitted model served.
	Reasons   []schema.Reason
	Clinician []schema.Reason
	// Gaps are what could be changed, each with the class of who may read it.
	Gaps []schema.GapRow
	// Timeline is the newest first, and Needs by kind, each with the class of who
	// may read it. Only of people on lists, or who were added by hand.
	Timeline []schema.TimelineRow
	Needs    []schema.Need
	// Move is how the risk moved since the snapshot before, its zero value where that has none
	// of the person; Moves are its parts for anyone on the care team, by rank, and
	// ClinicianMoves those with what only clinicians may read. None: nothing moved.
	Move           schema.Move
	Moves          []schema.MoveReason
	ClinicianMoves []schema.MoveReason
}

// Lists are all lists, in byte order of team. They are shared: do not change them.
func (s *Snapshot) Lists() []*List { return s.lists }

// List finds a team's list; nil when there is none.
func (s *Snapshot) List(team string) *List { return s.byTeam[team] }

// Tell gives what the snapshot tells of a person; false when they are not in
// it. What it gives is shared: do not change it.
func (s *Snapshot) Tell(ctx context.Context, person engine.Person) (*Told, bool, error) {
	if t := s.listed[person]; t != nil {
		return t, true, nil
	}
	if _, ok := s.Place(person); !ok {
		return nil, false, nil
	}
	where := "person = " + person.String()
	found, err := s.told(ctx, where)
	if err != nil {
		return nil, false, err
	}
	return found[person], found[person] != nil, nil
}

// told reads what is told of the people that a condition of ours finds.
func (s *Snapshot) told(ctx context.Context, where string) (map[engine.Person]*Told, error) {
	out := map[engine.Person]*Told{}
	residents, err := rows[schema.Resident](ctx, s, residentFile, where, "person")
	if err != nil {
		return nil, err
	}
	for _, r := range residents {
		out[r.Person] = &Told{Resident: r}
	}
	scores, err := rows[schema.Score](ctx, s, "score.parquet", where, "person", "model")
	if err != nil {
		return nil, err
	}
	for _, x := range scores {
		if t := out[x.Person]; t != nil {
			t.Scores = append(t.Scores, x)
		}
	}
	for _, file := range []string{reasonFile, clinicianFile} {
		reasons, err := rows[schema.Reason](ctx, s, file, where, "person", "rank")
		if err != nil {
			return nil, err
		}
		for _, x := range reasons {
			t := out[x.Person]
			switch {
			case t == nil:
			case file == reasonFile:
				t.Reasons = append(t.Reasons, x)
			default:
				t.Clinician = append(t.Clinician, x)
			}
		}
	}
	if err := put(ctx, s, gapFile, where, func(x *schema.GapRow) {
		if t := out[x.Person]; t != nil {
			t.Gaps = append(t.Gaps, *x)
		}
	}, "person", "gap", "display"); err != nil {
		return nil, err
	}
	if err := put(ctx, s, timelineFile, where, func(x *schema.TimelineRow) {
		if t := out[x.Person]; t != nil {
			t.Timeline = append(t.Timeline, *x)
		}
	}, "person", "day DESC", "kind", "title", "source"); err != nil {
		return nil, err
	}
	if err := s.tellMoves(ctx, where, out); err != nil {
		return nil, err
	}
	return out, put(ctx, s, needFile, where, func(x *schema.Need) {
		if t := out[x.Person]; t != nil {
			t.Needs = append(t.Needs, *x)
		}
	}, "person", "kind", "text")
}

// put gives every row of a file to a function.
func put[T any](ctx context.Context, s *Snapshot, file, where string, each func(*T), order ...string) error {
	all, err := rows[T](ctx, s, file, where, order...)
	for i := range all {
		each(&all[i])
	}
	return err
}

func (s *Snapshot) readLists(ctx context.Context) error {
	for _, file := range []string{listFile, reasonFile, clinicianFile, "score.parquet", gapFile, timelineFile, needFile, leaverFile, moveFile, moveToldFile, moveClinicianFile} {
		if !s.Has(file) {
			continue
		}
		if err := s.Held(s.dir, file, true); err != nil {
			return err
		}
	}
	all, err := rows[schema.ListRow](ctx, s, listFile, "", "list", "rank = 0", "rank", "probability DESC NULLS LAST", "person")
	if err != nil {
		return err
	}
	of := func(team string) *List {
		l := s.byTeam[team]
		if l == nil {
			l = &List{Team: team}
			s.byTeam[team], s.lists = l, append(s.lists, l)
		}
		return l
	}
	for _, r := range all {
		l := of(r.List)
		l.Rows = append(l.Rows, r)
	}
	if err := put(ctx, s, leaverFile, "", func(x *schema.Leaver) {
		l := of(x.List)
		l.Leavers = append(l.Leavers, *x)
	}, "list", "person"); err != nil {
		return err
	}
	slices.SortFunc(s.lists, func(a, b *List) int { return strings.Compare(a.Team, b.Team) })
	if len(all) == 0 {
		return nil
	}
	s.listed, err = s.told(ctx, "person IN (SELECT person FROM read_parquet("+lake.Quote(filepath.Join(s.dir, listFile))+"))")
	if err != nil {
		return err
	}
	for _, r := range all {
		if s.listed[r.Person] == nil {
			return &engine.Fault{Code: "snapshot-list", Say: "a list of snapshot " + s.Name + " has a person who is not in it: publish again"}
		}
	}
	return nil
}
