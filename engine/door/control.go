//go:build duckdb_arrow

package door

import (
	"sync"

	"leftshift/engine/disclosure"
	"leftshift/engine/snapshot"
)

// makeUp is everything that is shown of the counts of a population.
type makeUp struct {
	pyramid, bands, quintile, ethnic, longTerm, practice *shownCross

	within   []within // the risk bands by this and that
	byBand   *shownCross
	history  *shownCross
	known    map[string]*shownCross // by practice: whether an attribute is recorded
	placed   *parts                 // by practice: what is shown after this is held against all of it
	places   *places
	expected bool // there are expected events

	heard sync.Once // makes kinds, of placed
	kinds *kinds
}

type within struct {
	id, title string
	shown     *shownCross
}

// shownCross is a cross as it may leave.
type shownCross struct {
	rows, columns []string
	cells         [][]disclosure.Cell
	events        [][]disclosure.Cell // expected; hidden where the people are
}

// control passes a whole population through the rule. The single divisions
// bind each other, for all sum to everyone; the divisions of each risk band,
// and of each practice, bind those too. So each is held against all that is
// shown before it, and withheld, all its cells a star, where it would tell what
// a hidden count is. Totals are sums of cells as shown, and say nothing more.
func control(all *snapshot.Population, rule disclosure.Rule) *makeUp {
	p := &makeUp{places: placesOf(all), known: map[string]*shownCross{}, expected: all.Horizon > 0}
	one := func(snapshot.Group) int { return 0 }
	single := []string{"people"}
	by := snapshot.ByBand | snapshot.ByAge
	crosses := []*cross{
		crossOf(all.By(by), bands, single, bandOf, one),
		crossOf(all.By(snapshot.ByAge|snapshot.BySex), ages, sexes, ageOf, sexOf),
		crossOf(all.By(snapshot.ByIMD), quintiles, single, quintileOf, one),
		crossOf(all.By(snapshot.ByEthnic), ethnics, single, ethnicOf, one),
		crossOf(all.By(snapshot.ByPractice|snapshot.ByPCN|snapshot.ByTeam), p.places.labels(), single, p.places.of, one),
		crossOf(all.By(snapshot.ByLTCs), longTerm, single, longTermOf, one),
	}
	var parts [][]int
	for _, c := range crosses {
		var flat []int
		for _, r := range c.dropEmpty().people {
			flat = append(flat, r...)
		}
		parts = append(parts, flat)
	}
	cells := rule.Partitions(parts...)
	for k, to := range []**shownCross{&p.bands, &p.pyramid, &p.quintile, &p.ethnic, &p.practice, &p.longTerm} {
		s := &shownCross{rows: crosses[k].rows, columns: crosses[k].columns}
		for i := range s.rows {
			s.cells = append(s.cells, cells[k][i*len(s.columns):(i+1)*len(s.columns)])
		}
		s.expect(crosses[k], rule)
		*to = s
	}
	// What single divisions are shown bind the divisions of their parts.
	told := func(k int) bool { return shownWhole(rule, parts[k], cells[k]) }
	var kept [][]int
	for k := range parts {
		if told(k) {
			kept = append(kept, parts[k])
		}
	}
	banded := newParts(rule, crosses[0].rowSums(), kept, told(0))
	add := func(id, title string, a snapshot.Attributes, labels []string, of func(snapshot.Group) int) {
		p.within = append(p.within, within{id, title, banded.show(crossOf(all.By(snapshot.ByBand|a), crosses[0].rows, labels, bandOf, of).withoutEmptyColumns())})
	}
	add("age", "age", snapshot.ByAge, ages, ageOf)
	add("deprivation", "fifth of deprivation", snapshot.ByIMD, quintiles, quintileOf)
	add("ethnic-group", "ethnic group", snapshot.ByEthnic, ethnics, ethnicOf)
	add("sex", "sex", snapshot.BySex, sexes, sexOf)
	add("long-term-conditions", "number of long-term conditions", snapshot.ByLTCs, longTerm, longTermOf)

	placed := newParts(rule, crosses[4].rowSums(), kept, told(4))
	practices := p.places.labels()
	recorded := func(unknown func(snapshot.Group) bool) func(snapshot.Group) int {
		return func(g snapshot.Group) int {
			if unknown(g) {
				return 1
			}
			return 0
		}
	}
	p.known["ethnic"] = placed.show(crossOf(all.By(snapshot.ByPractice|snapshot.ByEthnic), practices, knowns, p.places.of, recorded(func(g snapshot.Group) bool { return ethnicOf(g) == len(ethnics)-1 })))
	p.byBand = placed.show(crossOf(all.By(snapshot.ByPractice|snapshot.ByBand), practices, crosses[0].rows, p.places.of, bandOf))
	if all.History {
		p.history = placed.show(crossOf(all.By(snapshot.ByPractice|snapshot.ByHistory), practices, histories, p.places.of, historyOf).withoutEmptyColumns())
	}
	p.known["area"] = placed.show(crossOf(all.By(snapshot.ByPractice|snapshot.ByIMD), practices, knowns, p.places.of, recorded(func(g snapshot.Group) bool { return quintileOf(g) == len(quintiles)-1 })))
	p.known["conditions"] = placed.show(crossOf(all.By(snapshot.ByPractice|snapshot.ByLTCs), practices, knowns, p.places.of, recorded(func(g snapshot.Group) bool { return g.LTCs < 0 })))
	p.placed = placed
	return p
}

