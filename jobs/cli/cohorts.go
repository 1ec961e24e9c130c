//go:build duckdb_arrow

package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/cohort"
	"leftshift/engine/door"
	"leftshift/engine/lake"
	"leftshift/jobs/config"
	"leftshift/jobs/progress"
	"leftshift/jobs/serve"
)

func (a *app) cohortsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "cohorts",
		Short: "check files of cohorts, count them, and compare two",
		Long: `A cohort is everyone of whom the conditions of its file are true (docs/COHORTS.md).
What leaves is counts, controlled as on the pages: the same ledger binds both.
Who counts with these commands is kept in the audit, with the reason.`,
	}
	cmd.AddCommand(a.cohortsCheck(), a.cohortsCount(), a.cohortsCompare(), a.cohortsWorkload(), a.cohortsSegments())
	return cmd
}

func (a *app) cohortsCheck() *cobra.Command {
	return a.ofSite(&cobra.Command{
		Use:     "check FILE...",
		Short:   "read files of cohorts and run their tests, made-up people; nobody is counted",
		Long:    "Reads each file against the fields of the current snapshot (of the catalogue, without\nscores, where there is none) and runs its tests. Faults are told by line.",
		Example: "  leftshift cohorts check cohorts/*.toml",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, files []string) error {
			d, err := a.cohortFields(cmd)
			if err != nil {
				return err
			}
			bad := false
			for _, file := range files {
				text, err := readCohort(file)
				if err != nil {
					return err
				}
				all := d.CheckText(text, true)
				for _, w := range all {
					fmt.Fprintf(a.out, "%s:%d: %s [%s]\n", file, w.Line, progress.Mask(w.Say), w.Code)
				}
				if len(all) == 0 {
					fmt.Fprintf(a.out, "%s: sound\n", file)
				}
				bad = bad || len(all) > 0
			}
			if bad {
				return errFailed
			}
			return nil
		},
	})
}

// cohortFields is what may be asked.
func (a *app) cohortFields(cmd *cobra.Command) (*cohort.Dictionary, error) {
	c, _, err := a.load()
	if err != nil {
		return nil, err
	}
	s, err := serve.Open(c, slog.New(slog.NewTextHandler(a.err, nil)))
	if err != nil {
		return nil, err
	}
	defer s.Close()
	d, err := s.CohortFields(cmd.Context())
	if f := (*engine.Fault)(nil); errors.As(err, &f) && f.Code == "no-snapshot" {
		return catalogueFields(a, cmd)
	}
	return d, err
}

// mostCohort is the most bytes of a definition's file.
const mostCohort = 256 << 10

func readCohort(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err == nil {
		defer f.Close()
		var text []byte
		if text, err = io.ReadAll(io.LimitReader(f, mostCohort+1)); err == nil && len(text) <= mostCohort {
			return text, nil
		}
	}
	return nil, &engine.Fault{Code: "cohort-unread", Say: "a file of a cohort cannot be read, or is longer than 256 KiB: correct its path", Err: err}
}

// counting is who counts, why and in which form.
type counting struct {
	by, reason  string
	csv, asJSON bool
}

func (q *counting) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&q.by, "by", "", "who asks: the person in whose name it is counted")
	cmd.Flags().StringVar(&q.reason, "reason", "", "why: a reference, never anything about a patient")
	cmd.Flags().BoolVar(&q.csv, "csv", false, "tables as CSV, one after the other")
	cmd.Flags().BoolVar(&q.asJSON, "json", false, "tables as JSON, one after the other")
	cmd.MarkFlagsMutuallyExclusive("csv", "json")
	_ = cmd.MarkFlagRequired("by")
	_ = cmd.MarkFlagRequired("reason")
}

// through asks a site's doors as an analyst, for that is all that leaves here,
// and writes the tables of the answer.
func (a *app) through(cmd *cobra.Command, q *counting, ask func(context.Context, *door.Doors, access.Principal, door.Where) (*door.CohortReport, error)) error {
	if strings.TrimSpace(q.by) == "" || strings.TrimSpace(q.reason) == "" {
		return &usageError{fmt.Errorf("--by and --reason say who asks and why: both are kept in the audit")}
	}
	c, _, err := a.load()
	if err != nil {
		return err
	}
	s, err := serve.Open(c, slog.New(slog.NewTextHandler(a.err, nil)))
	if err != nil {
		return err
	}
	defer s.Close()
	report, err := ask(cmd.Context(), s.Doors, atTheMachine(c, q.by), door.Where{Route: cmd.CommandPath(), Reason: q.reason})
	if err != nil {
		return err
	}
	format := "table"
	switch {
	case q.csv:
		format = "csv"
	case q.asJSON:
		format = "json"
	default:
		fmt.Fprintf(a.out, "Snapshot %s, definition %s\n", report.Snapshot, report.Hash)
	}
	for _, section := range report.Sections {
		for _, t := range section.Tables {
			out := &lake.Answer{Columns: t.Columns}
			for _, row := range t.Rows {
				line := make([]any, len(row))
				for i, text := range door.Line(row) {
					line[i] = text
				}
				out.Rows = append(out.Rows, line)
			}
			if format == "table" {
				fmt.Fprintf(a.out, "\n%s\n", t.Title)
			}
			if err := formats[format](a.out, out); err != nil {
				return err
			}
		}
	}
	return nil
}

