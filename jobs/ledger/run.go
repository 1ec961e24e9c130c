package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"time"

	"leftshift/engine"
	"leftshift/jobs/progress"
)

// Start says what run begins.
type Start struct {
	Job     string
	For     time.Time // the slot, which is recorded; zero: by hand
	Version string    // of the program
	Config  string    // hash of the configuration
}

// Run is a run that this process has begun. A heart beats in the background
// until End. Not for concurrent use, but for End.
type Run struct {
	ID      string
	Job     string
	For     time.Time // zero: by hand
	Attempt int

	ledger *Ledger
	seq    int64
	steps  int
	cancel context.CancelCauseFunc
	stop   chan struct{}
	beats  sync.WaitGroup
	once   sync.Once
}

// Begin records a new run as running. The caller holds the data folder's lock
// (Acquire), so what this machine left running is dead and becomes abandoned.
// The context ends with ctx, and when the run's lease is lost, which happens
// when a ledger shared between machines gave it to another.
func (l *Ledger) Begin(ctx context.Context, s Start) (*Run, context.Context, error) {
	r := &Run{Job: s.Job, For: s.For, ledger: l, stop: make(chan struct{})}
	err := l.write(func(tx *sql.Tx) error {
		if _, err := l.recover(tx); err != nil {
			return err
		}
		now := l.now()
		var slot any
		if !s.For.IsZero() {
			slot = s.For.UnixMilli()
			res, err := tx.Exec("UPDATE slot SET state = 'running', code = '', say = '', changed = ? WHERE job = ? AND scheduled_for = ? AND state IN ('due','abandoned')",
				now.UnixMilli(), s.Job, slot)
			if err != nil {
				return err
			}
			if n, _ := res.RowsAffected(); n != 1 {
				return &engine.Fault{Code: "slot-not-waiting", Say: "the slot is not waiting any more: another process dealt with it"}
			}
		}
		if err := tx.QueryRow("SELECT count(*) + 1 FROM run WHERE job = ? AND scheduled_for = ?", s.Job, slot).Scan(&r.Attempt); err != nil {
			return err
		}
		if err := tx.QueryRow("SELECT coalesce(max(seq), 0) + 1 FROM run").Scan(&r.seq); err != nil {
			return err
		}
		r.ID = fmt.Sprintf("%s-%04d", now.Format("20060102T150405Z"), r.seq)
		_, err := tx.Exec("INSERT INTO run (seq, id, job, scheduled_for, attempt, state, pid, host, version, config, started, lease) VALUES (?, ?, ?, ?, ?, 'running', ?, ?, ?, ?, ?, ?)",
			r.seq, r.ID, s.Job, slot, r.Attempt, os.Getpid(), l.opt.Host, s.Version, s.Config, now.UnixMilli(), now.Add(l.opt.Lease).UnixMilli())
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	ctx, r.cancel = context.WithCancelCause(ctx)
	r.beats.Go(r.beat)
	return r, ctx, nil
}

// beat renews the lease. A run that can no longer write for as long as its
// lease lasts stops itself, for others may believe it dead.
func (r *Run) beat() {
	lease := r.ledger.opt.Lease
	tick := time.NewTicker(lease / 4)
	defer tick.Stop()
	good := time.Now()
	for {
		select {
		case <-r.stop:
			return
		case <-tick.C:
		}
		var n int64
		err := r.ledger.write(func(tx *sql.Tx) error {
			res, err := tx.Exec("UPDATE run SET lease = ? WHERE seq = ? AND state = 'running'", r.ledger.now().Add(lease).UnixMilli(), r.seq)
			if err == nil {
				n, err = res.RowsAffected()
			}
			return err
		})
		switch {
		case err == nil && n == 1:
			good = time.Now()
		case err == nil, time.Since(good) > lease:
			r.cancel(&engine.Fault{Code: "lease-lost", Say: "the run lost its place in the ledger and stopped: run again", Err: err})
			return
		}
	}
}

// StepStarted records the next step of the run.
func (r *Run) StepStarted(name, digest string) error {
	return r.ledger.write(func(tx *sql.Tx) error {
		_, err := tx.Exec("INSERT INTO step (run, n, name, state, digest, started) SELECT ?, ?, ?, 'running', ?, ? FROM run WHERE seq = ? AND state = 'running'",
			r.seq, r.steps+1, name, digest, r.ledger.now().UnixMilli(), r.seq)
		if err == nil {
			r.steps++
		}
		return err
	})
}

// StepEnded closes the step that StepStarted opened: Succeeded, Reused, Failed
// or Cancelled. Why is the error of the last two; what of it may be kept is
// kept.
func (r *Run) StepEnded(state State, counts progress.Counts, why error) error {
	code, say := progress.Explain(why)
	if counts == nil {
		counts = progress.Counts{}
	}
	text, err := json.Marshal(counts) // by name
	if err != nil {
		return broken("a step's counts cannot be written", err)
	}
	return r.ledger.write(func(tx *sql.Tx) error {
		_, err := tx.Exec("UPDATE step SET state = ?, ended = ?, code = ?, say = ?, counts = ? WHERE run = ? AND n = ?",
			state, r.ledger.now().UnixMilli(), code, say, string(text), r.seq, r.steps)
		return err
	})
}

// End closes the run: Succeeded, Failed or Cancelled, with the error of the
// last two. Again is for a cancelled run of a slot: the slot is due again,
// to be gone on with by the next scheduler. A second End does nothing.
func (r *Run) End(state State, why error, again bool) error {
	var err error
	r.once.Do(func() { err = r.end(state, why, again) })
	return err
}

func (r *Run) end(state State, why error, again bool) error {
	close(r.stop)
	r.beats.Wait()
	r.cancel(nil)
	code, say := progress.Explain(why)
	return r.ledger.write(func(tx *sql.Tx) error {
		now := r.ledger.now().UnixMilli()
		if _, err := tx.Exec("UPDATE step SET state = ?, ended = ?, code = ?, say = ? WHERE run = ? AND state = 'running'",
			state, now, code, say, r.seq); err != nil {
			return err
		}
		res, err := tx.Exec("UPDATE run SET state = ?, ended = ?, code = ?, say = ? WHERE seq = ? AND state = 'running'", state, now, code, say, r.seq)
		if err != nil {
			return err
		}
		if n, _ := res.RowsAffected(); n != 1 {
			return &engine.Fault{Code: "lease-lost", Say: "the run lost its place in the ledger before it ended"}
		}
		if r.For.IsZero() {
			return nil
		}
		if state == Cancelled && again {
			state = Due
		}
		_, err = tx.Exec("UPDATE slot SET state = ?, code = ?, say = ?, changed = ? WHERE job = ? AND scheduled_for = ? AND state = 'running'",
			state, code, say, now, r.Job, r.For.UnixMilli())
		return err
	})
}

// Recover marks runs whose process died as abandoned, and says how many. The
// caller holds the data folder's lock.
func (l *Ledger) Recover() (n int, err error) {
	err = l.write(func(tx *sql.Tx) error {
		n, err = l.recover(tx)
		return err
	})
	return n, err
}

// recover: a run of this machine is dead, for the caller holds the lock that
// a living one would hold. A run of another machine is dead once its lease is
// over.
func (l *Ledger) recover(tx *sql.Tx) (int, error) {
	var seq int64
	var host, job string
	var slot, lease sql.NullInt64
	err := tx.QueryRow("SELECT seq, host, job, scheduled_for, lease FROM run WHERE state = 'running'").Scan(&seq, &host, &job, &slot, &lease)
	if err == sql.ErrNoRows {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	now := l.now()
	if until := when(lease); host != l.opt.Host && until.After(now) {
		return 0, &engine.Fault{Code: "run-elsewhere", Say: fmt.Sprintf("a run on the machine %q is using this data folder: wait until it ends, or, if that machine is gone, until %s", host, until.In(engine.London).Format("15:04:05"))}
	}
	const code, say = "process-died", "the process ended without a word: it was killed, or the machine stopped"
	for _, q := range []string{
		"UPDATE step SET state = 'abandoned', ended = ?1, code = ?2, say = ?3 WHERE run = ?4 AND state = 'running'",
		"UPDATE run SET state = 'abandoned', ended = ?1, code = ?2, say = ?3 WHERE seq = ?4",
	} {
		if _, err := tx.Exec(q, now.UnixMilli(), code, say, seq); err != nil {
			return 0, err
		}
	}
	if slot.Valid {
		_, err = tx.Exec("UPDATE slot SET state = 'abandoned', code = ?, say = ?, changed = ? WHERE job = ? AND scheduled_for = ? AND state = 'running'",
			code, say, now.UnixMilli(), job, slot.Int64)
	}
	return 1, err
}
