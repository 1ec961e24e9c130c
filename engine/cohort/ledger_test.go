//go:build duckdb_arrow

package cohort

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
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
				err := l.turn(context.Background(), "s", last, []byte(fmt.Sprintf(`"%d-%d"`, p, k)), func(seq int, _ []byte) error {
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
	if err := l.turn(context.Background(), "s", 0, nil, func(int, []byte) error { seen++; return nil }, func() (bool, error) { return false, nil }); err != nil || seen != 60 {
		t.Error(seen, err)
	}
	if _, err := l.db.Exec("PRAGMA user_version=9"); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenLedger(folder, nil); code(err) != "cohort-ledger-newer" {
		t.Error(err)
	}
}
