//go:build duckdb_arrow

package e2e

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
)

// TestParquetDeliveryIsAsCSV: a flow's file may be Parquet; the same records
// give the same facts.
func TestParquetDeliveryIsAsCSV(t *testing.T) {
	timed(t)
	const facts = "select * exclude (source) from event order by all"
	text := problemsHead + problem(1, "2026-01-20") + problem(3, "2026-01-21")
	s := tinySite(t)
	s.write(text, "b", "problems-more.csv")
	s.do("run", "-q").done(t)
	want := strings.Join(s.rows(facts), "\n")

	other := tinySite(t)
	other.write(s.read("secrets", "person.key"), "secrets", "person.key")
	other.write(s.read("secrets", "vault.key"), "secrets", "vault.key")
	other.write(asParquet(t, text), "b", "problems-more.parquet")
	other.do("run", "-q").done(t)
	if got := strings.Join(other.rows(facts), "\n"); got != want || strings.Count(got, "\n") != 3 {
		t.Errorf("from Parquet\n%s\nfrom CSV\n%s", got, want)
	}
}

// asParquet makes a Parquet file of text columns of a CSV file with a header.
func asParquet(t *testing.T, text string) string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	fields := make([]arrow.Field, len(rows[0]))
	columns := make([]arrow.Array, len(fields))
	for i, name := range rows[0] {
		fields[i] = arrow.Field{Name: name, Type: arrow.BinaryTypes.String}
		b := array.NewStringBuilder(memory.DefaultAllocator)
		for _, r := range rows[1:] {
			b.Append(r[i])
		}
		columns[i] = b.NewArray()
	}
	schema := arrow.NewSchema(fields, nil)
	var out bytes.Buffer
	w, err := pqarrow.NewFileWriter(schema, &out, parquet.NewWriterProperties(), pqarrow.DefaultWriterProps())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(array.NewRecordBatch(schema, columns, int64(len(rows)-1))); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
