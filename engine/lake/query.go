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

// View is a name that a query may use and the files behind it.
type View struct {
	Name string
	SQL  string   // a SELECT over read_parquet of the files
	Dirs []string // folders that it reads
}

// FilesView is a view over Parquet files of a folder, by glob.
func FilesView(name, dir, glob string) View {
	return View{Name: name, SQL: "SELECT * FROM read_parquet(" + quote(filepath.Join(dir, glob)) + ")", Dirs: []string{dir}}
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
// to the folders of the views, configuration locked and exactly one SELECT
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
			if _, err := c.ExecContext(ctx, "CREATE VIEW "+v.Name+" AS "+v.SQL, nil); err != nil {
				return fmt.Errorf("view %s: %w", v.Name, err)
			}
		}
		return nil
	}); err != nil {
		return nil, err
	}
	var dirs []string
	for _, v := range views {
		for _, d := range v.Dirs {
			if !slices.Contains(dirs, d) {
				dirs = append(dirs, d)
			}
		}
	}
	out := &Answer{}
	err = onConn(ctx, file+safe+fmt.Sprintf("&access_mode=READ_ONLY&memory_limit=%dMiB", limits.MemoryMiB), func(c *duckdb.Conn) error {
		for _, s := range []string{
			"SET temp_directory=''",
			"SET allowed_directories=" + quoteList(dirs),
			"SET enable_external_access=false",
			"SET lock_configuration=true",
		} {
			if _, err := c.ExecContext(ctx, s, nil); err != nil {
				return err
			}
		}
		return ask(ctx, c, query, limits.Rows, out)
	})
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return nil, &engine.Fault{Code: "sql-timeout", Say: fmt.Sprintf("the query took longer than %s and was stopped; narrow it", limits.Timeout)}
	}
	return out, err
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
	if err != nil {
		return &engine.Fault{Code: "sql-refused", Say: "the query was not accepted; it must be one SELECT over the views", Err: err}
	}
	defer prepared.Close()
	stmt := prepared.(*duckdb.Stmt)
	kind, err := stmt.StatementType()
	if err != nil {
		return err
	}
	if kind != duckdb.STATEMENT_TYPE_SELECT && kind != duckdb.STATEMENT_TYPE_EXPLAIN {
		return &engine.Fault{Code: "sql-refused", Say: "only SELECT (or EXPLAIN) is answered"}
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
