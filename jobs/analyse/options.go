//go:build duckdb_arrow

package analyse

import (
	"context"

	"leftshift/engine"
	"leftshift/engine/lake"
	"leftshift/features/compute"
	"leftshift/features/kernel"
)

// Options are those with which the night fills features over a curated folder
// on some dates, ascending: with what its sources could show.
func Options(ctx context.Context, db *lake.DB, curated string, dates []engine.Day, dataFrom engine.Day) (kernel.Options, error) {
	coverage, err := compute.Coverage(ctx, db, curated, dates)
	return kernel.Options{Coverage: coverage, DataFrom: dataFrom}, err
}
