package catalogue

import (
	"io/fs"

	"github.com/pelletier/go-toml/v2"
)

// Making is an aggregate as a page explains it.
type Making struct {
	Aggregate Aggregate
	Words     string   // what it makes of rows
	Of        []Source // the sources it can read
	Needs     string   // what must be given with it; "" for nothing
	NoZero    bool     // absence must be "unknown"
}

// Makings gives every aggregate that a file may name, but "value", which items
// of a person have, in the order of the pages.
func Makings() []Making {
	out := make([]Making, 0, len(made))
	for _, m := range made {
		n := aggregates[m.aggregate]
		x := Making{Aggregate: m.aggregate, Words: m.words, NoZero: n.unknown}
		for _, s := range []struct {
			source Source
			reads  bool
		}{{Event, n.event}, {Spell, n.spell}, {Document, n.document}, {Derived, m.aggregate == Holds}} {
			if s.reads {
				x.Of = append(x.Of, s.source)
			}
		}
		switch {
		case m.aggregate == DistinctSpells:
			x.Needs = "within"
		case m.aggregate == WeightedSumDistinct:
			x.Needs = "weights"
		case m.aggregate == Holds:
			x.Needs = "terms"
		case m.aggregate == LatestIs:
			x.Needs = "group, pick"
		case n.value:
			x.Needs = "analyte"
		case n.members:
			x.Needs = "group"
		case n.recent:
			x.Needs = "recent"
		}
		out = append(out, x)
	}
	return out
}

// ItemNames gives the items of a person, in the order of the pages; Items says
// what each is.
func ItemNames() []Item { return itemOrder }

// GroupOf is a built-in group, which a site's features may use.
type GroupOf struct {
	ID     string `toml:"id"`
	Title  string `toml:"title"`
	Member []struct {
		ID string `toml:"id"`
	} `toml:"member"`
}

// Groups gives the built-in groups in the order of their declaration. The error
// means that the program was built from faulty data.
func Groups() ([]GroupOf, error) {
	names, err := fs.Glob(builtIn, "*.toml")
	if err != nil {
		return nil, err
	}
	var out []GroupOf
	for _, name := range names {
		text, err := fs.ReadFile(builtIn, name)
		if err != nil {
			return nil, err
		}
		var f struct {
			Group []GroupOf `toml:"group"`
		}
		if err := toml.Unmarshal(text, &f); err != nil {
			return nil, err
		}
		out = append(out, f.Group...)
	}
	return out, nil
}
