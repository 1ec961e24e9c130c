//go:build duckdb_arrow

package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"leftshift/engine"
	"leftshift/engine/lake"
	"leftshift/engine/snapshot"
	"leftshift/jobs/analyse"
	"leftshift/jobs/config"
	"leftshift/jobs/definitions"
	"leftshift/jobs/progress"
)

// mostTried is how many features one trial may have.
const mostTried = 50

func (a *app) featuresTry() *cobra.Command {
	var plot string
	var asJSON bool
	cmd := a.onDay(&cobra.Command{
		Use: "try FEATURE|FILE", Short: "compute a feature over everyone, and what it gives",
		Long: `Computes one feature, or all of a file, over the curated record as the last night
left it, on the path of the night, and prints how many people have a value, its
distribution, by age, sex and practice, how well it alone tells the outcome, and
what it took. Nothing is kept. Small numbers are hidden as report.small_number
says.`,
		Args:    one("feature's id or file"),
		Example: "  leftshift features try emergency_admissions_365d\n  leftshift features try features/our_falls.toml --plot falls.svg\n  leftshift features try our_falls_365d --as-of 2025-12-31 --json",
		RunE: func(cmd *cobra.Command, args []string) error {
			var files []string
			if info, err := os.Stat(args[0]); err == nil && info.Mode().IsRegular() {
				files = append(files, args[0])
			} else if strings.ContainsAny(args[0], "./") {
				return &engine.Fault{Code: "feature-file", Say: "the feature file cannot be read", Err: err}
			}
			c, s, curated, on, knowledge, err := a.lakeOf(files...)
			if err != nil {
				return err
			}
			ids, err := tried(s, args[0], files)
			if err != nil {
				return err
			}
			ctx := cmd.Context()
			db, err := database(ctx, c, c.Run.Workers(), 4)
			if err != nil {
				return err
			}
			defer db.Close()
			tell := a.listener()
			tell(progress.StepStarted{Step: "try", Index: 1})
			q := analyse.Ask{DataFrom: c.DataFrom(), Set: s, Features: ids, Curated: curated, On: on, Knowledge: knowledge,
				Rule:    ruleOf(c),
				Workers: c.Run.Workers(), MemoryMiB: c.Run.Memory() / 4, Temp: temp(c),
				Progress: func(done, of int) {
					tell(progress.StepAdvanced{Step: "try", Done: int64(done), Total: int64(of), Unit: "buckets"})
				}}
			if q.Labels, err = finished(cmd, c, db); err != nil {
				return err
			}
			trials, cost, err := analyse.Try(ctx, db, q)
			if err != nil {
				return err
			}
			tell(progress.StepEnded{Step: "try", Took: cost.Took, Summary: progress.Counts{"features": int64(len(ids)), "rows read": cost.Rows}})
			if asJSON {
				if err := a.json(trials); err != nil {
					return err
				}
			}
			var empty []string // features with nothing to draw
			var nothing error
			for k, t := range trials {
				if !asJSON {
					if k > 0 {
						fmt.Fprintln(a.out)
					}
					if err := t.Write(a.out); err != nil {
						return err
					}
				}
				if plot == "" {
					continue
				}
				var fault *engine.Fault
				err := drawn(t, plotName(plot, t.Feature, len(trials)))
				if errors.As(err, &fault) && fault.Code == "plot-empty" {
					empty, nothing = append(empty, t.Feature), err
				} else if err != nil {
					return err
				}
			}
			if len(empty) == len(trials) {
				return nothing
			}
			if len(empty) > 0 {
				fmt.Fprintf(a.err, "no plot of %s: too few people have a value other than zero\n", strings.Join(empty, ", "))
			}
			if !asJSON {
				fmt.Fprintf(a.out, "\n%s read in %s\n", engine.Plural(int(cost.Rows), "row"), cost.Took.Round(10*time.Millisecond))
			}
			return nil
		},
	})
	cmd.Flags().StringVar(&plot, "plot", "", "write the histogram as SVG to this file (of several features, its name gets each id)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "everything as JSON")
	return cmd
}

// tried gives the ids of the feature named, or of all in the file.
func tried(s *definitions.Set, named string, files []string) ([]string, error) {
	if len(files) == 0 {
		if s.Catalogue.Find(named) == nil {
			return nil, analyse.Unknown(s.Catalogue, named)
		}
		return []string{named}, nil
	}
	var ids []string
	for i := range s.Catalogue.Definitions {
		if d := &s.Catalogue.Definitions[i]; d.Origin != "" && filepath.Base(d.File) == filepath.Base(named) {
			ids = append(ids, d.ID)
		}
	}
	switch {
	case len(ids) == 0:
		return nil, &engine.Fault{Code: "feature-file", Say: "the file declares no feature: add a [[feature]]"}
	case len(ids) > mostTried:
		return nil, &engine.Fault{Code: "feature-file", Say: fmt.Sprintf("the file declares %d features: try one by its id, or a file of at most %d", len(ids), mostTried)}
	}
	return ids, nil
}

// finished gives the outcomes of the model in service, where the current
// snapshot has its evaluation.
func finished(cmd *cobra.Command, c *config.Config, db *lake.DB) (*analyse.Labels, error) {
	dir, err := snapshot.Current(c.At(c.Site.Data))
	if err != nil || dir == "" {
		return nil, err
	}
	path := filepath.Join(dir, "test_row.parquet")
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	approved, _, err := registryOf(c).Approved()
	if err != nil || approved.Bundle == "" {
		return nil, err
	}
	b, err := registryOf(c).Get(approved.Bundle)
	if err != nil {
		return nil, err
	}
	return analyse.ReadLabels(cmd.Context(), db, path, b.Primary().Name)
}

func plotName(plot, feature string, trials int) string {
	if trials == 1 {
		return plot
	}
	ext := filepath.Ext(plot)
	return strings.TrimSuffix(plot, ext) + "-" + feature + ext
}

func drawn(t *analyse.Trial, path string) error {
	svg, err := t.Plot()
	if err != nil {
		return err
	}
	return os.WriteFile(path, svg, 0o600)
}
