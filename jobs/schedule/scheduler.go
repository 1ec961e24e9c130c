package schedule

import (
	"context"
	"errors"
	"fmt"
	"time"

	"leftshift/engine"
	"leftshift/jobs/ledger"
	"leftshift/jobs/progress"
)

// look is how often the wall clock is read at the least. A timer counts the
// time that the machine was awake; the wall clock does not.
const look = 30 * time.Second

// maxOwed is how many slots that passed unseen are recorded one by one.
const maxOwed = 1000

// Scheduler runs a job at the slots of a spec, one run at a time.
//
// Each slot is recorded once, as succeeded, failed, cancelled, skipped (with
// its reason: a run was under way) or missed. A job is done at least once for
// a slot that runs: one whose process died is tried again, so a job must be
// idempotent.
type Scheduler struct {
	Job        Job
	Spec       *Spec
	CatchUp    CatchUp // "": Latest
	MaxCatchUp int     // of All; 0: 1
	Folder     string  // the data folder
	Ledger     *ledger.Ledger
	Now        func() time.Time  // the wall clock; nil: time.Now
	Hear       progress.Listener // nil: nobody

	next, last time.Time // the next slot, and the clock when it was last read
	origin     time.Time // the earliest that the clock has shown
	stale      bool      // the ledger must be read even if no slot has come
	recovered  bool      // what dead processes left is marked
	busy       chan struct{}
	stop       chan struct{}
	trouble    string // the last warning, to say it once
}

// Run keeps the schedule until the context ends (give it one that SIGTERM
// ends). Then the run under way, if any, ends at its next safe point and its
// slot is due again; Run returns nil after it. It refuses, with a Fault
// "folder-in-use", where another scheduler serves the data folder. Trouble
// with the ledger is told and tried again, not returned.
func (s *Scheduler) Run(ctx context.Context) error {
	lock, err := ledger.Acquire(s.Folder, ledger.ScheduleLock, s.wall())
	if err != nil {
		return err
	}
	defer lock.Release()
	s.start()
	for {
		wait := s.tick(ctx, s.wall())
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			close(s.stop)
			if s.busy != nil {
				<-s.busy
			}
			return nil
		case <-s.busy: // nil, so never, when idle
			s.idle()
		case <-timer.C:
		}
		timer.Stop()
	}
}

func (s *Scheduler) start() {
	s.stale, s.recovered, s.stop = true, false, make(chan struct{})
}

func (s *Scheduler) idle() { s.busy, s.stale = nil, true }

// wall is the wall clock without the monotonic reading, which sleeps with the
// machine.
func (s *Scheduler) wall() time.Time {
	if s.Now != nil {
		return s.Now().Round(0)
	}
	return time.Now().Round(0)
}

// tick does what is to be done at a moment, and says how long nothing will be.
// A run that it starts works on in a goroutine, at whose end busy is closed.
func (s *Scheduler) tick(ctx context.Context, now time.Time) time.Duration {
	if s.stale || s.next.IsZero() || !now.Before(s.next) || now.Before(s.last) {
		if err := s.serve(ctx, now); err != nil {
			s.warn(err)
			s.stale = true
			s.last = now
			return look
		}
		s.trouble = ""
	}
	s.last = now
	return min(max(s.next.Sub(now), 10*time.Millisecond), look)
}

func (s *Scheduler) serve(ctx context.Context, now time.Time) error {
	if s.busy == nil && !s.recovered {
		if err := s.recover(now); err != nil {
			return err
		}
	}
	if n, err := s.Ledger.Reopen(s.Job.Name); err != nil {
		return err
	} else if n > 0 {
		s.tell("clock-was-ahead", fmt.Sprintf("the clock was ahead and was set back: %d slots to come are due again", n))
	}
	owed, err := s.owed(now)
	if err != nil {
		return err
	}
	for _, at := range owed {
		fresh, err := s.Ledger.Enter(s.Job.Name, at)
		if err != nil {
			return err
		}
		if fresh && s.busy != nil {
			if err := s.Ledger.Settle(s.Job.Name, at, ledger.Skipped, "overlap", "the run before was still under way"); err != nil {
				return err
			}
		}
	}
	s.stale = s.busy == nil && !s.recovered
	if s.busy == nil {
		return s.launch(ctx, now)
	}
	return nil
}

