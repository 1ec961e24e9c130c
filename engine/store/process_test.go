package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"leftshift/engine/durable"
)

// TestMain lets the test binary be another process that opens a file and writes.
func TestMain(m *testing.M) {
	folder := os.Getenv("STORE_TEST_FOLDER")
	if folder == "" {
		os.Exit(m.Run())
	}
	if err := another(folder); err != nil {
		fmt.Println(err)
		os.Exit(3)
	}
}

func another(folder string) error {
	f, err := durable.Private(folder, "x.db")
	if err != nil {
		return err
	}
	db, err := Writer(f, 30*time.Second)
	if err != nil {
		return err
	}
	if _, err := migrate(db, one, two); err != nil {
		return errors.Join(err, db.Close())
	}
	for range 20 {
		tx, err := db.Begin()
		if err != nil {
			return err
		}
		if _, err := tx.Exec("INSERT INTO t (a) SELECT count(*) FROM t"); err != nil {
			return err
		}
		if err := tx.Commit(); err != nil {
			return err
		}
	}
	return db.Close()
}

// Processes that open a file which none has made yet wait for each other, and
// each write sees all before it.
func TestProcessesOpenAtOnce(t *testing.T) {
	for range 3 {
		folder := filepath.Join(t.TempDir(), "state")
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				c := exec.Command(os.Args[0])
				c.Env = append(os.Environ(), "STORE_TEST_FOLDER="+folder)
				if out, err := c.CombinedOutput(); err != nil {
					t.Errorf("%v: %s", err, out)
				}
			})
		}
		all.Wait()
		db := writer(t, filepath.Join(folder, "x.db"), time.Second)
		var rows, different, most int
		if err := db.QueryRow("SELECT count(*), count(DISTINCT a), max(a) FROM t").Scan(&rows, &different, &most); err != nil || rows != 80 || different != 80 || most != 79 {
			t.Errorf("%d rows, %d different, %d the most, %v", rows, different, most, err)
		}
	}
}

// What a pool promises holds on every connection that it gives, and what SQLite
// puts beside the file is as private as the file.
func TestEveryConnectionAndFile(t *testing.T) {
	f := file(t)
	w := writer(t, f, time.Second)
	if _, err := migrate(w, one); err != nil {
		t.Fatal(err)
	}
	r, err := Reader(f, time.Second, 3)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for _, pool := range []struct {
		db   *sql.DB
		n    int
		want []string
	}{{w, 1, []string{"journal_mode wal", "synchronous 2", "foreign_keys 1", "secure_delete 1", "query_only 0"}}, {r, 3, []string{"journal_mode wal", "busy_timeout 1000", "query_only 1"}}} {
		var held []*sql.Conn
		for range pool.n {
			c, err := pool.db.Conn(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			held = append(held, c)
			for _, want := range pool.want {
				pragma, value, _ := strings.Cut(want, " ")
				var is string
				if err := c.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&is); err != nil || is != value {
					t.Errorf("%s is %s, not %s, %v", pragma, is, value, err)
				}
			}
		}
		soon, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		if _, err := pool.db.Conn(soon); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("more than %d connections: %v", pool.n, err)
		}
		cancel()
		for _, c := range held {
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	for _, name := range []string{f, f + "-wal", f + "-shm"} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", filepath.Base(name), info, err)
		}
	}
	held, err := w.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer held.Rollback()
	if _, err := writer(t, f, time.Millisecond).Begin(); !Held(err) {
		t.Errorf("held by another: %v", err)
	}
	if Held(nil) || Held(ErrNewer) {
		t.Error("held by nobody")
	}
}
