package pipeline

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"

	"github.com/zeebo/xxh3"

	"leftshift/jobs/progress"
)

// ManifestName is the file that makes an output folder whole.
const ManifestName = "manifest.json"

// Manifest says what an output folder holds. It has no time and no run in it:
// the same inputs give the same bytes.
type Manifest struct {
	Step     string          `json:"step"`
	Identity string          `json:"identity"`
	Counts   progress.Counts `json:"counts"`
	Files    []File          `json:"files"` // by path
}

// File is one file of an output folder.
type File struct {
	Path  string `json:"path"` // with slashes
	Bytes int64  `json:"bytes"`
	XXH3  string `json:"xxh3"` // 128 bits in hex
}

// survey lists the files and the folders (the outer after the inner) of a
// step's output. Links and the like are refused: a manifest could not vouch
// for them.
func survey(dir string) (files []File, folders []string, err error) {
	err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		switch {
		case e.IsDir():
			folders = append(folders, path)
		case !e.Type().IsRegular():
			return fault("step-output", "a step left something that is neither file nor folder", nil)
		case rel == ManifestName:
			return fault("step-output", "a step wrote the manifest, which is the runner's to write", nil)
		default:
			f := File{Path: filepath.ToSlash(rel)}
			if f.Bytes, f.XXH3, err = sum(path); err != nil {
				return err
			}
			files = append(files, f)
		}
		return nil
	})
	sort.Slice(files, func(i, j int) bool { return files[i].Path < files[j].Path })
	for i, j := 0, len(folders)-1; i < j; i, j = i+1, j-1 {
		folders[i], folders[j] = folders[j], folders[i]
	}
	return files, folders, err
}

func sum(path string) (int64, string, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, "", err
	}
	defer f.Close()
	h := xxh3.New128()
	n, err := io.Copy(h, f)
	if err != nil {
		return 0, "", err
	}
	s := h.Sum128().Bytes()
	return n, fmt.Sprintf("%x", s[:]), nil
}

// ReadManifest reads the manifest of an output folder. The error is
// fs.ErrNotExist when there is none.
func ReadManifest(dir string) (*Manifest, error) {
	text, err := os.ReadFile(filepath.Join(dir, ManifestName))
	if err != nil {
		return nil, err
	}
	m := new(Manifest)
	if err := json.Unmarshal(text, m); err != nil {
		return nil, fault("manifest-damaged", "a manifest cannot be read", nil)
	}
	return m, nil
}

// Verify says whether the folder holds the files of its manifest and no other:
// that each is there with its length, and if deep with its bytes. The error, a
// Fault "output-damaged", names the first file that is not so, by the names of
// the step, the folder and the file.
func (m *Manifest) Verify(dir string, deep bool) error {
	listed := map[string]bool{ManifestName: true}
	for _, f := range m.Files {
		if !filepath.IsLocal(filepath.FromSlash(f.Path)) {
			return fault("manifest-damaged", "a manifest names a file outside its folder", nil)
		}
		listed[f.Path] = true
		path := filepath.Join(dir, filepath.FromSlash(f.Path))
		info, err := os.Lstat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return damaged(dir, f.Path, "is gone, though the manifest beside it lists it")
		case err != nil:
			return err
		case !info.Mode().IsRegular() || info.Size() != f.Bytes:
			return damaged(dir, f.Path, "has not the length that the manifest beside it lists")
		}
		if deep {
			_, h, err := sum(path)
			if err != nil {
				return err
			}
			if h != f.XXH3 {
				return damaged(dir, f.Path, "has not the checksum that the manifest beside it lists")
			}
		}
	}
	return filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err == nil && !listed[filepath.ToSlash(rel)] {
			return damaged(dir, filepath.ToSlash(rel), "is not one that the manifest beside it lists")
		}
		return err
	})
}

// again is what to do about an output folder that is damaged.
const again = ": run again (`leftshift run`, or `leftshift train` for train), which puts the folder aside and makes it anew"

func damaged(dir, file, what string) error {
	return fault("output-damaged", nameIn(dir)+"/"+file+" "+what+again, nil)
}

// nameIn names an output folder in its folder of outputs.
func nameIn(dir string) string { return filepath.Base(filepath.Dir(dir)) + "/" + filepath.Base(dir) }

// Whole holds an output folder that a step left to its manifest, for who reads
// it outside a run: every file with its length, and if deep with its bytes.
// Errors are Faults "output-damaged" and "manifest-damaged"; a folder that is
// not there is the latter.
func Whole(dir string, deep bool) error {
	m, err := ReadManifest(dir)
	if err != nil {
		return fault("manifest-damaged", nameIn(dir)+" has no manifest that can be read"+again, err)
	}
	return m.Verify(dir, deep)
}
