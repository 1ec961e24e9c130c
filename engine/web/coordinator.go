//go:build duckdb_arrow

package web

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/deliver"
	"leftshift/engine/door"
	"leftshift/engine/identity"
)

// coordinatorRoutes are the pages of whoever works a list.
func coordinatorRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Path: "/lists", Act: access.OpenList, Menu: "My lists", Handle: lists},
		{Method: http.MethodGet, Path: "/lists/{team}", Act: access.OpenList, Handle: showList},
		{Method: http.MethodPost, Path: "/lists/{team}/because", Act: access.OpenList, Handle: showList},
		{Method: http.MethodGet, Path: "/lists/{team}/sheet", Act: access.OpenList, Handle: showSheet},
		{Method: http.MethodGet, Path: "/lists/{team}/left", Act: access.OpenList, Handle: showLeft},
		{Method: http.MethodPost, Path: "/lists/{team}/length", Act: access.SetCapacity, Handle: setLength, Again: listAgain},
		{Method: http.MethodPost, Path: "/lists/{team}/columns", Act: access.OpenList, Handle: chooseColumns},
		{Method: http.MethodGet, Path: "/lists/{team}/export", Act: access.ExportList, Handle: showExport},
		{Method: http.MethodPost, Path: "/lists/{team}/export", Act: access.ExportList, Handle: export, Again: exportPage},
		{Method: http.MethodGet, Path: "/find", Act: access.OpenPerson, Menu: "Find a person", Handle: showFind},
		{Method: http.MethodPost, Path: "/find", Act: access.OpenPerson, Handle: find, Again: findPage},
		{Method: http.MethodGet, Path: "/add", Act: access.AddPerson, Menu: "Add a person", Handle: showAdd},
		{Method: http.MethodPost, Path: "/add", Act: access.AddPerson, Handle: add, Again: addPage},
		{Method: http.MethodGet, Path: "/people/{person}", Act: access.OpenPerson, Handle: showPerson},
		{Method: http.MethodPost, Path: "/people/{person}", Act: access.ActOnItem, Handle: act, Again: actAgain},
		{Method: http.MethodPost, Path: "/people/{person}/because", Act: access.OpenPerson, Handle: showPerson},
		{Method: http.MethodGet, Path: "/people/{person}/add", Act: access.AddPerson, Handle: showAdd},
		{Method: http.MethodPost, Path: "/people/{person}/add", Act: access.AddPerson, Handle: add, Again: addPage},
		{Method: http.MethodGet, Path: "/words", Act: access.OpenPerson, Menu: "What to say", Handle: showWords},
		{Method: http.MethodGet, Path: "/words/leaflet", Act: access.OpenPerson, Handle: showLeaflet},
	}
}

// frame is what is around a page of a snapshot.
func frame(f door.Frame) Frame {
	out := Frame{Service: f.Site, Synthetic: f.Synthetic, Snapshot: f.Snapshot, AsOf: f.AsOf.Words(), Stale: f.Stale}
	for _, s := range f.Sources {
		newest := "nothing yet"
		if d, ok := engine.ParseDay(s.NewestKnown); ok {
			newest = d.Words()
		}
		out.Sources = append(out.Sources, Fresh{s.Name, newest})
	}
	return out
}

// page draws a template into a page of a snapshot.
func (r *Request) page(title, template string, f door.Frame, data any) (*Page, error) {
	main, err := r.App.pages.main(template, data)
	return &Page{Title: title, Main: main, Frame: frame(f)}, err
}

func showExport(ctx context.Context, r *Request) (Answer, error) { return exportPage(ctx, r, nil) }

func exportPage(ctx context.Context, r *Request, faults []Fault) (Answer, error) {
	team := r.PathValue("team")
	f, err := r.App.opt.Doors.OfferList(ctx, r.Who, r.Where(), access.ExportList, team)
	if err != nil {
		return Answer{}, err
	}
	view := r.view()
	p, err := r.page("Export a list", "export", f, struct {
		At, Query, View string
		Shapes          []deliver.ShapeInfo
		Reason          string
		Faults          []Fault
	}{listPath(team), viewQuery(view), viewWords(view), deliver.Shapes(), r.PostFormValue("reason"), faults})
	if err == nil {
		p.Caption, p.Faults = team, faults
		p.Back = &Link{Text: "Back to the list", Path: listPath(team) + viewQuery(view)}
	}
	return Answer{Page: p}, err
}

