package source

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"os"
	"path/filepath"

	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"leftshift/engine/schema"
)

// TableFile is one landed Parquet file.
type TableFile struct {
	Rows   int64  `json:"rows"`
	SHA256 string `json:"sha256"`
}

const flushRows = 1 << 16

// writer writes one landed table of one batch; the file exists only if a row
// does.
type writer struct {
	dir   string
	table *schema.Table
	mem   memory.Allocator

	b    *schema.Builder
	f    *os.File
	sum  hash.Hash
	pq   *pqarrow.FileWriter
	rows int64
}

func (w *writer) append(row any) error {
	if w.b == nil {
		w.b = w.table.NewBuilder(w.mem)
	}
	if err := w.b.Add(row); err != nil {
		return err
	}
	w.rows++
	if w.b.Len() == flushRows {
		return w.flush()
	}
	return nil
}

func (w *writer) flush() error {
	if w.b == nil || w.b.Len() == 0 {
		return nil
	}
	if w.pq == nil {
		f, err := os.OpenFile(filepath.Join(w.dir, w.table.Name+".parquet"), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		w.f, w.sum = f, sha256.New()
		props := parquet.NewWriterProperties(parquet.WithCompression(compress.Codecs.Snappy), parquet.WithCreatedBy("leftshift"))
		w.pq, err = pqarrow.NewFileWriter(w.table.Arrow, io.MultiWriter(f, w.sum), props, pqarrow.DefaultWriterProps())
		if err != nil {
			return err
		}
	}
	rec := w.b.Flush()
	defer rec.Release()
	return w.pq.Write(rec)
}

func (w *writer) close() (TableFile, error) {
	if err := w.flush(); err != nil {
		return TableFile{}, err
	}
	if w.b != nil {
		w.b.Release()
	}
	if w.pq == nil {
		return TableFile{}, nil
	}
	if err := w.pq.Close(); err != nil {
		return TableFile{}, err
	}
	// The Parquet writer closes only what is a Closer; the file is ours.
	if err := w.f.Sync(); err != nil {
		return TableFile{}, err
	}
	if err := w.f.Close(); err != nil {
		return TableFile{}, err
	}
	return TableFile{Rows: w.rows, SHA256: hex.EncodeToString(w.sum.Sum(nil))}, nil
}
