//go:build duckdb_arrow

package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"leftshift/engine"
	"leftshift/engine/audit"
	"leftshift/jobs/config"
	"leftshift/jobs/ledger"
	"leftshift/jobs/progress"
	"leftshift/jobs/retain"
	"leftshift/jobs/schedule"
)

func (a *app) retainCommand() *cobra.Command {
	var apply, erase, asJSON bool
	var by, reason string
	cmd := a.onDay(&cobra.Command{
		Use:   "retain",
		Short: "what is kept, for how long, and what is due; with --apply, delete it and certify that",
		Long: `Shows for each class of what this site keeps how much there is, the period that the
controller set for it ([retention] of the configuration) and what is due. A class
without a period is kept. With --as-of a day that has not come, it shows what will
be due then.

With --apply it deletes what is due and leaves a certificate in the folder retention
of the state folder, as JSON and as text: what, how much, by whom, when and on what
ground. The audit holds the certificate's checksum. A deletion that was cut off is
ended by the next --apply, with the certificate that it was to have.

Never deleted: the current snapshot, the one it is compared with, what the last run
used, the newest delivery of each flow, the newest approved bundle, the record of a
recall, the audit, and what is under a legal hold.

With --apply --erase it also takes those out whom [retention.erase] names: from landed
batches, evaluation rows and the vault; older snapshots that hold them go whole, and
their open work items are closed. The certificate says how many, never who. Whoever
comes back is here again only from what is delivered after.`,
		Example: `  leftshift retain
  leftshift retain --as-of 2030-01-01
  leftshift retain --apply --by "A. Officer" --reason "annual review 2026"
  leftshift retain --apply --erase --by "A. Officer" --reason "opt-outs of October"`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := config.Load(a.config)
			if err != nil {
				return err
			}
			today := engine.DayOf(time.Now())
			on := today
			if a.asOf != "" {
				var ok bool
				if on, ok = engine.ParseDay(a.asOf); !ok {
					return notADay(a.asOf)
				}
			}
			switch {
			case erase && !apply:
				return &usageError{fmt.Errorf("--erase needs --apply: an erasure is found by doing it")}
			case apply && (strings.TrimSpace(by) == "" || strings.TrimSpace(reason) == ""):
				return &usageError{fmt.Errorf("--by and --reason say who has it done and why: both are on the certificate and in the audit")}
			case apply:
				return a.retain(cmd.Context(), c, retain.Options{On: on, Today: today, By: by, Reason: reason, Erase: erase}, asJSON)
			}
			p, err := retain.Make(cmd.Context(), c, on)
			if err != nil {
				return err
			}
			if asJSON {
				return a.json(p)
			}
			fmt.Fprintf(a.out, "%s, on %s\n%s", p.Site, p.On, p)
			a.unset(c)
			if retain.CutOff(c) {
				fmt.Fprintln(a.out, "a deletion was cut off: leftshift retain --apply ends it first")
			}
			return nil
		},
	})
	cmd.Flags().BoolVar(&apply, "apply", false, "delete what is due")
	cmd.Flags().BoolVar(&erase, "erase", false, "with --apply: also erase whom [retention.erase] names")
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	cmd.Flags().StringVar(&by, "by", "", "with --apply: who has it done")
	cmd.Flags().StringVar(&reason, "reason", "", "with --apply: why; nothing about a patient")
	cmd.Flags().Lookup("as-of").Usage = "day on which periods are reckoned, YYYY-MM-DD (default: today in London)"
	return cmd
}

// retain deletes, under the data folder's lock and recorded as a run.
func (a *app) retain(ctx context.Context, c *config.Config, opt retain.Options, asJSON bool) error {
	var cert *retain.Certificate
	var sum string
	cutOff := retain.CutOff(c)
	job := schedule.Job{Name: "retain", Version: Version, Config: c.Hash(), Do: func(ctx context.Context, _ *ledger.Run, _ <-chan struct{}) (err error) {
		cert, sum, err = a.delete(ctx, c, opt)
		return err
	}}
	if err := a.now(ctx, c, job, a.listener()); err != nil {
		return err
	}
	if cutOff {
		fmt.Fprintln(a.err, "this ended a deletion that had been cut off, as it was decided then: run again for what is due now")
	}
	switch {
	case cert == nil && asJSON:
		return a.json(nil)
	case cert == nil:
		fmt.Fprintln(a.out, "nothing is due")
	case asJSON:
		return a.json(cert)
	default:
		fmt.Fprintf(a.out, "%s\nSHA-256 of retention/%s.json: %s\n", cert, cert.ID, sum)
	}
	return nil
}

// delete does it for the account that runs the command. The caller holds the lock.
func (a *app) delete(ctx context.Context, c *config.Config, opt retain.Options) (*retain.Certificate, string, error) {
	log, err := a.operator(c)
	if err != nil {
		return nil, "", err
	}
	defer log.Close()
	opt.Now, opt.Account, opt.Version, opt.Audit = time.Now(), account(), Version, log
	opt.Entry = audit.Entry{User: account(), Role: roleOperator, Organisation: c.Site.Name, Purpose: c.Site.Purpose, Device: device(), Route: "leftshift retain"}
	return retain.Apply(ctx, c, opt)
}

// thenRetain makes a scheduled night delete what is due when it has published, in
// the name of who set the periods. What fails there is a warning.
func (a *app) thenRetain(c *config.Config, job schedule.Job, tell progress.Listener) schedule.Job {
	if !c.Retention.Apply {
		return job
	}
	do := job.Do
	job.Do = func(ctx context.Context, run *ledger.Run, stop <-chan struct{}) error {
		if err := do(ctx, run, stop); err != nil {
			return err
		}
		today := engine.DayOf(time.Now())
		_, _, err := a.delete(ctx, c, retain.Options{On: today, Today: today, By: "the schedule", Reason: "retention.apply of the configuration", Erase: len(c.Retention.Erase.OptOuts) > 0, Unattended: true})
		if err != nil {
			code, say := progress.Explain(err)
			tell(progress.Warning{Step: "retain", Code: code, Say: say})
		}
		return nil
	}
	return job
}

// unset says for which classes no period is set.
func (a *app) unset(c *config.Config) {
	if names := c.Retention.Unset(); len(names) > 0 {
		fmt.Fprintf(a.out, "no retention period is set, so it is kept: %s\n", strings.Join(names, ", "))
	}
}
