//go:build duckdb_arrow

package web

import (
	"context"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/audit"
	"leftshift/engine/deliver"
	"leftshift/engine/door"
	"leftshift/engine/identity"
)

// auditRoutes are the pages of the privacy officer and the information
// governance lead.
func auditRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Path: "/audit", Act: access.SearchAudit, Menu: "Audit", Handle: searchAudit},
		{Method: http.MethodGet, Path: "/audit/entries/{entry}", Act: access.SearchAudit, Handle: showEntry},
		{Method: http.MethodGet, Path: "/audit/verify", Act: access.VerifyAudit, Handle: showVerify},
		{Method: http.MethodPost, Path: "/audit/verify", Act: access.VerifyAudit, Handle: verifyAudit},
		{Method: http.MethodGet, Path: "/audit/person", Act: access.AccessHistory, Menu: "Access history", Handle: showHistory},
		{Method: http.MethodPost, Path: "/audit/person", Act: access.AccessHistory, Handle: history, Again: historyForm},
		{Method: http.MethodGet, Path: "/disclosures", Act: access.SeeDisclosures, Menu: "What left", Handle: disclosures},
	}
}

// auditPage draws a template into a page that shows no snapshot.
func (r *Request) auditPage(title, template string, data any) (*Page, error) {
	main, err := r.App.pages.main(template, data)
	return &Page{Title: title, Main: main, Frame: Frame{Synthetic: r.App.opt.Synthetic}}, err
}

// looked is an entry in words.
type looked struct{ audit.Entry }

// When is the moment in London.
func (l looked) When() string { return l.Time.In(engine.London).Format("2 Jan 2006 15:04:05") }

// Path is where the entry has its page.
func (l looked) Path() string { return "/audit/entries/" + strconv.FormatInt(l.Sequence, 10) }

// Who is the user by name.
func (l looked) Who() string {
	if l.Name == "" {
		return l.User
	}
	return l.Name
}

// As is the role in words.
func (l looked) As() string { return access.Role(l.Role).Title() }

// Did is what was done or asked, in words.
func (l looked) Did() string { return eventWords(l.Event) }

// Refused says whether it was not done.
func (l looked) Refused() bool { return l.Outcome != audit.Allowed }

// HashText is the entry's hash in hexadecimal digits.
func (l looked) HashText() string { return hex.EncodeToString(l.Hash[:]) }

// events are those that are no act of the table of rights.
var events = []string{"sign_in", "sign_in_refused", "role_chosen", "sign_out", "signed_out_by_issuer", "sql", "retention_begun", "retention_done"}

func eventWords(event string) string {
	if say := access.Act(event).Title(); say != event {
		return say
	}
	return strings.ReplaceAll(event, "_", " ")
}

func inWords(entries []audit.Entry) []looked {
	out := make([]looked, len(entries))
	for i, e := range entries {
		out[i] = looked{e}
	}
	return out
}

// choice is one of the things to search for.
type choice struct {
	Code, Say string
	Chosen    bool
}

// auditQuestion is the search form as it was sent.
type auditQuestion struct {
	From, To, User, Organisation, Outcome, Event string
	Refused                                      bool
	Events                                       []choice
	Faults                                       map[string]string
}

// read makes a filter of the form. Nothing of a patient is asked for in an
// address: a number there is refused.
func (q *auditQuestion) read(form url.Values) (audit.Filter, []Fault) {
	text := func(name string) string { return strings.TrimSpace(form.Get(name)) }
	*q = auditQuestion{From: text("from"), To: text("to"), User: text("user"), Organisation: text("organisation"), Outcome: text("outcome"), Event: text("event"),
		Refused: form.Get("refused") != "", Faults: map[string]string{}}
	f := audit.Filter{User: q.User, Organisation: q.Organisation, Outcome: q.Outcome, Event: q.Event, Refused: q.Refused}
	var faults []Fault
	wrong := func(field, say string) {
		faults = append(faults, Fault{field, say})
		q.Faults[field] = say
	}
	moment := func(field, text string, later int) time.Time {
		if text == "" {
			return time.Time{}
		}
		d, ok := engine.ParseDay(text)
		if !ok {
			wrong(field, "Enter a date like 2026-03-31")
			return time.Time{}
		}
		y, m, day := d.Date()
		return time.Date(y, time.Month(m), day+later, 0, 0, 0, 0, engine.London)
	}
	f.From, f.To = moment("from", q.From, 0), moment("to", q.To, 1)
	if !f.From.IsZero() && !f.To.IsZero() && !f.From.Before(f.To) {
		wrong("to", "The last day must not be before the first")
	}
	for field, to := range map[string]*string{"user": &q.User, "organisation": &q.Organisation, "outcome": &q.Outcome, "event": &q.Event} {
		if identity.ValidNHSNumber(identity.CleanNHSNumber(*to)) {
			*to = ""
			wrong(field, "That is an NHS number, and this page keeps what you type in its address. Use Access history")
		}
	}
	for _, a := range access.Acts() {
		q.Events = append(q.Events, choice{string(a), a.Title(), string(a) == q.Event})
	}
	for _, e := range events {
		q.Events = append(q.Events, choice{e, eventWords(e), e == q.Event})
	}
	if n, err := strconv.ParseInt(form.Get("before"), 10, 64); err == nil && n > 0 {
		f.Before = n
	}
	return f, faults
}

