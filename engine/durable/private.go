package durable

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Private makes a folder and a file in it for this user only (0700 and 0600),
// where they are not there yet, and gives the file's absolute path. A file that
// others may read is taken from them.
func Private(folder, name string) (string, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	file, err := filepath.Abs(filepath.Join(folder, name))
	if err != nil {
		return "", err
	}
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		info, err := os.Stat(file)
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			err = os.Chmod(file, 0o600)
		}
		return file, err
	}
	if err != nil {
		return "", err
	}
	return file, f.Close()
}
