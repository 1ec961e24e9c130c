package pipeline

import (
	"encoding/json"
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

// Verify says whether the folder holds the files of its manifest: that each
// is there with its length, and if deep with its bytes.
func (m *Manifest) Verify(dir string, deep bool) error {
	for _, f := range m.Files {
		path := filepath.Join(dir, filepath.FromSlash(f.Path))
		if !filepath.IsLocal(filepath.FromSlash(f.Path)) {
			return fault("manifest-damaged", "a manifest names a file outside its folder", nil)
		}
		info, err := os.Lstat(path)
		if err != nil {
			return fault("output-damaged", "a file that the manifest lists is missing", err)
		}
		if !info.Mode().IsRegular() || info.Size() != f.Bytes {
			return fault("output-damaged", "a file has not the length that the manifest lists", nil)
		}
		if deep {
			_, h, err := sum(path)
			if err != nil {
				return err
			}
			if h != f.XXH3 {
				return fault("output-damaged", "a file has not the checksum that the manifest lists", nil)
			}
		}
	}
	return nil
}
