//go:build duckdb_arrow

package web

import (
	"net/url"
	"slices"
	"strings"

	"leftshift/engine/door"
	"leftshift/engine/risklist"
)

// A view of a list stands in the path as words that name nobody: show, gap, order
// and all. It goes with whoever opens a person, prints or exports.

// view reads the view of a path; what it does not know is as if it were not
// there.
func (r *Request) view() door.View {
	q := r.URL.Query()
	v := door.View{Show: door.Show(q.Get("show")), Gap: q.Get("gap"), Order: door.Order(q.Get("order")), All: q.Get("all") == "1"}
	if !slices.Contains(door.Shows(), v.Show) {
		v.Show = door.Everyone
	}
	if _, err := risklist.ParseGaps([]string{v.Gap}); err != nil && v.Gap != door.AnyGap {
		v.Gap = ""
	}
	if !slices.Contains(door.Orders(), v.Order) || v.Gap == "" {
		v.Order = door.ByRisk
	}
	return v
}

// viewQuery is a view as a path has it.
func viewQuery(v door.View) string {
	q := url.Values{}
	for name, word := range map[string]string{"show": string(v.Show), "gap": v.Gap, "order": string(v.Order)} {
		if word != "" {
			q.Set(name, word)
		}
	}
	if v.All {
		q.Set("all", "1")
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

var showWord = map[door.Show]string{door.Everyone: "Everyone", door.Mine: "Mine", door.Fresh: "New", door.Due: "Due today"}

var showSentence = map[door.Show]string{door.Mine: "Only those whom you have. ", door.Fresh: "Only those who are new, or were added and are not started. ", door.Due: "Only those who are due today. "}

// viewWords say which people a view shows and in what order.
func viewWords(v door.View) string { return showSentence[v.Show] + v.Words() + "." }

// filter is a way of showing a list.
type filter struct {
	Text, Path string
	People     int
	Current    bool
}

func filters(l *door.List) []filter {
	var out []filter
	for _, w := range door.Shows() {
		v := l.View
		v.Show = w
		out = append(out, filter{showWord[w], listPath(l.Team) + viewQuery(v), l.Tally[w], l.Show == w})
	}
	return out
}

// gapFilters put first those of the people shown who have a gap.
func gapFilters(l *door.List) []filter {
	var out []filter
	for _, g := range l.Gaps {
		v := l.View
		v.Gap, v.Order = g.Code, door.GapFirst
		out = append(out, filter{strings.ToUpper(g.Text[:1]) + g.Text[1:], listPath(l.Team) + viewQuery(v), g.People, l.Gap == g.Code})
	}
	return out
}

// wholeFilter turns between those with a gap alone and them first, and is empty
// where no gap is chosen; Current: alone.
func wholeFilter(l *door.List) filter {
	if l.Gap == "" {
		return filter{}
	}
	v := l.View
	if l.Order == door.GapFirst {
		v.Order = door.ByRisk
		return filter{Text: "Show only them", Path: listPath(l.Team) + viewQuery(v)}
	}
	v.Order = door.GapFirst
	return filter{Text: "Show the others after them", Path: listPath(l.Team) + viewQuery(v), Current: true}
}

// whole is a view with those over the number that a team has set, or without.
func whole(v door.View, all bool) door.View {
	v.All = all
	return v
}
