package trace

import (
	"context"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"leftshift/engine"
	"leftshift/features/catalogue"
	"leftshift/features/kernel"
	"leftshift/features/matrix"
	"leftshift/features/plan"
	"leftshift/features/record"
	"leftshift/features/sample"
)

// Drawn derived features over what could and could not be seen are, cell by
// cell and state by state, what the kernel makes of them.
func TestDrawnDerivedAgreesWithKernel(t *testing.T) {
	drawn, err := sample.Load()
	if err != nil {
		t.Fatal(err)
	}
	words := map[engine.Code]plan.Word{}
	for _, w := range drawn.Words {
		words[w.Code] = w
	}
	found := map[matrix.State]int{}
	more := 0
	rapid.Check(t, func(t *rapid.T) {
		cat := sample.Catalogue(t, drawn, 8)
		p, err := plan.Compile(cat, drawn.Library, drawn.Analytes, drawn.Dictionary)
		if err != nil {
			t.Fatal(err)
		}
		dates := sample.Dates(t)
		people, coverage := sample.Draw(t, dates, drawn, cat), sample.Coverage(t, dates)
		if len(people.Persons) == 0 {
			return
		}
		on := dates[0]
		r := of(people, people.Persons[0].Person)
		r.Words = words
		opt := kernel.Options{}
		if coverage != nil {
			opt.Coverage = coverage[:1]
		}
		got, err := r.Run(context.Background(), p, on, on, opt)
		if err != nil {
			t.Fatal(err)
		}
		s := &Shelf{Catalogue: cat, Codelists: drawn.Library, Analytes: drawn.Analytes}
		if got.Unseen != nil {
			s.Unseen = strings.Fields(got.Unseen[0])
		}
		near := map[string]bool{} // rounded otherwise, which an atom may tell apart
		for j := range cat.Definitions {
			d, cell := &cat.Definitions[j], got.Matrix.Values[j][0]
			x := Of(s, d, r, on, 0)
			if d.Source != catalogue.Derived {
				near[d.ID] = !s.hides(d) && !math.IsNaN(x.Value) && float32(x.Value) != cell
				continue
			}
			for _, part := range x.From {
				near[d.ID] = near[d.ID] || near[part.Feature]
			}
			if near[d.ID] {
				continue
			}
			found[x.State]++
			if x.More {
				more++
			}
			if state := matrix.StateOf(cell); state != x.State || !Same(x.Value, float64(cell)) {
				t.Fatalf("%s: the kernel says %v (%s), the trace %v (%s; %s)\n%+v\n%+v", d.ID, cell, state, x.Value, x.State, x.How, d, x.From)
			}
		}
	})
	t.Log(found, more)
	for _, state := range []matrix.State{matrix.Known, matrix.Unknown, matrix.Unobservable} {
		if found[state] == 0 {
			t.Errorf("no derived feature was ever %s: the draws are too plain", state)
		}
	}
	if more == 0 {
		t.Error("no derived feature was ever a lower bound: the draws are too plain")
	}
}

// of gives one person's rows.
func of(p *sample.People, id engine.Person) *record.Record {
	r := &record.Record{}
	for _, x := range p.Persons {
		if x.Person == id {
			r.Person = x
		}
	}
	r.Registrations = rows(p.Registrations, func(i int) bool { return p.Registrations[i].Person == id })
	r.Residences = rows(p.Residences, func(i int) bool { return p.Residences[i].Person == id })
	r.Events = rows(p.Events, func(i int) bool { return p.Events[i].Person == id })
	r.Spells = rows(p.Spells, func(i int) bool { return p.Spells[i].Person == id })
	r.Documents = rows(p.Documents, func(i int) bool { return p.Documents[i].Person == id })
	return r
}

func rows[T any](from []T, is func(int) bool) (out []T) {
	for i := range from {
		if is(i) {
			out = append(out, from[i])
		}
	}
	return out
}
