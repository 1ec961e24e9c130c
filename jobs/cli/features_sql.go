//go:build duckdb_arrow

package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"leftshift/engine"
	"leftshift/features/plan"
	"leftshift/features/query"
	"leftshift/jobs/analyse"
	"leftshift/jobs/night"
)

func (a *app) featuresSQL() *cobra.Command {
	return a.onDay(&cobra.Command{
		Use: "sql FEATURE", Short: "the SQL that gathers a feature, to read or to run elsewhere",
		Long: `Writes the statements that gather the feature's exact numbers from the curated
tables: the second way to compute it, which gives the same values as the kernel to
the last bit. Lists that match by prefix are spelled out over the codes of the
site's record where there is one. Run them as they are with ` + "`leftshift sql`" + `.`,
		Args:    one("feature's id"),
		Example: "  leftshift features sql falls_365d --as-of 2026-03-31\n  leftshift features sql falls_365d | leftshift sql -",
		RunE: func(cmd *cobra.Command, args []string) error {
			c, s, on, err := a.definitions(cmd)
			if err != nil {
				return err
			}
			if s.Catalogue.Find(args[0]) == nil {
				return analyse.Unknown(s.Catalogue, args[0])
			}
			part := s.Catalogue.Subset(args[:1])
			names := map[engine.Code]string{}
			var words []plan.Word
			if c != nil {
				if curated, knowledge, err := night.Curated(c); err == nil {
					if a.asOf == "" {
						on = knowledge
					}
					if words, err = analyse.Words(cmd.Context(), curated, temp(c)); err != nil {
						return err
					}
				}
			}
			for _, w := range words {
				names[w.Code] = w.System.String() + ":" + w.Text
			}
			analyse.Terms(names, part, s)
			p, err := plan.Compile(part, s.Codelists, s.Analytes, func(yield func(plan.Word) bool) {
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
			for k, x := range statements {
				if k > 0 {
					fmt.Fprintln(a.out)
				}
				// A block comment, so that the text does not begin with a dash when
				// it is given to a command.
				fmt.Fprintf(a.out, "/* %s: %s, as of %s; definition %.12s */\n%s\n", args[0], x.Title, on, part.Hash, x.SQL)
			}
			return nil
		},
	})
}
