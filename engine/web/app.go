//go:build duckdb_arrow

package web

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/door"
	"leftshift/engine/web/signin"
)

// Options of the application.
type Options struct {
	Service string // the name at the top of every page
	// Synthetic says that everyone here is made up, on the pages that are drawn
	// before a snapshot is opened.
	Synthetic bool
	Doors     *door.Doors
	// SignIn makes the way in, which draws its pages by these. Gate of package
	// signin is one.
	SignIn func(signin.Pages) (Gate, error)
	Log    *slog.Logger // nil: slog.Default. No person's values are logged
	Body   int64        // most bytes of a request; 0: 64 KiB
	Limits Limits
	// Referrals are the services to which people may be referred; nil: none, and
	// no draft of a referral is offered.
	Referrals []Referral
}

// Gate says who asks, and has pages of its own below /sign-in.
type Gate interface {
	Handler() http.Handler
	Routes() []string
	// Session is what a request shows as its session, good or not; "" for nothing.
	Session(*http.Request) string
	// Principal is who is signed in; an error when nobody is.
	Principal(*http.Request) (access.Principal, error)
	// Bearer is which connected system asks, by a token whose scope has the act.
	Bearer(*http.Request, access.Act) (access.Principal, error)
}

// App is the application.
type App struct {
	opt        Options
	gate       Gate
	pages      *pages
	references references
	handler    http.Handler
}

// New makes the application.
func New(opt Options) (*App, error) {
	if opt.Log == nil {
		opt.Log = slog.Default()
	}
	if opt.Body == 0 {
		opt.Body = 64 << 10
	}
	p, err := loadPages()
	if err != nil {
		return nil, err
	}
	a := &App{opt: opt, pages: p}
	if _, err := rand.Read(a.references.key[:]); err != nil {
		return nil, err
	}
	if a.gate, err = opt.SignIn(a.signInPages()); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	for _, r := range Routes() {
		mux.Handle(r.Method+" "+r.Path, a.serve(r))
	}
	a.api(mux)
	mux.Handle("/", a.serve(Route{Path: "/", Open: true, Handle: unknown}))
	err = fs.WalkDir(assets(), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			mux.Handle("GET /assets/"+path, asset(path))
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	way := a.gate.Handler()
	for _, pattern := range a.gate.Routes() {
		mux.Handle(pattern, way)
	}
	cross := http.NewCrossOriginProtection() // no pattern is exempt
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := &engine.Fault{Code: "cross-site", Say: "this was sent from another site, and nothing was done: go back to the page here and send it again"}
		if isAPI(r) {
			a.problem(w, r, err)
			return
		}
		a.fail(w, r, access.Principal{}, err)
	}))
	a.handler = a.recovered(withHeaders(a.limited(cross.Handler(browsersOnly(mux)))))
	return a, nil
}

func (a *App) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.handler.ServeHTTP(w, r) }

// browsersOnly refuses what would change something and says nothing of where
// it comes from: http.CrossOriginProtection lets it by, for programs. They are
// let by for the interface of connected systems alone, and only without a
// cookie, so that nothing is ever done there on a browser's session.
func browsersOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		called := r.URL.Path == "/sign-in/back-channel" || // by the issuer's server, with a signed token
			isAPI(r) && r.Header.Get("Cookie") == ""
		if !called && r.Method != http.MethodGet && r.Method != http.MethodHead && r.Header.Get("Sec-Fetch-Site") == "" && r.Header.Get("Origin") == "" {
			if isAPI(r) {
				writeProblem(w, apiProblem{Status: http.StatusForbidden, Code: "cookie", Detail: "Send an API token and no cookie."})
				return
			}
			http.Error(w, "send this from a browser that says where it comes from", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// asset serves one embedded file, with a cache of a day: it changes with the
// binary.
func asset(path string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "public, max-age=86400")
		http.ServeFileFS(w, r, assets(), path)
	})
}

// Request is what a page is asked.
type Request struct {
	*http.Request
	App *App
	Who access.Principal // zero on a route that is open to anyone
}

// Where says for the audit how a door was reached: by the route, never by the
// path, which may stand for a person.
func (r *Request) Where() door.Where {
	return door.Where{Route: r.Pattern, Reason: r.PostFormValue("reason")}
}

// Person reads the person whom the path stands for; 0 for nobody.
func (r *Request) Person() engine.Person {
	return r.App.references.person(r.Who.Session, r.PathValue("person"))
}

// Reference stands for a person in the paths of this session.
func (r *Request) Reference(p engine.Person) string {
	return r.App.references.of(r.Who.Session, p)
}

// Answer is a page, a file or the way to another page.
type Answer struct {
	Page *Page
	To   string // path to go to, with 303
	File *File

	Cookie *http.Cookie // set with any of them; nil for none
}

// File is something to keep.
type File struct {
	Name, Type string
	Bytes      []byte
}

// serve wraps a route: who asks, then the handler, then the answer.
func (a *App) serve(route Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, a.opt.Body)
		req := &Request{Request: r, App: a}
		if who, err := a.gate.Principal(r); err == nil {
			req.Who = who
		} else if !route.Open {
			to := "/sign-in"
			if f := (*engine.Fault)(nil); errors.As(err, &f) {
				if strings.HasPrefix(f.Code, "sessions-") { // who is signed in cannot be read
					a.fail(w, r, req.Who, err)
					return
				}
				if f.Code == "role-not-chosen" {
					to = "/sign-in/role"
				}
			}
			http.Redirect(w, r, to, http.StatusSeeOther)
			return
		}
		if r.Method == http.MethodPost {
			if err := r.ParseForm(); err != nil {
				a.fail(w, r, req.Who, &engine.Fault{Code: "form", Say: "what was sent is too long or cannot be read: shorten it and send it again"})
				return
			}
		}
		answer, err := a.handle(r.Context(), route, req)
		if err == nil {
			err = a.granted(r.Context(), route, req)
		}
		if err != nil {
			a.fail(w, r, req.Who, err)
			return
		}
		if answer.Cookie != nil {
			http.SetCookie(w, answer.Cookie)
		}
		switch {
		case answer.To != "":
			http.Redirect(w, r, answer.To, http.StatusSeeOther)
		case answer.File != nil:
			w.Header().Set("Content-Type", answer.File.Type)
			w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", answer.File.Name))
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(answer.File.Bytes))
		default:
			a.draw(w, r, http.StatusOK, req.Who, answer.Page)
		}
	})
}