// withoutEmptyColumns leaves out only columns, where the rows are fixed.
func (c *cross) withoutEmptyColumns() *cross {
	rows := c.rows
	c.rows = make([]string, len(rows)) // no label of theirs is one to leave out
	c.dropEmpty()
	c.rows = rows
	return c
}

// shownWhole says whether a division was shown: each cell is its own count's.
func shownWhole(rule disclosure.Rule, counts []int, cells []disclosure.Cell) bool {
	for i, n := range counts {
		if rule.Count(n) != cells[i] {
			return false
		}
	}
	return true
}

// parts is a division of everyone, each part of which is divided again.
type parts struct {
	rule disclosure.Rule
	root *disclosure.Node
}

// newParts divides everyone by counts, beside other divisions of everyone;
// shown says that the counts themselves are shown.
func newParts(rule disclosure.Rule, counts []int, beside [][]int, shown bool) *parts {
	root := &disclosure.Node{Tables: beside}
	for _, n := range counts {
		root.People += n
		root.Children = append(root.Children, &disclosure.Node{People: n, Shown: shown})
	}
	return &parts{rule, root}
}

// show controls a table whose rows are the parts. A row that would give away
// what is hidden, with all that was shown before, is withheld.
func (p *parts) show(c *cross) *shownCross {
	kept := make([]bool, len(c.rows))
	for i, n := range p.root.Children {
		n.Tables = append(n.Tables, c.people[i])
		kept[i] = true
	}
	if !p.rule.Free(p.root) {
		for _, n := range p.root.Children {
			n.Tables = n.Tables[:len(n.Tables)-1]
		}
		for i, n := range p.root.Children {
			n.Tables = append(n.Tables, c.people[i])
			if kept[i] = p.rule.Free(p.root); !kept[i] {
				n.Tables = n.Tables[:len(n.Tables)-1]
			}
		}
	}
	s := &shownCross{rows: c.rows, columns: c.columns}
	for i, row := range c.people {
		cells := make([]disclosure.Cell, len(row))
		for j, n := range row {
			cells[j] = disclosure.Hidden
			if kept[i] {
				cells[j] = p.rule.Count(n)
			}
		}
		s.cells = append(s.cells, cells)
	}
	s.expect(c, p.rule)
	return s
}

// expect fills the expected events of the cells that are shown.
func (s *shownCross) expect(c *cross, rule disclosure.Rule) {
	for i, row := range s.cells {
		events := make([]disclosure.Cell, len(row))
		for j, people := range row {
			events[j] = eventsOf(rule, c.nano[i][j], people)
		}
		s.events = append(s.events, events)
	}
}

