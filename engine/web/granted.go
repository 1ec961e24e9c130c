//go:build duckdb_arrow

package web

import "context"

// granted is the last word on every route: what a handler answers is not sent
// to a role that the table of rights does not give the route's act, also where
// the handler asked no door about it.
func (a *App) granted(ctx context.Context, route Route, r *Request) error {
	if route.Open || may(r.Who.Role, route.Act) {
		return nil
	}
	return a.opt.Doors.Refuse(ctx, r.Who, r.Where(), route.Act)
}
