// Package schema declares the canonical tables, once. A table is a Go struct
// whose tags say each column's name, meaning and constraint; the Arrow
// schema, the builder, the row checks and SCHEMA.md are read from it.
package schema

import (
	"fmt"
	"math"
	"reflect"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"leftshift/engine"
)

// Column is one declared column.
type Column struct {
	Name     string
	Say      string // meaning
	Type     arrow.DataType
	Nullable bool
	Required bool // neither zero nor null
	From1900 bool // a day in 1900..2199 when not null
	index    []int
	kind     kind
}

type kind uint8

const (
	kInt64 kind = iota
	kUint8
	kDay
	kString
	kNumber
	kFloat
)

// Table is one declared table.
type Table struct {
	Name    string
	Say     string
	Columns []Column
	Arrow   *arrow.Schema
	row     reflect.Type
}

var (
	dayType    = reflect.TypeFor[engine.Day]()
	numberType = reflect.TypeFor[Number]()
)

// Declare makes a table of a struct, for a package that keeps rows of its own.
func Declare(name, say string, row any) *Table { return declare(name, say, row) }

func declare(name, say string, row any) *Table {
	t := &Table{Name: name, Say: say, row: reflect.TypeOf(row)}
	t.walk(t.row, nil)
	fields := make([]arrow.Field, len(t.Columns))
	for i, c := range t.Columns {
		fields[i] = arrow.Field{Name: c.Name, Type: c.Type, Nullable: c.Nullable}
	}
	t.Arrow = arrow.NewSchema(fields, nil)
	return t
}

func (t *Table) walk(rt reflect.Type, at []int) {
	for i := range rt.NumField() {
		f := rt.Field(i)
		index := append(append([]int(nil), at...), i)
		if f.Anonymous {
			t.walk(f.Type, index)
			continue
		}
		c := Column{Name: f.Tag.Get("col"), Say: f.Tag.Get("say"), index: index}
		for _, word := range strings.Split(f.Tag.Get("check"), ",") {
			switch word {
			case "required":
				c.Required = true
			case "from1900":
				c.From1900 = true
			case "":
			default:
				panic("schema: unknown constraint " + word)
			}
		}
		switch {
		case f.Type == dayType:
			c.kind, c.Type, c.Nullable = kDay, arrow.FixedWidthTypes.Date32, !c.Required
		case f.Type == numberType:
			c.kind, c.Type, c.Nullable = kNumber, arrow.PrimitiveTypes.Int64, true
		case f.Type.Kind() == reflect.Int64:
			c.kind, c.Type = kInt64, arrow.PrimitiveTypes.Int64
		case f.Type.Kind() == reflect.Uint8:
			c.kind, c.Type = kUint8, arrow.PrimitiveTypes.Uint8
		case f.Type.Kind() == reflect.Float64:
			c.kind, c.Type, c.Nullable = kFloat, arrow.PrimitiveTypes.Float64, true
		case f.Type.Kind() == reflect.String:
			c.kind, c.Type = kString, arrow.BinaryTypes.String
		default:
			panic(fmt.Sprintf("schema: %s.%s has no column type", rt.Name(), f.Name))
		}
		if c.Name == "" {
			panic(fmt.Sprintf("schema: %s.%s has no column name", rt.Name(), f.Name))
		}
		t.Columns = append(t.Columns, c)
	}
}

// Violation is a row that breaks a declared constraint.
type Violation struct {
	Table, Column, Rule string
}

// Code is the coded reason for quarantine.
func (v *Violation) Code() string { return v.Rule }

func (v *Violation) Error() string { return v.Table + "." + v.Column + ": " + v.Rule }

var firstDay, _ = engine.MakeDay(1900, 1, 1)
var lastDay, _ = engine.MakeDay(2199, 12, 31)

// Builder gathers rows of one table into Arrow columns.
type Builder struct {
	Table *Table
	b     *array.RecordBuilder
	n     int
}

// NewBuilder makes an empty builder.
func (t *Table) NewBuilder(mem memory.Allocator) *Builder {
	return &Builder{Table: t, b: array.NewRecordBuilder(mem, t.Arrow)}
}

// Len is the number of rows gathered since the last Flush.
func (b *Builder) Len() int { return b.n }

// Append checks and adds one row, a pointer to the table's struct. A row that
// breaks a constraint is not added and its Violation returned.
func (b *Builder) Append(row any) error {
	if bad := b.Table.Check(row); bad != nil {
		return bad
	}
	return b.Add(row)
}

// Add adds a row that has been checked, a pointer to the table's struct.
func (b *Builder) Add(row any) error {
	v := reflect.ValueOf(row).Elem()
	if v.Type() != b.Table.row {
		panic(fmt.Sprintf("schema: %s row in table %s", v.Type(), b.Table.Name))
	}
	for i := range b.Table.Columns {
		c := &b.Table.Columns[i]
		f := v.FieldByIndex(c.index)
		switch c.kind {
		case kInt64:
			b.b.Field(i).(*array.Int64Builder).Append(f.Int())
		case kUint8:
			b.b.Field(i).(*array.Uint8Builder).Append(uint8(f.Uint()))
		case kString:
			b.b.Field(i).(*array.StringBuilder).Append(f.String())
		case kFloat:
			if x := f.Float(); math.IsNaN(x) {
				b.b.Field(i).AppendNull()
			} else {
				b.b.Field(i).(*array.Float64Builder).Append(x)
			}
		case kDay:
			if d := engine.Day(f.Int()); d == engine.NoDay {
				b.b.Field(i).AppendNull()
			} else {
				b.b.Field(i).(*array.Date32Builder).Append(arrow.Date32(d))
			}
		case kNumber:
			if n := f.Interface().(Number); n.Known {
				b.b.Field(i).(*array.Int64Builder).Append(n.N)
			} else {
				b.b.Field(i).AppendNull()
			}
		}
	}
	b.n++
	return nil
}

// Check reports the first constraint that a row breaks, or nil.
func (t *Table) Check(row any) *Violation { return t.check(reflect.ValueOf(row).Elem()) }

func (t *Table) check(v reflect.Value) *Violation {
	for i := range t.Columns {
		c := &t.Columns[i]
		if !c.Required && !c.From1900 && c.kind != kInt64 {
			continue
		}
		f := v.FieldByIndex(c.index)
		switch c.kind {
		case kDay:
			d := engine.Day(f.Int())
			if d == engine.NoDay {
				if c.Required {
					return &Violation{t.Name, c.Name, "date-missing"}
				}
			} else if c.From1900 && (d < firstDay || d > lastDay) {
				return &Violation{t.Name, c.Name, "date-out-of-range"}
			}
		default:
			if c.Required && f.IsZero() {
				return &Violation{t.Name, c.Name, "value-missing"}
			}
		}
	}
	return nil
}

// Flush gives the rows gathered as one record batch, which the caller
// releases, and starts again.
func (b *Builder) Flush() arrow.RecordBatch {
	b.n = 0
	return b.b.NewRecordBatch()
}

// Release frees the builder.
func (b *Builder) Release() { b.b.Release() }
