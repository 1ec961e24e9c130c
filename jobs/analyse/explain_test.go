//go:build duckdb_arrow

package analyse

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"leftshift/engine"
	"leftshift/engine/lake"
	"leftshift/engine/schema"
	"leftshift/features/kernel"
	"leftshift/features/population"
	"leftshift/features/record"
	"leftshift/jobs/definitions"
)

// An explanation says what the night says: also of what is derived from parts
// that could not be seen.
func TestExplainWhatCouldNotBeSeen(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "ours.toml")
	text := ""
	for _, f := range []string{
		"id = \"ours_medication\"\nsource = \"event\"\nkinds = [\"medication\"]\nwindows = [365]\naggregate = \"count\"\nabsence = \"zero\"",
		"id = \"ours_problem\"\nsource = \"event\"\nkinds = [\"problem\"]\nwindows = [365]\naggregate = \"count\"\nabsence = \"zero\"",
		"id = \"ours_derived\"\nsource = \"derived\"\nterms = [\"ours_medication & ours_problem < 1\"]\naggregate = \"holds\"\nabsence = \"unknown\"",
		"id = \"ours_count\"\nsource = \"derived\"\nterms = [\"ours_medication\", \"ours_problem\"]\naggregate = \"holds\"\nabsence = \"zero\"\nsentence = \"At least {n} of two\"",
	} {
		text += "[[feature]]\n" + f + "\ntitle = \"Ours\"\ndisplay = \"team\"\narea = \"ours\"\nwhy = \"To explain it.\"\n"
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := definitions.OpenAt(definitions.Place{Files: []string{file}})
	if err != nil {
		t.Fatal(err)
	}
	on := engine.Day(20000)
	r := &record.Record{Person: schema.CuratedPerson{Person: 5, BirthMonth: 0, DeathDay: engine.NoDay, Sources: 1},
		Registrations: []schema.CuratedRegistration{{Person: 5, Practice: 1, FromDay: on - 900, ToDay: engine.NoDay}},
		Events: []schema.CuratedEvent{{Person: 5, Day: on - 9, LastDay: on - 9, Kind: engine.Medication, EndDay: engine.NoDay,
			Knowledge: schema.Knowledge{KnownFrom: on - 9, KnownTo: engine.NoDay}}}}
	folder := filepath.Join(dir, "curated")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := r.Write(folder); err != nil {
		t.Fatal(err)
	}
	db, err := lake.Open(t.Context(), lake.Options{Threads: 1, MemoryMiB: 256})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var unseen population.Kinds
	unseen.Put("event", uint8(engine.Problem))
	for _, c := range []struct {
		feature  string
		unseen   population.Kinds
		state    string
		least    bool
		sentence string
		page     string
	}{
		{"ours_derived", population.Kinds{}, "value", false, "Ours: 1", "its term holds"},
		{"ours_derived", unseen, "not_observable", false, "Ours: cannot be seen, for no source shows it of this person", "what these are made of: ours_problem"},
		{"ours_count", population.Kinds{}, "value", false, "At least 1 of two", "of 2 terms, 1 holds\n"},
		{"ours_count", unseen, "value", true, "At least 1 of two", "at least 1"},
		{"ours_problem", unseen, "not_observable", false, "Ours: cannot be seen, for no source shows it of this person", "not observable (the rows give 0)"},
	} {
		x, err := Explain(t.Context(), db, folder, s, 5, c.feature, on, on, kernel.Options{Coverage: []population.Coverage{{Unseen: c.unseen}}})
		if err != nil {
			t.Fatal(err)
		}
		if x.State != c.state || x.AtLeast != c.least || x.Sentence != c.sentence || !x.Same {
			t.Errorf("%s: %+v", c.feature, x)
		}
		var b strings.Builder
		if err := x.Write(&b, true); err != nil || !strings.Contains(b.String(), c.page) {
			t.Errorf("%v: %s", err, b.String())
		}
	}
}
