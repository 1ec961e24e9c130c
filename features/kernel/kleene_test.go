package kernel

import (
	"math"
	"slices"
	"strings"

	"leftshift/features/catalogue"
	"leftshift/features/matrix"
)

// The reference of derived features: the rules of catalogue.Term as words say,
// with a half for what is undecided. And is then the least, or the greatest.

// reading is what a derived feature reads of one.
type reading struct {
	value  float64
	state  matrix.State
	more   bool // a lower bound
	hidden bool // what leaves it one, or without a value, is not observable
}

// derived evaluates a derived feature; leaf gives the value of one that is not.
func derived(cat *catalogue.Catalogue, d *catalogue.Definition, leaf func(*catalogue.Definition) float32) reading {
	half := func(a catalogue.Atom) (float64, bool) {
		x := reading{}
		if of := cat.Find(a.Feature); of.Source == catalogue.Derived {
			x = derived(cat, of, leaf)
		} else {
			v := leaf(of)
			x.value, x.state = float64(v), matrix.StateOf(v)
			x.hidden = x.state == matrix.Unobservable
		}
		switch {
		case x.state != matrix.Known, x.more && x.value < a.N:
			return 0.5, x.hidden
		case (x.value >= a.N) != a.Below:
			return 1, false
		}
		return 0, false
	}
	out, undecided := reading{}, false
	for _, t := range d.Terms {
		term, dark := 0.0, false
		for _, way := range t.Ways {
			least, blind := 1.0, false
			for _, a := range way {
				h, hidden := half(a)
				least, blind = math.Min(least, h), blind || hidden
			}
			term = math.Max(term, least)
			dark = dark || least == 0.5 && blind
		}
		if term == 1 {
			out.value++
		}
		if term == 0.5 {
			undecided = true
			out.hidden = out.hidden || dark
		}
	}
	switch {
	case !undecided:
	case d.Absence == matrix.AbsenceZero && out.value > 0:
		out.more = true
	case out.hidden:
		out.value, out.state = math.NaN(), matrix.Unobservable
	default:
		out.value, out.state = math.NaN(), matrix.Unknown
	}
	return out
}

// hides says whether all that a definition reads is among the kinds that are
// unseen.
func hides(d *catalogue.Definition, unseen string) bool {
	names := strings.Fields(unseen)
	kinds := strings.Fields(d.Column().Observed)
	return len(kinds) > 0 && !slices.ContainsFunc(kinds, func(k string) bool { return !slices.Contains(names, k) })
}
