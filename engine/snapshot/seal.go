package snapshot

import (
	"encoding/json"
	"io/fs"
	"path/filepath"

	"leftshift/engine/durable"
)

// Seal writes the manifest of a finished folder: every file in it, with length
// and checksum, and what m says of the rest. It gives the name under which the
// folder is to be published: its as-of date and its content.
func Seal(dir string, m Manifest) (name string, err error) {
	m.Files = map[string]File{}
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		sum, _, err := durable.Checksum(path)
		m.Files[filepath.ToSlash(rel)] = File{Bytes: info.Size(), SHA256: sum}
		return err
	})
	if err != nil {
		return "", err
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return "", err
	}
	text = append(text, '\n')
	return nameOf(m.AsOf, text), durable.WriteFile(filepath.Join(dir, manifestFile), text)
}
