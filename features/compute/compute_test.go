//go:build duckdb_arrow

package compute

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"leftshift/engine"
	"leftshift/engine/analyte"
	"leftshift/engine/lake"
	"leftshift/engine/schema"
	"leftshift/features/catalogue"
	"leftshift/features/codelist"
	"leftshift/features/kernel"
	"leftshift/features/matrix"
	"leftshift/features/plan"
)

const buckets, each = 8, 5

var asOf, _ = engine.ParseDay("2026-09-30")

// folder writes a curated folder: of the people of every bucket the i-th has i
// general practice contacts in the year before the as-of date and one admission.
func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	write := func(table string, b int, rows ...any) {
		t.Helper()
		if err := os.MkdirAll(filepath.Join(dir, table), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := schema.Write(filepath.Join(dir, table, fmt.Sprintf("bucket-%03d.parquet", b)), schema.CuratedTable(table), slices.Values(rows)); err != nil {
			t.Fatal(err)
		}
	}
	code := engine.CodeKey(engine.SNOMED, "1")
	known := schema.Knowledge{Source: "s", KnownFrom: asOf - 400, KnownTo: engine.NoDay, KnownBasis: 1}
	for b := range buckets {
		var people, registrations, residences, events, spells, documents []any
		for i := range each {
			p := engine.Person(1 + b*each + i)
			people = append(people, &schema.CuratedPerson{Person: p, BirthMonth: asOf.Month() - 10000, Sex: 1, DeathDay: engine.NoDay, DeathKnown: engine.NoDay})
			registrations = append(registrations, &schema.CuratedRegistration{Person: p, Practice: 1, FromDay: asOf - 5000, ToDay: engine.NoDay})
			residences = append(residences, &schema.CuratedResidence{Person: p, Area: 1, FromDay: asOf - 5000, ToDay: engine.NoDay})
			for k := range i {
				day := asOf - 100 + engine.Day(k)
				events = append(events, &schema.CuratedEvent{Person: p, Day: day, LastDay: day, Kind: 8, Code: code, EndDay: engine.NoDay, Knowledge: known})
			}
			spells = append(spells, &schema.CuratedSpell{Person: p, StartDay: asOf - 50, EndDay: asOf - 48, Kind: engine.Emergency, Spell: 1, CIS: 1, CISFirst: 1, Knowledge: known})
			documents = append(documents, &schema.CuratedDocument{Person: p, Day: asOf - 30, EndDay: engine.NoDay, Category: 2, Status: 1, Knowledge: known})
		}
		write("person", b, people...)
		write("registration", b, registrations...)
		write("residence", b, residences...)
		write("event", b, events...)
		write("spell", b, spells...)
		write("document", b, documents...)
	}
	if err := schema.Write(filepath.Join(dir, "code.parquet"), schema.CuratedTable("code"), slices.Values([]any{&schema.CodeText{Key: code, System: engine.SNOMED, Text: "1"}})); err != nil {
		t.Fatal(err)
	}
	return dir
}

