//go:build duckdb_arrow

package analyse

import (
	"context"
	"io"

	"leftshift/engine/disclosure"
	"leftshift/engine/lake"
	"leftshift/features/compute"
	"leftshift/features/matrix"
	"leftshift/jobs/definitions"
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
	var states [numStates]int
	for _, r := range rows {
		if r.Unseen != "" && matrix.Hidden([]matrix.Column{col}, r.Unseen)[0] {
			states[notObservable] += int(r.People)
			continue
		}
		states[someValue] += int(r.Some)
		states[zeroValue] += int(r.Known - r.Some)
		states[unknownValue] += int(r.People - r.Known)
	}
	shown := newTables(rule, states)
	all, parts := shown.people(), shown.states()
	p.line("Of %s people in the last night's population (registered, alive, not in hospital):", all)
	if parts == nil {
		p.line("  how many have a value is not shown: it would tell of few people")
	}
	for _, x := range parts {
		p.line("  %-24s %9s  %s", x.Label, x.People, share(x.People, all))
	}
	return p.err
}

// WriteAbsent says which code lists that a feature reads have no code in the
// record of a curated folder.
func WriteAbsent(ctx context.Context, w io.Writer, db *lake.DB, curated string, s *definitions.Set, feature string) error {
	words, err := compute.Words(ctx, db, curated)
	if err != nil {
		return err
	}
	p := &page{w: w}
	p.absent(Absent(s.Codelists, s.Catalogue.Subset([]string{feature}), words))
	return p.err
}
