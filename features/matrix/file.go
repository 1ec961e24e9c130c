package matrix

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
)

// Rows names the rows of a matrix on disk: a person and an as-of day each.
type Rows struct {
	Person []int64
	AsOf   []int32 // days since 1970-01-01
}

const fileRows = 1 << 16

// noDay is the absent day of Last.
const noDay = math.MinInt32

// Save writes a matrix as Parquet: person, as_of, then a nullable FLOAT for
// each column, null being unknown. The same matrix gives the same bytes.
func (m *Matrix) Save(path string, rows Rows) error {
	fields := keyFields()
	for _, c := range m.Columns {
		fields = append(fields, arrow.Field{Name: c.ID, Type: arrow.PrimitiveTypes.Float32, Nullable: true})
	}
	return save(path, fields, rows, func(b *array.RecordBuilder, from, to int) {
		for j := range m.Columns {
			fb := b.Field(2 + j).(*array.Float32Builder)
			for _, v := range m.Values[j][from:to] {
				if v != v {
					fb.AppendNull()
				} else {
					fb.Append(v)
				}
			}
		}
	})
}

// SaveLast writes the days of the newest rows behind the values: person,
// as_of, then a nullable DATE for each column that has days.
func (m *Matrix) SaveLast(path string, rows Rows) error {
	fields := keyFields()
	var dated []int
	for j, c := range m.Columns {
		if m.Last[j] != nil {
			fields = append(fields, arrow.Field{Name: c.ID, Type: arrow.FixedWidthTypes.Date32, Nullable: true})
			dated = append(dated, j)
		}
	}
	return save(path, fields, rows, func(b *array.RecordBuilder, from, to int) {
		for k, j := range dated {
			db := b.Field(2 + k).(*array.Date32Builder)
			for _, d := range m.Last[j][from:to] {
				if d == noDay {
					db.AppendNull()
				} else {
					db.Append(arrow.Date32(d))
				}
			}
		}
	})
}

func keyFields() []arrow.Field {
	return []arrow.Field{{Name: "person", Type: arrow.PrimitiveTypes.Int64}, {Name: "as_of", Type: arrow.FixedWidthTypes.Date32}}
}

func save(path string, fields []arrow.Field, rows Rows, fill func(b *array.RecordBuilder, from, to int)) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	schema := arrow.NewSchema(fields, nil)
	props := parquet.NewWriterProperties(parquet.WithCompression(compress.Codecs.Snappy), parquet.WithCreatedBy("leftshift"))
	w, err := pqarrow.NewFileWriter(schema, struct{ io.Writer }{f}, props, pqarrow.DefaultWriterProps())
	if err != nil {
		f.Close()
		return err
	}
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	for from := 0; from < len(rows.Person); from += fileRows {
		to := min(from+fileRows, len(rows.Person))
		b.Field(0).(*array.Int64Builder).AppendValues(rows.Person[from:to], nil)
		db := b.Field(1).(*array.Date32Builder)
		for _, d := range rows.AsOf[from:to] {
			db.Append(arrow.Date32(d))
		}
		fill(b, from, to)
		batch := b.NewRecordBatch()
		err := w.Write(batch)
		batch.Release()
		if err != nil {
			f.Close()
			return err
		}
	}
	if err := w.Close(); err != nil {
		f.Close()
		return err
	}
	if err := f.Sync(); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// Load reads back what Save wrote, for the given columns in their order; one
// that the file lacks is an error. Last is not read: LoadLast does.
func Load(path string, columns []Column) (*Matrix, Rows, error) {
	m := &Matrix{Columns: columns, Values: make([][]float32, len(columns)), Last: make([][]int32, len(columns))}
	rows, err := load(path, columns, true, func(j int, col arrow.Array) {
		c := col.(*array.Float32)
		for i := range c.Len() {
			v := NaN
			if c.IsValid(i) {
				v = c.Value(i)
			}
			m.Values[j] = append(m.Values[j], v)
		}
	})
	m.Rows = len(rows.Person)
	return m, rows, err
}

// LoadLast fills m.Last from what SaveLast wrote, for the columns that have
// days.
func (m *Matrix) LoadLast(path string) error {
	rows, err := load(path, m.Columns, false, func(j int, col arrow.Array) {
		c := col.(*array.Date32)
		for i := range c.Len() {
			d := int32(noDay)
			if c.IsValid(i) {
				d = int32(c.Value(i))
			}
			m.Last[j] = append(m.Last[j], d)
		}
	})
	if err == nil && len(rows.Person) != m.Rows {
		err = fmt.Errorf("matrix: %d rows of days for %d rows of values", len(rows.Person), m.Rows)
	}
	return err
}

func load(path string, columns []Column, need bool, take func(j int, col arrow.Array)) (rows Rows, err error) {
	pf, err := file.OpenParquetFile(path, false)
	if err != nil {
		return rows, err
	}
	defer pf.Close()
	r, err := pqarrow.NewFileReader(pf, pqarrow.ArrowReadProperties{BatchSize: fileRows}, memory.DefaultAllocator)
	if err != nil {
		return rows, err
	}
	rr, err := r.GetRecordReader(context.Background(), nil, nil)
	if err != nil {
		return rows, err
	}
	defer rr.Release()
	at := make([]int, len(columns))
	for j, c := range columns {
		found := rr.Schema().FieldIndices(c.ID)
		switch {
		case len(found) == 1:
			at[j] = found[0]
		case need:
			return rows, fmt.Errorf("matrix: the file has no column %s", c.ID)
		default:
			at[j] = -1
		}
	}
	for rr.Next() {
		batch := rr.RecordBatch()
		rows.Person = append(rows.Person, batch.Column(0).(*array.Int64).Int64Values()...)
		days := batch.Column(1).(*array.Date32)
		for i := range days.Len() {
			rows.AsOf = append(rows.AsOf, int32(days.Value(i)))
		}
		for j := range columns {
			if at[j] >= 0 {
				take(j, batch.Column(at[j]))
			}
		}
	}
	return rows, rr.Err()
}
