//go:build duckdb_arrow

package web

import (
	"context"
	"crypto/rand"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"leftshift/engine"
	"leftshift/engine/door"
	"leftshift/engine/worklist"
)

// typed is what somebody filled in, kept when it has to be put right.
type typed struct {
	To, Why, In, Day, Month, Year, Note string
}

func (r *Request) typed() typed {
	v := r.PostFormValue
	return typed{v("to"), v("why"), v("next-in"), v("next-day"), v("next-month"), v("next-year"), v("note")}
}

// personPage is what the template of a person draws.
type personPage struct {
	*door.Person
	Shown   shown
	At      string // path of the person
	Query   string // the view of the list that leads here
	Again   bool   // drawn anew with what was typed
	List    bool   // the person is on a list of the reader's, whose next person can be asked for
	Reasons []worklist.Word
	Typed   typed
	Faults  map[string]string // by field
	Since   []door.Event      // what others did since the page was opened
	Busy    bool              // somebody else has the person
	To      []Referral        // services to refer to
	Chosen  string            // of them, kept when something has to be put right
	ForWhat string            // likewise: why they are referred
}

// Why are the reasons that moved the risk. Reasons hides them.
func (p personPage) Why() []door.Reason { return p.Person.Reasons }

// Key is a new key for one form of the page.
func (p personPage) Key() string { return rand.Text() }

// moveWords say what a choice means to whoever makes it.
var moveWords = map[worklist.State]string{
	worklist.InReview: "You are looking at their record", worklist.Contacted: "You reached them", worklist.Accepted: "They said yes", worklist.Declined: "They said no",
	worklist.NotSuitable: "You take them off, for one of the reasons below", worklist.Referred: "You passed them on to a service", worklist.Done: "Nothing is left to do",
}

// Moves are the choices of what happened.
func (p personPage) Moves() []move {
	var out []move
	for _, t := range p.Work.Moves() {
		m := move{string(t.To), door.StateWords(t.To), moveWords[t.To], p.Typed.To == string(t.To)}
		if !t.From.Open() && t.To == worklist.InReview {
			m.Text, m.Say = "Open again", "You review them again"
		}
		out = append(out, m)
	}
	return out
}

type move struct {
	To, Text, Say string
	On            bool
}

// soon are the days that the next date offers, in words.
type soon struct {
	Day, Text string
	On        bool
}

// workday is the day, or the Monday after a weekend. It knows no bank holidays.
func workday(d engine.Day) engine.Day {
	for weekday(d) == time.Saturday || weekday(d) == time.Sunday {
		d++
	}
	return d
}

// Soon are days from Monday to Friday: the next of them, and later ones. The date
// that stands can be kept.
func (p personPage) Soon() []soon {
	var out []soon
	add := func(d engine.Day, say string) {
		out = append(out, soon{d.String(), say + weekday(d).String() + " " + d.Words(), p.Typed.In == d.String()})
	}
	if w := p.Work; w != nil && w.Next != engine.NoDay && w.Next >= p.Today {
		add(w.Next, "As it is: ")
		out[0].On = out[0].On || !p.Again
	}
	add(workday(p.Today+1), "Next weekday: ")
	for _, x := range []struct {
		days engine.Day
		say  string
	}{{7, "In a week: "}, {14, "In 2 weeks: "}, {28, "In 4 weeks: "}, {91, "In 3 months: "}} {
		add(workday(p.Today+x.days), x.say)
	}
	return out
}

// weekday of a day: 1 January 1970 was a Thursday.
func weekday(d engine.Day) time.Weekday {
	return time.Weekday(((int(d)+int(time.Thursday))%7 + 7) % 7)
}

func showPerson(ctx context.Context, r *Request) (Answer, error) { return person(ctx, r, nil, 0) }

// actAgain draws a person's page with what is wrong with a form of it.
func actAgain(ctx context.Context, r *Request, faults []Fault) (Answer, error) {
	return person(ctx, r, faults, 0)
}

