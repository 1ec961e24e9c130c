package signin

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"leftshift/engine"
	"leftshift/engine/access"
)

// Pages draws what people see. Each writes a whole response; the headers that
// keep it out of caches are there already.
type Pages struct {
	// Choose shows the role profiles of a user; the form posts the ID of one as
	// "role" to /sign-in/role. With nobody to sign in elsewhere (a demonstration)
	// it posts to /sign-in.
	Choose func(w http.ResponseWriter, r *http.Request, action string, choices []Shown)
	// Refused says why there is no way in, and what to do.
	Refused func(w http.ResponseWriter, r *http.Request, status int, why *engine.Fault)
	// SignedOut confirms the end.
	SignedOut func(w http.ResponseWriter, r *http.Request)
}

// Shown is a choice as a page shows it.
type Shown struct {
	Choice
	Role             access.Role
	OrganisationName string
}

// Event is something for the audit.
type Event struct {
	Act       string           // sign_in, sign_in_refused, role_chosen, sign_out, signed_out_by_issuer
	Code      string           // "allowed", or the code of the Fault that refused
	Principal access.Principal // as far as it is known: Role is "" before one is chosen
	Count     int              // sessions ended, for the last act
}

// Audit keeps an event. When it fails, nobody is let in.
type Audit func(context.Context, Event) error

// Gate is the door: handlers for signing in and out, and Principal and Bearer
// for every other handler. Safe for concurrent use.
type Gate struct {
	c      Config
	store  *Store
	pages  Pages
	audit  Audit
	issuer *issuer
	cross  *http.CrossOriginProtection
}

// New makes a gate, or says what is wrong with its configuration. The store
// must have the clock of the configuration.
func New(c Config, store *Store, pages Pages, audit Audit) (*Gate, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if pages.Choose == nil || pages.Refused == nil || pages.SignedOut == nil || audit == nil || store == nil {
		return nil, &engine.Fault{Code: "sign-in-config", Say: "sign-in needs its store, its pages and the audit"}
	}
	c = c.orDefault()
	return &Gate{c, store, pages, audit, &issuer{c: c}, http.NewCrossOriginProtection()}, nil
}

// Routes lists the patterns that Handler serves: what a list of every route of
// a server holds for this package. None of them needs a principal.
func (g *Gate) Routes() []string {
	if g.c.Kind == Demo {
		return []string{"GET /sign-in", "POST /sign-in", "GET /sign-in/role", "POST /sign-in/role", "POST /sign-out"}
	}
	return []string{"GET /sign-in", "GET /sign-in/callback", "GET /sign-in/role", "POST /sign-in/role", "POST /sign-out", "POST /sign-in/back-channel"}
}

// Handler serves Routes.
func (g *Gate) Handler() http.Handler {
	serve := map[string]http.HandlerFunc{
		"GET /sign-in": g.begin, "GET /sign-in/callback": g.callback, "GET /sign-in/role": g.choices, "POST /sign-in/role": g.choose,
		"POST /sign-out": g.signOut, "POST /sign-in/back-channel": g.backChannel, "POST /sign-in": g.demo,
	}
	if g.c.Kind == Demo {
		serve["GET /sign-in"] = g.demoForm
	}
	mux := http.NewServeMux()
	for _, route := range g.Routes() {
		handle := serve[route]
		mux.HandleFunc(route, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "no-store")
			r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
			if err := g.here(r); err != nil {
				g.refuse(w, r, err)
				return
			}
			// A form is taken from this site's own pages only. An issuer that
			// calls from its server has no browser, and sends a signed token.
			if r.Method == http.MethodPost && r.URL.Path != "/sign-in/back-channel" {
				if err := g.ownForm(r); err != nil {
					g.refuse(w, r, err)
					return
				}
			}
			handle(w, r)
		})
	}
	return mux
}

// ownForm refuses a form that another site sent, or that does not say where it
// is from, as every browser of today does.
func (g *Gate) ownForm(r *http.Request) error {
	said := r.Header.Get("Sec-Fetch-Site") != "" || r.Header.Get("Origin") != ""
	if err := g.cross.Check(r); err != nil || !said {
		return &engine.Fault{Code: "form-from-elsewhere", Say: "this form was not sent from this site's own page: open the page here and send it again", Err: err}
	}
	return nil
}

