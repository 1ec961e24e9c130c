//go:build duckdb_arrow

package analyse

import (
	"slices"
	"strings"

	"leftshift/engine"
	"leftshift/features/catalogue"
	"leftshift/features/codelist"
	"leftshift/features/plan"
	"leftshift/features/population"
)

// reaches is the first day on which a window of a feature looks for rows of
// some kinds, and the first day that is held of them. ok is false where it reads
// the whole record, or nothing with a window.
func reaches(d *catalogue.Definition, on engine.Day, kinds []string, starts population.Starts, dataFrom engine.Day) (window, held engine.Day, ok bool) {
	held = starts.History(kinds, dataFrom)
	if d.Days <= 0 || held == engine.NoDay {
		return 0, 0, false
	}
	return on - engine.Day(d.Days) + 1, held, true
}

// reach notes what of the features of a catalogue, one and what it reads, the
// record could not show: a short history is said, and nobody is left out for it.
func (t *Trial) reach(c *catalogue.Catalogue, q Ask, starts population.Starts) {
	short := engine.NoDay
	late := strings.Fields(starts.Unseen(q.On).Text())
	for i, col := range c.Columns() {
		var seen []string
		for _, k := range strings.Fields(col.Observed) {
			if c.Definitions[i].Source == catalogue.Derived {
				continue // read from the features before it, which are here too
			}
			if _, held := starts[k]; held && !slices.Contains(late, k) {
				seen = append(seen, k)
			} else if !slices.Contains(t.Unseen, k) {
				t.Unseen = append(t.Unseen, k)
			}
		}
		// What is not observable has no history to be short.
		if window, held, ok := reaches(&c.Definitions[i], q.On, seen, starts, q.DataFrom); ok && window < held && held > short {
			short = held
		}
	}
	slices.Sort(t.Unseen)
	t.History = short.String()
}

// Absent names the code lists that features read of which no code occurs among
// the words of a record, each once, in the order of the features.
func Absent(lists *codelist.Library, c *catalogue.Catalogue, words []plan.Word) []string {
	var out []string
	seen := map[string]bool{}
	for i := range c.Definitions {
		for _, m := range c.Definitions[i].Members {
			for _, name := range m.Lists {
				l := lists.List(name)
				if l == nil || seen[name] {
					continue
				}
				seen[name] = true
				if !occurs(l, words) {
					out = append(out, name)
				}
			}
		}
	}
	return out
}

func occurs(l *codelist.List, words []plan.Word) bool {
	system := engine.ParseSystem(l.System)
	for _, w := range words {
		if w.System == system && l.Has(w.Text) {
			return true
		}
	}
	return false
}