// export sends a list as a file.
func export(ctx context.Context, r *Request) (Answer, error) {
	if strings.TrimSpace(r.PostFormValue("reason")) == "" {
		return exportPage(ctx, r, []Fault{{"reason", "Say why you export the list. The reason is kept in the audit"}})
	}
	shape := deliver.Shape(r.PostFormValue("shape"))
	if !slices.ContainsFunc(deliver.Shapes(), func(s deliver.ShapeInfo) bool { return s.Shape == shape }) {
		return exportPage(ctx, r, []Fault{{"shape", "Choose a kind of file"}})
	}
	l, err := r.App.opt.Doors.ExportList(ctx, r.Who, r.Where(), r.PathValue("team"), r.view(), string(shape))
	if err != nil {
		return Answer{}, err
	}
	f, err := deliver.Write(shape, l)
	if err != nil {
		return Answer{}, err
	}
	return Answer{File: &File{f.Name, f.Type, f.Bytes}}, nil
}

// listPath is where a team's list is.
func listPath(team string) string { return "/lists/" + url.PathEscape(team) }

// listLink leads to a list, and to those of its people with whom a day begins.
type listLink struct {
	door.ListDay
	Path                 string
	Mine, New, Due       int
	ToMine, ToNew, ToDue string
}

func lists(ctx context.Context, r *Request) (Answer, error) {
	days, f, err := r.App.opt.Doors.Day(ctx, r.Who, r.Where())
	if err != nil {
		return Answer{}, err
	}
	var links []listLink
	for _, l := range days {
		at := listPath(l.Team)
		links = append(links, listLink{l, at, l.Tally[door.Mine], l.Tally[door.Fresh], l.Tally[door.Due], at + viewQuery(door.View{Show: door.Mine}), at + viewQuery(door.View{Show: door.Fresh}), at + viewQuery(door.View{Show: door.Due})})
	}
	p, err := r.page("My lists", "lists", f, struct {
		Lists []listLink
		Works bool
	}{links, len(links) > 0})
	return Answer{Page: p}, err
}

// row is a row of a list with the way to its person.
type row struct {
	door.Row
	Path string
}

func (r *Request) rows(l *door.List) []row {
	out := make([]row, len(l.Rows))
	for i, x := range l.Rows {
		out[i] = row{x, r.personPath(x.Person) + viewQuery(l.View)}
	}
	return out
}

type shown struct{ Name, NHSNumber, Birth, Phone, Risk, Reasons bool }

func shownOf(c access.Columns) shown {
	return shown{c.Has(access.ColumnName), c.Has(access.ColumnNHSNumber), c.Has(access.ColumnBirth), c.Has(access.ColumnPhone), c.Has(access.ColumnRisk), c.Has(access.ColumnReasons)}
}

func showList(ctx context.Context, r *Request) (Answer, error) { return list(ctx, r, "list", nil) }

func showSheet(ctx context.Context, r *Request) (Answer, error) { return list(ctx, r, "sheet", nil) }

// listAgain draws a list with what is wrong with a form of it.
func listAgain(ctx context.Context, r *Request, faults []Fault) (Answer, error) {
	return list(ctx, r, "list", faults)
}

