//go:build duckdb_arrow

package cli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/audit"
	"leftshift/engine/identity"
	"leftshift/engine/lake"
	"leftshift/jobs/config"
	"leftshift/jobs/serve"
)

func (a *app) auditCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "check the audit, search it, and say who looked at one person",
		Long: `The audit keeps every look, act and refusal, each entry hashed with the one before
it. Who reads it with these commands is kept in it too, under the account that
runs them. Pages for the privacy officer are in ` + "`leftshift serve`" + `.`,
	}
	cmd.AddCommand(a.auditVerify(), a.auditCheckpoint(), a.auditSearch(), a.auditHistory())
	return cmd
}

func (a *app) auditVerify() *cobra.Command {
	var checkpoints string
	var keys []string
	cmd := a.ofSite(&cobra.Command{
		Use:   "verify",
		Short: "check that no entry was changed, added or removed",
		Long: `Reads every entry and holds it against the one before it and against signed
checkpoints. What is not as written is told, one line for each place, and the
command ends with 1.

Who can write on this machine could change the audit and its checkpoints
together. Copy the checkpoint file and the public key to where they cannot, and
name the copies here: entries that were cut from the end, or a history that was
written anew, show only against a copy. Several copies may be put one after
another in one file.`,
		Example: "  leftshift audit verify\n  leftshift audit verify --checkpoints /mnt/elsewhere/checkpoints.txt --key /mnt/elsewhere/audit.key.pub",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, _, err := a.load()
			if err != nil {
				return err
			}
			r, signed, err := serve.VerifyAudit(cmd.Context(), c, checkpoints, keys, func(b audit.Break) { fmt.Fprintln(a.out, b) })
			if err != nil {
				return err
			}
			if !r.Sound() {
				// Left as it is: the file is evidence now.
				fmt.Fprintf(a.out, "%s of the audit: it was damaged or changed. Keep the file as it is and tell the privacy officer.\n", placesBroken(r.Breaks))
				return errFailed
			}
			fmt.Fprintf(a.out, "%s: none is changed or missing between the first and the last.\n", entriesRead(r))
			switch {
			case signed:
				fmt.Fprintf(a.out, "%s; entries up to %d are those that were signed.\n", agree(r.Checkpoints), r.Proved)
				if checkpoints == "" {
					fmt.Fprintln(a.out, "The checkpoints are those beside the audit: name a copy kept elsewhere with --checkpoints.")
				}
			default:
				fmt.Fprintln(a.out, "No signed checkpoint was there to hold it against: entries cut from the end would not show.")
			}
			if r.Torn {
				fmt.Fprintln(a.out, "The last line of the checkpoints has no end, as while it is copied; it was left out.")
			}
			log, err := a.operator(c)
			if err != nil {
				return err
			}
			defer log.Close()
			_, err = looks(cmd.Context(), log, c, audit.Entry{Event: string(access.VerifyAudit), Route: cmd.CommandPath(), Purpose: string(access.Oversight), Rows: r.Entries})
			return err
		},
	})
	cmd.Flags().StringVar(&checkpoints, "checkpoints", "", "copy of the checkpoints kept elsewhere (default: those beside the audit)")
	cmd.Flags().StringArrayVar(&keys, "key", nil, "public key that signed them, .pub; may be repeated (default: that of serve.audit_key_file)")
	return cmd
}

func placesBroken(n int64) string {
	if n == 1 {
		return "1 place is not as written"
	}
	return fmt.Sprintf("%d places are not as written", n)
}

func entriesRead(r audit.Report) string {
	if r.Entries == 1 {
		return "1 entry"
	}
	return fmt.Sprintf("%d entries", r.Entries)
}

func agree(n int) string {
	if n == 1 {
		return "1 signed checkpoint agrees"
	}
	return fmt.Sprintf("%d signed checkpoints agree", n)
}

