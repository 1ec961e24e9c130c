package outcome

import (
	"testing"

	"leftshift/engine"
	"leftshift/features/population"
)

// One person with 8 spells and 40 marks, on one date, for every outcome.
func BenchmarkLabels(b *testing.B) {
	s := load(b)
	pl, err := Compile(s.cat, nil, s.lib, nil)
	if err != nil {
		b.Fatal(err)
	}
	const d = 19000
	r := &Record{Person: &population.Person{BirthMonth: -10000, DeathDay: engine.NoDay}, Registrations: []population.Interval{{Code: 1, From: 0, To: population.Forever}}}
	for i := range engine.Day(8) {
		r.Spells = append(r.Spells, population.Spell{Kind: engine.SpellKind(i%7) + 1, Start: d - 300 + 100*i, End: d - 298 + 100*i, CIS: int64(i), First: true, KnownFrom: d - 300 + 100*i, KnownTo: population.Forever})
	}
	list := s.lib.List("asthma")
	f := Fact{Code: engine.CodeKey(engine.SNOMED, list.Codes[0]), Kind: engine.Problem, KnownTo: population.Forever}
	for i := range engine.Day(40) {
		f.Day, f.Last, f.KnownFrom = d-2000+50*i, d-2000+50*i, d-2000+50*i
		r.Marks = pl.Mark(r.Marks, &f)
	}
	l := pl.Labeller()
	var dst []Label
	b.ReportAllocs()
	for b.Loop() {
		dst = l.Labels(dst[:0], r, d, d+500)
	}
}

// A code that no outcome reads costs one look at a bit set.
func BenchmarkMarkMiss(b *testing.B) {
	s := load(b)
	pl, err := Compile(s.cat, nil, s.lib, nil)
	if err != nil {
		b.Fatal(err)
	}
	f := Fact{Code: engine.CodeKey(engine.SNOMED, "1"), Kind: engine.Problem}
	for b.Loop() {
		pl.Mark(nil, &f)
	}
}
