//go:build duckdb_arrow

package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"leftshift/engine"
	"leftshift/engine/lake"
	"leftshift/jobs/analyse"
	"leftshift/jobs/config"
	"leftshift/jobs/definitions"
	"leftshift/jobs/night"
)

// lakeOf opens the site, its definitions and the newest curated tables. on is
// the as-of day: that of --as-of, else that of the curation.
func (a *app) lakeOf(files ...string) (c *config.Config, s *definitions.Set, curated string, on, knowledge engine.Day, err error) {
	if c, _, err = a.load(); err != nil {
		return
	}
	place := definitions.Of(c)
	place.Files = files
	if s, err = definitions.OpenAt(place); err != nil {
		return
	}
	if curated, knowledge, err = night.Curated(c); err != nil {
		return
	}
	on = knowledge
	if a.asOf != "" {
		on, _ = engine.ParseDay(a.asOf) // load read it
	}
	if on > knowledge {
		err = &engine.Fault{Code: "as-of-uncurated", Say: fmt.Sprintf("the record is curated up to %s: give an as-of date up to then, or run the night of a later one", knowledge)}
	}
	return
}

func (a *app) featuresExplain() *cobra.Command {
	var person, feature string
	var all, asJSON bool
	cmd := a.configFlags(&cobra.Command{
		Use: "explain", Short: "the very rows of a record that made one person's value",
		Long: `Lists each row that counts with its days, code, value, source and when it became
known, and why it counts; with --all also the rows of the same kinds and codes
that do not, and why not. The value is worked out from the rows by a program of
its own and held against the kernel's: if they differ, the command fails.

The person is a pseudonym, as in column person of any table. Nothing here reads
the identity vault. What is printed is a person's record: treat it as such.`,
		Args:    noArgs,
		Example: "  leftshift features explain --person 4611686018427387904 --feature falls_365d\n  leftshift features explain --person p4611686018427387904 --feature systolic_latest_1095d --as-of 2026-03-31 --all",
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := analyse.ParsePerson(person)
			if err != nil {
				return err
			}
			c, s, curated, on, knowledge, err := a.lakeOf()
			if err != nil {
				return err
			}
			db, err := lake.Open(cmd.Context(), lake.Options{Threads: 1, MemoryMiB: c.Run.Memory() / 2, Temp: filepath.Join(c.At(c.Site.Data), "tmp")})
			if err != nil {
				return err
			}
			opt, err := analyse.Options(cmd.Context(), db, curated, []engine.Day{on}, c.DataFrom())
			var x *analyse.Explanation
			if err == nil {
				x, err = analyse.Explain(cmd.Context(), db, curated, s, p, feature, on, knowledge, opt)
			}
			if err := errors.Join(err, db.Close()); err != nil {
				return err
			}
			if asJSON {
				e := json.NewEncoder(a.out)
				e.SetIndent("", "  ")
				err = e.Encode(x)
			} else {
				err = x.Write(a.out, all)
			}
			if err != nil {
				return err
			}
			return x.Mismatch()
		},
	})
	cmd.Flags().StringVar(&person, "person", "", "pseudonym, as in column person")
	cmd.Flags().StringVar(&feature, "feature", "", "the feature's id")
	cmd.Flags().BoolVar(&all, "all", false, "also the rows that do not count, and why not")
	cmd.Flags().BoolVar(&asJSON, "json", false, "everything as JSON")
	_ = cmd.MarkFlagRequired("person")
	_ = cmd.MarkFlagRequired("feature")
	return cmd
}
