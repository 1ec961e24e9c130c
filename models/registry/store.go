package registry

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"leftshift/engine"
	"leftshift/engine/durable"
)

// Store is a folder of bundles by identifier and the record of which one is
// approved.
type Store struct{ Dir string }

var bundleName = regexp.MustCompile(`^[0-9a-f]{16}$`)

// Approval says which bundle serves, and by whose word.
type Approval struct {
	Bundle string `json:"bundle"`
	By     string `json:"by"`
	On     string `json:"on"` // day
	// Earlier are the approvals before this one, the oldest first.
	Earlier []Approval `json:"earlier,omitempty"`
}

// Put saves a bundle and files beside it (a card, plots), all or nothing. A
// bundle that is there already is left as it is.
func (s Store) Put(b *Bundle, files map[string][]byte) (string, error) {
	text, id, err := b.Encode()
	if err != nil {
		return "", err
	}
	final, tmp := filepath.Join(s.Dir, id), filepath.Join(s.Dir, id+".tmp")
	if _, err := os.Stat(final); err == nil {
		return id, nil
	}
	if err := errors.Join(os.RemoveAll(tmp), os.MkdirAll(tmp, 0o700)); err != nil {
		return "", err
	}
	defer os.RemoveAll(tmp) // of what failed; by then a whole one has its name
	for name, data := range files {
		if err := durable.WriteFile(filepath.Join(tmp, name), data); err != nil {
			return "", err
		}
	}
	if err := durable.WriteFile(filepath.Join(tmp, "bundle.json"), text); err != nil {
		return "", err
	}
	return id, errors.Join(durable.SyncDir(tmp), os.Rename(tmp, final), durable.SyncDir(s.Dir))
}

// Get reads a bundle and checks that its content is what its name says.
func (s Store) Get(id string) (*Bundle, error) {
	if !bundleName.MatchString(id) {
		return nil, &engine.Fault{Code: "bundle-name", Say: "a model bundle is named by 16 hexadecimal digits: `leftshift models list` shows them"}
	}
	text, err := os.ReadFile(filepath.Join(s.Dir, id, "bundle.json"))
	if err != nil {
		return nil, &engine.Fault{Code: "bundle-missing", Say: "there is no model bundle " + id + "; run `leftshift train`", Err: err}
	}
	b, err := Decode(text)
	if err != nil {
		return nil, err
	}
	if _, got, err := b.Encode(); err != nil || got != id {
		return nil, &engine.Fault{Code: "bundle-changed", Say: "model bundle " + id + " is not what its name says: it was changed after it was saved", Err: err}
	}
	return b, nil
}

// Approve makes a bundle the one that serves.
func (s Store) Approve(a Approval) error {
	if strings.TrimSpace(a.By) == "" {
		return &engine.Fault{Code: "approval-by-nobody", Say: "name who approves the bundle, having read its card"}
	}
	if _, err := s.Get(a.Bundle); err != nil {
		return err
	}
	before, ok, err := s.Approved()
	if err != nil {
		return &engine.Fault{Code: "approval-damaged", Say: "the record of approvals, approved.json, cannot be read: restore it", Err: err}
	}
	a.Earlier = before.Earlier
	if before.Earlier = nil; ok {
		a.Earlier = append(a.Earlier, before)
	}
	text, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		return err
	}
	return durable.Replace(filepath.Join(s.Dir, "approved.json"), append(text, '\n'))
}

// Approved says which bundle serves; ok is false when none does.
func (s Store) Approved() (a Approval, ok bool, err error) {
	text, err := os.ReadFile(filepath.Join(s.Dir, "approved.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return a, false, nil
	}
	if err != nil {
		return a, false, err
	}
	return a, true, json.Unmarshal(text, &a)
}

// Of says whether the approval, or one before it, is of a bundle.
func (a Approval) Of(id string) bool {
	return a.Bundle == id || slices.ContainsFunc(a.Earlier, func(e Approval) bool { return e.Bundle == id })
}
