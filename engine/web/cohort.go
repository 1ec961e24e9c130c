//go:build duckdb_arrow

package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/cohort"
	"leftshift/engine/door"
)

// cohortRoutes are the pages on which an analyst defines cohorts and reads how
// many are in them.
func cohortRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Path: "/cohorts", Act: access.Count, Menu: "Cohorts", Handle: cohortsPage},
		{Method: http.MethodGet, Path: "/cohorts/compare", Act: access.Count, Handle: comparePage},
		{Method: http.MethodGet, Path: "/cohorts/compare.csv", Act: access.ExportCounts, Handle: compareFile},
		{Method: http.MethodGet, Path: "/cohorts/workload", Act: access.Count, Handle: cohortWorkloadPage},
		{Method: http.MethodGet, Path: "/cohorts/workload.csv", Act: access.ExportCounts, Handle: cohortWorkloadFile},
		{Method: http.MethodGet, Path: "/cohorts/segments", Act: access.Count, Handle: segmentsPage},
		{Method: http.MethodGet, Path: "/cohorts/segments.csv", Act: access.ExportCounts, Handle: segmentsFile},
		{Method: http.MethodGet, Path: "/cohorts/then", Act: access.Count, Handle: cohortThenPage},
		{Method: http.MethodGet, Path: "/cohorts/then.csv", Act: access.ExportCounts, Handle: cohortThenFile},
		{Method: http.MethodGet, Path: "/cohorts/new", Act: access.DefineCohort, Handle: newCohortPage},
		{Method: http.MethodPost, Path: "/cohorts/new", Act: access.DefineCohort, Handle: beginCohort},
		{Method: http.MethodGet, Path: "/cohorts/new/{draft}", Act: access.DefineCohort, Handle: showDraft},
		{Method: http.MethodPost, Path: "/cohorts/new/{draft}", Act: access.DefineCohort, Handle: editDraft},
		{Method: http.MethodPost, Path: "/cohorts/new/{draft}/save", Act: access.DefineCohort, Handle: saveDraft},
		{Method: http.MethodGet, Path: "/cohorts/{cohort}", Act: access.Count, Handle: cohortPage},
		{Method: http.MethodGet, Path: "/cohorts/{cohort}/{file}", Act: access.ExportCounts, Handle: cohortFile},
	}
}

// cohortStatus is the status and title of a fault of cohorts.
func cohortStatus(code string) (int, string) {
	switch code {
	case "cohort-no-draft":
		return http.StatusNotFound, "Not found"
	case "no-cohorts", "cohort-ledger", "cohort-ledger-newer", "cohort-ledger-damaged", "cohort-ledger-full", "cohort-shelf", "cohort-rows", "cohort-dictionary", "cohort-labels":
		return http.StatusServiceUnavailable, "Not available now"
	}
	return http.StatusBadRequest, "There is a problem"
}

func cohortsPage(ctx context.Context, r *Request) (Answer, error) {
	all, f, err := r.App.opt.Doors.Cohorts(ctx, r.Who, r.Where())
	if err != nil {
		return Answer{}, err
	}
	p, err := r.page("Cohorts", "cohorts", f, struct {
		All    []door.CohortEntry
		Define bool
	}{all, may(r.Who.Role, access.DefineCohort)})
	return Answer{Page: p}, err
}

func newCohortPage(ctx context.Context, r *Request) (Answer, error) {
	all, f, err := r.App.opt.Doors.Cohorts(ctx, r.Who, r.Where())
	if err != nil {
		return Answer{}, err
	}
	p, err := r.page("Build a cohort", "cohort-begin", f, all)
	if err == nil {
		p.Back = &Link{Text: "Cohorts", Path: "/cohorts"}
	}
	return Answer{Page: p}, err
}

func beginCohort(ctx context.Context, r *Request) (Answer, error) {
	id, err := r.App.opt.Doors.BeginCohort(ctx, r.Who, r.Where(), r.PostFormValue("from"))
	return Answer{To: "/cohorts/new/" + id}, err
}

// cohortView is a result as its template draws it.
type cohortView struct {
	*door.CohortReport
	Parts          []part
	Path           string
	Define, Export bool
}

