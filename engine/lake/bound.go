//go:build duckdb_arrow

package lake

import (
	"context"
	"database/sql/driver"

	"github.com/apache/arrow-go/v18/arrow/array"
	duckdb "github.com/duckdb/duckdb-go/v2"
)

// Bound is Arrow for a query of ours with a ? for each argument: what a user
// gave comes in as an argument (a float64, int64, bool or string) and is never
// part of the text.
func (db *DB) Bound(ctx context.Context, query string, args ...any) (array.RecordReader, error) {
	var reader array.RecordReader
	err := db.conn.Raw(func(c any) error {
		a, err := duckdb.NewArrowFromConn(c.(driver.Conn))
		if err != nil {
			return err
		}
		reader, err = a.QueryContext(ctx, query, args...)
		return err
	})
	if err != nil {
		return nil, failed(ctx, "duckdb-query", "a query of the lake failed", err)
	}
	return reader, nil
}
