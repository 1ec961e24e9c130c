//go:build duckdb_arrow

package door

import (
	"context"
	"slices"
	"strings"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/cohort"
	"leftshift/engine/disclosure"
	"leftshift/engine/snapshot"
)

// dates are the snapshots that stand, of other dates than this one's and for the
// same purpose, the newest first: mostDates of them, spread over time.
func (d *Doors) dates(now *snapshot.Snapshot, chosen string) ([]OptionValue, error) {
	all, err := d.opt.Snapshots.Published()
	if err != nil {
		return nil, err
	}
	var out []OptionValue
	var days []engine.Day
	for _, p := range all {
		day, ok := engine.ParseDay(p.AsOf)
		if !ok || p.Recalled || p.AsOf == now.Manifest.AsOf || p.Purpose != now.Purpose || p.Site != now.Site {
			continue
		}
		days = append(days, day)
		out = append(out, OptionValue{p.Name, day.Words() + ", snapshot " + p.Name, p.Name == chosen})
	}
	var few []OptionValue
	for _, k := range spread(days, mostDates) {
		few = append(few, out[k])
	}
	return few, nil
}

// mostDates is how many other dates a cohort can be put beside. Each date rounds by
// its own people: three cohorts on each of 180 nights told in 24 of 24 worlds what
// one person has, whose scores and days move while what they have does not.
const mostDates = 6

// spread picks which of some days, the newest first, can be chosen: all where they
// are no more than most, else the first of each quarter of a year, the newest of
// these. They stay the same from night to night.
func spread(days []engine.Day, most int) []int {
	var all, firsts []int
	quarter := func(d engine.Day) int {
		y, m, _ := d.Date()
		return 4*y + (int(m)-1)/3
	}
	for k, d := range days {
		all = append(all, k)
		if k+1 == len(days) || quarter(days[k+1]) != quarter(d) {
			firsts = append(firsts, k)
		}
	}
	if len(all) > most {
		all = firsts[:min(len(firsts), most)]
	}
	return all
}

// CohortThen counts a definition of the list on the current snapshot and on one
// of another date. A Fault with code no-page says that there is no such cohort or
// no such snapshot.
func (d *Doors) CohortThen(ctx context.Context, who access.Principal, where Where, act access.Act, handle, other string) (*CohortReport, error) {
	return d.told(ctx, who, where, act, "cohort", func(q *asked) (*CohortReport, error) {
		def, _, err := q.find(handle)
		if err != nil {
			return nil, err
		}
		dates, err := d.dates(q.s, other)
		if err != nil {
			return nil, err
		}
		at := ""
		for _, x := range dates {
			if x.Chosen {
				at = x.Value
			}
		}
		if at == "" {
			return nil, &engine.Fault{Code: "no-page", Say: "there is no such snapshot of another date: choose one of the page"}
		}
		q.object = "cohort/" + handle + "/" + at
		then, err := d.earlier(ctx, q, def, at)
		if err != nil {
			return nil, err
		}
		now, err := q.count(ctx, def)
		if err != nil {
			return nil, err
		}
		return &CohortReport{Handle: handle, Hash: now.Hash, Name: def.Name, Version: def.Version, Author: def.Author, Dates: dates,
			Sections: thenAndNow(q.desk.Dictionary, def.Where, then, now, q.rule)}, nil
	})
}

// earlier counts a definition on a snapshot of another date, by its own fields.
func (d *Doors) earlier(ctx context.Context, q *asked, def *cohort.Definition, name string) (*cohort.Review, error) {
	var opened *snapshot.Snapshot
	desk, done, err := d.opt.Cohorts.held(ctx, earlierDesk, name, q.rule, func() (s *snapshot.Snapshot, err error) {
		opened, err = d.opt.Snapshots.Earlier(ctx, name)
		return opened, err
	})
	if opened != nil {
		opened.Close() // its files stay
	}
	if err != nil {
		return nil, err
	}
	defer done()
	same, err := desk.Dictionary.Parse(q.desk.Dictionary.Text(def), q.clinical)
	if err != nil {
		return nil, err
	}
	return desk.For(q.user).Count(ctx, same)
}

