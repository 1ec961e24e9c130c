//go:build duckdb_arrow

package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"leftshift/engine/audit"
	"leftshift/engine/identity"
	"leftshift/jobs/config"
	"leftshift/jobs/progress"
)

func (a *app) keygenCommand() *cobra.Command {
	return a.ofSite(&cobra.Command{
		Use:   "keygen",
		Short: "make the keys of the pseudonyms, the vault, the audit and of webhooks, where missing",
		Long: `Makes the keys that the configuration names, mode 0400, where they do not exist.
Keep a copy apart from the data: without the pseudonym key no later night can be
linked to this one, and without the vault key nobody can be named again.

The audit's key signs its checkpoints. Beside it, with .pub added to the name, is
the public key that checks them: keep a copy where the checkpoints are copied to.`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			c, err := config.Load(a.config)
			if err != nil {
				return err
			}
			keys := []string{c.Identity.KeyFile, c.Identity.VaultKeyFile}
			for _, w := range c.Deliver.Webhook {
				keys = append(keys, w.Secret)
			}
			for _, path := range keys {
				made, err := ensureKey(c.At(path))
				if err != nil {
					return err
				}
				if made {
					fmt.Fprintln(a.out, "made", path)
				} else {
					fmt.Fprintln(a.out, "kept", path)
				}
			}
			made, err := ensureAuditKey(c.At(c.Serve.AuditKey))
			for i, path := range []string{c.Serve.AuditKey, c.Serve.AuditKey + ".pub"} {
				if err == nil {
					fmt.Fprintln(a.out, map[bool]string{true: "made", false: "kept"}[made[i]], path)
				}
			}
			return err
		},
	})
}

// ensureAuditKey makes the key that signs checkpoints and its public key, where
// there is none. A public key that is gone is made anew from its key.
func ensureAuditKey(path string) (made [2]bool, err error) {
	switch {
	case exists(path) && exists(path+".pub"):
		return made, nil
	case exists(path):
		return [2]bool{false, true}, audit.WritePublicKey(path)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return made, err
	}
	return [2]bool{true, true}, audit.NewKeyFile(path)
}

// firstKeys makes the keys of a synthetic site that has never landed anything,
// so that it runs as it is. Elsewhere a missing key is for a person to make or
// to bring back: new keys beside old pseudonyms would make everyone two people.
func firstKeys(c *config.Config, tell progress.Listener) error {
	if !c.Site.Synthetic || exists(filepath.Join(c.At(c.Site.Data), "landed")) || exists(c.At(c.Identity.Vault)) {
		return nil
	}
	for _, path := range []string{c.Identity.KeyFile, c.Identity.VaultKeyFile} {
		made, err := ensureKey(c.At(path))
		if err != nil {
			return err
		}
		if made {
			tell(progress.Warning{Step: "keys", Code: "key-made", Say: "the key file " + path + " was missing and has been made, as this site is synthetic"})
		}
	}
	return nil
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// ensureKey makes a key file where there is none.
func ensureKey(path string) (made bool, err error) {
	if _, err := os.Stat(path); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return false, err
	}
	return true, identity.NewKeyFile(path)
}
