//go:build duckdb_arrow

package door

import (
	"leftshift/engine"
	"leftshift/engine/disclosure"
	"leftshift/engine/risklist"
	"leftshift/engine/snapshot"
)

// moved says what changed since the snapshot before, of everyone and of the
// lists (F9). Counts that divide people whom other tables divide too are
// controlled with those.
func (b *builder) moved() error {
	m, err := b.s.Moved()
	if err != nil {
		return err
	}
	title := "What changed since the last snapshot"
	if !m.Known() {
		b.add(Section{Title: title, Words: []string{"This snapshot was not compared with an earlier one: it is the first, or it estimates something else."}})
		return nil
	}
	since := m.Since
	if d, ok := engine.ParseDay(m.Since); ok {
		since = d.Words()
	}
	words := []string{"Since " + since + ". A change is put down to what moved the person’s log-odds most in its direction: the model first, on the values of before; then the values, each by its Shapley value.",
		"Where a person’s own risk did not go that way, others moved past them, or the places on a list changed. Features or code lists that are read otherwise are told with what was recorded under them, for the past is not read again."}
	b.add(Section{Title: title, Words: words, Tables: []Table{b.movedRisks(m), b.movedBands(m), b.movedLists(m), b.movedGone(m)}})
	return nil
}

// movedTable has a row for each reason and a column for each map.
func movedTable(id, title string, columns []string, reasons []risklist.MovedReason, cells ...[]disclosure.Cell) Table {
	t := Table{ID: id, Title: title, Columns: append([]string{"Why"}, columns...)}
	for k, r := range reasons {
		row := []Field{text(r.Say)}
		for _, c := range cells {
			row = append(row, headcount(c[k]))
		}
		t.Rows = append(t.Rows, row)
	}
	all := []Field{text("All")}
	for _, c := range cells {
		all = append(all, headcount(disclosure.Sum(c...)))
	}
	t.Rows = append(t.Rows, all)
	return t
}

// movedRisks divides everyone scored now. The risk bands divide them too.
func (b *builder) movedRisks(m *risklist.Moved) Table {
	reasons, counts := m.Of(m.Rose, m.Fell)
	bands := make([]int, 0)
	if p, err := b.s.Population(b.ctx); err == nil {
		of := map[string]int{}
		for _, g := range p.By(snapshot.ByBand | snapshot.BySex) {
			of[g.Band] += int(g.People)
		}
		for _, band := range bandNames {
			bands = append(bands, of[band])
		}
	}
	parts := append(append(append([]int{}, counts[0]...), counts[1]...), m.Steady, m.New)
	cells := b.rule.Partitions(bands, parts)[1]
	n := len(reasons)
	t := movedTable("moved-risk", "Everyone scored, by what moved their risk most", []string{"risk rose", "risk fell"}, reasons, cells[:n], cells[n:2*n])
	t.Rows = append(t.Rows, []Field{text("moved by less than a twentieth of the odds"), headcount(cells[2*n]), none(People)},
		[]Field{text("was not scored before"), headcount(cells[2*n+1]), none(People)})
	t.Note = "The last two rows are of people whose risk neither rose nor fell by so much, and of people new to the record; they stand in the first column."
	return t
}

// bandNames are the bands as a snapshot has them; the last is no fitted model.
var bandNames = []string{"very high", "high", "moderate", "low", ""}

func (b *builder) movedBands(m *risklist.Moved) Table {
	reasons, counts := m.Of(m.Up, m.Down)
	return movedTable("moved-band", "People in another risk band, by what moved their risk most", []string{"into a higher band", "into a lower band"}, reasons,
		b.rule.Partitions(counts[0])[0], b.rule.Partitions(counts[1])[0])
}

// movedLists divides who joined and who left. The lists divide them too.
func (b *builder) movedLists(m *risklist.Moved) Table {
	var joined, left []int
	for _, l := range b.s.Lists() {
		j := 0
		for _, r := range l.Rows {
			if r.Status == risklist.Joiner.String() {
				j++
			}
		}
		joined, left = append(joined, j), append(left, len(l.Leavers))
	}
	reasons, counts := m.Of(m.Joiners, m.Leavers)
	return movedTable("moved-list", "People who joined or left a list", []string{"joined", "left"}, reasons,
		b.rule.Partitions(joined, counts[0])[1], b.rule.Partitions(left, counts[1])[1])
}

func (b *builder) movedGone(m *risklist.Moved) Table {
	reasons, counts := m.Of(m.Gone)
	return movedTable("moved-gone", "People scored then and not now", []string{"people"}, reasons, b.rule.Partitions(counts[0])[0])
}
