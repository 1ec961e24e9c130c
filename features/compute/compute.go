//go:build duckdb_arrow

// Package compute fills features over a whole curated folder: each bucket is
// read from its Parquet files through a DuckDB of its own and streamed into the
// kernel, several buckets at once, and given on in order.
package compute

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"leftshift/engine"
	"leftshift/engine/analyte"
	"leftshift/engine/lake"
	"leftshift/features/catalogue"
	"leftshift/features/codelist"
	"leftshift/features/kernel"
	"leftshift/features/plan"
)

// Options of a run over a folder. The zero value is one bucket at a time.
type Options struct {
	// Kernel is how each bucket is run; Into is not read, for the memory of
	// results is used again here (see Keep).
	Kernel kernel.Options
	// Workers is how many buckets are worked on at once, each by one thread;
	// less than 1 is 1.
	Workers int
	// MemoryMiB bounds what the DuckDBs may hold together; each has at least
	// leastMiB.
	MemoryMiB int
	// Temp is the folder for spill files; "" is none.
	Temp string
	// Keep lets results be kept after the call that is given them. Else their
	// memory is used again, which is faster and bounded.
	Keep bool
	// Progress hears how many of the buckets are done, in order. May be nil.
	Progress func(done, buckets int)
}

// leastMiB is what one DuckDB needs to read a bucket.
const leastMiB = 256

// Words reads the dictionary of codes of a curated folder, in order of code.
func Words(ctx context.Context, db *lake.DB, dir string) ([]plan.Word, error) {
	var words []plan.Word
	err := db.Codes(ctx, dir, func(code engine.Code, system engine.System, text string) {
		words = append(words, plan.Word{Code: code, System: system, Text: text})
	})
	return words, err
}

// Plan compiles a catalogue over the dictionary of codes of a curated folder.
// lib and analytes are those that the catalogue was loaded with.
func Plan(ctx context.Context, db *lake.DB, dir string, cat *catalogue.Catalogue, lib *codelist.Library, analytes *analyte.Table) (*plan.Plan, error) {
	words, err := Words(ctx, db, dir)
	if err != nil {
		return nil, err
	}
	return plan.Compile(cat, lib, analytes, slices.Values(words))
}

// Buckets runs the kernel over every bucket of a folder and calls each with
// the results in order of bucket, so of person, one call at a time. A result is
// valid until the call returns, unless opt.Keep says otherwise.
func Buckets(ctx context.Context, dir string, p *plan.Plan, dates []engine.Day, knowledge engine.Day, opt Options, each func(bucket int, r *kernel.Result) error) error {
	buckets, err := lake.Buckets(dir)
	if err != nil {
		return err
	}
	turn := make([]chan struct{}, buckets+1)
	for b := range turn {
		turn[b] = make(chan struct{})
	}
	close(turn[0])
	used := make(chan *kernel.Result, buckets) // results whose memory is free
	return Streams(ctx, dir, opt, func(ctx context.Context, b int, in kernel.Input) error {
		o := opt.Kernel
		select {
		case o.Into = <-used:
		default:
			o.Into = nil
		}
		r, err := kernel.Run(ctx, p, in, dates, knowledge, o)
		if err != nil {
			return err
		}
		select {
		case <-turn[b]: // every bucket before this one has begun, so it comes
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := each(b, r); err != nil {
			return err
		}
		if !opt.Keep {
			used <- r
		}
		if opt.Progress != nil {
			opt.Progress(b+1, buckets)
		}
		close(turn[b+1])
		return nil
	})
}

// Streams calls do with the streams of every bucket of a folder: exactly the
// columns that the kernel reads. Up to Workers calls run at once; buckets
// begin in order. The streams are released when do returns.
func Streams(ctx context.Context, dir string, opt Options, do func(ctx context.Context, bucket int, in kernel.Input) error) error {
	buckets, err := lake.Buckets(dir)
	if err != nil {
		return err
	}
	workers := min(max(opt.Workers, 1), max(buckets, 1))
	outer := ctx
	group, ctx := errgroup.WithContext(outer)
	group.SetLimit(workers)
	for b := range buckets {
		group.Go(func() error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return streams(ctx, dir, b, lake.Options{Threads: 1, MemoryMiB: max(opt.MemoryMiB/workers, leastMiB), Temp: opt.Temp}, do)
		})
	}
	if err := group.Wait(); err != nil {
		if outer.Err() != nil {
			return outer.Err() // called off, whatever that made fail first
		}
		return err
	}
	return nil
}

func streams(ctx context.Context, dir string, b int, opt lake.Options, do func(ctx context.Context, bucket int, in kernel.Input) error) error {
	db, err := lake.Open(ctx, opt)
	if err != nil {
		return err
	}
	defer db.Close()
	var in kernel.Input
	for _, t := range kernel.Tables {
		names := make([]string, len(t.Columns))
		for i, c := range t.Columns {
			names[i] = c.Name
		}
		reader, err := db.Bucket(ctx, dir, t.Name, b, names...)
		if err != nil {
			return err
		}
		defer reader.Release()
		*t.Of(&in) = reader
	}
	return do(ctx, b, in)
}
