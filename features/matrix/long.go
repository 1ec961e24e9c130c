package matrix

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
)

// Long writes the files of Save and SaveLast in long form to a Parquet file,
// which must not exist: one row for each person, as-of day and column, in the
// order of the files and of columns, with
//
//	person BIGINT, as_of DATE, feature VARCHAR,
//	state VARCHAR   value, unknown or not_observable
//	value FLOAT     null unless the state is value
//	last_day DATE   day of the newest row behind the value; null for none
//
// It holds one block of rows at a time. A column that the values lack is an
// error. It gives the number of rows written.
func Long(path, values, last string, columns []Column) (n int64, err error) {
	v, err := openReader(values)
	if err != nil {
		return 0, err
	}
	defer v.Close()
	l, err := openReader(last)
	if err != nil {
		return 0, err
	}
	defer l.Close()
	at, days := make([]int, len(columns)), make([]int, len(columns))
	for j, c := range columns {
		if at[j] = v.column(c.ID); at[j] < 0 {
			return 0, fmt.Errorf("matrix: the file has no column %s", c.ID)
		}
		days[j] = l.column(c.ID)
	}
	out, err := newLongWriter(path)
	if err != nil {
		return 0, err
	}
	defer func() {
		err = errors.Join(err, out.Close())
	}()
	unseen := v.column(UnseenColumn)
	hidden := map[string][]bool{}
	for v.Next() {
		if !l.Next() {
			return out.rows, errors.Join(fmt.Errorf("matrix: there are fewer rows of days than of values"), l.Err())
		}
		b, d := v.RecordBatch(), l.RecordBatch()
		if b.NumRows() != d.NumRows() {
			return out.rows, fmt.Errorf("matrix: rows of days and of values do not stand side by side")
		}
		who, on := b.Column(0).(*array.Int64), b.Column(1).(*array.Date32)
		for i := range int(b.NumRows()) {
			var hide []bool
			if unseen >= 0 {
				if c := b.Column(unseen).(*array.String); c.IsValid(i) {
					text := c.Value(i)
					var ok bool
					if hide, ok = hidden[text]; !ok {
						hide = Hidden(columns, text)
						hidden[text] = hide
					}
				}
			}
			for j := range columns {
				c := b.Column(at[j]).(*array.Float32)
				row := longRow{person: who.Value(i), asOf: on.Value(i), feature: columns[j].ID, state: Unknown, last: noDay}
				switch {
				case hide != nil && hide[j]:
					row.state = Unobservable
				case c.IsValid(i):
					row.state, row.value = Known, c.Value(i)
				}
				if days[j] >= 0 && row.state == Known {
					if x := d.Column(days[j]).(*array.Date32); x.IsValid(i) {
						row.last = int32(x.Value(i))
					}
				}
				if err := out.add(row); err != nil {
					return out.rows, err
				}
			}
		}
	}
	if err := v.Err(); err != nil {
		return out.rows, err
	}
	return out.rows, nil
}

// reader reads a file in blocks.
type reader struct {
	array.RecordReader
	pf *file.Reader
}

func openReader(path string) (*reader, error) {
	pf, err := file.OpenParquetFile(path, false)
	if err != nil {
		return nil, err
	}
	r, err := pqarrow.NewFileReader(pf, pqarrow.ArrowReadProperties{BatchSize: fileRows}, memory.DefaultAllocator)
	if err != nil {
		pf.Close()
		return nil, err
	}
	rr, err := r.GetRecordReader(context.Background(), nil, nil)
	if err != nil {
		pf.Close()
		return nil, err
	}
	return &reader{rr, pf}, nil
}

func (r *reader) Close() {
	r.Release()
	r.pf.Close()
}

// column gives the place of a column, or -1.
func (r *reader) column(name string) int {
	if found := r.Schema().FieldIndices(name); len(found) == 1 {
		return found[0]
	}
	return -1
}

type longRow struct {
	person  int64
	asOf    arrow.Date32
	feature string
	state   State
	value   float32
	last    int32
}

// longWriter gathers rows into row groups.
type longWriter struct {
	file *os.File
	w    *pqarrow.FileWriter
	b    *array.RecordBuilder
	n    int
	rows int64
}

const longRows = 1 << 19

func newLongWriter(path string) (*longWriter, error) {
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "person", Type: arrow.PrimitiveTypes.Int64},
		{Name: "as_of", Type: arrow.FixedWidthTypes.Date32},
		{Name: "feature", Type: arrow.BinaryTypes.String},
		{Name: "state", Type: arrow.BinaryTypes.String},
		{Name: "value", Type: arrow.PrimitiveTypes.Float32, Nullable: true},
		{Name: "last_day", Type: arrow.FixedWidthTypes.Date32, Nullable: true},
	}, nil)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	props := parquet.NewWriterProperties(parquet.WithCompression(compress.Codecs.Snappy), parquet.WithCreatedBy("leftshift"))
	w, err := pqarrow.NewFileWriter(schema, struct{ io.Writer }{f}, props, pqarrow.DefaultWriterProps())
	if err != nil {
		f.Close()
		return nil, err
	}
	return &longWriter{file: f, w: w, b: array.NewRecordBuilder(memory.DefaultAllocator, schema)}, nil
}

func (w *longWriter) add(r longRow) error {
	w.b.Field(0).(*array.Int64Builder).Append(r.person)
	w.b.Field(1).(*array.Date32Builder).Append(r.asOf)
	w.b.Field(2).(*array.StringBuilder).Append(r.feature)
	w.b.Field(3).(*array.StringBuilder).Append(r.state.String())
	if r.state == Known {
		w.b.Field(4).(*array.Float32Builder).Append(r.value)
	} else {
		w.b.Field(4).AppendNull()
	}
	if r.last == noDay {
		w.b.Field(5).AppendNull()
	} else {
		w.b.Field(5).(*array.Date32Builder).Append(arrow.Date32(r.last))
	}
	w.rows++
	if w.n++; w.n == longRows {
		return w.flush()
	}
	return nil
}

func (w *longWriter) flush() error {
	w.n = 0
	batch := w.b.NewRecordBatch()
	defer batch.Release()
	return w.w.Write(batch)
}

// Close makes the file whole.
func (w *longWriter) Close() error {
	defer w.b.Release()
	var err error
	if w.n > 0 {
		err = w.flush()
	}
	err = errors.Join(err, w.w.Close(), w.file.Sync())
	return errors.Join(err, w.file.Close())
}