// person draws a person, with what is wrong with what was sent; seen is the
// version of the entry that the sender saw, 0 when that does not matter.
func person(ctx context.Context, r *Request, faults []Fault, seen int64) (Answer, error) {
	x, err := r.App.opt.Doors.OpenPerson(ctx, r.Who, r.Where(), r.Person())
	if err != nil {
		return Answer{}, err
	}
	query := viewQuery(r.view())
	data := personPage{Person: x, Shown: shownOf(x.Columns), At: r.personPath(x.Person), Query: query, Reasons: worklist.Reasons(), Faults: map[string]string{}}
	if faults != nil {
		data.Typed, data.Again = r.typed(), true
		data.Chosen, data.ForWhat = r.PostFormValue("refer-to"), r.PostFormValue("refer-why")
	}
	if x.Refers {
		data.To = r.App.opt.Referrals
	}
	for _, f := range faults {
		data.Faults[f.Field] = f.Say
	}
	if w := x.Work; w != nil {
		data.Busy = w.Owner != nil && (!w.Owner.Me || w.Owner.List != "")
		for _, e := range x.History {
			if seen > 0 && e.Version > seen {
				data.Since = append(data.Since, e)
			}
		}
	}
	data.List = x.Work != nil && slices.Contains(r.Who.Teams, x.Work.List)
	title := x.Who.Name
	if title == "" {
		title = "One person"
	}
	p, err := r.page(title, "person", x.Frame, data)
	if err != nil {
		return Answer{}, err
	}
	p.Caption, p.Faults = "Person", faults
	p.Back = &Link{Text: "My lists", Path: "/lists"}
	if w := x.Work; w != nil && r.Who.Role != "" {
		for _, t := range r.Who.Teams {
			if t == w.List {
				p.Back = &Link{Text: "Back to the list", Path: listPath(t) + query}
			}
		}
	}
	if faults == nil {
		p.Done = doneWords(r.URL.Query().Get("done"))
		if say := doneWords(r.URL.Query().Get("before")); say != "" {
			p.Done = "The person before this one: " + strings.ToLower(strings.TrimPrefix(say, "Saved: "))
		}
	}
	return Answer{Page: p}, nil
}

func (r *Request) personPath(p engine.Person) string { return "/people/" + r.Reference(p) }

// doneWords says what was done, by the word in the path that led here.
func doneWords(code string) string {
	switch code {
	case "claimed":
		return "You have taken this person on"
	case "released":
		return "You have let this person go. Somebody else can take them on"
	case "taken":
		return "You have taken this person over"
	case "planned":
		return "The next date is saved"
	case "cleared":
		return "The next date is taken off"
	case "noted":
		return "The note is saved"
	case "added":
		return "The person is on the list now"
	case "already":
		return "The person was on the list already. Nothing was added"
	}
	if say := door.StateWords(worklist.State(code)); say != "" && code != string(worklist.Closed) {
		return "Saved: " + strings.ToLower(say)
	}
	return ""
}

// act does what a form of a person's page asks.
func act(ctx context.Context, r *Request) (Answer, error) {
	press, faults := r.press()
	if faults != nil {
		return person(ctx, r, faults, 0)
	}
	done, err := r.App.opt.Doors.ActOnItem(ctx, r.Who, r.Where(), r.Person(), press)
	if err != nil {
		faults := refusals(err)
		if faults == nil {
			return Answer{}, err
		}
		return person(ctx, r, faults, press.Version)
	}
	code := string(press.Kind)
	switch {
	case press.Kind == worklist.Move:
		code = string(press.To)
	case press.Kind == worklist.Plan && press.Next == engine.NoDay:
		code = "cleared"
	}
	if r.PostFormValue("then") == "next" {
		return r.onward(ctx, done.Item.List, code)
	}
	return Answer{To: r.personPath(r.Person()) + with(viewQuery(r.view()), "done", code)}, nil
}

// onward leads to the next person of the list and view from which this one was
// opened, or back to it where nobody comes after.
func (r *Request) onward(ctx context.Context, team, code string) (Answer, error) {
	view := r.view()
	if !slices.Contains(r.Who.Teams, team) {
		return Answer{To: r.personPath(r.Person()) + with(viewQuery(view), "done", code)}, nil
	}
	next, err := r.App.opt.Doors.Next(ctx, r.Who, r.Where(), team, view, r.Person())
	switch {
	case err != nil: // what was asked is done: the list says what is wrong with it
		return Answer{To: listPath(team) + viewQuery(view)}, nil
	case next == 0:
		return Answer{To: listPath(team) + with(viewQuery(view), "done", code)}, nil
	}
	return Answer{To: r.personPath(next) + with(viewQuery(view), "before", code)}, nil
}

// with adds a word to the query of a path, "" or with its question mark.
func with(query, name, word string) string {
	if query == "" {
		return "?" + name + "=" + url.QueryEscape(word)
	}
	return query + "&" + name + "=" + url.QueryEscape(word)
}

