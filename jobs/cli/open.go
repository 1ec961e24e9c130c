//go:build duckdb_arrow

package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"leftshift/engine"
	"leftshift/engine/disclosure"
	"leftshift/engine/lake"
	"leftshift/jobs/config"
	"leftshift/jobs/definitions"
	"leftshift/jobs/night"
)

// site reads the configuration where there is one: nil where none was named
// and the default file does not exist.
func (a *app) site(cmd *cobra.Command) (*config.Config, engine.Day, error) {
	if !cmd.Flags().Changed("config") {
		if _, err := os.Stat(a.config); errors.Is(err, fs.ErrNotExist) {
			on := engine.DayOf(time.Now())
			if a.asOf != "" {
				d, ok := engine.ParseDay(a.asOf)
				if !ok {
					return nil, 0, notADay(a.asOf)
				}
				on = d
			}
			return nil, on, nil
		}
	}
	return a.load()
}

// definitions opens the catalogue of the site; without one, what is built in
// and the folder features where we are.
func (a *app) definitions(cmd *cobra.Command, files ...string) (*config.Config, *definitions.Set, engine.Day, error) {
	c, on, err := a.site(cmd)
	if err != nil {
		return nil, nil, 0, err
	}
	place, err := placeOf(c)
	if err != nil {
		return nil, nil, 0, err
	}
	place.Files = files
	s, err := definitions.OpenAt(place)
	return c, s, on, err
}

// placeOf is where the definitions of a site are; of none, the folder features
// where we are.
func placeOf(c *config.Config) (definitions.Place, error) {
	if c != nil {
		return definitions.Of(c), nil
	}
	folder, err := filepath.Abs("features")
	return definitions.Place{Name: "features", Folder: folder}, err
}

// one takes exactly one argument, named as its usage has it.
func one(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return &usageError{fmt.Errorf("%s takes one %s", cmd.CommandPath(), what)}
		}
		return nil
	}
}

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

// temp is where a command over the site's record may put what does not fit in
// memory.
func temp(c *config.Config) string { return filepath.Join(c.At(c.Site.Data), "tmp") }

// database opens DuckDB for a command that reads the site's record, with one
// part in share of the memory of a run.
func database(ctx context.Context, c *config.Config, threads, share int) (*lake.DB, error) {
	return lake.Open(ctx, lake.Options{Threads: threads, MemoryMiB: c.Run.Memory() / share, Temp: temp(c)})
}

// ruleOf is how the site hides small numbers.
func ruleOf(c *config.Config) disclosure.Rule {
	return disclosure.Rule{Small: c.Report.SmallNumber, RoundTo: c.Report.RoundTo}
}

// uncurated says of an error of night.Curated that no night has curated
// anything yet: what needs no record can go on.
func uncurated(err error) bool {
	f := (*engine.Fault)(nil)
	return errors.As(err, &f) && f.Code == "not-curated"
}
