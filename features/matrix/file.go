package matrix

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"

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
	// Unseen names the kinds of record, separated by spaces, that no source could
	// have shown of the person by then, and after them, as feature.<id>, the
	// columns derived of others that are not observable; nil when everything could
	// be seen of everyone. See Matrix.Hide.
	Unseen []string
}

// UnseenColumn is the column of a file of values that holds Rows.Unseen; null
// where everything could be seen.
const UnseenColumn = "not_observable"

// noDay is the absent day of Last.
const noDay = math.MinInt32

// Save writes a matrix as Parquet: person, as_of, not_observable, then a
// nullable FLOAT for each column, null being unknown or not observable: the
// latter when all that the column's Observed names stands in the row's
// not_observable. The same matrix gives the same bytes.
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
	if err == nil {
		m.Hide(rows.Unseen)
	}
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
	unseen := rr.Schema().FieldIndices(UnseenColumn)
	for rr.Next() {
		batch := rr.RecordBatch()
		if len(unseen) == 1 {
			rows.unseen(batch.Column(unseen[0]).(*array.String))
		}
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
	for rows.Unseen != nil && len(rows.Unseen) < len(rows.Person) {
		rows.Unseen = append(rows.Unseen, "")
	}
	return rows, rr.Err()
}

// unseen appends a batch's column of kinds that were not seen. Equal texts
// share memory.
func (r *Rows) unseen(col *array.String) {
	before := len(r.Person)
	if col.NullN() == col.Len() && r.Unseen == nil {
		return
	}
	for len(r.Unseen) < before {
		r.Unseen = append(r.Unseen, "")
	}
	same := map[string]string{}
	for i := range col.Len() {
		text := ""
		if col.IsValid(i) {
			var ok bool
			if text, ok = same[col.Value(i)]; !ok {
				text = strings.Clone(col.Value(i))
				same[text] = text
			}
		}
		r.Unseen = append(r.Unseen, text)
	}
}
