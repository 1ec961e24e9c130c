package fhir

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

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

// vault keeps what identifies, for the tests to see.
type vault struct{ entries []identity.Entry }

func (v *vault) Put(e []identity.Entry) error { v.entries = append(v.entries, e...); return nil }

type landed struct {
	counts source.Counts
	dir    string
	vault  vault
	types  map[string]int64
}

var analytes = func() *analyte.Table {
	t, err := analyte.Load()
	if err != nil {
		panic(err)
	}
	return t
}()

func testOptions() Options {
	return Options{Analytes: analytes, AreaOf: func(p string) (string, bool) {
		if p == "DN18 5DW" {
			return "E01013218", true
		}
		return "", false
	}}
}

func land(t testing.TB, r io.Reader, opt Options, night string) (*landed, error) {
	t.Helper()
	keys, err := identity.NewKeyer([]byte("a key of thirty-two bytes, for tests"))
	if err != nil {
		t.Fatal(err)
	}
	n, ok := engine.ParseDay(night)
	if !ok {
		t.Fatalf("night %q", night)
	}
	l := &landed{dir: t.TempDir(), types: map[string]int64{}}
	b := source.NewBatch(l.dir, source.Meta{Source: "test", Flow: "fhir", Night: n, Lag: -1}, keys, &l.vault)
	opt.Types = l.types
	if err := Extract(context.Background(), r, opt, b); err != nil {
		return nil, err
	}
	if l.counts, _, err = b.Finish(); err != nil {
		t.Fatal(err)
	}
	return l, nil
}

// text writes every landed row, one a line, with keys given names in the
// order in which they appear (S1 a subject or person, R1 a record), versions
// left out, and codes as system|code.
func (l *landed) text(t testing.TB) string {
	t.Helper()
	var out strings.Builder
	names := map[int64]string{}
	counts := map[string]int{}
	name := func(letter string, v int64) string {
		if _, ok := names[v]; !ok {
			counts[letter]++
			names[v] = fmt.Sprintf("%s%d", letter, counts[letter])
		}
		return names[v]
	}
	codes := map[int64]string{}
	l.rows(t, schema.TableCode, func(get func(string) any) {
		system := engine.System(get("system").(uint8))
		text := get("text").(string)
		if system == engine.TextOnly {
			text = "(hash)"
		}
		codes[get("code").(int64)] = system.String() + "|" + text
	})
	for id := range schema.NumTables {
		table := schema.Landed[id]
		switch id {
		case schema.TableCode, schema.TableSubject:
			continue
		}
		l.rows(t, id, func(get func(string) any) {
			out.WriteString(table.Name)
			for _, c := range table.Columns {
				v := get(c.Name)
				word := ""
				switch c.Name {
				case "version", "stamp", "known_basis":
					continue
				case "subject", "person":
					if v.(int64) != 0 {
						word = name("S", v.(int64))
					}
				case "record", "spell", "episode":
					if v.(int64) != 0 {
						word = name("R", v.(int64))
					}
				case "code", "type", "unit", "practice", "area", "organisation", "provider", "custodian", "specialty", "parent":
					if v.(int64) != 0 {
						if word = codes[v.(int64)]; word == "" {
							t.Errorf("%s.%s has no text in the dictionary", table.Name, c.Name)
						}
					}
				default:
					switch v := v.(type) {
					case nil:
					case int64:
						word = fmt.Sprint(v)
						if v == 0 && c.Name != "value" {
							word = ""
						}
					case uint8:
						if v != 0 {
							word = fmt.Sprint(v)
						}
					case engine.Day:
						word = v.String()
					case string:
						word = v
					}
				}
				if word != "" {
					fmt.Fprintf(&out, " %s=%s", c.Name, word)
				}
			}
			out.WriteByte('\n')
		})
	}
	for _, e := range l.vault.entries {
		fmt.Fprintf(&out, "vault person=%s %+v\n", name("S", int64(e.Person)), e.Identity)
	}
	fmt.Fprintf(&out, "counts in=%d held=%d reference=%d quarantined=%d\n", l.counts.In, l.counts.Held, l.counts.Reference, l.counts.Quarantined)
	var reasons []string
	for r := range l.counts.Reasons {
		reasons = append(reasons, r)
	}
	sort.Strings(reasons)
	for _, r := range reasons {
		fmt.Fprintf(&out, "reason %s=%d\n", r, l.counts.Reasons[r])
	}
	return out.String()
}

// rows reads a landed table back from its file.
func (l *landed) rows(t testing.TB, id schema.TableID, each func(get func(string) any)) {
	t.Helper()
	f, err := os.Open(filepath.Join(l.dir, schema.Landed[id].Name+".parquet"))
	if os.IsNotExist(err) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	pf, err := file.NewParquetReader(f)
	if err != nil {
		t.Fatal(err)
	}
	r, err := pqarrow.NewFileReader(pf, pqarrow.ArrowReadProperties{}, memory.DefaultAllocator)
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
	for tr.Next() {
		rec := tr.RecordBatch()
		for i := range int(rec.NumRows()) {
			each(func(name string) any {
				at := rec.Schema().FieldIndices(name)
				if len(at) == 0 {
					t.Fatalf("no column %s", name)
				}
				col := rec.Column(at[0])
				if col.IsNull(i) {
					return nil
				}
				switch c := col.(type) {
				case *array.Int64:
					return c.Value(i)
				case *array.Uint8:
					return c.Value(i)
				case *array.String:
					return c.Value(i)
				case *array.Date32:
					return engine.Day(c.Value(i))
				}
				t.Fatalf("column %s is %s", name, rec.Schema().Field(at[0]).Type)
				return nil
			})
		}
	}
}
