package matrix

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
)

// Rows names the rows of a matrix on disk: a person and an as-of day each.
type Rows struct {
	Person []int64
	AsOf   []int32 // days since 1970-01-01
}

// noDay is the absent day of Last.
const noDay = math.MinInt32

// Save writes a matrix as Parquet: person, as_of, then a nullable FLOAT for
// each column, null being unknown. The same matrix gives the same bytes.
func (m *Matrix) Save(path string, rows Rows) error { return m.save(path, rows, false) }

// SaveLast writes the days of the newest rows behind the values: person,
// as_of, then a nullable DATE for each column that has days.
func (m *Matrix) SaveLast(path string, rows Rows) error { return m.save(path, rows, true) }

func (m *Matrix) save(path string, rows Rows, days bool) error {
	w, err := Create(path, m, days)
	if err != nil {
		return err
	}
	if err := w.Append(m, rows); err != nil {
		return errors.Join(err, w.Close())
	}
	return w.Close()
}

func keyFields() []arrow.Field {
	return []arrow.Field{{Name: "person", Type: arrow.PrimitiveTypes.Int64}, {Name: "as_of", Type: arrow.FixedWidthTypes.Date32}}
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
