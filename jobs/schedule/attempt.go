package schedule

import (
	"context"
	"time"

	"leftshift/jobs/ledger"
	"leftshift/jobs/progress"
)

// Job is work that the ledger records.
type Job struct {
	Name    string // such as "night"
	Version string // of the program
	Config  string // hash of the configuration

	// Do is the work. Run.For is the slot, zero by hand. When stop is closed it
	// ends at its next safe point with ledger.ErrStopped. A panic is a failure.
	Do func(ctx context.Context, run *ledger.Run, stop <-chan struct{}) error
}

// Now runs a job by hand: it takes the data folder's lock, or refuses with a
// Fault "folder-in-use", and records the run. The error is the job's.
func Now(ctx context.Context, l *ledger.Ledger, folder string, job Job, stop <-chan struct{}, hear progress.Listener) error {
	a, err := begin(ctx, l, folder, job, time.Time{}, hear)
	if err != nil {
		return err
	}
	err, recorded := a.work(stop)
	if err == nil {
		err = recorded
	}
	return err
}

// attempt is a run that has begun and holds the lock.
type attempt struct {
	job  Job
	lock *ledger.Lock
	run  *ledger.Run
	ctx  context.Context
	hear progress.Listener
}

func begin(ctx context.Context, l *ledger.Ledger, folder string, job Job, slot time.Time, hear progress.Listener) (*attempt, error) {
	if hear == nil {
		hear = func(progress.Event) {}
	}
	lock, err := ledger.Acquire(folder, ledger.WorkLock, time.Now())
	if err != nil {
		return nil, err
	}
	run, rctx, err := l.Begin(ctx, ledger.Start{Job: job.Name, For: slot, Version: job.Version, Config: job.Config})
	if err != nil {
		_ = lock.Release()
		return nil, err
	}
	return &attempt{job, lock, run, rctx, hear}, nil
}

// work does the job, records its end and gives the lock back. It returns the
// job's error, and what kept its end from being recorded.
func (a *attempt) work(stop <-chan struct{}) (err, recorded error) {
	start := time.Now()
	a.hear(progress.RunStarted{Run: a.run.ID, Job: a.job.Name})
	err = func() (err error) {
		defer func() {
			if v := recover(); v != nil {
				err = progress.Panicked(v)
			}
		}()
		return a.job.Do(a.ctx, a.run, stop)
	}()
	state := ledger.Outcome(a.ctx, err)
	recorded = a.run.End(state, err, true)
	_ = a.lock.Release()
	code, say := progress.Explain(err)
	a.hear(progress.RunEnded{Run: a.run.ID, Job: a.job.Name, State: string(state), Took: time.Since(start), Code: code, Say: say})
	return err, recorded
}
