package catalogue

import (
	"maps"
	"slices"
)

// Reads gives the names of the code lists that a feature reads, of its own or
// through the features it is derived from, in order; nil for none and for no
// such feature.
func (c *Catalogue) Reads(id string) []string {
	lists := map[string]bool{}
	c.reads(id, lists, map[string]bool{})
	return slices.Sorted(maps.Keys(lists))
}

func (c *Catalogue) reads(id string, lists, seen map[string]bool) {
	d := c.Find(id)
	if d == nil || seen[id] {
		return
	}
	seen[id] = true
	for _, m := range d.Members {
		for _, l := range m.Lists {
			lists[l] = true
		}
	}
	for _, t := range d.Terms {
		for _, way := range t.Ways {
			for _, a := range way {
				c.reads(a.Feature, lists, seen)
			}
		}
	}
}

// ReadersOf gives the ids of the features that read a code list, in the order
// of the catalogue.
func (c *Catalogue) ReadersOf(list string) []string {
	var out []string
	for i := range c.Definitions {
		if _, ok := slices.BinarySearch(c.Reads(c.Definitions[i].ID), list); ok {
			out = append(out, c.Definitions[i].ID)
		}
	}
	return out
}

// ListsRead gives the names of all code lists that any feature reads, in order.
func (c *Catalogue) ListsRead() []string {
	lists, seen := map[string]bool{}, map[string]bool{}
	for i := range c.Definitions {
		c.reads(c.Definitions[i].ID, lists, seen)
	}
	return slices.Sorted(maps.Keys(lists))
}
