//go:build duckdb_arrow

package compute

import (
	"context"

	"leftshift/engine"
	"leftshift/engine/lake"
	"leftshift/features/population"
)

// Coverage finds what the sources of a curated folder could not show on each
// index date.
func Coverage(ctx context.Context, db *lake.DB, dir string, dates []engine.Day) ([]population.Coverage, error) {
	buckets, err := lake.Buckets(dir)
	if err != nil {
		return nil, err
	}
	people, counts := make([]map[population.Group]int64, len(dates)), make([][]population.Count, len(dates))
	for d := range people {
		people[d] = map[population.Group]int64{}
	}
	for b := range buckets {
		if err := db.Coverage(ctx, dir, b, dates,
			func(d int, r lake.Registered) {
				people[d][population.Group{Practice: r.Practice, Band: r.Band}] += r.People
			},
			func(d int, h lake.Holding) {
				counts[d] = append(counts[d], population.Count{Group: population.Group{Practice: h.Practice, Band: h.Band}, Table: h.Table, Kind: h.Kind, People: h.People})
			}); err != nil {
			return nil, err
		}
	}
	out := make([]population.Coverage, len(dates))
	for d := range out {
		out[d] = population.Cover(people[d], counts[d])
	}
	return out, nil
}
