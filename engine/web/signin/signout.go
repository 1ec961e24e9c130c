package signin

import (
	"context"
	"net/http"
	"net/url"

	"leftshift/engine/access"
)

// signOut ends the session here, and sends the browser on to end it at the
// identity provider too, where that has a page for it (OpenID Connect
// RP-Initiated Logout 1.0): on a shared computer whoever comes next would
// otherwise be signed in as the user before.
//
// The page is sent on by a Refresh header and a link: a form whose answer is a
// redirect to another site is stopped by form-action 'self'.
func (g *Gate) signOut(w http.ResponseWriter, r *http.Request) {
	secret := g.cookie(r, sessionCookie)
	was, _ := g.store.find(r.Context(), secret)
	p, _ := g.session(r, secret, false)
	g.dropCookie(w, sessionCookie)
	if err := g.store.End(r.Context(), secret, "sign-out"); err != nil {
		g.refuse(w, r, err)
		return
	}
	if p.User != "" && !g.record(w, r, Event{Act: "sign_out", Code: access.CodeAllowed, Principal: p}, "") {
		return
	}
	elsewhere := ""
	if was.Hint != "" && g.c.Kind != Demo {
		elsewhere = g.issuer.endOf(r.Context(), was.Hint)
	}
	if elsewhere != "" {
		w.Header().Set("Refresh", "0; url="+elsewhere)
	}
	g.pages.SignedOut(w, r, elsewhere)
}

// signedOut is where the identity provider sends the browser when it has ended
// its session.
func (g *Gate) signedOut(w http.ResponseWriter, r *http.Request) { g.pages.SignedOut(w, r, "") }

// endOf is the address at which the identity provider ends the session that an
// ID token was given for; "" where it has none, or does not answer: the session
// here has ended all the same.
func (i *issuer) endOf(ctx context.Context, hint string) string {
	if i.ready(ctx) != nil || i.end == nil {
		return ""
	}
	to := *i.end
	q := to.Query()
	q.Set("id_token_hint", hint)
	q.Set("client_id", i.c.ClientID)
	if i.c.SignedOutURL != "" {
		q.Set("post_logout_redirect_uri", i.c.SignedOutURL)
	}
	to.RawQuery = q.Encode()
	return to.String()
}

// endpoint takes an address of the discovery document: https, or this machine's
// own as the issuer is; nil for another.
func (i *issuer) endpoint(address string) *url.URL {
	if !secure(address) && (!local(address) || !local(i.c.Issuer)) {
		return nil
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil
	}
	return u
}

// keys gives the public key by which this application proves who it is.
func (g *Gate) keys(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/jwk-set+json")
	_, _ = w.Write(g.c.ClientKey.KeySet())
}
