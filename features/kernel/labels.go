package kernel

import (
	"leftshift/engine"
	"leftshift/features/outcome"
	"leftshift/features/population"
)

// labels fills what happened to each row's person after its index date.
type labels struct {
	plan      *outcome.Plan
	one       *outcome.Labeller
	knowledge engine.Day
	marks     []outcome.Mark // of the person
	out       *Result
	scratch   []outcome.Label
}

// newLabels gives nil without outcomes.
func newLabels(p *outcome.Plan, out *Result, knowledge engine.Day) *labels {
	if p == nil {
		out.Labels = nil
		return nil
	}
	if len(out.Labels) != len(p.Outcomes) {
		out.Labels = make([][]outcome.Label, len(p.Outcomes))
	}
	for i := range out.Labels {
		out.Labels[i] = out.Labels[i][:0]
		if out.Labels[i] == nil {
			out.Labels[i] = []outcome.Label{}
		}
	}
	out.Outcomes = make([]outcome.Summary, len(p.Outcomes))
	return &labels{plan: p, one: p.Labeller(), knowledge: knowledge, out: out}
}

// rows takes the marks of rows of the batch at hand, all of the person: also of
// what happened after every index date.
func (l *labels) rows(s *streams, from, to int) {
	if !l.plan.Reads() {
		return
	}
	for i := from; i < to; i++ {
		l.marks = l.plan.Mark(l.marks, &outcome.Fact{Code: engine.Code(s.code[i]), Kind: engine.EventKind(s.kind[i]), Status: engine.Status(s.status[i]), Position: s.position[i],
			Day: engine.Day(s.day[i]), Last: engine.Day(s.lastDay[i]), KnownFrom: engine.Day(s.knownFrom[i]), KnownTo: s.knownTo.at(i, population.Forever)})
	}
}

// row labels the next row.
func (l *labels) row(h *held, on engine.Day, status population.Status, age int) {
	if status != population.Eligible {
		for i := range l.out.Labels {
			l.out.Labels[i] = append(l.out.Labels[i], outcome.Label{})
		}
		return
	}
	r := outcome.Record{Person: &h.who, Registrations: h.registrations, Residences: h.residences, Spells: h.spells, Marks: l.marks}
	l.scratch = l.one.Labels(l.scratch[:0], &r, on, l.knowledge)
	for i, x := range l.scratch {
		l.out.Labels[i] = append(l.out.Labels[i], x)
		l.out.Outcomes[i].AddPerson(x, age, h.who.Sex)
	}
}
