package pipeline

import (
	"os"
	"path/filepath"

	"leftshift/engine/durable"
)

// Point makes a folder beside the pointer current, by one rename: a reader
// sees the old name or the new one, and after a crash the disk holds one of
// them. It is idempotent.
func (r *Run) Point(dir, target string) error {
	if !durable.Plain(target) {
		return fault("pointer-target", "a pointer's target must be the name of a folder beside it", nil)
	}
	if info, err := os.Stat(filepath.Join(dir, target)); err != nil || !info.IsDir() {
		return fault("pointer-target", "a pointer's target must be a folder that exists", err)
	}
	path := filepath.Join(dir, durable.Current)
	tmp := path + ".tmp"
	if now, err := durable.Pointed(dir); err == nil && now == target {
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