// atTheMachine is whoever types a command, as an analyst.
func atTheMachine(c *config.Config, by string) access.Principal {
	device := "command line"
	if host, err := os.Hostname(); err == nil && host != "" {
		device += " of " + host
	}
	return access.Principal{User: account(), Name: by, Role: access.Analyst, Organisation: c.Site.Name, Authoriser: by,
		Purpose: access.PurposeAt(access.Analyst, access.Purpose(c.Site.Purpose)), Device: device}
}

func (a *app) cohortsCount() *cobra.Command {
	var q counting
	cmd := a.ofSite(&cobra.Command{
		Use:     "count FILE",
		Short:   "count a cohort on the current snapshot",
		Example: "  leftshift cohorts count cohorts/copd.toml --by \"A. Analyst\" --reason \"request 2026/14\"",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, files []string) error {
			text, err := readCohort(files[0])
			if err != nil {
				return err
			}
			return a.through(cmd, &q, func(ctx context.Context, d *door.Doors, who access.Principal, where door.Where) (*door.CohortReport, error) {
				return d.CountText(ctx, who, where, text)
			})
		},
	})
	q.flags(cmd)
	return cmd
}

func (a *app) cohortsCompare() *cobra.Command {
	var q counting
	var by string
	cmd := a.ofSite(&cobra.Command{
		Use:     "compare FILE FILE",
		Short:   "who is caught by two cohorts, by one alone, and by neither",
		Example: "  leftshift cohorts compare a.toml b.toml --group imd_quintile --by \"A. Analyst\" --reason \"request 2026/14\"",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, files []string) error {
			var text [2][]byte
			for i, file := range files {
				var err error
				if text[i], err = readCohort(file); err != nil {
					return err
				}
			}
			return a.through(cmd, &q, func(ctx context.Context, d *door.Doors, who access.Principal, where door.Where) (*door.CohortReport, error) {
				return d.CompareTexts(ctx, who, where, text[0], text[1], by)
			})
		},
	})
	cmd.Flags().StringVar(&by, "group", "", "also by a way to divide people, such as age, sex or imd_quintile")
	q.flags(cmd)
	return cmd
}

func (a *app) cohortsWorkload() *cobra.Command {
	var q counting
	c := door.CutOffs{By: "practice"}
	cmd := a.ofSite(&cobra.Command{
		Use:     "workload SCORE CUT-OFF [CUT-OFF]",
		Short:   "what everyone from a cut-off of a score on would give each practice or team to do",
		Example: "  leftshift cohorts workload score_boost_365 20% 30% --group team --by \"A. Analyst\" --reason \"request 2026/14\"",
		Args:    cobra.RangeArgs(2, 3),
		RunE: func(cmd *cobra.Command, args []string) error {
			c.Score = args[0]
			var err error
			if c.One, err = cohort.CutOff(args[1]); err == nil {
				c.Other, err = cohort.CutOff(args[len(args)-1])
			}
			if err != nil {
				return err
			}
			return a.through(cmd, &q, func(ctx context.Context, d *door.Doors, who access.Principal, where door.Where) (*door.CohortReport, error) {
				form, err := d.CohortWorkload(ctx, who, where, access.Count, c)
				if err != nil {
					return nil, err
				}
				return form.CohortReport, nil
			})
		},
	})
	cmd.Flags().StringVar(&c.Cohort, "cohort", "", "of the people of this cohort alone: its id, @ and version, as the list of cohorts has it")
	cmd.Flags().StringVar(&c.By, "group", c.By, "practice or team")
	q.flags(cmd)
	return cmd
}

func (a *app) cohortsSegments() *cobra.Command {
	var q counting
	cmd := a.ofSite(&cobra.Command{
		Use:   "segments",
		Short: "everyone by segment: people and expected events, by deprivation and primary care network",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.through(cmd, &q, func(ctx context.Context, d *door.Doors, who access.Principal, where door.Where) (*door.CohortReport, error) {
				report, err := d.CohortSegments(ctx, who, where, access.Count)
				if err == nil && report.Hash == "" {
					err = &engine.Fault{Code: "cohort-no-segments", Say: "the current snapshot lacks features that segments are made of: run a night with the whole catalogue"}
				}
				return report, err
			})
		},
	})
	q.flags(cmd)
	return cmd
}

// catalogueFields is what may be asked of a snapshot that is still to be made.
func catalogueFields(a *app, cmd *cobra.Command) (*cohort.Dictionary, error) {
	_, s, on, err := a.definitions(cmd)
	if err != nil {
		return nil, err
	}
	return serve.CatalogueFields(s.Catalogue.References(s.Codelists, on.String()))
}
