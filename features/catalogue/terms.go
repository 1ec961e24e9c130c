package catalogue

import (
	"regexp"
	"strconv"
	"strings"

	"leftshift/features/matrix"
)

// Term is one thing that a derived feature counts: it holds when all atoms of
// any of its ways hold. It is written
//
//	medicines_365d >= 5
//	asthma_ever & medicine_inhaler_365d | asthma_plan_current
//
// with & before |. A feature alone means at least 1.
type Term struct{ Ways [][]Atom }

// Atom compares a feature's value with a number. A value that is unknown
// compares with nothing: no atom of it holds.
type Atom struct {
	Feature string
	Below   bool    // value < N; else value >= N
	N       float64 // a number written with at most 4 decimals
}

// Holds says whether the atom holds of a value, NaN meaning unknown.
func (a Atom) Holds(value float32) bool {
	if a.Below {
		return float64(value) < a.N
	}
	return float64(value) >= a.N
}

// Holds says whether the term holds, given the value of each feature it names.
func (t Term) Holds(value func(feature string) float32) bool {
ways:
	for _, way := range t.Ways {
		for _, a := range way {
			if !a.Holds(value(a.Feature)) {
				continue ways
			}
		}
		return true
	}
	return false
}

var atomShape = regexp.MustCompile(`^([a-z][a-z0-9_]*)(?:\s*(>=|<)\s*(-?\d{1,9}(?:\.\d{1,4})?))?$`)

// term reads a term as written.
func (l *loader) term(b block, e *entry, text string) Term {
	var t Term
	for _, way := range strings.Split(text, "|") {
		var atoms []Atom
		for _, s := range strings.Split(way, "&") {
			m := atomShape.FindStringSubmatch(strings.TrimSpace(s))
			if m == nil {
				l.faults.add(b.file, b.key("terms"), "term", "%s: cannot read %q: write features, each alone or with >= or < and a number, joined by & and |", e.ID, text)
				return Term{}
			}
			a := Atom{Feature: m[1], N: 1}
			if m[2] != "" {
				a.Below = m[2] == "<"
				a.N, _ = strconv.ParseFloat(m[3], 64)
			}
			atoms = append(atoms, a)
		}
		t.Ways = append(t.Ways, atoms)
	}
	return t
}

// reads names the features that a derived one reads, each once, in order.
func (d *Definition) reads() []string {
	var out []string
	seen := map[string]bool{}
	for _, t := range d.Terms {
		for _, way := range t.Ways {
			for _, a := range way {
				if !seen[a.Feature] {
					seen[a.Feature] = true
					out = append(out, a.Feature)
				}
			}
		}
	}
	return out
}

// derive checks what derived features read, once every file is expanded, and
// hides those that would tell what only clinicians may see. A total over five
// terms or more names none of them. A derived feature that reads another must
// come after it.
func (l *loader) derive() {
	for i := range l.cat.Definitions {
		d := &l.cat.Definitions[i]
		for _, id := range d.reads() {
			at, ok := l.cat.byID[id]
			if !ok {
				l.faults.add(d.File, d.Line, "term-unknown", "%s reads feature %s, which does not exist", d.ID, id)
				continue
			}
			x := &l.cat.Definitions[at]
			if x.Source == Derived && at >= i {
				l.faults.add(d.File, d.Line, "term-order", "%s reads feature %s, which is derived and comes after it: move it before", d.ID, id)
			}
			if x.Display == matrix.DisplayClinician && (len(d.Terms) < 5 || d.Origin != "") {
				d.raise("feature " + id + ", which it reads, is shown to clinicians only")
			}
		}
	}
}
