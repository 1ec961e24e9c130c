//go:build duckdb_arrow

package night

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"leftshift/engine"
	"leftshift/engine/durable"
	"leftshift/jobs/pipeline"
)

// Manifest describes a published snapshot. It holds no clock and no run, so
// that the same night rebuilt gives the same bytes.
type Manifest struct {
	Name      string                  `json:"-"`
	Format    int                     `json:"format"`
	Site      string                  `json:"site"`
	Synthetic bool                    `json:"synthetic"`
	Purpose   string                  `json:"purpose"`
	AsOf      string                  `json:"as_of"`
	Bundle    string                  `json:"bundle"` // "" when no fitted model served
	Catalogue string                  `json:"catalogue"`
	Codelists string                  `json:"codelists"`
	Config    string                  `json:"config"`
	Files     map[string]ManifestFile `json:"files"`
}

// ManifestFile is one file of a snapshot.
type ManifestFile struct {
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// snapshots lists the published snapshots, oldest as-of date first.
func snapshots(data string) ([]Manifest, error) {
	dir := filepath.Join(data, "snapshots")
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []Manifest
	for _, e := range entries {
		if !e.IsDir() || strings.Contains(e.Name(), ".") {
			continue
		}
		var m Manifest
		if err := readJSON(filepath.Join(dir, e.Name(), "manifest.json"), &m); err != nil {
			return nil, &engine.Fault{Code: "snapshot-manifest", Say: "snapshot " + e.Name() + " has no readable manifest: restore it or remove the folder", Err: err}
		}
		m.Name = e.Name()
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b Manifest) int {
		return strings.Compare(a.AsOf+a.Name, b.AsOf+b.Name)
	})
	return out, nil
}

// CurrentSnapshot is the folder of the snapshot that readers read, "" when
// nothing has been published.
func CurrentSnapshot(data string) (string, error) {
	dir := filepath.Join(data, "snapshots")
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	name, err := pipeline.Pointed(dir)
	if err != nil || name == "" {
		return "", err
	}
	return filepath.Join(dir, name), nil
}

// seal writes the manifest of a finished folder.
func seal(dir string, m Manifest) error {
	m.Files = map[string]ManifestFile{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		sum, bytes, err := checksum(path)
		m.Files[filepath.ToSlash(rel)] = ManifestFile{Bytes: bytes, SHA256: sum}
		return err
	})
	if err != nil {
		return err
	}
	return writeJSON(filepath.Join(dir, "manifest.json"), m)
}

// nameOf names a snapshot by its as-of date and its content.
func nameOf(dir string) (string, error) {
	text, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		return "", err
	}
	var m Manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return m.AsOf + "-" + hex.EncodeToString(sum[:6]), nil
}

// placeSnapshot puts a finished folder under its name among the snapshots, by one
// rename. A folder of that name is the same content and is left.
func placeSnapshot(r *pipeline.Run, from, snapshots, name string) error {
	final, tmp := filepath.Join(snapshots, name), filepath.Join(snapshots, name+".tmp")
	if err := r.Op("publish", final); err != nil {
		return err
	}
	if err := os.MkdirAll(snapshots, 0o700); err != nil {
		return err
	}
	if _, err := os.Stat(final); err == nil {
		if whole(final) {
			return nil
		}
		r.Warn("snapshot-damaged", "snapshot "+name+" was changed after it was published; it is put aside and published again: look at who may write the data folder")
		if err := os.Rename(final, final+".damaged-"+r.ID); err != nil {
			return err
		}
	}
	if err := os.RemoveAll(tmp); err != nil {
		return err
	}
	var dirs []string
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		to := filepath.Join(tmp, rel)
		if d.IsDir() {
			dirs = append(dirs, to)
			return os.MkdirAll(to, 0o700)
		}
		return copyFile(path, to)
	})
	if err != nil {
		return err
	}
	for _, d := range slices.Backward(dirs) {
		if err := durable.SyncDir(d); err != nil {
			return err
		}
	}
	if err := r.Op("rename", final); err != nil {
		return err
	}
	if err := os.Rename(tmp, final); err != nil {
		return err
	}
	return durable.SyncDir(snapshots)
}

// whole says whether a snapshot holds exactly what its manifest says.
func whole(dir string) bool {
	var m Manifest
	if readJSON(filepath.Join(dir, "manifest.json"), &m) != nil {
		return false
	}
	found := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Base(path) == "manifest.json" {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		sum, bytes, err := checksum(path)
		if err != nil {
			return err
		}
		if want, ok := m.Files[filepath.ToSlash(rel)]; !ok || want.SHA256 != sum || want.Bytes != bytes {
			return fs.ErrInvalid
		}
		found++
		return nil
	})
	return err == nil && found == len(m.Files)
}

// held refuses a file of a snapshot that is not what its manifest says: not of
// that length or, if deep, not of that checksum.
func held(dir, file string, want ManifestFile, deep bool) error {
	path := filepath.Join(dir, filepath.FromSlash(file))
	info, err := os.Stat(path)
	good := err == nil && info.Size() == want.Bytes
	if good && deep {
		var sum string
		sum, _, err = checksum(path)
		good = err == nil && sum == want.SHA256
	}
	if good {
		return nil
	}
	return &engine.Fault{Code: "snapshot-damaged", Say: "snapshots/" + filepath.Base(dir) + "/" + file + " is not what the manifest beside it says: run again for the snapshot's as-of date, which publishes it anew, or restore the file", Err: err}
}

// copyFile copies a file whole. A link would be cheaper, but damage to one name
// would then be damage to both.
func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}

// noSnapshot says what to do when nothing has been published.
func noSnapshot() error {
	return &engine.Fault{Code: "no-snapshot", Say: "nothing has been published yet: run `leftshift run`"}
}
