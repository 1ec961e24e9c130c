//go:build duckdb_arrow

package door

import (
	"context"
	"slices"
	"strings"

	"leftshift/engine/access"
)

// ListDay is one list as a day begins.
type ListDay struct {
	Team   string
	People int          // on it
	Own    bool         // of a team of the principal's
	Tally  map[Show]int // of one's own; nil for another
}

// Day gives the lists that a principal may ask for, with how many are on each,
// and of their own how many are the principal's and how many are due: where a
// day begins. It is one entry in the audit, about nobody by name: its object
// is the lists, its rows the people counted.
func (d *Doors) Day(ctx context.Context, who access.Principal, where Where) ([]ListDay, Frame, error) {
	s, done, purpose, err := d.use(ctx)
	if err != nil {
		return nil, Frame{}, err
	}
	defer done()
	a := ask{who: who, where: where, act: access.OpenHome, subject: access.Of(""), shot: s.Name}
	var out []ListDay
	var names []string
	for _, l := range s.Lists() {
		if !access.Decide(who, access.OpenList, access.List(purpose, l.Team).Because("which lists there are")).Allowed {
			continue
		}
		day := ListDay{Team: l.Team, People: len(l.Rows), Own: slices.Contains(who.Teams, l.Team)}
		if day.Own {
			now, _, err := d.listed(ctx, s, who, purpose, l.Team, View{})
			if err != nil {
				return nil, Frame{}, err
			}
			day.Tally, day.People = now.tally, now.tally[Everyone]
		}
		out, names, a.rows = append(out, day), append(names, l.Team), a.rows+day.People
	}
	a.object = shortened("lists: "+strings.Join(names, ", "), 1024)
	if _, err := d.pass(ctx, a); err != nil {
		return nil, Frame{}, err
	}
	return out, d.frame(s), nil
}

// shortened cuts the program's own words for the audit, at a whole name.
func shortened(s string, most int) string {
	const more = ", and more"
	if len(s) <= most {
		return s
	}
	s = s[:most-len(more)]
	if at := strings.LastIndex(s, ", "); at > 0 {
		s = s[:at]
	}
	return s + more
}
