package signin

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	_ "embed"
	"encoding/base64"
	"errors"
	"time"

	"leftshift/engine"
	"leftshift/engine/durable"
	"leftshift/engine/store"
)

// Store keeps sign-ins, sessions and API tokens in one SQLite file. It is safe
// for concurrent use, and other processes may have the file open at once.
type Store struct {
	db   *sql.DB // one connection: writes
	read *sql.DB
	now  func() time.Time

	noting chan struct{} // has room for whoever notes that something was used
}

// wait is how long a write waits while another program has the file locked.
const wait = 2 * time.Second

//go:embed schema.sql
var schema string

// hints keeps the ID token of a session until it ends.
const hints = "ALTER TABLE session ADD COLUMN hint TEXT NOT NULL DEFAULT ''"

// OpenStore opens the file, signin.db of a folder, making both when they do not
// exist, readable by this user only. Folder "" gives a store in memory, gone
// when closed. now nil is time.Now.
func OpenStore(folder string, now func() time.Time) (*Store, error) {
	if now == nil {
		now = time.Now
	}
	file := store.Memory
	if folder != "" {
		var err error
		if file, err = durable.Private(folder, "signin.db"); err != nil {
			return nil, broken("the file of sessions cannot be made: check who may write the state folder", err)
		}
	}
	db, err := store.Writer(file, wait)
	if err != nil {
		return nil, broken("the file of sessions cannot be opened", err)
	}
	s := &Store{db: db, read: db, now: now, noting: make(chan struct{}, 1)}
	if err := s.migrate(); err != nil {
		db.Close()
		return nil, err
	}
	if file != store.Memory {
		if s.read, err = store.Reader(file, wait, 4); err != nil {
			db.Close()
			return nil, broken("the file of sessions cannot be opened", err)
		}
	}
	return s, nil
}

// Close ends the use of the file. Sessions stay.
func (s *Store) Close() error {
	if s.read == s.db {
		return s.db.Close()
	}
	return errors.Join(s.read.Close(), s.db.Close())
}

// note writes that something was used, where that can be done soon: one at a
// time, so that nobody waits in line while another program has the file locked.
// What could not be noted is noted at the next use; until then a session idles
// out earlier, never later.
func (s *Store) note(ctx context.Context, statement string, args ...any) {
	soon := time.NewTimer(wait / 8)
	defer soon.Stop()
	select {
	case s.noting <- struct{}{}:
		defer func() { <-s.noting }()
	case <-soon.C:
		return
	case <-ctx.Done():
		return
	}
	_ = s.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, statement, args...)
		return err
	})
}

func (s *Store) migrate() error {
	return s.write(context.Background(), func(tx *sql.Tx) error {
		_, err := store.Migrate(tx, schema, hints)
		if errors.Is(err, store.ErrNewer) {
			return &engine.Fault{Code: "sessions-newer", Say: "the file of sessions was written by a newer version of this program: use that version"}
		}
		return err
	})
}

// write runs one transaction, synced to disk before it returns.
func (s *Store) write(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return broken("the file of sessions cannot be written", err)
	}
	if err := do(tx); err != nil {
		_ = tx.Rollback()
		return broken("the file of sessions cannot be written", err)
	}
	if err := tx.Commit(); err != nil {
		return broken("the file of sessions cannot be written", err)
	}
	return nil
}

// broken wraps what SQLite says; a Fault passes as it is.
func broken(say string, err error) error {
	var f *engine.Fault
	if errors.As(err, &f) {
		return err
	}
	return &engine.Fault{Code: "sessions-unusable", Say: say, Err: err}
}

// ms is the store's unit of time.
func (s *Store) ms() int64 { return s.now().UnixMilli() }

// secret is 256 random bits, in 43 characters that a cookie and a URL can hold.
func secret() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func hash(secret string) []byte {
	h := sha256.Sum256([]byte(secret))
	return h[:]
}
