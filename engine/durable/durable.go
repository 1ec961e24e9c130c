// Package durable forces what was written to disk, so that it is still there
// after the power fails.
package durable

import (
	"errors"
	"os"
	"path/filepath"
)

// WriteFile writes a file whole, mode 0600, and forces it to disk. The folder
// that names it is the caller's to force, with SyncDir.
func WriteFile(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}

// Replace puts a file in its place whole, by one rename, and forces both to disk:
// a reader sees the old text or the new one, and where it fails the old one
// stands. What it writes beside it first ends in .tmp.
func Replace(path string, text []byte) error {
	tmp := path + ".tmp"
	if err := WriteFile(tmp, text); err != nil {
		return err
	}
	if err := os.Rename(tmp, path); err != nil {
		return err
	}
	return SyncDir(filepath.Dir(path))
}

// SyncDir forces a folder to disk: the names in it, after a file was made,
// renamed or removed.
func SyncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
