package kernel

import (
	"testing"

	"pgregory.net/rapid"

	"leftshift/engine"
	"leftshift/features/outcome"
)

// A perfect predictor from the future is planted: whoever will have the outcome
// gets rows that say so, dated before the index date but known after it, or
// known before it but dated after it. Whoever reads one knows the future. No
// feature moves, and every label stays.
func TestPerfectFuturePredictor(t *testing.T) {
	s := load(t)
	v := words(s)
	bed := s.outcomes.Place("emergency_bed")
	planted := 0
	rapid.Check(t, func(t *rapid.T) {
		r := drawRecord(t, v)
		on, know := rapid.SampledFrom(indexDates).Draw(t, "index"), day("2026-12-31")
		// Someone is admitted within the year, and it is known in the end.
		at := on + engine.Day(rapid.IntRange(1, 365).Draw(t, "admitted"))
		id := r.persons[rapid.IntRange(0, len(r.persons)-1).Draw(t, "who")].id
		r.spells = append(r.spells, spellRow{person: id, kind: engine.Emergency, start: at, end: at + 3, cis: 77, first: true, known: at + 45, knownTo: engine.NoDay})
		r.sort()
		opt := Options{Days: true, Everyone: true, Outcomes: s.outcomes}
		before := run(t, s, r, 50, []engine.Day{on}, know, opt)
		told := &record{persons: r.persons, registrations: r.registrations, residences: r.residences, spells: append([]spellRow(nil), r.spells...),
			events: append([]eventRow(nil), r.events...), documents: append([]documentRow(nil), r.documents...)}
		for i, p := range before.Persons {
			if before.Labels[bed][i].Status != outcome.Event {
				continue
			}
			planted++
			for _, e := range v.codes { // one row of every code that features read
				for _, kind := range []engine.EventKind{engine.Problem, engine.Observation, engine.Medication, engine.Diagnosis, engine.Contact} {
					e.person, e.kind, e.value, e.valued, e.position, e.status = int64(p), kind, 50, true, 1, engine.Completed
					e.day, e.last, e.known, e.knownTo = on-10, on-10, on+1, engine.NoDay
					if rapid.Bool().Draw(t, "dated after") {
						e.day, e.last, e.known = on+1, on+1, on-10
					}
					told.events = append(told.events, e)
				}
			}
			told.spells = append(told.spells, spellRow{person: int64(p), kind: engine.ED, start: on - 5, end: on - 5, known: on + 1, knownTo: engine.NoDay})
			told.documents = append(told.documents, documentRow{person: int64(p), day: on - 5, end: engine.NoDay, category: 2, status: 1, known: on + 1, knownTo: engine.NoDay})
		}
		told.sort()
		after := run(t, s, told, 50, []engine.Day{on}, know, Options{Days: true, Everyone: true})
		before.Labels = nil
		if diff := differ(before, after); diff != "" {
			t.Fatalf("the future moved a feature: %s", diff)
		}
	})
	if planted == 0 {
		t.Error("nobody had the outcome, so nothing was planted")
	}
}
