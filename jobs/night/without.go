//go:build duckdb_arrow

package night

import "slices"

// madeOf are the features named, and those that are made of them, at any depth.
func (n *Night) madeOf(ids []string) []string {
	out := slices.Clone(ids)
	for again := true; again; {
		again = false
		for _, d := range n.Catalogue.Definitions {
			if slices.Contains(out, d.ID) {
				continue
			}
			for _, t := range d.Terms {
				for _, way := range t.Ways {
					for _, atom := range way {
						if slices.Contains(out, atom.Feature) && !slices.Contains(out, d.ID) {
							out, again = append(out, d.ID), true
						}
					}
				}
			}
		}
	}
	return out
}
