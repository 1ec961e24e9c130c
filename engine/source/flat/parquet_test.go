package flat

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"leftshift/engine"
	"leftshift/engine/source"
)

const typesMap = `
name = "t"
title = "types"
[columns]
id = "text"
who = "int"
uk = "date uk"
at = "date"
amount = "decimal"
code = "text"
[record]
id = ["id"]
recorded = "at"
[subject]
local = "who"
[[row]]
table = "event"
[row.fill]
kind = { is = "observation" }
day = { column = "uk" }
code = { column = "code", system = "snomed" }
value = { column = "amount" }
`

func writeParquet(t testing.TB, codec compress.Compression, fill func(b *array.RecordBuilder), fields ...arrow.Field) []byte {
	t.Helper()
	sc := arrow.NewSchema(fields, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, sc)
	defer b.Release()
	fill(b)
	rec := b.NewRecordBatch()
	defer rec.Release()
	var out bytes.Buffer
	w, err := pqarrow.NewFileWriter(sc, &out, parquet.NewWriterProperties(parquet.WithCompression(codec)), pqarrow.NewArrowWriterProperties(pqarrow.WithStoreSchema()))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(rec); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func typed(t testing.TB, codec compress.Compression) []byte {
	day, _ := engine.ParseDay("2024-03-05")
	moment := time.Date(2024, 3, 30, 23, 30, 0, 0, time.UTC)
	return writeParquet(t, codec, func(b *array.RecordBuilder) {
		d := b.Field(0).(*array.BinaryDictionaryBuilder)
		d.AppendString("r1")
		d.AppendString("r2")
		d.AppendNull()
		b.Field(1).(*array.Int64Builder).AppendValues([]int64{7, 8, 9}, nil)
		b.Field(2).(*array.Date32Builder).AppendValues([]arrow.Date32{arrow.Date32(day), arrow.Date32(day), 0}, []bool{true, true, false})
		b.Field(3).(*array.TimestampBuilder).AppendValues([]arrow.Timestamp{arrow.Timestamp(moment.UnixMicro()), arrow.Timestamp(moment.UnixMicro()), 0}, nil)
		b.Field(4).(*array.Decimal128Builder).Append(decimal128.FromI64(12345))
		b.Field(4).AppendNull()
		b.Field(4).AppendNull()
		b.Field(5).(*array.StringBuilder).AppendValues([]string{"999001", "", ""}, nil)
		b.Field(6).(*array.StringBuilder).AppendValues([]string{"x", "y", "z"}, nil)
	},
		arrow.Field{Name: "id", Type: &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: arrow.BinaryTypes.String}, Nullable: true},
		arrow.Field{Name: "who", Type: arrow.PrimitiveTypes.Int64},
		arrow.Field{Name: "uk", Type: arrow.FixedWidthTypes.Date32, Nullable: true},
		arrow.Field{Name: "at", Type: &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}},
		arrow.Field{Name: "amount", Type: &arrow.Decimal128Type{Precision: 10, Scale: 2}, Nullable: true},
		arrow.Field{Name: "code", Type: arrow.BinaryTypes.String},
		arrow.Field{Name: "spare", Type: arrow.BinaryTypes.String})
}

