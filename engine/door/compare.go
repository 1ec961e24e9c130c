//go:build duckdb_arrow

package door

import (
	"slices"

	"leftshift/engine/disclosure"
	"leftshift/engine/snapshot"
)

// compare puts two models of one horizon to the same people of the test: whom
// each would have caught and missed, and how the errors fall by group. One
// model is put beside itself, for its errors alone.
func (b *builder) compare(with []*evaluation, first, second *evaluation) error {
	other := second
	if other == nil || other.Horizon != first.Horizon {
		other = first
	}
	// One that is looked at alone is controlled with another all the same: both can
	// be read, on two pages.
	partner := other
	for _, e := range with {
		if partner == first && e.Horizon == first.Horizon {
			partner = e
		}
	}
	rows, err := b.s.Measured(b.ctx, first.Name, partner.Name)
	if err != nil || len(rows) == 0 {
		return err
	}
	// The outcomes by list: both, first alone, second alone, neither.
	all := newCross([]string{"with the outcome", "without"}, []string{"on both lists", "on A's alone", "on B's alone", "on neither"})
	for _, x := range rows {
		if x.Set == snapshot.MeasuredAll {
			all.micros(1-int(x.Label), [4]int{3, 1, 2, 0}[x.Both], x.Micros)
		}
	}
	all.settle()
	shownAll := newParts(b.rule, all.rowSums(), nil, true).show(all)
	if other != first {
		t := shownAll.table("agreement", "Two lists of the highest twentieth, on the same people", "People", false)
		t.Note = letters([]*evaluation{first, other})[0]
		b.add(Section{Title: "Caught, missed and moved", Tables: []Table{t}, Words: []string{
			"Had each model listed the twentieth at the highest risk on the test date: who with the outcome was caught by both, by one or by neither, and who was listed without it."}})
	}
	order := []int{0, 1}
	switch {
	case partner == first:
		order = order[:1]
	case slices.Index(with, partner) < slices.Index(with, first):
		slices.Reverse(order)
	}
	b.add(b.errors(rows, first, other, all, order))
	return nil
}

// division is a way to group the test's people.
type division struct {
	set    int64
	name   string
	labels []string
	of     func(snapshot.Group) int
}

var divisions = []division{
	{snapshot.MeasuredAge, "age", ages, ageOf}, {snapshot.MeasuredSex, "sex", sexes, sexOf},
	{snapshot.MeasuredIMD, "deprivation", quintiles, quintileOf}, {snapshot.MeasuredEthnic, "ethnic group", ethnics, ethnicOf},
}

// errors tells how each model's list errs in each group. order is that in which the
// models of rows are controlled, the same on every page: which of two is withheld
// must not follow which is looked at.
func (b *builder) errors(rows []snapshot.Measured, first, other *evaluation, all *cross, order []int) Section {
	t := Table{ID: "errors", Title: "Errors of a list of the highest twentieth, by group", Columns: []string{"Group"},
		Note: "Missed: of those with the outcome, how many were not listed. Listed without: of those without the outcome, how many were. Groups are as people are now; who has left since is not known in them."}
	pair := pairOf(first, other)
	if other == first {
		pair = pair[:1]
	}
	for k := range pair {
		for _, c := range []string{"with outcome, listed", "with outcome, not listed", "missed", "without, listed", "listed without"} {
			t.Columns = append(t.Columns, prefix(k, other != first)+c)
		}
	}
	for _, d := range divisions {
		// One table of a group has all eight kinds; those of a model are sums.
		c := newCross(d.labels, make([]string, 8))
		for _, x := range rows {
			if x.Set == d.set {
				c.micros(d.of(x.Group()), int(x.Label)*4+int(x.Both), x.Micros)
			}
		}
		c.settle()
		// Each model's list divides those without the outcome (0) and those with it (1)
		// of every group, who are the same people for both.
		var shown [2][2]*shownCross // by outcome and model
		for outcome := range shown {
			var sums []int
			var models [2]*cross
			for m := range models {
				models[m] = newCross(d.labels, make([]string, 2)) // not listed, and listed
			}
			for i, row := range c.people {
				sum := 0
				for k, n := range row[outcome*4 : outcome*4+4] {
					sum += n
					for m := range models {
						models[m].people[i][k>>m&1] += n
					}
				}
				sums = append(sums, sum)
			}
			beside := [][]int(nil)
			if flat := all.people[1-outcome]; total(flat) == total(sums) {
				beside = append(beside, flat)
			}
			parts := newParts(b.rule, sums, beside, false)
			for _, m := range order {
				shown[outcome][m] = parts.show(models[m])
			}
		}
		for i, label := range d.labels {
			if total(c.people[i]) == 0 {
				continue
			}
			row := []Field{text(d.name + ": " + label)}
			for m := range pair {
				without, wrongly := shown[0][m].cells[i][0], shown[0][m].cells[i][1]
				missed, caught := shown[1][m].cells[i][0], shown[1][m].cells[i][1]
				row = append(row, headcount(caught), headcount(missed), partOf(missed, caught), headcount(wrongly), partOf(wrongly, without))
			}
			t.Rows = append(t.Rows, row)
		}
	}
	return Section{Title: "Errors by group", Tables: []Table{t}, Plot: Plot{Kind: Bars, Columns: []int{3}, Axis: "% of those with the outcome who would be missed, " + first.title()}, Words: letters(pair)}
}

// partOf is what percentage of both together the first is; hidden where either
// is.
func partOf(part, rest disclosure.Cell) Field {
	if !shown(part, rest) {
		return rate(disclosure.Hidden, disclosure.Hidden)
	}
	return rate(part, disclosure.Sum(part, rest))
}

func total(counts []int) int {
	n := 0
	for _, k := range counts {
		n += k
	}
	return n
}

func newCross(rows, columns []string) *cross {
	c := &cross{rows: rows, columns: columns}
	for range rows {
		c.people, c.nano = append(c.people, make([]int, len(columns))), append(c.nano, make([]int64, len(columns)))
	}
	return c
}

// micros adds a weight; settle makes whole people of the weights.
func (c *cross) micros(i, j int, micros int64) { c.nano[i][j] += micros }

func (c *cross) settle() {
	for i := range c.nano {
		for j, w := range c.nano[i] {
			c.people[i][j], c.nano[i][j] = whole(float64(w)/1e6), 0
		}
	}
}
