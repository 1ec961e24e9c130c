//go:build duckdb_arrow

package door

import "fmt"

func (b *builder) segments() error {
	p, err := b.controlled()
	if err != nil {
		return err
	}
	age := p.within[0].shown
	s := Section{Title: "Risk band by age", Tables: []Table{age.table("band-age", "People by risk band and age", "Risk band", false)}}
	if p.expected {
		s.Words = []string{fmt.Sprintf("Expected events are the sum of chances over the next %d days: what the model itself expects, before anyone acts. They are rounded and hidden as counts of people are, and the last row and column add up what is shown.", b.s.Model.Horizon)}
		s.Tables = append(s.Tables, age.table("band-age-events", "Expected events by risk band and age", "Risk band", true))
	}
	b.add(s)
	s = Section{Title: "Practice by risk band", Tables: []Table{p.byBand.table("practice-band", "People by practice and risk band", "Practice", false)}, Plot: Plot{Kind: Stacked, Axis: "people"}}
	for j := range p.byBand.columns {
		s.Plot.Columns = append(s.Plot.Columns, j+1)
	}
	if p.expected {
		s.Tables = append(s.Tables, p.byBand.table("practice-band-events", "Expected events by practice and risk band", "Practice", true))
	}
	b.add(s)
	s = Section{Title: "Too little history", Words: []string{"People with less than a year of record that can be seen: new registrations, people from elsewhere and small children. Counts over the last year say less of them, and so does their score."}}
	if p.history == nil {
		s.Words = append(s.Words, "The months of record are not published with this snapshot.")
		b.add(s)
		return nil
	}
	t := Table{ID: "history", Title: "People by months of record, by practice", Columns: []string{"Practice"}}
	t.Columns = append(t.Columns, p.history.columns...)
	t.Columns = append(t.Columns, "less than a year, of all")
	counts := p.history.table("", "", "Practice", false)
	few := -1
	for j, c := range p.history.columns {
		if c == histories[1] {
			few = j
		}
	}
	for i, row := range counts.Rows {
		line := row[: len(row)-1 : len(row)-1]
		if len(p.history.columns) == 1 {
			line = row
		}
		if few < 0 {
			t.Rows = append(t.Rows, append(line, none(Rate)))
			continue
		}
		cells, part := p.history.cells, column(p.history.cells, few)
		total := sumOf(cells)
		if i < len(cells) {
			part, total = cells[i][few], sumOf(cells[i:i+1])
		}
		t.Rows = append(t.Rows, append(line, rate(part, total)))
	}
	s.Tables = []Table{t}
	s.Plot = Plot{Kind: Bars, Columns: []int{len(t.Columns) - 1}, Axis: "% with less than a year of record"}
	b.add(s)
	return nil
}
