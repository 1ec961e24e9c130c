package disclosure

// Together is Partitions of cells: several ways to divide the same people, each
// shown as the cells given. What it withholds follows from the cells alone, so
// that cells which look the same come out the same, whatever the counts behind
// them; that is what whoever gives several cohorts the same answer needs. A
// partition is withheld whole, every part a star, where what is shown rules out
// any small count for one of its hidden parts; earlier ones are kept where there
// is a choice. A partition without parts bounds nothing.
func (r Rule) Together(parts ...[]Cell) [][]Cell {
	groups := make([]partition, len(parts))
	for t, cells := range parts {
		for _, c := range cells {
			lo, hi := r.bounds(c)
			groups[t] = append(groups[t], part{c, lo, hi})
		}
	}
	for t := len(groups) - 1; t >= 0; t-- {
		if groups[t] != nil && groups[t].tells(groups, t) {
			groups[t] = nil
			t = len(groups) // the others are bounded by less: look at all again
		}
	}
	out := make([][]Cell, len(parts))
	for t, cells := range parts {
		for _, c := range cells {
			if groups[t] == nil {
				c = Hidden
			}
			out[t] = append(out[t], c)
		}
	}
	return out
}