func list(ctx context.Context, r *Request, template string, faults []Fault) (Answer, error) {
	l, err := r.App.opt.Doors.OpenList(ctx, r.Who, r.Where(), r.PathValue("team"), r.view())
	if err != nil {
		return Answer{}, err
	}
	at, query := listPath(l.Team), viewQuery(l.View)
	choices := r.choices(l)
	by := map[string]string{}
	for _, f := range faults {
		by[f.Field] = f.Say
	}
	p, err := r.page(l.Team, template, l.Frame, struct {
		*door.List
		People    []row
		Shown     shown
		At, Query string
		Order     string // in words
		ByRisk    string // the same without a gap
		AllPath   string
		FewerPath string
		Filters   []filter
		ByGap     []filter
		Whole     filter
		Choices   []columnChoice
		NextOn    bool // the next date has a column
		Wide      int  // columns with that of the person
		Key       string
		Faults    map[string]string
		Wanted    string // typed for how long the list shall be, and why
		Because   string
	}{l, r.rows(l), shownOf(l.Columns), at, query, viewWords(l.View), at + viewQuery(door.View{Show: l.Show, All: l.All}), at + viewQuery(whole(l.View, true)), at + viewQuery(whole(l.View, false)), filters(l), gapFilters(l), wholeFilter(l), choices, slices.ContainsFunc(choices, func(c columnChoice) bool { return c.On && c.ID == "next_date" }), len(choices) + 1, rand.Text(), by, r.PostFormValue("people"), r.PostFormValue("reason")})
	if err != nil {
		return Answer{}, err
	}
	p.Caption, p.Faults = "Risk list", faults
	if faults == nil {
		p.Done = listDone(r.URL.Query().Get("done"))
	}
	p.Back = &Link{Text: "My lists", Path: "/lists"}
	if template == "sheet" {
		p.Caption = "Sheet for a team meeting"
		p.Back = &Link{Text: "Back to the list", Path: at + query}
	}
	return Answer{Page: p}, nil
}

// showLeft says who left a list and why, and why others are not on it.
func showLeft(ctx context.Context, r *Request) (Answer, error) {
	out, err := r.App.opt.Doors.LeftOut(ctx, r.Who, r.Where(), r.PathValue("team"))
	if err != nil {
		return Answer{}, err
	}
	l, err := r.App.opt.Doors.Left(ctx, r.Who, r.Where(), r.PathValue("team"))
	if err != nil {
		return Answer{}, err
	}
	type leaver struct {
		door.Leaver
		Path string
	}
	var people []leaver
	for _, x := range l.People {
		people = append(people, leaver{x, r.personPath(x.Person)})
	}
	p, err := r.page("Who is not on the list, and why", "left", l.Frame, struct {
		*door.Leavers
		People []leaver
		Shown  shown
		Out    []door.LeftOut
	}{l, people, shownOf(l.Columns), out})
	if err != nil {
		return Answer{}, err
	}
	p.Caption = l.Team
	p.Back = &Link{Text: "Back to the list", Path: listPath(l.Team)}
	return Answer{Page: p}, nil
}

func showFind(ctx context.Context, r *Request) (Answer, error) { return findPage(ctx, r, nil) }

func findPage(ctx context.Context, r *Request, faults []Fault) (Answer, error) {
	f, err := r.App.opt.Doors.Around(ctx, r.Who, r.Where())
	if err != nil {
		return Answer{}, err
	}
	p, err := r.page("Find a person", "find", f, struct {
		Faults []Fault
		Why    bool
	}{faults, needsReason(r.Who.Role, access.OpenPerson)})
	if err == nil {
		p.Faults = faults
	}
	return Answer{Page: p}, err
}

// find looks a person up by NHS number, which is sent in the body: no number
// ever stands in a path.
func find(ctx context.Context, r *Request) (Answer, error) {
	number := identity.CleanNHSNumber(strings.TrimSpace(r.PostFormValue("nhs-number")))
	if !identity.ValidNHSNumber(number) {
		return findPage(ctx, r, []Fault{{"nhs-number", "Enter an NHS number of 10 digits, like 999 123 4567. The last digit is checked"}})
	}
	if needsReason(r.Who.Role, access.OpenPerson) && strings.TrimSpace(r.PostFormValue("reason")) == "" {
		return findPage(ctx, r, []Fault{{"reason", "Say why you look for this person. The reason is kept in the audit"}})
	}
	person, err := r.App.opt.Doors.Find(ctx, r.Who, r.Where(), number)
	if err != nil {
		return Answer{}, err
	}
	return Answer{To: "/people/" + r.Reference(person)}, nil
}
