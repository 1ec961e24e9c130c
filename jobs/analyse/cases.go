package analyse

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"leftshift/engine"
	"leftshift/features/catalogue"
	"leftshift/features/declared"
	"leftshift/features/matrix"
	"leftshift/features/record"
	"leftshift/features/scenario"
	"leftshift/jobs/definitions"
)

// Checked is what `features check` found. Faults are in order of file and
// line; no fault means that every case holds.
type Checked struct {
	Features, Cases, Expectations int
	Faults                        []declared.Fault
	// Notes are what a reader should know of the features and is no fault, each in
	// a sentence with its place, in the order of the catalogue.
	Notes []string
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
	faults := &declared.Faults{}
	runs, err := scenario.Cases(ctx, s.Catalogue, s.Codelists, s.Analytes, want, faults)
	if err != nil {
		return nil, err
	}
	for _, r := range runs {
		for _, a := range r.Asks {
			out.Expectations += len(a.Expects)
			if second == nil || !r.Holds || len(r.Features) == 0 {
				continue // one way that differs is enough to say
			}
			m, err := second(ctx, s, &r.Scenario.Record, r.Features, a.On, a.Data)
			if err != nil {
				return nil, fmt.Errorf("%s:%d: %w", r.File, a.Line, err)
			}
			for _, d := range a.Differences(m) {
				faults.Add(r.File, d.Line, "case-differs-sql", "by SQL, %s; the kernel agrees with the case: report it", d.Text)
			}
		}
	}
	for _, c := range s.Catalogue.Cases {
		if want(c.File) {
			out.Cases++
		}
	}
	for i := range s.Catalogue.Definitions {
		if d := &s.Catalogue.Definitions[i]; d.Origin != "" && want(d.File) {
			out.Features++
			out.note(s, d)
		}
	}
	if faults.Err() != nil {
		out.Faults = faults.List
	}
	return out, nil
}

// note adds what should be known of a site's feature.
func (c *Checked) note(s *definitions.Set, d *catalogue.Definition) {
	say := func(text string, args ...any) {
		c.Notes = append(c.Notes, fmt.Sprintf("%s:%d: %s "+text, append([]any{d.File, d.Line, d.ID}, args...)...))
	}
	if d.Raised != "" {
		say("is shown to clinicians only, though its file says team: %s", d.Raised)
	}
	if d.Unmeasured() {
		say("is 0 of someone who was never measured, as of someone whose values lie outside its bounds; with min, max or latest_value and absence = \"unknown\" the two are told apart")
	}
	told := map[string]bool{}
	for _, t := range d.Terms {
		for _, way := range t.Ways {
			for _, atom := range way {
				if x := s.Catalogue.Find(atom.Feature); x != nil && x.Unmeasured() && !told[x.ID] {
					told[x.ID] = true
					say("reads %s, which is 0 of someone who was never measured", x.ID)
				}
			}
		}
	}
}

// String says the outcome in a line.
func (c *Checked) String() string {
	s := strings.Join([]string{engine.Plural(c.Features, "feature"), engine.Plural(c.Cases, "case"), engine.Plural(c.Expectations, "expectation")}, ", ")
	if len(c.Faults) == 0 {
		return s + ": all hold"
	}
	return s + ": " + engine.Plural(len(c.Faults), "fault")
}
