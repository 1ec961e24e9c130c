//go:build duckdb_arrow

package main

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"

	"golang.org/x/sync/errgroup"

	"leftshift/engine/lake"
)

// The SQL legs: one statement over all files, or the same statement bucket by
// bucket, its codes in lists or by the map of codes.
func init() {
	for name, form := range map[string]struct{ in, whole bool }{
		"sql_map": {false, true}, "sql_in": {true, true}, "sql_map_buckets": {false, false}, "sql_in_buckets": {true, false},
	} {
		legs[name] = func(ctx context.Context, t *task, got *taken) error {
			list, err := t.loadRules()
			if err != nil {
				return err
			}
			got.Columns = len(list)
			return t.run(ctx, got, form.whole, func(files string) []string {
				w := &writer{lake: t.Lake, peers: t.Peers, asOf: t.AsOf, rules: list, files: files, in: form.in}
				return []string{w.oneStatement()}
			})
		}
	}
	legs["sql_long"] = func(ctx context.Context, t *task, got *taken) error {
		list, err := t.loadRules()
		if err != nil {
			return err
		}
		got.Columns = len(list)
		return t.run(ctx, got, false, func(files string) []string {
			w := &writer{lake: t.Lake, peers: t.Peers, asOf: t.AsOf, rules: list, files: files}
			return w.longStatements()
		})
	}
}

// peerMiB is what the peers' DuckDB may hold: they are not held to the
// kernel's bound.
const peerMiB = 8192

// run measures statements over the whole lake at once, or over one bucket
// after another on as many single-threaded DuckDBs as the task has threads.
// Results are read to their end and dropped, or kept where a check wants them.
func (t *task) run(ctx context.Context, got *taken, whole bool, statements func(files string) []string) error {
	buckets, err := lake.Buckets(t.Lake)
	if err != nil {
		return err
	}
	files := make([]string, buckets)
	for b := range files {
		files[b] = fmt.Sprintf("bucket-%03d.parquet", b)
	}
	workers := t.Threads
	if whole {
		files, workers = []string{"*.parquet"}, 1
	}
	return got.timed(func() error {
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(workers)
		var mu sync.Mutex
		for _, f := range files {
			group.Go(func() error {
				db, err := lake.Open(ctx, lake.Options{Threads: t.Threads / workers, MemoryMiB: peerMiB / workers, Temp: filepath.Join(t.Temp, "spill")})
				if err != nil {
					return err
				}
				defer db.Close()
				for i, q := range statements(f) {
					if t.Check != "" {
						if err := db.Exec(ctx, "COPY ("+q+") TO '"+filepath.Join(t.Check, fmt.Sprintf("%d-%s.parquet", i, f[:len(f)-len(".parquet")]))+"' (FORMAT parquet)"); err != nil {
							return err
						}
						continue
					}
					r, err := db.Arrow(ctx, q)
					if err != nil {
						return err
					}
					rows, sum := int64(0), int64(0)
					for r.Next() {
						rows += r.RecordBatch().NumRows()
						for _, c := range r.RecordBatch().Columns() {
							sum += touch(c)
						}
					}
					err = r.Err()
					r.Release()
					if err != nil {
						return err
					}
					mu.Lock()
					got.Rows += rows
					got.Sum += float64(sum)
					mu.Unlock()
				}
				return nil
			})
		}
		return group.Wait()
	})
}
