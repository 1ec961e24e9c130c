//go:build duckdb_arrow

package web

import (
	"context"
	"net/http"
	"strings"

	"leftshift/engine"
	"leftshift/engine/access"
)

// Route is one page or form. The table below is all there is: what is not in
// it is not served, and each names the act that its door decides on.
type Route struct {
	Method, Path string
	Act          access.Act
	Open         bool // to anyone, signed in or not
	Handle       func(context.Context, *Request) (Answer, error)
}

var routes = []Route{
	{http.MethodGet, "/{$}", access.OpenHome, false, home},
	{http.MethodGet, "/lists/{team}", access.OpenList, false, showList},
	{http.MethodGet, "/lists/{team}/sheet", access.OpenList, false, showSheet},
	{http.MethodGet, "/lists/{team}/export", access.OpenList, false, showExport},
	{http.MethodPost, "/lists/{team}/export", access.ExportList, false, export},
	{http.MethodGet, "/people/{person}", access.OpenPerson, false, showPerson},
	{http.MethodGet, "/find", access.OpenHome, false, showFind},
	{http.MethodPost, "/find", access.OpenPerson, false, find},
}

// Routes lists every route.
func Routes() []Route { return append([]Route(nil), routes...) }

func unknown(context.Context, *Request) (Answer, error) {
	return Answer{}, &engine.Fault{Code: "no-page", Say: "there is no such page: go back, or to the start page"}
}

// menu is what a principal may open, by the same table as the doors decide on.
func menu(who access.Principal, path string) []Link {
	may := func(act access.Act) bool {
		for _, p := range access.Table() {
			if p.Role == who.Role && p.Act == act {
				return true
			}
		}
		return false
	}
	var out []Link
	add := func(text, to string, act access.Act) {
		if may(act) {
			out = append(out, Link{text, to, path == to || to != "/" && strings.HasPrefix(path, to+"/")})
		}
	}
	if may(access.OpenList) {
		out = append(out, Link{"My lists", "/", path == "/" || strings.HasPrefix(path, "/lists/")})
		add("Find a person", "/find", access.OpenPerson)
	}
	return out
}

// sentence makes a fault's words a sentence.
func sentence(s string) string {
	if s == "" {
		return s
	}
	s = strings.ToUpper(s[:1]) + s[1:]
	if !strings.HasSuffix(s, ".") {
		s += "."
	}
	return s
}
