//go:build duckdb_arrow

package web

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strings"

	"leftshift/engine/access"
	"leftshift/engine/door"
	"leftshift/engine/identity"
	"leftshift/engine/worklist"
)

func showAdd(ctx context.Context, r *Request) (Answer, error) { return addPage(ctx, r, nil) }

// addPage is the form that puts a person on a list by hand: by NHS number, or
// the person whom the path stands for.
func addPage(ctx context.Context, r *Request, faults []Fault) (Answer, error) {
	var f door.Frame
	var err error
	if r.PathValue("person") == "" {
		f, err = r.App.opt.Doors.Around(ctx, r.Who, r.Where())
	} else {
		f, err = r.App.opt.Doors.OfferPerson(ctx, r.Who, r.Where(), access.AddPerson, r.Person())
	}
	if err != nil {
		return Answer{}, err
	}
	by := map[string]string{}
	for _, x := range faults {
		by[x.Field] = x.Say
	}
	team := r.PostFormValue("team")
	if team == "" && len(r.Who.Teams) == 1 {
		team = r.Who.Teams[0]
	}
	p, err := r.page("Add a person to a list", "add", f, struct {
		Known             bool // the path stands for the person
		At, Key           string
		Teams             []string
		Worries           []worklist.Word
		Team, Worry, Note string
		Number            string // as typed: in the body of a page, never in a path
		Faults            map[string]string
	}{r.PathValue("person") != "", r.URL.Path, rand.Text(), r.Who.Teams, worklist.Worries(), team, r.PostFormValue("worry"), r.PostFormValue("note"), r.PostFormValue("nhs-number"), by})
	if err == nil {
		p.Faults = faults
		p.Back = &Link{Text: "My lists", Path: "/lists"}
	}
	return Answer{Page: p}, err
}

// add puts a person on a list.
func add(ctx context.Context, r *Request) (Answer, error) {
	known := r.PathValue("person") != ""
	number := identity.CleanNHSNumber(strings.TrimSpace(r.PostFormValue("nhs-number")))
	a := door.Addition{Key: r.PostFormValue("key"), Team: r.PostFormValue("team"), Worry: worklist.Worry(r.PostFormValue("worry")), Note: r.PostFormValue("note")}
	var faults []Fault
	if !known && !identity.ValidNHSNumber(number) {
		faults = append(faults, Fault{"nhs-number", "Enter an NHS number of 10 digits, like 999 123 4567. The last digit is checked"})
	}
	if a.Team == "" {
		faults = append(faults, Fault{"team", "Choose a list"})
	}
	why := ""
	if k := slices.IndexFunc(worklist.Worries(), func(w worklist.Word) bool { return w.Code == string(a.Worry) }); k >= 0 {
		why = worklist.Worries()[k].Say
	} else {
		faults = append(faults, Fault{"worry", "Choose what the worry is"})
	}
	if a.Worry == worklist.OtherWorry && strings.TrimSpace(a.Note) == "" {
		faults = append(faults, Fault{"note", "Write what the worry is"})
	}
	if faults != nil {
		return addPage(ctx, r, faults)
	}
	where := r.Where()
	where.Reason = why // the note is for the worklist alone
	person, err := r.Person(), error(nil)
	if known {
		person, err = r.App.opt.Doors.AddPerson(ctx, r.Who, where, person, a)
	} else {
		person, err = r.App.opt.Doors.AddByNumber(ctx, r.Who, where, number, a)
	}
	var conflict *worklist.Conflict
	switch {
	case err == nil:
		return Answer{To: r.personPath(person) + "?done=added"}, nil
	case errors.As(err, &conflict):
		return Answer{To: r.personPath(person) + "?done=already"}, nil
	}
	if faults := refusals(err); faults != nil {
		return addPage(ctx, r, faults)
	}
	return Answer{}, err
}

// The pages of words: for whoever makes the call, and for the patient.
func showWords(ctx context.Context, r *Request) (Answer, error) {
	return wordsPage(ctx, r, "What to say", "words")
}

func showLeaflet(ctx context.Context, r *Request) (Answer, error) {
	return wordsPage(ctx, r, "Why we are getting in touch", "leaflet")
}

func wordsPage(ctx context.Context, r *Request, title, template string) (Answer, error) {
	f, err := r.App.opt.Doors.Around(ctx, r.Who, r.Where())
	if err != nil {
		return Answer{}, err
	}
	p, err := r.page(title, template, door.Frame{}, f)
	if err != nil {
		return Answer{}, err
	}
	p.Service, p.Synthetic = f.Site, f.Synthetic
	if template == "leaflet" {
		p.Back = &Link{Text: "What to say", Path: "/words"}
	}
	return Answer{Page: p}, nil
}
