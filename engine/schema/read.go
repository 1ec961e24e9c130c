package schema

import (
	"fmt"
	"math"
	"reflect"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"leftshift/engine"
)

// Binding reads rows of Arrow batches into a struct whose tags name columns.
// Columns that the struct does not have are passed over; a column that it has
// and the batch lacks, or of another type, is an error.
type Binding struct {
	columns []Column
	at      []int
}

// Bind prepares reading of batches of a schema into structs of row's type.
func Bind(row any, batch *arrow.Schema) (*Binding, error) {
	t := declare("", "", row)
	b := &Binding{columns: t.Columns, at: make([]int, len(t.Columns))}
	for i, c := range t.Columns {
		at := batch.FieldIndices(c.Name)
		if len(at) != 1 {
			return nil, fmt.Errorf("schema: the batch has no column %s", c.Name)
		}
		if got := batch.Field(at[0]).Type; !arrow.TypeEqual(got, c.Type) {
			return nil, fmt.Errorf("schema: column %s is %s, not %s", c.Name, got, c.Type)
		}
		b.at[i] = at[0]
	}
	return b, nil
}

// Read fills the struct that row points at from row i of the batch.
func (b *Binding) Read(batch arrow.RecordBatch, i int, row any) {
	v := reflect.ValueOf(row).Elem()
	for k := range b.columns {
		c := &b.columns[k]
		f := v.FieldByIndex(c.index)
		col := batch.Column(b.at[k])
		null := col.IsNull(i)
		switch c.kind {
		case kInt64:
			if null {
				f.SetInt(0)
			} else {
				f.SetInt(col.(*array.Int64).Value(i))
			}
		case kUint8:
			if null {
				f.SetUint(0)
			} else {
				f.SetUint(uint64(col.(*array.Uint8).Value(i)))
			}
		case kString:
			if null {
				f.SetString("")
			} else {
				// The batch's memory may be freed or used again while the row lives.
				f.SetString(strings.Clone(col.(*array.String).Value(i)))
			}
		case kFloat:
			if null {
				f.SetFloat(math.NaN())
			} else {
				f.SetFloat(col.(*array.Float64).Value(i))
			}
		case kDay:
			if null {
				f.SetInt(int64(engine.NoDay))
			} else {
				f.SetInt(int64(col.(*array.Date32).Value(i)))
			}
		case kNumber:
			n := Number{Known: !null}
			if !null {
				n.N = col.(*array.Int64).Value(i)
			}
			f.Set(reflect.ValueOf(n))
		}
	}
}
