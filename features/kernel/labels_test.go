package kernel

import (
	"testing"

	"pgregory.net/rapid"

	"leftshift/engine"
	"leftshift/features/outcome"
	"leftshift/features/population"
)

// Labels of one pass over several dates are those of the labeller, given the
// person's rows as written.
func TestLabels(t *testing.T) {
	s := load(t)
	v := words(s)
	know := day("2025-12-31")
	seen := map[outcome.Status]int{}
	rapid.Check(t, func(t *rapid.T) {
		r := drawRecord(t, v)
		res := run(t, s, r, rapid.IntRange(1, 9).Draw(t, "batch"), indexDates, know, Options{Outcomes: s.outcomes})
		one := s.outcomes.Labeller()
		for i, id := range res.Persons {
			p := r.of(int64(id))
			who := population.Person{ID: id, BirthMonth: p.persons[0].birth, DeathDay: p.persons[0].death, Sex: p.persons[0].sex}
			rec := outcome.Record{Person: &who}
			forever := func(d engine.Day) engine.Day {
				if d == engine.NoDay {
					return population.Forever
				}
				return d
			}
			for _, x := range p.registrations {
				rec.Registrations = append(rec.Registrations, population.Interval{Code: x.code, From: x.from, To: forever(x.to)})
			}
			for _, x := range p.residences {
				rec.Residences = append(rec.Residences, population.Interval{Code: x.code, From: x.from, To: forever(x.to), CareHome: x.careHome, IMD: x.imd})
			}
			for _, x := range p.spells {
				rec.Spells = append(rec.Spells, population.Spell{Kind: x.kind, Start: x.start, End: x.end, CIS: x.cis, First: x.first, Attended: x.attended, KnownFrom: x.known, KnownTo: forever(x.knownTo)})
			}
			for _, e := range p.events {
				rec.Marks = s.outcomes.Mark(rec.Marks, &outcome.Fact{Code: e.code(), Kind: e.kind, Status: e.status, Position: e.position,
					Day: e.day, Last: e.last, KnownFrom: e.known, KnownTo: forever(e.knownTo)})
			}
			for k, want := range one.Labels(nil, &rec, res.Index[i], know) {
				if res.Status[i] != population.Eligible {
					want = outcome.Label{}
				}
				if got := res.Labels[k][i]; got != want {
					t.Fatalf("%s of person %d on %s is %+v, want %+v", s.outcomes.Outcomes[k].ID, id, res.Index[i], got, want)
				}
				if res.Labels[k][i].AtRisk() {
					seen[res.Labels[k][i].Status]++
				}
			}
		}
	})
	for st := range outcome.Cut {
		if seen[st] == 0 {
			t.Errorf("no label is %s", st)
		}
	}
}
