package query

import (
	"fmt"
	"math"
	"sort"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"leftshift/engine"
	"leftshift/features/catalogue"
	"leftshift/features/kernel"
	"leftshift/features/matrix"
	"leftshift/features/plan"
	"leftshift/features/sample"
)

// differ says how the kernel's result and that of SQL differ, "" when not at
// all: persons, dates, values by their bits, and days of newest rows.
func differ(k *kernel.Result, q *Result, skip func(column int) bool) string {
	if len(k.Persons) != len(q.Persons) {
		return fmt.Sprintf("%d rows and %d", len(k.Persons), len(q.Persons))
	}
	for i := range k.Persons {
		if k.Persons[i] != q.Persons[i] || k.Index[i] != q.Index[i] {
			return fmt.Sprintf("row %d is of another person or date", i)
		}
	}
	for j := range k.Matrix.Columns {
		id := k.Matrix.Columns[j].ID
		if skip(j) {
			continue
		}
		for i := range k.Persons {
			if v, w := k.Matrix.Values[j][i], q.Matrix.Values[j][i]; math.Float32bits(v) != math.Float32bits(w) {
				return fmt.Sprintf("%s of person %d on %s is %v by the kernel and %v by SQL", id, k.Persons[i], k.Index[i], v, w)
			}
			if (k.Matrix.Last[j] == nil) != (q.Matrix.Last[j] == nil) {
				return id + " has days in one of them"
			}
			if k.Matrix.Last[j] != nil && k.Matrix.Last[j][i] != q.Matrix.Last[j][i] {
				return fmt.Sprintf("the day of %s of person %d on %s is %s by the kernel and %s by SQL", id, k.Persons[i], k.Index[i],
					engine.Day(k.Matrix.Last[j][i]), engine.Day(q.Matrix.Last[j][i]))
			}
		}
	}
	return ""
}

// tally counts what a run of comparisons covered.
type tally struct {
	definitions, values int
	found               map[string]int // values other than blank, by aggregate and filter
}

func (c *tally) add(cat *catalogue.Catalogue, m *matrix.Matrix, blank []float32) {
	if c.found == nil {
		c.found = map[string]int{}
	}
	for j := range cat.Definitions {
		d := &cat.Definitions[j]
		c.definitions++
		for _, v := range m.Values[j] {
			c.values++
			found := 0
			if math.Float32bits(v) != math.Float32bits(blank[j]) {
				found = 1
			}
			for _, x := range traits(d) {
				c.found[x] += found
			}
		}
	}
}

// traits names what a definition is made of.
func traits(d *catalogue.Definition) []string {
	out := []string{string(d.Source) + " " + string(d.Aggregate)}
	if d.Item != "" {
		out = []string{"item " + string(d.Item)}
	}
	for name, is := range map[string]bool{"gap": d.Gap > 0, "within": d.Within != nil, "modes": d.Modes != nil, "positions": d.Positions != nil,
		"group": len(d.Members) > 1, "weights": d.Weights != nil, "ever": d.Days == 0, "value bounds": d.ValueFrom != nil || d.ValueTo != nil,
		"first of cis": d.FirstOfCIS, "no admission": d.NoAdmission, "attended": d.Attended != nil, "readmission": d.Readmission > 0,
		"destinations": d.Destinations != nil, "specialties": d.Specialties != nil, "arrivals": d.Arrivals != nil, "current": d.Current,
		"categories": d.Categories != nil} {
		if is {
			out = append(out, "filter "+name)
		}
	}
	return out
}

func (c *tally) log(t *testing.T) {
	t.Helper()
	var names, never []string
	for x, n := range c.found {
		names = append(names, fmt.Sprintf("%s %d", x, n))
		if n == 0 {
			never = append(never, x)
		}
	}
	sort.Strings(names)
	sort.Strings(never)
	t.Logf("%d definitions, %d values equal; found: %s", c.definitions, c.values, strings.Join(names, ", "))
	if c.definitions >= 2000 && len(never) > 0 {
		t.Errorf("never found anything: %s", strings.Join(never, ", "))
	}
}

// Random definitions of random people have the same values, bit for bit, by the
// kernel and by SQL. make test-deep draws many more.
func TestSQLAgreesWithKernel(t *testing.T) {
	shelf, err := sample.Load()
	if err != nil {
		t.Fatal(err)
	}
	l := openLite(t)
	var covered tally
	rapid.Check(t, func(t *rapid.T) {
		cat := sample.Catalogue(t, shelf, 8)
		p, err := plan.Compile(cat, shelf.Library, shelf.Analytes, shelf.Dictionary)
		if err != nil {
			t.Fatal(err)
		}
		dates := sample.Dates(t)
		people := sample.Draw(t, dates, shelf, cat)
		k, q, err := both(l, p, people, dates, rapid.SampledFrom([]engine.Day{0, dates[0] - 400}).Draw(t, "data from"), rapid.Int64Range(1, 20).Draw(t, "batch"))
		if err != nil {
			t.Fatal(err)
		}
		if text := differ(k, q, func(j int) bool { return faulty(&cat.Definitions[j]) }); text != "" {
			id, _, _ := strings.Cut(strings.TrimPrefix(text, "the day of "), " ")
			t.Fatalf("%s\n%+v\n%+v", text, cat.Find(id), people)
		}
		covered.add(cat, k.Matrix, p.Blank)
	})
	covered.log(t)
}

// faulty says what the kernel is known to do otherwise.
func faulty(d *catalogue.Definition) bool {
	return d.Within != nil && d.Aggregate == catalogue.DistinctCodes
}
