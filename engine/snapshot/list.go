//go:build duckdb_arrow

package snapshot

import (
	"context"
	"path/filepath"

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
)

// List is one team's list as published.
type List struct {
	Team string
	Rows []schema.ListRow // by rank
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
	return out, nil
}

func (s *Snapshot) readLists(ctx context.Context) error {
	for _, file := range []string{listFile, reasonFile, clinicianFile, "score.parquet"} {
		if !s.Has(file) {
			continue
		}
		if err := s.Held(s.dir, file, true); err != nil {
			return err
		}
	}
	all, err := rows[schema.ListRow](ctx, s, listFile, "", "list", "rank")
	if err != nil {
		return err
	}
	for _, r := range all {
		l := s.byTeam[r.List]
		if l == nil {
			l = &List{Team: r.List}
			s.byTeam[r.List], s.lists = l, append(s.lists, l)
		}
		l.Rows = append(l.Rows, r)
	}
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
