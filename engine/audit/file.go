package audit

import (
	"crypto/rand"
	"database/sql"
	_ "embed"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"leftshift/engine"
	"leftshift/engine/durable"
	"leftshift/engine/store"
)

// schema is of the first version. A later version adds; it never changes an entry
// that is there, for its bytes are hashed.
//
//go:embed schema.sql
var schema string

const idBytes = 16

func (l *Log) open() error {
	path, err := private(l.path)
	if err != nil {
		return err
	}
	l.path = path
	if l.file, err = os.Stat(path); err != nil {
		return unusable("the audit cannot be opened", err)
	}
	if l.write, err = store.Writer(path, l.opt.Wait); err != nil {
		return unusable("the audit cannot be opened", err)
	}
	if err := l.migrate(); err != nil {
		return err
	}
	if l.read, err = store.Reader(path, l.opt.Wait, 4); err != nil {
		return unusable("the audit cannot be opened", err)
	}
	return nil
}

func (l *Log) close() error {
	var errs []error
	for _, db := range []*sql.DB{l.read, l.write} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	if err := errors.Join(errs...); err != nil {
		return unusable("the audit cannot be closed; nothing that was acknowledged is lost", err)
	}
	return nil
}

// private makes folder and file for their owner only, or refuses what others
// may change. SQLite gives its -wal and -shm files the mode of the file.
func private(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", unusable("the audit's path is none", err)
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", unusable("the audit's folder "+dir+" cannot be made", err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	switch {
	case err == nil:
		if err := errors.Join(f.Close(), durable.SyncDir(dir)); err != nil {
			return "", unusable("the audit "+path+" cannot be made", err)
		}
	case !errors.Is(err, fs.ErrExist):
		return "", unusable("the audit "+path+" cannot be made: check who may write its folder", err)
	}
	for p, others := range map[string]fs.FileMode{dir: 0o022, path: 0o077} {
		info, err := os.Stat(p)
		if err != nil {
			return "", unusable("the audit "+path+" cannot be opened", err)
		}
		if info.Mode().Perm()&others != 0 {
			return "", fault("audit-open-to-others", p+" is open to others than its owner: run chmod 0600 on the audit and chmod go-w on its folder", nil)
		}
	}
	return path, nil
}

// migrate makes the tables of a new file, and reads where the chain stands.
func (l *Log) migrate() error {
	tx, err := l.write.Begin()
	if err != nil {
		return unusable("the audit is no SQLite file of ours or is held by another process", err)
	}
	defer tx.Rollback()
	had, err := store.Migrate(tx, schema)
	switch {
	case errors.Is(err, store.ErrNewer):
		return fault("audit-newer", "the audit was written by a newer version of this program: use that version", nil)
	case err != nil:
		return unusable("the audit cannot be read, or the file at its path is another database: name another path", err)
	}
	if had == 0 {
		id := make([]byte, idBytes)
		_, _ = rand.Read(id) // never fails
		if _, err := tx.Exec("INSERT INTO log VALUES (1, ?)", id); err != nil {
			return unusable("the audit cannot be written", err)
		}
	}
	if err := tx.QueryRow("SELECT id FROM log").Scan(&l.id); err != nil || len(l.id) != idBytes {
		return unusable("the file at the audit's path is no audit: name another path, or restore the audit", err)
	}
	if l.head, err = newest(tx, l.id); err != nil {
		return err
	}
	if l.opt.Checkpoints != "" {
		if err := l.compare(tx); err != nil {
			return err
		}
	}
	if err := tx.Commit(); err != nil {
		return unusable("the audit cannot be written", err)
	}
	return nil
}

// newest reads the end of the chain.
func newest(tx *sql.Tx, id []byte) (head, error) {
	var h head
	var hash []byte
	switch err := tx.QueryRow("SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1").Scan(&h.seq, &hash); {
	case errors.Is(err, sql.ErrNoRows):
		return head{hash: start(id)}, nil
	case err != nil:
		return head{}, unusable("the audit cannot be read", err)
	}
	copy(h.hash[:], hash)
	return h, nil
}

// hashAt reads the hash of an entry; false when there is none.
func hashAt(tx *sql.Tx, id []byte, seq int64) ([]byte, bool, error) {
	if seq == 0 {
		h := start(id)
		return h[:], true, nil
	}
	var hash []byte
	switch err := tx.QueryRow("SELECT hash FROM entry WHERE seq = ?", seq).Scan(&hash); {
	case errors.Is(err, sql.ErrNoRows):
		return nil, false, nil
	case err != nil:
		return nil, false, unusable("the audit cannot be read", err)
	}
	return hash, true, nil
}

// unusable wraps what SQLite or the system says; a Fault passes as it is.
func unusable(say string, err error) error {
	var f *engine.Fault
	if errors.As(err, &f) {
		return err
	}
	return fault("audit-unusable", say, err)
}
