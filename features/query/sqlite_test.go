package query

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	_ "github.com/mattn/go-sqlite3"

	"leftshift/engine"
	"leftshift/engine/schema"
	"leftshift/features/kernel"
	"leftshift/features/plan"
	"leftshift/features/sample"
)

// batches are the curated tables of some people, by name of table.
type batches map[string]arrow.RecordBatch

func build[T any](table string, rows []T) arrow.RecordBatch {
	b := schema.CuratedTable(table).NewBuilder(memory.DefaultAllocator)
	defer b.Release()
	for i := range rows {
		if err := b.Add(&rows[i]); err != nil {
			panic(err)
		}
	}
	return b.Flush()
}

func tables(p *sample.People) batches {
	return batches{
		"person": build("person", p.Persons), "registration": build("registration", p.Registrations), "residence": build("residence", p.Residences),
		"event": build("event", p.Events), "spell": build("spell", p.Spells), "document": build("document", p.Documents),
	}
}

// reader streams a table in batches of at most n rows.
func (b batches) reader(table string, n int64) array.RecordReader {
	whole := b[table]
	var parts []arrow.RecordBatch
	for i := int64(0); i < whole.NumRows(); i += n {
		parts = append(parts, whole.NewSlice(i, min(i+n, whole.NumRows())))
	}
	r, err := array.NewRecordReader(whole.Schema(), parts)
	if err != nil {
		panic(err)
	}
	return r
}

// lite is an SQLite with the curated tables, days as whole numbers.
type lite struct{ db *sql.DB }

func (l lite) Query(ctx context.Context, query string) (*sql.Rows, error) {
	return l.db.QueryContext(ctx, query)
}

func openLite(t testing.TB) lite {
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
	return lite{db}
}

// fill puts the rows of people in the place of those there were.
func (l lite) fill(b batches) error {
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

// both gives the kernel's result and that of the SQL on SQLite.
func both(l lite, p *plan.Plan, people *sample.People, dates []engine.Day, dataFrom engine.Day, batch int64) (*kernel.Result, *Result, error) {
	b := tables(people)
	k, err := runKernel(p, b, dates, dataFrom, batch)
	if err != nil {
		return nil, nil, fmt.Errorf("kernel: %w", err)
	}
	if err := l.fill(b); err != nil {
		return nil, nil, err
	}
	q, err := Run(context.Background(), l, p, dates, SQLite(), Options{DataFrom: dataFrom})
	return k, q, err
}

func runKernel(p *plan.Plan, b batches, dates []engine.Day, dataFrom engine.Day, batch int64) (*kernel.Result, error) {
	in := kernel.Input{Person: b.reader("person", batch), Registration: b.reader("registration", batch), Residence: b.reader("residence", batch),
		Event: b.reader("event", batch), Spell: b.reader("spell", batch), Document: b.reader("document", batch)}
	return kernel.Run(context.Background(), p, in, dates, lastKnowledge, kernel.Options{Everyone: true, Days: true, DataFrom: dataFrom})
}

var lastKnowledge, _ = engine.ParseDay("2026-12-31")
