//go:build duckdb_arrow

package web

import (
	"context"
	"net/url"

	"leftshift/engine/access"
)

// segmentsPage is everyone by segment.
func segmentsPage(ctx context.Context, r *Request) (Answer, error) {
	report, err := r.App.opt.Doors.CohortSegments(ctx, r.Who, r.Where(), access.Count)
	if err != nil {
		return Answer{}, err
	}
	var file func(string) string
	if may(r.Who.Role, access.ExportCounts) {
		file = func(id string) string { return "/cohorts/segments.csv?" + url.Values{"table": {id}}.Encode() }
	}
	p, err := r.page("Segments", "cohort-segments", report.Frame, struct {
		Parts []part
		Hash  string
	}{drawn(report.Sections, file), report.Hash})
	if err == nil {
		p.Back = &Link{Text: "Cohorts", Path: "/cohorts"}
	}
	return Answer{Page: p}, err
}

func segmentsFile(ctx context.Context, r *Request) (Answer, error) {
	id := r.URL.Query().Get("table")
	if id == "" {
		return Answer{To: "/cohorts/segments"}, nil
	}
	report, err := r.App.opt.Doors.CohortSegments(ctx, r.Who, r.Where(), access.ExportCounts)
	if err != nil {
		return Answer{}, err
	}
	return sentTable(report, id, "segments")
}
