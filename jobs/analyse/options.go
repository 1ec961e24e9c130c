//go:build duckdb_arrow

package analyse

import (
	"context"
	"errors"

	"leftshift/engine"
	"leftshift/engine/lake"
	"leftshift/features/compute"
	"leftshift/features/kernel"
	"leftshift/features/population"
)

// Options are those with which the night fills features over a curated folder
// on some dates, ascending: with what its sources could show. starts is where
// each kind of record begins. The error may be that on, the date that is asked
// of, lies before all data.
func Options(ctx context.Context, db *lake.DB, curated string, on engine.Day, dates []engine.Day, dataFrom engine.Day) (opt kernel.Options, starts population.Starts, err error) {
	if starts, err = compute.Starts(ctx, db, curated); err != nil {
		return
	}
	if err = starts.Check("as-of date", on, dataFrom); err != nil {
		return
	}
	coverage, err := compute.Coverage(ctx, db, curated, dates, starts)
	return kernel.Options{Coverage: coverage, DataFrom: dataFrom}, starts, err
}

// CheckDate is the error of an as-of date that lies before all data of a
// curated folder, or nil.
func CheckDate(ctx context.Context, curated, temp string, on, dataFrom engine.Day) error {
	db, err := lake.Open(ctx, lake.Options{Threads: 1, MemoryMiB: 512, Temp: temp})
	if err != nil {
		return err
	}
	starts, err := compute.Starts(ctx, db, curated)
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	return starts.Check("as-of date", on, dataFrom)
}
