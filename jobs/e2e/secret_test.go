//go:build duckdb_arrow

package e2e

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
)

// secret fails the test when anything that a tiny site wrote, or said, holds
// what identifies its people: the sources and the keys apart, every file
// below it, the sealed vault among them.
func secret(t *testing.T, s *site, said answer, more ...string) {
	t.Helper()
	words := append([]string{family, given, postcode, strings.ReplaceAll(postcode, " ", ""), phone, street}, more...)
	for i := range 9 {
		words = append(words, nhs(i))
	}
	search(t, s, words, said.out+said.err, "a", "b")
}

// search looks for words in all that a site wrote, and in what it said.
// Parquet files are read value by value; NHS numbers are looked for as numbers
// too.
func search(t *testing.T, s *site, words []string, said string, sources ...string) {
	t.Helper()
	var alternatives []string
	numbers := map[int64]bool{}
	for _, w := range words {
		alternatives = append(alternatives, regexp.QuoteMeta(w))
		if n, err := strconv.ParseInt(w, 10, 64); err == nil && len(w) == 10 {
			numbers[n] = true
			alternatives = append(alternatives, w[:3]+"[ -]"+w[3:6]+"[ -]"+w[6:])
		}
	}
	any := regexp.MustCompile(strings.Join(alternatives, "|"))
	leak := func(where string) { t.Errorf("%s holds what identifies a person", where) }
	if any.MatchString(said) {
		leak("what was said")
	}
	looked, values := 0, 0
	err := filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(s.dir, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			for _, from := range append(sources, "secrets") {
				if rel == from {
					return fs.SkipDir
				}
			}
			return nil
		}
		if any.MatchString(rel) {
			leak("the name of a file in " + filepath.Dir(rel))
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		looked++
		if any.Match(text) {
			leak(rel)
		}
		if strings.HasSuffix(path, ".parquet") {
			values += parquetValues(t, path, func(v string) {
				if any.MatchString(v) {
					leak(rel)
				}
			}, func(v int64) {
				if numbers[v] {
					leak(rel)
				}
			})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if looked == 0 {
		t.Error("nothing was looked at")
	}
	t.Logf("looked at %d files and %d values of Parquet", looked, values)
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
