package scenario

import (
	"context"
	"fmt"
	"slices"

	"leftshift/engine/analyte"
	"leftshift/features/catalogue"
	"leftshift/features/codelist"
	"leftshift/features/declared"
	"leftshift/features/plan"
)

// Run is a worked case of a feature file that was read and run.
type Run struct {
	catalogue.Case
	*Scenario
	Features []string // those that it expects something of and that there are, in order
	Holds    bool
}

// Cases runs the worked cases of the feature files that want names, and adds a
// fault for each line that cannot be read, each value that differs, and each
// entry that is not built in and that no case shows in any of its windows or
// members. Of features that Load left out for a fault of their own (see
// catalogue.Catalogue.Faulty) nothing is told. The runs are of cases that could
// be read, in order. The error is of the machine, not of the files.
func Cases(ctx context.Context, c *catalogue.Catalogue, lib *codelist.Library, analytes *analyte.Table, want func(file string) bool, faults *declared.Faults) ([]Run, error) {
	var out []Run
	shown := map[string]bool{}
	for _, k := range c.Cases {
		if !want(k.File) {
			continue
		}
		s, unread := Read(k.Record, k.Line, analytes)
		for _, f := range unread {
			faults.Add(k.File, f.Line, "case-unreadable", "%s", f.Text)
		}
		for _, f := range s.Doubts {
			faults.Add(k.File, f.Line, "case-doubtful", "%s", f.Text)
		}
		run := Run{Case: k, Scenario: s, Holds: true}
		for id := range s.Features() {
			shown[id] = true // a fault of its case is enough
			if c.Find(id) != nil {
				run.Features = append(run.Features, id)
			}
		}
		slices.Sort(run.Features)
		if len(unread)+len(s.Doubts) > 0 {
			continue
		}
		for i := range s.Asks {
			s.Asks[i].Expects = slices.DeleteFunc(s.Asks[i].Expects, func(e Expect) bool { return c.Faulty(e.Feature) })
		}
		part := c.Subset(run.Features)
		differ, err := s.Check(ctx, func(d plan.Dictionary) (*plan.Plan, error) { return plan.Compile(part, lib, analytes, d) })
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", k.File, k.Line, err)
		}
		for _, d := range differ {
			faults.Add(k.File, d.Line, "case-differs", "%s", d.Text)
			run.Holds = false
		}
		out = append(out, run)
	}
	missing(c, want, shown, faults)
	return out, nil
}

// missing tells which entries no case shows.
func missing(c *catalogue.Catalogue, want func(file string) bool, shown map[string]bool, faults *declared.Faults) {
	type entry struct {
		file string
		line int
	}
	var entries []entry
	seen, first := map[entry]bool{}, map[entry]string{}
	for i := range c.Definitions {
		d := &c.Definitions[i]
		if d.Origin == "" || !want(d.File) {
			continue
		}
		e := entry{d.File, d.Line}
		if first[e] == "" {
			first[e] = d.ID
			entries = append(entries, e)
		}
		seen[e] = seen[e] || shown[d.ID]
	}
	for _, e := range entries {
		if !seen[e] {
			faults.Add(e.file, e.line, "case-missing", "no case shows %s: add a [[case]] that expects a value of it", first[e])
		}
	}
}
