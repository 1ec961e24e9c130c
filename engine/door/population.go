//go:build duckdb_arrow

package door

import (
	"cmp"
	"fmt"
	"slices"

	"leftshift/engine/disclosure"
	"leftshift/engine/snapshot"
)

// The labels of what people are divided by, each in its order.
var (
	ages      = []string{"0 to 9", "10 to 19", "20 to 29", "30 to 39", "40 to 49", "50 to 59", "60 to 69", "70 to 79", "80 to 89", "90 and over", unknown}
	sexes     = []string{"male", "female", "indeterminate or not known"}
	ethnics   = []string{"White", "Mixed", "Asian or Asian British", "Black or Black British", "Other ethnic groups", unknown}
	quintiles = []string{"1 (most deprived)", "2", "3", "4", "5 (least deprived)", unknown}
	bands     = []string{"very high", "high", "moderate", "low", "not scored"}
	longTerm  = []string{"none", "1", "2", "3", "4", "5 or more", unknown}
	histories = []string{"a year or more", "less than a year", unknown}
	knowns    = []string{"recorded", "not recorded"}
)

const unknown = "not known"

func ageOf(g snapshot.Group) int {
	if g.Age < 0 {
		return len(ages) - 1
	}
	return int(min(g.Age/10, 9))
}

func sexOf(g snapshot.Group) int {
	if g.Sex == 1 || g.Sex == 2 {
		return int(g.Sex - 1)
	}
	return 2
}

// ethnicOf is the census group of an NHS Data Dictionary ethnic category; not
// stated is not known.
func ethnicOf(g snapshot.Group) int {
	if len(g.Ethnic) != 1 {
		return len(ethnics) - 1
	}
	switch c := g.Ethnic[0]; {
	case c >= 'A' && c <= 'C':
		return 0
	case c >= 'D' && c <= 'G':
		return 1
	case c >= 'H' && c <= 'L' && c != 'I':
		return 2
	case c >= 'M' && c <= 'P' && c != 'O':
		return 3
	case c == 'R' || c == 'S':
		return 4
	}
	return len(ethnics) - 1
}

func quintileOf(g snapshot.Group) int {
	if g.IMD < 1 || g.IMD > 10 {
		return len(quintiles) - 1
	}
	return int(g.IMD-1) / 2
}

func bandOf(g snapshot.Group) int {
	if k := slices.Index(bands, g.Band); k >= 0 {
		return k
	}
	return len(bands) - 1
}

func longTermOf(g snapshot.Group) int {
	if g.LTCs < 0 || g.LTCs > 5 {
		return len(longTerm) - 1
	}
	return int(g.LTCs)
}

func historyOf(g snapshot.Group) int { return int(g.History) }

// cross is counts by two labels, with the expected events.
type cross struct {
	rows, columns []string
	people        [][]int
	nano          [][]int64
}

func crossOf(groups []snapshot.Group, rows, columns []string, row, column func(snapshot.Group) int) *cross {
	c := &cross{rows: rows, columns: columns, people: make([][]int, len(rows)), nano: make([][]int64, len(rows))}
	for i := range rows {
		c.people[i], c.nano[i] = make([]int, len(columns)), make([]int64, len(columns))
	}
	for _, g := range groups {
		i, j := row(g), column(g)
		c.people[i][j] += int(g.People)
		c.nano[i][j] += g.ExpectedNano
	}
	return c
}

// dropEmpty leaves out the rows and the columns of a label for what is not
// known, where there is nobody.
func (c *cross) dropEmpty() *cross {
	for j := len(c.columns) - 1; j >= 0; j-- {
		if !leavable(c.columns[j]) || slices.ContainsFunc(c.people, func(r []int) bool { return r[j] > 0 }) {
			continue
		}
		c.columns = slices.Delete(slices.Clone(c.columns), j, j+1)
		for i := range c.people {
			c.people[i], c.nano[i] = slices.Delete(c.people[i], j, j+1), slices.Delete(c.nano[i], j, j+1)
		}
	}
	for i := len(c.rows) - 1; i >= 0; i-- {
		if !leavable(c.rows[i]) || slices.ContainsFunc(c.people[i], func(n int) bool { return n > 0 }) {
			continue
		}
		c.rows = slices.Delete(slices.Clone(c.rows), i, i+1)
		c.people, c.nano = slices.Delete(c.people, i, i+1), slices.Delete(c.nano, i, i+1)
	}
	return c
}