// One map serves both formats: the typed Parquet file lands what the CSV file
// with the same values lands, version hashes too.
func TestParquetLandsAsCSVDoes(t *testing.T) {
	m, err := ParseMap("t", []byte(typesMap))
	if err != nil {
		t.Fatal(err)
	}
	land := func(format string, file []byte) (string, []map[string]string) {
		b, dir := newBatch(t, source.Meta{Source: "b", Flow: "f", Lag: -1, Night: 20000}, nil)
		if err := Extract(context.Background(), bytes.NewReader(file), format, m, Options{}, b); err != nil {
			t.Fatal(err)
		}
		text := landed(t, b, dir, nil)
		return text, readParquet(t, dir+"/event.parquet")
	}
	got, gotRows := land("parquet", typed(t, compress.Codecs.Zstd))
	want := `event subject=s1 record=r1 stamp=1711756800000000 known=2024-03-30 known_basis=2 kind=2 day=2024-03-05 last_day=2024-03-05 code=snomed|999001 value=123450
event subject=s2 record=r2 stamp=1711756800000000 known=2024-03-30 known_basis=2 kind=2 day=2024-03-05 last_day=2024-03-05
quarantine position=3 reason=record-id-missing field=id
counts in=3 held=2 reference=0 quarantined=1
reason column-not-declared=1
reason record-id-missing=1
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	fromText, textRows := land("csv", []byte("spare,who,uk,at,amount,code,id\nx,7,05/03/2024,2024-03-30T23:30:00Z,123.45,999001,r1\ny,8,05/03/2024 00:00,2024-03-30,,,r2\nz,9,,2024-03-30,,,\n"))
	fromText = strings.Replace(fromText, "position=4", "position=3", 1) // lines count the header, rows do not
	if fromText != got {
		t.Errorf("CSV gives\n%s\nParquet\n%s", fromText, got)
	}
	for i := range gotRows {
		if gotRows[i]["record"] != textRows[i]["record"] || gotRows[i]["version"] != textRows[i]["version"] {
			t.Errorf("row %d has another record or version", i)
		}
	}
}

func TestParquetFaults(t *testing.T) {
	m, err := ParseMap("t", []byte(typesMap))
	if err != nil {
		t.Fatal(err)
	}
	run := func(file []byte) error {
		b, _ := newBatch(t, source.Meta{Source: "b", Flow: "f", Lag: -1}, nil)
		return Extract(context.Background(), bytes.NewReader(file), "parquet", m, Options{}, b)
	}
	for _, codec := range []compress.Compression{compress.Codecs.Uncompressed, compress.Codecs.Snappy, compress.Codecs.Gzip} {
		if err := run(typed(t, codec)); err != nil {
			t.Errorf("%s: %v", codec, err)
		}
	}
	wantFault(t, run(typed(t, compress.Codecs.Brotli)), "parquet-codec")
	wantFault(t, run(nil), "file-empty")
	wantFault(t, run([]byte("id,who\n1,2\n")), "parquet-unreadable")
	whole := typed(t, compress.Codecs.Snappy)
	wantFault(t, run(whole[:len(whole)-9]), "parquet-unreadable")
	wantFault(t, run(writeParquet(t, compress.Codecs.Snappy, func(b *array.RecordBuilder) {
		b.Field(0).(*array.StringBuilder).Append("1")
	}, arrow.Field{Name: "id", Type: arrow.BinaryTypes.String})), "column-missing")
	wantFault(t, run(writeParquet(t, compress.Codecs.Snappy, func(b *array.RecordBuilder) {
		b.Field(0).(*array.BinaryBuilder).Append([]byte("1"))
	}, arrow.Field{Name: "id", Type: arrow.BinaryTypes.Binary})), "column-type")
	b, _ := newBatch(t, source.Meta{Flow: "f"}, nil)
	wantFault(t, Extract(context.Background(), strings.NewReader("x"), "spreadsheet", m, Options{}, b), "file-format")
	wantFault(t, Extract(context.Background(), onlyReader{bytes.NewReader(whole)}, "parquet", m, Options{}, b), "parquet-needs-file")
}

type onlyReader struct{ r *bytes.Reader }

func (o onlyReader) Read(b []byte) (int, error) { return o.r.Read(b) }

// Damage anywhere never ends in a panic.
func FuzzParquet(f *testing.F) {
	f.Add(typed(f, compress.Codecs.Snappy))
	f.Add([]byte("PAR1PAR1"))
	m, err := ParseMap("t", []byte(typesMap))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		b, _ := newBatch(t, source.Meta{Source: "b", Flow: "f", Lag: -1}, nil)
		Extract(context.Background(), bytes.NewReader(file), "parquet", m, Options{}, b)
	})
}
