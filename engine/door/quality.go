//go:build duckdb_arrow

package door

import (
	"fmt"

	"leftshift/engine"
)

// sourceQuality is a source as a night publishes it. The counts are of facts.
type sourceQuality struct {
	Source       string `json:"source"`
	Facts        int64  `json:"facts"`
	NewestFact   string `json:"newest_fact"`
	NewestKnown  string `json:"newest_known"`
	WithoutCode  int64  `json:"without_code"`
	WithoutValue int64  `json:"without_value"`
	Observations int64  `json:"observations"`
	UnknownUnit  int64  `json:"unknown_unit"`
	MedianLag    int64  `json:"median_lag_days"`
}

func (b *builder) quality() error {
	p, err := b.controlled()
	if err != nil {
		return err
	}
	t := Table{ID: "recorded", Title: "People with and without, by practice", Columns: []string{"Practice", "ethnic group, of all", "ethnic group recorded", "not recorded",
		"small area, of all", "small area recorded", "not recorded", "conditions, of all", "conditions known", "not known"}}
	kinds := []string{"ethnic", "area", "conditions"}
	for i := 0; i <= len(p.practice.rows); i++ {
		label := "All"
		if i < len(p.practice.rows) {
			label = p.practice.rows[i]
		}
		row := []Field{text(label)}
		for _, k := range kinds {
			cells := p.known[k].cells
			yes, no, total := column(cells, 0), column(cells, 1), sumOf(cells)
			if i < len(cells) {
				yes, no, total = cells[i][0], cells[i][1], sumOf(cells[i:i+1])
			}
			row = append(row, rate(yes, total), headcount(yes), headcount(no))
		}
		t.Rows = append(t.Rows, row)
	}
	b.add(Section{Title: "Completeness by practice", Tables: []Table{t}, Plot: Plot{Kind: Bars, Columns: []int{1}, Axis: "% of people with an ethnic group"}, Words: []string{
		"Ethnic group first: without it nobody can see whether a list is fair. Not stated counts as not recorded."}})
	if err := b.kinds(p); err != nil {
		return err
	}

	var q struct {
		Sources []sourceQuality `json:"sources"`
	}
	if err := b.s.JSON("quality.json", &q); err != nil {
		return err
	}
	t = Table{ID: "sources", Title: "Sources", Columns: []string{"Source", "facts", "newest fact", "newest received", "days old", "days to arrive, median", "without a code", "observations", "without a value", "unit not known"},
		Note: "Counts are of facts, not of people, and are not rounded."}
	for _, x := range q.Sources {
		old := none(Things)
		if d, ok := engine.ParseDay(x.NewestKnown); ok {
			old = things(int64(b.s.AsOf - d))
		}
		t.Rows = append(t.Rows, []Field{text(x.Source), things(x.Facts), text(x.NewestFact), text(x.NewestKnown), old, things(x.MedianLag),
			share(x.WithoutCode, x.Facts), things(x.Observations), share(x.WithoutValue, x.Observations), share(x.UnknownUnit, x.Observations)})
	}
	b.add(Section{Title: "Sources", Tables: []Table{t}, Words: []string{fmt.Sprintf("As the record stood on %s.", b.s.AsOf.Words())}})
	return nil
}
