package flat

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"leftshift/engine"
	"leftshift/engine/analyte"
	"leftshift/engine/identity"
	"leftshift/engine/schema"
	"leftshift/engine/source"
)

var update = flag.Bool("update", false, "write what the scenarios gave as what they must give")

// entries is a vault that only remembers.
type entries []identity.Entry

func (v *entries) Put(e []identity.Entry) error { *v = append(*v, e...); return nil }

func newBatch(t testing.TB, meta source.Meta, v identity.Store) (*source.Batch, string) {
	t.Helper()
	keys, err := identity.NewKeyer(bytes.Repeat([]byte{5}, 32))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	return source.NewBatch(dir, meta, keys, v), dir
}

func testOptions(t testing.TB) Options {
	t.Helper()
	a, err := analyte.Load()
	if err != nil {
		t.Fatal(err)
	}
	areas, err := LoadPostcodes(strings.NewReader("postcode,lsoa\nZZ1 0AA,E01000001\nZZ1 0AB,E01000002\nZZ1 0AB,E01000003\n"))
	if err != nil {
		t.Fatal(err)
	}
	return Options{Analytes: a, AreaOf: areas}
}

// A scenario file has settings, one a line; a line "---"; the CSV; a line
// "---"; and what lands, as text.
func TestScenarios(t *testing.T) {
	files, _ := filepath.Glob("testdata/scenario/*.txt")
	if len(files) < 10 {
		t.Fatalf("%d scenarios", len(files))
	}
	for _, path := range files {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			parts := strings.SplitN(string(text), "---\n", 3)
			if len(parts) < 2 {
				t.Fatal("a scenario has settings, a line ---, and the file")
			}
			got := scenario(t, parts[0], parts[1])
			if *update {
				if err := os.WriteFile(path, []byte(parts[0]+"---\n"+parts[1]+"---\n"+got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if len(parts) < 3 || got != parts[2] {
				t.Errorf("got\n%s\nwant\n%s", got, strings.Join(parts[2:], ""))
			}
		})
	}
}

func scenario(t testing.TB, settings, text string) string {
	night, _ := engine.ParseDay("2026-03-31")
	meta := source.Meta{Source: "b", Flow: "flow", Night: night, Lag: -1}
	var m *Map
	var err error
	for _, line := range strings.Split(strings.TrimSpace(settings), "\n") {
		key, value, _ := strings.Cut(line, " ")
		switch key {
		case "map":
			if m, err = LoadMap(value); err != nil {
				t.Fatal(err)
			}
		case "flow":
			meta.Flow = value
		case "lag":
			meta.Lag, _ = strconv.Atoi(value)
		case "night":
			meta.Night, _ = engine.ParseDay(value)
		case "ignore-recorded":
			meta.IgnoreRecorded = true
		case "#":
		default:
			t.Fatalf("no setting %q", key)
		}
	}
	var vault entries
	b, dir := newBatch(t, meta, &vault)
	// Escapes stand for bytes that a text file should not hold.
	text = strings.NewReplacer(`\0`, "\x00", `\xff`, "\xff", `\r`, "\r", `\bom`, "\ufeff").Replace(text)
	if err := Extract(context.Background(), strings.NewReader(text), "csv", m, testOptions(t), b); err != nil {
		var f *engine.Fault
		if !errors.As(err, &f) {
			t.Fatal(err)
		}
		return "fault " + f.Error() + "\n"
	}
	return landed(t, b, dir, vault)
}

// landed writes what a batch landed as text: pseudonyms as s1, s2..., codes
// as system|code, and no column that is empty.
func landed(t testing.TB, b *source.Batch, dir string, vault entries) string {
	t.Helper()
	counts, files, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string][]map[string]string{}
	for name := range files {
		rows[name] = readParquet(t, filepath.Join(dir, name+".parquet"))
	}
	codes := map[string]string{}
	for _, r := range rows["code"] {
		n, _ := strconv.Atoi(r["system"])
		codes[r["code"]] = engine.System(n).String() + "|" + r["text"]
	}
	alias := map[string]string{}
	name := func(prefix, key string) string {
		if alias[prefix+key] == "" {
			n := 1
			for k := range alias {
				if strings.HasPrefix(k, prefix) {
					n++
				}
			}
			alias[prefix+key] = prefix + strconv.Itoa(n)
		}
		return alias[prefix+key]
	}
	var out strings.Builder
	for _, table := range schema.Landed {
		if table.Name == "code" || table.Name == "subject" {
			continue
		}
		for _, r := range rows[table.Name] {
			out.WriteString(table.Name)
			for _, c := range table.Columns {
				v := r[c.Name]
				switch c.Name {
				case "version":
					continue
				case "subject", "person":
					if v != "0" {
						v = name("s", v)
					}
				case "record", "episode":
					if v != "0" {
						v = name("r", v)
					}
				case "spell":
					if a := alias["r"+v]; a != "" {
						v = a
					} else {
						v = name("spell", v)
					}
				case "code", "practice", "area", "specialty", "provider", "organisation", "arrival_mode", "unit", "parent", "successor", "type", "custodian":
					if v != "0" {
						v = codes[v]
					}
				}
				if v == "" || v == "0" {
					continue
				}
				out.WriteString(" " + c.Name + "=" + v)
			}
			out.WriteString("\n")
		}
	}
	for _, e := range vault {
		fmt.Fprintf(&out, "vault %s known=%s stamp=%d %+v\n", name("s", fmt.Sprint(int64(e.Person))), e.Known, e.Stamp, e.Identity)
	}
	fmt.Fprintf(&out, "counts in=%d held=%d reference=%d quarantined=%d\n", counts.In, counts.Held, counts.Reference, counts.Quarantined)
	var why []string
	for r, n := range counts.Reasons {
		why = append(why, fmt.Sprintf("reason %s=%d\n", r, n))
	}
	sort.Strings(why)
	out.WriteString(strings.Join(why, ""))
	return out.String()
}

func readParquet(t testing.TB, path string) []map[string]string {
	t.Helper()
	f, err := file.OpenParquetFile(path, false)
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
	var out []map[string]string
	tr := array.NewTableReader(table, 1<<20)
	defer tr.Release()
	for tr.Next() {
		rec := tr.RecordBatch()
		for i := range int(rec.NumRows()) {
			row := map[string]string{}
			for c, f := range rec.Schema().Fields() {
				if rec.Column(c).IsNull(i) {
					continue
				}
				if f.Type.ID() == arrow.DATE32 {
					row[f.Name] = engine.Day(rec.Column(c).(*array.Date32).Value(i)).String()
				} else {
					row[f.Name] = rec.Column(c).ValueStr(i)
				}
			}
			out = append(out, row)
		}
	}
	return out
}
