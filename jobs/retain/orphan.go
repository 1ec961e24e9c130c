//go:build duckdb_arrow

package retain

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"

	"leftshift/engine"
	"leftshift/engine/identity"
	"leftshift/engine/lake"
)

// An identity is held for those of whom a record is landed. When the last of a
// person's records goes, so does their identity.

// orphans says in a journal whether identities will be left of whom nothing is
// landed. A deletion that leaves the landed records alone does not look, nor does
// one under a legal hold on them: whose they are is held too.
func (r *remover) orphans(ctx context.Context, j *journal) error {
	touched := j.Erases
	going := map[string]bool{}
	for _, it := range j.Items {
		touched = touched || it.Class == "landed"
		going[it.Path] = true
	}
	if !touched || r.c.Retention.Held("landed", r.opt.Today) != nil {
		return nil
	}
	batches, err := lake.Landed(filepath.Join(r.site.data, "landed"))
	if err != nil {
		return err
	}
	instead := map[string]string{}
	for _, x := range j.Swaps {
		instead[x.To] = x.From
	}
	var after []lake.Batch
	for _, b := range batches {
		if going[b.Dir] {
			continue
		}
		if dir := instead[b.Dir]; dir != "" {
			text, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
			if err != nil {
				return err
			}
			b = lake.Batch{ID: b.ID, Dir: dir}
			if err := json.Unmarshal(text, &b.Manifest); err != nil {
				return err
			}
		}
		after = append(after, b)
	}
	v, left, err := r.unlinked(ctx, after)
	if err != nil {
		return err
	}
	j.Vault = len(left) > 0
	j.Certificate.Vault = r.rule().Count(len(left)).String()
	return v.Close()
}

// forgetOrphans removes the identities of whom nothing is landed now.
func (r *remover) forgetOrphans(ctx context.Context) error {
	batches, err := lake.Landed(filepath.Join(r.site.data, "landed"))
	if err != nil {
		return err
	}
	if err := r.before("forget", "vault"); err != nil {
		return err
	}
	v, left, err := r.unlinked(ctx, batches)
	if err != nil {
		return err
	}
	_, err = v.Forget(left)
	return errors.Join(err, v.Close())
}

// forgot says whether a journal's identities are gone already. They go last, all
// or none.
func (r *remover) forgot(ctx context.Context, j *journal) (bool, error) {
	for _, it := range j.Items {
		if _, err := os.Lstat(it.Path); it.Class == "landed" && err == nil {
			return false, nil
		}
	}
	batches, err := lake.Landed(filepath.Join(r.site.data, "landed"))
	if err != nil {
		return false, err
	}
	v, left, err := r.unlinked(ctx, batches)
	if err != nil {
		return false, err
	}
	return len(left) == 0, v.Close()
}

// unlinked opens the vault and gives whose identities it holds without a landed
// record.
func (r *remover) unlinked(ctx context.Context, batches []lake.Batch) (*identity.Vault, []engine.Person, error) {
	key, err := identity.LoadKeyFile(r.c.At(r.c.Identity.VaultKeyFile))
	if err != nil {
		return nil, nil, err
	}
	db, err := r.database(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer db.Close()
	linked := map[engine.Person]bool{}
	if err := lake.Linked(ctx, db, batches, func(_ engine.Subject, p engine.Person) { linked[p] = true }); err != nil {
		return nil, nil, err
	}
	v, err := identity.OpenVault(r.c.At(r.c.Identity.Vault), key)
	if err != nil {
		return nil, nil, err
	}
	people, err := v.People()
	if err != nil {
		return nil, nil, errors.Join(err, v.Close())
	}
	var left []engine.Person
	for _, p := range people {
		if !linked[p] {
			left = append(left, p)
		}
	}
	return v, left, nil
}
