//go:build duckdb_arrow

package serve

import (
	"context"
	"path/filepath"
	"time"

	"leftshift/engine"
	"leftshift/engine/door"
	"leftshift/engine/risklist"
	"leftshift/engine/snapshot"
	"leftshift/engine/worklist"
	"leftshift/jobs/config"
)

// workClock is the time at which a site's people work: the wall clock, moved to
// the site's day where that is fixed, as for a demonstration.
func workClock(c *config.Config) func() time.Time {
	return func() time.Time {
		now := time.Now()
		if day := c.AsOf(now); day != engine.DayOf(now) {
			y, m, d := day.Date()
			now = now.In(engine.London)
			return time.Date(y, time.Month(m), d, now.Hour(), now.Minute(), now.Second(), now.Nanosecond(), engine.London)
		}
		return now
	}
}

// lookEvery is how often it is looked whether a night has published.
const lookEvery = 30 * time.Second

// follow keeps the worklist at the current snapshot's lists until ctx ends. A
// night brings it up itself, with deaths and outcomes, and says the same of the
// lists; this is for snapshots of before the site had a worklist, and for those
// that were put here from elsewhere.
func (s *Site) follow(ctx context.Context) {
	for {
		if err := s.Sync(ctx); err != nil && ctx.Err() == nil {
			s.log.Error("worklist", "error", err)
		}
		if err := s.warm(ctx); err != nil && ctx.Err() == nil {
			s.log.Error("snapshot", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(lookEvery):
		}
	}
}

// warm counts the people of the current snapshot before anyone asks: once for
// each snapshot, which keeps the answer.
func (s *Site) warm(ctx context.Context) error {
	if dir, err := snapshot.Current(s.c.At(s.c.Site.Data)); err != nil || dir == "" {
		return err
	}
	now, done, err := s.snapshots.Use(ctx)
	if err != nil {
		return err
	}
	defer done()
	_, err = now.Population(ctx)
	return err
}

// Sync brings the worklist up to the lists of the current snapshot, which may be
// of an earlier day than the last where a later one was recalled; nothing is done
// where they are in it already, or nothing is published.
func (s *Site) Sync(ctx context.Context) error {
	dir, err := snapshot.Current(s.c.At(s.c.Site.Data))
	if err != nil || dir == "" {
		return err
	}
	last, _, err := s.worklist.Last(ctx)
	if err != nil || last.Snapshot == filepath.Base(dir) {
		return err
	}
	now, done, err := s.snapshots.Use(ctx)
	if err != nil {
		return err
	}
	defer done()
	var rows []worklist.Row
	var leavers []worklist.Leaver
	for _, l := range now.Lists() {
		for _, r := range l.Rows {
			told, ok, err := now.Tell(ctx, r.Person)
			if err != nil {
				return err
			}
			if !ok || r.Rank == 0 { // added by hand: in the worklist before the night saw them
				continue
			}
			rows = append(rows, worklist.Row{List: l.Team, Person: r.Person, Practice: told.Resident.Practice, Rule: risklist.ByRisk.String(),
				Rank: int(r.Rank), Probability: r.Probability, Reasons: door.Digest(told.Reasons)})
		}
		for _, x := range l.Leavers {
			leavers = append(leavers, worklist.Leaver{List: l.Team, Person: x.Person, Code: x.Code})
		}
	}
	_, err = s.worklist.Sync(ctx, worklist.Run{Snapshot: now.Name, AsOf: now.AsOf, Back: true}, rows, leavers, nil)
	return err
}
