//go:build duckdb_arrow

package lake

import (
	"context"
	"path/filepath"
	"strings"

	"leftshift/engine/schema"
)

// Rows reads a table file into structs whose tags name its columns, in the
// order of the given columns (none: the file's order). where is "" or a
// condition of ours.
func Rows[T any](ctx context.Context, db *DB, path, where string, order ...string) ([]T, error) {
	var zero T
	t := schema.Declare("", "", zero)
	cols := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		cols[i] = c.Name
	}
	q := "SELECT " + strings.Join(cols, ", ") + " FROM read_parquet(" + Quote(path) + ")"
	if where != "" {
		q += " WHERE " + where
	}
	if len(order) > 0 {
		q += " ORDER BY " + strings.Join(order, ", ")
	}
	return Collect[T](ctx, db, q)
}

// Collect reads the rows of one query of ours into structs whose tags name
// its columns.
func Collect[T any](ctx context.Context, db *DB, query string) ([]T, error) {
	var zero T
	reader, err := db.Arrow(ctx, query)
	if err != nil {
		return nil, err
	}
	defer reader.Release()
	bind, err := schema.Bind(zero, reader.Schema())
	if err != nil {
		return nil, err
	}
	var out []T
	for reader.Next() {
		batch := reader.RecordBatch()
		for i := range int(batch.NumRows()) {
			var row T
			bind.Read(batch, i, &row)
			out = append(out, row)
		}
	}
	return out, reader.Err()
}

// Diagnoses calls f for each person of a bucket who has ICD-10 diagnoses in
// hospital with last possible day in (from, to], as known on to: each code
// once, ordered. The slice is reused.
func (db *DB) Diagnoses(ctx context.Context, dir string, bucket int, from, to string, f func(person int64, codes []string) error) error {
	rows, err := db.Query(ctx, "SELECT DISTINCT e.person, c.text FROM read_parquet("+Quote(bucketFile(dir, "event", bucket))+") e JOIN read_parquet("+Quote(filepath.Join(dir, "code.parquet"))+
		") c ON e.code = c.code WHERE e.kind = 9 AND c.system = 2 AND e.day > DATE "+Quote(from)+" AND e.last_day <= DATE "+Quote(to)+" AND e.known_from <= DATE "+Quote(to)+
		" AND (e.known_to IS NULL OR e.known_to > DATE "+Quote(to)+") ORDER BY e.person, c.text")
	if err != nil {
		return err
	}
	defer rows.Close()
	var last int64
	var codes []string
	for rows.Next() {
		var person int64
		var text string
		if err := rows.Scan(&person, &text); err != nil {
			return err
		}
		if person != last && len(codes) > 0 {
			if err := f(last, codes); err != nil {
				return err
			}
			codes = codes[:0]
		}
		last = person
		codes = append(codes, text)
	}
	if len(codes) > 0 {
		if err := f(last, codes); err != nil {
			return err
		}
	}
	return rows.Err()
}
