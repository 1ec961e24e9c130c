//go:build duckdb_arrow

package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"leftshift/engine/identity"
	"leftshift/jobs/config"
)

func (a *app) keygenCommand() *cobra.Command {
	return a.configFlags(&cobra.Command{
		Use:   "keygen",
		Short: "make the key of the pseudonyms and the key of the vault, where missing",
		Long: `Makes the two keys that the configuration names, mode 0400, where they do not
exist. Keep a copy apart from the data: without the pseudonym key no later night
can be linked to this one, and without the vault key nobody can be named again.`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			c, err := config.Load(a.config)
			if err != nil {
				return err
			}
			for _, path := range []string{c.Identity.KeyFile, c.Identity.VaultKeyFile} {
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
			return nil
		},
	})
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
