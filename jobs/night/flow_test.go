//go:build duckdb_arrow

package night

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"leftshift/engine"
	"leftshift/engine/lake"
	"leftshift/engine/schema"
	"leftshift/jobs/pipeline"
	"leftshift/jobs/progress"
)

// bucketed writes curated tables in one bucket, as a curation names its files.
func bucketed(t *testing.T, dir string, tables map[string][]any) {
	t.Helper()
	record(t, dir, tables)
	for _, table := range schema.Curated[:schema.Bucketed] {
		if err := os.Rename(filepath.Join(dir, table.Name, "0.parquet"), filepath.Join(dir, table.Name, "bucket-000.parquet")); err != nil {
			t.Fatal(err)
		}
	}
}

// flowing is a record of five practices: P1 stopped sending contacts 40 days
// before the as-of date, though what happened in that time is known to have been
// booked; P2 sends, late; P3 is as P1 and merely small; P4 never sent, and has
// people who came from P1 with their history; P5 closed, and its people are P2's.
func flowing(t *testing.T, dir string) {
	t.Helper()
	var people, registrations, events []any
	codes := []any{}
	code := func(k int) engine.Code {
		c := engine.CodeKey(engine.ODS, fmt.Sprint("P", k))
		return c
	}
	next := engine.Person(0)
	add := func(from, to engine.Day, practice int, then int, each engine.Day, until, late engine.Day) {
		next++
		people = append(people, &schema.CuratedPerson{Person: next, BirthMonth: -5000, Sex: 2, DeathDay: engine.NoDay, DeathKnown: engine.NoDay, Sources: 1})
		registrations = append(registrations, &schema.CuratedRegistration{Person: next, Practice: code(practice), FromDay: from, ToDay: to})
		if then > 0 {
			registrations = append(registrations, &schema.CuratedRegistration{Person: next, Practice: code(then), FromDay: to + 1, ToDay: engine.NoDay})
		}
		for d := asOf - 600 + engine.Day(next)%each; d <= until; d += each {
			events = append(events, &schema.CuratedEvent{Person: next, Day: d - late, LastDay: d - late, Kind: engine.Contact, EndDay: engine.NoDay, Knowledge: knownOn(d)})
		}
	}
	for range 100 {
		add(10000, engine.NoDay, 1, 0, 50, asOf-40, 0)
		add(10000, engine.NoDay, 2, 0, 50, asOf, 120)
		add(10000, asOf-50, 5, 2, 50, asOf, 0)
	}
	for range 7 {
		add(10000, engine.NoDay, 3, 0, 50, asOf-40, 0)
	}
	for range 60 {
		add(10000, asOf-60, 1, 4, 20, asOf-60, 0)
	}
	// A contact of P1 is known to come: its day lies after the as-of date, or is
	// recent, and nothing of it was received since.
	events = append(events, &schema.CuratedEvent{Person: 1, Day: asOf - 3, LastDay: asOf - 3, Kind: engine.Contact, EndDay: engine.NoDay, Knowledge: knownOn(asOf - 41)})
	// And one is received too late for this night.
	events = append(events, &schema.CuratedEvent{Person: 1, Day: asOf - 3, LastDay: asOf - 3, Kind: engine.Contact, Position: 2, EndDay: engine.NoDay, Knowledge: knownOn(asOf + 1)})
	for k := range 5 {
		codes = append(codes, &schema.CodeText{Key: code(k + 1), System: engine.ODS, Text: fmt.Sprint("P", k+1)})
	}
	slices.SortStableFunc(events, func(a, b any) int {
		return int(a.(*schema.CuratedEvent).Person - b.(*schema.CuratedEvent).Person)
	})
	bucketed(t, dir, map[string][]any{"person": people, "registration": registrations, "event": events, "code": codes})
}

// A4: a practice that stopped sending is told by name in the run's warnings and
// in what is published; by the days on which records were received. A small one,
// one that never sent and one that closed are not.
func TestA4AStoppedPracticeIsTold(t *testing.T) {
	n := bare(t)
	n.AsOf = asOf
	var warned []string
	var out string
	p := &pipeline.Pipeline{Root: n.Data, Hear: func(e progress.Event) {
		if w, ok := e.(progress.Warning); ok {
			warned = append(warned, w.Code+": "+w.Say)
		}
	}, Steps: []pipeline.Step{
		{Name: "curate", Digest: func(context.Context, *pipeline.Run) (string, error) { return "c", nil }, Do: func(_ context.Context, _ *pipeline.Run, dir string) error { flowing(t, dir); return nil }},
		n.stepFeatures(),
		{Name: "look", Do: func(_ context.Context, r *pipeline.Run, _ string) error { out = r.Output("features"); return nil }}}}
	if err := p.Execute(t.Context(), "r1"); err != nil {
		t.Fatal(err)
	}
	stopped := rowsOf[schema.StoppedRow](t, n, filepath.Join(out, stoppedFile))
	if len(stopped) != 1 || stopped[0].Practice != "P1" || stopped[0].Kind != "contact" || stopped[0].Code != "ceased" || stopped[0].Last != asOf-40 || stopped[0].Came != 0 || stopped[0].Usual < 60 {
		t.Errorf("%+v", stopped)
	}
	if !slices.ContainsFunc(warned, func(w string) bool {
		return strings.HasPrefix(w, "practice-stopped: contact from source s has stopped for the people of P1 (last on ")
	}) {
		t.Errorf("warned %q", warned)
	}
	for _, w := range warned {
		for _, other := range []string{"P2", "P3", "P4", "P5"} {
			if strings.Contains(w, other) {
				t.Errorf("warned of %s: %s", other, w)
			}
		}
	}
	// What was received of people when they were with another practice is that one's.
	for _, x := range rowsOf[schema.FlowRow](t, n, filepath.Join(out, flowFile)) {
		if x.Practice == "P4" {
			t.Errorf("P4 never sent: %+v", x)
		}
		if x.Practice == "P2" && x.Window == 0 && (x.Registered != 200 || x.People == 0 || x.Arrivals < x.People || x.Facts != x.Arrivals) {
			t.Errorf("%+v", x)
		}
	}
	// Who has a contact of the last year: all, of what is known by tonight.
	recent := rowsOf[lake.Recent](t, n, filepath.Join(out, recentFile), "person", "source")
	if len(recent) != 367 || recent[0].Events != 1<<engine.Contact || recent[0].Spells != 0 {
		t.Errorf("%d people, %+v", len(recent), recent[0])
	}
}
