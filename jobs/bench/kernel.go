//go:build duckdb_arrow

package main

import (
	"context"
	"path/filepath"
	"sync"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"leftshift/engine/analyte"
	"leftshift/engine/lake"
	"leftshift/features/catalogue"
	"leftshift/features/codelist"
	"leftshift/features/compute"
	"leftshift/features/kernel"
	"leftshift/features/plan"
)

func init() {
	legs["scan"] = scan
	legs["kernel"] = kernelLeg
}

// memoryMiB is what the DuckDBs of a leg may hold together: the half of a
// night of 2 GiB.
const memoryMiB = 1024

func (t *task) options() compute.Options {
	return compute.Options{Workers: t.Threads, MemoryMiB: memoryMiB, Temp: filepath.Join(t.Temp, "spill")}
}

// plan compiles the features of a task.
func (t *task) plan(ctx context.Context) (*plan.Plan, error) {
	analytes, err := analyte.Load()
	if err != nil {
		return nil, err
	}
	lib, err := codelist.Load()
	if err != nil {
		return nil, err
	}
	cat, err := catalogue.Load(lib, analytes)
	if err != nil {
		return nil, err
	}
	if t.Features > 0 {
		cat = cat.Subset(choose(cat, t.Features))
	}
	db, err := lake.Open(ctx, lake.Options{Threads: 1, MemoryMiB: 256})
	if err != nil {
		return nil, err
	}
	defer db.Close()
	return compute.Plan(ctx, db, t.Lake, cat, lib, analytes)
}

// scan reads what the kernel reads, the way it does, and looks at every batch.
func scan(ctx context.Context, t *task, got *taken) error {
	var mu sync.Mutex
	return got.timed(func() error {
		return compute.Streams(ctx, t.Lake, t.options(), func(ctx context.Context, _ int, in kernel.Input) error {
			var rows, sum int64
			for _, r := range []array.RecordReader{in.Person, in.Registration, in.Residence, in.Event, in.Spell, in.Document} {
				for r.Next() {
					b := r.RecordBatch()
					rows += b.NumRows()
					for _, c := range b.Columns() {
						sum += touch(c)
					}
				}
				if err := r.Err(); err != nil {
					return err
				}
			}
			mu.Lock()
			defer mu.Unlock()
			got.Rows += rows
			got.Sum += float64(sum)
			return ctx.Err()
		})
	})
}

// touch reads one value of a column.
func touch(c arrow.Array) int64 {
	if c.Len() == 0 || c.IsNull(0) {
		return 0
	}
	switch c := c.(type) {
	case *array.Int64:
		return c.Value(0) & 0xff
	case *array.Date32:
		return int64(c.Value(0)) & 0xff
	case *array.Uint8:
		return int64(c.Value(0))
	}
	return int64(c.NullN())
}

// kernelLeg fills the features of every bucket and drops each result once one
// value a feature is looked at.
func kernelLeg(ctx context.Context, t *task, got *taken) error {
	dates, err := t.dates()
	if err != nil {
		return err
	}
	opt := t.options()
	opt.Kernel.Days = true
	return got.timed(func() error {
		p, err := t.plan(ctx)
		if err != nil {
			return err
		}
		got.Columns = len(p.Columns)
		return compute.Buckets(ctx, t.Lake, p, dates, dates[len(dates)-1], opt, func(_ int, r *kernel.Result) error {
			got.Rows += int64(len(r.Persons))
			for _, column := range r.Matrix.Values {
				if len(column) > 0 && column[0] == column[0] {
					got.Sum += float64(column[0])
				}
			}
			return nil
		})
	})
}
