package truth

import (
	"os"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"leftshift/engine/synth/world"
)

// Schema of truth.parquet:
//
//	person_ref            the NHS number as the records have it, ten digits
//	index_date            end of a month
//	risk_365              chance of an ordinary emergency admission in (D, D+365], before death
//	                      and before moving out, to who knows the full state, U included
//	risk_365_if_staying   the same if nobody could move out
//	risk_365_history      if nobody could move out, to who knows the state without U and the
//	                      events that the record shows in the ordinary way by D
//	risk_365_history_upper  the same to who knows every event up to D
//	eligible              not in hospital for an emergency on the night of D, and the NHS
//	                      number valid
//
// There is a row for everyone alive and registered on the index date.
var Schema = arrow.NewSchema([]arrow.Field{
	{Name: "person_ref", Type: arrow.BinaryTypes.String},
	{Name: "index_date", Type: arrow.FixedWidthTypes.Date32},
	{Name: "risk_365", Type: arrow.PrimitiveTypes.Float64},
	{Name: "risk_365_if_staying", Type: arrow.PrimitiveTypes.Float64},
	{Name: "risk_365_history", Type: arrow.PrimitiveTypes.Float64},
	{Name: "risk_365_history_upper", Type: arrow.PrimitiveTypes.Float64},
	{Name: "eligible", Type: arrow.FixedWidthTypes.Boolean},
}, nil)

// batch is the number of rows of a row group.
const batch = 1 << 16

// File writes truth.parquet in batches.
type File struct {
	f       *os.File
	w       *pqarrow.FileWriter
	b       *array.RecordBuilder
	n       int
	scratch [10]byte
}

// Create makes the file, which must not exist.
func Create(path string) (*File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	props := parquet.NewWriterProperties(parquet.WithCompression(compress.Codecs.Snappy), parquet.WithDictionaryDefault(false),
		parquet.WithDictionaryFor("index_date", true), parquet.WithCreatedBy("leftshift synth"))
	w, err := pqarrow.NewFileWriter(Schema, f, props, pqarrow.DefaultWriterProps())
	if err != nil {
		f.Close()
		return nil, err
	}
	return &File{f: f, w: w, b: array.NewRecordBuilder(memory.DefaultAllocator, Schema)}, nil
}

// Add adds a row.
func (t *File) Add(p *world.Person, index world.Day, r *Row) error {
	t.scratch = p.Recorded
	t.b.Field(0).(*array.StringBuilder).Append(string(t.scratch[:]))
	t.b.Field(1).(*array.Date32Builder).Append(arrow.Date32(index))
	for i, x := range [4]float64{r.Full.Record, r.Full.Staying, r.Known.Staying, r.Whole.Staying} {
		t.b.Field(2 + i).(*array.Float64Builder).Append(x)
	}
	t.b.Field(6).(*array.BooleanBuilder).Append(r.Eligible)
	t.n++
	if t.n == batch {
		return t.flush()
	}
	return nil
}

func (t *File) flush() error {
	if t.n == 0 {
		return nil
	}
	t.n = 0
	rec := t.b.NewRecordBatch()
	defer rec.Release()
	return t.w.Write(rec)
}

// Close writes the rest and the footer.
func (t *File) Close() error {
	err := t.flush()
	if e := t.w.Close(); err == nil { // closes the file too
		err = e
	}
	t.b.Release()
	return err
}
