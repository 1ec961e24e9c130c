//go:build duckdb_arrow

package door

import (
	"slices"
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

// attrition is how many are left after each step, from everyone whose records
// came on, where the snapshot says how many were kept out.
func attrition(d *cohort.Dictionary, n cohort.Node, r *cohort.Review, kept *withheld, rule disclosure.Rule) Section {
	t := Table{ID: "steps", Title: "People left after each condition", Columns: []string{"Condition", "people left", "people left out"}}
	s := Section{Title: "Step by step", Plot: Plot{Kind: Waterfall, Columns: []int{1, 2}, Axis: "people", Names: []string{"left", "left out"}}}
	first := none(People)
	if kept == nil {
		s.Words = []string{"This snapshot does not say how many people were kept out by opt-outs: it was published before nights told it. They are in no number here."}
	} else {
		t.Rows, first = kept.rows(r.Everyone, rule)
		s.Words = []string{"Who has opted out is in no number here but those of the opt-outs, which are of people whose records came to this site. Others are not registered here on the date, or have died."}
	}
	t.Rows = append(t.Rows, []Field{text("Everyone registered and alive on the date"), headcount(r.Everyone), first})
	for i, step := range n.Steps() {
		t.Rows = append(t.Rows, []Field{text(stepWords(partsOf(d, step, ""))), headcount(r.Steps[i].Remaining), headcount(r.Steps[i].Removed)})
	}
	s.Tables = []Table{t}
	return s
}

// makeUpOf is a cohort against everyone by one dimension.
func makeUpOf(r *cohort.Review, x cohort.Table) Section {
	t := Table{ID: strings.ReplaceAll(x.ID, "_", "-"), Title: "The cohort and everyone: " + x.Title, Columns: []string{x.Title, "in the cohort", "of the cohort", "everyone", "of everyone", "in the cohort, of these"}}
	for k, label := range x.Labels {
		t.Rows = append(t.Rows, []Field{text(label), headcount(x.Cohort[k]), rate(x.Cohort[k], r.Total), headcount(x.Everyone[k]), rate(x.Everyone[k], r.Everyone), rate(x.Cohort[k], x.Everyone[k])})
	}
	return Section{Title: x.Title, Tables: []Table{t}, Plot: Plot{Kind: Pairs, Columns: []int{2, 4}, Axis: "% of the people", Names: []string{"the cohort", "everyone"}}}
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
	g := Table{ID: "groups", Title: "Who is caught by which, by " + by, Columns: []string{"Group", "caught by both", "by A alone", "by B alone", "by neither", "A catches, of the group", "B catches, of the group"}}
	if c.Within {
		g.Columns = slices.Delete(g.Columns, 3, 4)
	}
	n := len(g.Columns)
	s := Section{Title: "By " + by, Plot: Plot{Kind: Pairs, Columns: []int{n - 2, n - 1}, Axis: "% of the group who are caught", Names: []string{"A", "B"}},
		Words: []string{"By A alone: whom a change from A to B would miss."}}
	if !c.Within {
		s.Words[0] += " By B alone: whom it would catch."
	}
	for _, p := range c.By {
		row := []Field{text(p.Label), headcount(p.Both), headcount(p.OnlyA)}
		of := []disclosure.Cell{p.Both, p.OnlyA, p.None}
		b := []disclosure.Cell{p.Both}
		if !c.Within {
			row = append(row, headcount(p.OnlyB))
			of, b = append(of, p.OnlyB), append(b, p.OnlyB)
		}
		g.Rows = append(g.Rows, append(row, headcount(p.None), caught(of, p.Both, p.OnlyA), caught(of, b...)))
	}
	s.Tables = []Table{g}
	return append(out, s)
}

// caught is what share of parts some of them are; hidden where any part is, for
// a sum would leave it out.
func caught(of []disclosure.Cell, some ...disclosure.Cell) Field {
	if !shown(of...) {
		return rate(disclosure.Hidden, disclosure.Hidden)
	}
	return rate(disclosure.Sum(some...), disclosure.Sum(of...))
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
