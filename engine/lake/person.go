//go:build duckdb_arrow

package lake

import (
	"context"
	"math/bits"

	"leftshift/engine"
)

// PersonRows reads the rows of one person from a curated table that is kept in
// buckets, in the file's order; none when the lake has none.
func PersonRows[T any](ctx context.Context, db *DB, dir, table string, p engine.Person) ([]T, error) {
	n, err := Buckets(dir)
	if err != nil {
		return nil, err
	}
	if n == 0 || bits.OnesCount(uint(n)) != 1 {
		return nil, &engine.Fault{Code: "buckets", Say: "the curated folder is not whole: run the night again"}
	}
	return Rows[T](ctx, db, bucketFile(dir, table, p.Bucket(uint(bits.TrailingZeros(uint(n))))), "person = "+p.String())
}