func leavable(label string) bool {
	return label == unknown || label == "not scored" || label == "indeterminate or not known"
}

// rowSums are the people of each row.
func (c *cross) rowSums() []int {
	out := make([]int, len(c.rows))
	for i, r := range c.people {
		for _, n := range r {
			out[i] += n
		}
	}
	return out
}

// places are the practices, and the network and team of each, in the order of
// their codes.
type places struct {
	practices []string
	pcn       map[string]string
	team      map[string]string
	at        map[string]int
}

func placesOf(p *snapshot.Population) *places {
	out := &places{pcn: map[string]string{}, team: map[string]string{}, at: map[string]int{}}
	for _, g := range p.By(snapshot.ByPractice | snapshot.ByPCN | snapshot.ByTeam) {
		if _, ok := out.pcn[g.Practice]; !ok {
			out.practices = append(out.practices, g.Practice)
		}
		out.pcn[g.Practice], out.team[g.Practice] = g.PCN, g.Team
	}
	slices.SortFunc(out.practices, func(a, b string) int {
		return cmp.Or(cmp.Compare(named(a), named(b)))
	})
	for i, x := range out.practices {
		out.at[x] = i
	}
	return out
}

// named is a code of an organisation or team in words.
func named(code string) string { return cmp.Or(code, unknown) }

func (p *places) labels() []string {
	out := make([]string, len(p.practices))
	for i, x := range p.practices {
		out[i] = named(x)
	}
	return out
}

func (p *places) of(g snapshot.Group) int { return p.at[g.Practice] }

func (b *builder) population() error {
	p, err := b.controlled()
	if err != nil {
		return err
	}
	everyone := p.bands.total()
	deprived := p.quintile.cells
	core := rate(deprived[0][0], p.quintile.total())
	b.add(Section{Title: "How many people", Words: []string{
		fmt.Sprintf("%s people were scored. %s of them live in the most deprived fifth of small areas in England (Core20).", headcount(everyone).Text, core.Text),
		"Counts of 1 to 7 are shown as *, others to the nearest 5. Totals and percentages are of what is shown."}})
	b.add(Section{Title: "Age and sex", Tables: []Table{p.pyramid.table("age-sex", "People by age and sex", "Age", false)}, Plot: Plot{Kind: Pyramid, Columns: []int{1, 2}, Axis: "people"}})
	b.add(Section{Title: "Risk", Tables: []Table{p.bands.shares("risk-band", "People by risk band", "Risk band", true)}, Plot: Plot{Kind: Bars, Columns: []int{1}, Axis: "people"},
		Words: []string{"Very high is the top 0.5% of everyone scored, high the rest of the top 5%, moderate the rest of the top 20%."}})
	b.add(Section{Title: "Deprivation", Tables: []Table{p.quintile.shares("deprivation", "People by fifth of deprivation", "Fifth of deprivation", false)}, Plot: Plot{Kind: Bars, Columns: []int{1}, Axis: "people"}})
	b.add(Section{Title: "Ethnic group", Tables: []Table{p.ethnic.shares("ethnic-group", "People by ethnic group", "Ethnic group", false)}, Plot: Plot{Kind: Bars, Columns: []int{1}, Axis: "people"}})
	b.add(Section{Title: "Long-term conditions", Tables: []Table{p.longTerm.shares("long-term-conditions", "People by number of long-term conditions", "Long-term conditions", false)}, Plot: Plot{Kind: Bars, Columns: []int{1}, Axis: "people"}})
	b.add(Section{Title: "Primary care networks and practices", Tables: []Table{p.networks(), p.practice.shares("practice", "People by practice", "Practice", false)}, Plot: Plot{Kind: Bars, Columns: []int{1}, Axis: "people"}})
	within := Section{Title: "Who is in each risk band", Words: []string{"Of the people in a band, how many percent are in each group."}, Plot: Plot{Kind: Stacked}}
	for _, w := range p.within {
		t := w.shown.percents("band-"+w.id, "Risk bands by "+w.title)
		within.Tables = append(within.Tables, t)
	}
	for k := 1; k <= len(p.within[0].shown.columns); k++ {
		within.Plot.Columns = append(within.Plot.Columns, k)
	}
	b.add(within)
	return b.moved()
}

// sumOf is the total of the rows of a table as shown.
func sumOf(cells [][]disclosure.Cell) disclosure.Cell {
	return disclosure.Sum(slices.Concat(cells...)...)
}
