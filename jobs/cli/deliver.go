//go:build duckdb_arrow

package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"leftshift/engine"
	send "leftshift/engine/deliver"
	"leftshift/jobs/config"
	"leftshift/jobs/deliver"
	"leftshift/jobs/ledger"
	"leftshift/jobs/progress"
	"leftshift/jobs/schedule"
)

func (a *app) deliverCommand() *cobra.Command {
	var team, to, shape, out, by, reason string
	cmd := a.ofSite(&cobra.Command{
		Use:   "deliver",
		Short: "send a team's list to another system, or write it to a file for one",
		Long: `Sends the current list of a team to a FHIR server that the configuration names and
enables ([[deliver.fhir]]), or writes it to a new file in a shape that it enables
([[deliver.file]]).

An account on this machine has no right to people's data of its own: a delivery
acts as a connected system, which is told NHS numbers, risk and reasons, and no
name or date of birth. It is in the audit as an export, about everyone on the
list, with who had it sent and why. Sending the same snapshot again does no harm.`,
		Example: `  leftshift deliver --list north --to gp-system --by "A. Manager" --reason "agreement 12"
  leftshift deliver --list north --shape csv --out north.csv --by "A. Manager" --reason "agreement 12"`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case strings.TrimSpace(by) == "" || strings.TrimSpace(reason) == "":
				return &usageError{fmt.Errorf("--by and --reason say who has it sent and why: both are kept in the audit")}
			case (to == "") == (shape == ""):
				return &usageError{fmt.Errorf("give --to NAME, or --shape and --out")}
			case (shape == "") != (out == ""):
				return &usageError{fmt.Errorf("--shape and --out go together: the kind of file, and where it is written")}
			case shape != "" && !shapeKnown(shape):
				return &usageError{fmt.Errorf("--shape %q is not csv, xlsx, nhs, nhs-and-dob or fhir", shape)}
			}
			c, _, err := a.load()
			if err != nil {
				return err
			}
			if out != "" && exists(out) {
				return fileThere()
			}
			v, err := deliver.Open(c, sender(by, cmd.CommandPath()), deliver.Options{})
			if err != nil {
				return err
			}
			defer v.Close()
			if to != "" {
				sent, err := v.Push(cmd.Context(), to, team, reason)
				if err != nil {
					return err
				}
				fmt.Fprintf(a.out, "%s sent to %s%s\n", engine.Plural(sent.People, "entry"), to, leftOut(sent.Left))
				return nil
			}
			return v.File(cmd.Context(), send.Shape(shape), team, reason, func(f *send.File) error {
				if err := writeNew(out, f.Bytes); err != nil {
					return err
				}
				fmt.Fprintf(a.out, "%s written to %s%s\n", engine.Plural(f.Rows, "entry"), out, leftOut(f.Left))
				return nil
			})
		},
	})
	cmd.Flags().StringVar(&team, "list", "", "the team whose list it is")
	cmd.Flags().StringVar(&to, "to", "", "name of a [[deliver.fhir]]")
	cmd.Flags().StringVar(&shape, "shape", "", "csv, xlsx, nhs, nhs-and-dob or fhir")
	cmd.Flags().StringVar(&out, "out", "", "file to write; it may not exist yet")
	cmd.Flags().StringVar(&by, "by", "", "who has it sent, for the audit")
	cmd.Flags().StringVar(&reason, "reason", "", "why: a reference, never anything about a patient")
	for _, f := range []string{"list", "by", "reason"} {
		_ = cmd.MarkFlagRequired(f)
	}
	return cmd
}

// sender is whoever runs the command, in somebody's name.
func sender(by, route string) deliver.By {
	return deliver.By{User: account(), Name: by, Device: device(), Route: route}
}

func shapeKnown(shape string) bool {
	for _, s := range send.Shapes() {
		if string(s.Shape) == shape {
			return true
		}
	}
	return false
}

func leftOut(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("; %d left out, because no valid NHS number is known", n)
}

func fileThere() error {
	return &engine.Fault{Code: "out-exists", Say: "the file of --out exists already: give another name, or remove it"}
}

// writeNew writes a file that did not exist, for its owner alone. Where it
// cannot be written whole it is removed.
func writeNew(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fileThere()
	}
	if err == nil {
		_, err = f.Write(text)
		if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
			_ = os.Remove(path)
		}
	}
	if err != nil {
		return &engine.Fault{Code: "out-write", Say: "the file of --out cannot be written: check its folder, and the free disk", Err: err}
	}
	return nil
}

// thenDeliver makes a night send what is due when it has published. What fails
// there is a warning: the lists are published.
func (a *app) thenDeliver(c *config.Config, job schedule.Job, tell progress.Listener) schedule.Job {
	if !deliver.Wanted(c) {
		return job
	}
	do := job.Do
	job.Do = func(ctx context.Context, run *ledger.Run, stop <-chan struct{}) error {
		if err := do(ctx, run, stop); err != nil {
			return err
		}
		warn := func(err error) {
			code, say := progress.Explain(err)
			tell(progress.Warning{Step: "deliver", Code: code, Say: say})
		}
		v, err := deliver.Open(c, sender("the night", "leftshift "+job.Name), deliver.Options{})
		if err != nil {
			warn(err)
			return nil
		}
		defer v.Close()
		v.Night(ctx, warn)
		return nil
	}
	return job
}
