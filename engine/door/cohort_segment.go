//go:build duckdb_arrow

package door

import (
	"context"
	"errors"
	"strings"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/cohort"
	"leftshift/engine/disclosure"
)

// CohortSegments counts everyone by segment: how many people each has, and how
// many events the model expects among them, by deprivation and by primary care
// network. act is Count for a page and ExportCounts for a file.
func (d *Doors) CohortSegments(ctx context.Context, who access.Principal, where Where, act access.Act) (*CohortReport, error) {
	return d.told(ctx, who, where, act, "segments", func(q *asked) (*CohortReport, error) {
		of, everyone, err := q.desk.Segments("imd_quintile", "pcn")
		if f := (*engine.Fault)(nil); errors.As(err, &f) && f.Code == "cohort-no-segments" {
			return &CohortReport{Sections: []Section{{Title: "Not told", Words: []string{strings.ToUpper(f.Say[:1]) + f.Say[1:] + "."}}}}, nil
		}
		if err != nil {
			return nil, err
		}
		var hashes []string
		for _, s := range of {
			hashes = append(hashes, s.Where.Hash())
		}
		q.query = hashOf(hashes...)
		return &CohortReport{Hash: q.query, Sections: segmentsOf(q.desk.Dictionary, of, everyone)}, nil
	})
}

func segmentsOf(d *cohort.Dictionary, of []cohort.Segmented, everyone cohort.Segmented) []Section {
	all := Table{ID: "segments", Title: "People and expected events by segment", Columns: []string{"Segment", "people", "of everyone", "expected events", "per 100 people", "of all expected events"}}
	line := func(label string, l cohort.Load) {
		all.Rows = append(all.Rows, []Field{text(label), headcount(l.Above), rate(l.Above, everyone.All.Above), cell(l.Expected, Events), rate(l.Expected, l.Above), rate(l.Expected, everyone.All.Expected)})
	}
	what := Table{ID: "segment-definitions", Title: "Who is in which", Columns: []string{"Segment", "Everyone of whom this is true and who is in none above"}}
	for _, s := range of {
		line(s.Name, s.All)
		if s.Where.Field == "" && s.Where.Any == nil && s.Where.All == nil {
			what.Rows = append(what.Rows, []Field{text(s.Name), text("something that decides is not known")})
			continue
		}
		what.Rows = append(what.Rows, []Field{text(s.Name), text(stepWords(partsOf(d, s.Where, "")))})
	}
	line("All", everyone.All)
	return []Section{
		{Title: "Everyone by segment", Tables: []Table{all}, Plot: Plot{Kind: Pairs, Columns: []int{2, 5}, Axis: "% of the people, and of the events", Names: []string{"of everyone", "of all expected events"}}, Words: []string{
			"Everyone has one segment: the first of the list whose definition they meet. The list follows the Bridges to Health model, with the features nearest to it; it is for planning, and says nothing of a single person.",
			"Expected events are the sum of the people's chances by the model that ranks the lists, before anyone acts."}},
		segmentsBy("By deprivation", "deprivation", "Fifth of deprivation", 0, of, everyone),
		segmentsBy("By primary care network", "pcn", "Primary care network", 1, of, everyone),
		{Title: "Who is in which", Tables: []Table{what}},
	}
}

// segmentsBy divides the segments by one way: people, and expected events. Rows
// are the labels of the way.
func segmentsBy(title, id, head string, way int, of []cohort.Segmented, everyone cohort.Segmented) Section {
	people := Table{ID: "segments-" + id, Title: "People by segment and " + midSentence(head), Columns: []string{head}}
	events := Table{ID: "segments-" + id + "-events", Title: "Expected events by segment and " + midSentence(head), Columns: []string{head}}
	share := Table{ID: "segments-" + id + "-rate", Title: "Expected events per 100 people by segment and " + midSentence(head), Columns: []string{head}}
	for _, s := range append(of, cohort.Segmented{Segment: cohort.Segment{Name: "all"}}) {
		people.Columns, events.Columns, share.Columns = append(people.Columns, s.Name), append(events.Columns, s.Name), append(share.Columns, s.Name)
	}
	p := Plot{Kind: Stacked}
	for k := range of {
		p.Columns = append(p.Columns, k+1)
	}
	for l, e := range everyone.By[way] {
		a, b, c := []Field{text(e.Of)}, []Field{text(e.Of)}, []Field{text(e.Of)}
		add := func(above, expected disclosure.Cell) {
			a, b, c = append(a, headcount(above)), append(b, cell(expected, Events)), append(c, rate(expected, above))
		}
		for _, s := range of {
			add(s.By[way][l].Above, s.By[way][l].Expected)
		}
		add(e.Above, e.Expected)
		people.Rows, events.Rows, share.Rows = append(people.Rows, a), append(events.Rows, b), append(share.Rows, c)
	}
	return Section{Title: title, Tables: []Table{people, events, share}, Plot: p}
}
