//go:build duckdb_arrow

package main

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"

	"golang.org/x/sync/errgroup"

	"leftshift/engine/lake"
	"leftshift/features/query"
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
			return t.run(ctx, got, form.whole, func(bucket int) ([]string, error) {
				w := &writer{lake: t.Lake, peers: t.Peers, asOf: t.AsOf, rules: list, bucket: bucket, in: form.in}
				return []string{w.oneStatement()}, nil
			})
		}
	}
	legs["sql_long"] = func(ctx context.Context, t *task, got *taken) error {
		list, err := t.loadRules()
		if err != nil {
			return err
		}
		got.Columns = len(list)
		return t.run(ctx, got, false, func(bucket int) ([]string, error) {
			w := &writer{lake: t.Lake, peers: t.Peers, asOf: t.AsOf, rules: list, bucket: bucket}
			return w.longStatements(), nil
		})
	}
	// The project's own second executor: all features of the task, in SQL that
	// gathers exact integers. What finishes them is not in it.
	legs["sql_executor"] = func(ctx context.Context, t *task, got *taken) error {
		p, err := t.plan(ctx)
		if err != nil {
			return err
		}
		dates, err := t.dates()
		if err != nil {
			return err
		}
		got.Columns = len(p.Columns)
		return t.run(ctx, got, false, func(bucket int) (out []string, err error) {
			statements, err := query.Compile(p, dates, query.DuckDB(t.Lake, bucket), query.Options{})
			for _, s := range statements {
				out = append(out, s.SQL)
			}
			return out, err
		})
	}
}

// peerMiB is what the peers' DuckDB may hold: they are not held to the
// kernel's bound.
const peerMiB = 8192

// everyBucket stands for all buckets at once.
const everyBucket = -1

// run measures statements over the whole lake at once, or over one bucket
// after another on as many single-threaded DuckDBs as the task has threads.
// Results are read to their end and dropped, or kept where a check wants them.
func (t *task) run(ctx context.Context, got *taken, whole bool, statements func(bucket int) ([]string, error)) error {
	buckets, err := lake.Buckets(t.Lake)
	if err != nil {
		return err
	}
	from, workers := 0, t.Threads
	if whole {
		from, buckets, workers = everyBucket, 0, 1
	}
	return got.timed(func() error {
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(workers)
		var mu sync.Mutex
		for bucket := from; bucket < buckets; bucket++ {
			group.Go(func() error {
				db, err := lake.Open(ctx, lake.Options{Threads: t.Threads / workers, MemoryMiB: peerMiB / workers, Temp: filepath.Join(t.Temp, "spill")})
				if err != nil {
					return err
				}
				defer db.Close()
				queries, err := statements(bucket)
				if err != nil {
					return err
				}
				for i, q := range queries {
					if t.Check != "" {
						if err := db.Exec(ctx, "COPY ("+q+") TO '"+filepath.Join(t.Check, fmt.Sprintf("%d-%d.parquet", i, bucket))+"' (FORMAT parquet)"); err != nil {
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
