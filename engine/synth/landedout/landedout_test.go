//go:build duckdb_arrow

package landedout

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"sort"
	"strings"
	"testing"

	"leftshift/engine"
	"leftshift/engine/analyte"
	"leftshift/engine/identity"
	"leftshift/engine/lake"
	"leftshift/engine/schema"
	"leftshift/engine/source"
	"leftshift/engine/source/fhir"
	"leftshift/engine/source/flat"
	"leftshift/engine/synth"
	"leftshift/engine/synth/world"
)

// ids is a vault that keeps what it is given, in order of content.
type ids map[string]int

func (v ids) Put(entries []identity.Entry) error {
	for _, e := range entries {
		v[fmt.Sprintf("%+v", e)]++
	}
	return nil
}

func keyer(t testing.TB) *identity.Keyer {
	t.Helper()
	k, err := identity.NewKeyer([]byte("a key of thirty-two bytes or more, only for tests"))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func analytes(t testing.TB) *analyte.Table {
	t.Helper()
	a, err := analyte.Load()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// direct makes a landed system.
func direct(t testing.TB, o synth.Options, part int) (batches []lake.Batch, vault ids) {
	t.Helper()
	vault = ids{}
	root := filepath.Join(o.Out, "data", "landed")
	s, err := Run(context.Background(), o, Options{Analytes: analytes(t), People: part,
		Secrets: func() (*identity.Keyer, identity.Store, error) { return keyer(t), vault, nil }})
	if err != nil {
		t.Fatal(err)
	}
	if s.Bytes == 0 {
		t.Error("the summary has no bytes")
	}
	if batches, err = lake.Landed(root); err != nil {
		t.Fatal(err)
	}
	return batches, vault
}

// extracted lands every source file below a folder of sources as a night does.
func extracted(t *testing.T, sources, root string, vault identity.Store, night engine.Day, only ...string) []lake.Batch {
	t.Helper()
	f, err := os.Open(filepath.Join(sources, "reference", "postcodes.csv"))
	if err != nil {
		t.Fatal(err)
	}
	area, err := flat.LoadPostcodes(bufio.NewReader(f))
	f.Close()
	if err != nil {
		t.Fatal(err)
	}
	var out []lake.Batch
	for _, place := range only {
		files, err := filepath.Glob(filepath.Join(sources, place, "*"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no files of %s: %v", place, err)
		}
		for _, path := range files {
			name := filepath.Base(path)
			flow, ext, _ := strings.Cut(name, ".")
			if flow == "postcodes" {
				continue
			}
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			lag := -1
			if flow == "apc" || flow == "ecds" || flow == "outpatients" {
				lag = world.SUSLag
			} else if i := slices.Index(world.CareNames[:], flow); i >= 0 {
				lag = world.CareLags[i]
			}
			if ext != "csv" {
				flow = "fhir"
			}
			b, err := lake.Land(root, name, lake.Manifest{Source: place, Flow: flow, File: name}, func(dir string) (source.Counts, map[string]source.TableFile, error) {
				b := source.NewBatch(dir, source.Meta{Source: place, Flow: flow, Night: night, Lag: lag}, keyer(t), vault)
				var err error
				if ext == "csv" {
					m, e := flat.LoadMap("builtin:" + place + "/" + flow)
					if e != nil {
						t.Fatal(e)
					}
					err = flat.Extract(context.Background(), bytes.NewReader(text), "csv", m, flat.Options{Analytes: analytes(t), AreaOf: area}, b)
				} else {
					err = fhir.Extract(context.Background(), bytes.NewReader(text), fhir.Options{AreaOf: area, Analytes: analytes(t)}, b)
				}
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				return b.Finish()
			})
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, b)
		}
	}
	return out
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

func curate(t *testing.T, db *lake.DB, batches []lake.Batch, asOf engine.Day) (string, *lake.Curated) {
	t.Helper()
	dir := t.TempDir()
	got, err := (&lake.Curation{Batches: batches, Out: dir, Buckets: 2, AsOf: asOf}).Run(context.Background(), db)
	if err != nil {
		t.Fatal(err)
	}
	return dir, got
}

func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		out[rel] = fmt.Sprintf("%x", sha256.Sum256(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// rows gives the rows of a query as text.
func rows(t *testing.T, db *lake.DB, query string) []string {
	t.Helper()
	r, err := db.Query(context.Background(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	names, _ := r.Columns()
	var out []string
	for r.Next() {
		values, at := make([]any, len(names)), make([]any, len(names))
		for i := range values {
			at[i] = &values[i]
		}
		if err := r.Scan(at...); err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for i, n := range names {
			fmt.Fprintf(&b, "%s=%v ", n, values[i])
		}
		out = append(out, b.String())
	}
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// from is a FROM item over a landed table of a source, or "" when it has no
// rows.
func from(batches []lake.Batch, source string, id schema.TableID) string {
	name := schema.Landed[id].Name
	var files []string
	for _, b := range batches {
		if b.Source == source && b.Tables[name].Rows > 0 {
			files = append(files, "'"+filepath.Join(b.Dir, name+".parquet")+"'")
		}
	}
	if files == nil {
		return ""
	}
	return "read_parquet([" + strings.Join(files, ", ") + "])"
}

// counts sums those of a source, without what is noted of files, not records.
func counts(batches []lake.Batch, from string) source.Counts {
	out := source.Counts{Reasons: map[string]int64{}}
	for _, b := range batches {
		if b.Source != from {
			continue
		}
		c := b.Counts
		out.In, out.Held, out.Reference, out.Quarantined = out.In+c.In, out.Held+c.Held, out.Reference+c.Reference, out.Quarantined+c.Quarantined
		for r, n := range c.Reasons {
			if r != "column-not-declared" && r != "header-only" {
				out.Reasons[r] += n
			}
		}
	}
	return out
}

// alike compares the two ways to landed rows of a source: all columns but the
// hash of the version, which is of the file's bytes in one; and that hash by
// the number of versions of each record.
func alike(t *testing.T, db *lake.DB, files, landed []lake.Batch, source string) {
	t.Helper()
	if a, b := counts(files, source), counts(landed, source); !reflect.DeepEqual(a, b) {
		t.Errorf("%s: extraction counts\n%+v, landing\n%+v", source, a, b)
	}
	for id := schema.TableID(0); id < schema.NumTables; id++ {
		name := schema.Landed[id].Name
		a, b := from(files, source, id), from(landed, source, id)
		if a == "" || b == "" {
			if a != b {
				t.Errorf("%s %s: only one way has rows", source, name)
			}
			continue
		}
		what := "*"
		switch id {
		case schema.TableCode: // one row a batch for each code
			a, b = "(SELECT DISTINCT * FROM "+a+")", "(SELECT DISTINCT * FROM "+b+")"
		case schema.TableSubject: // one row a batch for each subject
			what = "subject, records"
			a, b = "(SELECT subject, sum(records) AS records FROM "+a+" GROUP BY subject)", "(SELECT subject, sum(records) AS records FROM "+b+" GROUP BY subject)"
		case schema.TableQuarantine: // positions are those of files in one
			what = "reason, field"
		default:
			for _, at := range []*string{&a, &b} {
				*at = "(SELECT DISTINCT * FROM " + *at + ")" // the links that hold by construction come once a batch
			}
			const versions = "(SELECT record, count(DISTINCT version) AS versions FROM %s GROUP BY record)"
			differ(t, db, source+" "+name+", versions", "*", fmt.Sprintf(versions, a), fmt.Sprintf(versions, b))
			what = "* EXCLUDE (version)"
		}
		differ(t, db, source+" "+name, what, a, b)
		if n := rows(t, db, "SELECT count(*) AS n FROM "+b); id != schema.TableQuarantine && n[0] == "n=0 " {
			t.Errorf("%s %s: nothing to compare", source, name)
		}
	}
}

// differ shows rows of one side only.
func differ(t *testing.T, db *lake.DB, of, what, a, b string) {
	t.Helper()
	for _, q := range []struct{ side, a, b string }{{"extraction", a, b}, {"landing", b, a}} {
		got := rows(t, db, "SELECT "+what+" FROM "+q.a+" EXCEPT ALL SELECT "+what+" FROM "+q.b+" LIMIT 5")
		for _, r := range got {
			t.Errorf("%s: only by %s: %s", of, q.side, r)
		}
	}
}

const people = 600

// What is landed at once is what extraction lands of the written files: the
// same landed rows, the same identities, and curated files of the same bytes.
// So the extractors read what the writers mean.
func TestLandingIsExtraction(t *testing.T) {
	dir := t.TempDir()
	o := synth.Options{People: people, Seed: 7, Years: 3, Out: filepath.Join(dir, "files")}
	if _, err := synth.Run(context.Background(), o); err != nil {
		t.Fatal(err)
	}
	night, _ := engine.ParseDay(synth.DefaultEnd)
	vault := ids{}
	sources := filepath.Join(o.Out, "sources")
	files := extracted(t, sources, filepath.Join(dir, "lake"), vault, night, "place_a", "place_b")
	reference := extracted(t, sources, filepath.Join(dir, "lake"), nil, night, "reference")

	o.Out = filepath.Join(dir, "landed")
	landed, known := direct(t, o, 250)
	for _, name := range []string{"truth.parquet", "truth.json", "sources/optouts", "sources/reference"} {
		a, b := tree(t, filepath.Join(dir, "files", name)), tree(t, filepath.Join(dir, "landed", name))
		if !reflect.DeepEqual(a, b) {
			t.Errorf("%s differs", name)
		}
	}
	if !reflect.DeepEqual(vault, known) || len(vault) < people {
		t.Errorf("the vault has %d identities by extraction, %d by landing", len(vault), len(known))
	}
	parts := map[string]int{}
	for _, b := range landed {
		parts[b.Flow]++
	}
	if parts["fhir"] != 3 || parts["apc"] != 3 {
		t.Errorf("parts by flow: %v", parts)
	}

	db := open(t)
	alike(t, db, files, landed, "place_a")
	alike(t, db, files, landed, "place_b")
	a, byFiles := curate(t, db, slices.Concat(files, reference), night)
	b, byLanding := curate(t, db, slices.Concat(landed, reference), night)
	if !reflect.DeepEqual(byFiles.Rows, byLanding.Rows) || byFiles.Persons != byLanding.Persons {
		t.Errorf("curated %+v, and %+v", byFiles, byLanding)
	}
	x, y := tree(t, a), tree(t, b)
	if len(x) != len(y) || len(x) < 16 {
		t.Errorf("%d curated files, and %d", len(x), len(y))
	}
	var names []string
	for name := range x {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		if x[name] != y[name] {
			t.Errorf("curated %s differs", name)
			differ(t, db, name, "*", "read_parquet('"+filepath.Join(a, name)+"')", "read_parquet('"+filepath.Join(b, name)+"')")
		}
	}
	rare(t, db, landed)
}

// rare checks that the rows compared hold what seldom occurs.
func rare(t *testing.T, db *lake.DB, landed []lake.Batch) {
	t.Helper()
	a, b := counts(landed, "place_a"), counts(landed, "place_b")
	for _, reason := range []string{withdrawn, "value-absent", "unit-missing", "nhs-number-invalid", "organisation"} {
		if a.Reasons[reason] == 0 {
			t.Errorf("place A has no %s", reason)
		}
	}
	for _, reason := range []string{"retracted", "superseded-in-file", "value-absent", "unit-missing", "nhs-number-invalid"} {
		if b.Reasons[reason] == 0 {
			t.Errorf("place B has no %s", reason)
		}
	}
	for _, place := range []string{"place_a", "place_b"} {
		for _, q := range []string{
			"SELECT count(*) AS n FROM " + from(landed, place, schema.TableEpisode) + " WHERE kind = 1 AND end_day IS NULL",
			"SELECT count(*) AS n FROM " + from(landed, place, schema.TableEpisode) + " WHERE kind = 3",
			"SELECT count(*) AS n FROM " + from(landed, place, schema.TableEvent) + " WHERE day < last_day",
			"SELECT count(*) AS n FROM " + from(landed, place, schema.TablePerson) + " WHERE death_day IS NOT NULL",
			"SELECT count(*) AS n FROM " + from(landed, place, schema.TableRegistration) + " WHERE to_day IS NOT NULL",
			"SELECT count(*) AS n FROM " + from(landed, place, schema.TableDocument) + " WHERE category = 1",
			"SELECT count(*) AS n FROM " + from(landed, place, schema.TableDocument) + " WHERE category = 2",
		} {
			if n := rows(t, db, q); n[0] == "n=0 " {
				t.Errorf("%s: none by %s", place, q)
			}
		}
	}
	for kind := engine.NHS111Call; kind <= engine.DrugAlcoholTreatment; kind++ {
		q := fmt.Sprintf("SELECT count(*) AS n FROM %s WHERE kind = %d", from(landed, "place_b", schema.TableEpisode), kind)
		if n := rows(t, db, q); n[0] == "n=0 " {
			t.Errorf("place B has no episode of kind %d", kind)
		}
	}
	for _, q := range []string{"attended = 8 AND kind = 7 AND end_day IS NULL", "attended = 22 AND end_day IS NULL", "attended = 20"} {
		if n := rows(t, db, "SELECT count(*) AS n FROM "+from(landed, "place_b", schema.TableEpisode)+" WHERE "+q); n[0] == "n=0 " {
			t.Errorf("place B has no episode where %s", q)
		}
	}
}

// The same seed gives the same batches to the byte.
func TestSameSeedSameBatches(t *testing.T) {
	var got [3]map[string]string
	for i, seed := range []uint64{3, 3, 4} {
		o := synth.Options{People: 120, Seed: seed, Years: 3, Out: filepath.Join(t.TempDir(), "ics")}
		direct(t, o, 50)
		got[i] = tree(t, filepath.Join(o.Out, "data"))
	}
	if !reflect.DeepEqual(got[0], got[1]) {
		t.Error("two runs of one seed differ")
	}
	for name := range got[0] {
		if _, ok := got[2][name]; ok {
			t.Errorf("%s is a batch of two seeds", name)
		}
	}
}

// A run that fails leaves no batch and no goroutine in the way.
func TestNothingStandsAfterFailure(t *testing.T) {
	o := synth.Options{People: 2000, Seed: 1, Years: 3, Out: filepath.Join(t.TempDir(), "ics")}
	ctx, cancel := context.WithCancel(context.Background())
	o.Progress = func(done, total int) {
		if done > 1000 {
			cancel()
		}
	}
	_, err := Run(ctx, o, Options{People: 200, Secrets: func() (*identity.Keyer, identity.Store, error) { return keyer(t), nil, nil }})
	if err == nil {
		t.Fatal("a cancelled run is no error")
	}
	left, err := lake.Landed(filepath.Join(o.Out, "data", "landed"))
	if err != nil || len(left) > 0 {
		t.Errorf("%d batches left, %v", len(left), err)
	}
	o.Progress, o.Out, o.HoldBackDays = nil, filepath.Join(t.TempDir(), "ics"), 30
	if _, err := Run(context.Background(), o, Options{}); err == nil {
		t.Error("held-back days were taken")
	}
}

// BenchmarkLanding reports people landed a second, of five years each.
func BenchmarkLanding(b *testing.B) {
	const n = 2000
	for b.Loop() {
		o := synth.Options{People: n, Seed: 1, Out: filepath.Join(b.TempDir(), "ics")}
		s, err := Run(context.Background(), o, Options{Analytes: analytes(b), Secrets: func() (*identity.Keyer, identity.Store, error) { return keyer(b), nil, nil }})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(s.Records)/n, "records/person")
		b.ReportMetric(float64(s.Bytes)/n, "bytes/person")
	}
	b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "people/s")
}
