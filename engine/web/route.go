//go:build duckdb_arrow

package web

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"leftshift/engine"
	"leftshift/engine/access"
)

// Route is one page or form. The table below is all there is: what is not in
// it is not served, and each names the act that its door decides on.
type Route struct {
	Method, Path string
	Act          access.Act
	Open         bool   // to anyone, signed in or not
	Menu         string // its text in the menu of whoever may do the act; "" for none
	Handle       func(context.Context, *Request) (Answer, error)
	// Again draws a form anew with what is wrong with what was sent; nil: the
	// page of the refusal says it.
	Again func(context.Context, *Request, []Fault) (Answer, error)
}

// Routes is the table: a file for each kind of reader has its own part.
func Routes() []Route {
	return slices.Concat(
		[]Route{{Method: http.MethodGet, Path: "/{$}", Act: access.OpenHome, Handle: home}},
		coordinatorRoutes(),
		analystRoutes(),
		cohortRoutes(),
		auditRoutes(),
		referRoutes(),
	)
}

func unknown(context.Context, *Request) (Answer, error) {
	return Answer{}, &engine.Fault{Code: "no-page", Say: "there is no such page: go back, or to the start page"}
}

// may says whether the table of rights has a row for a role and an act: what
// is offered. The door decides.
func may(role access.Role, act access.Act) bool {
	return slices.ContainsFunc(access.Table(), func(p access.Policy) bool { return p.Role == role && p.Act == act })
}

// needsReason says whether the table of rights asks a role why.
func needsReason(role access.Role, act access.Act) bool {
	return slices.ContainsFunc(access.Table(), func(p access.Policy) bool { return p.Role == role && p.Act == act && p.Reason })
}

// menu is what a principal may open.
func menu(who access.Principal, path string) []Link {
	var out []Link
	here := -1 // the one whose path is the longest
	for _, r := range Routes() {
		if r.Menu == "" || !may(who.Role, r.Act) {
			continue
		}
		out = append(out, Link{Text: r.Menu, Path: r.Path})
		if (path == r.Path || strings.HasPrefix(path, r.Path+"/")) && (here < 0 || len(r.Path) > len(out[here].Path)) {
			here = len(out) - 1
		}
	}
	if here >= 0 {
		out[here].Current = true
	}
	return out
}

// home leads to the first page of the menu.
func home(ctx context.Context, r *Request) (Answer, error) {
	links := menu(r.Who, "")
	if len(links) == 0 {
		return Answer{}, r.App.opt.Doors.Refuse(ctx, r.Who, r.Where(), access.OpenHome)
	}
	return Answer{To: links[0].Path}, nil
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
