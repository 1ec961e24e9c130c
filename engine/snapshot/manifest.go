// Package snapshot is the read side of what a night publishes: one folder,
// sealed by a manifest, never changed after. Pages, files and the API read a
// record only through it.
//
// What is looked at often is held in memory: where every person belongs, and
// all that is told of the people on lists. The rest is read from the folder's
// Parquet files when it is asked for.
package snapshot

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"leftshift/engine"
	"leftshift/engine/durable"
)

// Manifest says what a snapshot is and which files it has. Its file's name is
// the as-of date and the leading bytes of the hash of the manifest itself.
type Manifest struct {
	Name      string          `json:"-"` // of the folder
	Format    int             `json:"format"`
	Site      string          `json:"site"`
	Synthetic bool            `json:"synthetic"`
	Purpose   string          `json:"purpose"`
	AsOf      string          `json:"as_of"`
	Bundle    string          `json:"bundle"` // "" when no fitted model served
	Catalogue string          `json:"catalogue"`
	Codelists string          `json:"codelists"`
	Config    string          `json:"config"`
	Files     map[string]File `json:"files"` // by path below the folder, with /
}

// File is one file of a snapshot.
type File struct {
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"` // hexadecimal
}

const manifestFile = "manifest.json"

// ReadManifest reads the manifest of a snapshot's folder. The Fault says to
// publish again.
func ReadManifest(dir string) (Manifest, error) {
	m := Manifest{Name: filepath.Base(dir)}
	text, err := os.ReadFile(filepath.Join(dir, manifestFile))
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err != nil {
		return m, &engine.Fault{Code: "snapshot-manifest", Say: "the snapshot " + m.Name + " has no readable manifest: publish again", Err: err}
	}
	if nameOf(m.AsOf, text) != m.Name {
		return m, &engine.Fault{Code: "snapshot-manifest", Say: "the manifest of snapshot " + m.Name + " is not the one it was published with: run again for its as-of date, which publishes it anew"}
	}
	return m, nil
}

// NameOf is the name under which a sealed folder is to be published.
func NameOf(dir string) (string, error) {
	var m Manifest
	text, err := os.ReadFile(filepath.Join(dir, manifestFile))
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	return nameOf(m.AsOf, text), err
}

// nameOf names a snapshot by its as-of date and the text of its manifest.
func nameOf(asOf string, text []byte) string {
	sum := sha256.Sum256(text)
	return asOf + "-" + hex.EncodeToString(sum[:6])
}

// Held refuses a file that is not what the manifest says: absent from it, not
// of its length or, if deep, not of its checksum.
func (m *Manifest) Held(dir, file string, deep bool) error {
	want, ok := m.Files[file]
	path := filepath.Join(dir, filepath.FromSlash(file))
	info, err := os.Stat(path)
	good := ok && err == nil && info.Size() == want.Bytes
	if good && deep {
		var sum string
		sum, _, err = durable.Checksum(path)
		good = err == nil && sum == want.SHA256
	}
	if good {
		return nil
	}
	return &engine.Fault{Code: "snapshot-damaged", Say: "snapshots/" + m.Name + "/" + file + " is not what the manifest beside it says: run again for the snapshot's as-of date, which publishes it anew, or restore the file", Err: err}
}

// Current is the folder of the current snapshot under a data folder, "" when
// nothing is published. A Fault with code snapshot-recalled says that it was
// recalled, and pointer-damaged that the pointer names none.
func Current(data string) (string, error) {
	dir := filepath.Join(data, "snapshots")
	name, err := durable.Pointed(dir)
	if err != nil || name == "" {
		return "", err
	}
	if r, err := Recalled(data, name); err != nil || r != nil {
		return "", errors.Join(err, recalled(name))
	}
	return filepath.Join(dir, name), nil
}

// All gives the manifests of the published snapshots that were not recalled,
// oldest as-of date first. What one says of itself is not checked.
func All(data string) ([]Manifest, error) {
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
		if !e.IsDir() || strings.Contains(e.Name(), ".") { // being made, or put aside
			continue
		}
		var m Manifest
		text, err := os.ReadFile(filepath.Join(dir, e.Name(), manifestFile))
		if err == nil {
			err = json.Unmarshal(text, &m)
		}
		if err != nil {
			return nil, &engine.Fault{Code: "snapshot-manifest", Say: "snapshot " + e.Name() + " has no readable manifest: restore it or remove the folder", Err: err}
		}
		m.Name = e.Name()
		r, err := Recalled(data, m.Name)
		if err != nil {
			return nil, err
		}
		if r == nil {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(a, b Manifest) int { return strings.Compare(a.AsOf+a.Name, b.AsOf+b.Name) })
	return out, nil
}

// Whole says whether a folder holds exactly what its manifest says.
func Whole(dir string) bool {
	var m Manifest
	text, err := os.ReadFile(filepath.Join(dir, manifestFile))
	if err != nil || json.Unmarshal(text, &m) != nil {
		return false
	}
	found := 0
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == manifestFile {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		found++
		return m.Held(dir, filepath.ToSlash(rel), true)
	})
	return err == nil && found == len(m.Files)
}
