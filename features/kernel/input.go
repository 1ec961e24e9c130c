// Package kernel fills every feature of every person in one pass over a
// bucket of curated rows.
//
// Six streams of Arrow batches, each in order of person, are merged. A
// person's registrations, residences, spells and documents are few and are held;
// events stream by. No row allocates. A row is looked up once, by its kind and
// code, and kept as a small fact with each family that reads it; then each
// family is walked once for each index date, so that more dates cost little.
// What is gathered are exact integers, which package finish turns into values.
// Nothing depends on the order of equal rows, on batch sizes or on the
// number of threads.
package kernel

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"leftshift/engine"
)

// Input is one bucket of the curated tables. Person has one row a person, in
// strictly ascending order; the others are in order of person, events and
// documents then of day, spells of start_day. Run reads each to its end and does
// not release it. Columns that Tables does not name are ignored.
type Input struct {
	Person, Registration, Residence, Event, Spell, Document array.RecordReader
}

// Column is a column that the kernel reads.
type Column struct {
	Name string
	Type arrow.DataType
}

var (
	tInt = arrow.PrimitiveTypes.Int64
	tDay = arrow.FixedWidthTypes.Date32
	tU8  = arrow.PrimitiveTypes.Uint8
	tStr = arrow.BinaryTypes.String
)

// Columns of each table, with their Arrow types. Nulls: a null day means what
// the curated table says (not known, or goes on); a null value means none; a
// null anywhere else reads as zero.
var (
	PersonColumns       = []Column{{"person", tInt}, {"birth_month", tDay}, {"sex", tU8}, {"ethnic_category", tStr}, {"death_day", tDay}, {"sources", tU8}}
	RegistrationColumns = []Column{{"person", tInt}, {"practice", tInt}, {"from_day", tDay}, {"to_day", tDay}}
	ResidenceColumns    = []Column{{"person", tInt}, {"area", tInt}, {"care_home", tU8}, {"from_day", tDay}, {"to_day", tDay}, {"imd_decile", tU8}}
	EventColumns        = []Column{{"person", tInt}, {"day", tDay}, {"last_day", tDay}, {"kind", tU8}, {"code", tInt}, {"value", tInt}, {"status", tU8}, {"mode", tU8}, {"position", tU8}, {"known_from", tDay}, {"known_to", tDay}}
	SpellColumns        = []Column{{"person", tInt}, {"kind", tU8}, {"start_day", tDay}, {"end_day", tDay}, {"cis", tInt}, {"cis_first", tU8}, {"specialty", tInt}, {"attended", tU8}, {"known_from", tDay}, {"known_to", tDay}, {"destination", tStr}, {"arrival_mode", tInt}}
	DocumentColumns     = []Column{{"person", tInt}, {"day", tDay}, {"end_day", tDay}, {"type", tInt}, {"category", tU8}, {"status", tU8}, {"known_from", tDay}, {"known_to", tDay}}
)

// cursor walks one stream. Columns are bound to the batch at hand.
type cursor struct {
	name    string
	r       array.RecordReader
	columns []Column
	at      []int // column places in the stream's schema
	bind    func(arrow.RecordBatch, []int)
	person  []int64
	i, n    int
	last    int64 // person of the row before
	rows    int64
	orphans int64 // rows of persons who are not in the person table
	done    bool
}

func (c *cursor) open(name string, r array.RecordReader, columns []Column, bind func(arrow.RecordBatch, []int)) error {
	*c = cursor{name: name, r: r, columns: columns, bind: bind, last: -1}
	if r == nil {
		return &engine.Fault{Code: "stream-missing", Say: "the kernel needs a reader of table " + name + ": give an empty one when there are no rows"}
	}
	s := r.Schema()
	for _, col := range columns {
		at := s.FieldIndices(col.Name)
		if len(at) != 1 || s.Field(at[0]).Type.ID() != col.Type.ID() {
			return &engine.Fault{Code: "stream-schema", Say: fmt.Sprintf("table %s needs one column %s of type %s: curate it again with this version", name, col.Name, col.Type)}
		}
		c.at = append(c.at, at[0])
	}
	return c.load()
}

