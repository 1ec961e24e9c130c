//go:build duckdb_arrow

package cli

import (
	"errors"

	"github.com/spf13/cobra"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/audit"
	"leftshift/jobs/analyse"
)

func (a *app) featuresExplain() *cobra.Command {
	var person, feature, reason string
	var all, asJSON bool
	cmd := a.onDay(&cobra.Command{
		Use: "explain", Short: "the very rows of a record that made one person's value",
		Long: `Lists each row that counts with its days, code, value, source and when it became
known, and why it counts; with --all also the rows of the same kinds and codes
that do not, and why not. The value is worked out from the rows by a program of
its own and held against the kernel's: if they differ, the command fails.

The person is a pseudonym, as in column person of any table. Nothing here reads
the identity vault. What is printed is a person's record: treat it as such. That
it was looked at is kept in the audit before anything is read; a site of real
people needs --reason.`,
		Args:    noArgs,
		Example: "  leftshift features explain --person 4611686018427387904 --feature falls_365d\n  leftshift features explain --person p4611686018427387904 --feature systolic_latest_1095d --as-of 2026-03-31 --all",
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := analyse.ParsePerson(person)
			if err != nil {
				return err
			}
			site, _, err := a.load()
			if err != nil {
				return err
			}
			if err := because(site, reason); err != nil {
				return err
			}
			log, err := a.operator(site)
			if err != nil {
				return err
			}
			_, err = looks(cmd.Context(), log, site, audit.Entry{Event: string(access.OpenPerson), Route: cmd.CommandPath(), Object: feature, Reason: reason, Rows: 1, Persons: []engine.Person{p}})
			if err := errors.Join(err, log.Close()); err != nil {
				return err // not recorded, not shown
			}
			c, s, curated, on, knowledge, err := a.lakeOf()
			if err != nil {
				return err
			}
			db, err := database(cmd.Context(), c, 1, 2)
			if err != nil {
				return err
			}
			opt, _, err := analyse.Options(cmd.Context(), db, curated, on, []engine.Day{on}, c.DataFrom())
			var x *analyse.Explanation
			if err == nil {
				x, err = analyse.Explain(cmd.Context(), db, curated, s, p, feature, on, knowledge, opt)
			}
			if err := errors.Join(err, db.Close()); err != nil {
				return err
			}
			if asJSON {
				err = a.json(x.Shown(all))
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
	cmd.Flags().StringVar(&reason, "reason", "", "why this person is looked at, for the audit; never anything about them")
	_ = cmd.MarkFlagRequired("person")
	_ = cmd.MarkFlagRequired("feature")
	return cmd
}