// thenAndNow puts two counts of one cohort beside each other.
func thenAndNow(d *cohort.Dictionary, n cohort.Node, then, now *cohort.Review, rule disclosure.Rule) []Section {
	days := []string{dayWords(then.AsOf), dayWords(now.AsOf)}
	line := func(label string, a, b disclosure.Cell) []Field {
		a, b = together(a, b, rule)
		return []Field{text(label), headcount(a), headcount(b), rate(b, a)}
	}
	columns := func(first string) []string { return []string{first, days[0], days[1], "the second, of the first"} }
	t := Table{ID: "then", Title: "How many people, on two dates", Columns: columns("Who"), Rows: [][]Field{
		line("In the cohort", then.Total, now.Total), line("Could not be decided", then.Undecided, now.Undecided), line("Everyone", then.Everyone, now.Everyone)}}
	s := Table{ID: "then-steps", Title: "People left after each condition, on two dates", Columns: columns("Condition"), Rows: [][]Field{line("Everyone", then.Everyone, now.Everyone)}}
	for i, step := range n.Steps() {
		s.Rows = append(s.Rows, line(stepWords(partsOf(d, step, "")), then.Steps[i].Remaining, now.Steps[i].Remaining))
	}
	out := []Section{{Title: "How many people", Tables: []Table{t}, Words: []string{
		"Two dates differ by whoever came in and left between them, and by what became known. Whoever knows of one person that they came in between could learn from a number that alone has moved what is true of them. So where two numbers are few people apart, both are shown as on the first date: what is shown as the same may differ a little.",
		"Each number alone is as on its own date; a cohort's page shows that of the current date."}},
		{Title: "Step by step", Tables: []Table{s}, Plot: Plot{Kind: Pairs, Columns: []int{1, 2}, Axis: "people left", Names: days}}}
	for _, x := range now.MakeUp {
		for _, y := range then.MakeUp {
			if y.ID == x.ID {
				out = append(out, madeUpThen(y, x, then.Total, now.Total, days, rule))
			}
		}
	}
	return out
}

// madeUpThen is what a cohort was and is like by one dimension.
func madeUpThen(then, now cohort.Table, thenAll, nowAll disclosure.Cell, days []string, rule disclosure.Rule) Section {
	t := Table{ID: "then-" + strings.ReplaceAll(now.ID, "_", "-"), Title: "The cohort on two dates: " + now.Title, Columns: []string{now.Title, days[0], days[1], "of the cohort, " + days[0], "of the cohort, " + days[1]}}
	thenAll, nowAll = together(thenAll, nowAll, rule)
	cells := func(x cohort.Table, label string) disclosure.Cell {
		for k, l := range x.Labels {
			if l == label {
				return x.Cohort[k]
			}
		}
		return disclosure.Cell{}
	}
	labels := now.Labels
	for _, l := range then.Labels {
		if cells(now, l) == (disclosure.Cell{}) && !slices.Contains(labels, l) {
			labels = append(labels[:len(labels):len(labels)], l)
		}
	}
	for _, l := range labels {
		a, b := together(cells(then, l), cells(now, l), rule)
		t.Rows = append(t.Rows, []Field{text(l), headcount(a), headcount(b), rate(a, thenAll), rate(b, nowAll)})
	}
	return Section{Title: now.Title, Tables: []Table{t}, Plot: Plot{Kind: Pairs, Columns: []int{3, 4}, Axis: "% of the cohort", Names: days}}
}

// together are two numbers of one thing as they may stand beside each other:
// where they are, or may be, few people apart, the first stands for both.
func together(a, b disclosure.Cell, rule disclosure.Rule) (disclosure.Cell, disclosure.Cell) {
	few := func(n int) bool {
		_, told := rule.Count(max(n, 0)).Value()
		return n <= 0 || !told
	}
	m, ok := a.Value()
	n, also := b.Value()
	switch {
	case ok && also && few(max(m-n, n-m)):
		return a, a
	case ok != also && few(max(m, n)/2): // the hidden one is of few people
		return disclosure.Hidden, disclosure.Hidden
	}
	return a, b
}

func dayWords(iso string) string {
	if d, ok := engine.ParseDay(iso); ok {
		return d.Words()
	}
	return iso
}
