package schema

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"iter"
	"os"

	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
)

// File writes rows of one table to one Parquet file, mode 0600. The file is
// made with the first row; Close forces it to disk. The same rows in the same
// order give the same bytes.
type File struct {
	Path  string
	Table *Table

	b    *Builder
	f    *os.File
	sum  hash.Hash
	pq   *pqarrow.FileWriter
	rows int64
}

// Write makes a file of a table with rows, pointers to the table's struct. No
// row makes an empty table; a file that is there is an error. The file is closed
// where writing it fails, and is then not whole.
func Write(path string, t *Table, rows iter.Seq[any]) error {
	w := &File{Path: path, Table: t}
	if err := w.Make(); err != nil {
		return err
	}
	var failed error
	for row := range rows {
		if failed = w.Append(row); failed != nil {
			break
		}
	}
	_, _, err := w.Close()
	return errors.Join(failed, err)
}

const flushRows = 1 << 16

// Append adds a checked row, a pointer to the table's struct.
func (w *File) Append(row any) error {
	if w.b == nil {
		w.b = w.Table.NewBuilder(memory.DefaultAllocator)
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

// Make creates the file even if no row comes.
func (w *File) Make() error {
	if w.pq != nil {
		return nil
	}
	f, err := os.OpenFile(w.Path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	w.f, w.sum = f, sha256.New()
	props := parquet.NewWriterProperties(parquet.WithCompression(compress.Codecs.Snappy), parquet.WithCreatedBy("leftshift"))
	if w.pq, err = pqarrow.NewFileWriter(w.Table.Arrow, plainWriter{io.MultiWriter(f, w.sum)}, props, pqarrow.DefaultWriterProps()); err != nil {
		f.Close()
	}
	return err
}

// plainWriter hides that the file is a Closer, so that it can be forced to
// disk after the Parquet footer is written.
type plainWriter struct{ io.Writer }

func (w *File) flush() error {
	if w.b == nil || w.b.Len() == 0 {
		return nil
	}
	if err := w.Make(); err != nil {
		return err
	}
	rec := w.b.Flush()
	defer rec.Release()
	return w.pq.Write(rec)
}

// Close writes what is left and gives the rows and the file's SHA-256 in
// hexadecimal; both are empty when no file was made. A file whose writing
// failed is closed too.
func (w *File) Close() (rows int64, sum string, err error) {
	if w.b != nil {
		defer w.b.Release()
	}
	err = w.flush()
	if w.pq == nil {
		return 0, "", err
	}
	if err == nil {
		err = w.pq.Close()
	}
	if err == nil {
		err = w.f.Sync()
	}
	if err != nil {
		w.f.Close()
		return 0, "", err
	}
	if err := w.f.Close(); err != nil {
		return 0, "", err
	}
	return w.rows, hex.EncodeToString(w.sum.Sum(nil)), nil
}
