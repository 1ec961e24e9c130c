package audit

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"leftshift/engine"
)

// Another program can hold the file: a backup done by hand, a tool left open
// in a transaction. Entries wait for it, but only Options.Wait and not one
// behind the other: when one has waited in vain, all who wait are refused with
// it, and for as long again everyone is at once. Then one tries again, shortly.

// held says until when the file is taken to be held.
type held struct {
	until  atomic.Int64 // milliseconds since 1970; 0: it is not
	trying bool         // of the writer: the last batch found it held
}

// probe is how long a batch waits when the one before waited in vain.
const probe = 100 * time.Millisecond

// now says whether to refuse at once. A clock that was set back refuses nobody
// for longer than wait.
func (h *held) now(at time.Time, wait time.Duration) bool {
	left := h.until.Load() - at.UnixMilli()
	return left > 0 && left <= wait.Milliseconds()
}

// hold takes note of how a batch ended: the writer's.
func (l *Log) hold(err error) {
	if !isHeld(err) {
		l.held.until.Store(0)
		if l.held.trying {
			l.held.trying = false
			l.waitFor(l.opt.Wait)
		}
		return
	}
	l.held.until.Store(l.opt.Now().Add(l.opt.Wait).UnixMilli())
	if !l.held.trying {
		l.held.trying = true
		l.waitFor(min(probe, l.opt.Wait))
	}
}

// waitFor sets how long the writer's connection waits for a lock. Where it
// cannot be set, it waits as it did.
func (l *Log) waitFor(d time.Duration) {
	_, _ = l.write.Exec(fmt.Sprintf("PRAGMA busy_timeout = %d", d.Milliseconds()))
}

// waiting takes everyone who waits for the writer.
func (l *Log) waiting() (all []*request) {
	for {
		select {
		case r := <-l.queue:
			all = append(all, r)
		default:
			return all
		}
	}
}

const heldCode = "audit-held"

func heldFault(err error) error {
	return fault(heldCode, "another program holds the audit's file, so the access could not be recorded and nothing may be shown: end that program's transaction, then try again", err)
}

func isHeld(err error) bool {
	var f *engine.Fault
	return errors.As(err, &f) && f.Code == heldCode
}
