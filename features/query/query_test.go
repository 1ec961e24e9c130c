package query_test

import (
	"context"
	"flag"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"leftshift/engine"
	"leftshift/features/catalogue"
	"leftshift/features/kernel"
	"leftshift/features/plan"
	"leftshift/features/population"
	"leftshift/features/query"
	"leftshift/features/query/agree"
	"leftshift/features/sample"
)

// deep draws many more definitions and people: some minutes, more than 50,000
// definitions.
var deep = flag.Bool("deep", false, "draw many more definitions and people")

func TestMain(m *testing.M) {
	flag.Parse()
	if *deep {
		if err := flag.Set("rapid.checks", "5000"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// example is a drawn catalogue with people.
type example struct {
	cat      *catalogue.Catalogue
	plan     *plan.Plan
	dates    []engine.Day
	dataFrom engine.Day
	coverage []population.Coverage
	people   *sample.People
	batch    int64
}

// perExample is how many entries a drawn file has; most stand for two or three
// definitions.
const perExample = 8

func drawExample(t *rapid.T, shelf *sample.Shelf) *example {
	x := &example{cat: sample.Catalogue(t, shelf, perExample), dates: sample.Dates(t)}
	var err error
	if x.plan, err = plan.Compile(x.cat, shelf.Library, shelf.Analytes, shelf.Dictionary); err != nil {
		t.Fatal(err)
	}
	x.people = sample.Draw(t, x.dates, shelf, x.cat)
	x.dataFrom = rapid.SampledFrom([]engine.Day{0, x.dates[0] - 400}).Draw(t, "data from")
	x.coverage = sample.Coverage(t, x.dates)
	x.batch = rapid.Int64Range(1, 20).Draw(t, "batch")
	return x
}

// run fills the features by the kernel and by SQL.
func (x *example) run(l *lite) (*kernel.Result, *query.Result, error) {
	tables := agree.TablesOf(x.people)
	k, err := tables.Kernel(x.plan, x.dates, x.dataFrom, x.coverage, x.batch)
	if err != nil {
		return nil, nil, fmt.Errorf("kernel: %w", err)
	}
	if err := l.fill(tables); err != nil {
		return nil, nil, err
	}
	q, err := query.Run(context.Background(), l, x.plan, x.dates, query.SQLite(), query.Options{DataFrom: x.dataFrom})
	return k, q, err
}

func load(t testing.TB) *sample.Shelf {
	t.Helper()
	shelf, err := sample.Load()
	if err != nil {
		t.Fatal(err)
	}
	return shelf
}

// Random definitions of random people have the same values, bit for bit, and the
// same days, by the kernel and by SQL.
func TestSQLAgreesWithKernel(t *testing.T) {
	shelf, l := load(t), openLite(t)
	var covered agree.Tally
	rapid.Check(t, func(t *rapid.T) {
		x := drawExample(t, shelf)
		k, q, err := x.run(l)
		if err != nil {
			t.Fatal(err)
		}
		q.Hide(x.plan, agree.Kinds(k)) // SQL reads no coverage
		if d := agree.Differ(k, q); d != nil {
			if d.Column >= 0 {
				t.Logf("%+v", x.cat.Definitions[d.Column])
			}
			t.Fatalf("%s\n%+v", d.Text, x.people)
		}
		covered.Add(x.cat, k.Matrix, x.plan.Blank)
	})
	t.Log(covered.String())
	if never := covered.Never(); covered.Definitions > 5000 && len(never) > 0 {
		t.Errorf("never found anything: %s", strings.Join(never, ", "))
	}
}

// The rows that are listed behind a feature are as many, and as new, as its
// value says.
func TestRowsAreThoseCounted(t *testing.T) {
	shelf, l := load(t), openLite(t)
	listed := 0
	rapid.Check(t, func(t *rapid.T) {
		x := drawExample(t, shelf)
		_, q, err := x.run(l)
		if err != nil {
			t.Fatal(err)
		}
		if len(q.Persons) == 0 {
			return
		}
		i := rapid.SampledFrom(rungs(len(q.Persons))).Draw(t, "row")
		for j := range x.cat.Definitions {
			d := &x.cat.Definitions[j]
			list, err := query.Rows(x.plan, d.ID, q.Persons[i], q.Index[i], query.SQLite(), query.Options{})
			if d.Source == catalogue.Derived {
				if err == nil {
					t.Fatalf("%s has rows", d.ID)
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			rows, err := list.Read(context.Background(), l)
			if err != nil {
				t.Fatalf("%v\n%s", err, list.SQL)
			}
			last := engine.NoDay
			if x.plan.Dated(j) {
				last = engine.Day(q.Matrix.Last[j][i])
			}
			if text := unlike(d, rows, q.Matrix.Values[j][i], x.plan.Blank[j], last); text != "" {
				t.Fatalf("%s of person %d on %s: %s\n%+v\n%s", d.ID, q.Persons[i], q.Index[i], text, rows, list.SQL)
			}
			listed += len(rows)
		}
	})
	t.Logf("%d rows listed", listed)
	if listed == 0 {
		t.Error("nothing was listed")
	}
}

func rungs(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// unlike says how rows do not go with a value and the day of its newest row.
func unlike(d *catalogue.Definition, rows []query.Row, value, blank float32, last engine.Day) string {
	days, newest, longest, ended := map[engine.Day]bool{}, engine.NoDay, int64(0), engine.NoDay
	for _, r := range rows {
		days[r.Day] = true
		newest, ended = max(newest, r.Day), max(ended, r.To)
		longest = max(longest, r.Value.N)
	}
	want := value
	switch {
	case d.Source == catalogue.Demographic:
		if d.Item == catalogue.Age && math.IsNaN(float64(blank)) && math.IsNaN(float64(value)) != (len(rows) == 0 || rows[0].Day == engine.NoDay) {
			return "a birth month and no age, or an age and none"
		}
		return ""
	case d.Aggregate == catalogue.Count:
		want = float32(len(rows))
	case d.Aggregate == catalogue.Days:
		want = float32(len(days))
	case d.Aggregate == catalogue.Any && len(rows) > 0:
		want = 1
	case d.Aggregate == catalogue.LongestStay:
		want = float32(longest)
	}
	if len(rows) == 0 {
		want = blank
	}
	switch {
	case math.Float32bits(want) != math.Float32bits(value):
		return fmt.Sprintf("%d rows and the value %v", len(rows), value)
	case d.Dated() && newest != last:
		return fmt.Sprintf("the newest row is of %s, the feature of %s", newest, last)
	case d.Aggregate == catalogue.BedDays && (value > 0) != (len(rows) > 0):
		return fmt.Sprintf("%d stays and %v nights", len(rows), value)
	}
	return ""
}
