//go:build duckdb_arrow

package web

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"leftshift/engine/audit"
	"leftshift/engine/door"
)

// longest is the most bytes of one thing in an address.
const longest = 2048

// legible puts U+FFFD for what cannot be read in a form or an address, so that
// it goes no further, is not drawn and is not kept, and names the fields that
// had it. Line ends and tabs may stand in text that is typed.
func legible(form url.Values, most int) (unfit []string) {
	for name, values := range form {
		clean := audit.Readable(name, "")
		bad := clean != name
		for i, v := range values {
			r := audit.Readable(v, "\r\n\t")
			if most > 0 && len(r) > most {
				r = ""
				bad = true
			}
			bad = bad || r != v
			values[i] = r
		}
		if bad {
			unfit = append(unfit, clean)
		}
		if clean != name {
			delete(form, name)
		}
	}
	slices.Sort(unfit)
	return unfit
}

// handle asks a route's handler, unless what was sent cannot be read. A form
// with words that cannot be taken is drawn again, where the route says how.
func (a *App) handle(ctx context.Context, route Route, r *Request) (Answer, error) {
	query := r.URL.Query()
	unfit := legible(query, longest)
	if unfit != nil {
		r.URL.RawQuery = query.Encode()
	}
	unfit = append(unfit, legible(r.PostForm, 0)...)
	var answer Answer
	var err error
	if unfit != nil && may(r.Who.Role, route.Act) {
		err = a.opt.Doors.Unreadable(ctx, r.Who, r.Where(), route.Act, unfit)
	} else {
		answer, err = route.Handle(ctx, r)
	}
	var words *door.Unfit
	if !errors.As(err, &words) || route.Again == nil {
		return answer, err
	}
	// The reason is refused already, and not asked of the door a second time.
	return route.Again(ctx, r, fieldsOf(words, r))
}

// untyped are fields that nobody types into.
var untyped = []string{"key", "item", "version", "do"}

// fieldsOf are the faults of a form for words that cannot be taken.
func fieldsOf(u *door.Unfit, r *Request) []Fault {
	var out []Fault
	for field, say := range u.Fields {
		switch {
		case field == "object" && r.PostForm.Has("team"):
			field = "team"
		case field == "object" || slices.Contains(untyped, field) || !r.PostForm.Has(field):
			field, say = "", "This form is not whole. It is here anew: send it again"
		}
		out = append(out, Fault{field, say})
	}
	slices.SortFunc(out, func(a, b Fault) int { return strings.Compare(a.Field, b.Field) })
	return slices.Compact(out)
}
