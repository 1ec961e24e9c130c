package schema

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"leftshift/engine"
)

// full is a disk with no room after the first bytes.
type full struct{ left int }

func (f *full) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}

var errFull = errors.New("no room")

// A file that cannot be written to its end is closed all the same, wherever it
// fails.
func TestFileIsClosedWhereWritingFails(t *testing.T) {
	fails := 0
	for room := 4; room < 10000; room++ {
		w := &File{Path: filepath.Join(t.TempDir(), "t.parquet"), Table: Landed[TableSubject]}
		if err := w.Make(); err != nil {
			t.Fatal(err)
		}
		var err error
		if w.pq, err = pqarrow.NewFileWriter(w.Table.Arrow, io.Writer(&full{room}), parquet.NewWriterProperties(), pqarrow.DefaultWriterProps()); err != nil {
			t.Fatal(err)
		}
		if err := w.Append(&SubjectCount{Subject: engine.Subject(1), Records: 2}); err != nil {
			t.Fatal(err)
		}
		_, _, err = w.Close()
		if again := w.f.Close(); !errors.Is(again, os.ErrClosed) {
			t.Fatalf("with room for %d bytes, after %v, the file is open", room, err)
		}
		if err == nil {
			break
		}
		fails++
	}
	if fails < 100 {
		t.Errorf("writing failed in %d places only", fails)
	}
}
