//go:build duckdb_arrow

package lake

import (
	"context"
	"errors"
	"testing"
	"time"
)

// A statement that is called off before or while it runs says so, and no fault
// of DuckDB's.
func TestCalledOff(t *testing.T) {
	db, err := Open(t.Context(), Options{Threads: 1, MemoryMiB: 256})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	const long = "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE (a.range * b.range) % 7 = 3"
	for name, run := range map[string]func(context.Context) error{
		"exec":  func(ctx context.Context) error { return db.Exec(ctx, "CREATE OR REPLACE TEMP TABLE t AS "+long) },
		"query": func(ctx context.Context) error { _, err := db.Query(ctx, long); return err },
		"arrow": func(ctx context.Context) error { _, err := db.Arrow(ctx, long); return err },
	} {
		before, cancel := context.WithCancel(t.Context())
		cancel()
		if err := run(before); !errors.Is(err, context.Canceled) {
			t.Errorf("%s called off before: %v", name, err)
		}
		during, cancel := context.WithCancel(t.Context())
		time.AfterFunc(50*time.Millisecond, cancel)
		if err := run(during); !errors.Is(err, context.Canceled) {
			t.Errorf("%s called off while it ran: %v", name, err)
		}
	}
	if err := db.Exec(t.Context(), "SELECT nothing"); err == nil || errors.Is(err, context.Canceled) {
		t.Errorf("a statement that is wrong: %v", err)
	}
}
