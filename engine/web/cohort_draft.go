//go:build duckdb_arrow

package web

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"leftshift/engine"
	"leftshift/engine/cohort"
	"leftshift/engine/door"
)

// draftView is a cohort in the making as its template draws it.
type draftView struct {
	*door.CohortDraft
	Path   string
	Parts  []part
	At     string // the group that a condition is added to
	Into   string // that group in words
	Find   string
	Areas  []fieldArea
	Found  int
	Field  *door.CohortField // chosen; nil none
	Ops    []opChoice
	Groups [][2]string
	Typed  door.Edit
	Faults map[string]string
}

type fieldArea struct {
	Title  string
	Fields []door.CohortField
}

type opChoice struct {
	Value, Text string
	Chosen      bool
}

// Plain says that the field's values are typed.
func (v draftView) Plain() bool { return v.Field.Kind == cohort.Number }

// Flag says that the field is yes or no.
func (v draftView) Flag() bool { return v.Field.Kind == cohort.Flag }

// Part gives a part of the tree with what its forms need.
func (v draftView) Part(p door.CohortPart) draftPart {
	return draftPart{p, v}
}

type draftPart struct {
	door.CohortPart
	View draftView
}

// Child is a part within this one.
func (p draftPart) Child(c door.CohortPart) draftPart { return draftPart{c, p.View} }

// Key is the place as part of an id.
func (p draftPart) Key() string { return "p" + strings.ReplaceAll(p.At, ".", "-") }

func showDraft(ctx context.Context, r *Request) (Answer, error) {
	q := r.URL.Query()
	return draftPage(ctx, r, door.Edit{At: q.Get("at"), Field: q.Get("field")}, nil)
}

func draftPage(ctx context.Context, r *Request, typed door.Edit, faults []Fault) (Answer, error) {
	d, err := r.App.opt.Doors.CohortDraft(ctx, r.Who, r.Where(), r.PathValue("draft"))
	if err != nil {
		return Answer{}, err
	}
	v := draftView{CohortDraft: d, Path: "/cohorts/new/" + d.ID, Find: r.URL.Query().Get("find"), Groups: door.GroupWords, Typed: typed, Faults: map[string]string{}}
	v.At, v.Into = placeOf(d.Tree, typed.At)
	for _, f := range faults {
		v.Faults[f.Field] = f.Say
	}
	if len(v.Find) > 100 {
		v.Find = v.Find[:100]
	}
	words := strings.Fields(strings.ToLower(v.Find))
	for _, f := range d.Fields {
		if f.ID == typed.Field {
			v.Field = &f
			for _, op := range f.Ops {
				v.Ops = append(v.Ops, opChoice{string(op), door.OpWords(op), string(op) == typed.Op || typed.Op == "" && usual(f, op)})
			}
		}
		if !holdsAll(strings.ToLower(f.Title+" "+f.Area+" "+f.ID), words) {
			continue
		}
		v.Found++
		if n := len(v.Areas); n == 0 || v.Areas[n-1].Title != f.Area {
			v.Areas = append(v.Areas, fieldArea{Title: f.Area})
		}
		last := &v.Areas[len(v.Areas)-1]
		last.Fields = append(last.Fields, f)
	}
	if d.Section != nil {
		v.Parts = drawn([]door.Section{*d.Section}, nil)
	}
	if n := r.PostFormValue("name"); n != "" || r.PostFormValue("id") != "" {
		v.As = door.CohortName{ID: r.PostFormValue("id"), Name: n, Version: r.PostFormValue("version")}
	}
	p, err := r.page("Build a cohort", "cohort-draft", d.Frame, v)
	if err == nil {
		p.Faults = faults
		p.Back = &Link{Text: "Cohorts", Path: "/cohorts"}
	}
	return Answer{Page: p}, err
}

// usual is the operator that is offered first.
func usual(f door.CohortField, op cohort.Op) bool {
	return f.Kind == cohort.Number && op == cohort.AtLeast || f.Kind == cohort.Flag && op == cohort.Is || (f.Kind == cohort.Text || f.Kind == cohort.Labels) && op == cohort.In
}

func holdsAll(text string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// placeOf is a group's place and words, the root's where there is no such group.
func placeOf(p door.CohortPart, at string) (string, string) {
	if p.At == at && p.Group != "" {
		return p.At, p.Text
	}
	for _, k := range p.Parts {
		if found, words := placeOf(k, at); k.Group != "" && words != "" && found == at {
			return found, words
		}
	}
	if p.At == "" {
		return "", p.Text
	}
	return "", ""
}

func editDraft(ctx context.Context, r *Request) (Answer, error) {
	e := door.Edit{Mark: r.PostFormValue("mark"), Do: r.PostFormValue("do"), At: r.PostFormValue("at"), Group: r.PostFormValue("group"),
		Field: r.PostFormValue("field"), Op: r.PostFormValue("op"), Values: r.PostForm["value"]}
	err := r.App.opt.Doors.EditCohort(ctx, r.Who, r.Where(), r.PathValue("draft"), e)
	if err != nil {
		return asFault(ctx, r, err, e, map[string]string{"cohort-value": "value", "cohort-operator": "op", "cohort-field": "field"})
	}
	to := "/cohorts/new/" + r.PathValue("draft")
	if e.At != "" && e.Do != "remove" { // go on in the same group
		to += "?" + url.Values{"at": {e.At}}.Encode()
	}
	return Answer{To: to}, nil
}

func saveDraft(ctx context.Context, r *Request) (Answer, error) {
	as := door.CohortName{ID: strings.TrimSpace(r.PostFormValue("id")), Name: r.PostFormValue("name"), Version: strings.TrimSpace(r.PostFormValue("version"))}
	handle, err := r.App.opt.Doors.SaveCohort(ctx, r.Who, r.Where(), r.PathValue("draft"), r.PostFormValue("mark"), as)
	if err != nil {
		return asFault(ctx, r, err, door.Edit{}, map[string]string{"cohort-file": "id", "cohort-name": "name", "cohort-version": "version", "cohort-exists": "version"})
	}
	return Answer{To: "/cohorts/" + url.PathEscape(handle) + "?done=saved"}, nil
}

// asFault draws the page again with what is wrong, for a fault that can be put
// right there.
func asFault(ctx context.Context, r *Request, err error, e door.Edit, fields map[string]string) (Answer, error) {
	f := (*engine.Fault)(nil)
	if !errors.As(err, &f) || f.Err != nil || !strings.HasPrefix(f.Code, "cohort-") {
		return Answer{}, err
	}
	if status, _ := cohortStatus(f.Code); status != 400 {
		return Answer{}, err
	}
	return draftPage(ctx, r, e, []Fault{{fields[f.Code], sentence(f.Say)}})
}
