package query_test

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"leftshift/engine"
	"leftshift/engine/schema"
	"leftshift/features/plan"
	"leftshift/features/query"
	"leftshift/features/query/agree"
	"leftshift/features/sample"
	"leftshift/features/scenario"
)

// What the scenarios expect of the built-in features, in words and by
// hand, the SQL gives too.
func TestScenarios(t *testing.T) {
	shelf, cat := builtIn(t)
	l := openLite(t)
	files, err := filepath.Glob("../scenario/testdata/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	heading := regexp.MustCompile(`(?m)^== .*$`)
	drop := regexp.MustCompile(`(?m)^  (status|outcome) .*$| (knowledge|horizon)=\S+`)
	n := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range heading.Split(string(text), -1)[1:] {
			s, faults := scenario.Read(drop.ReplaceAllString(part, ""), 1, shelf.Analytes)
			if len(faults) > 0 {
				t.Fatalf("%s: %+v", file, faults)
			}
			var ids []string
			for id := range s.Features() {
				ids = append(ids, id)
			}
			p, err := plan.Compile(cat.Subset(ids), shelf.Library, shelf.Analytes, s.Record.Dictionary)
			if err != nil {
				t.Fatal(err)
			}
			s.Record.Sort()
			people := &sample.People{Persons: []schema.CuratedPerson{s.Record.Person}, Registrations: s.Record.Registrations, Residences: s.Record.Residences,
				Events: s.Record.Events, Spells: s.Record.Spells, Documents: s.Record.Documents}
			if err := l.fill(agree.TablesOf(people)); err != nil {
				t.Fatal(err)
			}
			for _, a := range s.Asks {
				got, err := query.Run(context.Background(), l, p, []engine.Day{a.On}, query.SQLite(), query.Options{DataFrom: a.Data})
				if err != nil {
					t.Fatal(err)
				}
				for _, e := range a.Expects {
					j := got.Matrix.Find(e.Feature)
					if e.Says != "" || j < 0 {
						continue
					}
					v, want := float64(got.Matrix.Values[j][0]), math.NaN()
					if e.Value != scenario.Unknown {
						if want, err = strconv.ParseFloat(e.Value, 64); err != nil {
							t.Fatal(err)
						}
					}
					if math.IsNaN(v) != math.IsNaN(want) || math.Abs(v-want) > 0.0005 {
						t.Errorf("%s: %s is %v on %s, want %s, in\n%s", file, e.Feature, v, a.On, e.Value, part)
					}
					if e.Last != "" && engine.Day(got.Matrix.Last[j][0]).String() != e.Last {
						t.Errorf("%s: the newest row of %s is of %s, want %s", file, e.Feature, engine.Day(got.Matrix.Last[j][0]), e.Last)
					}
					n++
				}
			}
		}
	}
	t.Logf("%d expectations in %d files", n, len(files))
	if n < 150 || !slices.Contains(files, "../scenario/testdata/admissions.txt") {
		t.Errorf("only %d expectations", n)
	}
}
