package query_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	_ "github.com/mattn/go-sqlite3"

	"leftshift/engine/schema"
	"leftshift/features/query/agree"
)

// lite is an SQLite with the curated tables, days as whole numbers. change,
// when it is not nil, alters each query.
type lite struct {
	db     *sql.DB
	change func(string) string
}

func (l *lite) Query(ctx context.Context, query string) (*sql.Rows, error) {
	if l.change != nil {
		query = l.change(query)
	}
	return l.db.QueryContext(ctx, query)
}

func openLite(t testing.TB) *lite {
	t.Helper()
	db, err := sql.Open("sqlite3", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	for _, table := range schema.Curated[:schema.Bucketed] {
		var columns []string
		for _, c := range table.Columns {
			columns = append(columns, c.Name)
		}
		if _, err := db.Exec("CREATE TABLE " + table.Name + " (" + strings.Join(columns, ", ") + ")"); err != nil {
			t.Fatal(err)
		}
	}
	return &lite{db: db}
}

// fill puts the rows of people in the place of those there were.
func (l *lite) fill(b agree.Tables) error {
	for table, batch := range b {
		text := "DELETE FROM " + table
		for i := range int(batch.NumRows()) {
			row := make([]string, batch.NumCols())
			for j, col := range batch.Columns() {
				switch c := col.(type) {
				case *array.Int64:
					row[j] = literalOf(c, i, c.Value)
				case *array.Uint8:
					row[j] = literalOf(c, i, c.Value)
				case *array.Date32:
					row[j] = literalOf(c, i, c.Value)
				case *array.String:
					row[j] = "'" + strings.ReplaceAll(c.Value(i), "'", "''") + "'"
				default:
					return fmt.Errorf("column %s of %s", batch.ColumnName(j), table)
				}
			}
			if i == 0 {
				text += "; INSERT INTO " + table + " VALUES "
			} else {
				text += ","
			}
			text += "(" + strings.Join(row, ",") + ")"
		}
		if _, err := l.db.Exec(text); err != nil {
			return err
		}
	}
	return nil
}

func literalOf[T any](c arrow.Array, i int, value func(int) T) string {
	if c.IsNull(i) {
		return "NULL"
	}
	return fmt.Sprint(value(i))
}
