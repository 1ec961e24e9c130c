//go:build duckdb_arrow

package lake

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"leftshift/engine"
	"leftshift/engine/durable"
)

// word is the ending of the file that stands where a landed batch stood.
const word = ".gone"

// Leave leaves word beside a landed batch that is about to be deleted: a file
// that names the certificate of its deletion. As long as it is there the batch's
// source file does not land again. The same again changes nothing.
func Leave(dir, certificate string) error {
	path := dir + word
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	text, err := json.Marshal(struct {
		Batch       string `json:"batch"`
		Certificate string `json:"certificate"`
	}{filepath.Base(dir), certificate})
	if err != nil {
		return err
	}
	return durable.Replace(path, append(text, '\n'))
}

// Gone gives the identifiers of the batches that were landed here and deleted
// since, by the word that each left.
func Gone(root string) (map[string]bool, error) {
	out := map[string]bool{}
	sources, err := os.ReadDir(root)
	if errors.Is(err, fs.ErrNotExist) {
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	for _, s := range sources {
		if !s.IsDir() {
			continue
		}
		files, err := os.ReadDir(filepath.Join(root, s.Name()))
		if err != nil {
			return nil, &engine.Fault{Code: "landed-unreadable", Say: "the folder of what a source landed cannot be read: check who may read it", Err: err}
		}
		for _, f := range files {
			if id, ok := strings.CutSuffix(f.Name(), word); ok && !f.IsDir() {
				out[id] = true
			}
		}
	}
	return out, nil
}