func (a *app) auditCheckpoint() *cobra.Command {
	return a.ofSite(&cobra.Command{
		Use:   "checkpoint",
		Short: "sign the newest entry, and print the line to keep elsewhere",
		Long: `Adds a signed line to the checkpoint file beside the audit and prints it. Send the
line where whoever can write on this machine cannot: entries up to it can then no
longer be removed or written anew unnoticed.`,
		Example: "  leftshift audit checkpoint | ssh vault.example 'cat >> checkpoints.txt'",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, _, err := a.load()
			if err != nil {
				return err
			}
			log, err := a.operator(c)
			if err != nil {
				return err
			}
			defer log.Close()
			point, err := log.Checkpoint(cmd.Context())
			if err == nil {
				fmt.Fprintln(a.out, point)
			}
			return err
		},
	})
}

// asking is who has the audit read, and why.
type asking struct{ by, reason, format string }

func (q *asking) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&q.by, "by", "", "who asks: the person in whose name the audit is read")
	cmd.Flags().StringVar(&q.reason, "reason", "", "why: a reference, never anything about a patient")
	cmd.Flags().StringVar(&q.format, "format", "table", "table, csv or json")
	_ = cmd.MarkFlagRequired("by")
	_ = cmd.MarkFlagRequired("reason")
}

// check holds the question to a name, a reason and a known format.
func (q *asking) check() error {
	if strings.TrimSpace(q.by) == "" || strings.TrimSpace(q.reason) == "" {
		return &usageError{fmt.Errorf("--by and --reason say who asks and why: both are kept in the audit")}
	}
	if formats[q.format] == nil {
		return &usageError{fmt.Errorf("--format %q is not table, csv or json", q.format)}
	}
	return nil
}

// read writes an entry of the question, and then has it answered.
func (a *app) read(ctx context.Context, c *config.Config, q *asking, e audit.Entry, answer func(*audit.Log) ([]audit.Entry, error)) error {
	log, err := a.operator(c)
	if err != nil {
		return err
	}
	defer log.Close()
	e.Name, e.Authoriser, e.Reason, e.Purpose = q.by, q.by, q.reason, string(access.Oversight)
	if _, err := looks(ctx, log, c, e); err != nil {
		return err
	}
	found, err := answer(log)
	if err != nil {
		return err
	}
	return formats[q.format](a.out, entryTable(found))
}

// entryTable is entries as columns and rows, times in UTC.
func entryTable(entries []audit.Entry) *lake.Answer {
	out := &lake.Answer{Columns: []string{"entry", "time", "user", "name", "role", "organisation", "authoriser", "purpose", "event", "object", "people", "rows", "outcome", "reason", "route", "device"}}
	for _, e := range entries {
		out.Rows = append(out.Rows, []any{e.Sequence, e.Time.UTC().Format("2006-01-02T15:04:05.000Z"), e.User, e.Name, e.Role, e.Organisation, e.Authoriser, e.Purpose, e.Event, e.Object, e.People, e.Rows, e.Outcome, strings.ReplaceAll(e.Reason, "\n", " "), e.Route, e.Device})
	}
	return out
}

