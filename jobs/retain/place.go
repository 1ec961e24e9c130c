//go:build duckdb_arrow

package retain

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"leftshift/engine/durable"
)

// place puts what was written beside a thing in its place, and removes the thing.
// The same again does nothing.
func (r *remover) place(x swapping) error {
	if _, err := os.Lstat(x.From); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	if err := r.before("place", x.To); err != nil {
		return err
	}
	home := filepath.Dir(x.To)
	if x.After == "" {
		if err := os.Rename(x.From, x.To); err != nil {
			return err
		}
		return durable.SyncDir(home)
	}
	// Both are folders: they change places, so that one of them always has the name.
	if sum, _, err := durable.Checksum(filepath.Join(x.To, "manifest.json")); err != nil || sum != x.After {
		if err := exchange(x.From, x.To); err != nil {
			return err
		}
		if err := durable.SyncDir(home); err != nil {
			return err
		}
	}
	if err := r.before("remove", x.From); err != nil {
		return err
	}
	if err := os.RemoveAll(x.From); err != nil {
		return err
	}
	return durable.SyncDir(home)
}

// exchangeSlowly is for file systems that cannot do it in one: for a moment
// neither has the name b, and a kill then leaves a to be put there.
func exchangeSlowly(a, b string) error {
	aside := b + leaving
	if err := os.RemoveAll(aside); err != nil {
		return err
	}
	if err := os.Rename(b, aside); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Rename(a, b); err != nil {
		return err
	}
	return os.RemoveAll(aside)
}
