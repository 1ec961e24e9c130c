//go:build duckdb_arrow

package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"leftshift/engine"
	"leftshift/features/plan"
	"leftshift/features/query"
	"leftshift/jobs/analyse"
	"leftshift/jobs/night"
)

func (a *app) featuresSQL() *cobra.Command {
	var part int
	cmd := a.onDay(&cobra.Command{
		Use: "sql FEATURE", Short: "the SQL that gathers a feature, to read or to run elsewhere",
		Long: `Writes the SQL that gathers, from the curated tables, the whole numbers that a
feature is made of: a row for each person of the record in whom anything was
found, with columns person, as_of_day (days since 1970-01-01), cell (the filter
and window, named at the head of the statement) and the statistics, such as
n_rows, n_days, newest_day or sum_v (values in the analyte's smallest decimal).

These are not yet the feature's values. Nobody is left out for not being in the
population that day; whoever has nothing has no row, whether that means zero,
unknown or not observable; nothing is divided (a mean is sum_v by n_values); and
of a feature derived from others, those are gathered and compared with nothing.
The program finishes these numbers as it does the night's: ` + "`leftshift features check`" + `
holds both ways against each other on every case.

Features that are derived need several statements: --part N writes the one that
` + "`leftshift sql`" + ` runs. Lists that match by prefix are spelled out over the codes of
the site's record where there is one.`,
		Args:    one("feature's id"),
		Example: "  leftshift features sql falls_365d --as-of 2026-03-31\n  leftshift features sql falls_365d | leftshift sql -\n  leftshift features sql efi --part 2 | leftshift sql -",
		RunE: func(cmd *cobra.Command, args []string) error {
			c, s, on, err := a.definitions(cmd)
			if err != nil {
				return err
			}
			if s.Catalogue.Find(args[0]) == nil {
				return analyse.Unknown(s.Catalogue, args[0])
			}
			named := s.Catalogue.Subset(args[:1])
			names := map[engine.Code]string{}
			var words []plan.Word
			if c != nil {
				curated, knowledge, err := night.Curated(c)
				switch {
				case uncurated(err):
				case err != nil:
					return err
				default:
					if a.asOf == "" {
						on = knowledge
					}
					if err := analyse.CheckDate(cmd.Context(), curated, temp(c), on, c.DataFrom()); err != nil {
						return err
					}
					if words, err = analyse.Words(cmd.Context(), curated, temp(c)); err != nil {
						return err
					}
				}
			}
			for _, w := range words {
				names[w.Code] = w.System.String() + ":" + w.Text
			}
			analyse.Terms(names, named, s)
			p, err := plan.Compile(named, s.Codelists, s.Analytes, func(yield func(plan.Word) bool) {
				for _, w := range words {
					if !yield(w) {
						return
					}
				}
			})
			if err != nil {
				return err
			}
			statements, err := query.Compile(p, []engine.Day{on}, query.DuckDBViews(), query.Options{Names: func(c engine.Code) string { return names[c] }})
			if err != nil {
				return err
			}
			n := len(statements)
			if part < 0 || part > n {
				return &usageError{fmt.Errorf("--part %d: %s has %s", part, args[0], engine.Plural(n, "statement"))}
			}
			end := "\n"
			if n > 1 && part == 0 {
				end = ";\n\n"
			}
			for k, x := range statements {
				if part > 0 && part != k+1 {
					continue
				}
				// A block comment, so that the text does not begin with a dash when
				// it is given to a command.
				fmt.Fprintf(a.out, "/* %s: %s, as of %s; part %d of %d; definition %.12s */\n%s%s", args[0], x.Title, on, k+1, n, named.Hash, strings.TrimRight(x.SQL, "\n"), end)
			}
			return nil
		},
	})
	cmd.Flags().IntVar(&part, "part", 0, "only this of its statements, from 1 (default: all)")
	return cmd
}
