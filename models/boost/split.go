package boost

// split divides a leaf: rows whose bin is at most bin, and NaN when
// missingLeft, go left.
type split struct {
	gain        float64 // twice the fall of the loss; 0 means no split
	column      int
	bin         uint8
	missingLeft bool
	missing     bool // the leaf has NaN in this column
	left        pair // sums of the left child
}

// better says whether s is to be preferred to t: more gain, and among equals
// the lower column (columns are offered in rising order, so a later one must
// have strictly more).
func (s split) better(t split) bool { return s.gain > t.gain }

// rules are what a split must keep to.
type rules struct {
	scale
	l2, minWeight, minGain float64
	minRows                int
	use                    []bool // columns that this tree may use; nil means all
}

// score is the fall of the loss that the best constant brings to rows with
// these sums, times two: G²/(H+λ). Formula (6) of Chen and Guestrin, "XGBoost",
// KDD 2016.
func (r *rules) score(g, h float64) float64 { return g * g / (h + r.l2) }

// value is that best constant.
func (r *rules) value(p pair) float64 {
	h := r.curvature(p) + r.l2
	if h <= 0 {
		return 0
	}
	return -r.gradient(p) / h
}

// best finds the best split of a leaf among the columns of a block. Columns
// with NaN are scanned twice, NaN going right and then left; on equal gain NaN
// goes right. Equal gain within a column goes to the lower bin.
func (b *block) best(hist []pair, total pair, t *table, r *rules) split {
	var out split
	if r.rows(total) < 2*r.minRows {
		return out
	}
	for c, j := range b.columns {
		if r.use != nil && !r.use[j] {
			continue
		}
		h := hist[b.offset[c]:b.offset[c+1]]
		e := &t.edges[j]
		values := e.values()
		s := scan(h[:values], pair{}, total, r)
		missing := e.missing && h[values].hn != 0
		if missing {
			if l := scan(h[:values], h[values], total, r); l.better(s) {
				s = l
				s.missingLeft = true
			}
		}
		s.column, s.missing = j, missing
		if s.better(out) {
			out = s
		}
	}
	return out
}

// scan tries every bin border of a column, start being already on the left.
func scan(h []pair, start, total pair, r *rules) split {
	var out split
	base := r.score(r.gradient(total), r.curvature(total)) + r.minGain
	left := start
	last := len(h) - 1
	// NaN rows stay right when start is empty: then the border after the last
	// value bin parts known from unknown, and is allowed.
	for k := 0; k <= last; k++ {
		if h[k].hn == 0 {
			continue // the same division as the border before
		}
		left.g += h[k].g
		left.hn += h[k].hn
		if r.rows(left) < r.minRows {
			continue
		}
		right := pair{total.g - left.g, total.hn - left.hn}
		if r.rows(right) < r.minRows {
			break // and fewer from here on
		}
		hl, hr := r.curvature(left), r.curvature(right)
		if hl < r.minWeight || hr < r.minWeight {
			continue
		}
		gain := r.score(r.gradient(left), hl) + r.score(r.gradient(right), hr) - base
		if gain > out.gain {
			out = split{gain: gain, bin: uint8(k), left: left}
		}
	}
	return out
}