func (a *app) auditSearch() *cobra.Command {
	var q asking
	var f audit.Filter
	var from, to string
	cmd := a.ofSite(&cobra.Command{
		Use:     "search",
		Short:   "entries of the audit, the newest first",
		Long:    "Lists entries, the newest first. Of persons it tells how many an entry is about,\nnever who. Days are those of London, the last included.",
		Example: "  leftshift audit search --by \"A. Officer\" --reason \"monthly review\" --from 2026-03-01 --to 2026-03-31 --refused",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := q.check(); err != nil {
				return err
			}
			for _, d := range []struct {
				name, text string
				later      int
				to         *time.Time
			}{{"from", from, 0, &f.From}, {"to", to, 1, &f.To}} {
				if d.text == "" {
					continue
				}
				day, ok := engine.ParseDay(d.text)
				if !ok {
					return &usageError{fmt.Errorf("--%s %q is no date like 2026-09-30", d.name, d.text)}
				}
				y, m, n := day.Date()
				*d.to = time.Date(y, time.Month(m), n+d.later, 0, 0, 0, 0, engine.London)
			}
			if f.Limit < 1 || f.Limit > 1000 {
				return &usageError{fmt.Errorf("--limit is from 1 to 1000: go on with --before and the last entry's number")}
			}
			c, _, err := a.load()
			if err != nil {
				return err
			}
			asked := sha256.Sum256(fmt.Appendf(nil, "%+v", f))
			return a.read(cmd.Context(), c, &q, audit.Entry{Event: string(access.SearchAudit), Route: cmd.CommandPath(), Query: hex.EncodeToString(asked[:])}, func(log *audit.Log) ([]audit.Entry, error) {
				return log.Search(cmd.Context(), f)
			})
		},
	})
	cmd.Flags().StringVar(&from, "from", "", "first day, YYYY-MM-DD")
	cmd.Flags().StringVar(&to, "to", "", "last day, YYYY-MM-DD")
	cmd.Flags().StringVar(&f.User, "user", "", "identifier of a user")
	cmd.Flags().StringVar(&f.Organisation, "organisation", "", "ODS code")
	cmd.Flags().StringVar(&f.Event, "event", "", "code of an event, such as open_person (ACCESS.md lists them)")
	cmd.Flags().StringVar(&f.Outcome, "outcome", "", "allowed, or the code of a refusal")
	cmd.Flags().BoolVar(&f.Refused, "refused", false, "only what was refused")
	cmd.Flags().Int64Var(&f.Before, "before", 0, "only entries below this number")
	cmd.Flags().IntVar(&f.Limit, "limit", 100, "most entries")
	q.flags(cmd)
	return cmd
}

func (a *app) auditHistory() *cobra.Command {
	var q asking
	var file string
	cmd := a.ofSite(&cobra.Command{
		Use:   "history",
		Short: "who looked at one person's record, the oldest first",
		Long: `Lists every entry about one person, for a subject access request: who looked,
when, in which role, for which organisation and purpose. The NHS number is read
from a file or from standard input, never from the command line, which other
users of the machine can see and which the shell keeps.`,
		Example: "  leftshift audit history --by \"A. Officer\" --reason \"request 2026/14\" --format csv < number.txt",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := q.check(); err != nil {
				return err
			}
			c, _, err := a.load()
			if err != nil {
				return err
			}
			person, err := personOf(c, file, cmd.InOrStdin())
			if err != nil {
				return err
			}
			return a.read(cmd.Context(), c, &q, audit.Entry{Event: string(access.AccessHistory), Route: cmd.CommandPath(), Object: "as " + q.format, Rows: 1, Persons: []engine.Person{person}}, func(log *audit.Log) ([]audit.Entry, error) {
				var all []audit.Entry
				err := log.History(cmd.Context(), person, func(e audit.Entry) error {
					all = append(all, e)
					return nil
				})
				return all, err
			})
		},
	})
	cmd.Flags().StringVar(&file, "nhs-number-file", "", "file with the NHS number (default: standard input)")
	q.flags(cmd)
	return cmd
}

// personOf reads an NHS number and gives its pseudonym. No error tells it.
func personOf(c *config.Config, file string, in io.Reader) (engine.Person, error) {
	if file != "" {
		f, err := os.Open(file)
		if err != nil {
			return 0, &engine.Fault{Code: "nhs-number-file", Say: "the file of --nhs-number-file cannot be read: correct the path", Err: err}
		}
		defer f.Close()
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, 64))
	if err != nil {
		return 0, err
	}
	number := identity.CleanNHSNumber(strings.TrimSpace(string(text)))
	if !identity.ValidNHSNumber(number) {
		return 0, &engine.Fault{Code: "nhs-number", Say: "what was read is no NHS number: give its ten digits and nothing else"}
	}
	key, err := identity.LoadKeyFile(c.At(c.Identity.KeyFile))
	if err != nil {
		return 0, err
	}
	keyer, err := identity.NewKeyer(key)
	if err != nil {
		return 0, err
	}
	person, _ := keyer.Key(identity.NHSNamespace, number)
	return engine.Person(person), nil
}
