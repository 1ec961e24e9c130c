//go:build duckdb_arrow

package retain

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"leftshift/engine"
	"leftshift/engine/durable"
	"leftshift/jobs/config"
)

// Item is one folder or file that a site keeps.
type Item struct {
	Class  string
	Name   string     // below the data folder, with slashes; of a delivered file, the start of its checksum: its name is the user's
	Path   string     // absolute
	Bytes  int64      // of all its files
	Day    engine.Day // from which its period counts
	Digest string     // SHA-256 of its manifest, or of the file; "" where it has none
	Why    string     // why it stays whatever its age; "": nothing keeps it
}

// site is where a site's things are.
type site struct {
	c           *config.Config
	data, state string
	on          engine.Day
}

func siteOf(c *config.Config, on engine.Day) *site {
	return &site{c, c.At(c.Site.Data), c.At(c.Serve.State), on}
}

// folder makes an item of a folder. digest names the file that vouches for it.
func (s *site) folder(class, path, digest string) (Item, error) {
	name, err := filepath.Rel(s.data, path)
	if err != nil {
		return Item{}, err
	}
	it := Item{Class: class, Name: filepath.ToSlash(name), Path: path}
	err = filepath.WalkDir(path, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			it.Bytes += info.Size()
		}
		return err
	})
	if err != nil {
		return it, err
	}
	it.Digest, _, err = durable.Checksum(filepath.Join(path, digest))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return it, err
}

// folders lists the folders in one, by name; none where it is absent.
func folders(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var out []string
	for _, e := range entries {
		if e.IsDir() {
			out = append(out, filepath.Join(dir, e.Name()))
		}
	}
	return out, err
}

// aside says whether a folder has lost its name: what was damaged, or is being
// made or removed.
func aside(path string) bool { return strings.Contains(filepath.Base(path), ".") }

// changed is the day on which a file or folder was changed last.
func changed(path string) (engine.Day, time.Time, error) {
	info, err := os.Stat(path)
	if err != nil {
		return engine.NoDay, time.Time{}, err
	}
	return engine.DayOf(info.ModTime()), info.ModTime(), nil
}

func fault(code, say string) error { return &engine.Fault{Code: code, Say: say} }
