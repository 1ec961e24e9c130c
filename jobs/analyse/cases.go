package analyse

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"leftshift/engine"
	"leftshift/features/catalogue"
	"leftshift/features/matrix"
	"leftshift/features/plan"
	"leftshift/features/record"
	"leftshift/features/scenario"
	"leftshift/jobs/definitions"
)

// Checked is what `features check` found. Faults are in order of file and
// line; no fault means that every case holds.
type Checked struct {
	Features, Cases, Expectations int
	Faults                        []catalogue.Fault
}

// Second computes features of a record on a day in a way of its own.
type Second func(ctx context.Context, s *definitions.Set, r *record.Record, features []string, on, dataFrom engine.Day) (*matrix.Matrix, error)

// Check runs the cases of feature files through the kernel and, where it is
// given, through a second way to compute. files names those
// whose cases are run and whose features must be shown by one; nil means every
// file that is not built in. The error is of the machine, not of the files.
func Check(ctx context.Context, s *definitions.Set, files []string, second Second) (*Checked, error) {
	out := &Checked{}
	want := func(file string) bool { return true }
	if len(files) > 0 {
		named := map[string]bool{}
		for _, f := range files {
			named[filepath.Base(f)] = true
		}
		want = func(file string) bool { return named[filepath.Base(file)] }
	}
	fault := func(file string, line int, code, text string, args ...any) {
		out.Faults = append(out.Faults, catalogue.Fault{File: file, Line: line, Code: code, Text: fmt.Sprintf(text, args...)})
	}
	compile := func(d plan.Dictionary) (*plan.Plan, error) {
		return plan.Compile(s.Catalogue, s.Codelists, s.Analytes, d)
	}
	shown := map[string]bool{}
	for _, c := range s.Catalogue.Cases {
		if !want(c.File) {
			continue
		}
		out.Cases++
		sc, unread := scenario.Read(c.Record, c.Line, s.Analytes)
		for _, f := range unread {
			fault(c.File, f.Line, "case-unreadable", "%s", f.Text)
		}
		if len(unread) > 0 {
			for id := range sc.Features() {
				shown[id] = true // its own fault is enough
			}
			continue
		}
		differ, err := sc.Check(ctx, compile)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", c.File, c.Line, err)
		}
		for _, d := range differ {
			fault(c.File, d.Line, "case-differs", "%s", d.Text)
		}
		known := []string{}
		for id := range sc.Features() {
			shown[id] = true
			if s.Catalogue.Find(id) != nil {
				known = append(known, id)
			}
		}
		slices.Sort(known)
		for _, a := range sc.Asks {
			out.Expectations += len(a.Expects)
			if second == nil || len(differ) > 0 || len(known) == 0 {
				continue // one way that differs is enough to say
			}
			m, err := second(ctx, s, &sc.Record, known, a.On, a.Data)
			if err != nil {
				return nil, fmt.Errorf("%s:%d: %w", c.File, a.Line, err)
			}
			for _, d := range a.Differences(m) {
				fault(c.File, d.Line, "case-differs-sql", "by SQL, %s; the kernel agrees with the case: report it", d.Text)
			}
		}
	}
	// Every entry must be shown in at least one of its windows or members.
	type entry struct {
		file string
		line int
	}
	entries, seen, first := []entry{}, map[entry]bool{}, map[entry]string{}
	for i := range s.Catalogue.Definitions {
		d := &s.Catalogue.Definitions[i]
		if d.Origin == "" || !want(d.File) {
			continue
		}
		out.Features++
		e := entry{d.File, d.Line}
		if first[e] == "" {
			first[e] = d.ID
			entries = append(entries, e)
		}
		seen[e] = seen[e] || shown[d.ID]
	}
	for _, e := range entries {
		if !seen[e] {
			fault(e.file, e.line, "case-missing", "no case shows %s: add a [[case]] that expects a value of it", first[e])
		}
	}
	sort.SliceStable(out.Faults, func(i, j int) bool {
		a, b := out.Faults[i], out.Faults[j]
		if a.File != b.File {
			return a.File < b.File
		}
		return a.Line < b.Line
	})
	return out, nil
}

// String says the outcome in a line.
func (c *Checked) String() string {
	s := strings.Join([]string{engine.Plural(c.Features, "feature"), engine.Plural(c.Cases, "case"), engine.Plural(c.Expectations, "expectation")}, ", ")
	if len(c.Faults) == 0 {
		return s + ": all hold"
	}
	return s + ": " + engine.Plural(len(c.Faults), "fault")
}
