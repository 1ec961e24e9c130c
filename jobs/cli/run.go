//go:build duckdb_arrow

package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"time"

	"github.com/spf13/cobra"

	"leftshift/engine"
	"leftshift/jobs/config"
	"leftshift/jobs/ledger"
	"leftshift/jobs/night"
	"leftshift/jobs/pipeline"
	"leftshift/jobs/progress"
	"leftshift/jobs/schedule"
)

// job makes work of steps: recorded in the ledger, under the data folder's
// lock.
func (a *app) job(c *config.Config, name string, tell progress.Listener, steps func(time.Time) ([]pipeline.Step, error)) schedule.Job {
	return schedule.Job{Name: name, Version: Version, Config: c.Hash(), Do: func(ctx context.Context, run *ledger.Run, stop <-chan struct{}) error {
		at := run.For
		if at.IsZero() {
			at = time.Now()
		}
		if err := firstKeys(c, tell); err != nil {
			return err
		}
		list, err := steps(at)
		if err != nil {
			return err
		}
		p := pipeline.Pipeline{Steps: list, Root: c.At(c.Site.Data), Version: build(), MinFree: int64(c.Run.MinFree) << 20, Record: run, Hear: tell, Stop: stop}
		return p.Execute(ctx, run.ID)
	}}
}

// now runs a job by hand.
func (a *app) now(ctx context.Context, c *config.Config, job schedule.Job, tell progress.Listener) error {
	data := c.At(c.Site.Data)
	l, err := ledger.Open(data, ledger.Options{})
	if err != nil {
		return err
	}
	defer l.Close()
	return schedule.Now(ctx, l, data, job, ctx.Done(), tell)
}

// nightSteps are the steps of a night for a fixed as-of date.
func nightSteps(c *config.Config, asOf engine.Day, upTo string) func(time.Time) ([]pipeline.Step, error) {
	return func(time.Time) ([]pipeline.Step, error) {
		n, err := night.New(c, asOf, engine.DayOf(time.Now()))
		if err != nil {
			return nil, err
		}
		return n.Steps(upTo), nil
	}
}

func (a *app) runCommand() *cobra.Command {
	return a.onDay(&cobra.Command{
		Use:   "run",
		Short: "one night: from source files to published risk lists",
		Long: `Runs the steps extract, curate, features, score, lists and publish. Finished steps
are kept: after a kill, run again and it goes on. Two runs of one data folder
never overlap. When the lists are published, what [deliver] has switched on is sent;
what cannot be sent is a warning.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, asOf, err := a.load()
			if err != nil {
				return err
			}
			tell := a.listener()
			if err := a.now(cmd.Context(), c, a.thenDeliver(c, a.job(c, "night", tell, nightSteps(c, asOf, "")), tell), tell); err != nil {
				return err
			}
			return a.summary(c)
		},
	})
}

// stepCommands are the steps alone; each does what it needs of the earlier
// ones, which are reused where nothing changed.
func (a *app) stepCommands() []*cobra.Command {
	var out []*cobra.Command
	for _, s := range []struct{ name, last, short string }{
		{"extract", "curate", "land new source files, curate the record, and say what became of every source record"},
		{"score", "score", "scores with reasons, and what they need"},
		{"lists", "lists", "risk lists, and what they need"},
		{"publish", "", "the snapshot with its night report, and what it needs"},
	} {
		var asJSON bool
		cmd := a.onDay(&cobra.Command{Use: s.name, Short: s.short, Args: noArgs, RunE: func(cmd *cobra.Command, _ []string) error {
			c, asOf, err := a.load()
			if err != nil {
				return err
			}
			tell := a.listener()
			job := a.job(c, "night", tell, nightSteps(c, asOf, s.last))
			if s.name == "publish" {
				job = a.thenDeliver(c, job, tell)
			}
			if err := a.now(cmd.Context(), c, job, tell); err != nil {
				return err
			}
			switch s.name {
			case "extract":
				return a.reconciliation(c, asOf, asJSON)
			case "publish":
				return a.summary(c)
			}
			return nil
		}})
		if s.name == "extract" {
			cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a source")
		}
		out = append(out, cmd)
	}
	return out
}

func (a *app) trainCommand() *cobra.Command {
	return a.onDay(&cobra.Command{
		Use:   "train",
		Short: "fit, evaluate and save the models",
		Long: `Fits gradient boosting for each horizon and logistic regression beside it, on
past index dates; evaluates them on a later one, every person by a fit that
never saw them; and saves a bundle with its card. On a synthetic site the bundle
serves at once; on any other, after ` + "`leftshift models approve`" + `.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, asOf, err := a.load()
			if err != nil {
				return err
			}
			tell := a.listener()
			if err := a.train(cmd.Context(), c, asOf, tell); err != nil {
				return err
			}
			return a.listModels(c)
		},
	})
}

func (a *app) train(ctx context.Context, c *config.Config, asOf engine.Day, tell progress.Listener) error {
	return a.now(ctx, c, a.job(c, "train", tell, func(time.Time) ([]pipeline.Step, error) {
		n, err := night.New(c, asOf, engine.DayOf(time.Now()))
		if err != nil {
			return nil, err
		}
		return n.Training(), nil
	}), tell)
}

