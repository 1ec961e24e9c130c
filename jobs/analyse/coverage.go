//go:build duckdb_arrow

package analyse

import (
	"context"
	"io"

	"leftshift/engine/disclosure"
	"leftshift/engine/lake"
	"leftshift/features/matrix"
)

// Coverage writes how many people of the features file have a value of one
// column, under disclosure control. A file that lacks the column is said to.
func Coverage(ctx context.Context, w io.Writer, db *lake.DB, path string, columns []string, col matrix.Column, rule disclosure.Rule) error {
	p := &page{w: w}
	p.line("")
	found := false
	for _, id := range columns {
		found = found || id == col.ID
	}
	if !found {
		p.line("Not among the features of everyone yet: `leftshift features try %s` computes it now.", col.ID)
		return p.err
	}
	type row struct {
		Unseen string `col:"unseen"`
		People int64  `col:"people"`
		Known  int64  `col:"known"`
		Some   int64  `col:"some_value"`
	}
	id := `"` + col.ID + `"` // lower_snake
	rows, err := lake.Collect[row](ctx, db, "SELECT COALESCE("+matrix.UnseenColumn+", '') AS unseen, count(*) AS people, count("+id+") AS known, count(*) FILTER (WHERE "+id+" <> 0) AS some_value FROM read_parquet("+lake.Quote(path)+") GROUP BY ALL ORDER BY ALL")
	if err != nil {
		return err
	}
	states := make([]int, len(stateLabels))
	for _, r := range rows {
		if r.Unseen != "" && matrix.Hidden([]matrix.Column{col}, r.Unseen)[0] {
			states[3] += int(r.People)
			continue
		}
		states[0] += int(r.Some)
		states[1] += int(r.Known - r.Some)
		states[2] += int(r.People - r.Known)
	}
	cells := rule.Partitions(states)[0]
	all := disclosure.Sum(cells...)
	p.line("Of %s people in the last night's population:", all)
	for i, label := range stateLabels {
		p.line("  %-24s %9s  %s", label, cells[i], share(cells[i], all))
	}
	return p.err
}
