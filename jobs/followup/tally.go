package followup

import (
	"errors"
	"math"
	"slices"

	"leftshift/engine"
	"leftshift/engine/disclosure"
	"leftshift/features/kernel"
	"leftshift/features/outcome"
)

// counts are the labels of one index date, summed up.
type counts struct {
	outcomes []*outcome.Outcome
	by       [][]outcome.Summary // by outcome, then horizon
	all      outcome.Summary     // how the time of everyone ended, to the longest horizon
}

func newCounts(outcomes []*outcome.Outcome) *counts {
	c := &counts{outcomes: outcomes, by: make([][]outcome.Summary, len(outcomes))}
	for i, o := range outcomes {
		c.by[i] = make([]outcome.Summary, len(o.Horizons))
	}
	return c
}

// add counts the rows of a result of one index date.
func (c *counts) add(r *kernel.Result) {
	for row := range r.Persons {
		who := &r.Places[row]
		longest := outcome.Label{}
		for i, o := range c.outcomes {
			l := r.Labels[i][row]
			for k, h := range o.Horizons {
				c.by[i][k].AddPerson(l.Within(h), int(who.Age), who.Sex)
			}
			if l.Horizon > longest.Horizon {
				longest = l
			}
		}
		c.all.AddPerson(longest, int(who.Age), who.Sex)
	}
}

// tallies passes the counts through the door. All of them divide the people of
// the index date, so they bound each other, and pass it together.
func (c *counts) tallies(rule disclosure.Rule, on, knowledge engine.Day) (people disclosure.Cell, out []Tally, f FollowUp) {
	all := c.all.People + c.all.Without
	parts := [][]int{{int(all)}, {int(c.all.Deaths), int(c.all.Leavers), int(all - c.all.Deaths - c.all.Leavers)}}
	for i := range c.outcomes {
		s := &c.by[i][0]
		parts = append(parts, []int{int(s.People), int(s.Without)})
	}
	// The longest horizons first: they are kept where there is a choice.
	for i := range c.outcomes {
		for _, s := range slices.Backward(c.by[i]) {
			parts = append(parts, []int{int(s.Events()), int(s.Competing()), int(s.LeftBefore()), int(s.CutBefore()), int(s.By[outcome.Completed]), int(s.Without)})
		}
	}
	cells := rule.Partitions(parts...)
	people = cells[0][0]

	f = FollowUp{Days: longest(c.outcomes), Deaths: cells[1][0], Leavers: cells[1][1]}
	f.Years = years(rule, people, f.Days, f.Deaths, f.Leavers)
	f.DeathRate, f.LeavingRate = rate(f.Deaths, f.Years), rate(f.Leavers, f.Years)
	if v, ok := rule.Mean(int(c.all.People), c.all.ExpectedDeathRate()); ok {
		f.ExpectedDeaths = tenth(v)
	}
	next := 2 + len(c.outcomes)
	for i, o := range c.outcomes {
		t := Tally{ID: o.ID, Title: o.Title, AtRisk: cells[2+i][0], Unseen: []string{}, Horizons: make([]Within, len(o.Horizons))}
		for k := range slices.Backward(o.Horizons) {
			x := cells[next]
			next++
			w := Within{Days: o.Horizons[k], Events: x[0], Competing: x[1], Left: x[2], Cut: x[3], Completed: x[4]}
			w.Years = years(rule, t.AtRisk, w.Days, w.Events, w.Competing, w.Left, w.Cut)
			if o.Ready(on, knowledge, w.Days) != nil {
				w.Settles = (on + engine.Day(w.Days+o.Freeze)).String()
			}
			w.Rate = rate(w.Events, w.Years)
			t.Horizons[k] = w
		}
		out = append(out, t)
	}
	return people, out, f
}

// years are person-years by the actuarial method: everyone at risk for all of
// the days, but those who did not stay for half of them. They are made of counts
// as shown (a hidden one as none), for the time that people really spent tells
// how many they were more closely than the counts may.
func years(rule disclosure.Rule, atRisk disclosure.Cell, days int, ended ...disclosure.Cell) disclosure.Cell {
	n, ok := atRisk.Value()
	if !ok {
		return disclosure.Hidden
	}
	stayed := float64(n)
	for _, c := range ended {
		if v, ok := c.Value(); ok {
			stayed -= float64(v) / 2
		}
	}
	return rule.Weight(max(0, stayed) * float64(days) / 365.25)
}

// doubts are what is wrong with deaths and leavers, without numbers of people.
func (c *counts) doubts(expectedLeaving float64) []*engine.Fault {
	var out []*engine.Fault
	var f *engine.Fault
	if errors.As(c.all.Check(), &f) {
		out = append(out, f)
	}
	return append(out, c.all.Hints(expectedLeaving)...)
}

func longest(outcomes []*outcome.Outcome) int {
	h := 0
	for _, o := range outcomes {
		h = max(h, o.Horizon())
	}
	return h
}

func shortest(outcomes []*outcome.Outcome) int {
	h := outcome.MaxHorizon
	for _, o := range outcomes {
		h = min(h, o.Horizons[0])
	}
	return h
}

// rate is per 1,000 person-years, both as shown; nil where either is hidden or
// there is no time.
func rate(events, years disclosure.Cell) *float64 {
	v, ok := disclosure.Percent(events, years)
	if !ok {
		return nil
	}
	return tenth(10 * v)
}

func tenth(v float64) *float64 {
	v = math.Round(10*v) / 10
	return &v
}
