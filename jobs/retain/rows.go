//go:build duckdb_arrow

package retain

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"leftshift/engine"
	"leftshift/engine/cohort"
	"leftshift/engine/web/signin"
	"leftshift/engine/worklist"
)

// rows is a class that is rows of a database: what is due goes in one
// transaction.
type rows struct {
	class, file string
	count       func(ctx context.Context, s *site, before time.Time) (n int, oldest, newest time.Time, err error)
	forget      func(ctx context.Context, s *site, before time.Time) error
}

// worklist opens the site's worklist, on the site's day.
func (s *site) worklist() (*worklist.Store, error) {
	return worklist.Open(s.state, worklist.Options{Now: s.c.Clock})
}

// midnight is the first moment, in Europe/London, after a day.
func midnight(last engine.Day) time.Time {
	y, m, d := (last + 1).Date()
	return time.Date(y, time.Month(m), d, 0, 0, 0, 0, engine.London)
}

var tables = []rows{
	{"worklist", worklist.File, func(ctx context.Context, s *site, before time.Time) (int, time.Time, time.Time, error) {
		w, err := s.worklist()
		if err != nil {
			return 0, time.Time{}, time.Time{}, err
		}
		defer w.Close()
		return w.Finished(ctx, before, s.on)
	}, func(ctx context.Context, s *site, before time.Time) error {
		w, err := s.worklist()
		if err != nil {
			return err
		}
		_, err = w.Forget(ctx, before, s.on)
		return errors.Join(err, w.Close())
	}},
	{"cohorts", cohort.LedgerFile, func(ctx context.Context, s *site, before time.Time) (int, time.Time, time.Time, error) {
		l, err := cohort.OpenLedger(s.state, nil)
		if err != nil {
			return 0, time.Time{}, time.Time{}, err
		}
		defer l.Close()
		return l.Asked(ctx, before, s.published)
	}, func(ctx context.Context, s *site, before time.Time) error {
		l, err := cohort.OpenLedger(s.state, nil)
		if err != nil {
			return err
		}
		_, err = l.Forget(ctx, before, s.published)
		return errors.Join(err, l.Close())
	}},
	{"sessions", "signin.db", func(ctx context.Context, s *site, before time.Time) (int, time.Time, time.Time, error) {
		l, err := signin.OpenStore(s.state, nil)
		if err != nil {
			return 0, time.Time{}, time.Time{}, err
		}
		defer l.Close()
		return l.Over(ctx, before)
	}, func(ctx context.Context, s *site, before time.Time) error {
		l, err := signin.OpenStore(s.state, nil)
		if err != nil {
			return err
		}
		_, err = l.Forget(ctx, before)
		return errors.Join(err, l.Close())
	}},
}

// there says whether the database of a class is there; nothing is made by asking.
func (r rows) there(s *site) bool {
	_, err := os.Stat(filepath.Join(s.state, r.file))
	return err == nil
}

// published says whether a snapshot is still there to be counted.
func (s *site) published(name string) bool {
	_, err := os.Stat(filepath.Join(s.data, "snapshots", filepath.Base(name)))
	return err == nil
}
