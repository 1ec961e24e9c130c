//go:build duckdb_arrow

// Package cli is the command line: what a person types, made into jobs.
package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"leftshift/engine"
	"leftshift/engine/synth"
	"leftshift/features/catalogue"
	"leftshift/features/population"
	"leftshift/jobs/config"
	"leftshift/jobs/progress"
	"leftshift/jobs/schedule"
)

// app is what every command shares.
type app struct {
	out, err io.Writer
	config   string
	asOf     string
	quiet    bool
	logJSON  bool
}

// Main runs the command line and gives the exit code: 0 done, 1 failed, 2 a
// command that could not be understood.
func Main(args []string, out, errs io.Writer) int {
	syscall.Umask(0o077) // everything we write may hold patients' data
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	a := &app{out: out, err: errs}
	root := a.root()
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(errs)
	err := root.ExecuteContext(ctx)
	var usage *usageError
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errFailed):
		return 1
	case errors.As(err, &usage), strings.HasPrefix(err.Error(), "unknown "), strings.HasPrefix(err.Error(), "required flag"):
		fmt.Fprintf(errs, "leftshift: %v\nSee `leftshift --help`.\n", err)
		return 2
	}
	fmt.Fprintf(errs, "leftshift: %s\n", sentence(err))
	return 1
}

// errFailed ends a command that has said already what failed.
var errFailed = errors.New("failed")

// usageError is a command that could not be understood.
type usageError struct{ error }

// sentence is what of an error a person may be shown: faults in full,
// configuration faults as a list, anything else by what progress.Explain
// allows, for its text could quote a record.
func sentence(err error) string {
	var fault *engine.Fault
	var faults *config.Faults
	var features *catalogue.Faults
	var options *synth.Error
	if os.Getenv("LEFTSHIFT_DEBUG") != "" {
		return err.Error() // on synthetic people only: the text may quote a record
	}
	switch {
	case errors.As(err, &faults):
		return faults.Error()
	case errors.As(err, &features):
		if errors.As(err, &fault) { // what the faults keep from being done
			return features.Error() + "\n" + progress.Mask(fault.Say) + " [" + fault.Code + "]"
		}
		return features.Error()
	case errors.As(err, &options):
		return said(err)
	case errors.As(err, &fault):
		where := ""
		if i := strings.Index(err.Error(), fault.Say); i > 0 {
			where = progress.Mask(err.Error()[:i])
		}
		_, say := progress.Explain(fault)
		return where + say + " [" + fault.Code + "]"
	}
	code, say := progress.Explain(err)
	return say + " [" + code + "]"
}

// said is what is wrong with the options of a synthetic system, all of it.
func said(err error) string {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		var lines []string
		for _, x := range many.Unwrap() {
			lines = append(lines, sentence(x))
		}
		return strings.Join(lines, "\n")
	}
	var one *synth.Error
	errors.As(err, &one)
	return one.Text + " [" + one.Code + "]"
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "leftshift",
		Short: "find people at risk of moving into acute care, and give teams lists they can work",
		Long: `leftshift reads shared care records, works out each person's risk of an
emergency admission, and publishes risk lists for the teams who can help.

A first look, with synthetic people:   leftshift demo --out demo
One night over your own sources:       leftshift run --config leftshift.toml`,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return &usageError{err} })
	root.PersistentFlags().BoolVarP(&a.quiet, "quiet", "q", false, "no progress, only results and errors")
	root.PersistentFlags().BoolVar(&a.logJSON, "log-json", false, "progress as JSON lines on standard error")
	root.AddCommand(a.demoCommand(), a.serveCommand(), a.recallCommand(), a.retainCommand(), a.deliverCommand(), a.synthCommand(), a.runCommand(), a.trainCommand(), a.scheduleCommand(), a.statusCommand(),
		a.sqlCommand(), a.featuresCommand(), a.outcomesCommand(), a.codelistCommand(), a.scoresCommand(), a.modelsCommand(), a.cohortsCommand(), a.auditCommand(), a.tokenCommand(), a.keygenCommand(), a.versionCommand())
	root.AddCommand(a.stepCommands()...)
	return root
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{Use: "version", Short: "print the version", Args: noArgs, RunE: func(*cobra.Command, []string) error {
		fmt.Fprintln(a.out, "leftshift", Version)
		return nil
	}}
}

func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return &usageError{fmt.Errorf("%s takes no argument, got %q", cmd.CommandPath(), args[0])}
	}
	return nil
}

// ofSite adds --config.
func (a *app) ofSite(cmd *cobra.Command) *cobra.Command {
	cmd.Flags().StringVar(&a.config, "config", "leftshift.toml", "configuration file")
	return cmd
}

// onDay adds --config and --as-of, for commands whose answer hangs on the day.
func (a *app) onDay(cmd *cobra.Command) *cobra.Command {
	cmd.Flags().StringVar(&a.asOf, "as-of", "", "as-of date, YYYY-MM-DD (default: site.as_of, or today in London)")
	return a.ofSite(cmd)
}

// json writes a value for programs.
func (a *app) json(v any) error {
	e := json.NewEncoder(a.out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false) // "<<73211009" stays as it is written
	return e.Encode(v)
}

// load reads the configuration and the as-of date.
func (a *app) load() (*config.Config, engine.Day, error) {
	c, err := config.Load(a.config)
	if err != nil {
		return nil, 0, err
	}
	if _, err := schedule.Parse(c.Schedule.Cron); err != nil {
		return nil, 0, err
	}
	asOf := c.AsOf(time.Now())
	if a.asOf != "" {
		d, ok := engine.ParseDay(a.asOf)
		if !ok {
			return nil, 0, notADay(a.asOf)
		}
		asOf = d
	}
	// Here too, before a night curates a record that holds nothing.
	if err := (population.Starts{}).Check("as-of date", asOf, c.DataFrom()); err != nil {
		return nil, 0, err
	}
	if today := engine.DayOf(time.Now()); asOf > today {
		return nil, 0, &engine.Fault{Code: "as-of-future", Say: fmt.Sprintf("the as-of date %s has not come yet", asOf)}
	}
	return c, asOf, nil
}

// notADay is the fault of an --as-of that is no date.
func notADay(s string) error {
	return &usageError{fmt.Errorf("--as-of %q is no date like 2026-09-30", s)}
}

func (a *app) listener() progress.Listener {
	switch {
	case a.quiet:
		return func(e progress.Event) {
			if w, ok := e.(progress.Warning); ok {
				fmt.Fprintf(a.err, "warning: %s [%s]\n", w.Say, w.Code)
			}
		}
	case a.logJSON:
		return progress.Log(progress.NewLogger(a.err, nil))
	}
	if f, ok := a.err.(*os.File); ok {
		return progress.Terminal(f)
	}
	return progress.Lines(a.err, 5*time.Second, time.Now)
}
