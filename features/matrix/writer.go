package matrix

import (
	"io"
	"os"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
)

// Writer writes a matrix to a Parquet file part by part, holding no more than
// a block of rows. The bytes do not depend on where the parts end.
type Writer struct {
	file    *os.File
	w       *pqarrow.FileWriter
	b       *array.RecordBuilder
	columns []int // of the matrix, in the file's order after person and as_of
	keys    int   // columns before those
	days    bool
	n       int // rows in the builder
}

// fileRows is how many rows a row group has.
const fileRows = 1 << 16

// Create starts a file, which must not exist, of what Append is given: the
// values of every column or, with days, the days of those columns that have
// them. Only the columns of like are looked at, and which of them have days.
func Create(path string, like *Matrix, days bool) (*Writer, error) {
	w := &Writer{days: days}
	fields := keyFields()
	if !days {
		fields = append(fields, arrow.Field{Name: UnseenColumn, Type: arrow.BinaryTypes.String, Nullable: true})
	}
	w.keys = len(fields)
	for j, c := range like.Columns {
		switch {
		case !days:
			fields = append(fields, arrow.Field{Name: c.ID, Type: arrow.PrimitiveTypes.Float32, Nullable: true})
		case like.Last[j] != nil:
			fields = append(fields, arrow.Field{Name: c.ID, Type: arrow.FixedWidthTypes.Date32, Nullable: true})
		default:
			continue
		}
		w.columns = append(w.columns, j)
	}
	schema := arrow.NewSchema(fields, nil)
	props := parquet.NewWriterProperties(parquet.WithCompression(compress.Codecs.Zstd), parquet.WithDictionaryDefault(false), parquet.WithCreatedBy("leftshift"))
	var err error
	if w.file, err = os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600); err != nil {
		return nil, err
	}
	if w.w, err = pqarrow.NewFileWriter(schema, struct{ io.Writer }{w.file}, props, pqarrow.DefaultWriterProps()); err != nil {
		w.file.Close()
		return nil, err
	}
	w.b = array.NewRecordBuilder(memory.DefaultAllocator, schema)
	return w, nil
}

// Append adds rows of a matrix of the same columns. What it was given may be
// changed afterwards.
func (w *Writer) Append(m *Matrix, rows Rows) error {
	for from := 0; from < len(rows.Person); {
		to := min(from+fileRows-w.n, len(rows.Person))
		w.fill(m, rows, from, to)
		if w.n += to - from; w.n == fileRows {
			if err := w.flush(); err != nil {
				return err
			}
		}
		from = to
	}
	return nil
}

func (w *Writer) fill(m *Matrix, rows Rows, from, to int) {
	w.b.Field(0).(*array.Int64Builder).AppendValues(rows.Person[from:to], nil)
	as := w.b.Field(1).(*array.Date32Builder)
	for _, d := range rows.AsOf[from:to] {
		as.Append(arrow.Date32(d))
	}
	if !w.days {
		b := w.b.Field(2).(*array.StringBuilder)
		for i := from; i < to; i++ {
			if rows.Unseen == nil || rows.Unseen[i] == "" {
				b.AppendNull()
			} else {
				b.Append(rows.Unseen[i])
			}
		}
	}
	for k, j := range w.columns {
		if w.days {
			b := w.b.Field(w.keys + k).(*array.Date32Builder)
			b.Reserve(to - from)
			for _, d := range m.Last[j][from:to] {
				if d == noDay {
					b.UnsafeAppendBoolToBitmap(false)
				} else {
					b.UnsafeAppend(arrow.Date32(d))
				}
			}
			continue
		}
		b := w.b.Field(w.keys + k).(*array.Float32Builder)
		b.Reserve(to - from)
		for _, v := range m.Values[j][from:to] {
			if v != v {
				b.UnsafeAppendBoolToBitmap(false)
			} else {
				b.UnsafeAppend(v)
			}
		}
	}
}

func (w *Writer) flush() error {
	batch := w.b.NewRecordBatch()
	defer batch.Release()
	w.n = 0
	return w.w.Write(batch)
}

// Close writes what is left and forces the file to disk. A writer that failed
// is closed too.
func (w *Writer) Close() error {
	defer w.b.Release()
	if w.n > 0 {
		if err := w.flush(); err != nil {
			w.file.Close()
			return err
		}
	}
	if err := w.w.Close(); err != nil {
		w.file.Close()
		return err
	}
	if err := w.file.Sync(); err != nil {
		w.file.Close()
		return err
	}
	return w.file.Close()
}
