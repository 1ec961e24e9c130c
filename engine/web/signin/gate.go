package signin

import (
	"context"
	"errors"
	"net/http"
	"strings"

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
	// SignedOut confirms the end. elsewhere is the address at which the identity
	// provider ends its own session, to which the page leads on; "" for none.
	SignedOut func(w http.ResponseWriter, r *http.Request, elsewhere string)
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
	routes := []string{"GET /sign-in", "GET /sign-in/callback", "GET /sign-in/role", "POST /sign-in/role", "POST /sign-out", "GET /sign-in/signed-out", "POST /sign-in/back-channel"}
	if g.c.ClientKey != nil {
		routes = append(routes, "GET /sign-in/keys")
	}
	return routes
}

// Handler serves Routes.
func (g *Gate) Handler() http.Handler {
	serve := map[string]http.HandlerFunc{
		"GET /sign-in": g.begin, "GET /sign-in/callback": g.callback, "GET /sign-in/role": g.choices, "POST /sign-in/role": g.choose,
		"POST /sign-out": g.signOut, "POST /sign-in/back-channel": g.backChannel, "POST /sign-in": g.demo,
		"GET /sign-in/signed-out": g.signedOut, "GET /sign-in/keys": g.keys,
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
