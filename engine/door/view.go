//go:build duckdb_arrow

package door

import (
	"context"
	"slices"

	"leftshift/engine/access"
	"leftshift/engine/risklist"
	"leftshift/engine/snapshot"
)

// View is whom of a list one reader looks at, and in what order. The zero value
// is everyone, by risk.
type View struct {
	Show  Show
	Gap   string // a kind of gap, or AnyGap; "" asks nothing
	Order Order
	All   bool // also those over the number that the team has set since the list was cut
}

// AnyGap stands for every kind of gap that the reader may read.
const AnyGap = "any"

// Order says what a gap does to a list. It changes no risk and no place.
type Order string

// The orders.
const (
	ByRisk   Order = ""          // those with the gap alone, by risk
	GapFirst Order = "gap-first" // those with it first, by risk; then the others, by risk
)

// Orders lists the orders.
func Orders() []Order { return []Order{ByRisk, GapFirst} }

// Words say in which order a list is, for above the table and for files: one
// sentence without a full stop.
func (v View) Words() string {
	what := ""
	switch {
	case v.Gap == AnyGap:
		what = "something that could be changed"
	case v.Gap != "":
		if codes, err := risklist.ParseGaps([]string{v.Gap}); err == nil {
			what = "this that could be changed: " + codes[0].Sentence()
		}
	}
	switch {
	case what == "":
		return "The highest risk comes first"
	case v.Order == GapFirst:
		return "First the people with " + what + ", the highest risk first; then the others, the highest risk first"
	}
	return "Only the people with " + what + ", the highest risk first"
}

// GapCount is how many of the people shown have a gap that the reader may read.
type GapCount struct {
	Code, Text string
	People     int
}

// within counts the gaps of the people of a list, and where the view has a gap
// keeps those with it or puts them first; both in their order, which is that of
// risk (F5). A gap that the reader may not read keeps and moves nobody. Where gaps
// may not be read at all, the view has none.
func (d *Doors) within(ctx context.Context, s *snapshot.Snapshot, l *entries, a *ask) error {
	view := &l.view
	decision := access.Decide(a.who, a.act, a.subject.Because(a.where.Reason))
	if !decision.Allowed || !decision.Columns.Has(access.ColumnGaps) || !s.HasGaps() {
		view.Gap, view.Order = "", ByRisk
		return nil
	}
	told, err := s.TellAll(ctx, a.persons)
	if err != nil {
		return err
	}
	counts := map[string]int{}
	var with, without []entry
	for _, r := range l.rows {
		t := told[r.Person]
		if t == nil {
			continue
		}
		has := map[string]bool{}
		for _, g := range detailsOf(s, t, decision.Columns, decision.Display).Gaps {
			if !has[g.Code] {
				has[g.Code], has[AnyGap] = true, true
				counts[g.Code]++
			}
		}
		if has[AnyGap] {
			counts[AnyGap]++
		}
		if has[view.Gap] {
			with = append(with, r)
		} else {
			without = append(without, r)
		}
	}
	for _, g := range risklist.Gaps() {
		if n := counts[g.String()]; n > 0 {
			l.gaps = append(l.gaps, GapCount{g.String(), g.Sentence(), n})
		}
	}
	if len(l.gaps) > 1 {
		l.gaps = slices.Insert(l.gaps, 0, GapCount{AnyGap, "anything that could be changed", counts[AnyGap]})
	}
	if view.Gap == "" {
		view.Order = ByRisk
		return nil
	}
	l.rows = with
	if view.Order == GapFirst {
		l.rows = append(with, without...)
	}
	a.persons = nil
	for _, r := range l.rows {
		a.persons = append(a.persons, r.Person)
	}
	a.rows = len(l.rows)
	return nil
}
