//go:build duckdb_arrow

package cli

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"leftshift/models/score/published"
)

func (a *app) scoresCommand() *cobra.Command {
	parent := &cobra.Command{Use: "scores", Short: "published clinical scores"}
	var name, cases string
	check := &cobra.Command{
		Use:   "check",
		Short: "run a published score over worked cases and say which differ",
		Long: `Reads cases in JSON ({"score", "source", "cases": [{"id", "input", "expected"}]}),
prints one line for each case that differs, then "N passed, N failed".`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			f, err := os.Open(cases)
			if err != nil {
				return err
			}
			defer f.Close()
			_, failed, err := published.CheckFile(a.out, name, f)
			if err != nil {
				return err
			}
			if failed > 0 {
				return errFailed
			}
			return nil
		},
	}
	check.Flags().StringVar(&name, "score", "", "the score: "+strings.Join(published.Families(), ", "))
	check.Flags().StringVar(&cases, "cases", "", "file of cases")
	_ = check.MarkFlagRequired("score")
	_ = check.MarkFlagRequired("cases")
	list := &cobra.Command{Use: "list", Short: "list the published scores", Args: noArgs, RunE: func(*cobra.Command, []string) error {
		for _, s := range published.All() {
			fmt.Fprintf(a.out, "%-28s %s\n", s.Info().Name, s.Info().Title)
		}
		return nil
	}}
	parent.AddCommand(check, list)
	return parent
}
