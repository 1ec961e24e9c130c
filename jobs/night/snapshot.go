//go:build duckdb_arrow

package night

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"leftshift/engine"
	"leftshift/engine/durable"
	"leftshift/engine/snapshot"
	"leftshift/jobs/pipeline"
)

// placeSnapshot puts a finished folder under its name among the snapshots, by one
// rename. A folder of that name is the same content and is left.
func placeSnapshot(r *pipeline.Run, from, dir, name string) error {
	final, tmp := filepath.Join(dir, name), filepath.Join(dir, name+".tmp")
	if err := r.Op("publish", final); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if _, err := os.Stat(final); err == nil {
		if snapshot.Whole(final) {
			return nil
		}
		r.Warn("snapshot-damaged", "snapshot "+name+" was changed after it was published; it is put aside and published again: look at who may write the data folder")
		if err := os.Rename(final, final+".damaged-"+r.ID); err != nil {
			return err
		}
	}
	if err := os.RemoveAll(tmp); err != nil {
		return err
	}
	var dirs []string
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		to := filepath.Join(tmp, rel)
		if d.IsDir() {
			dirs = append(dirs, to)
			return os.MkdirAll(to, 0o700)
		}
		return copyFile(path, to)
	})
	if err != nil {
		return err
	}
	for _, d := range slices.Backward(dirs) {
		if err := durable.SyncDir(d); err != nil {
			return err
		}
	}
	if err := r.Op("rename", final); err != nil {
		return err
	}
	if err := os.Rename(tmp, final); err != nil {
		return err
	}
	return durable.SyncDir(dir)
}

// copyFile copies a file whole. A link would be cheaper, but damage to one name
// would then be damage to both.
func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}

// noSnapshot says what to do when nothing has been published.
func noSnapshot() error {
	return &engine.Fault{Code: "no-snapshot", Say: "nothing has been published yet: run `leftshift run`"}
}
