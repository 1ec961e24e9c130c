//go:build duckdb_arrow

package web

import (
	"cmp"
	"context"
	"net/url"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/cohort"
	"leftshift/engine/door"
)

// cutOffs is what the address asks for; nothing is counted where it names no
// score.
func cutOffs(r *Request) (door.CutOffs, error) {
	q := r.URL.Query()
	c := door.CutOffs{Cohort: q.Get("cohort"), Score: q.Get("score"), By: cmp.Or(q.Get("by"), "practice")}
	if len(c.Cohort)+len(c.Score)+len(c.By) > 1000 {
		return c, &engine.Fault{Code: "form", Say: "what was asked is too long: go back to the page and choose again"}
	}
	if c.Score == "" {
		return c, nil
	}
	var err error
	if c.One, err = cohort.CutOff(q.Get("one")); err == nil {
		c.Other, err = cohort.CutOff(cmp.Or(q.Get("other"), q.Get("one")))
	}
	return c, err
}

func cohortWorkloadPage(ctx context.Context, r *Request) (Answer, error) {
	c, err := cutOffs(r)
	if err != nil {
		return Answer{}, err
	}
	form, err := r.App.opt.Doors.CohortWorkload(ctx, r.Who, r.Where(), access.Count, c)
	if err != nil {
		return Answer{}, err
	}
	q := r.URL.Query()
	var file func(string) string
	if may(r.Who.Role, access.ExportCounts) {
		keep := url.Values{"cohort": {c.Cohort}, "score": {c.Score}, "one": {q.Get("one")}, "other": {q.Get("other")}, "by": {c.By}}
		file = func(id string) string {
			keep.Set("table", id)
			return "/cohorts/workload.csv?" + keep.Encode()
		}
	}
	p, err := r.page("Workload of a cut-off", "cohort-workload", form.Frame, struct {
		*door.CutOffsForm
		Parts      []part
		One, Other string
	}{form, drawn(form.Sections, file), cmp.Or(q.Get("one"), "0.2"), cmp.Or(q.Get("other"), q.Get("one"), "0.3")})
	if err == nil {
		p.Back = &Link{Text: "Cohorts", Path: "/cohorts"}
		if c.Cohort != "" {
			p.Back = &Link{Text: "Back to the cohort", Path: "/cohorts/" + url.PathEscape(c.Cohort)}
		}
	}
	return Answer{Page: p}, err
}

func cohortWorkloadFile(ctx context.Context, r *Request) (Answer, error) {
	c, err := cutOffs(r)
	if err != nil {
		return Answer{}, err
	}
	if c.Score == "" {
		return Answer{To: "/cohorts/workload"}, nil
	}
	form, err := r.App.opt.Doors.CohortWorkload(ctx, r.Who, r.Where(), access.ExportCounts, c)
	if err != nil {
		return Answer{}, err
	}
	return sentTable(form.CohortReport, r.URL.Query().Get("table"), "workload")
}
