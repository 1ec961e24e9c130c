package fhir

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"

	"leftshift/engine/schema"
)

const samples = "../../../testdata/samples"

// TestSamples holds the extraction of real example files against counts made
// without it (counts.csv), and against what it landed before (landed.csv).
func TestSamples(t *testing.T) {
	f, err := os.Open(filepath.Join(samples, "counts.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]map[string]int64{}
	for _, r := range rows[1:] {
		path := r[0] + "/" + r[1]
		if want[path] == nil {
			want[path] = map[string]int64{}
		}
		if want[path][r[2]], err = strconv.ParseInt(r[3], 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	var paths []string
	for p := range want {
		paths = append(paths, p)
	}
	sort.Strings(paths)
	var out strings.Builder
	out.WriteString("folder,file,in,held,reference,quarantined")
	for id := range schema.NumTables {
		out.WriteString("," + schema.Landed[id].Name)
	}
	out.WriteByte('\n')
	for _, path := range paths {
		raw := read(t, filepath.Join(samples, path))
		opt := testOptions()
		if strings.Contains(path, "bulk") || strings.Contains(path, "synthea") {
			opt.Identifier = Identifier{"https://github.com/synthetichealth/synthea", "synthea"}
		}
		l, err := land(t, bytes.NewReader(raw), opt, "2026-11-20")
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if c := l.counts; c.In != c.Held+c.Reference+c.Quarantined {
			t.Errorf("%s: %+v", path, c)
		}
		got := l.types
		contained(t, raw, got)
		for kind, n := range want[path] {
			if got[kind] != n {
				t.Errorf("%s: %d %s, want %d", path, got[kind], kind, n)
			}
			delete(got, kind)
		}
		for kind, n := range got {
			t.Errorf("%s: %d %q, want none", path, n, kind)
		}
		folder, file, _ := strings.Cut(path, "/")
		fmt.Fprintf(&out, "%s,%s,%d,%d,%d,%d", folder, file, l.counts.In, l.counts.Held, l.counts.Reference, l.counts.Quarantined)
		for id := range schema.NumTables {
			n := 0
			l.rows(t, id, func(func(string) any) { n++ })
			fmt.Fprintf(&out, ",%d", n)
		}
		out.WriteByte('\n')
	}
	path := filepath.Join(samples, "landed.csv")
	if *update {
		if err := os.WriteFile(path, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if out.String() != string(before) {
		t.Errorf("landed.csv differs; got:\n%s", out.String())
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// contained adds to counts the contained resources, which are no records of
// their own, found by another reader.
func contained(t *testing.T, raw []byte, counts map[string]int64) {
	t.Helper()
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if list, ok := v["contained"].([]any); ok {
				for _, c := range list {
					if m, ok := c.(map[string]any); ok {
						counts[m["resourceType"].(string)]++
					}
				}
			}
			for _, c := range v {
				walk(c)
			}
		case []any:
			for _, c := range v {
				walk(c)
			}
		}
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	for {
		var v any
		if err := d.Decode(&v); err == io.EOF {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		walk(v)
	}
}
