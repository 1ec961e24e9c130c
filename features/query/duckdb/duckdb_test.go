//go:build duckdb_arrow

package duckdb

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"leftshift/engine"
	"leftshift/engine/identity"
	"leftshift/engine/lake"
	"leftshift/engine/schema"
	"leftshift/engine/synth"
	"leftshift/engine/synth/landedout"
	"leftshift/features/catalogue"
	"leftshift/features/compute"
	"leftshift/features/kernel"
	"leftshift/features/plan"
	"leftshift/features/query"
	"leftshift/features/query/agree"
	"leftshift/features/sample"
)

// deep compares more than 1,000 random definitions, and more people.
var deep = flag.Bool("deep", false, "draw many more definitions and people")

func size(few, many int) int {
	if *deep {
		return many
	}
	return few
}

// people draws so many people, each with an identifier of its own, some of whose
// rows are such as a catalogue reads.
func people(shelf *sample.Shelf, cat *catalogue.Catalogue, dates []engine.Day, n int) *sample.People {
	all := &sample.People{}
	for seed := 0; len(all.Persons) < n; seed++ {
		p := rapid.Custom(func(t *rapid.T) *sample.People { return sample.Draw(t, dates, shelf, cat) }).Example(seed)
		rank := map[engine.Person]engine.Person{}
		id := func(x engine.Person) engine.Person { return rank[x] }
		for _, x := range identifiers(p) {
			rank[x] = engine.Person(seed*10 + len(rank) + 1)
		}
		add(&all.Persons, p.Persons, func(x *schema.CuratedPerson) { x.Person = id(x.Person) })
		add(&all.Registrations, p.Registrations, func(x *schema.CuratedRegistration) { x.Person = id(x.Person) })
		add(&all.Residences, p.Residences, func(x *schema.CuratedResidence) { x.Person = id(x.Person) })
		add(&all.Events, p.Events, func(x *schema.CuratedEvent) { x.Person = id(x.Person) })
		add(&all.Spells, p.Spells, func(x *schema.CuratedSpell) { x.Person = id(x.Person) })
		add(&all.Documents, p.Documents, func(x *schema.CuratedDocument) { x.Person = id(x.Person) })
	}
	return all
}

// identifiers lists whom rows are of, ascending.
func identifiers(p *sample.People) []engine.Person {
	var out []engine.Person
	for _, x := range p.Persons {
		out = append(out, x.Person)
	}
	for _, x := range p.Registrations {
		out = append(out, x.Person)
	}
	for _, x := range p.Residences {
		out = append(out, x.Person)
	}
	for _, x := range p.Events {
		out = append(out, x.Person)
	}
	for _, x := range p.Spells {
		out = append(out, x.Person)
	}
	for _, x := range p.Documents {
		out = append(out, x.Person)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func add[T any](to *[]T, rows []T, set func(*T)) {
	for i := range rows {
		set(&rows[i])
	}
	*to = append(*to, rows...)
}

// folder writes people as a curated folder of one bucket.
func folder(t *testing.T, p *sample.People) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "it's [one] *")
	write(t, dir, "person", p.Persons)
	write(t, dir, "registration", p.Registrations)
	write(t, dir, "residence", p.Residences)
	write(t, dir, "event", p.Events)
	write(t, dir, "spell", p.Spells)
	write(t, dir, "document", p.Documents)
	return dir
}

