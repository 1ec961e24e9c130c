//go:build duckdb_arrow

package door

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"leftshift/engine"
	"leftshift/engine/disclosure"
	"leftshift/engine/schema"
)

// recordKinds are the kinds of record in the order in which pages have them.
func recordKinds() []string {
	var out []string
	for _, t := range []struct {
		table string
		kinds int
	}{{"event", len(engine.EventKinds())}, {"spell", len(engine.SpellKinds())}, {"document", len(engine.DocumentNames())}} {
		for k := 1; k < t.kinds; k++ {
			out = append(out, engine.RecordKind(t.table, uint8(k)))
		}
	}
	return out
}

// kindText says a kind of record: "spell.mental_health" is "care: mental
// health".
func kindText(kind string) string {
	kind = strings.ReplaceAll(kind, "_", " ")
	if k, ok := strings.CutPrefix(kind, "spell."); ok {
		return "care: " + k
	}
	return strings.Replace(kind, ".", ": ", 1)
}

// kinds says which practices stopped sending, of how many of a practice's people
// each kind of record came, and how much of it.
func (b *builder) kinds(p *makeUp) error {
	if !b.s.HasFlows() {
		b.add(Section{Title: "Kinds of record by practice", Words: []string{"Kinds of record by practice, and a practice that has stopped sending, are not published with this snapshot."}})
		return nil
	}
	stopped, err := b.s.Stopped(b.ctx)
	if err != nil {
		return err
	}
	b.add(stoppedSection(stopped))

	all, err := b.s.Completeness(b.ctx)
	if err != nil {
		return err
	}
	flows, err := b.s.Flows(b.ctx)
	if err != nil {
		return err
	}
	p.heard.Do(func() { p.kinds = p.kindsOf(all, flows) })
	kinds, shown, sources := p.kinds.names, p.kinds.shown, p.kinds.sources
	if len(kinds) == 0 {
		return nil
	}
	t := Table{ID: "kinds", Title: "People with a record of each kind in the last 12 months, of all of the practice", Columns: []string{"Practice"},
		Note: "Of something that happened in the last 12 months, as known on the day of the snapshot. What the people of a practice have of hospitals and other services is there too."}
	for _, k := range kinds {
		t.Columns = append(t.Columns, kindText(k))
	}
	for i := 0; i <= len(p.practice.rows); i++ {
		row := []Field{text("All")}
		if i < len(p.practice.rows) {
			row[0] = text(p.practice.rows[i])
		}
		for _, k := range kinds {
			with, everyone := shown[k].having(i)
			row = append(row, rate(with, everyone))
		}
		t.Rows = append(t.Rows, row)
	}
	b.add(Section{Title: "Kinds of record by practice", Tables: []Table{t}, Words: []string{"A practice far below the others in a kind sends less of it, or has other people."}})

	var values []OptionValue
	for _, k := range kinds {
		values = append(values, OptionValue{Value: k, Text: kindText(k)})
	}
	kind := b.option("by", "Kind of record", values...)
	b.add(b.kindSection(kind, shown[kind], sources[kind], flows, p))
	return nil
}

// kinds are the kinds of record that there are, and who has each, by practice: by
// whether there is any, and by source.
type kinds struct {
	names          []string
	shown, sources map[string]*shownCross
}

// kindsOf controls every kind, in this order, whichever is looked at.
func (p *makeUp) kindsOf(all []schema.Completeness, flows []schema.FlowRow) *kinds {
	out := &kinds{shown: map[string]*shownCross{}, sources: map[string]*shownCross{}}
	for _, k := range recordKinds() {
		if slices.ContainsFunc(all, func(x schema.Completeness) bool { return x.Kind == k }) || slices.ContainsFunc(flows, func(x schema.FlowRow) bool { return x.Kind == k }) {
			out.names = append(out.names, k)
		}
	}
	for _, k := range out.names {
		out.shown[k] = p.placed.show(haveKind(all, k, p).ofAny())
	}
	for _, k := range out.names {
		out.sources[k] = p.placed.within(haveKind(all, k, p))
	}
	return out
}

// haveKind divides the people of each practice by the source that has a kind of
// record of them; the last column is of those without.
func haveKind(all []schema.Completeness, kind string, p *makeUp) *cross {
	var sources []string
	for _, x := range all {
		if x.Kind == kind && !slices.Contains(sources, x.Source) {
			sources = append(sources, x.Source)
		}
	}
	slices.Sort(sources)
	if i := slices.Index(sources, schema.SeveralSources); i >= 0 {
		sources = append(slices.Delete(sources, i, i+1), schema.SeveralSources)
	}
	c := &cross{rows: p.places.labels(), columns: append(slices.Clone(sources), "none")}
	for i := range c.rows {
		c.people, c.nano = append(c.people, make([]int, len(c.columns))), append(c.nano, make([]int64, len(c.columns)))
		c.people[i][len(sources)] = p.placed.root.Children[i].People
	}
	for _, x := range all {
		if i, ok := p.places.at[x.Practice]; ok && x.Kind == kind {
			c.people[i][slices.Index(sources, x.Source)] += int(x.People)
			c.people[i][len(sources)] -= int(x.People)
		}
	}
	return c
}

// ofAny is the division of haveKind by whether any source has it.
func (c *cross) ofAny() *cross {
	out := &cross{rows: c.rows, columns: []string{"with a record", "none"}, people: make([][]int, len(c.rows)), nano: make([][]int64, len(c.rows))}
	for i, r := range c.people {
		last := len(r) - 1
		with := 0
		for _, n := range r[:last] {
			with += n
		}
		out.people[i], out.nano[i] = []int{with, r[last]}, make([]int64, 2)
	}
	return out
}

