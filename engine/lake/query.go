//go:build duckdb_arrow

package lake

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	duckdb "github.com/duckdb/duckdb-go/v2"

	"leftshift/engine"
)

// Answer is the result of an analyst's query.
type Answer struct {
	Columns   []string
	Rows      [][]any // driver values; nil is NULL
	Truncated bool    // there were more rows than the limit
}

// View is a name that a query may use and the files behind it: the only ones
// that the query can read.
type View struct {
	Name  string
	SQL   string // a SELECT over read_parquet of the files
	Files []string
	// Absent is the error of a query that names the view, which has no table
	// yet: no rows would read as nobody. Nil: the view is there.
	Absent error
}

// FilesView is a view over the Parquet files of a folder that a pattern
// matches. The files are named one by one, so that no other file of the folder
// comes with them; none is an error.
func FilesView(name, dir, pattern string) (View, error) {
	files, err := filepath.Glob(filepath.Join(escapeGlob(dir), pattern))
	if err != nil {
		return View{}, err
	}
	if len(files) == 0 {
		return View{}, &engine.Fault{Code: "table-missing", Say: "the files of table " + name + " are gone: run the night again"}
	}
	slices.Sort(files)
	return View{Name: name, SQL: "SELECT * FROM read_parquet(" + quoteList(files) + ")", Files: files}, nil
}

// escapeGlob makes a folder stand for itself in a pattern.
func escapeGlob(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// Limits of an analyst's query. Zero values mean 60 s, 10,000 rows and
// 1024 MiB.
type Limits struct {
	Timeout   time.Duration
	Rows      int
	MemoryMiB int
}

// Ask runs one read-only statement over views on a locked-down connection:
// a throw-away database file opened read-only, with external access confined
// to the files of the views, configuration locked and exactly one SELECT
// (the driver's own Prepare refuses several, and executes none of them).
func Ask(ctx context.Context, views []View, query string, limits Limits) (*Answer, error) {
	if limits.Timeout == 0 {
		limits.Timeout = time.Minute
	}
	if limits.Rows == 0 {
		limits.Rows = 10000
	}
	if limits.MemoryMiB == 0 {
		limits.MemoryMiB = 1024
	}
	ctx, cancel := context.WithTimeout(ctx, limits.Timeout)
	defer cancel()
	dir, err := os.MkdirTemp("", "leftshift-sql-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "views.duckdb")
	const safe = "?autoinstall_known_extensions=false&autoload_known_extensions=false&allow_community_extensions=false"
	if err := onConn(ctx, file+safe, func(c *duckdb.Conn) error {
		for _, v := range views {
			if v.Absent != nil {
				continue
			}
			if _, err := c.ExecContext(ctx, "CREATE VIEW "+v.Name+" AS "+v.SQL, nil); err != nil {
				return fmt.Errorf("view %s: %w", v.Name, err)
			}
		}
		return nil
	}); err != nil {
		return nil, err
	}
	var files []string
	for _, v := range views {
		files = append(files, v.Files...)
	}
	slices.Sort(files)
	files = slices.Compact(files)
	out := &Answer{}
	err = onConn(ctx, file+safe+fmt.Sprintf("&access_mode=READ_ONLY&memory_limit=%dMiB", limits.MemoryMiB), func(c *duckdb.Conn) error {
		for _, s := range []string{
			"SET temp_directory=''",
			"SET allowed_paths=" + quoteList(files),
			"SET enable_external_access=false",
			"SET lock_configuration=true",
		} {
			if _, err := c.ExecContext(ctx, s, nil); err != nil {
				return err
			}
		}
		return absent(views, ask(ctx, c, query, limits.Rows, out))
	})
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return nil, &engine.Fault{Code: "sql-timeout", Say: fmt.Sprintf("the query took longer than %s and was stopped; narrow it", limits.Timeout)}
	}
	return out, err
}

// absent puts the reason of a view that is absent for what DuckDB says of a
// table that it does not know.
func absent(views []View, err error) error {
	if err == nil {
		return nil
	}
	said := strings.ToLower(err.Error())
	for _, v := range views {
		if v.Absent != nil && strings.Contains(said, "table with name "+v.Name+" does not exist") {
			return v.Absent
		}
	}
	return err
}

func onConn(ctx context.Context, dsn string, f func(*duckdb.Conn) error) error {
	connector, err := duckdb.NewConnector(dsn, nil)
	if err != nil {
		return err
	}
	conn, err := connector.Connect(ctx)
	if err != nil {
		return errors.Join(err, connector.Close())
	}
	return errors.Join(f(conn.(*duckdb.Conn)), conn.Close(), connector.Close())
}

func ask(ctx context.Context, c *duckdb.Conn, query string, limit int, out *Answer) error {
	prepared, err := c.Prepare(query) // refuses more than one statement; PrepareContext would run all but the last
	if err != nil && strings.Contains(err.Error(), "multi-statement") {
		return &engine.Fault{Code: "sql-refused", Say: "there is more than one statement: give one SELECT at a time (of `leftshift features sql`, one part: --part 1)"}
	}
	if err != nil {
		return &engine.Fault{Code: "sql-refused", Say: "the query was not accepted; it must be one SELECT over the views", Err: err}
	}
	defer prepared.Close()
	stmt := prepared.(*duckdb.Stmt)
	kind, err := stmt.StatementType()
	if err != nil {
		return err
	}
	if kind != duckdb.STATEMENT_TYPE_SELECT { // EXPLAIN is none: EXPLAIN ANALYZE runs what it explains
		return &engine.Fault{Code: "sql-refused", Say: "only SELECT is answered"}
	}
	rows, err := stmt.QueryContext(ctx, nil)
	if err != nil {
		return &engine.Fault{Code: "sql-failed", Say: "the query failed", Err: err}
	}
	defer rows.Close()
	out.Columns = rows.Columns()
	for {
		row := make([]driver.Value, len(out.Columns))
		switch err := rows.Next(row); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return &engine.Fault{Code: "sql-failed", Say: "the query failed", Err: err}
		}
		if len(out.Rows) == limit {
			out.Truncated = true
			return nil
		}
		values := make([]any, len(row))
		for i, v := range row {
			values[i] = v
		}
		out.Rows = append(out.Rows, values)
	}
}
