// Package stream writes rows to files that never sit in memory: one file, or
// numbered parts of about the same size, in the base folder or, for what becomes
// known later, in another.
package stream

import (
	"bufio"
	"os"
	"path/filepath"
	"strconv"
)

// buffer is the size of each file's buffer in bytes.
const buffer = 128 << 10

// Writer is one stream of rows. The first error stays and stops it.
type Writer struct {
	folder, name, ext string
	header            []byte
	limit             int64 // bytes in a part; 0 for a single file without number
	part              int
	f                 *os.File
	w                 *bufio.Writer
	written           int64
	total             int64
	err               error
}

// File makes a writer of the file folder/name, which begins with header. The
// file exists from the first call of Write, or of Close.
func File(folder, name string, header string) *Writer {
	return &Writer{folder: folder, name: name, header: []byte(header)}
}

// Parts makes a writer of files folder/name.NNNext, each of which is closed when
// it has reached limit bytes. Without rows there is no file.
func Parts(folder, name, ext string, limit int64) *Writer {
	return &Writer{folder: folder, name: name, ext: ext, limit: limit}
}

func (w *Writer) open() {
	name := w.name
	if w.limit > 0 {
		n := strconv.Itoa(w.part)
		for len(n) < 3 {
			n = "0" + n
		}
		name += "." + n + w.ext
	}
	if w.err = os.MkdirAll(w.folder, 0o700); w.err != nil {
		return
	}
	w.f, w.err = os.OpenFile(filepath.Join(w.folder, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if w.err != nil {
		return
	}
	if w.w == nil {
		w.w = bufio.NewWriterSize(w.f, buffer)
	} else {
		w.w.Reset(w.f)
	}
	w.written = 0
	_, w.err = w.w.Write(w.header)
}

// Write adds a row, which holds its own line end.
func (w *Writer) Write(row []byte) {
	if w.err != nil {
		return
	}
	if w.f == nil {
		if w.open(); w.err != nil {
			return
		}
	}
	_, w.err = w.w.Write(row)
	w.written += int64(len(row))
	w.total += int64(len(row))
	if w.limit > 0 && w.written >= w.limit {
		w.shut()
		w.part++
	}
}

func (w *Writer) shut() {
	if err := w.w.Flush(); w.err == nil {
		w.err = err
	}
	if err := w.f.Close(); w.err == nil {
		w.err = err
	}
	w.f = nil
}

// Close ends the stream and returns its first error.
func (w *Writer) Close() error {
	if w.f == nil && w.limit == 0 && w.err == nil {
		w.open()
	}
	if w.f != nil {
		w.shut()
	}
	return w.err
}

// Err is the first error, nil when all is well.
func (w *Writer) Err() error { return w.err }

// Bytes is how much was written, without headers.
func (w *Writer) Bytes() int64 { return w.total }
