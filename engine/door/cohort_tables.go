//go:build duckdb_arrow

package door

import (
	"strings"

	"leftshift/engine/cohort"
	"leftshift/engine/disclosure"
)

// howMany is the total beside everyone, and whom nothing could decide.
func howMany(r *cohort.Review) Section {
	t := Table{ID: "people", Title: "How many people", Columns: []string{"Who", "people", "of everyone"}}
	for _, x := range []struct {
		title string
		cell  disclosure.Cell
	}{{"In the cohort", r.Total}, {"Could not be decided", r.Undecided}, {"Everyone", r.Everyone}} {
		t.Rows = append(t.Rows, []Field{text(x.title), headcount(x.cell), rate(x.cell, r.Everyone)})
	}
	return Section{Title: "How many people", Tables: []Table{t}, Words: []string{
		"Who could not be decided: something that is asked is not known of them, and nothing else leaves them out. They are not in the cohort.",
		"Counts of few people are shown as *, others rounded. A cohort that differs by few people from one counted before is shown with the same numbers."}}
}

// attrition is how many are left after each step.
func attrition(d *cohort.Dictionary, n cohort.Node, r *cohort.Review) Section {
	t := Table{ID: "steps", Title: "People left after each condition", Columns: []string{"Condition", "people left", "people left out"}}
	t.Rows = append(t.Rows, []Field{text("Everyone"), headcount(r.Everyone), none(People)})
	for i, step := range n.Steps() {
		t.Rows = append(t.Rows, []Field{text(stepWords(partsOf(d, step, ""))), headcount(r.Steps[i].Remaining), headcount(r.Steps[i].Removed)})
	}
	return Section{Title: "Step by step", Tables: []Table{t}}
}

// makeUpOf is a cohort against everyone by one dimension.
func makeUpOf(r *cohort.Review, x cohort.Table) Section {
	t := Table{ID: strings.ReplaceAll(x.ID, "_", "-"), Title: "The cohort and everyone: " + x.Title, Columns: []string{x.Title, "in the cohort", "of the cohort", "everyone", "of everyone", "in the cohort, of these"}}
	for k, label := range x.Labels {
		t.Rows = append(t.Rows, []Field{text(label), headcount(x.Cohort[k]), rate(x.Cohort[k], r.Total), headcount(x.Everyone[k]), rate(x.Everyone[k], r.Everyone), rate(x.Cohort[k], x.Everyone[k])})
	}
	return Section{Title: x.Title, Tables: []Table{t}, Plot: Plot{Kind: Bars, Columns: []int{5}, Axis: "% of each group who are in the cohort"}}
}

// compared are the parts of two cohorts; a and b say what each is.
func compared(c *cohort.Comparison, a, b, by string) []Section {
	t := Table{ID: "overlap", Title: "Who is caught by which", Columns: []string{"Who", "people"}}
	rows := []struct {
		title string
		cell  disclosure.Cell
	}{{"A", c.A}, {"B", c.B}, {"Caught by both", c.Both}, {"By A alone", c.OnlyA}, {"By B alone", c.OnlyB}, {"By neither", c.None}}
	for _, x := range rows {
		if c.Within && x.title == "By B alone" {
			continue
		}
		t.Rows = append(t.Rows, []Field{text(x.title), headcount(x.cell)})
	}
	words := []string{"A: " + a + ".", "B: " + b + ".", "Where one of the parts is of few people or of nobody all of them are hidden, for the others would give it away."}
	if c.Within {
		words = append(words, "Whoever B catches A catches too.")
	}
	out := []Section{{Title: "Two cohorts on the same people", Words: words, Tables: []Table{t}, Plot: Plot{Kind: Bars, Columns: []int{1}, Axis: "people"}}}
	if len(c.By) == 0 {
		return out
	}
	g := Table{ID: "groups", Title: "Who is caught by which, by " + by, Columns: []string{"Group", "caught by both", "by A alone", "by B alone", "by neither"}}
	if c.Within {
		g.Columns = []string{"Group", "caught by both", "by A alone", "by neither"}
	}
	s := Section{Title: "By " + by, Plot: Plot{Kind: Stacked}}
	for k := 1; k < len(g.Columns); k++ {
		s.Plot.Columns = append(s.Plot.Columns, k)
	}
	for _, p := range c.By {
		row := []Field{text(p.Label), headcount(p.Both), headcount(p.OnlyA)}
		if !c.Within {
			row = append(row, headcount(p.OnlyB))
		}
		g.Rows = append(g.Rows, append(row, headcount(p.None)))
	}
	s.Tables = []Table{g}
	return append(out, s)
}

func rowsOf(sections []Section) int {
	n := 0
	for _, s := range sections {
		for _, t := range s.Tables {
			n += len(t.Rows)
		}
	}
	return n
}
