//go:build duckdb_arrow

package serve

import (
	"context"
	"path/filepath"
	"time"

	"leftshift/engine/door"
	"leftshift/engine/snapshot"
)

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
	_, err = door.Follow(ctx, now, s.worklist, "")
	return err
}
