package flat

import (
	"fmt"
	"io"

	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/file"

	"leftshift/engine"
)

// parquetReader gives the rows of a Parquet file as text, so that one map
// serves both formats: dates and moments as ISO 8601, decimals exactly,
// floating-point numbers by their shortest digits, absent values as "".
//
// It reads column chunks itself and not through the Arrow layer above them:
// that one decodes an Arrow schema whose lengths it trusts, and reads columns
// in goroutines of its own, so that a damaged file can end the process. Here
// a panic of the decoder becomes a Fault.
type parquetReader struct {
	flow   string
	file   *file.Reader
	names  []string
	cols   []*parquetColumn // nil: not wanted
	group  int              // next row group
	left   int64            // rows of this group not yet decoded
	buffer int              // rows decoded
	at     int              // of them, given
	rec    record
}

// safe lists the codecs that are read. Brotli is refused: a decoder of it in
// this system's database engine has had a memory fault, and no partner needs
// it.
var safe = map[compress.Compression]bool{
	compress.Codecs.Uncompressed: true, compress.Codecs.Snappy: true, compress.Codecs.Zstd: true, compress.Codecs.Gzip: true,
}

// parquetRows is how many rows are decoded at a time.
const parquetRows = 2048

// rowsPerByte bounds how many rows a file may claim for its size: a record
// names itself, and so many names do not fit in fewer bytes. Without a bound a
// few bytes could unfold into records without end.
const rowsPerByte = 16

func unreadable(flow string, err error) error {
	return &engine.Fault{Code: "parquet-unreadable", Say: "the file of flow " + flow + " is no whole Parquet file; have it sent again", Err: err}
}

// caught makes a panic of the decoder a Fault.
func caught(flow string, err *error) {
	if p := recover(); p != nil {
		*err = unreadable(flow, fmt.Errorf("%v", p))
	}
}

// newParquet opens the file; only the columns that want names are read.
func newParquet(in io.Reader, flow string, want func(name string) bool) (r *parquetReader, err error) {
	defer caught(flow, &err)
	at, ok := in.(parquet.ReaderAtSeeker)
	if !ok {
		return nil, fault("parquet-needs-file", "a Parquet file is read from its end and cannot come through a pipe; give it as a file")
	}
	size, err := at.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, unreadable(flow, err)
	}
	if size == 0 {
		return nil, fault("file-empty", "the file of flow "+flow+" is empty; have it sent again")
	}
	props := parquet.NewReaderProperties(memory.DefaultAllocator)
	props.BufferedStreamEnabled = true // pages, not whole chunks, in memory
	pf, err := file.NewParquetReader(at, file.WithReadProps(props))
	if err != nil {
		return nil, unreadable(flow, err)
	}
	meta := pf.MetaData()
	var rows int64
	for g := range pf.NumRowGroups() {
		n := meta.RowGroup(g).NumRows()
		if rows += n; n < 0 || rows < 0 || rows > rowsPerByte*size {
			return nil, unreadable(flow, fmt.Errorf("row group %d has a number of rows that the file's size cannot hold", g))
		}
		for c := range meta.Schema.NumColumns() {
			chunk, err := meta.RowGroup(g).ColumnChunk(c)
			if err != nil {
				return nil, unreadable(flow, err)
			}
			if codec := chunk.Compression(); !safe[codec] {
				return nil, fault("parquet-codec", fmt.Sprintf("the file of flow %s is compressed by %s; have it written with Snappy, Zstandard, Gzip or no compression", flow, codec))
			}
			if n := chunk.TotalCompressedSize(); n < 0 || n > size || chunk.DataPageOffset() < 0 || chunk.DataPageOffset() > size {
				return nil, unreadable(flow, fmt.Errorf("row group %d: column %d lies outside the file", g, c))
			}
		}
	}
	r = &parquetReader{flow: flow, file: pf}
	for c := range meta.Schema.NumColumns() {
		col := meta.Schema.Column(c)
		name := col.Path()
		r.names = append(r.names, name)
		var p *parquetColumn
		if want(name) {
			if p = newParquetColumn(col); p == nil {
				return nil, fault("column-type", "column "+name+" of the Parquet file of flow "+flow+" has a type that no map can read ("+col.PhysicalType().String()+", "+col.LogicalType().String()+"); have it written as text, a number or a date, one to a row")
			}
		}
		r.cols = append(r.cols, p)
	}
	r.rec.fields = make([]string, len(r.names))
	return r, nil
}

func (r *parquetReader) header() []string { return r.names }
func (r *parquetReader) iso(c int) bool   { return r.cols[c] != nil && r.cols[c].iso }

func (r *parquetReader) next() (_ *record, err error) {
	defer caught(r.flow, &err)
	for r.at == r.buffer {
		if r.left == 0 {
			if r.group == r.file.NumRowGroups() {
				return nil, r.file.Close()
			}
			g := r.file.RowGroup(r.group)
			r.group++
			r.left = g.NumRows()
			for c, col := range r.cols {
				if col != nil {
					if col.chunk, err = g.Column(c); err != nil {
						return nil, r.cut(err)
					}
				}
			}
			continue
		}
		n := int(min(r.left, parquetRows))
		for _, col := range r.cols {
			if col != nil {
				if err := col.fill(n); err != nil {
					return nil, r.cut(err)
				}
			}
		}
		r.left -= int64(n)
		r.buffer, r.at = n, 0
	}
	r.rec.position++
	r.rec.reason = ""
	size := 0
	for c, col := range r.cols {
		if col != nil {
			r.rec.fields[c] = col.text[r.at]
			size += len(col.text[r.at])
		}
	}
	r.at++
	if size > limit {
		r.rec.reason = recordTooLong
	}
	return &r.rec, nil
}

func (r *parquetReader) cut(err error) error {
	return &engine.Fault{Code: "file-read", Say: fmt.Sprintf("the Parquet file of flow %s cannot be read beyond row %d; the run stops rather than land part of it", r.flow, r.rec.position), Err: err}
}