// begin sends the browser to the identity provider.
func (g *Gate) begin(w http.ResponseWriter, r *http.Request) {
	a, err := g.store.start(r.Context())
	if err != nil {
		g.refuse(w, r, err)
		return
	}
	to, err := g.issuer.url(r.Context(), a)
	if err != nil {
		g.refuse(w, r, err)
		return
	}
	g.setCookie(w, attemptCookie, a.browser, attemptLasts)
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// callback takes what the browser brought back from the identity provider.
func (g *Gate) callback(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	a := attempt{state: q.Get("state"), browser: g.cookie(r, attemptCookie)}
	g.dropCookie(w, attemptCookie)
	began, err := g.store.take(r.Context(), a)
	if err != nil {
		g.refuse(w, r, err)
		return
	}
	if code := q.Get("error"); code != "" || q.Get("code") == "" {
		g.refuse(w, r, &engine.Fault{Code: "sign-in-denied", Say: "the identity provider did not sign you in: begin again"})
		return
	}
	// RFC 9207: an answer that names its issuer names ours.
	if iss := q.Get("iss"); iss != "" && iss != g.c.Issuer {
		g.refuse(w, r, &engine.Fault{Code: "sign-in-token", Say: "the answer came from another identity provider: begin again"})
		return
	}
	id, err := g.issuer.identify(r.Context(), q.Get("code"), a, began)
	if err != nil {
		g.refuse(w, r, err)
		return
	}
	g.enter(w, r, id)
}

// enter makes the session of a user: with one role at once, with several after
// they have chosen, with none not at all.
func (g *Gate) enter(w http.ResponseWriter, r *http.Request, id Identity) {
	shown := g.shown(id.Choices)
	id.Choices = nil
	for _, s := range shown {
		id.Choices = append(id.Choices, s.Choice)
	}
	p := g.someone(r, id)
	if len(shown) == 0 {
		g.refuseTo(w, r, p, &engine.Fault{Code: "sign-in-no-role", Say: "you are known, but have no role here: ask your registration authority for a role profile at an organisation that takes part, or ask whoever manages access here"})
		return
	}
	chosen := ""
	if len(shown) == 1 {
		chosen = shown[0].ID
	}
	secret, err := g.store.Begin(r.Context(), id, chosen, g.cookie(r, sessionCookie))
	if err != nil {
		g.refuseTo(w, r, p, err)
		return
	}
	if chosen != "" {
		if p, err = g.session(r, secret, true); err != nil {
			g.refuseTo(w, r, p, err)
			return
		}
	}
	if !g.record(w, r, Event{Act: "sign_in", Code: access.CodeAllowed, Principal: p}, secret) {
		return
	}
	g.setCookie(w, sessionCookie, secret, 0)
	to := g.c.Home
	if chosen == "" {
		to = "/sign-in/role"
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// choices shows the role profiles of the session, also to change from one to
// another.
func (g *Gate) choices(w http.ResponseWriter, r *http.Request) {
	s, err := g.store.Find(r.Context(), g.cookie(r, sessionCookie), g.c.Lasts, true)
	if err != nil {
		g.refuse(w, r, err)
		return
	}
	g.pages.Choose(w, r, "/sign-in/role", g.shown(s.Choices))
}

// choose makes the session act as a role profile, under a new secret.
func (g *Gate) choose(w http.ResponseWriter, r *http.Request) {
	fresh, err := g.store.Choose(r.Context(), g.cookie(r, sessionCookie), r.PostFormValue("role"), g.c.Lasts)
	if err != nil {
		g.refuse(w, r, err)
		return
	}
	p, err := g.session(r, fresh, true)
	if err != nil {
		_ = g.store.End(r.Context(), fresh, "refused")
		g.refuseTo(w, r, p, err)
		return
	}
	if !g.record(w, r, Event{Act: "role_chosen", Code: access.CodeAllowed, Principal: p}, fresh) {
		return
	}
	g.setCookie(w, sessionCookie, fresh, 0)
	http.Redirect(w, r, g.c.Home, http.StatusSeeOther)
}

func (g *Gate) signOut(w http.ResponseWriter, r *http.Request) {
	secret := g.cookie(r, sessionCookie)
	p, _ := g.session(r, secret, false)
	g.dropCookie(w, sessionCookie)
	if err := g.store.End(r.Context(), secret, "sign-out"); err != nil {
		g.refuse(w, r, err)
		return
	}
	if p.User != "" && !g.record(w, r, Event{Act: "sign_out", Code: access.CodeAllowed, Principal: p}, "") {
		return
	}
	g.pages.SignedOut(w, r)
}

// backChannel ends the sessions that the identity provider says have ended
// (OpenID Connect Back-Channel Logout 1.0).
func (g *Gate) backChannel(w http.ResponseWriter, r *http.Request) {
	t, err := g.issuer.logoutToken(r.Context(), r.PostFormValue("logout_token"))
	n := 0
	if err == nil {
		n, err = g.store.logout(r.Context(), t.Issuer, t.TokenID, t.SessionID, t.Subject, t.Expiry)
	}
	if err == nil {
		err = g.audit(r.Context(), Event{Act: "signed_out_by_issuer", Code: access.CodeAllowed, Principal: access.Principal{Authoriser: t.Issuer, Device: g.c.Device(r)}, Count: n})
	}
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusOK)
}

// Principal says who sends a request, and takes the session to be in use. The
// errors are Faults: session-none, -idle, -expired and -ended; role-not-chosen,
// for which a page sends the browser to /sign-in/role; and those of the
// directory, when a role was taken away meanwhile.
func (g *Gate) Principal(r *http.Request) (access.Principal, error) { return g.request(r, true) }

// Peek is Principal for a request that a page makes by itself: it does not keep
// an idle session alive.
func (g *Gate) Peek(r *http.Request) (access.Principal, error) { return g.request(r, false) }

func (g *Gate) request(r *http.Request, seen bool) (access.Principal, error) {
	if err := g.here(r); err != nil {
		return access.Principal{}, err
	}
	p, err := g.session(r, g.cookie(r, sessionCookie), seen)
	if err != nil {
		return access.Principal{}, err
	}
	return p, nil
}

// session makes the principal of a session. With an error, it is the user as far
// as known, for the audit alone.
func (g *Gate) session(r *http.Request, secret string, seen bool) (access.Principal, error) {
	s, err := g.store.Find(r.Context(), secret, g.c.Lasts, seen)
	if err != nil {
		return g.someone(r, Identity{}), err
	}
	p := g.someone(r, s.Identity)
	p.Session = s.Reference
	c, ok := s.choice()
	if !ok {
		return p, &engine.Fault{Code: "role-not-chosen", Say: "choose the role that you act as"}
	}
	a, err := g.c.Directory.Resolve(c.Code, c.Organisation)
	if err != nil {
		return p, err
	}
	p.RoleProfile, p.Organisation = c.ID, a.Organisation
	p.Role, p.Practices, p.PCNs, p.Teams = a.Role, a.Practices, a.PCNs, a.Teams
	p.Purpose = access.PurposeAt(a.Role, g.c.Purpose)
	return p, nil
}

func (g *Gate) someone(r *http.Request, id Identity) access.Principal {
	return access.Principal{User: id.User, Name: id.Name, Authoriser: id.Issuer, Device: g.c.Device(r)}
}

// Bearer says which connected system sends a request, by its API token, and
// whether the token's scope has the act. It never looks at cookies.
func (g *Gate) Bearer(r *http.Request, act access.Act) (access.Principal, error) {
	text, err := bearer(r)
	if err != nil {
		return access.Principal{}, err
	}
	t, err := g.store.CheckToken(r.Context(), text)
	if err != nil {
		return access.Principal{}, err
	}
	if !hasAct(t.Scope, act) {
		return access.Principal{}, &engine.Fault{Code: "token-scope", Say: "this API token is not for what was asked: ask whoever manages access for one that is"}
	}
	m, ok := g.c.Directory.Member(t.Organisation)
	if !ok {
		return access.Principal{}, &engine.Fault{Code: "organisation-unknown", Say: "the organisation of this API token no longer takes part: ask whoever manages access"}
	}
	return access.Principal{User: "token:" + t.ID, Name: t.Name, Role: access.Service, Organisation: m.ODS, Authoriser: t.By, Practices: m.Practices, PCNs: m.PCNs, Teams: m.Teams,
		Purpose: access.PurposeAt(access.Service, g.c.Purpose), Session: t.ID, Device: g.c.Device(r)}, nil
}

func hasAct(scope []access.Act, act access.Act) bool {
	for _, a := range scope {
		if a == act {
			return true
		}
	}
	return false
}

// shown keeps the choices that give a role here.
func (g *Gate) shown(choices []Choice) []Shown {
	var out []Shown
	for _, c := range choices {
		if a, err := g.c.Directory.Resolve(c.Code, c.Organisation); err == nil {
			out = append(out, Shown{c, a.Role, first(a.Name, a.Organisation)})
		}
	}
	return out
}

// record keeps an event; when that fails the session ends and the way is shut.
func (g *Gate) record(w http.ResponseWriter, r *http.Request, e Event, session string) bool {
	err := g.audit(r.Context(), e)
	if err == nil {
		return true
	}
	if session != "" {
		_ = g.store.End(r.Context(), session, "not audited")
	}
	g.dropCookie(w, sessionCookie)
	g.pages.Refused(w, r, http.StatusServiceUnavailable, &engine.Fault{Code: "not-audited", Say: "the audit could not be written, so nobody is let in: tell whoever runs this installation", Err: err})
	return false
}

func (g *Gate) refuse(w http.ResponseWriter, r *http.Request, err error) {
	g.refuseTo(w, r, g.someone(r, Identity{}), err)
}

// refuseTo says no, and keeps that it was said. Sessions that have run out are
// no event: the answer is to sign in again.
func (g *Gate) refuseTo(w http.ResponseWriter, r *http.Request, p access.Principal, err error) {
	var f *engine.Fault
	if !errors.As(err, &f) {
		f = &engine.Fault{Code: "sign-in-failed", Say: "signing in failed: try again in a minute", Err: err}
	}
	status := http.StatusForbidden
	switch {
	case strings.HasPrefix(f.Code, "session-"):
		status = http.StatusUnauthorized
	case f.Code == "issuer-unreachable" || strings.HasPrefix(f.Code, "sessions-") || f.Code == "sign-in-failed":
		status = http.StatusServiceUnavailable
	}
	if status == http.StatusForbidden {
		if !g.record(w, r, Event{Act: "sign_in_refused", Code: f.Code, Principal: p}, "") {
			return
		}
	}
	g.pages.Refused(w, r, status, f)
}

// The cookies. Where there is a server certificate both have the __Host- prefix:
// Secure, for this host alone, on every path.
const (
	sessionCookie = "__Host-leftshift"
	attemptCookie = "__Host-leftshift-sign-in"
)

// cookieName is the name of a cookie here. A demonstration speaks plain http on
// the loopback address, where a browser may refuse a cookie that is Secure or has
// the prefix, so its cookies have another name and are never taken by a real
// site.
func (g *Gate) cookieName(name string) string {
	if g.c.Kind == Demo {
		return "demo-" + strings.TrimPrefix(name, "__Host-")
	}
	return name
}

func (g *Gate) cookie(r *http.Request, name string) string {
	c, err := r.Cookie(g.cookieName(name))
	if err != nil {
		return ""
	}
	return c.Value
}

// setCookie gives a cookie that ends with the browser, or after lasts.
func (g *Gate) setCookie(w http.ResponseWriter, name, value string, lasts time.Duration) {
	http.SetCookie(w, &http.Cookie{Name: g.cookieName(name), Value: value, Path: "/", MaxAge: int(lasts.Seconds()), Secure: g.c.Kind != Demo, HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

func (g *Gate) dropCookie(w http.ResponseWriter, name string) {
	http.SetCookie(w, &http.Cookie{Name: g.cookieName(name), Path: "/", MaxAge: -1, Secure: g.c.Kind != Demo, HttpOnly: true, SameSite: http.SameSiteLaxMode})
}