func compile(t *testing.T, dir string) *plan.Plan {
	t.Helper()
	analytes, err := analyte.Load()
	if err != nil {
		t.Fatal(err)
	}
	lib, err := codelist.Load()
	if err != nil {
		t.Fatal(err)
	}
	cat, err := catalogue.Load(lib, analytes)
	if err != nil {
		t.Fatal(err)
	}
	db, err := lake.Open(t.Context(), lake.Options{Threads: 1, MemoryMiB: 256})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	p, err := Plan(t.Context(), db, dir, cat, lib, analytes)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Results come in order of bucket, whole, and the same at any number of
// workers.
func TestBucketsInOrder(t *testing.T) {
	dir := folder(t)
	p := compile(t, dir)
	var want *kernel.Result
	for _, workers := range []int{0, 1, 3, 20} {
		var seen, progress []int
		var parts []*kernel.Result
		err := Buckets(t.Context(), dir, p, []engine.Day{asOf}, asOf, Options{Workers: workers, Keep: true, Temp: t.TempDir(), Kernel: kernel.Options{Days: true},
			Progress: func(done, of int) {
				if of != buckets {
					t.Errorf("%d buckets", of)
				}
				progress = append(progress, done)
			}}, func(b int, r *kernel.Result) error {
			seen, parts = append(seen, b), append(parts, r)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(seen, []int{0, 1, 2, 3, 4, 5, 6, 7}) || !slices.Equal(progress, []int{1, 2, 3, 4, 5, 6, 7, 8}) {
			t.Errorf("%d workers: buckets %v, progress %v", workers, seen, progress)
		}
		got := kernel.Concat(parts)
		if want == nil {
			want = got
		}
		if !reflect.DeepEqual(got.Persons, want.Persons) || !reflect.DeepEqual(got.Matrix.Last, want.Matrix.Last) || !reflect.DeepEqual(got.Read, want.Read) {
			t.Errorf("%d workers give another result", workers)
		}
	}
	admissions := want.Matrix.Find("emergency_admissions_365d")
	if len(want.Persons) != buckets*each || admissions < 0 || want.Read.Events != buckets*(0+1+2+3+4) || want.Read.Rows() != buckets*(0+1+2+3+4+2*each) || want.Read.Orphans != 0 {
		t.Fatalf("%d people, read %+v", len(want.Persons), want.Read)
	}
	for i, v := range want.Matrix.Values[admissions] {
		if v != 1 || want.Persons[i] != engine.Person(i+1) {
			t.Errorf("person %d has %v admissions", want.Persons[i], v)
		}
	}
}

// What goes wrong in one bucket ends the run, and no later bucket is given on.
func TestBucketsStop(t *testing.T) {
	dir := folder(t)
	p := compile(t, dir)
	wrong := errors.New("wrong")
	for _, workers := range []int{1, 4} {
		var seen []int
		err := Buckets(t.Context(), dir, p, []engine.Day{asOf}, asOf, Options{Workers: workers}, func(b int, _ *kernel.Result) error {
			if seen = append(seen, b); b == 2 {
				return wrong
			}
			return nil
		})
		if !errors.Is(err, wrong) || !slices.Equal(seen, []int{0, 1, 2}) {
			t.Errorf("%d workers: %v after buckets %v", workers, err, seen)
		}
	}
	if err := os.Remove(filepath.Join(dir, "event", "bucket-003.parquet")); err != nil {
		t.Fatal(err)
	}
	given := 0
	if err := Buckets(t.Context(), dir, p, []engine.Day{asOf}, asOf, Options{Workers: 4}, func(int, *kernel.Result) error { given++; return nil }); err == nil || given > 3 {
		t.Errorf("a bucket without events: %v after %d buckets", err, given)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Buckets(ctx, dir, p, []engine.Day{asOf}, asOf, Options{}, func(int, *kernel.Result) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled run gives %v", err)
	}
	if err := Buckets(t.Context(), filepath.Join(dir, "none"), p, []engine.Day{asOf}, asOf, Options{}, nil); err == nil {
		t.Error("a folder that is not there was read")
	}
}

// The files hold what the results held, where their memory is used again too.
func TestFiles(t *testing.T) {
	dir, out := folder(t), t.TempDir()
	p := compile(t, dir)
	var parts []*kernel.Result
	files := &Files{Dir: out}
	dates := []engine.Day{asOf}
	if err := Buckets(t.Context(), dir, p, dates, asOf, Options{Keep: true, Kernel: kernel.Options{Days: true}}, func(_ int, r *kernel.Result) error {
		parts = append(parts, r)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := Buckets(t.Context(), dir, p, dates, asOf, Options{Workers: 2, Kernel: kernel.Options{Days: true}}, func(_ int, r *kernel.Result) error { return files.Add(r) }); err != nil {
		t.Fatal(err)
	}
	if err := files.Close(); err != nil {
		t.Fatal(err)
	}
	want := kernel.Concat(parts)
	got, rows, err := matrix.Load(filepath.Join(out, ValuesFile), p.Columns)
	if err != nil {
		t.Fatal(err)
	}
	if err := got.LoadLast(filepath.Join(out, LastFile)); err != nil {
		t.Fatal(err)
	}
	if len(rows.Person) != buckets*each {
		t.Fatalf("%d rows", len(rows.Person))
	}
	for j := range p.Columns {
		for i := range rows.Person {
			a, b := got.Values[j][i], want.Matrix.Values[j][i]
			if a != b && (a == a || b == b) || rows.Person[i] != int64(want.Persons[i]) || rows.AsOf[i] != int32(asOf) {
				t.Fatalf("%s of row %d: %v, want %v", p.Columns[j].ID, i, a, b)
			}
		}
		if !slices.Equal(got.Last[j], want.Matrix.Last[j]) {
			t.Errorf("%s: days differ", p.Columns[j].ID)
		}
	}
}

// A run that is called off says so, whatever that made fail first.
func TestCalledOff(t *testing.T) {
	dir := folder(t)
	ctx, cancel := context.WithCancel(t.Context())
	err := Streams(ctx, dir, Options{Workers: 2}, func(context.Context, int, kernel.Input) error {
		cancel()
		return &engine.Fault{Code: "duckdb-query", Say: "interrupted"}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("called off: %v", err)
	}
	err = Streams(t.Context(), dir, Options{}, func(context.Context, int, kernel.Input) error {
		return &engine.Fault{Code: "duckdb-query", Say: "broken"}
	})
	if errors.Is(err, context.Canceled) || err == nil {
		t.Errorf("a fault of its own: %v", err)
	}
}
