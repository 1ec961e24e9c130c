//go:build duckdb_arrow

package lake

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/apache/arrow-go/v18/arrow/array"

	"leftshift/engine"
)

// Bucket streams chosen columns of one bucket of a curated table, in the
// file's order. The caller releases the reader before the DB is used again.
func (db *DB) Bucket(ctx context.Context, dir, table string, bucket int, columns ...string) (array.RecordReader, error) {
	return db.Arrow(ctx, "SELECT "+strings.Join(columns, ", ")+" FROM read_parquet("+Quote(bucketFile(dir, table, bucket))+")")
}

// Buckets counts the buckets of a curated folder.
func Buckets(dir string) (int, error) {
	entries, err := os.ReadDir(filepath.Join(dir, "person"))
	return len(entries), err
}

// Codes calls f for each entry of the dictionary of codes, by key.
func (db *DB) Codes(ctx context.Context, dir string, f func(engine.Code, engine.System, string)) error {
	rows, err := db.Query(ctx, "SELECT code, system, text FROM read_parquet("+Quote(filepath.Join(dir, "code.parquet"))+") ORDER BY code")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var key int64
		var system uint8
		var text string
		if err := rows.Scan(&key, &system, &text); err != nil {
			return err
		}
		f(engine.Code(key), engine.System(system), text)
	}
	return rows.Err()
}
