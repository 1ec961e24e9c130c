//go:build duckdb_arrow

package analyse

import (
	"context"
	"os"

	"leftshift/engine"
	"leftshift/engine/lake"
	"leftshift/features/matrix"
	"leftshift/features/plan"
	"leftshift/features/query"
	"leftshift/features/record"
	"leftshift/jobs/definitions"
)

// BySQL computes features of a record by the SQL of package query, over the
// record written as a curated folder.
func BySQL(ctx context.Context, s *definitions.Set, r *record.Record, features []string, on, dataFrom engine.Day) (*matrix.Matrix, error) {
	dir, err := os.MkdirTemp("", "leftshift-case-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if err := r.Write(dir); err != nil {
		return nil, err
	}
	p, err := plan.Compile(s.Catalogue.Subset(features), s.Codelists, s.Analytes, r.Dictionary)
	if err != nil {
		return nil, err
	}
	db, err := lake.Open(ctx, lake.Options{Threads: 1, MemoryMiB: 512})
	if err != nil {
		return nil, err
	}
	defer db.Close()
	got, err := query.Run(ctx, db, p, []engine.Day{on}, query.DuckDB(dir, 0), query.Options{DataFrom: dataFrom})
	if err != nil {
		return nil, err
	}
	return got.Matrix, nil
}
