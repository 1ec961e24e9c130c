//go:build duckdb_arrow

package night

import (
	"bufio"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"leftshift/engine"
)

// openFeed opens a source file; one that ends in .gz is unpacked as it is
// read. kind is the ending below that, without the dot. A Parquet file is
// given as the file itself, for it is read from its end.
func openFeed(path string) (r io.Reader, kind string, done func(), err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, "", nil, err
	}
	done = func() { f.Close() }
	name := path
	r = f
	if packed, ok := strings.CutSuffix(path, ".gz"); ok {
		name = packed
		g, err := gzip.NewReader(bufio.NewReaderSize(f, 1<<20))
		if err != nil {
			done()
			return nil, "", nil, &engine.Fault{Code: "file-not-gzip", Say: "a file that ends in .gz is not one: ask the sender for it again", Err: err}
		}
		info, err := f.Stat()
		if err != nil {
			done()
			return nil, "", nil, err
		}
		r = &unpacked{r: g, left: info.Size()*maxRatio + 1<<20}
	}
	kind = strings.TrimPrefix(filepath.Ext(name), ".")
	if kind == "parquet" && r == f {
		return f, kind, done, nil
	}
	return bufio.NewReaderSize(r, 1<<20), kind, done, nil
}

// maxRatio is how many times larger a packed file may become: text records
// pack 10 to 30 times; what grows past this was made to fill the disk.
const maxRatio = 200

type unpacked struct {
	r    io.Reader
	left int64
}

func (u *unpacked) Read(p []byte) (int, error) {
	n, err := u.r.Read(p)
	if u.left -= int64(n); u.left < 0 {
		return 0, &engine.Fault{Code: "file-unpacks-too-large", Say: "a packed file becomes more than 200 times larger: it is refused; ask the sender what it is"}
	}
	if disk := (*fs.PathError)(nil); err != nil && err != io.EOF && !errors.As(err, &disk) {
		err = &engine.Fault{Code: "file-cut-short", Say: "a packed file ends early or is damaged: ask the sender for it again"}
	}
	return n, err
}