// draw sends a page.
func (a *App) draw(w http.ResponseWriter, r *http.Request, status int, who access.Principal, p *Page) {
	if p.Service == "" {
		p.Service = a.opt.Service
	}
	if who.Role != "" {
		p.Frame.Who = &Who{who.Name, who.Role.Title(), who.Organisation}
		p.Nav = menu(who, r.URL.Path)
	}
	text, err := a.pages.whole(p)
	if err != nil {
		a.opt.Log.Error("page", "route", r.Pattern, "error", err)
		http.Error(w, "the page cannot be drawn: tell whoever runs this installation", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(text)
}

// fail sends a page that says what is wrong and what to do.
func (a *App) fail(w http.ResponseWriter, r *http.Request, who access.Principal, err error) {
	status, title := http.StatusInternalServerError, "Something went wrong"
	say, code := "Tell whoever runs this installation what you did and when.", "failed"
	var fault *engine.Fault
	if errors.As(err, &fault) {
		say, code = sentence(fault.Say), fault.Code
		status, title = statusOf(fault.Code)
	}
	if errors.Is(err, context.Canceled) {
		return // nobody waits for the answer
	}
	if status >= http.StatusInternalServerError {
		a.opt.Log.Error("page", "route", r.Pattern, "code", code, "error", err)
	}
	// A page that needs a reason asks for it, and is then sent one in a form:
	// reasons do not stand in addresses.
	ask := ""
	var faults []Fault
	if words := (*door.Unfit)(nil); errors.As(err, &words) {
		for _, field := range slices.Sorted(maps.Keys(words.Fields)) {
			faults = append(faults, Fault{"", words.Fields[field]})
		}
		faults = slices.Compact(faults)
	}
	switch because := strings.HasSuffix(r.Pattern, "/because"); {
	case code == access.CodeReason && r.Method == http.MethodGet && strings.Count(r.URL.Path, "/") == 2:
		ask, title = r.URL.Path+"/because", "Say why"
	case because && (code == access.CodeReason || code == door.CodeUnfit):
		ask, title = r.URL.EscapedPath(), "Say why"
		for i := range faults {
			faults[i].Field = "reason"
		}
	}
	setRetry(w, code)
	main, drawn := a.pages.main("failed", struct{ Say, Code, Ask string }{say, code, ask})
	if drawn != nil {
		main = ""
	}
	a.draw(w, r, status, who, &Page{Title: title, Main: main, Faults: faults, Frame: Frame{Synthetic: a.opt.Synthetic}})
}

// setRetry says when to try again what will be possible then without anybody's
// doing: the audit or the worklist could not be written, or the snapshot not be
// opened.
func setRetry(w http.ResponseWriter, code string) {
	switch code {
	case "audit-unavailable", "not-done", "worklist-unusable", "sessions-unusable", "verify-busy":
		w.Header().Set("Retry-After", "5")
	}
}

// statusOf is the status and title of a refusal or a fault, by its code.
func statusOf(code string) (int, string) {
	switch code {
	case access.CodeNoPerson, "no-page", "worklist-no-item":
		return http.StatusNotFound, "Not found"
	case "cross-site", access.CodeAnalyst, access.CodeRole, access.CodeTeam, access.CodeOrganisation, access.CodeRoleUnknown, access.CodeActUnknown,
		access.CodePurposeMissing, access.CodePurposeRole, access.CodePurposeCrossed, access.CodeDirectCare, access.CodeSubject:
		return http.StatusForbidden, "You may not see this"
	case access.CodeReason, door.CodeUnfit, "form", "nhs-number":
		return http.StatusBadRequest, "There is a problem"
	case "list-not-rechecked", "list-unpublished", "list-dated-ahead":
		return http.StatusConflict, "This list is too old to work"
	case "refer-state", "refer-busy", "referral", "columns":
		return http.StatusConflict, "This cannot be done now"
	case "no-snapshot", "audit-unavailable", "not-done", "no-worklist", "worklist-unusable", "worklist-closed", "verify-busy", "verify-long", "verify-elsewhere",
		"pointer-damaged", "snapshot-unreadable", "snapshot-damaged", "snapshot-manifest", "snapshot-doubled", "snapshot-organisations", "snapshot-recalled", "recall-unreadable", "snapshot-closed",
		"sessions-unusable", "sessions-newer":
		return http.StatusServiceUnavailable, "Not available now"
	}
	if strings.HasPrefix(code, "cohort") || code == "no-cohorts" {
		return cohortStatus(code)
	}
	return http.StatusInternalServerError, "Something went wrong"
}

// recovered keeps one broken page from ending the rest.
func (a *App) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if x := recover(); x != nil {
				if x == http.ErrAbortHandler {
					panic(x)
				}
				a.opt.Log.Error("page", "route", r.Pattern, "error", "panic")
				w.WriteHeader(http.StatusInternalServerError)
				_, _ = io.WriteString(w, "the page cannot be drawn: tell whoever runs this installation")
			}
		}()
		next.ServeHTTP(w, r)
	})
}
