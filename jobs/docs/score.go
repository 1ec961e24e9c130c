//go:build duckdb_arrow

package main

import (
	"fmt"
	"strings"

	"leftshift/models/score/published"
)

// scoresPage is SCORES.md.
func scoresPage() (string, error) {
	var b strings.Builder
	b.WriteString(`# Published scores

Models whose weights we did not fit, in [models/score/published](../models/score/published). Each has
its tables as CSV in its folder, and worked cases whose expected values come from elsewhere;
` + "`leftshift scores check`" + ` runs them. Scores are exact: whole points, or whole tenths. Codes are a set:
their order, repeats and spelling (dots, daggers, fillers) do not matter. No codes give the score of
a person with none of the conditions; whether that is so or only unknown is for the reader to say.

A score is not a probability, and none of them was made for the outcome that the lists are ranked by.
`)
	for _, s := range published.All() {
		i := s.Info()
		cases, err := published.Cases(i.Name)
		if err != nil {
			return "", err
		}
		unit := "1 point"
		if i.Scale != 1 {
			unit = fmt.Sprintf("1/%d point", i.Scale)
		}
		caution := i.Caution
		if caution == "" {
			caution = "none stated"
		}
		fmt.Fprintf(&b, "\n## %s\n\n", i.Title)
		table(&b, []string{"", ""}, [][]string{
			{"name", "`" + i.Name + "`"},
			{"citation", i.Citation},
			{"inputs", i.Inputs},
			{"caution", caution},
			{"smallest step", unit},
			{"licence of the facts", i.Licence},
			{"worked cases", fmt.Sprintf("%d (%s); expected values: %s", len(cases.Cases), cases.Score, cases.Source)},
		})
	}
	return b.String(), nil
}