func (a *app) scheduleCommand() *cobra.Command {
	var dry bool
	cmd := a.ofSite(&cobra.Command{
		Use:   "schedule",
		Short: "run the night by cron, in Europe/London time, until stopped",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, _, err := a.load()
			if err != nil {
				return err
			}
			spec, err := schedule.Parse(c.Schedule.Cron)
			if err != nil {
				return err
			}
			fmt.Fprintf(a.out, "the night of %s runs at %q, Europe/London; next:\n", c.Site.Name, c.Schedule.Cron)
			for _, t := range spec.Upcoming(time.Now(), 5) {
				fmt.Fprintln(a.out, "  "+t.In(engine.London).Format("Mon 2 Jan 2006 15:04 MST"))
			}
			if dry {
				return nil
			}
			data := c.At(c.Site.Data)
			l, err := ledger.Open(data, ledger.Options{})
			if err != nil {
				return err
			}
			defer l.Close()
			tell := a.listener()
			s := schedule.Scheduler{Job: a.thenRetain(c, a.thenDeliver(c, a.job(c, "night", tell, func(at time.Time) ([]pipeline.Step, error) {
				// A slot's as-of date is the civil day before it: the last whole day.
				asOf := c.AsOf(at)
				if c.Site.AsOf == "" {
					asOf--
				}
				n, err := night.New(c, asOf, engine.DayOf(time.Now()))
				if err != nil {
					return nil, err
				}
				return n.Steps(""), nil
			}), tell), tell), Spec: spec, CatchUp: schedule.CatchUp(c.Schedule.CatchUp), MaxCatchUp: c.Schedule.MaxCatchUp, Folder: data, Ledger: l, Hear: tell}
			return s.Run(cmd.Context())
		},
	})
	cmd.Flags().BoolVar(&dry, "dry-run", false, "show the next runs and end")
	return cmd
}

func (a *app) statusCommand() *cobra.Command {
	var asJSON bool
	var most int
	cmd := a.ofSite(&cobra.Command{
		Use: "status", Short: "runs and their steps, newest first", Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			c, err := config.Load(a.config)
			if err != nil {
				return err
			}
			data := c.At(c.Site.Data)
			if _, err := os.Stat(filepath.Join(data, "ledger.db")); err != nil {
				fmt.Fprintln(a.out, "nothing has run yet")
				return nil
			}
			l, err := ledger.Open(data, ledger.Options{})
			if err != nil {
				return err
			}
			defer l.Close()
			runs, err := l.Runs(most)
			if err != nil {
				return err
			}
			if asJSON {
				return a.json(runs)
			}
			for _, r := range runs {
				fmt.Fprintf(a.out, "%s  %-6s %-10s %s", r.ID, r.Job, r.State, r.Started.In(engine.London).Format("2 Jan 2006 15:04:05"))
				if !r.Ended.IsZero() {
					fmt.Fprintf(a.out, "  took %s", r.Ended.Sub(r.Started).Round(100*time.Millisecond))
				}
				switch {
				case r.State == ledger.Running && !ledger.Held(data, ledger.WorkLock):
					fmt.Fprint(a.out, "  (its process is gone: the next run goes on with its work)")
				case r.Stale:
					fmt.Fprint(a.out, "  (no sign of life)")
				}
				fmt.Fprintln(a.out)
				for _, s := range r.Steps {
					took := ""
					if !s.Ended.IsZero() {
						took = s.Ended.Sub(s.Started).Round(100 * time.Millisecond).String()
					}
					fmt.Fprintf(a.out, "    %-9s %-10s %8s  %s\n", s.Name, s.State, took, s.Counts)
				}
				if r.Say != "" {
					fmt.Fprintf(a.out, "    %s [%s]\n", r.Say, r.Code)
				}
			}
			a.unset(c)
			return nil
		},
	})
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	cmd.Flags().IntVar(&most, "n", 10, "most runs to show")
	return cmd
}

// reconciliation prints what became of every source record.
func (a *app) reconciliation(c *config.Config, asOf engine.Day, asJSON bool) error {
	sums, err := night.Reconciliation(c)
	if err != nil {
		return err
	}
	if asJSON {
		e := json.NewEncoder(a.out)
		for _, s := range sums {
			if err := e.Encode(s); err != nil {
				return err
			}
		}
		return nil
	}
	fmt.Fprintf(a.out, "%-12s %11s %11s %11s %9s %12s %9s\n", "source", "in", "accepted", "reference", "pending", "quarantined", "withheld")
	for _, s := range sums {
		fmt.Fprintf(a.out, "%-12s %11d %11d %11d %9d %12d %9d\n", s.Source, s.In, s.Accepted, s.Reference, s.Pending, s.Quarantined, s.Withheld)
		codes := make([]string, 0, len(s.Reasons))
		for code := range s.Reasons {
			codes = append(codes, code)
		}
		sort.Strings(codes)
		for _, code := range codes {
			fmt.Fprintf(a.out, "  %-40s %d\n", code, s.Reasons[code])
		}
	}
	return nil
}
