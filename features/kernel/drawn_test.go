package kernel

import (
	"context"
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"leftshift/engine"
	"leftshift/features/catalogue"
	"leftshift/features/matrix"
	"leftshift/features/plan"
	"leftshift/features/sample"
)

// plain gives the drawn rows of one person, or with 0 of everyone, as the
// reference reads them.
func plain(p *sample.People, words map[engine.Code]plan.Word, id engine.Person) *record {
	r := &record{}
	is := func(x engine.Person) bool { return id == 0 || x == id }
	for _, x := range p.Persons {
		if is(x.Person) {
			r.persons = append(r.persons, personRow{int64(x.Person), x.BirthMonth, x.DeathDay, x.Sex, x.EthnicCategory, x.Sources})
		}
	}
	for _, x := range p.Registrations {
		if is(x.Person) {
			r.registrations = append(r.registrations, intervalRow{person: int64(x.Person), code: x.Practice, from: x.FromDay, to: x.ToDay})
		}
	}
	for _, x := range p.Residences {
		if is(x.Person) {
			r.residences = append(r.residences, intervalRow{int64(x.Person), x.Area, x.FromDay, x.ToDay, x.CareHome, x.IMDDecile})
		}
	}
	for _, x := range p.Events {
		if is(x.Person) {
			w := words[x.Code]
			r.events = append(r.events, eventRow{int64(x.Person), x.Day, x.LastDay, x.Kind, w.System, w.Text, x.Value.N,
				x.Value.Known && x.Value.N <= plan.LargestValue && x.Value.N >= -plan.LargestValue, x.Status, x.Mode, x.Position, x.KnownFrom, x.KnownTo})
		}
	}
	for _, x := range p.Spells {
		if is(x.Person) {
			r.spells = append(r.spells, spellRow{int64(x.Person), x.Kind, x.StartDay, x.EndDay, x.CIS, x.CISFirst == 1, int64(x.Specialty), x.Attended,
				x.Destination, x.ArrivalMode, x.KnownFrom, x.KnownTo})
		}
	}
	for _, x := range p.Documents {
		if is(x.Person) {
			w := words[x.Type]
			r.documents = append(r.documents, documentRow{int64(x.Person), x.Day, x.EndDay, w.System, w.Text, x.Category, x.Status, x.KnownFrom, x.KnownTo})
		}
	}
	r.sort()
	return r
}

// Drawn definitions, not only the built-in ones, are what the reference
// evaluator reads from their words.
func TestDrawnDefinitionsAgreeWithReference(t *testing.T) {
	drawn, err := sample.Load()
	if err != nil {
		t.Fatal(err)
	}
	words := map[engine.Code]plan.Word{}
	for _, w := range drawn.Words {
		words[w.Code] = w
	}
	tally := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		cat := sample.Catalogue(t, drawn, 6)
		p, err := plan.Compile(cat, drawn.Library, drawn.Analytes, drawn.Dictionary)
		if err != nil {
			t.Fatal(err)
		}
		dates := sample.Dates(t)
		people := sample.Draw(t, dates, drawn, cat)
		res, err := Run(context.Background(), p, plain(people, words, 0).input(10), dates, dates[len(dates)-1], Options{Everyone: true, Days: true, Coverage: sample.Coverage(t, dates)})
		if err != nil {
			t.Fatal(err)
		}
		s := &shelf{lib: drawn.Library, analytes: drawn.Analytes, cat: cat}
		for i, id := range res.Persons {
			x := &reference{s: s, r: plain(people, words, id)}
			for j := range cat.Definitions {
				d := &cat.Definitions[j]
				if d.Item == catalogue.Age && x.r.persons[0].birth > res.Index[i] {
					continue // the age of someone not born is no one's concern
				}
				want, last := x.value(d, res.Index[i])
				state := matrix.Known
				switch {
				case d.Source == catalogue.Derived: // of the kernel's own values
					r := derived(cat, d, func(of *catalogue.Definition) float32 { return res.Matrix.Values[cat.Place(of.ID)][i] })
					want, state = r.value, r.state
					tally[fmt.Sprintf("absence %d, %s, more %v", d.Absence, r.state, r.more)]++
				case res.Unseen != nil && hides(d, res.Unseen[i]):
					want, state = math.NaN(), matrix.Unobservable
				case math.IsNaN(want):
					state = matrix.Unknown
				}
				got := res.Matrix.Values[j][i]
				if !same(got, want) || matrix.StateOf(got) != state {
					t.Fatalf("%s of person %d on %s is %v (%s), want %v (%s)\n%+v\n%+v", d.ID, id, res.Index[i], got, matrix.StateOf(got), want, state, d, x.r)
				}
				if d.Source == catalogue.Derived && res.Unseen != nil && hides(d, res.Unseen[i]) != (state == matrix.Unobservable) {
					t.Fatalf("%s of person %d on %s is %s, and the row says %q", d.ID, id, res.Index[i], state, res.Unseen[i])
				}
				if l := res.Matrix.Last[j]; l != nil && engine.Day(l[i]) != last {
					t.Fatalf("%s of person %d on %s has day %s, want %s\n%+v\n%+v", d.ID, id, res.Index[i], engine.Day(l[i]), last, d, x.r)
				}
			}
		}
	})
	t.Log(tally)
	for _, absence := range []matrix.Absence{matrix.AbsenceZero, matrix.AbsenceUnknown} {
		for _, s := range []matrix.State{matrix.Known, matrix.Unknown, matrix.Unobservable} {
			if tally[fmt.Sprintf("absence %d, %s, more false", absence, s)] == 0 {
				t.Errorf("no derived feature of absence %d was %s: the draws are too plain", absence, s)
			}
		}
	}
	if tally["absence 0, value, more true"] == 0 {
		t.Error("no count was a lower bound: the draws are too plain")
	}
}
