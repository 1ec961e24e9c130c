package kernel

import (
	"math"

	"leftshift/features/catalogue"
	"leftshift/features/matrix"
)

// What a term is, so that the ways of one, joined by or, make the greatest: it
// does not hold; it is undecided, for a value is unknown, or not observable; it
// holds.
const (
	no uint8 = iota
	unknown
	unseen
	yes
)

// The atoms of a way leave a mark each unless they hold. The first two are 1 and
// 2, as compare adds them up.
const (
	markUnknown uint8 = 1 << iota
	markUnseen
	markNo
)

var (
	wayOf  = [8]uint8{yes, unknown, unseen, unseen, no, no, no, no} // by marks
	counts = [4]float32{yes: 1}                                     // by term
	leaves = [4]uint8{unknown: markUnknown, unseen: markUnseen}
	cells  = [4]float32{markUnknown: matrix.NaN, markUnseen: matrix.NotObservable, markUnknown | markUnseen: matrix.NotObservable}
)

// derive fills the features made of others, as they stand: a column at a time,
// a block of rows at a time. The rules are those of catalogue.Term.
func (s *sheet) derive() {
	var way, term, left [block]uint8
	more := map[int][]uint8{} // by column: marks of what leaves a lower bound one
	for _, x := range s.plan.Deriveds {
		out := s.m.Values[x.Column]
		var bound []uint8
		if s.m.Columns[x.Column].Absence == matrix.AbsenceZero {
			bound = make([]uint8, len(out))
			more[x.Column] = bound
		}
		for from := 0; from < len(out); from += block {
			to := min(from+block, len(out))
			way, term, left, out := way[:to-from], term[:to-from], left[:to-from], out[from:to]
			clear(out)
			clear(left)
			for _, t := range x.Terms {
				for w, atoms := range t.Ways {
					clear(way)
					for _, a := range atoms {
						var b []uint8
						if of := more[a.Column]; of != nil {
							b = of[from:to]
						}
						compare(way, s.m.Values[a.Column][from:to], b, a.Atom)
					}
					if w == 0 {
						for i, m := range way {
							term[i] = wayOf[m&7]
						}
						continue
					}
					for i, m := range way {
						term[i] = max(term[i], wayOf[m&7])
					}
				}
				for i, x := range term {
					out[i] += counts[x&3]
					left[i] |= leaves[x&3]
				}
			}
			for i, m := range left {
				switch {
				case m == 0:
				case bound != nil && out[i] > 0:
					bound[from+i] = m
				default:
					out[i] = cells[m&3]
				}
			}
		}
	}
}

// compare marks what does not hold, or is not known to, of each value. bound has
// the marks of lower bounds, nil for none: of one that is below the atom's number
// more could change the answer, whichever it asks.
func compare(way []uint8, values []float32, bound []uint8, a catalogue.Atom) {
	n, ifBelow, ifLeast := a.N, markNo, uint8(0)
	if a.Below {
		ifBelow, ifLeast = 0, markNo
	}
	for i, v := range values[:len(way)] {
		below, least := one(float64(v) < n), one(float64(v) >= n) // neither of NaN
		m := ifBelow&-below | ifLeast&-least
		m |= 1 - below - least + one(math.Float32bits(v) == notObservable)
		if bound != nil && below&one(bound[i] != 0) == 1 {
			m = bound[i]
		}
		way[i] |= m
	}
}

var notObservable = math.Float32bits(matrix.NotObservable)

// one is 1 where something is so, else 0, without a branch.
func one(is bool) (n uint8) {
	if is {
		n = 1
	}
	return n
}

// name adds the derived features that are not observable to what is unseen of
// each row. Equal texts share memory.
func (s *sheet) name(unseen []string) []string {
	if unseen == nil {
		return nil
	}
	same := map[string]string{}
	var b []byte
	for i, text := range unseen {
		if text == "" {
			continue
		}
		b = append(b[:0], text...)
		for _, x := range s.plan.Deriveds {
			if matrix.StateOf(s.m.Values[x.Column][i]) == matrix.Unobservable {
				b = append(append(b, ' '), s.m.Columns[x.Column].Observed...)
			}
		}
		named, ok := same[string(b)]
		if !ok {
			named = string(b)
			same[named] = named
		}
		unseen[i] = named
	}
	return unseen
}
