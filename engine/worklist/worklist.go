// Package worklist is what people do with the rows of published lists: who has
// whom, what was done, why someone was taken off, what to do next, and what
// became of them. It is one SQLite file, and the only place of notes.
//
// An item is one person on one list (a team's), from when a run lists them or
// somebody adds them by hand until all is done. Everything that happens to it is
// a row of history that is never changed; the item itself is made from these rows
// and can be made again. A named person moves an item, never a run: a run opens
// items, and closes those that left the list before anybody began or whose person
// died.
//
// A person has at most one owner, whatever the lists they are on, so that two
// people do not ring the same patient; the file itself holds to that, for several
// processes may write it. Writes are gathered: those that wait while one is
// synced to disk share the next sync.
package worklist

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"sync"
	"time"

	"leftshift/engine"
	"leftshift/engine/durable"
	"leftshift/engine/store"
)

// Options of a store; the zero value is what a program uses.
type Options struct {
	Now  func() time.Time // nil: time.Now
	Wait time.Duration    // for another program that has the file locked; 0: 30 seconds
}

// Store is safe for concurrent use, and other processes may have the file open
// at once. Everything it gives back has been synced to disk.
type Store struct {
	opt   Options
	write *sql.DB // one connection
	read  *sql.DB

	queue chan *job
	ended sync.WaitGroup
	mu    sync.RWMutex // guards closed and sends on queue
	shut  bool
}

//go:embed schema.sql
var first string

//go:embed capacity.sql
var second string

// File is the store's name in its folder.
const File = "worklist.db"

// Open opens the store of a folder, making both when they do not exist, readable
// by this user only.
func Open(folder string, opt Options) (*Store, error) {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Wait <= 0 {
		opt.Wait = 30 * time.Second
	}
	file, err := durable.Private(folder, File)
	if err != nil {
		return nil, broken("the worklist's file cannot be made: check who may write the folder", err)
	}
	s := &Store{opt: opt, queue: make(chan *job, 256)}
	if s.write, err = store.Writer(file, opt.Wait); err != nil {
		return nil, broken("the worklist cannot be opened", err)
	}
	if err := s.migrate(); err != nil {
		s.write.Close()
		return nil, err
	}
	if s.read, err = store.Reader(file, opt.Wait, 8); err != nil {
		s.write.Close()
		return nil, broken("the worklist cannot be opened", err)
	}
	s.ended.Go(s.writer)
	return s, nil
}

// Close waits for what is being written and ends the use of the file. What is
// asked after it is refused.
func (s *Store) Close() error {
	s.mu.Lock()
	if s.shut {
		s.mu.Unlock()
		return nil
	}
	s.shut = true
	close(s.queue)
	s.mu.Unlock()
	s.ended.Wait()
	return errors.Join(s.read.Close(), s.write.Close())
}

func (s *Store) migrate() error {
	tx, err := s.write.Begin()
	if err != nil {
		return broken("the worklist cannot be written", err)
	}
	defer func() { _ = tx.Rollback() }()
	_, err = store.Migrate(tx, first, second)
	if errors.Is(err, store.ErrNewer) {
		return fault("worklist-newer", "the worklist was written by a newer version of this program: use that version")
	}
	if err != nil {
		return broken("the worklist cannot be written", err)
	}
	if err := tx.Commit(); err != nil {
		return broken("the worklist cannot be written", err)
	}
	return nil
}

// look runs reads that see one state of the file.
func (s *Store) look(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := s.read.BeginTx(ctx, nil)
	if err != nil {
		return broken("the worklist cannot be read", err)
	}
	defer func() { _ = tx.Rollback() }()
	if err := do(tx); err != nil {
		return broken("the worklist cannot be read", err)
	}
	return nil
}

func fault(code, format string, args ...any) *engine.Fault {
	return &engine.Fault{Code: code, Say: fmt.Sprintf(format, args...)}
}

// broken wraps what SQLite says; a Fault, and an end of the context, pass as they
// are.
func broken(say string, err error) error {
	var f *engine.Fault
	if errors.As(err, &f) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &engine.Fault{Code: "worklist-unusable", Say: say, Err: err}
}

// now is the wall clock in whole milliseconds, the unit of the file.
func (s *Store) now() time.Time { return s.opt.Now().UTC().Truncate(time.Millisecond) }
