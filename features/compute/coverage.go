//go:build duckdb_arrow

package compute

import (
	"context"

	"leftshift/engine"
	"leftshift/engine/lake"
	"leftshift/features/population"
)

// listened is how many buckets are read to find practices that send nothing:
// buckets hold people by chance, so a few show every practice.
const listened = 4

// Coverage finds what the sources of a curated folder could show on each index
// date.
func Coverage(ctx context.Context, db *lake.DB, dir string, dates []engine.Day) ([]population.Coverage, error) {
	out := make([]population.Coverage, len(dates))
	seen, err := db.Seen(ctx, dir)
	if err != nil {
		return nil, err
	}
	from := map[string]engine.Day{}
	for _, s := range seen {
		from[engine.RecordKind(s.Table, s.Kind)] = s.From
	}
	buckets, err := lake.Buckets(dir)
	if err != nil {
		return nil, err
	}
	heard, err := db.Heard(ctx, dir, min(buckets, listened), population.PracticeMask, dates)
	if err != nil {
		return nil, err
	}
	for d, on := range dates {
		for _, t := range []struct {
			table string
			names []string
		}{{"event", engine.EventKinds()}, {"spell", engine.SpellKinds()}, {"document", engine.DocumentNames()}} {
			for k := 1; k < len(t.names); k++ {
				name := engine.RecordKind(t.table, uint8(k))
				if first, ok := from[name]; !ok || first > on {
					out[d].Unseen = append(out[d].Unseen, name)
				}
			}
		}
		out[d].Silent = map[engine.Code]bool{}
		for _, h := range heard[d] {
			if h.People >= population.SilentPeople && float64(h.Heard) < population.SilentShare*float64(h.People) {
				out[d].Silent[h.Practice] = true
			}
		}
	}
	return out, nil
}
