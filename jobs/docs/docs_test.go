//go:build duckdb_arrow

package main

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"leftshift/engine/schema"
	"leftshift/jobs/night"
)

// root is the folder of go.mod, from the folder of this test.
const root = "../.."

func TestPagesAreCurrent(t *testing.T) {
	stale, err := Stale(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range stale {
		t.Errorf("%s is not current: run `make generate` and commit it", path)
	}
}

func TestSameBytesEachTime(t *testing.T) {
	for _, p := range pages {
		a, err := p.text(root)
		if err != nil {
			t.Fatal(err)
		}
		for range 5 {
			b, err := p.text(root)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(a, b) {
				t.Fatalf("%s differs from one making to the next", p.path)
			}
		}
		if strings.HasSuffix(p.path, ".json") {
			if !json.Valid(a) || !bytes.Contains(a, []byte(firstLine)) {
				t.Errorf("%s is not JSON that says it is generated", p.path)
			}
		} else if !bytes.HasPrefix(a, []byte(firstLine+"\n")) {
			t.Errorf("%s does not begin with the line that says it is generated", p.path)
		}
		if bytes.Contains(a, []byte("%!")) {
			t.Errorf("%s holds a fault of formatting", p.path)
		}
	}
}

// Check names a page that is absent, changed by one byte or current again
// after writing.
func TestCheckNamesWhatIsNotCurrent(t *testing.T) {
	dir := t.TempDir()
	// An empty tree has no faults to read; every other page is as it is.
	var out, errs bytes.Buffer
	if code := run([]string{"-check", dir}, &out, &errs); code != 1 {
		t.Errorf("absent pages give %d", code)
	}
	for _, p := range pages {
		if !strings.Contains(errs.String(), p.path) {
			t.Errorf("absent %s is not named", p.path)
		}
	}
	if code := run([]string{dir}, io.Discard, io.Discard); code != 0 {
		t.Fatalf("writing gives %d", code)
	}
	if code := run([]string{"-check", dir}, io.Discard, io.Discard); code != 0 {
		t.Errorf("pages just written are not current: %d", code)
	}
	for _, p := range pages {
		path := filepath.Join(dir, p.path)
		held, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		changed := bytes.Clone(held)
		changed[len(changed)/2] ^= 1
		if err := os.WriteFile(path, changed, 0o644); err != nil {
			t.Fatal(err)
		}
		errs.Reset()
		if code := run([]string{"-check", dir}, io.Discard, &errs); code != 1 || errs.String() != p.path+" is not current: run `make generate`\n" {
			t.Errorf("one byte of %s changed: %d, %s", p.path, code, errs.String())
		}
		out.Reset()
		if code := run([]string{dir}, &out, io.Discard); code != 0 || out.String() != p.path+"\n" {
			t.Errorf("writing wrote %q, want %s only", out.String(), p.path)
		}
	}
	if run(nil, io.Discard, io.Discard) != 2 || run([]string{"-none", dir}, io.Discard, io.Discard) != 2 {
		t.Error("wrong use is not status 2")
	}
}

// Every declared column is on the page of tables, with its meaning.
func TestSchemaPageHoldsEveryColumn(t *testing.T) {
	text := schemaPage()
	tables := 0
	for stage, list := range map[string][]*schema.Table{"landed": schema.Landed[:], "curated": schema.Curated, "published": schema.Published, "query": night.QueryTables} {
		for _, tab := range list {
			tables++
			_, rest, ok := strings.Cut(text, "\n### "+stage+"."+tab.Name+"\n")
			if !ok {
				t.Errorf("there is no table %s.%s", stage, tab.Name)
				continue
			}
			section, _, _ := strings.Cut(rest, "\n### ")
			for _, c := range tab.Columns {
				if c.Say == "" || !strings.Contains(section, "| `"+c.Name+"` | "+typeWord(c.Type)+" | ") || !strings.Contains(section, cell(c.Say)) {
					t.Errorf("%s.%s lacks column %s", stage, tab.Name, c.Name)
				}
			}
		}
	}
	if tables < 30 {
		t.Errorf("only %d tables", tables)
	}
}

func TestFaultForms(t *testing.T) {
	for src, want := range map[string][2]string{
		"&engine.Fault{Code: `a-b`, Say: `do ` + x + ` now`}":          {"a-b", "do … now"},
		"Fault{Code: `a-b`, Text: `t`}":                                {"a-b", "t"},
		"engine.Fault{Code: `a-b`, Say: fmt.Sprintf(`%d of 5 %%`, n)}": {"a-b", "… of 5 %"},
		"fault(`a-b`, `%q is %5.1f high`, x, y)":                       {"a-b", "… is … high"},
		"fault(`only-code`)":                                           {"", ""},
		"f.add(`p`, `config-x`, `expected %s`, y)":                     {"config-x", "expected …"},
		"fmt.Errorf(`boost.one_class: take %d`, n)":                    {"boost.one_class", "take …"},
		"errors.New(`plain words: no code`)":                           {"", ""},
		"fmt.Errorf(`%s: %w`, a, err)":                                 {"", ""},
		"Other{Code: `a-b`, Say: `s`}":                                 {"", ""},
	} {
		e, err := parser.ParseExpr(src)
		if err != nil {
			t.Fatal(src, err)
		}
		var code, say string
		// A literal behind & is one node further in.
		for n := range nodes(e) {
			if code, say = faultOf(n, "jobs/config"); code != "" {
				break
			}
		}
		if code != want[0] || say != want[1] {
			t.Errorf("%s gives %q %q, want %q", src, code, say, want)
		}
	}
}

// The codes that are there are found: one of each form, from this tree.
func TestFaultsOfTheTree(t *testing.T) {
	list, err := faults(root)
	if err != nil {
		t.Fatal(err)
	}
	by, silent := map[string]fault{}, 0
	for _, f := range list {
		by[f.Code] = f
		if len(f.Says) == 0 {
			silent++
		}
	}
	if len(list) < 100 || silent > len(list)/10 {
		t.Errorf("%d faults, %d of them without a sentence: is there a new form?", len(list), silent)
	}
	for code, where := range map[string]string{
		"vault-tampered": "engine/identity", "optout-list-stale": "engine/consent", "feed-shrank": "jobs/night",
		"config-missing": "jobs/config", "config-choice": "jobs/config", "boost.one_class": "models/boost",
		"survivors-only": "features/outcome", "cause-empty": "features/outcome", "leavers-implausible": "features/outcome", "purpose-crossed": "engine/consent", "manifest-damaged": "jobs/pipeline",
	} {
		if by[code].Package != where {
			t.Errorf("%s is of %q, want %s", code, by[code].Package, where)
		}
	}
}

// nodes walks an expression.
func nodes(e ast.Expr) iter.Seq[ast.Node] {
	return func(yield func(ast.Node) bool) {
		more := true
		ast.Inspect(e, func(n ast.Node) bool {
			more = more && (n == nil || yield(n))
			return more
		})
	}
}
