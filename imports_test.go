package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Strata from the top down. A package imports its own stratum and those below.
var strata = []string{"main", "jobs", "models", "features", "engine"}

// only says which package alone may import a library, so that its traps are
// kept in one place.
var only = map[string][]string{
	"github.com/coreos/go-oidc":             {"engine/web/signin"},
	"github.com/duckdb/duckdb-go":           {"engine/lake"},
	"github.com/robfig/cron":                {"jobs/schedule", "jobs/config"},
	"github.com/mattn/go-sqlite3":           {"engine/store", "engine/audit", "features/query"}, // the audit for its faults, the last in tests only
	"github.com/spf13/cobra":                {"jobs/cli"},
	"golang.org/x/oauth2":                   {"engine/web/signin"},
	"github.com/santhosh-tekuri/jsonschema": {"engine/standard", "engine/web"}, // in tests only
	"github.com/valyala/fastjson":           {"engine/source/fhir"},
	"gonum.org/v1/plot":                     {"models/evaluate", "jobs/report"},
}

func rank(path string) int {
	top, _, _ := strings.Cut(path, "/")
	for i, s := range strata {
		if s == top {
			return i
		}
	}
	return 0
}

// Imports point only downwards. The files are parsed, not listed by the go
// command, so that none hides behind a build tag.
func TestImportsPointDownwards(t *testing.T) {
	files := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && path != "." || d.Name() == "build" || d.Name() == "testdata" || d.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") {
			return nil
		}
		files++
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		here := filepath.ToSlash(filepath.Dir(path))
		for _, spec := range f.Imports {
			to, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if in, ok := strings.CutPrefix(to, "leftshift/"); ok && rank(in) < rank(here) {
				t.Errorf("%s imports %s: imports point downwards (%s); move what is shared down, or the caller up", path, to, strings.Join(strata, " -> "))
			}
			for library, allowed := range only {
				if !strings.HasPrefix(to, library) {
					continue
				}
				ok := false
				for _, a := range allowed {
					ok = ok || here == a
				}
				if !ok {
					t.Errorf("%s imports %s: only %s may; ask it for what you need", path, to, strings.Join(allowed, " and "))
				}
			}
		}
		return nil
	})
	if err != nil || files < 20 {
		t.Fatalf("%d files, %v", files, err)
	}
}

// DuckDB 1.5.6 can lose rows from a secondary index after a crash; sorted
// files with zone maps need none.
func TestNoSecondaryIndexInTheLake(t *testing.T) {
	files, err := filepath.Glob("engine/lake/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(strings.ToUpper(string(text)), "CREATE "+"INDEX") {
			t.Errorf("%s makes an index", path)
		}
	}
}

// The pinned DuckDB is the one measured, and newer ones need a host that a
// module proxy may not serve.
func TestPins(t *testing.T) {
	text, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	for _, pin := range []string{"github.com/duckdb/duckdb-go/v2 v2.10506.0", "github.com/duckdb/duckdb-go-bindings v0.10506.0", "github.com/apache/arrow-go/v18 v18.5.1", "github.com/robfig/cron/v3 v3.0.1"} {
		if !strings.Contains(string(text), pin+"\n") && !strings.Contains(string(text), pin+" //") {
			t.Errorf("go.mod does not pin %s", pin)
		}
	}
}
