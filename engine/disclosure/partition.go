package disclosure

// Partitions controls several ways to divide the same people: by age, by
// band, by practice. Each is in shape as its argument.
//
// The parts of each sum to the same unknown number, so what one shows bounds
// the others: when ages 50, 55 and * stand beside sexes 100 and 0, the star can
// only be 1. So a partition in which a hidden count could no longer be any small
// count is withheld whole, every part a star; the earlier ones are kept where
// there is a choice, so give the most wanted first. It is rare but for small
// populations in few parts.
//
// Less is not enough: to hide only the next smallest part, or to be content
// with three values left, tells a reader who knows the method by what was hidden
// and what was not. That reader is what the test enumerates, for the standard
// rule; one that rounds coarsely and hides little (3 and 5, 7 and 10) is not safe
// from them.
//
// A partition without parts bounds nothing. One with a smaller sum than another
// is taken to have one more part, that is not shown. It panics on a count below
// 0.
func (r Rule) Partitions(parts ...[]int) [][]Cell {
	people := 0
	sums := make([]int, len(parts))
	for t, p := range parts {
		for _, n := range p {
			sums[t] += n
		}
		people = max(people, sums[t])
	}
	groups := make([]partition, len(parts))
	for t, p := range parts {
		for _, n := range p {
			groups[t] = append(groups[t], r.part(n))
		}
		if rest := people - sums[t]; rest > 0 && len(p) > 0 {
			groups[t] = append(groups[t], r.part(rest))
		}
	}
	for t := len(groups) - 1; t >= 0; t-- {
		if groups[t].tells(groups, t) {
			groups[t] = nil
			t = len(groups) // the others are bounded by less: look at all again
		}
	}
	out := make([][]Cell, len(parts))
	for t, p := range parts {
		for k := range p {
			if groups[t] == nil {
				out[t] = append(out[t], Hidden)
			} else {
				out[t] = append(out[t], groups[t][k].shown)
			}
		}
	}
	return out
}

// part is one count as a reader sees it.
type part struct {
	shown  Cell
	lo, hi int // counts the reader takes for possible
}

// partition is nil when it is withheld.
type partition []part

func (r Rule) part(n int) part {
	c := r.Count(n)
	lo, hi := r.bounds(c)
	return part{c, lo, hi}
}

func (g partition) sum() (lo, hi int) {
	for _, p := range g {
		lo += p.lo
		hi += p.hi
	}
	return lo, hi
}

// tells says whether all that is shown rules out any value of a hidden part of
// partition t. With one sum in common the bounds below are exact.
func (g partition) tells(groups []partition, t int) bool {
	least, most := g.sum()
	from, to := least, most // of the number of people
	for u, other := range groups {
		if u != t && other != nil {
			lo, hi := other.sum()
			from, to = max(from, lo), min(to, hi)
		}
	}
	for _, p := range g {
		if p.shown.hidden && (from-(most-p.hi) > p.lo || to-(least-p.lo) < p.hi) {
			return true
		}
	}
	return false
}
