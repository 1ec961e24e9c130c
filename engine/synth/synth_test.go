package synth

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
)

func run(t testing.TB, o Options) (string, Summary) {
	t.Helper()
	o.Out = filepath.Join(t.TempDir(), "ics")
	s, err := Run(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return o.Out, s
}

// files returns the path of every file below the folder, relative to it.
func files(t testing.TB, root string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			r, _ := filepath.Rel(root, p)
			out = append(out, r)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	sort.Strings(out)
	return out
}

func sums(t testing.TB, root string) map[string][32]byte {
	out := map[string][32]byte{}
	for _, f := range files(t, root) {
		b, err := os.ReadFile(filepath.Join(root, f))
		if err != nil {
			t.Fatal(err)
		}
		out[f] = sha256.Sum256(b)
	}
	return out
}

func TestSameSeedSameBytes(t *testing.T) {
	a, _ := run(t, Options{People: 1500, Seed: 5, HoldBackDays: 30})
	before := runtime.GOMAXPROCS(1)
	b, _ := run(t, Options{People: 1500, Seed: 5, HoldBackDays: 30})
	runtime.GOMAXPROCS(before)
	c, _ := run(t, Options{People: 1500, Seed: 6, HoldBackDays: 30})
	x, y, z := sums(t, a), sums(t, b), sums(t, c)
	if len(x) < 35 {
		t.Errorf("only %d files", len(x))
	}
	if len(x) != len(y) {
		t.Errorf("%d files, then %d", len(x), len(y))
	}
	for f, h := range x {
		if y[f] != h {
			t.Errorf("%s differs between two runs", f)
		}
	}
	for _, f := range []string{"truth.parquet", "truth.json", "sources/place_b/apc.csv", "sources/place_a/Encounter.000.ndjson"} {
		if x[f] == z[f] {
			t.Errorf("%s does not depend on the seed", f)
		}
	}
}

// The truth lies beside the sources, never inside, and no source says U.
func TestTruthIsBeside(t *testing.T) {
	out, _ := run(t, Options{People: 300, Seed: 1})
	for _, f := range files(t, filepath.Join(out, "sources")) {
		if strings.Contains(f, "truth") {
			t.Error(f)
		}
	}
}

// Every line of every NDJSON file is a resource of the file's type, and its
// references to people lead somewhere.
func TestFHIRIsWellFormed(t *testing.T) {
	out, _ := run(t, Options{People: 600, Seed: 3})
	dir := filepath.Join(out, "sources", "place_a")
	people := map[string]bool{}
	each := func(name string, do func(map[string]any)) {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		s := bufio.NewScanner(bytes.NewReader(b))
		for s.Scan() {
			var r map[string]any
			if err := json.Unmarshal(s.Bytes(), &r); err != nil {
				t.Fatalf("%s: %v: %s", name, err, s.Text())
			}
			do(r)
		}
	}
	each("Patient.000.ndjson", func(r map[string]any) { people[r["id"].(string)] = true })
	kinds := map[string]int{}
	for _, f := range files(t, dir) {
		want, _, _ := strings.Cut(f, ".")
		each(f, func(r map[string]any) {
			kinds[want]++
			if r["resourceType"] != want {
				t.Fatalf("%s in %s", r["resourceType"], f)
			}
			if len(r["id"].(string)) != 36 || r["meta"].(map[string]any)["lastUpdated"] == nil {
				t.Fatalf("%s: no id or moment", f)
			}
			who, ok := r["subject"].(map[string]any)
			if !ok {
				who, ok = r["patient"].(map[string]any)
			}
			if ok && !people[strings.TrimPrefix(who["reference"].(string), "Patient/")] {
				t.Fatalf("%s: nobody is %s", f, who["reference"])
			}
			if !ok && want != "Patient" && want != "Organization" {
				t.Fatalf("%s: about nobody", f)
			}
		})
	}
	if len(kinds) < 11 {
		t.Errorf("only %v", kinds)
	}
}

// The flat files have rows of the header's length, patients that exist, and
// dates in order.
func TestFlatFilesAreWellFormed(t *testing.T) {
	out, _ := run(t, Options{People: 600, Seed: 4})
	dir := filepath.Join(out, "sources", "place_b")
	people := map[string]bool{}
	for _, f := range []string{"patients.csv", "problems.csv", "medicines.csv", "values.csv", "contacts.csv", "apc.csv", "ecds.csv", "outpatients.csv",
		"nhs111.csv", "ambulance.csv", "community.csv", "mental_health.csv", "social_care.csv", "drug_alcohol.csv", "documents.csv"} {
		b, err := os.ReadFile(filepath.Join(dir, f))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll() // checks the number of fields
		if err != nil {
			t.Fatal(f, err)
		}
		if len(rows) < 2 {
			t.Errorf("%s is empty", f)
		}
		for _, r := range rows[1:] {
			switch f {
			case "patients.csv":
				people[r[1]] = true
				if r[12] != "" && r[12] <= r[11] {
					t.Fatalf("registration from %s to %s", r[11], r[12])
				}
			case "apc.csv":
				if r[11] != "" && r[11] < r[8] || r[10] != "" && r[10] < r[9] || len(r[16]) != 4 {
					t.Fatal(r)
				}
			case "ecds.csv", "outpatients.csv", "nhs111.csv", "ambulance.csv", "documents.csv":
				if len(r[1]) != 10 {
					t.Fatal(r)
				}
			case "community.csv", "mental_health.csv":
				if len(r[3]) != 10 || (r[2] == "") == (r[5] == "") || (r[2] == "") == (r[7] != "") || r[6] != "" && r[6] < r[5] {
					t.Fatal(r)
				}
			case "social_care.csv":
				if len(r[2]) != 10 || r[5] != "" && r[5] < r[4] || (r[3] == "Service") == (r[6] == "") {
					t.Fatal(r)
				}
			case "drug_alcohol.csv":
				if len(r[2]) != 10 || r[5] != "" && r[5] < r[3] {
					t.Fatal(r)
				}
			default:
				if !people[r[1]] {
					t.Fatalf("%s: nobody is %s", f, r[1])
				}
				if last := r[len(r)-1]; last > DefaultEnd || len(last) != 10 {
					t.Fatal(r)
				}
			}
		}
	}
}

// What is held back and what is not make up what there is without holding back.
func TestHoldBackLosesNothing(t *testing.T) {
	whole, _ := run(t, Options{People: 800, Seed: 8})
	split, _ := run(t, Options{People: 800, Seed: 8, HoldBackDays: 14})
	lines := func(root string, match func(string) bool) []string {
		var all []string
		for _, f := range files(t, root) {
			if !match(f) {
				continue
			}
			b, _ := os.ReadFile(filepath.Join(root, f))
			for _, l := range strings.Split(string(b), "\n") {
				if l != "" && !strings.HasPrefix(l, "record_id,") {
					all = append(all, l)
				}
			}
		}
		sort.Strings(all)
		return all
	}
	for _, what := range []string{"Condition", "Encounter", "Patient", "Observation", "problems", "contacts", "patients"} {
		match := func(f string) bool { return strings.HasPrefix(filepath.Base(f), what+".") }
		a, b := lines(whole, match), lines(split, match)
		if strings.Join(a, "\n") != strings.Join(b, "\n") {
			t.Errorf("%s: %d lines, with holding back %d", what, len(a), len(b))
		}
		if n := len(lines(filepath.Join(split, "later"), match)); n == 0 && what != "Patient" && what != "patients" && what != "Condition" && what != "problems" {
			t.Errorf("%s: nothing was held back", what)
		}
	}
}

// truth.parquet can be read, and its risks are chances in order.
func TestTruthFile(t *testing.T) {
	out, s := run(t, Options{People: 1000, Seed: 2})
	f, err := file.OpenParquetFile(filepath.Join(out, "truth.parquet"), false)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := pqarrow.NewFileReader(f, pqarrow.ArrowReadProperties{}, memory.DefaultAllocator)
	if err != nil {
		t.Fatal(err)
	}
	table, err := r.ReadTable(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer table.Release()
	tr := array.NewTableReader(table, 0)
	defer tr.Release()
	rows, eligible := 0, 0
	for tr.Next() {
		b := tr.RecordBatch()
		risk, staying, history := b.Column(2).(*array.Float64), b.Column(3).(*array.Float64), b.Column(4).(*array.Float64)
		for i := range int(b.NumRows()) {
			rows++
			if b.Column(6).(*array.Boolean).Value(i) {
				eligible++
			}
			if x := risk.Value(i); !(x >= 0 && x <= staying.Value(i) && staying.Value(i) < 1) || !(history.Value(i) > 0 && history.Value(i) < 1) {
				t.Fatalf("row %d: %g %g %g", i, x, staying.Value(i), history.Value(i))
			}
			if len(b.Column(0).(*array.String).Value(i)) != 10 {
				t.Fatal("person_ref")
			}
		}
	}
	sum := 0
	for _, x := range s.Report.Indexes {
		sum += x.Eligible
		if x.Record.Lower > x.Record.Upper || x.Record.Upper > x.Record.Full {
			t.Errorf("%s: more knowledge ranks worse: %+v", x.Date, x.Record)
		}
	}
	if sum != eligible || rows <= eligible {
		t.Errorf("%d rows, %d eligible, the report says %d", rows, eligible, sum)
	}
	if len(s.Report.Indexes) != 6 || s.Report.Indexes[3].Date != "2024-02-29" || s.Report.Indexes[4].Date != "2025-06-30" || s.Report.Indexes[5].HasOutcome || !s.Report.Indexes[4].HasOutcome {
		t.Errorf("index dates %+v", s.Report.Indexes)
	}
}

func TestBadOptions(t *testing.T) {
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "x"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		o    Options
		code string
	}{
		{Options{Out: "x", People: 5}, "synth/people"},
		{Options{Out: "x", Years: 1}, "synth/years"},
		{Options{}, "synth/out"},
		{Options{Out: full}, "synth/out"},
		{Options{Out: "x", End: "2026-09-29"}, "synth/end"},
		{Options{Out: "x", End: "soon"}, "synth/end"},
		{Options{Out: "x", HoldBackDays: -1}, "synth/hold-back"},
	} {
		_, err := Run(context.Background(), x.o)
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), x.code) {
			t.Errorf("%+v: %v", x.o, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Run(ctx, Options{Out: filepath.Join(t.TempDir(), "y"), People: 1000}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func BenchmarkRun(b *testing.B) {
	people := 0
	var s Summary
	for b.Loop() {
		out := filepath.Join(b.TempDir(), "ics")
		var err error
		if s, err = Run(context.Background(), Options{People: 20_000, Seed: 1, Out: out}); err != nil {
			b.Fatal(err)
		}
		people += s.People
		os.RemoveAll(out)
	}
	b.ReportMetric(float64(people)/b.Elapsed().Seconds(), "people/s")
	b.ReportMetric(float64(s.Records)/s.PersonYears, "records/person-year")
	b.ReportMetric(float64(s.Bytes)/float64(s.People), "bytes/person")
}