// within controls a division whose last column is shown already, as the others'
// sum is: beside what all tables show, a row must tell nothing with these two.
func (p *parts) within(c *cross) *shownCross {
	s := p.show(c)
	for i, r := range c.people {
		last := len(r) - 1
		n := p.root.Children[i]
		with := &disclosure.Node{People: n.People - r[last], Shown: true, Tables: [][]int{r[:last]}}
		alone := &disclosure.Node{People: n.People, Shown: n.Shown, Tables: n.Tables, Children: []*disclosure.Node{with, {People: r[last], Shown: true}}}
		if !p.rule.Free(alone) {
			for j := range s.cells[i] {
				s.cells[i][j] = disclosure.Hidden
			}
		}
	}
	return s
}

// having is the people of a row who have a record as shown, and all of them; of
// all rows for one after the last.
func (s *shownCross) having(row int) (with, everyone disclosure.Cell) {
	if row < len(s.cells) {
		return s.cells[row][0], sumOf(s.cells[row : row+1])
	}
	return column(s.cells, 0), sumOf(s.cells)
}

// stoppedSection names the practices that used to send and have stopped.
func stoppedSection(all []schema.StoppedRow) Section {
	s := Section{Title: "Stopped sending", Words: []string{
		"A kind of record from a source that used to come of the people of a practice, and of which nothing, or hardly anything, became known in the last five weeks. What counts is the day on which the record was received, not the day on which something happened.",
		"The usual flow is the middle of the six five-week periods before. Fewer people, and a source that is late or a season that has ended for every practice, are allowed for. A practice that never sent is not here: see the kinds of record below. By chance alone one is named here wrongly less than once in 200,000 practices and kinds."}}
	if len(all) == 0 {
		s.Words = append([]string{"No practice and no source that used to send has stopped."}, s.Words...)
		return s
	}
	t := Table{ID: "stopped", Title: "Practices and sources that stopped sending", Columns: []string{"Practice", "Kind of record", "Source", "What", "Newest received"}}
	for _, x := range all {
		who, what := x.Practice, "nothing in five weeks"
		if who == "" {
			who = "every practice"
		}
		if x.Code == "collapsed" {
			what = "less than a tenth of what was expected in five weeks"
		}
		t.Rows = append(t.Rows, []Field{text(who), text(kindText(x.Kind)), text(x.Source), text(what), text(x.Last.Words())})
	}
	s.Tables = []Table{t}
	return s
}

// kindSection is one kind of record: from which source people have it, and how
// much of it came.
func (b *builder) kindSection(kind string, any, shown *shownCross, flows []schema.FlowRow, p *makeUp) Section {
	have := Table{ID: "kind", Title: "People by the source of a record in the last 12 months: " + kindText(kind), Columns: append(append([]string{"Practice"}, shown.columns...), "with a record, of all"),
		Note: "Under a source are the people of whom it alone has a record of this kind."}
	for i := 0; i <= len(shown.rows); i++ {
		row := []Field{text("All")}
		if i < len(shown.rows) {
			row[0] = text(shown.rows[i])
		}
		for j := range shown.columns {
			c := column(shown.cells, j)
			if i < len(shown.cells) {
				c = shown.cells[i][j]
			}
			row = append(row, headcount(c))
		}
		with, everyone := any.having(i)
		have.Rows = append(have.Rows, append(row, rate(with, everyone)))
	}
	return Section{Title: "One kind of record: " + kindText(kind), Tables: []Table{b.flowTable(kind, flows, p), have}, Plot: Plot{Kind: Bars, Columns: []int{flowWindows}, Axis: "records received of 100 people in the last five weeks"}}
}

// flowWindows is how many windows in a row a page shows.
const flowWindows = 7

// flowTable is how many records of a kind became known of 100 people of each
// practice, the newest window last. A number of records of few people tells of
// them: it is hidden where the number of people is.
func (b *builder) flowTable(kind string, flows []schema.FlowRow, p *makeUp) Table {
	type sum struct{ people, registered, facts int64 }
	at := map[string]*[flowWindows]sum{}
	t := Table{ID: "flow", Title: "Records received of 100 registered people: " + kindText(kind), Columns: make([]string, flowWindows+1),
		Note: "By the day on which they were received, all sources together, in periods of five weeks that end on the days above. A star: of too few people to be shown."}
	t.Columns[0] = "Practice"
	for w := range flowWindows {
		t.Columns[flowWindows-w] = "to " + (b.s.AsOf - engine.Day(35*w)).String()
	}
	for _, x := range flows {
		if x.Kind != kind || x.Window >= flowWindows {
			continue
		}
		if at[x.Practice] == nil {
			at[x.Practice] = &[flowWindows]sum{}
		}
		s := &at[x.Practice][x.Window]
		// Of several sources the people of the one with most of them: all are no fewer.
		s.people, s.registered, s.facts = max(s.people, x.People), x.Registered, s.facts+x.Facts
	}
	for _, practice := range p.places.practices {
		row := []Field{text(named(practice))}
		for w := flowWindows - 1; w >= 0; w-- {
			f := Field{Text: "0.0", Kind: Things}
			if s := at[practice]; s != nil && s[w].facts > 0 {
				f = Field{Text: disclosure.Star, Value: math.NaN(), Kind: Things}
				_, ok := b.rule.Count(int(s[w].people)).Value()
				if of, enough := b.rule.Count(int(s[w].registered)).Value(); ok && enough && of > 0 {
					v := math.Round(1000*float64(s[w].facts)/float64(of)) / 10
					f = Field{Text: fmt.Sprintf("%.1f", v), Value: v, Kind: Things}
				}
			}
			row = append(row, f)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
