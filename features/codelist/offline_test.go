package codelist

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// From the code lists to the features there is no way to a network: none of
// the packages that read codes, nor any of this program's that they import,
// imports what opens a connection or starts another program.
func TestF12TerminologyIsOffline(t *testing.T) {
	const root = "../.."
	connects := []string{"net", "net/http", "net/rpc", "net/smtp", "crypto/tls", "os/exec", "plugin"}
	todo := []string{"features/codelist", "features/catalogue", "features/plan", "features/kernel", "features/outcome", "models/score/published"}
	seen := map[string]bool{}
	for len(todo) > 0 {
		dir := todo[0]
		todo = todo[1:]
		if seen[dir] {
			continue
		}
		seen[dir] = true
		entries, err := os.ReadDir(filepath.Join(root, dir))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if e.IsDir() || !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
				continue
			}
			f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, dir, e.Name()), nil, parser.ImportsOnly)
			if err != nil {
				t.Fatal(err)
			}
			for _, spec := range f.Imports {
				to, err := strconv.Unquote(spec.Path.Value)
				if err != nil {
					t.Fatal(err)
				}
				if slices.Contains(connects, to) {
					t.Errorf("%s/%s imports %s", dir, e.Name(), to)
				}
				if local, ok := strings.CutPrefix(to, "leftshift/"); ok {
					todo = append(todo, local)
				}
			}
		}
	}
	if len(seen) < 8 {
		t.Errorf("only %d packages were read", len(seen))
	}
}
