package report

import (
	"leftshift/engine"
	"leftshift/engine/disclosure"
	"leftshift/engine/risklist"
)

// moved says what changed since the snapshot before. The people of its tables are
// divided by others too, and controlled with those.
func (b *builder) moved() section {
	s := section{ID: "changed", Title: "What changed since the last snapshot"}
	m := b.night.Moved
	if !m.Known() {
		s.Lead = []string{"This run was not compared with an earlier snapshot: it is the first, or it estimates something else."}
		return s
	}
	since := m.Since
	if d, ok := engine.ParseDay(m.Since); ok {
		since = d.Words()
	}
	s.Lead = []string{"Compared with the snapshot as of " + since + ". A change is put down to what moved the person's log-odds most in its direction: the model first, on the values of before; then the values, each by its Shapley value. Where a person's own risk did not go that way, others moved past them, or the places on a list changed."}
	rule := b.night.Rule
	two := func(caption, up, down, note string, reasons []risklist.MovedReason, a, z []disclosure.Cell) {
		g := &grid{Caption: caption, Head: heads("Because of", "#"+up, "#"+down), Note: note, Foot: row("All", people(disclosure.Sum(a...)), people(disclosure.Sum(z...)))}
		for k, r := range reasons {
			g.Rows = append(g.Rows, []cell{{Text: sentence(r.Say), Class: "words"}, {Text: people(a[k])}, {Text: people(z[k])}})
		}
		s.Blocks = append(s.Blocks, block{Grid: g})
	}
	var bands []int
	if len(b.night.Population) > 0 {
		for _, g := range b.night.Population[0].Groups {
			bands = append(bands, g.People)
		}
	}
	reasons, counts := m.Of(m.Rose, m.Fell)
	n := len(reasons)
	parts := append(append(append([]int{}, counts[0]...), counts[1]...), m.Steady, m.New)
	cells := rule.Partitions(bands, parts)[1]
	two("Everyone scored, by what moved their risk most", "Risk rose", "Risk fell",
		"Moved by less than a twentieth of the odds: "+people(cells[2*n])+". Not scored before: "+people(cells[2*n+1])+".", reasons, cells[:n], cells[n:2*n])

	reasons, counts = m.Of(m.Up, m.Down)
	two("People in another risk band", "Into a higher band", "Into a lower band", "", reasons, rule.Partitions(counts[0])[0], rule.Partitions(counts[1])[0])

	var joined, left []int
	why := map[risklist.Code]int{}
	if r := b.night.Lists; r != nil {
		for _, l := range r.Lists {
			joined, left = append(joined, l.Joiners), append(left, l.Leavers)
		}
		for _, l := range r.Leavers {
			why[l.Reason]++
		}
	}
	var codes []int
	for _, c := range risklist.Codes() {
		if why[c] > 0 {
			codes = append(codes, why[c])
		}
	}
	reasons, counts = m.Of(m.Joiners, m.Leavers)
	two("People who joined or left a list", "Joined", "Left", "", reasons, rule.Partitions(joined, counts[0])[1], rule.Partitions(left, codes, counts[1])[2])

	reasons, counts = m.Of(m.Gone)
	g := &grid{Caption: "People scored then and not now", Head: heads("Reason", "#People")}
	gone := rule.Partitions(counts[0])[0]
	for k, r := range reasons {
		g.Rows = append(g.Rows, []cell{{Text: sentence(r.Say), Class: "words"}, {Text: people(gone[k])}})
	}
	g.Foot = row("All", people(disclosure.Sum(gone...)))
	s.Blocks = append(s.Blocks, block{Grid: g})
	return s
}
