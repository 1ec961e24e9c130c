package signin

import (
	"net/http"

	"leftshift/engine"
	"leftshift/engine/access"
)

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
