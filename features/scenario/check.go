package scenario

import (
	"context"
	"fmt"
	"math"

	"leftshift/engine"
	"leftshift/features/catalogue"
	"leftshift/features/kernel"
	"leftshift/features/matrix"
	"leftshift/features/plan"
)

// Difference is an expectation that does not hold.
type Difference struct {
	Line int
	Text string
}

// Check runs the kernel on every day asked and gives what differs, in order of
// line. A value is the same when it is within 0.0005. compile makes the plan
// of the catalogue over the record's dictionary. Errors are the kernel's and
// compile's.
func (s *Scenario) Check(ctx context.Context, compile func(plan.Dictionary) (*plan.Plan, error)) ([]Difference, error) {
	p, err := compile(s.Record.Dictionary)
	if err != nil {
		return nil, err
	}
	var out []Difference
	for _, a := range s.Asks {
		r, err := s.Record.Run(ctx, p, a.On, a.On, kernel.Options{DataFrom: a.Data})
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", a.Line, err)
		}
		out = append(out, a.Differences(r.Matrix)...)
	}
	return out, nil
}

// Differences gives what the first row of a matrix of the ask's day does not
// hold, in order of line.
func (a *Ask) Differences(m *matrix.Matrix) []Difference {
	var out []Difference
	for _, e := range a.Expects {
		if text := e.differs(m, a.On); text != "" {
			out = append(out, Difference{e.Line, text})
		}
	}
	return out
}

// Features names the features that the scenario expects something of.
func (s *Scenario) Features() map[string]bool {
	out := map[string]bool{}
	for _, a := range s.Asks {
		for _, e := range a.Expects {
			out[e.Feature] = true
		}
	}
	return out
}

// differs says how the first row of a matrix differs from an expectation, or "".
func (e *Expect) differs(m *matrix.Matrix, on engine.Day) string {
	j := m.Find(e.Feature)
	if j < 0 {
		return "there is no feature " + e.Feature
	}
	got, last := m.Values[j][0], engine.NoDay
	if m.Last[j] != nil {
		last = engine.Day(m.Last[j][0])
	}
	if e.Says != "" {
		if said := catalogue.Sentence(m.Columns[j], got, last, on); said != e.Says {
			return fmt.Sprintf("%s says %q, not %q", e.Feature, said, e.Says)
		}
		return ""
	}
	same := e.Value == Unknown && math.IsNaN(float64(got))
	if e.Value != Unknown {
		want, _ := number(e.Value) // it was read
		same = math.Abs(float64(got)-want) <= 0.0005
	}
	if !same {
		return fmt.Sprintf("%s is %s on %s, not %s", e.Feature, Say(got), on, e.Value)
	}
	if e.Last != "" && last.String() != e.Last {
		shown := last.String()
		if shown == "" {
			shown = "no day"
		}
		return fmt.Sprintf("the newest row of %s is on %s, not %s", e.Feature, shown, e.Last)
	}
	return ""
}

// Say writes a value as an expectation would have it.
func Say(v float32) string {
	if math.IsNaN(float64(v)) {
		return Unknown
	}
	return fmt.Sprintf("%g", math.Round(float64(v)*1e4)/1e4)
}
