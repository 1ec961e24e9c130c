//go:build duckdb_arrow

package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"leftshift/engine"
	"leftshift/features/matrix"
	"leftshift/jobs/analyse"
	"leftshift/jobs/definitions"
	"leftshift/jobs/night"
)

func (a *app) featuresExport() *cobra.Command {
	var out string
	var long bool
	var only []string
	cmd := a.ofSite(&cobra.Command{
		Use: "export", Short: "the features of everyone, as of the last night, as one Parquet file",
		Long: `Writes the features that the last run computed: with --long one row for each
person and feature (person, as_of, feature, state, value, last_day), where state
is value, unknown or not_observable; else the wide table as the night has it, one
column a feature. What each column means is written beside it, as
FILE.columns.json. Persons are pseudonyms; it is person-level data all the same.

Nothing is computed: after a change of the site's features run ` + "`leftshift features`" + `
(everyone's features, and no scores or lists) or the night first.`,
		Args:    noArgs,
		Example: "  leftshift features export --long --out features.parquet\n  leftshift features export --long --feature age --feature falls_365d --out two.parquet",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, _, err := a.load()
			if err != nil {
				return err
			}
			s, err := definitions.Open(c)
			if err != nil {
				return err
			}
			f, err := night.ComputedFeatures(c)
			if err != nil {
				return err
			}
			if len(f.Columns) == 0 || f.Columns[0].Catalogue != s.Catalogue.Hash {
				return &engine.Fault{Code: "features-stale", Say: "the features of everyone were computed with another catalogue than the site has now: run `leftshift features`, then export again"}
			}
			if _, err := os.Stat(out); !errors.Is(err, fs.ErrNotExist) {
				return &engine.Fault{Code: "export-exists", Say: "the file to write exists already: name another, or remove it"}
			}
			if !long {
				if len(only) > 0 {
					return &usageError{errors.New("--feature goes with --long")}
				}
				if err := copyOut(cmd.Context(), f.Values, out); err != nil {
					return err
				}
			} else {
				var columns []matrix.Column
				for _, id := range only {
					if s.Catalogue.Find(id) == nil {
						return analyse.Unknown(s.Catalogue, id)
					}
				}
				part := s.Catalogue
				if len(only) > 0 {
					part = part.Subset(only)
				}
				for _, col := range part.Columns() {
					if len(only) == 0 || slices.Contains(only, col.ID) {
						columns = append(columns, col)
					}
				}
				n, err := matrix.Long(out, f.Values, f.Last, columns)
				if err = errors.Join(err, cmd.Context().Err()); err != nil {
					_ = os.Remove(out) // a file that is not whole must not be read
					return err
				}
				fmt.Fprintf(a.out, "%s of %s in %s\n", engine.Plural(int(n), "row"), engine.Plural(len(columns), "feature"), out)
			}
			return copyOut(cmd.Context(), filepath.Join(filepath.Dir(f.Values), "feature_columns.json"), out+".columns.json")
		},
	})
	cmd.Flags().BoolVar(&long, "long", false, "one row for each person and feature")
	cmd.Flags().StringVar(&out, "out", "", "file to write; it must not exist")
	cmd.Flags().StringArrayVar(&only, "feature", nil, "only this feature; may be repeated")
	_ = cmd.MarkFlagRequired("out")
	return cmd
}

// copyOut copies a file whole, or leaves none: also when it is called off.
func copyOut(ctx context.Context, from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	f, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, until{ctx, in})
	if err = errors.Join(err, f.Close()); err != nil {
		_ = os.Remove(to) // a file that is not whole must not be read
	}
	return err
}

// until reads until ctx ends.
type until struct {
	ctx context.Context
	io.Reader
}

func (u until) Read(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.Reader.Read(p)
}
