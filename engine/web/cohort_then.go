//go:build duckdb_arrow

package web

import (
	"context"
	"net/url"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/door"
)

// then is the cohort and the other date that an address names; empty where it
// names none.
func then(r *Request) (handle, on string, err error) {
	q := r.URL.Query()
	handle, on = q.Get("cohort"), q.Get("on")
	if len(handle)+len(on) > 500 {
		return "", "", &engine.Fault{Code: "form", Say: "what was asked is too long: go back to the page and choose again"}
	}
	return handle, on, nil
}

// cohortThenPage is a cohort on two dates.
func cohortThenPage(ctx context.Context, r *Request) (Answer, error) {
	handle, on, err := then(r)
	if err != nil || handle == "" || on == "" {
		return Answer{To: "/cohorts"}, err
	}
	report, err := r.App.opt.Doors.CohortThen(ctx, r.Who, r.Where(), access.Count, handle, on)
	if err != nil {
		return Answer{}, err
	}
	var file func(string) string
	if may(r.Who.Role, access.ExportCounts) {
		file = func(id string) string {
			return "/cohorts/then.csv?" + url.Values{"cohort": {handle}, "on": {on}, "table": {id}}.Encode()
		}
	}
	p, err := r.page(report.Name+", on two dates", "cohort-then", report.Frame, struct {
		Handle string
		Dates  []door.OptionValue
		Parts  []part
	}{handle, report.Dates, drawn(report.Sections, file)})
	if err == nil {
		p.Caption = "Cohort, version " + report.Version + ", by " + report.Author
		p.Back = &Link{Text: "Back to the cohort", Path: "/cohorts/" + url.PathEscape(handle)}
	}
	return Answer{Page: p}, err
}

func cohortThenFile(ctx context.Context, r *Request) (Answer, error) {
	handle, on, err := then(r)
	if err != nil || handle == "" || on == "" {
		return Answer{To: "/cohorts"}, err
	}
	report, err := r.App.opt.Doors.CohortThen(ctx, r.Who, r.Where(), access.ExportCounts, handle, on)
	if err != nil {
		return Answer{}, err
	}
	return sentTable(report, r.URL.Query().Get("table"), "cohort-"+fileName(handle)+"-beside-"+on)
}
