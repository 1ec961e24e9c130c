package catalogue

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"leftshift/features/matrix"
)

// Term is one thing that a derived feature counts. It is written
//
//	medicines_365d >= 5
//	asthma_ever & medicine_inhaler_365d | asthma_plan_current
//
// with & before |. A feature alone means at least 1.
//
// A term holds, does not hold, or is undecided (Kleene's three values). An atom
// of a value that is unknown or not observable is undecided. A way, its atoms
// joined by &, does not hold when one of them does not, else is undecided when
// one of them is, else holds. A term, its ways joined by |, holds when one way
// does, else is undecided when one of them is, else does not hold.
//
// A derived feature is the number of its terms that hold
//
//   - where every term is decided; and
//   - with absence zero, where any term holds: the number is then a lower bound,
//     which its sentence says ("at least"). Of such a number an atom is decided
//     only if more would not change it.
//
// So zero is said only where nothing is undecided, whatever the absence. Any
// other cell is not observable when, in a term that is undecided, a way that is
// undecided has an atom of a value that is not observable (or of a lower bound
// that is one for such a reason); else it is unknown.
type Term struct{ Ways [][]Atom }

// Atom compares a feature's value with a number.
type Atom struct {
	Feature string
	Below   bool    // value < N; else value >= N
	N       float64 // a number written with at most 4 decimals
}

var atomShape = regexp.MustCompile(`^([a-z][a-z0-9_]*)(?:\s*(>=|<)\s*(-?\d{1,9}(?:\.\d{1,4})?))?$`)

// ParseTerm reads a term as written; false when it is none.
func ParseTerm(text string) (Term, bool) {
	var t Term
	for _, way := range strings.Split(text, "|") {
		var atoms []Atom
		for _, s := range strings.Split(way, "&") {
			m := atomShape.FindStringSubmatch(strings.TrimSpace(s))
			if m == nil {
				return Term{}, false
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
	return t, true
}

// term reads a term of an entry.
func (l *loader) term(b block, e *entry, i int, text string) Term {
	t, ok := ParseTerm(text)
	if !ok {
		l.faults.add(b.file, e.Nth("terms", i), "term", "%s: cannot read %q: write features, each alone or with >= or < and a number, joined by & and |", e.ID, text)
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

// termLine is the line of the first term of a feature that reads another.
func (l *loader) termLine(d *Definition, reads string) int {
	for i, t := range d.Terms {
		for _, way := range t.Ways {
			if slices.ContainsFunc(way, func(a Atom) bool { return a.Feature == reads }) {
				return l.terms[d.ID].Nth("terms", i)
			}
		}
	}
	return d.Line
}

// derive checks what derived features read, once every file is expanded, orders
// them, and hides those that would tell what only clinicians may see. A total
// over five terms or more names none of them.
func (l *loader) derive() {
	fault := func(d *Definition, id, code, text string, args ...any) {
		l.faults.add(d.File, l.termLine(d, id), code, text, args...)
		l.faulty[d.ID] = true
	}
	known := slices.Sorted(maps.Keys(l.cat.byID))
	for i := range l.cat.Definitions {
		d := &l.cat.Definitions[i]
		for _, id := range d.reads() {
			if _, ok := l.cat.byID[id]; !ok && !l.faulty[id] && !l.cat.Faulty(id) {
				fault(d, id, "term-unknown", "%s reads feature %s, which does not exist%s", d.ID, id, meant(id, known))
			}
		}
	}
	l.order(fault)
	for i := range l.cat.Definitions {
		d := &l.cat.Definitions[i]
		for _, id := range d.reads() {
			if x := l.cat.Find(id); x != nil && x.Display == matrix.DisplayClinician && (len(d.Terms) < 5 || d.Origin != "") {
				d.raise("feature " + id + ", which it reads, is shown to clinicians only")
			}
		}
	}
}

// order puts each derived feature after the derived ones that it reads, whatever
// the order of entries and files, and leaves all else in its order. A circle is a
// fault of the feature that closes it.
func (l *loader) order(fault func(d *Definition, id, code, text string, args ...any)) {
	defs := l.cat.Definitions
	out := make([]Definition, 0, len(defs))
	const begun, done = 1, 2
	state := make([]uint8, len(defs))
	var path []string
	var put func(i int)
	put = func(i int) {
		d := &defs[i]
		state[i] = begun
		path = append(path, d.ID)
		for _, id := range d.reads() {
			at, ok := l.cat.byID[id]
			switch {
			case !ok || defs[at].Source != Derived || state[at] == done:
			case state[at] == begun:
				circle := append(slices.Clone(path[slices.Index(path, id):]), id)
				fault(d, id, "term-circle", "%s reads itself: %s: take one of these out of the terms of the one before it", id, strings.Join(circle, " reads "))
			default:
				put(at)
			}
		}
		path = path[:len(path)-1]
		state[i] = done
		out = append(out, *d)
	}
	for i := range defs {
		if state[i] != done {
			put(i)
		}
	}
	l.cat.Definitions = out
	for i := range out {
		l.cat.byID[out[i].ID] = i
	}
}

// checkTerms adds a fault for an absence that does not fit a derived feature: a
// lower bound is of a count of two terms or more, and is told as one.
func (l *loader) checkTerms(b block, d *Definition) {
	if d.Absence != matrix.AbsenceZero {
		return
	}
	if len(d.Terms) < 2 {
		l.faults.add(b.file, b.key("absence"), "absence", "%s has one term, which holds, does not hold or is unknown: absence must be \"unknown\"", d.ID)
	} else if !strings.Contains(strings.ToLower(d.Sentence), "at least") {
		l.faults.add(b.file, b.key("sentence"), "sentence", "%s counts the terms that are seen to hold, of which there may be more: write its sentence with \"at least\", as \"At least {n} of %d\", or use absence = \"unknown\"", d.ID, len(d.Terms))
	}
}
