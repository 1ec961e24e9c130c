package signin

import (
	"net/http"
	"slices"

	"leftshift/engine"
	"leftshift/engine/access"
)

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
	if !slices.Contains(t.Scope, act) {
		return access.Principal{}, &engine.Fault{Code: "token-scope", Say: "this API token is not for what was asked: ask whoever manages access for one that is"}
	}
	m, ok := g.c.Directory.Member(t.Organisation)
	if !ok {
		return access.Principal{}, &engine.Fault{Code: "organisation-unknown", Say: "the organisation of this API token no longer takes part: ask whoever manages access"}
	}
	return access.Principal{User: "token:" + t.ID, Name: t.Name, Role: access.Service, Organisation: m.ODS, Authoriser: t.By, Practices: m.Practices, PCNs: m.PCNs, Teams: m.Teams,
		Purpose: access.PurposeAt(access.Service, g.c.Purpose), Session: t.ID, Device: g.c.Device(r)}, nil
}
