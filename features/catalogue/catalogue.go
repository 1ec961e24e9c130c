package catalogue

import (
	"regexp"
	"slices"

	"leftshift/features/matrix"
)

// Catalogue is every definition, in order of file and entry.
type Catalogue struct {
	Definitions []Definition
	// Hash is the hex SHA-256 of the meaning of every definition with the codes
	// and weights it reads: equal hashes mean equal values of equal records. What
	// is only told of a value (titles, sentences, units as words, area, who may
	// see it) is not in it, so that a better word asks for no new model.
	Hash string
	// Words is the hex SHA-256 of every definition with all that is told of it:
	// what keeps titles or sentences beside values goes by both.
	Words string
	// Cases are the worked examples that feature files carry, in order.
	Cases []Case

	byID   map[string]int
	faulty map[string]bool   // ids left out; nil unless Load told faults
	lost   []*regexp.Regexp  // shapes of ids that were not made, for the same
	lists  map[string]string // hash of each code list and analyte, by name
}

// Find gives a definition by id, or nil.
func (c *Catalogue) Find(id string) *Definition {
	if i, ok := c.byID[id]; ok {
		return &c.Definitions[i]
	}
	return nil
}

// Place gives the place of a definition by id, or -1.
func (c *Catalogue) Place(id string) int {
	if i, ok := c.byID[id]; ok {
		return i
	}
	return -1
}

// Columns gives a matrix column for each definition, in order.
func (c *Catalogue) Columns() []matrix.Column {
	out := make([]matrix.Column, len(c.Definitions))
	for i := range c.Definitions {
		out[i] = c.Definitions[i].Column()
	}
	// What is derived of nothing but the person (age, sex) is always observable.
	// It may stand before what it reads, but for what is derived itself.
	for i := range c.Definitions {
		if c.Definitions[i].Source == Derived && !slices.ContainsFunc(c.Definitions[i].reads(), func(id string) bool { return out[c.byID[id]].Observed != "" }) {
			out[i].Observed = ""
		}
	}
	return out
}

// Subset gives the catalogue of the ids named and of what those derived from
// others read, in the order of c, with the hash of that part. An id that is not
// in c is left out.
func (c *Catalogue) Subset(ids []string) *Catalogue {
	want := map[string]bool{}
	for _, id := range ids {
		want[id] = true
	}
	for i := len(c.Definitions) - 1; i >= 0; i-- { // what is read comes before
		if d := &c.Definitions[i]; want[d.ID] {
			for _, x := range d.reads() {
				want[x] = true
			}
		}
	}
	out := &Catalogue{byID: map[string]int{}}
	for _, d := range c.Definitions {
		if want[d.ID] {
			out.byID[d.ID] = len(out.Definitions)
			out.Definitions = append(out.Definitions, d)
		}
	}
	out.lists = c.lists
	out.hashes()
	return out
}
