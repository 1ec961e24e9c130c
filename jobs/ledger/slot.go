package ledger

import (
	"database/sql"
	"errors"
	"time"

	"leftshift/engine"
)

// Slot is one moment at which a job was to run.
type Slot struct {
	Job      string    `json:"job"`
	For      time.Time `json:"scheduled_for"` // UTC
	State    State     `json:"state"`
	Code     string    `json:"code,omitempty"`
	Say      string    `json:"say,omitempty"`
	Changed  time.Time `json:"changed"`
	Attempts int       `json:"attempts"`
}

// Since is the moment from which a job's slots count: now the first time it is
// asked, the same ever after.
func (l *Ledger) Since(job string) (time.Time, error) {
	var ms sql.NullInt64
	err := l.write(func(tx *sql.Tx) error {
		if _, err := tx.Exec("INSERT OR IGNORE INTO job VALUES (?, ?)", job, l.now().UnixMilli()); err != nil {
			return err
		}
		return tx.QueryRow("SELECT since FROM job WHERE name = ?", job).Scan(&ms)
	})
	return when(ms), err
}

// Last is the latest slot of a job that is recorded at or before a moment; ok
// is false when there is none. A slot that was recorded while the clock was
// wrong and lies after the moment does not count.
func (l *Ledger) Last(job string, notAfter time.Time) (at time.Time, ok bool, err error) {
	var ms sql.NullInt64
	err = l.db.QueryRow("SELECT max(scheduled_for) FROM slot WHERE job = ? AND scheduled_for <= ?", job, notAfter.UnixMilli()).Scan(&ms)
	if err != nil {
		return time.Time{}, false, broken("the run ledger cannot be read", err)
	}
	return when(ms), ms.Valid, nil
}

// Enter records a slot as due. It does nothing, and says so, when the slot is
// recorded already, in whatever state.
func (l *Ledger) Enter(job string, at time.Time) (fresh bool, err error) {
	err = l.write(func(tx *sql.Tx) error {
		r, err := tx.Exec("INSERT OR IGNORE INTO slot (job, scheduled_for, state, changed) VALUES (?, ?, 'due', ?)",
			job, at.UnixMilli(), l.now().UnixMilli())
		if err != nil {
			return err
		}
		n, err := r.RowsAffected()
		fresh = n == 1
		return err
	})
	return fresh, err
}

// Waiting lists the slots of a job that are due or abandoned, oldest first.
func (l *Ledger) Waiting(job string) ([]Slot, error) {
	return l.slots("WHERE s.job = ? AND s.state IN ('due','abandoned') ORDER BY s.scheduled_for", job)
}

// Settle closes a slot that is due or abandoned without a run: Skipped, Missed
// or Failed, with a code and a sentence.
func (l *Ledger) Settle(job string, at time.Time, state State, code, say string) error {
	return l.write(func(tx *sql.Tx) error {
		r, err := tx.Exec("UPDATE slot SET state = ?, code = ?, say = ?, changed = ? WHERE job = ? AND scheduled_for = ? AND state IN ('due','abandoned')",
			state, code, say, l.now().UnixMilli(), job, at.UnixMilli())
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n != 1 {
			return errors.Join(err, &engine.Fault{Code: "slot-not-waiting", Say: "the slot is not waiting any more: another process dealt with it"})
		}
		return nil
	})
}

// Reopen makes slots of a time still to come due again that were settled as
// missed or skipped: the clock was ahead when that was done. It says how many.
func (l *Ledger) Reopen(job string) (n int, err error) {
	err = l.write(func(tx *sql.Tx) error {
		now := l.now().UnixMilli()
		r, err := tx.Exec("UPDATE slot SET state = 'due', code = '', say = '', changed = ?1 WHERE job = ?2 AND state IN ('missed','skipped') AND scheduled_for > ?1", now, job)
		if err != nil {
			return err
		}
		many, err := r.RowsAffected()
		n = int(many)
		return err
	})
	return n, err
}

// Slots lists the newest slots of a job first, or of all jobs when job is "".
func (l *Ledger) Slots(job string, most int) ([]Slot, error) {
	return l.slots("WHERE ? IN ('', s.job) ORDER BY s.scheduled_for DESC, s.job LIMIT ?", job, most)
}

func (l *Ledger) slots(where string, args ...any) ([]Slot, error) {
	rows, err := l.db.Query(`SELECT s.job, s.scheduled_for, s.state, s.code, s.say, s.changed,
		(SELECT count(*) FROM run r WHERE r.job = s.job AND r.scheduled_for = s.scheduled_for) FROM slot s `+where, args...)
	if err != nil {
		return nil, broken("the run ledger cannot be read", err)
	}
	defer rows.Close()
	var out []Slot
	for rows.Next() {
		var s Slot
		var at, changed sql.NullInt64
		if err := rows.Scan(&s.Job, &at, &s.State, &s.Code, &s.Say, &changed, &s.Attempts); err != nil {
			return nil, broken("the run ledger cannot be read", err)
		}
		s.For, s.Changed = when(at), when(changed)
		out = append(out, s)
	}
	if err := rows.Err(); err != nil {
		return nil, broken("the run ledger cannot be read", err)
	}
	return out, nil
}
