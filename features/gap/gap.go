// Package gap finds what could be changed for a person: a review that is
// overdue, a plan that is not there. A gap is declared over features, in
// gaps.toml, and read of the matrix of a night.
//
// A gap stands beside the risk and never alters it: nothing here reads a
// probability, and no model reads a gap. What cannot be decided, because a value
// is unknown or no source could have shown it, is no gap.
package gap

import (
	"slices"

	"leftshift/engine/risklist"
	"leftshift/features/catalogue"
)

// Gap is one declared gap. It is not changed after Load.
type Gap struct {
	Code  risklist.GapCode
	Title string
	Class risklist.Class // who may read it, at least as narrow as that of Code
	Why   string
	Whens []When
	Line  int // in its file
}

// When is one way in which a gap stands.
type When struct {
	Term catalogue.Term
	// Never are times since something that must be unknown though it could have
	// been seen: it is nowhere on record.
	Never []string
	// Since is the feature that says since when it stands: a time since something,
	// with the number of days after it (After), else the day of the newest row
	// behind the value. "": not known.
	Since    string
	After    int
	Evidence []string       // features whose sentences are told
	Class    risklist.Class // clinicians where it reads or tells a feature that is theirs

	Line int
}

// reads names every feature that a way reads or tells, each once, in order.
func (w *When) reads() []string {
	var out []string
	add := func(ids ...string) {
		for _, id := range ids {
			if id != "" && !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
	}
	for _, way := range w.Term.Ways {
		for _, a := range way {
			add(a.Feature)
		}
	}
	add(w.Never...)
	add(w.Since)
	add(w.Evidence...)
	return out
}

// Catalogue is every gap, in the order of risklist.Gaps.
type Catalogue struct {
	Gaps []Gap
	Hash string // hex SHA-256 of all that is declared, and of the features that are read
}

// Features names every feature that gaps read, in byte order.
func (c *Catalogue) Features() []string {
	var out []string
	for i := range c.Gaps {
		for k := range c.Gaps[i].Whens {
			out = append(out, c.Gaps[i].Whens[k].reads()...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Find gives a gap by code, or nil.
func (c *Catalogue) Find(code risklist.GapCode) *Gap {
	for i := range c.Gaps {
		if c.Gaps[i].Code == code {
			return &c.Gaps[i]
		}
	}
	return nil
}
