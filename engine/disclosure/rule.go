// Package disclosure is the one door through which counts of people leave.
//
// A count passes it once and becomes a Cell: 0 stays 0, a small count becomes
// "*", any other is rounded. A Cell holds nothing else, so whatever is made of
// cells (totals, percentages, charts, files) cannot say more than they do.
//
// The rule of 7 and 5 is that of NHS England for sub-national hospital data
// ("Hospital Episode Statistics: disclosure control", September 2018) and of
// OpenSAFELY ("Statistical disclosure control": redact 7 or fewer, round to 5).
//
// What it does not do: counts of things (files, rows, practices) need no
// control and have none here, and a care list is no aggregate. Nor can any
// fixed rounding hide a change of one: whoever sees the same table twice, and
// knows that exactly one known person came in between, learns that person's
// cell where it crosses a border (0 to 1, 7 to 8, 12 to 13); nothing else in
// the table moves. Nor does rounding hold against many tables: each is rounded
// by itself, so whoever may choose the groups can have one group in many of them,
// and the mean tells its number. Tables that are fixed are held against each other
// (Partitions, Together, Node). Where groups can be chosen, package cohort leaves
// out what makes a difference to few, answers alike what is nearly alike, refuses
// numbers that come back to one group, and bounds how many there are; its memory
// says what is left, and after how many questions.
package disclosure

import (
	"math"

	"leftshift/engine"
)

// Rule says which counts are small and how others are rounded.
type Rule struct {
	Small   int // counts of 1 to Small are hidden
	RoundTo int // others are rounded to a multiple of this; 1 does not round, 0 means 5 (and Small 0 then means 7)
}

// Standard is the rule for sub-national counts of people.
var Standard = Rule{Small: 7, RoundTo: 5}

// Validate reports a rule that cannot be applied, or nil.
func (r Rule) Validate() error {
	if r.Small < 0 || r.RoundTo < 0 {
		return &engine.Fault{Code: "disclosure-rule", Say: "the disclosure rule has a negative number; give 0 or more for the small number and 1 or more to round to"}
	}
	return nil
}

func (r Rule) filled() Rule {
	if r.RoundTo == 0 {
		r.RoundTo = Standard.RoundTo
		if r.Small == 0 {
			r.Small = Standard.Small
		}
	}
	// A count that would round to 0 is hidden too: 0 always means nobody.
	r.Small = max(r.Small, (r.RoundTo-1)/2)
	return r
}

// Count is what may be shown of n people: 0 as 0, 1 to Small hidden, others as
// the nearest multiple of RoundTo, a tie (there is none when RoundTo is odd)
// going up. It panics when n is negative.
func (r Rule) Count(n int) Cell {
	r = r.filled()
	switch {
	case n < 0:
		panic("disclosure: a count below 0")
	case n == 0:
		return Cell{}
	case n <= r.Small:
		return Hidden
	}
	return Cell{value: (n + r.RoundTo/2) / r.RoundTo * r.RoundTo}
}

// Weight is Count for a weighted count, first rounded to a whole number, but
// never to 0 when it is above. It panics when w is negative or not finite.
func (r Rule) Weight(w float64) Cell {
	if !(w >= 0) || math.IsInf(w, 1) {
		panic("disclosure: a weight that is no finite number of 0 or more")
	}
	n := int(math.Round(w))
	if w > 0 && n == 0 {
		n = 1
	}
	return r.Count(n)
}

// Mean gives a mean over n people back when it may be shown: n above Small,
// and the mean a number.
func (r Rule) Mean(n int, mean float64) (float64, bool) {
	if n <= r.filled().Small || math.IsNaN(mean) {
		return math.NaN(), false
	}
	return mean, true
}

// bounds are the least and greatest counts that a reader of a cell of Count
// takes for possible.
func (r Rule) bounds(c Cell) (lo, hi int) {
	r = r.filled()
	switch {
	case c.hidden:
		return 1, r.Small
	case c.value == 0:
		return 0, 0
	}
	return max(c.value-r.RoundTo/2, r.Small+1), c.value + (r.RoundTo-1)/2
}