// press reads a form of a person's page.
func (r *Request) press() (door.Press, []Fault) {
	v := r.PostFormValue
	p := door.Press{Key: v("key"), Next: engine.NoDay}
	var faults []Fault
	var err error
	if p.Item, err = strconv.ParseInt(v("item"), 10, 64); err == nil {
		p.Version, err = strconv.ParseInt(v("version"), 10, 64)
	}
	if err != nil {
		faults = append(faults, Fault{"", "This form is not whole. It is here anew: send it again"})
	}
	p.Note = v("note")
	switch v("do") {
	case "claim":
		p.Kind = worklist.Claim
	case "release":
		p.Kind = worklist.Release
	case "take":
		p.Kind = worklist.Take
		if strings.TrimSpace(p.Note) == "" {
			faults = append(faults, Fault{"take-note", "Write why you take this person over"})
		}
	case "clear":
		p.Kind = worklist.Plan
	case "record":
		next, say := readDay(v("next-day"), v("next-month"), v("next-year"))
		if in, ok := engine.ParseDay(v("next-in")); ok && next == engine.NoDay && say == "" {
			next = in
		} else if ok && next != in && say == "" {
			say = "Choose one of the days or give a date, not both"
		}
		p.Next = next
		if say != "" {
			faults = append(faults, Fault{"next-day", say})
		}
		p.To = worklist.State(v("to"))
		switch {
		case p.To != "":
			p.Kind = worklist.Move
			if p.To == worklist.NotSuitable {
				p.Reason = worklist.Reason(v("why"))
				if p.Reason == "" {
					faults = append(faults, Fault{"why", "Choose why they are not suitable"})
				}
			}
			if !p.To.Open() && p.Next.String() == v("next-was") {
				p.Next = engine.NoDay // nothing is left to look at
			}
			if p.To != worklist.NotSuitable && v("why") != "" {
				faults = append(faults, Fault{"why", "Choose a reason only with ‘not suitable’, or choose ‘not suitable’ above"})
			}
		case (next != engine.NoDay || say != "") && !(next.String() == v("next-was") && strings.TrimSpace(p.Note) != ""):
			p.Kind = worklist.Plan
		case strings.TrimSpace(p.Note) != "":
			p.Kind = worklist.Note
		default:
			faults = append(faults, Fault{"note", "Choose what happened, give a date or write a note"})
		}
	default:
		faults = append(faults, Fault{"", "This form asks for nothing that can be done. It is here anew: send it again"})
	}
	return p, faults
}

// readDay reads a date of three fields: engine.NoDay and "" when all are empty,
// else the day or what is wrong.
func readDay(day, month, year string) (engine.Day, string) {
	day, month, year = strings.TrimSpace(day), strings.TrimSpace(month), strings.TrimSpace(year)
	if day == "" && month == "" && year == "" {
		return engine.NoDay, ""
	}
	var missing []string
	for _, part := range [][2]string{{day, "a day"}, {month, "a month"}, {year, "a year"}} {
		if part[0] == "" {
			missing = append(missing, part[1])
		}
	}
	if missing != nil {
		return engine.NoDay, "The next date must include " + strings.Join(missing, " and ")
	}
	d, err1 := strconv.Atoi(day)
	m, err2 := strconv.Atoi(month)
	y, err3 := strconv.Atoi(year)
	if errors.Join(err1, err2, err3) == nil && len(year) == 4 {
		if on, ok := engine.MakeDay(y, m, d); ok {
			return on, ""
		}
	}
	return engine.NoDay, "The next date must be a real date in numbers, like 27 3 2027"
}

// refusals are the faults of a page for what the worklist refuses; nil for
// another error.
func refusals(err error) []Fault {
	var conflict *worklist.Conflict
	var taken *worklist.Taken
	switch {
	case errors.As(err, &conflict):
		return []Fault{{"since", "Somebody changed this entry since you opened it. What you typed is kept and is not saved: see what they did, then save it if it still holds"}}
	case errors.As(err, &taken):
		return []Fault{{"who", "Somebody else has this person now. Do not contact the person. What you typed is kept and is not saved: you can save it as a note"}}
	}
	fields := map[string]string{"worklist-reason": "why", "worklist-note": "note", "worklist-next": "next-day", "worklist-move": "to", "worklist-key": "", "worklist-died": "", "worklist-closed-item": "",
		"worklist-finished": "", "worklist-no-owner": "", "worklist-kind": "", "worklist-worry": "worry", "worklist-add": "team",
		"not-done": ""} // what was typed is kept on the page
	var out []Fault
	for _, f := range faultsOf(err) {
		field, ok := fields[f.Code]
		if !ok {
			return nil
		}
		out = append(out, Fault{field, sentence(f.Say)})
	}
	return out
}

// faultsOf takes joined faults apart; one without a code stands for itself.
func faultsOf(err error) []*engine.Fault {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		var out []*engine.Fault
		for _, e := range many.Unwrap() {
			out = append(out, faultsOf(e)...)
		}
		return out
	}
	var f *engine.Fault
	if errors.As(err, &f) {
		return []*engine.Fault{f}
	}
	return []*engine.Fault{{Code: "failed"}}
}
