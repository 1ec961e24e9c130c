//go:build duckdb_arrow

package compute

import (
	"context"

	"leftshift/engine"
	"leftshift/engine/lake"
	"leftshift/features/outcome"
)

// SameDay counts what a curated folder holds by provider and month of zero-night
// emergency admissions and same-day emergency care, as known on a day: what
// outcome.Detect reads.
func SameDay(ctx context.Context, db *lake.DB, dir string, knowledge engine.Day) ([]outcome.Month, error) {
	rows, err := lake.Collect[struct {
		Provider  string     `col:"provider"`
		Month     engine.Day `col:"month"`
		ZeroNight int64      `col:"zero_night"`
		SDEC      int64      `col:"sdec"`
	}](ctx, db, lake.SameDaySQL(dir, knowledge))
	if err != nil {
		return nil, err
	}
	months := make([]outcome.Month, len(rows))
	for i, x := range rows {
		months[i] = outcome.Month(x)
	}
	return months, nil
}
