package cohort

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"time"

	"leftshift/engine"
	"leftshift/engine/durable"
	"leftshift/engine/store"
)

// Ledger keeps in one SQLite file what was asked of each snapshot, in order, by
// all users and processes of a site. It is safe for concurrent use.
type Ledger struct {
	db  *sql.DB
	now func() time.Time
}

//go:embed schema.sql
var ledgerSchema string

// LedgerFile is the ledger's name in its folder.
const LedgerFile = "cohort.db"

// askers keeps who asked first; nobody of what was asked before it.
const askers = "ALTER TABLE asked ADD COLUMN who TEXT NOT NULL DEFAULT ''"

// OpenLedger opens the ledger of a folder, making both where they do not exist,
// readable by this user only. now nil means time.Now. It must not be lost while
// its snapshots are counted: what was told before would no longer bind.
func OpenLedger(folder string, now func() time.Time) (*Ledger, error) {
	if now == nil {
		now = time.Now
	}
	file, err := durable.Private(folder, LedgerFile)
	if err != nil {
		return nil, broken(err)
	}
	db, err := store.Writer(file, 30*time.Second)
	if err != nil {
		return nil, broken(err)
	}
	l := &Ledger{db, now}
	if err := l.migrate(); err != nil {
		db.Close()
		return nil, err
	}
	return l, nil
}

func (l *Ledger) migrate() error {
	tx, err := l.db.Begin()
	if err != nil {
		return broken(err)
	}
	defer func() { _ = tx.Rollback() }()
	_, err = store.Migrate(tx, ledgerSchema, askers)
	if errors.Is(err, store.ErrNewer) {
		return fault("cohort-ledger-newer", "the ledger of cohorts was written by a newer version of this program: use that one")
	}
	if err != nil {
		return broken(err)
	}
	if err := tx.Commit(); err != nil {
		return broken(err)
	}
	return nil
}

// Close ends the use of the file.
func (l *Ledger) Close() error { return l.db.Close() }

// question is a request and who asked it first.
type question struct {
	who     string
	request []byte
}

// turn runs one question while no other process asks. before gets what was asked
// of the snapshot after seq, in order; then answer says whether this request is
// to be kept. It is on disk before turn returns without error.
func (l *Ledger) turn(ctx context.Context, snapshot string, seq int, asked question, before func(seq int, asked question) error, answer func() (keep bool, err error)) (err error) {
	tx, err := l.db.BeginTx(ctx, nil)
	if err != nil {
		return broken(err)
	}
	defer func() { _ = tx.Rollback() }()
	rows, err := tx.Query("SELECT seq, who, request FROM asked WHERE snapshot = ? AND seq > ? ORDER BY seq", snapshot, seq)
	if err != nil {
		return broken(err)
	}
	type row struct {
		seq int
		question
	}
	var missed []row
	for rows.Next() {
		var r row
		if err := rows.Scan(&r.seq, &r.who, &r.request); err != nil {
			rows.Close()
			return broken(err)
		}
		missed = append(missed, r)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return broken(err)
	}
	for _, r := range missed {
		if err := before(r.seq, r.question); err != nil {
			return err
		}
		seq = r.seq
	}
	keep, err := answer()
	if err != nil || !keep {
		return err
	}
	if _, err := tx.Exec("INSERT INTO asked (snapshot, seq, request, time, who) VALUES (?, ?, ?, ?, ?)", snapshot, seq+1, string(asked.request), l.now().UnixMilli(), asked.who); err != nil {
		return broken(err)
	}
	if err := tx.Commit(); err != nil {
		return broken(err)
	}
	return nil
}

// broken wraps what SQLite or the file system says.
func broken(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &engine.Fault{Code: "cohort-ledger", Say: "the ledger of cohorts cannot be read or written, so nothing is counted: check its folder and free space", Err: err}
}
