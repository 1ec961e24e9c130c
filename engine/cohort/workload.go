package cohort

import "leftshift/engine/disclosure"

// Workload is what a cut-off would give each practice or team to do.
type Workload struct {
	Snapshot, AsOf string
	All            Load
	By             []Load // by practice or team
}

// Load is the people above a cut-off. The expected events are the sum of their
// probabilities, rounded as people are; hidden where the people are.
type Load struct {
	Of       string // practice or team; "" all
	Above    disclosure.Cell
	Expected disclosure.Cell
	Everyone disclosure.Cell // expected among all of its people
}

// Per100 is the expected events per 100 people above the cut-off: the positive
// predictive value that the model itself expects. False where it is hidden.
func (l Load) Per100() (float64, bool) { return disclosure.Percent(l.Expected, l.Above) }

// Share is what percentage of all expected events lies above the cut-off: the
// sensitivity that the model itself expects. False where it is hidden.
func (l Load) Share() (float64, bool) { return disclosure.Percent(l.Expected, l.Everyone) }

func (m *memory) workload(above scope, dim int) *Workload {
	return m.workloadOf(m.take(above), dim)
}

func (m *memory) workloadOf(t *told, dim int) *Workload {
	total, cells := m.cells(t)
	allTotal, all := m.cells(m.everyone())
	w := &Workload{All: m.load("", t, 0, total, allTotal)}
	for k, label := range m.pop.dims[dim].Labels {
		w.By = append(w.By, m.load(label, t, m.pop.first[dim]+k, cells[dim][k], all[dim][k]))
	}
	return w
}

func (m *memory) load(of string, t *told, cell int, above, all disclosure.Cell) Load {
	l := Load{of, above, disclosure.Hidden, disclosure.Hidden}
	// Of people in whom few events are expected none are told: they are not none.
	if people, shown := above.Value(); shown && (people == 0 || t.events[cell] > 0 || m.everyone().events[0] == 0) {
		l.Expected = m.rule.Weight(t.events[cell])
	}
	if _, shown := all.Value(); shown {
		l.Everyone = m.rule.Weight(m.everyone().events[cell])
	}
	return l
}