func write[T any](t *testing.T, dir, table string, rows []T) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(dir, table), 0o700); err != nil {
		t.Fatal(err)
	}
	f := &schema.File{Path: filepath.Join(dir, table, "bucket-000.parquet"), Table: schema.CuratedTable(table)}
	if err := f.Make(); err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		if err := f.Append(&rows[i]); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T) *lake.DB {
	t.Helper()
	db, err := lake.Open(context.Background(), lake.Options{Threads: 2, MemoryMiB: 1024, Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func compile(t *testing.T, shelf *sample.Shelf, cat *catalogue.Catalogue) *plan.Plan {
	t.Helper()
	p, err := plan.Compile(cat, shelf.Library, shelf.Analytes, shelf.Dictionary)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

var dates = []engine.Day{day("2023-03-01"), day("2024-02-29"), day("2024-06-30")}

func day(s string) engine.Day {
	d, ok := engine.ParseDay(s)
	if !ok {
		panic("not a day: " + s)
	}
	return d
}

// Random definitions of random people have the same values, bit for bit, by the
// kernel and by SQL on DuckDB over Parquet.
func TestRandomDefinitions(t *testing.T) {
	shelf, err := sample.Load()
	if err != nil {
		t.Fatal(err)
	}
	db := open(t)
	var covered agree.Tally
	draw := rapid.Custom(func(t *rapid.T) *catalogue.Catalogue { return sample.Catalogue(t, shelf, 60) })
	for i := range size(4, 14) {
		cat := draw.Example(i)
		p := compile(t, shelf, cat)
		all := people(shelf, cat, dates, 150)
		k, err := agree.TablesOf(all).Kernel(p, dates, dates[0]-400, nil, 1000)
		if err != nil {
			t.Fatal(err)
		}
		q, err := query.Run(context.Background(), db, p, dates, query.DuckDB(folder(t, all), -1), query.Options{DataFrom: dates[0] - 400})
		if err != nil {
			t.Fatal(err)
		}
		if d := agree.Differ(k, q); d != nil {
			t.Fatalf("%s\n%+v", d.Text, cat.Definitions[max(d.Column, 0)])
		}
		covered.Add(cat, k.Matrix, p.Blank)
	}
	t.Log(covered.String())
	if covered.Definitions < 300 {
		t.Errorf("only %d definitions", covered.Definitions)
	}
}

// So have the built-in definitions, of people who are such as they read.
func TestBuiltInDefinitions(t *testing.T) {
	shelf, err := sample.LoadWhole()
	if err != nil {
		t.Fatal(err)
	}
	cat, err := catalogue.Load(shelf.Library, shelf.Analytes)
	if err != nil {
		t.Fatal(err)
	}
	p, all := compile(t, shelf, cat), people(shelf, cat, dates, size(400, 2000))
	k, err := agree.TablesOf(all).Kernel(p, dates, 0, nil, 1000)
	if err != nil {
		t.Fatal(err)
	}
	q, err := query.Run(context.Background(), open(t), p, dates, query.DuckDB(folder(t, all), 0), query.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if d := agree.Differ(k, q); d != nil {
		t.Fatalf("%s\n%+v", d.Text, cat.Definitions[max(d.Column, 0)])
	}
	var covered agree.Tally
	covered.Add(cat, k.Matrix, p.Blank)
	t.Log(covered.String())
}

// And over the curated buckets of a synthetic system.
func TestSyntheticSystem(t *testing.T) {
	ctx := context.Background()
	shelf, err := sample.LoadWhole()
	if err != nil {
		t.Fatal(err)
	}
	cat, err := catalogue.Load(shelf.Library, shelf.Analytes)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := identity.NewKeyer([]byte("a key of thirty-two bytes or more, only for tests"))
	if err != nil {
		t.Fatal(err)
	}
	root, db := t.TempDir(), open(t)
	if _, err := landedout.Run(ctx, synth.Options{People: size(400, 4000), Seed: 7, Years: 3, Out: root}, landedout.Options{Analytes: shelf.Analytes,
		Secrets: func() (*identity.Keyer, identity.Store, error) { return keys, nil, nil }}); err != nil {
		t.Fatal(err)
	}
	batches, err := lake.Landed(filepath.Join(root, "data", "landed"))
	if err != nil {
		t.Fatal(err)
	}
	end, dir := day(synth.DefaultEnd), t.TempDir()
	if _, err := (&lake.Curation{Batches: batches, Out: dir, Buckets: 2, AsOf: end}).Run(ctx, db); err != nil {
		t.Fatal(err)
	}
	p, err := compute.Plan(ctx, db, dir, cat, shelf.Library, shelf.Analytes)
	if err != nil {
		t.Fatal(err)
	}
	dates := []engine.Day{end - 365, end - 90, end}
	var covered agree.Tally
	err = compute.Buckets(ctx, dir, p, dates, end, compute.Options{Kernel: kernel.Options{Everyone: true, Days: true}}, func(bucket int, k *kernel.Result) error {
		q, err := query.Run(ctx, db, p, dates, query.DuckDB(dir, bucket), query.Options{})
		if err != nil {
			return err
		}
		if d := agree.Differ(k, q); d != nil {
			return fmt.Errorf("%s\n%+v", d.Text, cat.Definitions[max(d.Column, 0)])
		}
		covered.Add(cat, k.Matrix, p.Blank)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(covered.String())
}
