package gap

import (
	"fmt"
	"slices"
	"strings"

	"leftshift/engine"
	"leftshift/engine/risklist"
	"leftshift/features/catalogue"
	"leftshift/features/matrix"
)

// Reader finds gaps in the rows of a matrix.
type Reader struct {
	c      *Catalogue
	m      *matrix.Matrix
	at     map[string]int
	since  map[string]bool // a time since something, not a day
	silent map[string]bool
}

// Over reads a matrix that has every column of Features, with their days. What
// is silent may not be told and decides nothing: it is as unknown. An error names
// a column that is not there.
func (c *Catalogue) Over(m *matrix.Matrix, features *catalogue.Catalogue, silent map[string]bool) (*Reader, error) {
	r := &Reader{c: c, m: m, at: map[string]int{}, since: map[string]bool{}, silent: silent}
	for _, id := range c.Features() {
		j := m.Find(id)
		if j < 0 {
			return nil, fmt.Errorf("gap: the matrix has no column %s", id)
		}
		r.at[id] = j
		if d := features.Find(id); d != nil {
			r.since[id] = d.Aggregate == catalogue.DaysSince
		}
	}
	return r, nil
}

// Of gives the gaps of a row on its as-of day, in the order of their codes; of
// one code what only clinicians may read is a gap of its own, after that of the
// care team.
func (r *Reader) Of(i int, on engine.Day) []risklist.Gap {
	var out []risklist.Gap
	for k := range r.c.Gaps {
		g := &r.c.Gaps[k]
		for _, class := range []risklist.Class{risklist.CareTeam, risklist.Clinicians} {
			var told []string
			since, dated := engine.NoDay, true
			for n := range g.Whens {
				w := &g.Whens[n]
				if w.Class != class || !r.stands(w, i) {
					continue
				}
				day := r.from(w, i, on)
				dated = dated && day != engine.NoDay
				if since == engine.NoDay || day < since {
					since = day
				}
				for _, s := range r.sentences(w, i, on) {
					if !slices.Contains(told, s) {
						told = append(told, s)
					}
				}
			}
			if told == nil {
				continue
			}
			if !dated { // one way has stood for nobody knows how long
				since = engine.NoDay
			}
			out = append(out, risklist.Gap{Code: g.Code, Since: since, Evidence: strings.Join(told, ". "), Class: class})
		}
	}
	return out
}

// stands says whether a way surely holds of a row.
func (r *Reader) stands(w *When, i int) bool {
	for _, id := range w.reads() {
		if r.silent[id] {
			return false
		}
	}
	for _, id := range w.Never {
		if matrix.StateOf(r.m.Values[r.at[id]][i]) != matrix.Unknown {
			return false
		}
	}
	return slices.ContainsFunc(w.Term.Ways, func(way []catalogue.Atom) bool {
		return !slices.ContainsFunc(way, func(a catalogue.Atom) bool {
			v := float64(r.m.Values[r.at[a.Feature]][i])
			return !(a.Below && v < a.N || !a.Below && v >= a.N) // NaN is neither
		})
	})
}

// from is the day since which a way stands.
func (r *Reader) from(w *When, i int, on engine.Day) engine.Day {
	if w.Since == "" {
		return engine.NoDay
	}
	j := r.at[w.Since]
	v := r.m.Values[j][i]
	switch {
	case v != v:
		return engine.NoDay
	case r.since[w.Since]:
		return min(on, on-engine.Day(v)+engine.Day(w.After))
	case r.m.Last[j] == nil:
		return engine.NoDay
	}
	return engine.Day(r.m.Last[j][i])
}

func (r *Reader) sentences(w *When, i int, on engine.Day) []string {
	var out []string
	for _, id := range w.Evidence {
		j := r.at[id]
		last := engine.NoDay
		if r.m.Last[j] != nil {
			last = engine.Day(r.m.Last[j][i])
		}
		out = append(out, catalogue.Sentence(r.m.Columns[j], r.m.Values[j][i], last, on))
	}
	return out
}
