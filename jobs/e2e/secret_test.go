//go:build duckdb_arrow

package e2e

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
)

// secret fails the test when anything that a tiny site wrote, or said, holds
// what identifies its people: every file below it but its sources and keys,
// the sealed vault among them.
func secret(t *testing.T, s *site, said answer, more ...string) {
	t.Helper()
	words := append([]string{family, given, postcode, strings.ReplaceAll(postcode, " ", ""), phone, street}, more...)
	for i := range 9 {
		words = append(words, nhs(i))
	}
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = regexp.QuoteMeta(w)
	}
	for _, where := range search(t, s, regexp.MustCompile(strings.Join(quoted, "|")), words, said.out+said.err, "a", "b") {
		t.Errorf("%s holds what identifies a person", where)
	}
}

// search gives the places where words stand, which a pattern finds, in all
// that a site wrote and in what it said. Parquet files are read value by value; NHS numbers are
// looked for in groups and as numbers too.
func search(t *testing.T, s *site, pattern *regexp.Regexp, words []string, said string, apart ...string) (where []string) {
	t.Helper()
	known := map[string]bool{}
	for _, w := range words {
		known[w] = true
	}
	grouped := regexp.MustCompile(`\b(\d{3})[ -](\d{3})[ -](\d{4})\b`)
	leaks := map[string]bool{}
	look := func(where, text string) {
		for _, w := range pattern.FindAllString(text, -1) {
			leaks[where] = leaks[where] || known[w]
		}
		for _, m := range grouped.FindAllStringSubmatch(text, -1) {
			leaks[where] = leaks[where] || known[m[1]+m[2]+m[3]]
		}
	}
	look("what was said", said)
	values := 0
	err := filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(s.dir, path)
		if err != nil {
			return err
		}
		if slices.Contains(append(apart, "secrets"), rel) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		look("a name in "+filepath.Dir(rel), d.Name())
		if d.IsDir() {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		look(rel, string(text))
		if strings.HasSuffix(path, ".parquet") {
			values += parquetValues(t, path, func(v string) { look(rel, v) }, func(v int64) {
				if v >= 0 && v <= 9999999999 {
					look(rel, fmt.Sprintf("%010d", v))
				}
			})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("looked at %d values of Parquet", values)
	for _, place := range slices.Sorted(maps.Keys(leaks)) {
		if leaks[place] {
			where = append(where, place)
		}
	}
	return where
}

// parquetValues gives every text and every 64-bit number of a file.
func parquetValues(t *testing.T, path string, text func(string), number func(int64)) (n int) {
	t.Helper()
	f, err := file.OpenParquetFile(path, false)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	defer f.Close()
	r, err := pqarrow.NewFileReader(f, pqarrow.ArrowReadProperties{BatchSize: 1 << 15}, memory.DefaultAllocator)
	if err != nil {
		t.Fatal(err)
	}
	records, err := r.GetRecordReader(context.Background(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer records.Release()
	for records.Next() {
		for _, c := range records.RecordBatch().Columns() {
			switch c := c.(type) {
			case *array.String:
				for i := range c.Len() {
					text(c.Value(i))
				}
			case *array.Binary:
				for i := range c.Len() {
					text(string(c.Value(i)))
				}
			case *array.Int64:
				for _, v := range c.Int64Values() {
					number(v)
				}
			default:
				continue
			}
			n += c.Len()
		}
	}
	return n
}
