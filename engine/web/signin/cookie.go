package signin

import (
	"net/http"
	"strings"
	"time"
)

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

// Session is the value of a request's session cookie, as it was sent: good or
// not, and whatever other cookies stand beside it. "" for none.
func (g *Gate) Session(r *http.Request) string { return g.cookie(r, sessionCookie) }

// setCookie gives a cookie that ends with the browser, or after lasts.
func (g *Gate) setCookie(w http.ResponseWriter, name, value string, lasts time.Duration) {
	http.SetCookie(w, &http.Cookie{Name: g.cookieName(name), Value: value, Path: "/", MaxAge: int(lasts.Seconds()), Secure: g.c.Kind != Demo, HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

func (g *Gate) dropCookie(w http.ResponseWriter, name string) {
	http.SetCookie(w, &http.Cookie{Name: g.cookieName(name), Path: "/", MaxAge: -1, Secure: g.c.Kind != Demo, HttpOnly: true, SameSite: http.SameSiteLaxMode})
}
