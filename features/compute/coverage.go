//go:build duckdb_arrow

package compute

import (
	"context"

	"leftshift/engine"
	"leftshift/engine/lake"
	"leftshift/features/population"
)

// Starts finds where each kind of row of a curated folder begins.
func Starts(ctx context.Context, db *lake.DB, dir string) (population.Starts, error) {
	buckets, err := lake.Buckets(dir)
	if err != nil {
		return nil, err
	}
	var all []population.Arrival
	for b := range buckets {
		if err := db.Arrivals(ctx, dir, b, population.Period, func(a lake.Arrived) { all = append(all, population.Arrival(a)) }); err != nil {
			return nil, err
		}
	}
	return population.Begin(all), nil
}

// Coverage finds what the sources of a curated folder could not show on each
// index date: where nobody is known to have a kind, where the kind begins later
// (starts), and of the people of practices that were not sent.
func Coverage(ctx context.Context, db *lake.DB, dir string, dates []engine.Day, starts population.Starts) ([]population.Coverage, error) {
	return Hear(ctx, db, dir, dates, starts, nil)
}

// Hear is Coverage, and tells what else the same pass over the folder hears.
func Hear(ctx context.Context, db *lake.DB, dir string, dates []engine.Day, starts population.Starts, also *lake.Hearing) ([]population.Coverage, error) {
	buckets, err := lake.Buckets(dir)
	if err != nil {
		return nil, err
	}
	people, counts := make([]map[population.Group]int64, len(dates)), make([][]population.Count, len(dates))
	for d := range people {
		people[d] = map[population.Group]int64{}
	}
	for b := range buckets {
		if err := db.Coverage(ctx, dir, b, dates, population.FirstDays,
			func(d int, r lake.Registered) {
				people[d][population.Group{Practice: r.Practice, Band: r.Band}] += r.People
			},
			func(d int, h lake.Holding) {
				counts[d] = append(counts[d], population.Count{Group: population.Group{Practice: h.Practice, Band: h.Band}, Table: h.Table, Kind: h.Kind, People: h.People, Before: h.Before})
			}, also); err != nil {
			return nil, err
		}
	}
	out := make([]population.Coverage, len(dates))
	for d := range out {
		out[d] = population.Cover(people[d], counts[d], starts.Unseen(dates[d]))
	}
	return out, nil
}
