//go:build duckdb_arrow

package lake

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/apache/arrow-go/v18/arrow/array"
	duckdb "github.com/duckdb/duckdb-go/v2"

	"leftshift/engine"
)

// Options of a DuckDB instance. Zero Threads means every core, zero MemoryMiB
// 4096. Temp is the folder for spill files; it is made with mode 0700.
type Options struct {
	Threads   int
	MemoryMiB int
	Temp      string
}

// DB is one in-memory DuckDB over Parquet files, with one connection.
type DB struct {
	connector *duckdb.Connector
	pool      *sql.DB
	conn      *sql.Conn
	opt       Options
}

// Open starts a DuckDB that loads no extension and fetches nothing.
func Open(ctx context.Context, opt Options) (*DB, error) {
	if opt.MemoryMiB == 0 {
		opt.MemoryMiB = 4096
	}
	dsn := fmt.Sprintf("?memory_limit=%dMiB&autoinstall_known_extensions=false&autoload_known_extensions=false&allow_community_extensions=false", opt.MemoryMiB)
	if opt.Threads > 0 {
		dsn += fmt.Sprintf("&threads=%d", opt.Threads)
	}
	if opt.Temp != "" {
		if err := os.MkdirAll(opt.Temp, 0o700); err != nil {
			return nil, err
		}
	}
	connector, err := duckdb.NewConnector(dsn, nil)
	if err != nil {
		return nil, &engine.Fault{Code: "duckdb-open", Say: "DuckDB did not start", Err: err}
	}
	db := &DB{connector: connector, pool: sql.OpenDB(connector), opt: opt}
	db.pool.SetMaxOpenConns(1)
	if db.conn, err = db.pool.Conn(ctx); err != nil {
		return nil, failed(ctx, "duckdb-open", "DuckDB did not start", err)
	}
	if opt.Temp != "" {
		if err := db.Exec(ctx, "SET temp_directory="+Quote(opt.Temp)); err != nil {
			return nil, err
		}
	}
	return db, nil
}

// Close frees the instance.
func (db *DB) Close() error {
	if db.conn != nil {
		_ = db.conn.Close()
	}
	return db.pool.Close()
}

// failed is the fault of a statement, or the context's error where it was called
// off: DuckDB then tells of an interrupt in words of its own.
func failed(ctx context.Context, code, say string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &engine.Fault{Code: code, Say: say, Err: err}
}

// Exec runs one statement of ours. Paths and names in it go through Quote.
func (db *DB) Exec(ctx context.Context, statement string) error {
	if _, err := db.conn.ExecContext(ctx, statement); err != nil {
		return failed(ctx, "duckdb-statement", "a statement of the lake failed", err)
	}
	return nil
}

// Query runs one query of ours and gives the rows.
func (db *DB) Query(ctx context.Context, query string) (*sql.Rows, error) {
	rows, err := db.conn.QueryContext(ctx, query)
	if err != nil {
		return nil, failed(ctx, "duckdb-query", "a query of the lake failed", err)
	}
	return rows, nil
}

// Arrow runs one query of ours and gives its record batches. DuckDB holds the
// whole result, so a query reads one bucket. The caller releases the reader
// before the next query.
func (db *DB) Arrow(ctx context.Context, query string) (array.RecordReader, error) {
	var reader array.RecordReader
	err := db.conn.Raw(func(c any) error {
		a, err := duckdb.NewArrowFromConn(c.(driver.Conn))
		if err != nil {
			return err
		}
		reader, err = a.QueryContext(ctx, query)
		return err
	})
	if err != nil {
		return nil, failed(ctx, "duckdb-query", "a query of the lake failed", err)
	}
	return reader, nil
}

// Quote makes an SQL string literal, for a statement of ours that names a file
// or a text.
func Quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// quoteList makes a list literal of strings.
func quoteList(list []string) string {
	q := make([]string, len(list))
	for i, s := range list {
		q[i] = Quote(s)
	}
	return "[" + strings.Join(q, ", ") + "]"
}

// bucketFile is the file of one bucket of a curated table.
func bucketFile(dir, table string, bucket int) string {
	return filepath.Join(dir, table, fmt.Sprintf("bucket-%03d.parquet", bucket))
}
