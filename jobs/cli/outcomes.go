//go:build duckdb_arrow

package cli

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"leftshift/engine"
	"leftshift/engine/lake"
	"leftshift/features/outcome"
	"leftshift/jobs/followup"
	"leftshift/jobs/progress"
)

func (a *app) outcomesCommand() *cobra.Command {
	parent := &cobra.Command{
		Use:   "outcomes",
		Short: "what a model can predict: list and show outcomes, count who had them",
		Long: `An outcome is the first of its kind after an index date. model.outcome of the
configuration names the one that is predicted.

  leftshift outcomes list
  leftshift outcomes show emergency_admission
  leftshift outcomes count --config leftshift.toml`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	parent.AddCommand(a.outcomesList(), a.outcomesShow(), a.outcomesCount())
	return parent
}

func (a *app) outcomesList() *cobra.Command {
	var asJSON bool
	cmd := a.onDay(&cobra.Command{
		Use: "list", Short: "every outcome with its horizons and what competes with it", Args: noArgs,
		Example: "  leftshift outcomes list\n  leftshift outcomes list --json | jq '.[].id'",
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, s, on, err := a.definitions(cmd)
			if err != nil {
				return err
			}
			refs := followup.References(s, on)
			if asJSON {
				return a.json(refs)
			}
			t := &lake.Answer{Columns: []string{"id", "title", "horizons, days", "source", "competing"}}
			for _, r := range refs {
				t.Rows = append(t.Rows, []any{r.ID, r.Title, strings.Trim(strings.ReplaceAll(fmt.Sprint(r.Horizons), " ", ", "), "[]"), r.Source, strings.Join(r.Competing, ", ")})
			}
			if err := writeTable(a.out, t); err != nil {
				return err
			}
			fmt.Fprintf(a.out, "\n%s; definitions %.12s\n", engine.Plural(len(refs), "outcome"), s.Outcomes.Hash)
			return nil
		},
	})
	cmd.Flags().BoolVar(&asJSON, "json", false, "everything about each, as JSON")
	return cmd
}

func (a *app) outcomesShow() *cobra.Command {
	var asJSON bool
	cmd := a.onDay(&cobra.Command{
		Use: "show OUTCOME", Short: "what an outcome means, who is at risk of it, and the codes that it reads", Args: one("outcome's id"),
		Example: "  leftshift outcomes show acsc_admission",
		RunE: func(cmd *cobra.Command, args []string) error {
			_, s, on, err := a.definitions(cmd)
			if err != nil {
				return err
			}
			r, err := followup.ReferenceOf(s, args[0], on)
			if err != nil {
				return err
			}
			if asJSON {
				return a.json(r)
			}
			return r.Write(a.out)
		},
	})
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

func (a *app) outcomesCount() *cobra.Command {
	var asJSON bool
	var index string
	cmd := a.onDay(&cobra.Command{
		Use: "count [OUTCOME...]", Short: "how many people had each outcome after an index date",
		Long: `Labels everyone who was in the population on the index date, over the curated
record as the last night left it, on the path of the training, and prints for
each outcome and horizon the people at risk, those with the event, those for
whom something else came first, and the rate; then deaths and leavers beside
what is expected, and changes of where trusts record same-day emergency care.
Nothing is kept. Small numbers are hidden as report.small_number says, and rates
are of the counts as shown.

Without --index it is the last month end for which every outcome has settled.
With --as-of, outcomes are those known by that day.`,
		Example: "  leftshift outcomes count --config leftshift.toml\n  leftshift outcomes count emergency_overnight death --index 2025-03-31 --json",
		RunE: func(cmd *cobra.Command, args []string) error {
			on := engine.NoDay
			if index != "" {
				d, ok := engine.ParseDay(index)
				if !ok {
					return &usageError{fmt.Errorf("--index %q is no date like 2026-09-30", index)}
				}
				on = d
			}
			c, s, curated, knowledge, _, err := a.lakeOf()
			if err != nil {
				return err
			}
			for _, id := range args {
				if _, err := followup.ReferenceOf(s, id, knowledge); err != nil {
					return err
				}
			}
			db, err := database(cmd.Context(), c, c.Run.Workers(), 4)
			if err != nil {
				return err
			}
			defer db.Close()
			tell := a.listener()
			tell(progress.StepStarted{Step: "count", Index: 1})
			q := followup.Ask{Set: s, Curated: curated, DataFrom: c.DataFrom(), Index: on, Knowledge: knowledge, Leavers: float64(c.Model.Leavers),
				Rule:    ruleOf(c),
				Workers: c.Run.Workers(), MemoryMiB: c.Run.Memory() / 4, Temp: temp(c),
				Progress: func(done, of int) {
					tell(progress.StepAdvanced{Step: "count", Done: int64(done), Total: int64(of), Unit: "buckets"})
				}}
			for _, x := range c.Switch {
				q.Switches = append(q.Switches, outcome.Switch(x))
			}
			t, cost, err := followup.Count(cmd.Context(), db, q)
			if err != nil {
				return err
			}
			tell(progress.StepEnded{Step: "count", Took: cost.Took, Summary: progress.Counts{"outcomes": int64(len(t.Outcomes)), "rows read": cost.Rows}})
			if len(args) == 0 {
				args = nil
			}
			t = t.Only(args)
			if asJSON {
				return errors.Join(a.json(t), t.Countable())
			}
			if err := errors.Join(t.Write(a.out), t.Countable()); err != nil {
				return err
			}
			fmt.Fprintf(a.out, "\n%s read in %s\n", engine.Plural(int(cost.Rows), "row"), cost.Took.Round(10*time.Millisecond))
			return nil
		},
	})
	cmd.Flags().StringVar(&index, "index", "", "index date, YYYY-MM-DD")
	cmd.Flags().BoolVar(&asJSON, "json", false, "everything as JSON")
	return cmd
}
