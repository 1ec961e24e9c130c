//go:build duckdb_arrow

package web

import (
	"bytes"
	"context"
	"encoding/csv"
	"html/template"
	"math"
	"net/http"
	"net/url"
	"strings"

	"leftshift/engine/access"
	"leftshift/engine/deliver"
	"leftshift/engine/door"
	"leftshift/engine/web/plot"
)

// analystRoutes are the pages that tell of everyone and of no one, and their
// tables as files.
func analystRoutes() []Route {
	var out []Route
	for _, p := range []struct {
		path, menu, title string
		of                door.Subject
		act               access.Act
	}{
		{"/population", "Population", "Population", door.OfPopulation, access.Count},
		{"/population/segments", "", "Risk bands", door.OfSegments, access.Count},
		{"/workload", "Workload", "Workload", door.OfWorkload, access.Count},
		{"/model", "Model", "Model", door.OfModel, access.SeeModel},
		{"/quality", "Data quality", "Data quality", door.OfQuality, access.SeeQuality},
		{"/runs", "Runs", "Runs", door.OfRuns, access.SeeRuns},
	} {
		out = append(out, Route{Method: http.MethodGet, Path: p.path, Act: p.act, Menu: p.menu, Handle: func(ctx context.Context, r *Request) (Answer, error) {
			return reportPage(ctx, r, p.of, p.title, p.path)
		}}, Route{Method: http.MethodGet, Path: p.path + ".csv", Act: access.ExportCounts, Handle: func(ctx context.Context, r *Request) (Answer, error) {
			return reportFile(ctx, r, p.of, p.path)
		}})
	}
	return out
}

// chosen are the choices of a page, as its address has them.
func chosen(r *Request) door.Choice {
	c := door.Choice{}
	for _, name := range []string{"by", "list", "model", "beside"} {
		if v := r.URL.Query().Get(name); v != "" && len(v) <= 64 {
			c[name] = v
		}
	}
	return c
}

// part is a section as it is drawn.
type part struct {
	door.Section
	ID     string
	Drawn  template.HTML
	Tables []tablePart
	Folded bool // the tables are behind the plot
}

type tablePart struct {
	door.Table
	File    string // where it is as a file, "" for whoever may not have one
	Numbers []bool // by column
}

// Long says that a text is one long word, as a hash is, that may be broken.
func (tablePart) Long(f door.Field) bool { return len(f.Text) > 32 && !strings.Contains(f.Text, " ") }

func reportPage(ctx context.Context, r *Request, of door.Subject, title, path string) (Answer, error) {
	report, err := r.App.opt.Doors.Tell(ctx, r.Who, r.Where(), of, chosen(r))
	if err != nil {
		return Answer{}, err
	}
	query := url.Values{}
	for _, o := range report.Options {
		for _, v := range o.Values {
			if v.Chosen {
				query.Set(o.Name, v.Value)
			}
		}
	}
	var file func(string) string
	if may(r.Who.Role, access.ExportCounts) {
		file = func(id string) string {
			query.Set("table", id)
			return path + ".csv?" + query.Encode()
		}
	}
	parts := drawn(report.Sections, file)
	p, err := r.page(title, "report", report.Frame, struct {
		Path    string
		Options []door.Option
		Parts   []part
		Card    template.HTML
		Links   []Link
		Traced  bool
	}{path, report.Options, parts, markdown(report.Card), beside(of), of != door.OfRuns && may(r.Who.Role, access.SeeRuns)})
	return Answer{Page: p}, err
}

// drawn are sections with their plots. file says where a table is as a file;
// nil: nowhere.
func drawn(sections []door.Section, file func(table string) string) []part {
	var parts []part
	for _, s := range sections {
		x := part{Section: s, ID: strings.ToLower(strings.ReplaceAll(s.Title, " ", "-"))}
		if len(s.Tables) > 0 {
			x.Drawn = draw(s)
			x.Folded = x.Drawn != ""
		}
		for _, t := range s.Tables {
			p := tablePart{Table: t, Numbers: make([]bool, len(t.Columns))}
			for k := range t.Columns {
				p.Numbers[k] = len(t.Rows) > 0 && t.Rows[0][k].Number()
			}
			if file != nil {
				p.File = file(t.ID)
			}
			x.Tables = append(x.Tables, p)
		}
		parts = append(parts, x)
	}
	return parts
}

