package signin

import (
	"net"
	"net/http"
	"slices"

	"leftshift/engine"
)

// demoIssuer vouches for the users of a demonstration.
const demoIssuer = "demonstration"

// here refuses, in a demonstration, a request that did not come from this
// machine or that was sent to another name than its own (a page elsewhere whose
// name was made to point here).
func (g *Gate) here(r *http.Request) error {
	if g.c.Kind != Demo {
		return nil
	}
	from, _, err := net.SplitHostPort(r.RemoteAddr)
	host := r.Host
	if h, _, e := net.SplitHostPort(host); e == nil {
		host = h
	}
	if len(host) > 2 && host[0] == '[' {
		host = host[1 : len(host)-1]
	}
	if err != nil || !loopback(from) || !loopback(host) {
		return &engine.Fault{Code: "demo-not-loopback", Say: "the demonstration is for the machine that it runs on: open it there, at localhost"}
	}
	return nil
}

// demoForm shows whom one may act as.
func (g *Gate) demoForm(w http.ResponseWriter, r *http.Request) {
	g.pages.Choose(w, r, "/sign-in", g.shown(g.c.Demo))
}

// demo signs in as one of them. To be another, sign in again.
func (g *Gate) demo(w http.ResponseWriter, r *http.Request) {
	chosen := r.PostFormValue("role")
	i := slices.IndexFunc(g.c.Demo, func(c Choice) bool { return c.ID == chosen && c.ID != "" })
	if i < 0 {
		g.refuse(w, r, &engine.Fault{Code: "role-not-yours", Say: "that role is none of the demonstration's: choose one of those shown"})
		return
	}
	c := g.c.Demo[i]
	g.enter(w, r, Identity{Issuer: demoIssuer, Subject: c.ID, User: "demo:" + c.ID, Name: first(c.Title, c.ID), Choices: []Choice{c}})
}