// load makes row i readable, taking the next batch when the last is used up,
// and checks that persons ascend.
func (c *cursor) load() error {
	for c.i == c.n {
		if !c.r.Next() {
			c.done = true
			if err := c.r.Err(); err != nil {
				return &engine.Fault{Code: "stream-broken", Say: "table " + c.name + " could not be read to its end: check the snapshot's files and run again", Err: err}
			}
			return nil
		}
		b := c.r.RecordBatch()
		c.i, c.n = 0, int(b.NumRows())
		c.rows += b.NumRows()
		c.person = b.Column(c.at[0]).(*array.Int64).Int64Values()
		c.bind(b, c.at)
		for _, p := range c.person {
			if p < c.last {
				return c.disorder()
			}
			c.last = p
		}
	}
	return nil
}

func (c *cursor) disorder() error {
	return &engine.Fault{Code: "rows-out-of-order", Say: "rows of table " + c.name + " are not in order of person and day: curate the table again"}
}

// skip passes rows of persons before p, who are in no person row.
func (c *cursor) skip(p int64) error {
	for !c.done && c.person[c.i] < p {
		c.i++
		c.orphans++
		if c.i == c.n {
			if err := c.load(); err != nil {
				return err
			}
		}
	}
	return nil
}

// each calls f with every run of rows [from, to) of p in a batch.
func (c *cursor) each(p int64, f func(from, to int) error) error {
	if err := c.skip(p); err != nil {
		return err
	}
	for !c.done && c.person[c.i] == p {
		from, to := c.i, c.n
		for i, x := range c.person[from:to] {
			if x != p {
				to = from + i
				break
			}
		}
		if err := f(from, to); err != nil {
			return err
		}
		if c.i = to; to == c.n {
			if err := c.load(); err != nil {
				return err
			}
		}
	}
	return nil
}

// days is a column of days; nulls read as a given day.
type days struct {
	v    []arrow.Date32
	a    *array.Date32
	from int // of v in a
	null bool
}

func (d *days) of(a arrow.Array) {
	d.a = a.(*array.Date32)
	d.v, d.null = d.a.Date32Values(), a.NullN() > 0
}

// run is the column from one row to before another.
func (d *days) run(from, to int) days { return days{d.v[from:to], d.a, from, d.null} }

func (d *days) at(i int, absent engine.Day) engine.Day {
	if d.null && d.a.IsNull(d.from+i) {
		return absent
	}
	return engine.Day(d.v[i])
}

// optional is a run of a column of numbers, some of which may be absent.
type optional struct {
	v          []int64
	a          *array.Int64
	from       int
	none, null bool
}

func (o *optional) at(i int) (int64, bool) {
	if o.none || o.null && o.a.IsNull(o.from+i) {
		return 0, false
	}
	return o.v[i], true
}

func int64s(a arrow.Array) []int64 { return a.(*array.Int64).Int64Values() }
func uint8s(a arrow.Array) []uint8 { return a.(*array.Uint8).Uint8Values() }

// Tables gives the kernel's columns of each table by name, in the order of
// Input's fields.
var Tables = []struct {
	Name    string
	Columns []Column
	Of      func(*Input) *array.RecordReader
}{
	{"person", PersonColumns, func(in *Input) *array.RecordReader { return &in.Person }},
	{"registration", RegistrationColumns, func(in *Input) *array.RecordReader { return &in.Registration }},
	{"residence", ResidenceColumns, func(in *Input) *array.RecordReader { return &in.Residence }},
	{"event", EventColumns, func(in *Input) *array.RecordReader { return &in.Event }},
	{"spell", SpellColumns, func(in *Input) *array.RecordReader { return &in.Spell }},
	{"document", DocumentColumns, func(in *Input) *array.RecordReader { return &in.Document }},
}