// eventsOf is what may be shown of expected events: hidden where the number of
// people is.
func eventsOf(rule disclosure.Rule, nano int64, people disclosure.Cell) disclosure.Cell {
	if _, ok := people.Value(); !ok {
		return disclosure.Hidden
	}
	return rule.Weight(float64(nano) / 1e9)
}

func (s *shownCross) total() disclosure.Cell { return sumOf(s.cells) }

// column is the total of a column.
func column(cells [][]disclosure.Cell, j int) disclosure.Cell {
	out := make([]disclosure.Cell, len(cells))
	for i := range cells {
		out[i] = cells[i][j]
	}
	return disclosure.Sum(out...)
}

// table is the cross with its totals; of expected events instead, where asked.
func (s *shownCross) table(id, title, head string, events bool) Table {
	cells, kind := s.cells, People
	if events {
		cells, kind = s.events, Events
	}
	t := Table{ID: id, Title: title, Columns: append([]string{head}, s.columns...)}
	many := len(s.columns) > 1
	if many {
		t.Columns = append(t.Columns, "all")
	}
	for i, label := range s.rows {
		row := []Field{text(label)}
		for _, c := range cells[i] {
			row = append(row, cell(c, kind))
		}
		if many {
			row = append(row, cell(disclosure.Sum(cells[i]...), kind))
		}
		t.Rows = append(t.Rows, row)
	}
	last := []Field{text("All")}
	for j := range s.columns {
		last = append(last, cell(column(cells, j), kind))
	}
	if many {
		last = append(last, cell(sumOf(cells), kind))
	}
	t.Rows = append(t.Rows, last)
	return t
}

// shares is a single division with percentages, and the expected events where
// asked.
func (s *shownCross) shares(id, title, head string, events bool) Table {
	t := Table{ID: id, Title: title, Columns: []string{head, "people", "of everyone"}}
	if events {
		t.Columns = append(t.Columns, "expected events")
	}
	total := s.total()
	add := func(label string, people, expected disclosure.Cell) {
		row := []Field{text(label), headcount(people), rate(people, total)}
		if events {
			row = append(row, cell(expected, Events))
		}
		t.Rows = append(t.Rows, row)
	}
	for i, label := range s.rows {
		add(label, s.cells[i][0], s.events[i][0])
	}
	add("All", total, sumOf(s.events))
	return t
}

// percents is of each row, how many percent are in each column, with the
// row's people.
func (s *shownCross) percents(id, title string) Table {
	t := Table{ID: id, Title: title, Columns: append([]string{"Risk band"}, s.columns...)}
	for _, c := range s.columns {
		t.Columns = append(t.Columns, c+", people")
	}
	t.Columns = append(t.Columns, "all, people")
	line := func(label string, cells []disclosure.Cell) {
		total := disclosure.Sum(cells...)
		row := []Field{text(label)}
		for _, c := range cells {
			row = append(row, rate(c, total))
		}
		for _, c := range cells {
			row = append(row, headcount(c))
		}
		t.Rows = append(t.Rows, append(row, headcount(total)))
	}
	for i, label := range s.rows {
		line(label, s.cells[i])
	}
	everyone := make([]disclosure.Cell, len(s.columns))
	for j := range everyone {
		everyone[j] = column(s.cells, j)
	}
	line("All", everyone)
	return t
}

// networks sums the practices of each primary care network as shown.
func (p *makeUp) networks() Table {
	at := map[string]int{}
	s := &shownCross{columns: []string{"people"}}
	for i, code := range p.places.practices {
		n := named(p.places.pcn[code])
		k, ok := at[n]
		if !ok {
			k = len(s.rows)
			at[n] = k
			s.rows, s.cells, s.events = append(s.rows, n), append(s.cells, []disclosure.Cell{{}}), append(s.events, []disclosure.Cell{{}})
		}
		s.cells[k][0] = disclosure.Sum(s.cells[k][0], p.practice.cells[i][0])
		s.events[k][0] = disclosure.Sum(s.events[k][0], p.practice.events[i][0])
	}
	return s.shares("network", "People by primary care network", "Primary care network", false)
}
