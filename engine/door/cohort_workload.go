//go:build duckdb_arrow

package door

import (
	"context"
	"strconv"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/cohort"
)

// CutOffs is what a team would take on: whoever of a cohort is at or above the
// one or the other cut-off of a score.
type CutOffs struct {
	Cohort     string // handle; "" everyone
	Score      string // field of the dictionary; "" nothing is counted
	One, Other float64
	By         string // practice or team
}

// CutOffsForm is what may be chosen, beside the counts of what was.
type CutOffsForm struct {
	*CohortReport
	Cohorts, Scores, By []OptionValue
}

// CohortWorkload says what two cut-offs would give each practice or team to do.
// The report has no sections where c names no score.
func (d *Doors) CohortWorkload(ctx context.Context, who access.Principal, where Where, act access.Act, c CutOffs) (*CutOffsForm, error) {
	out := &CutOffsForm{CohortReport: &CohortReport{}}
	f, err := d.atDesk(ctx, who, where, act, "cohort workload", func(q *asked) error {
		entries, by, err := q.read()
		if err != nil {
			return err
		}
		for _, e := range entries {
			if e.Handle != "" {
				out.Cohorts = append(out.Cohorts, OptionValue{e.Handle, e.Name + ", version " + e.Version, e.Handle == c.Cohort})
			}
		}
		for _, s := range q.scores() {
			s.Chosen = s.Value == c.Score
			out.Scores = append(out.Scores, s)
		}
		for _, x := range [][2]string{{"practice", "practice"}, {"team", "neighbourhood team"}} {
			out.By = append(out.By, OptionValue{x[0], x[1], x[0] == c.By})
		}
		if c.Score == "" {
			return nil
		}
		var def *cohort.Definition
		who := "everyone"
		if c.Cohort != "" {
			if def = by[c.Cohort]; def == nil {
				return noCohort()
			}
			q.object, who = "workload/"+c.Cohort, def.Name+", version "+def.Version
		}
		return q.workload(ctx, out.CohortReport, def, who, c)
	})
	if err != nil {
		return nil, err
	}
	out.Frame = f
	return out, nil
}

func noCohort() error {
	return &engine.Fault{Code: "no-page", Say: "there is no such cohort, or it cannot be counted: choose one of the list"}
}

func (q *asked) workload(ctx context.Context, out *CohortReport, def *cohort.Definition, who string, c CutOffs) error {
	if c.By != "practice" && c.By != "team" {
		return &engine.Fault{Code: "cohort-dimension", Say: "work is told by practice or by team: choose one of the two"}
	}
	cuts := []float64{min(c.One, c.Other), max(c.One, c.Other)}
	if cuts[0] == cuts[1] {
		cuts = cuts[:1]
	}
	var loads []*cohort.Workload
	var names []string
	hash := ""
	if def != nil {
		hash = def.Where.Hash()
	}
	for _, at := range cuts {
		w, err := q.desk.Above(ctx, def, c.Score, at, c.By)
		if err != nil {
			return err
		}
		loads, names = append(loads, w), append(names, cutWords(q.desk.Dictionary.Field(c.Score), at))
		hash = hashOf(hash, c.Score, strconv.FormatFloat(at, 'g', -1, 64))
	}
	q.query, out.Hash = hash, hash
	out.Sections = workloadOf(loads, names, who, c.By)
	q.rows = rowsOf(out.Sections)
	return nil
}

// cutWords is a cut-off of a score as a column says it.
func cutWords(f *cohort.Field, at float64) string {
	if f.Unit == "probability" {
		return strconv.FormatFloat(float64(int64(at*1e6+.5))/1e4, 'f', -1, 64) + "% or more"
	}
	return strconv.FormatFloat(at, 'f', -1, 64) + " or more"
}

// workloadOf are the tables of one or two cut-offs: all, then by a division.
func workloadOf(loads []*cohort.Workload, names []string, who, by string) []Section {
	all := Table{ID: "cut-offs", Title: "What each cut-off would hold", Columns: []string{"Cut-off", "people", "expected events", "per 100 people", "of all expected events"}}
	for k, w := range loads {
		all.Rows = append(all.Rows, append([]Field{text(names[k])}, loadOf(w.All)...))
	}
	title := map[string]string{"practice": "practice", "team": "neighbourhood team"}[by]
	t := Table{ID: "by-" + by, Title: "What each cut-off would hold, by " + title, Columns: []string{map[string]string{"practice": "Practice", "team": "Neighbourhood team"}[by]}}
	for _, n := range names {
		for _, c := range all.Columns[1:] {
			t.Columns = append(t.Columns, n+": "+c)
		}
	}
	for i, l := range loads[0].By {
		row := []Field{text(l.Of)}
		for _, w := range loads {
			row = append(row, loadOf(w.By[i])...)
		}
		t.Rows = append(t.Rows, row)
	}
	plot := Plot{Kind: Bars, Columns: []int{1}, Axis: "people from " + names[0]}
	if len(loads) == 2 {
		plot = Plot{Kind: Pairs, Columns: []int{1, 5}, Axis: "people", Names: names}
	}
	return []Section{
		{Title: "In all", Tables: []Table{all}, Words: []string{"Whom: " + who + ".",
			"Expected events are the sum of the people's chances by the model that ranks the lists: what it expects, before anyone acts. Per 100 people is the share of them that it expects to be right; of all expected events is the share that the cut-off would catch, of the events expected of everyone of the place, in the cohort or not."}},
		{Title: "By " + title, Tables: []Table{t}, Plot: plot},
	}
}

func loadOf(l cohort.Load) []Field {
	return []Field{headcount(l.Above), cell(l.Expected, Events), rate(l.Expected, l.Above), rate(l.Expected, l.Everyone)}
}
