// Package ledger is the record of what ran: scheduled slots, runs and their
// steps, in one SQLite file of the data folder. It is the truth about the
// schedule (the clock only proposes) and what `status` shows. It holds names,
// times, codes, sentences and counts, never a person's values.
//
// A slot is one moment at which a job was to run, and exists once:
//
//	due -> running -> succeeded | failed | cancelled | abandoned
//	due -> skipped | missed
//	running -> due              stopped on request; to be gone on with
//	abandoned -> running | failed | missed
//	skipped, missed -> due      of a time still to come: the clock was wrong
//
// A run is one attempt, of a slot or by hand: running -> succeeded | failed |
// cancelled | abandoned. At most one run of a data folder is running. Every
// transition is one transaction, synced to disk before it returns.
package ledger

import (
	"database/sql"
	_ "embed"
	"errors"
	"os"
	"time"

	"leftshift/engine"
	"leftshift/engine/durable"
	"leftshift/engine/store"
)

// State of a slot, a run or a step.
type State string

const (
	Due       State = "due"
	Running   State = "running"
	Succeeded State = "succeeded"
	Failed    State = "failed"
	Cancelled State = "cancelled" // ended on request
	Abandoned State = "abandoned" // its process died
	Skipped   State = "skipped"   // not run, for a reason
	Missed    State = "missed"    // nobody was there to run it
	Reused    State = "reused"    // of a step: its output was there already
)

// Options of a ledger; the zero value is what a program uses.
type Options struct {
	Now   func() time.Time // nil: time.Now
	Host  string           // "": the machine's name
	Lease time.Duration    // how long a run is believed alive without a sign; 0: one minute
}

// Ledger is safe for concurrent use, and other processes may have the file
// open at once.
type Ledger struct {
	db  *sql.DB
	opt Options
}

//go:embed schema.sql
var schema string

// Open opens the ledger of a data folder, ledger.db, making both when they do
// not exist, readable by this user only. Folder "" gives a ledger in memory,
// gone when closed.
func Open(folder string, opt Options) (*Ledger, error) {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Host == "" {
		opt.Host, _ = os.Hostname()
	}
	if opt.Lease <= 0 {
		opt.Lease = time.Minute
	}
	file := store.Memory
	if folder != "" {
		var err error
		if file, err = durable.Private(folder, "ledger.db"); err != nil {
			return nil, broken("the run ledger's file cannot be made: check who may write the data folder", err)
		}
	}
	db, err := store.Writer(file, 10*time.Second)
	if err != nil {
		return nil, broken("the run ledger cannot be opened", err)
	}
	l := &Ledger{db, opt}
	if err := l.migrate(); err != nil {
		db.Close()
		return nil, err
	}
	return l, nil
}

// Close ends the use of the file. A run that is running stays so in the file.
func (l *Ledger) Close() error { return l.db.Close() }

func (l *Ledger) migrate() error {
	return l.write(func(tx *sql.Tx) error {
		_, err := store.Migrate(tx, schema)
		if errors.Is(err, store.ErrNewer) {
			return &engine.Fault{Code: "ledger-newer", Say: "the run ledger was written by a newer version of this program: use that version"}
		}
		return err
	})
}

// write runs one transaction.
func (l *Ledger) write(do func(*sql.Tx) error) error {
	tx, err := l.db.Begin()
	if err != nil {
		return broken("the run ledger cannot be written", err)
	}
	if err := do(tx); err != nil {
		_ = tx.Rollback()
		return broken("the run ledger cannot be written", err)
	}
	if err := tx.Commit(); err != nil {
		return broken("the run ledger cannot be written", err)
	}
	return nil
}

// broken wraps what SQLite says; a Fault passes as it is.
func broken(say string, err error) error {
	var f *engine.Fault
	if errors.As(err, &f) {
		return err
	}
	return &engine.Fault{Code: "ledger-unusable", Say: say, Err: err}
}

// now is the wall clock in whole milliseconds, the unit of the file.
func (l *Ledger) now() time.Time { return l.opt.Now().UTC().Truncate(time.Millisecond) }

func when(ms sql.NullInt64) time.Time {
	if !ms.Valid {
		return time.Time{}
	}
	return time.UnixMilli(ms.Int64).UTC()
}
