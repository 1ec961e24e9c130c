package audit

import (
	"bytes"
	"context"
	"database/sql"
	"strings"
	"time"

	"leftshift/engine/store"
)

// One goroutine writes for the process: it takes all requests that wait and
// commits their entries in one transaction, so that one sync of the disk
// serves all of them. Each transaction begins by taking SQLite's write lock
// and reading the end of the chain anew, so that several processes keep one
// chain.

// request is an entry to write or, without one, a checkpoint to make.
type request struct {
	entry      *Entry
	checkpoint Checkpoint
	done       chan error // takes one
}

// What one transaction holds at most.
const (
	batchEntries = 512
	batchPersons = 100_000 // then no further entry is added
)

func (l *Log) ask(ctx context.Context, r *request) error {
	if err := ctx.Err(); err != nil {
		return fault("audit-not-written", "the request ended before the audit entry was written: nothing was recorded and nothing may be shown", err)
	}
	select {
	case <-l.stop:
		return fault("audit-closed", "the audit is closed: nothing was recorded and nothing may be shown", nil)
	default:
	}
	if l.held.now(l.opt.Now(), l.opt.Wait) {
		return heldFault(nil)
	}
	select {
	case l.queue <- r:
		return <-r.done
	case <-ctx.Done():
		return fault("audit-not-written", "the request ended before the audit entry was written: nothing was recorded and nothing may be shown", ctx.Err())
	case <-l.stop:
		return fault("audit-closed", "the audit is closed: nothing was recorded and nothing may be shown", nil)
	}
}

func (l *Log) writer() {
	var entries, checkpoints []*request
	for {
		entries, checkpoints = entries[:0], checkpoints[:0]
		persons := 0
		take := func(r *request) {
			if r.entry == nil {
				checkpoints = append(checkpoints, r)
				return
			}
			entries = append(entries, r)
			persons += len(r.entry.Persons)
		}
		select {
		case <-l.stop:
			return
		case r := <-l.queue:
			take(r)
		}
		for waiting := true; waiting && len(entries)+len(checkpoints) < batchEntries && persons < batchPersons; {
			select {
			case r := <-l.queue:
				take(r)
			default:
				waiting = false
			}
		}
		if len(entries) > 0 {
			err := l.append(entries)
			l.hold(err)
			if isHeld(err) {
				entries = append(entries, l.waiting()...)
			}
			for _, r := range entries {
				r.done <- err
			}
			if err != nil {
				for _, r := range checkpoints {
					r.done <- err
				}
				continue // a checkpoint that is due waits for an entry
			}
		}
		l.checkpoints(checkpoints)
	}
}

// notWritten wraps what kept a batch from the disk.
func notWritten(err error) error {
	if store.Held(err) {
		return heldFault(err)
	}
	return fault("audit-not-written", "the access could not be recorded, so nothing may be shown: look at the audit's disk and try again", err)
}

// append writes the entries of a batch, all or none.
func (l *Log) append(batch []*request) error {
	replaced := fault("audit-replaced", "the audit's file or its write-ahead log was moved, removed or replaced while it was in use: nothing may be shown; put it back and start again", nil)
	if l.replaced() {
		return replaced
	}
	tx, err := l.write.Begin()
	if err != nil {
		return notWritten(err)
	}
	defer tx.Rollback()
	h, err := l.follow(tx)
	if err != nil {
		return err
	}
	addEntry, err := tx.Prepare(insertEntry)
	if err != nil {
		return notWritten(err)
	}
	defer addEntry.Close()
	addPerson, err := tx.Prepare("INSERT INTO seen (seq, person) VALUES (?, ?)")
	if err != nil {
		return notWritten(err)
	}
	defer addPerson.Close()
	now := l.opt.Now().UTC().Truncate(time.Millisecond)
	for _, r := range batch {
		e := r.entry
		h.seq++
		digest := digestOf(e.Persons)
		e.Sequence, e.Time = h.seq, now
		h.hash = e.chain(h.hash, digest)
		e.Hash = h.hash
		values := make([]any, 0, 22)
		values = append(values, e.Sequence, e.Time.UnixMilli())
		for _, t := range e.texts() {
			values = append(values, *t.value)
		}
		values = append(values, e.Rows, e.People, digest[:], e.Hash[:])
		if _, err := addEntry.Exec(values...); err != nil {
			return notWritten(err)
		}
		for _, p := range e.Persons {
			if _, err := addPerson.Exec(e.Sequence, int64(p)); err != nil {
				return notWritten(err)
			}
		}
	}
	if err := tx.Commit(); err != nil {
		return notWritten(err)
	}
	l.head = h
	if l.replaced() { // meanwhile
		return replaced
	}
	return nil
}

// follow reads the end of the chain, and refuses one that no longer holds what
// this process saw in it.
func (l *Log) follow(tx *sql.Tx) (head, error) {
	h, err := newest(tx, l.id)
	if err != nil {
		return head{}, err
	}
	have, found, err := hashAt(tx, l.id, l.head.seq)
	if err != nil {
		return head{}, err
	}
	if !found || !bytes.Equal(have, l.head.hash[:]) {
		return head{}, fault("audit-rolled-back", "entries that this process recorded or saw are gone from the audit: nothing may be shown; run a verification and restore the audit", nil)
	}
	return h, nil
}

var insertEntry, entryColumns = func() (string, string) {
	columns := []string{"seq", "time"}
	for _, t := range new(Entry).texts() {
		columns = append(columns, t.column)
	}
	columns = append(columns, "row_count", "people", "digest", "hash")
	list := strings.Join(columns, ", ")
	return "INSERT INTO entry (" + list + ") VALUES (?" + strings.Repeat(", ?", len(columns)-1) + ")", list
}()
