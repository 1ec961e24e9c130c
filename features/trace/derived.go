package trace

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"leftshift/features/catalogue"
	"leftshift/features/matrix"
)

// span is between what a part is at least and at most. It is one number for a
// value, and all numbers for what is unknown.
type span struct {
	low, high float64
	blind     bool // what makes it wide could not be seen
}

// derived traces the features that a derived one reads, and counts its terms
// twice: those that hold whatever is not known, and those that may.
func (x *tracer) derived() {
	parts := map[string]span{}
	for _, t := range x.d.Terms {
		for _, way := range t.Ways {
			for _, a := range way {
				if _, done := parts[a.Feature]; !done {
					parts[a.Feature] = x.part(a.Feature)
				}
			}
		}
	}
	n, open := 0, 0
	for _, t := range x.d.Terms {
		sure, may, blind := truth(t, parts)
		switch {
		case sure:
			n++
		case may:
			open++
			x.out.blind = x.out.blind || blind
		}
	}
	x.out.Value, x.out.How = float64(n), holding(len(x.d.Terms), n, open)
	switch {
	case open == 0:
	case n > 0 && x.d.Absence == matrix.AbsenceZero:
		x.out.More = true
	case x.out.blind:
		x.out.Value, x.out.State = math.NaN(), matrix.Unobservable
	default:
		x.out.Value, x.out.State = math.NaN(), matrix.Unknown
	}
}

// part traces a feature that is read, as far as it could be seen.
func (x *tracer) part(id string) span {
	p := Part{Feature: id, Value: math.NaN(), State: matrix.Unknown}
	blind := false
	if d := x.shelf.Catalogue.Find(id); d != nil {
		t := traced(x.shelf, d, x.r, x.on, x.dataFrom, x.done)
		p.Value, p.State, p.More, blind = t.Value, t.State, t.More, t.blind
		if d.Source != catalogue.Derived && x.shelf.hides(d) {
			p.Value, p.State = math.NaN(), matrix.Unobservable
		}
	}
	x.out.From = append(x.out.From, p)
	v := float64(float32(p.Value)) // as the matrix has it
	switch {
	case p.State != matrix.Known:
		return span{math.Inf(-1), math.Inf(1), p.State == matrix.Unobservable}
	case p.More:
		return span{v, math.Inf(1), blind}
	}
	return span{v, v, false}
}

// hides says whether all kinds of record that a definition reads are unseen.
func (s *Shelf) hides(d *catalogue.Definition) bool {
	kinds := strings.Fields(d.Column().Observed)
	return len(kinds) > 0 && !slices.ContainsFunc(kinds, func(k string) bool { return !slices.Contains(s.Unseen, k) })
}

// truth says whether a term holds in any case, whether it may, and of one that
// only may, whether what leaves it so could not be seen.
func truth(t catalogue.Term, parts map[string]span) (sure, may, blind bool) {
	for _, way := range t.Ways {
		all, any, dark := true, true, false
		for _, a := range way {
			p := parts[a.Feature]
			is, can := p.low >= a.N, p.high >= a.N
			if a.Below {
				is, can = p.high < a.N, p.low < a.N
			}
			all, any = all && is, any && can
			dark = dark || !is && p.blind
		}
		sure, may, blind = sure || all, may || any, blind || any && dark
	}
	return sure, may, blind
}

// holding says what was counted.
func holding(terms, n, open int) string {
	verb := func(n int, one, many string) string {
		if n == 1 {
			return fmt.Sprintf("%d %s", n, one)
		}
		return fmt.Sprintf("%d %s", n, many)
	}
	switch {
	case terms == 1 && n == 1:
		return "its term holds"
	case terms == 1 && open == 1:
		return "its term may hold or not: what is known does not decide it"
	case terms == 1:
		return "its term does not hold"
	case open == 0:
		return fmt.Sprintf("of %d terms, %s", terms, verb(n, "holds", "hold"))
	}
	return fmt.Sprintf("of %d terms, %s, and %d may hold or not: what is known does not decide", terms, verb(n, "holds", "hold"), open)
}
