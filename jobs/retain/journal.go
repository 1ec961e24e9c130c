//go:build duckdb_arrow

package retain

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"leftshift/engine"
	"leftshift/engine/durable"
	"leftshift/jobs/config"
)

// A deletion is decided first and written down whole, as the certificate that it
// will have and the paths that are to go; then it is done. A kill at any moment
// leaves either nothing of it or the journal, and the next `leftshift retain
// --apply` ends what the journal says before it begins anything else. The journal
// names no person.

// journal is a deletion under way.
type journal struct {
	Certificate Certificate `json:"certificate"`
	Items       []Item      `json:"items"` // to delete
	Rows        []rowsDue   `json:"rows"`
	Swaps       []swapping  `json:"swaps"` // rewritten folders and files, to be put in place
	Erases      bool        `json:"erases"`
	Vault       bool        `json:"vault"` // identities of whom nothing is landed go
}

const journalFile = "pending.json"

// pending reads the journal of a deletion that was cut off; nil when none was.
func pending(folder string) (*journal, error) {
	text, err := os.ReadFile(filepath.Join(folder, journalFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	j := new(journal)
	if err == nil {
		err = json.Unmarshal(text, j)
	}
	if err != nil {
		return nil, &engine.Fault{Code: "retention-journal", Say: "the file retention/" + journalFile + " of the state folder cannot be read: a deletion was cut off and cannot be gone on with; restore the file, or remove it and plan anew", Err: err}
	}
	return j, nil
}

// CutOff says whether a deletion was cut off, which the next one ends first.
func CutOff(c *config.Config) bool {
	_, err := os.Stat(filepath.Join(Folder(c), journalFile))
	return err == nil
}

func (j *journal) write(folder string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	text, err := json.MarshalIndent(j, "", "  ")
	if err != nil {
		return err
	}
	return durable.Replace(filepath.Join(folder, journalFile), append(text, '\n'))
}

func (j *journal) end(folder string) error {
	if err := os.Remove(filepath.Join(folder, journalFile)); err != nil {
		return err
	}
	return durable.SyncDir(folder)
}
