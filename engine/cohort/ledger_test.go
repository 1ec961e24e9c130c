//go:build duckdb_arrow

package cohort

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Many processes' desks ask at once: each sees all questions before its own, in
// one order without gap, and the file is its owner's alone.
func TestLedgerIsOneOrder(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "state")
	var wait sync.WaitGroup
	for p := range 4 {
		l, err := OpenLedger(folder, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		wait.Add(1)
		go func() {
			defer wait.Done()
			last := 0
			for k := range 15 {
				err := l.turn(context.Background(), "s", last, question{"u", []byte(fmt.Sprintf(`"%d-%d"`, p, k))}, func(seq int, _ question) error {
					if seq != last+1 {
						t.Errorf("%d after %d", seq, last)
					}
					last = seq
					return nil
				}, func() (bool, error) { return true, nil })
				if err != nil {
					t.Error(err)
				}
				last++
			}
		}()
	}
	wait.Wait()
	info, err := os.Stat(filepath.Join(folder, LedgerFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info.Mode(), err)
	}
	l, err := OpenLedger(folder, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	seen := 0
	if err := l.turn(context.Background(), "s", 0, question{}, func(int, question) error { seen++; return nil }, func() (bool, error) { return false, nil }); err != nil || seen != 60 {
		t.Error(seen, err)
	}
	if _, err := l.db.Exec("PRAGMA user_version=9"); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenLedger(folder, nil); code(err) != "cohort-ledger-newer" {
		t.Error(err)
	}
}

// A ledger of version 1 is brought forward with what it holds, asked by nobody.
func TestALedgerOfVersionOneIsBroughtForward(t *testing.T) {
	folder := t.TempDir()
	db, err := sql.Open("sqlite3", filepath.Join(folder, LedgerFile))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`CREATE TABLE asked (snapshot TEXT NOT NULL, seq INTEGER NOT NULL CHECK (seq > 0), request TEXT NOT NULL, time INTEGER NOT NULL, PRIMARY KEY (snapshot, seq), UNIQUE (snapshot, request)) STRICT;
		INSERT INTO asked VALUES ('s', 1, '"a"', 5); PRAGMA user_version=1`); err != nil {
		t.Fatal(err)
	}
	db.Close()
	seen := ""
	for range 2 {
		l, err := OpenLedger(folder, nil)
		if err != nil {
			t.Fatal(err)
		}
		err = l.turn(context.Background(), "s", 0, question{"b.user", []byte(`"b"`)}, func(seq int, q question) error {
			seen += fmt.Sprintf("%d %s %q; ", seq, q.request, q.who)
			return nil
		}, func() (bool, error) { return !strings.Contains(seen, `"b"`), nil })
		if err != nil {
			t.Fatal(err)
		}
		l.Close()
	}
	if seen != `1 "a" ""; 1 "a" ""; 2 "b" "b.user"; ` {
		t.Error(seen)
	}
}
