package store

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"leftshift/engine/durable"
)

func file(t *testing.T) string {
	t.Helper()
	// A name that would be read as a query, were it not escaped.
	f, err := durable.Private(filepath.Join(t.TempDir(), "a?b=c#d %20"), "x.db")
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func writer(t *testing.T, file string, wait time.Duration) *sql.DB {
	t.Helper()
	db, err := Writer(file, wait)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func migrate(db *sql.DB, steps ...string) (int, error) {
	tx, err := db.Begin()
	if err != nil {
		return 0, err
	}
	had, err := Migrate(tx, steps...)
	if err != nil {
		_ = tx.Rollback()
		return had, err
	}
	return had, tx.Commit()
}

const (
	one = "CREATE TABLE t (a INTEGER NOT NULL) STRICT"
	two = "ALTER TABLE t ADD COLUMN b TEXT NOT NULL DEFAULT 'none'"
)

func TestHowAFileIsOpened(t *testing.T) {
	f := file(t)
	w := writer(t, f, 1234*time.Millisecond)
	if _, err := migrate(w, one); err != nil {
		t.Fatal(err)
	}
	r, err := Reader(f, time.Second, 3)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	ask := func(db *sql.DB, pragma string) (got string) {
		t.Helper()
		if err := db.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil {
			t.Fatal(err)
		}
		return got
	}
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "secure_delete": "1", "busy_timeout": "1234", "query_only": "0"} {
		if got := ask(w, pragma); got != want {
			t.Errorf("a writer's %s is %s, not %s", pragma, got, want)
		}
	}
	for pragma, want := range map[string]string{"journal_mode": "wal", "busy_timeout": "1000", "query_only": "1"} {
		if got := ask(r, pragma); got != want {
			t.Errorf("a reader's %s is %s, not %s", pragma, got, want)
		}
	}
	if _, err := r.Exec("INSERT INTO t VALUES (1)"); err == nil {
		t.Error("a reader writes")
	}
}

func TestEveryVersionIsBroughtForward(t *testing.T) {
	for from := range 3 {
		t.Run(fmt.Sprint(from), func(t *testing.T) {
			db := writer(t, file(t), time.Second)
			if _, err := migrate(db, []string{one, two}[:from]...); err != nil {
				t.Fatal(err)
			}
			if from > 0 {
				if _, err := db.Exec("INSERT INTO t (a) VALUES (7)"); err != nil {
					t.Fatal(err)
				}
			}
			for again := range 2 {
				had, err := migrate(db, one, two)
				if err != nil || again == 0 && had != from || again == 1 && had != 2 {
					t.Errorf("had version %d, %v", had, err)
				}
			}
			var rows int
			if err := db.QueryRow("SELECT count(*) FROM t WHERE b = 'none'").Scan(&rows); err != nil || rows != min(from, 1) {
				t.Errorf("%d rows, %v", rows, err)
			}
		})
	}
}

func TestANewerFileAndAStepThatFailsChangeNothing(t *testing.T) {
	db := writer(t, file(t), time.Second)
	if _, err := migrate(db, one, "CREATE TABLE t (a)"); err == nil {
		t.Error("a table is made twice")
	}
	if had, err := migrate(db, one, two); had != 0 || err != nil {
		t.Errorf("after a failure the file was of version %d, %v", had, err)
	}
	if _, err := migrate(db, one); !errors.Is(err, ErrNewer) {
		t.Errorf("a newer file: %v", err)
	}
}

// Two programs may open a new file at once: one makes the tables.
func TestTwoOpenAtOnce(t *testing.T) {
	f := file(t)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			db, err := Writer(f, 10*time.Second)
			if err == nil {
				_, err = migrate(db, one, two)
				err = errors.Join(err, db.Close())
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
}

// A writer that holds the file is waited for, and not longer than said.
func TestAHeldFileIsWaitedFor(t *testing.T) {
	f := file(t)
	a, b := writer(t, f, time.Second), writer(t, f, 50*time.Millisecond)
	if _, err := migrate(a, one); err != nil {
		t.Fatal(err)
	}
	held, err := a.Begin()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Begin(); err == nil {
		t.Error("two hold the file")
	}
	if err := held.Rollback(); err != nil {
		t.Fatal(err)
	}
	if tx, err := b.Begin(); err != nil {
		t.Errorf("the file is let go: %v", err)
	} else if err := tx.Rollback(); err != nil {
		t.Error(err)
	}
}

func TestMemory(t *testing.T) {
	db := writer(t, Memory, time.Second)
	if had, err := migrate(db, one); had != 0 || err != nil {
		t.Errorf("%d, %v", had, err)
	}
	if had, err := migrate(db, one, two); had != 1 || err != nil {
		t.Errorf("%d, %v", had, err)
	}
}