func cohortPage(ctx context.Context, r *Request) (Answer, error) {
	report, err := r.App.opt.Doors.Cohort(ctx, r.Who, r.Where(), access.Count, r.PathValue("cohort"))
	if err != nil {
		return Answer{}, err
	}
	v := cohortView{CohortReport: report, Path: "/cohorts/" + url.PathEscape(report.Handle), Define: may(r.Who.Role, access.DefineCohort), Export: may(r.Who.Role, access.ExportCounts)}
	var file func(string) string
	if v.Export {
		file = func(id string) string { return v.Path + "/table.csv?table=" + url.QueryEscape(id) }
	}
	v.Parts = drawn(report.Sections, file)
	p, err := r.page(report.Name, "cohort", report.Frame, v)
	if err == nil {
		p.Caption = "Cohort, version " + report.Version + ", by " + report.Author
		p.Back = &Link{Text: "Cohorts", Path: "/cohorts"}
		if r.URL.Query().Get("done") == "saved" {
			p.Done = "The cohort was saved. Its version is not changed any more: build on it to make another."
		}
	}
	return Answer{Page: p}, err
}

func cohortFile(ctx context.Context, r *Request) (Answer, error) {
	handle, doors := r.PathValue("cohort"), r.App.opt.Doors
	switch r.PathValue("file") {
	case "definition.toml":
		text, err := doors.CohortFile(ctx, r.Who, r.Where(), handle)
		return Answer{File: &File{Name: fileName(handle) + ".toml", Type: "application/toml", Bytes: text}}, err
	case "group.json":
		text, err := doors.CohortGroup(ctx, r.Who, r.Where(), handle)
		return Answer{File: &File{Name: fileName(handle) + ".json", Type: "application/fhir+json", Bytes: text}}, err
	case "table.csv":
		report, err := doors.Cohort(ctx, r.Who, r.Where(), access.ExportCounts, handle)
		if err != nil {
			return Answer{}, err
		}
		return sentTable(report, r.URL.Query().Get("table"), "cohort-"+fileName(handle))
	}
	return Answer{}, &engine.Fault{Code: "no-page", Say: "there is no such file: go back, and choose one of the page"}
}

// fileName is a handle without what a file's name is better without.
func fileName(handle string) string { return strings.ReplaceAll(handle, "@", "-v") }

func sentTable(report *door.CohortReport, id, name string) (Answer, error) {
	t, err := report.Table(id)
	if err != nil {
		return Answer{}, err
	}
	text, err := tableFile(t)
	return Answer{File: &File{Name: name + "-" + id + "-" + report.Snapshot + ".csv", Type: "text/csv; charset=utf-8", Bytes: text}}, err
}

// compare asks for what the address says: two cohorts, or two cut-offs of a
// score. nil without error: it says neither.
func compare(ctx context.Context, r *Request, act access.Act) (*door.CohortReport, error) {
	q := r.URL.Query()
	a, b, by, score := q.Get("a"), q.Get("b"), q.Get("by"), q.Get("score")
	switch {
	case len(a)+len(b)+len(by)+len(score) > 1000:
		return nil, &engine.Fault{Code: "form", Say: "what was asked is too long: go back to the page and choose again"}
	case score != "":
		one, err := cohort.CutOff(q.Get("one"))
		if err != nil {
			return nil, err
		}
		other, err := cohort.CutOff(q.Get("other"))
		if err != nil {
			return nil, err
		}
		return r.App.opt.Doors.CompareCuts(ctx, r.Who, r.Where(), act, score, one, other, by)
	case a != "" && b != "":
		return r.App.opt.Doors.CompareCohorts(ctx, r.Who, r.Where(), act, a, b, by)
	}
	return nil, nil
}

func comparePage(ctx context.Context, r *Request) (Answer, error) {
	report, err := compare(ctx, r, access.Count)
	if err != nil {
		return Answer{}, err
	}
	if report == nil {
		return Answer{To: "/cohorts"}, nil
	}
	q := r.URL.Query()
	keep := url.Values{}
	for _, name := range []string{"a", "b", "by", "score", "one", "other"} {
		if v := q.Get(name); v != "" {
			keep.Set(name, v)
		}
	}
	var file func(string) string
	if may(r.Who.Role, access.ExportCounts) {
		file = func(id string) string {
			keep.Set("table", id)
			return "/cohorts/compare.csv?" + keep.Encode()
		}
	}
	p, err := r.page("Compare", "cohort-compare", report.Frame, struct {
		Parts []part
		Ways  []door.OptionValue
		Query url.Values
	}{drawn(report.Sections, file), report.Ways, q})
	if err == nil {
		p.Back = &Link{Text: "Cohorts", Path: "/cohorts"}
		if a := q.Get("a"); a != "" {
			p.Back = &Link{Text: "Back to the cohort", Path: "/cohorts/" + url.PathEscape(a)}
		}
	}
	return Answer{Page: p}, err
}

func compareFile(ctx context.Context, r *Request) (Answer, error) {
	report, err := compare(ctx, r, access.ExportCounts)
	if err != nil {
		return Answer{}, err
	}
	if report == nil {
		return Answer{To: "/cohorts"}, nil
	}
	return sentTable(report, r.URL.Query().Get("table"), "cohorts")
}
