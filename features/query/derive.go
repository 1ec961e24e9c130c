package query

import (
	"leftshift/features/matrix"
	"leftshift/features/plan"
)

// Hide makes not observable what reads nothing but kinds of record that are
// unseen, as matrix.Hide does, and makes the derived features anew of what is
// left. p is the plan of the run.
func (r *Result) Hide(p *plan.Plan, unseen []string) {
	r.Matrix.Hide(unseen)
	derive(p, r.Matrix)
}

// answer is what is known of a number that is asked about: that it is at least
// so much, and that it is no more; whether what is missing could not be seen.
type answer struct {
	least  float64
	open   bool // it may be more
	known  bool // false: nothing is known of it
	unseen bool
}

// derive fills the features made of others, a cell at a time, by the rules of
// catalogue.Term.
func derive(p *plan.Plan, m *matrix.Matrix) {
	for row := range m.Rows {
		made := map[int]answer{} // by column, of counts that may be more
		of := func(column int) answer {
			if a, ok := made[column]; ok {
				return a
			}
			v := m.Values[column][row]
			return answer{least: float64(v), known: v == v, unseen: matrix.StateOf(v) == matrix.Unobservable}
		}
		for _, x := range p.Deriveds {
			a := count(&x, of)
			cell := float32(a.least)
			switch {
			case !a.open:
			case m.Columns[x.Column].Absence == matrix.AbsenceZero && a.least > 0:
				made[x.Column] = a
			case a.unseen:
				cell = matrix.NotObservable
			default:
				cell = matrix.NaN
			}
			m.Values[x.Column][row] = cell
		}
	}
}

// count counts the terms that hold; the answer is open where one is undecided.
func count(x *plan.Derived, of func(column int) answer) answer {
	out := answer{known: true}
	for _, t := range x.Terms {
		holds, open, unseen := false, false, false
		for _, way := range t.Ways {
			sure, never, blind := true, false, false
			for _, a := range way {
				v := of(a.Column)
				least := v.known && v.least >= a.N // nothing more would change it
				if least || v.known && !v.open {
					never = never || least == a.Below
					continue
				}
				sure, blind = false, blind || v.unseen
			}
			if never {
				continue
			}
			holds = holds || sure
			open, unseen = open || !sure, unseen || blind
		}
		switch {
		case holds:
			out.least++
		case open:
			out.open, out.unseen = true, out.unseen || unseen
		}
	}
	return out
}
