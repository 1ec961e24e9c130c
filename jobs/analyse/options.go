//go:build duckdb_arrow

package analyse

import (
	"context"

	"leftshift/engine"
	"leftshift/engine/lake"
	"leftshift/features/kernel"
)

// Options are those with which the night fills features over a curated folder
// on some dates.
func Options(ctx context.Context, db *lake.DB, curated string, dates []engine.Day) (kernel.Options, error) {
	return kernel.Options{}, nil
}
