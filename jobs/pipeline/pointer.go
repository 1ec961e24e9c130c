package pipeline

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Current is the name of the file in a folder of snapshots that says which of
// them is current: one line, the name of a folder beside it.
const Current = "CURRENT"

// Point makes a folder beside the pointer current, by one rename: a reader
// sees the old name or the new one, and after a crash the disk holds one of
// them. It is idempotent.
func (r *Run) Point(dir, target string) error {
	if !plain(target) {
		return fault("pointer-target", "a pointer's target must be the name of a folder beside it", nil)
	}
	if info, err := os.Stat(filepath.Join(dir, target)); err != nil || !info.IsDir() {
		return fault("pointer-target", "a pointer's target must be a folder that exists", err)
	}
	path := filepath.Join(dir, Current)
	tmp := path + ".tmp"
	if now, err := Pointed(dir); err == nil && now == target {
		if _, err := os.Lstat(tmp); err == nil {
			if err := r.disk.remove(tmp); err != nil {
				return err
			}
		}
		return r.disk.sync(dir) // the rename that a killed run could not sync
	}
	if err := r.disk.write(tmp, []byte(target+"\n")); err != nil {
		return err
	}
	return r.disk.rename(tmp, path)
}

// Pointed is the folder that is current, "" when none is. An error says that
// the pointer cannot be read or names no folder.
func Pointed(dir string) (string, error) {
	text, err := os.ReadFile(filepath.Join(dir, Current))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	name, ended := strings.CutSuffix(string(text), "\n")
	if !ended || !plain(name) {
		return "", fault("pointer-damaged", "the file CURRENT is damaged: publish again", nil)
	}
	if info, err := os.Stat(filepath.Join(dir, name)); err != nil || !info.IsDir() {
		return "", fault("pointer-damaged", "the file CURRENT names a folder that is not there: publish again", nil)
	}
	return name, nil
}

// plain says whether a name is that of a folder, and no path.
func plain(name string) bool {
	return name != "." && filepath.IsLocal(name) && !strings.ContainsAny(name, "/\\\n\x00")
}
