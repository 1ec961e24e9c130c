//go:build duckdb_arrow

package snapshot

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Published is one snapshot of a data folder.
type Published struct {
	Manifest
	Recalled bool // or its recall cannot be read
}

// Published lists the snapshots in the data folder, the newest as-of date
// first. One whose manifest cannot be read is there with its name alone.
func (h *Holder) Published() ([]Published, error) {
	dir := filepath.Join(h.data, "snapshots")
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []Published
	for _, e := range entries { // by name, which begins with the date
		if !e.IsDir() || strings.Contains(e.Name(), ".") {
			continue
		}
		m, err := ReadManifest(filepath.Join(dir, e.Name()))
		if err != nil {
			m = Manifest{Name: e.Name()}
		}
		r, err := Recalled(h.data, e.Name())
		out = append(out, Published{m, r != nil || err != nil})
	}
	slices.Reverse(out)
	return out, nil
}
