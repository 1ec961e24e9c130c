// Package agree says how the kernel's features and those of SQL differ. Tests of
// the SQL on each engine share it.
package agree

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"leftshift/engine"
	"leftshift/engine/schema"
	"leftshift/features/catalogue"
	"leftshift/features/kernel"
	"leftshift/features/matrix"
	"leftshift/features/plan"
	"leftshift/features/population"
	"leftshift/features/query"
	"leftshift/features/sample"
)

// Tables are the curated tables of some people, by name of table.
type Tables map[string]arrow.RecordBatch

// TablesOf builds the tables.
func TablesOf(p *sample.People) Tables {
	return Tables{
		"person": build("person", p.Persons), "registration": build("registration", p.Registrations), "residence": build("residence", p.Residences),
		"event": build("event", p.Events), "spell": build("spell", p.Spells), "document": build("document", p.Documents),
	}
}

func build[T any](table string, rows []T) arrow.RecordBatch {
	b := schema.CuratedTable(table).NewBuilder(memory.DefaultAllocator)
	defer b.Release()
	for i := range rows {
		if err := b.Add(&rows[i]); err != nil {
			panic(err) // Add refuses nothing
		}
	}
	return b.Flush()
}

// reader streams a table in batches of at most n rows.
func (t Tables) reader(table string, n int64) array.RecordReader {
	whole := t[table]
	var parts []arrow.RecordBatch
	for i := int64(0); i < whole.NumRows(); i += n {
		parts = append(parts, whole.NewSlice(i, min(i+n, whole.NumRows())))
	}
	r, err := array.NewRecordReader(whole.Schema(), parts)
	if err != nil {
		panic(err) // the parts are of one schema
	}
	return r
}

// Kernel gives the kernel's features of everyone, with days, reading batches of
// at most so many rows. coverage says what could be seen on each date, nil for
// everything.
func (t Tables) Kernel(p *plan.Plan, dates []engine.Day, dataFrom engine.Day, coverage []population.Coverage, batch int64) (*kernel.Result, error) {
	in := kernel.Input{Person: t.reader("person", batch), Registration: t.reader("registration", batch), Residence: t.reader("residence", batch),
		Event: t.reader("event", batch), Spell: t.reader("spell", batch), Document: t.reader("document", batch)}
	return kernel.Run(context.Background(), p, in, dates, dates[len(dates)-1], kernel.Options{Everyone: true, Days: true, DataFrom: dataFrom, Coverage: coverage})
}

// Kinds gives what is unseen of each row of a result, as matrix.Rows has it,
// without the derived features that the kernel named there; nil for nothing.
func Kinds(k *kernel.Result) []string {
	if k.Unseen == nil {
		return nil
	}
	out := make([]string, len(k.Unseen))
	for i, text := range k.Unseen {
		out[i] = strings.Join(slices.DeleteFunc(strings.Fields(text), func(name string) bool { return strings.HasPrefix(name, "feature.") }), " ")
	}
	return out
}

// Difference is where two results part.
type Difference struct {
	Column int // -1 when persons or dates differ
	Row    int
	Text   string
}

// Differ gives the first difference of values, by their bits, and of days of
// newest rows; nil when there is none.
func Differ(k *kernel.Result, q *query.Result) *Difference {
	if len(k.Persons) != len(q.Persons) {
		return &Difference{-1, 0, fmt.Sprintf("%d rows and %d", len(k.Persons), len(q.Persons))}
	}
	for i := range k.Persons {
		if k.Persons[i] != q.Persons[i] || k.Index[i] != q.Index[i] {
			return &Difference{-1, i, fmt.Sprintf("row %d is of another person or date", i)}
		}
	}
	for j := range k.Matrix.Columns {
		id, a, b := k.Matrix.Columns[j].ID, k.Matrix.Last[j], q.Matrix.Last[j]
		if (a == nil) != (b == nil) {
			return &Difference{j, 0, id + " has days in one of them"}
		}
		for i := range k.Persons {
			if v, w := k.Matrix.Values[j][i], q.Matrix.Values[j][i]; math.Float32bits(v) != math.Float32bits(w) {
				return &Difference{j, i, fmt.Sprintf("%s of person %d on %s is %v by the kernel and %v by SQL", id, k.Persons[i], k.Index[i], v, w)}
			}
			if a != nil && a[i] != b[i] {
				return &Difference{j, i, fmt.Sprintf("the day of %s of person %d on %s is %s by the kernel and %s by SQL", id, k.Persons[i], k.Index[i], engine.Day(a[i]), engine.Day(b[i]))}
			}
		}
	}
	return nil
}

// Tally counts what comparisons covered. The zero value is ready.
type Tally struct {
	Definitions, Values int
	Found               map[string]int // values other than blank, by what the definition is made of
}

// Add counts the features of a result.
func (c *Tally) Add(cat *catalogue.Catalogue, m *matrix.Matrix, blank []float32) {
	if c.Found == nil {
		c.Found = map[string]int{}
	}
	for j := range cat.Definitions {
		d := &cat.Definitions[j]
		c.Definitions++
		found := 0
		for _, v := range m.Values[j] {
			c.Values++
			if math.Float32bits(v) != math.Float32bits(blank[j]) {
				found++
			}
		}
		for _, x := range traits(d) {
			c.Found[x] += found
		}
		if d.Source == catalogue.Derived {
			for _, s := range []string{"0", "some", "unknown", "not_observable"} {
				c.Found[fmt.Sprintf("derived, absence %d: %s", d.Absence, s)] += 0
			}
			for _, v := range m.Values[j] {
				value := "some"
				if v == 0 {
					value = "0"
				}
				if s := matrix.StateOf(v); s != matrix.Known {
					value = s.String()
				}
				c.Found[fmt.Sprintf("derived, absence %d: %s", d.Absence, value)]++
			}
		}
	}
}

// Never lists what never found anything.
func (c *Tally) Never() (out []string) {
	for x, n := range c.Found {
		if n == 0 {
			out = append(out, x)
		}
	}
	sort.Strings(out)
	return out
}

func (c *Tally) String() string {
	var names []string
	for x, n := range c.Found {
		names = append(names, fmt.Sprintf("%s %d", x, n))
	}
	sort.Strings(names)
	return fmt.Sprintf("%d definitions, %d values compared; found: %s", c.Definitions, c.Values, strings.Join(names, ", "))
}

// traits names what a definition is made of.
func traits(d *catalogue.Definition) []string {
	if d.Item != "" {
		return []string{"item " + string(d.Item)}
	}
	out := []string{string(d.Source) + " " + string(d.Aggregate)}
	for name, is := range map[string]bool{"gap": d.Gap > 0, "within": d.Within != nil, "modes": d.Modes != nil, "positions": d.Positions != nil,
		"group": len(d.Members) > 1, "weights": d.Weights != nil, "ever": d.Days == catalogue.Ever, "value bounds": d.ValueFrom != nil || d.ValueTo != nil,
		"first of cis": d.FirstOfCIS, "no admission": d.NoAdmission, "attended": d.Attended != nil, "readmission": d.Readmission > 0,
		"destinations": d.Destinations != nil, "specialties": d.Specialties != nil, "arrivals": d.Arrivals != nil, "current": d.Current,
		"categories": d.Categories != nil} {
		if is {
			out = append(out, "filter "+name)
		}
	}
	return out
}