// beside are pages that a page leads to.
func beside(of door.Subject) []Link {
	switch of {
	case door.OfPopulation:
		return []Link{{Text: "Risk bands by age and practice, and people with too little history", Path: "/population/segments"}, {Text: "Everyone by segment: from generally well to end of life", Path: "/cohorts/segments"}}
	case door.OfWorkload:
		return []Link{{Text: "Any cut-off of any score, and of a cohort", Path: "/cohorts/workload"}}
	case door.OfSegments:
		return []Link{{Text: "Population", Path: "/population"}}
	}
	return nil
}

// reportFile sends one table as CSV: the cells of the page, not counted again.
// Without the name of a table the page is what there is.
func reportFile(ctx context.Context, r *Request, of door.Subject, path string) (Answer, error) {
	id := r.URL.Query().Get("table")
	if id == "" || len(id) > 64 {
		return Answer{To: path}, nil
	}
	t, report, err := r.App.opt.Doors.TellTable(ctx, r.Who, r.Where(), of, id, chosen(r))
	if err != nil {
		return Answer{}, err
	}
	text, err := tableFile(t)
	if err != nil {
		return Answer{}, err
	}
	return Answer{File: &File{Name: string(of) + "-" + id + "-" + report.Snapshot + ".csv", Type: "text/csv; charset=utf-8", Bytes: text}}, nil
}

// tableFile is a table as CSV.
func tableFile(t *door.Table) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	head := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		head[i] = deliver.Text(c)
	}
	lines := [][]string{head}
	for _, row := range t.Rows {
		line := door.Line(row)
		for i, f := range row {
			if !f.Number() {
				line[i] = deliver.Text(line[i])
			}
		}
		lines = append(lines, line)
	}
	if err := w.WriteAll(lines); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// mostBars is the most rows that are drawn: of more a table says more.
const mostBars = 40

// draw draws the first table of a section from its fields. Totals are not
// drawn.
func draw(s door.Section) template.HTML {
	t := s.Tables[0]
	var rows []plot.Row
	for _, line := range t.Rows {
		r := plot.Row{Label: line[0].Text}
		for _, k := range s.Plot.Columns {
			f := line[k]
			r.Values, r.Hidden, r.Texts = append(r.Values, f.Value), append(r.Hidden, f.Hidden()), append(r.Texts, f.Text)
			if s.Plot.Kind == door.Points {
				ends := f.Interval
				if ends == nil {
					ends = []float64{math.NaN(), math.NaN()}
				}
				r.Values = append(r.Values, ends...)
			}
		}
		rows = append(rows, r)
	}
	if n := len(rows); n > 0 && rows[n-1].Label == "All" && s.Plot.Kind != door.Stacked {
		rows = rows[:n-1]
	}
	if len(rows) == 0 || s.Plot.Kind == door.NoPlot || s.Plot.Kind != door.Calibration && len(rows) > mostBars {
		return ""
	}
	var names []string
	for _, k := range s.Plot.Columns {
		names = append(names, t.Columns[k])
	}
	switch s.Plot.Kind {
	case door.Pyramid:
		return plot.Pyramid(t.Title, s.Plot.Axis, [2]string{names[0], names[1]}, rows)
	case door.Bars:
		return plot.Bars(t.Title, s.Plot.Axis, rows)
	case door.Points:
		return plot.Points(t.Title, s.Plot.Axis, s.Plot.Right, rows)
	case door.Stacked:
		return plot.Stacked(t.Title, names, rows)
	case door.Pairs:
		return plot.Pairs(t.Title, s.Plot.Axis, [2]string(s.Plot.Names), rows)
	case door.Waterfall:
		return plot.Waterfall(t.Title, s.Plot.Axis, [2]string(s.Plot.Names), rows)
	case door.Calibration:
		return plot.Calibration(t.Title, s.Plot.Names, rows)
	}
	return ""
}
