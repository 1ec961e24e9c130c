// Package store opens the SQLite files in which a site keeps what people do: the
// audit, the worklist, sessions, what was counted, what ran. Other processes may
// have a file open at once; what a transaction wrote is on disk when it returns.
package store

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/mattn/go-sqlite3"
)

// Memory is the file of a database that is gone when it is closed.
const Memory = ":memory:"

// Writer opens a file (see durable.Private) for one connection that writes. A
// transaction holds the file from its beginning, waits at most wait for others to
// let it go, and is forced to disk. Deleted bytes are overwritten. An error of the
// file itself comes with the first statement.
func Writer(file string, wait time.Duration) (*sql.DB, error) {
	db, err := open(file, wait, 1, "_journal_mode=WAL&_synchronous=FULL&_foreign_keys=1&_secure_delete=on&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	// Where several make a file at once, SQLite refuses all but the one that gives it
	// its write-ahead log, and lets them not wait: they try again here.
	for begun := time.Now(); Held(db.Ping()) && time.Since(begun) < wait; {
		time.Sleep(min(wait, 5*time.Millisecond))
	}
	return db, nil
}

// Reader opens a file that a Writer made for so many connections that only read,
// beside whoever writes.
func Reader(file string, wait time.Duration, connections int) (*sql.DB, error) {
	return open(file, wait, connections, "_query_only=1")
}

func open(file string, wait time.Duration, connections int, how string) (*sql.DB, error) {
	address := Memory
	if file != Memory {
		address = Address(file, fmt.Sprintf("%s&_busy_timeout=%d", how, wait.Milliseconds()))
	}
	db, err := sql.Open("sqlite3", address)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db, nil
}

// Address is the driver's name of a file, opened as the query says.
func Address(file, query string) string {
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: file}).EscapedPath(), RawQuery: query}).String()
}

// ErrNewer is a file that a newer version of this program has written.
var ErrNewer = errors.New("the file was written by a newer version of this program")

// Migrate brings a file to the newest version of its tables. Step k, from 1, makes
// version k of version k-1; a new file is of version 0. A step that was released
// is never changed. The version is SQLite's user_version; had is what it was.
func Migrate(tx *sql.Tx, steps ...string) (had int, err error) {
	if err := tx.QueryRow("PRAGMA user_version").Scan(&had); err != nil {
		return 0, err
	}
	if had > len(steps) {
		return had, ErrNewer
	}
	for _, step := range steps[had:] {
		if _, err := tx.Exec(step); err != nil {
			return had, err
		}
	}
	if had < len(steps) {
		_, err = tx.Exec(fmt.Sprintf("PRAGMA user_version = %d", len(steps)))
	}
	return had, err
}

// Held says whether SQLite gave up because another connection has the file locked.
func Held(err error) bool {
	var e sqlite3.Error
	return errors.As(err, &e) && (e.Code == sqlite3.ErrBusy || e.Code == sqlite3.ErrLocked)
}
