//go:build duckdb_arrow

package door

import (
	"context"
	"slices"

	"leftshift/engine"
	"leftshift/engine/access"
)

// workable says whether there is something to do about a row today that the
// principal could do: the person is alive, nobody else has them, and no date to
// come is set.
func (d *Doors) workable(e entry) bool {
	w := e.work
	return w != nil && w.Open() && !w.Died && (w.Owner == nil || w.Owner.Me && w.Owner.List == "") && (w.Next == engine.NoDay || w.Due)
}

// Next gives the person whom somebody who works down a view of a list comes to
// after one: the first after them whom the view shows and who can be worked today;
// 0 when there is none. Who is no longer on the list has everybody after them. It
// is an entry in the audit about the person given, who is still to be opened.
func (d *Doors) Next(ctx context.Context, who access.Principal, where Where, team string, view View, after engine.Person) (engine.Person, error) {
	s, done, purpose, err := d.use(ctx)
	if err != nil {
		return 0, err
	}
	defer done()
	show := view.Show
	view.Show = Everyone // whom somebody has just planned is no longer due, and keeps their place
	l, a, err := d.listed(ctx, s, who, purpose, team, view)
	if err != nil {
		return 0, err
	}
	a.who, a.where, a.act = who, where, access.OpenList
	if err := d.within(ctx, s, l, &a); err != nil {
		return 0, err
	}
	rest := l.rows[slices.IndexFunc(l.rows, func(e entry) bool { return e.Person == after })+1:]
	var next engine.Person
	if at := slices.IndexFunc(rest, func(e entry) bool { return e.Person != after && show.has(e) && d.workable(e) }); at >= 0 {
		next = rest[at].Person
	}
	a.persons, a.object = about(next), team+": the next person"
	a.rows = len(a.persons)
	if _, err := d.passList(ctx, a, s); err != nil {
		return 0, err
	}
	return next, nil
}