func searchAudit(ctx context.Context, r *Request) (Answer, error) {
	var q auditQuestion
	form := r.URL.Query()
	f, faults := q.read(form)
	found := &door.AuditPages{}
	var err error
	if len(faults) == 0 {
		found, err = r.App.opt.Doors.SearchAudit(ctx, r.Who, r.Where(), f)
	} else {
		err = r.App.opt.Doors.OfferAudit(ctx, r.Who, r.Where(), access.SearchAudit)
	}
	if err != nil {
		return Answer{}, err
	}
	next := ""
	if found.Next > 0 {
		form.Set("before", strconv.FormatInt(found.Next, 10))
		next = "/audit?" + form.Encode()
	}
	p, err := r.auditPage("Audit", "audit", struct {
		auditQuestion
		Entries []looked
		Next    string
		First   bool
	}{q, inWords(found.Entries), next, f.Before == 0})
	if err == nil {
		p.Faults = faults
	}
	return Answer{Page: p}, err
}

func showEntry(ctx context.Context, r *Request) (Answer, error) {
	n, err := strconv.ParseInt(r.PathValue("entry"), 10, 64)
	if err != nil {
		n = 0 // of no entry
	}
	e, err := r.App.opt.Doors.AuditEntry(ctx, r.Who, r.Where(), n)
	if err != nil {
		return Answer{}, err
	}
	p, err := r.auditPage("Entry "+strconv.FormatInt(e.Sequence, 10), "audit-entry", looked{*e})
	if err == nil {
		p.Caption, p.Back = "Audit", &Link{Text: "Audit", Path: "/audit"}
	}
	return Answer{Page: p}, err
}

func showHistory(ctx context.Context, r *Request) (Answer, error) { return historyForm(ctx, r, nil) }

func historyForm(ctx context.Context, r *Request, faults []Fault) (Answer, error) {
	if err := r.App.opt.Doors.OfferAudit(ctx, r.Who, r.Where(), access.AccessHistory); err != nil {
		return Answer{}, err
	}
	said := map[string]string{}
	for _, f := range faults {
		said[f.Field] = f.Say
	}
	p, err := r.auditPage("Access history", "history-form", struct {
		Reason string
		Faults map[string]string
	}{r.PostFormValue("reason"), said})
	if err == nil {
		p.Faults = faults
	}
	return Answer{Page: p}, err
}

// mostShown is how many entries a page of an access history has; a file has
// them all.
const mostShown = 2000

// history shows who looked at one person, or gives it as a file. The person's
// number is sent in the body, and the answer is the page itself: no address
// stands for it.
func history(ctx context.Context, r *Request) (Answer, error) {
	number := identity.CleanNHSNumber(strings.TrimSpace(r.PostFormValue("nhs-number")))
	var faults []Fault
	if !identity.ValidNHSNumber(number) {
		faults = append(faults, Fault{"nhs-number", "Enter an NHS number of 10 digits, like 999 123 4567. The last digit is checked"})
	}
	reason := strings.TrimSpace(r.PostFormValue("reason"))
	if reason == "" {
		faults = append(faults, Fault{"reason", "Say why you ask, for example the reference of a subject access request. The reason is kept in the audit"})
	}
	if len(faults) > 0 {
		return historyForm(ctx, r, faults)
	}
	shape := "page"
	if r.PostFormValue("file") != "" {
		shape = "csv"
	}
	all, err := r.App.opt.Doors.AccessHistory(ctx, r.Who, r.Where(), number, shape)
	if err != nil {
		return Answer{}, err
	}
	made := all[len(all)-1].Time // of this look, which is the newest
	if shape == "csv" {
		f := deliver.History(number, all, made)
		return Answer{File: &File{f.Name, f.Type, f.Bytes}}, nil
	}
	total := len(all)
	all = all[max(0, total-mostShown):]
	p, err := r.auditPage("Who looked at one person’s record", "history", struct {
		Number, Reason string
		Made           string
		Total, Shown   int
		Entries        []looked
	}{number, reason, looked{audit.Entry{Time: made}}.When(), total, len(all), inWords(all)})
	if err == nil {
		p.Caption, p.Back = "Access history", &Link{Text: "Another person", Path: "/audit/person"}
	}
	return Answer{Page: p}, err
}

func showVerify(ctx context.Context, r *Request) (Answer, error) {
	if err := r.App.opt.Doors.OfferAudit(ctx, r.Who, r.Where(), access.VerifyAudit); err != nil {
		return Answer{}, err
	}
	return verifyPage(r, nil)
}

// verifyAudit checks the audit and shows what was found.
func verifyAudit(ctx context.Context, r *Request) (Answer, error) {
	v, err := r.App.opt.Doors.VerifyAudit(ctx, r.Who, r.Where())
	if err != nil {
		return Answer{}, err
	}
	return verifyPage(r, v)
}

func verifyPage(r *Request, v *door.Verification) (Answer, error) {
	p, err := r.auditPage("Check the audit", "verify", v)
	if err == nil {
		p.Caption, p.Back = "Audit", &Link{Text: "Audit", Path: "/audit"}
	}
	return Answer{Page: p}, err
}

func disclosures(ctx context.Context, r *Request) (Answer, error) {
	before, err := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	if err != nil || before < 0 {
		before = 0
	}
	found, err := r.App.opt.Doors.Disclosures(ctx, r.Who, r.Where(), before)
	if err != nil {
		return Answer{}, err
	}
	next := ""
	if found.Next > 0 {
		next = "/disclosures?before=" + strconv.FormatInt(found.Next, 10)
	}
	p, err := r.auditPage("What left this system", "disclosures", struct {
		Entries []looked
		Next    string
	}{inWords(found.Entries), next})
	return Answer{Page: p}, err
}