// recover marks what dead processes left. While a run by hand is under way
// nothing is dead, and it is tried again.
func (s *Scheduler) recover(now time.Time) error {
	lock, err := ledger.Acquire(s.Folder, ledger.WorkLock, now)
	if inUse(err) {
		return nil
	}
	if err != nil {
		return err
	}
	defer lock.Release()
	if _, err := s.Ledger.Recover(); err != nil && !inUse(err) {
		return err
	} else if err == nil {
		s.recovered = true
	}
	return nil
}

// owed lists the slots since the last recorded one, up to now, and notes the
// one after. A scheduler that is new to a ledger owes nothing from before.
func (s *Scheduler) owed(now time.Time) ([]time.Time, error) {
	from, ok, err := s.Ledger.Last(s.Job.Name, now)
	if err != nil {
		return nil, err
	}
	since, err := s.Ledger.Since(s.Job.Name)
	if err != nil {
		return nil, err
	}
	if s.origin.IsZero() || now.Before(s.origin) {
		s.origin = now
	}
	if !ok {
		from = since
		if s.origin.Before(from) { // the clock was wrong when the ledger began
			from = s.origin
		}
	}
	var list []time.Time
	dropped := 0
	for {
		at := s.Spec.Next(from)
		if at.IsZero() {
			return nil, &engine.Fault{Code: "schedule-cron", Say: "no slot of the schedule comes within five years: change it"}
		}
		if at.After(now) {
			s.next = at
			break
		}
		if list = append(list, at); len(list) > 2*maxOwed {
			dropped += maxOwed
			list = append(list[:0], list[maxOwed:]...)
		}
		from = at
	}
	if extra := len(list) - maxOwed; extra > 0 {
		dropped += extra
		list = list[extra:]
	}
	if dropped > 0 {
		s.tell("slots-dropped", fmt.Sprintf("%d slots of long ago are not recorded as missed: the scheduler was down too long", dropped))
	}
	return list, nil
}

// launch settles the waiting slots that are not to run, and starts the first
// that is.
func (s *Scheduler) launch(ctx context.Context, now time.Time) error {
	waiting, err := s.Ledger.Waiting(s.Job.Name)
	if err != nil {
		return err
	}
	var past []ledger.Slot
	for _, w := range waiting {
		if !w.For.After(now) { // else recorded while the clock was wrong
			past = append(past, w)
		}
	}
	policy := s.CatchUp
	if policy == "" {
		policy = Latest
	}
	run, settled := judge(past, now, policy, s.MaxCatchUp)
	for _, v := range settled {
		if err := s.Ledger.Settle(s.Job.Name, v.slot.For, v.state, v.code, v.say); err != nil {
			return err
		}
	}
	if len(run) == 0 || ctx.Err() != nil {
		return nil
	}
	at := run[0].For
	a, err := begin(context.WithoutCancel(ctx), s.Ledger, s.Folder, s.Job, at, s.Hear)
	if inUse(err) {
		s.stale = true // others may wait
		if run[0].State == ledger.Abandoned {
			return nil // it is tried again when the folder is free
		}
		_, say := progress.Explain(err)
		return s.Ledger.Settle(s.Job.Name, at, ledger.Skipped, "overlap", say)
	}
	if err != nil {
		return err
	}
	busy := make(chan struct{})
	s.busy = busy
	go func() {
		defer close(busy)
		if _, recorded := a.work(s.stop); recorded != nil {
			code, say := progress.Explain(recorded)
			s.tell(code, say)
		}
	}()
	s.recovered = false // should its end not be recorded, it is marked at the next look
	return nil
}

// inUse: another run has the folder, here or on another machine.
func inUse(err error) bool {
	var f *engine.Fault
	return errors.As(err, &f) && (f.Code == "folder-in-use" || f.Code == "run-elsewhere")
}

// warn tells of trouble, the same trouble once.
func (s *Scheduler) warn(err error) {
	code, say := progress.Explain(err)
	if code+say != s.trouble {
		s.trouble = code + say
		s.tell(code, say)
	}
}

func (s *Scheduler) tell(code, say string) {
	if s.Hear != nil {
		s.Hear(progress.Warning{Step: "schedule", Code: code, Say: say})
	}
}
