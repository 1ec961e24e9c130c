//go:build duckdb_arrow

package lake

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"

	"leftshift/engine"
	"leftshift/engine/durable"
	"leftshift/engine/source"
)

// Manifest describes one landed batch: one source file.
type Manifest struct {
	Source string                      `json:"source"`
	Flow   string                      `json:"flow"`
	File   string                      `json:"file"` // base name of the source file
	SHA256 string                      `json:"sha256"`
	Bytes  int64                       `json:"bytes"`
	Night  string                      `json:"night"`
	Maps   string                      `json:"maps"` // digest of the mapping that read it
	Counts source.Counts               `json:"counts"`
	Tables map[string]source.TableFile `json:"tables"`
	// Erased are the erasures since it landed, in order; Counts and Tables are as
	// they left them.
	Erased []Erasure `json:"erased,omitempty"`
}

// Batch is a landed batch on disk.
type Batch struct {
	Manifest
	ID  string // its folder's name
	Dir string
}

// Landed lists the batches under a lake's landed folder, ordered by source
// and identifier.
func Landed(dir string) ([]Batch, error) {
	var out []Batch
	sources, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for _, s := range sources {
		if !s.IsDir() {
			continue // not ours
		}
		batches, err := os.ReadDir(filepath.Join(dir, s.Name()))
		if err != nil {
			return nil, err
		}
		for _, b := range batches {
			if !b.IsDir() || filepath.Ext(b.Name()) != "" {
				continue // a batch that was being written when the run died
			}
			path := filepath.Join(dir, s.Name(), b.Name())
			text, err := os.ReadFile(filepath.Join(path, "manifest.json"))
			if err != nil {
				return nil, &engine.Fault{Code: "batch-manifest", Say: fmt.Sprintf("landed batch %s has no readable manifest; restore it or remove the folder to land its file again", b.Name()), Err: err}
			}
			batch := Batch{ID: b.Name(), Dir: path}
			if err := json.Unmarshal(text, &batch.Manifest); err != nil {
				return nil, &engine.Fault{Code: "batch-manifest", Say: "landed batch " + b.Name() + " has a manifest that is no JSON", Err: err}
			}
			out = append(out, batch)
		}
	}
	sort.Slice(out, func(i, j int) bool {
		if out[i].Source != out[j].Source {
			return out[i].Source < out[j].Source
		}
		return out[i].ID < out[j].ID
	})
	return out, nil
}

// Verify reads a batch's files and refuses one that is not what its manifest
// says: landed batches are never changed.
func (b *Batch) Verify() error {
	for name, want := range b.Tables {
		f, err := os.Open(filepath.Join(b.Dir, name+".parquet"))
		if err != nil {
			return &engine.Fault{Code: "batch-changed", Say: "a file of landed batch " + b.ID + " of " + b.Source + " is gone: restore it, or remove the batch's folder to land its source file again", Err: err}
		}
		h := sha256.New()
		_, err = io.Copy(h, f)
		f.Close()
		if err != nil {
			return err
		}
		if hex.EncodeToString(h.Sum(nil)) != want.SHA256 {
			return &engine.Fault{Code: "batch-changed", Say: "table " + name + " of landed batch " + b.ID + " of " + b.Source + " was changed after it landed: restore it, or remove the batch's folder to land its source file again"}
		}
	}
	return nil
}

// Land makes a batch: write fills the folder it is given; then the manifest
// is written, everything is forced to disk, and one rename makes it stand.
func Land(root, id string, m Manifest, write func(dir string) (source.Counts, map[string]source.TableFile, error)) (Batch, error) {
	parent := filepath.Join(root, m.Source)
	final, tmp := filepath.Join(parent, id), filepath.Join(parent, id+".tmp")
	if err := os.RemoveAll(tmp); err != nil {
		return Batch{}, err
	}
	if err := os.MkdirAll(tmp, 0o700); err != nil {
		return Batch{}, err
	}
	var err error
	if m.Counts, m.Tables, err = write(tmp); err != nil {
		_ = os.RemoveAll(tmp)
		return Batch{}, err
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return Batch{}, err
	}
	if err := durable.WriteFile(filepath.Join(tmp, "manifest.json"), append(text, '\n')); err != nil {
		return Batch{}, err
	}
	if err := durable.SyncDir(tmp); err != nil {
		return Batch{}, err
	}
	if err := os.Rename(tmp, final); err != nil {
		return Batch{}, err
	}
	return Batch{Manifest: m, ID: id, Dir: final}, durable.SyncDir(parent)
}
