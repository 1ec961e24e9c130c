//go:build duckdb_arrow

package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// written are the pages by hand whose links are looked after here.
var written = []string{"README.md", "GLOSSARY.md", "CHANGELOG.md", "docs/hazards.md", "configs/example/README.md"}

var link = regexp.MustCompile(`\[([^\]]*)\]\(([^)\s]+)\)`)

// Links lead somewhere. A link from the name of a test to a file leads to
// that test, so the hazard log names no control that is gone.
func TestLinksLead(t *testing.T) {
	paths := slices.Clone(written)
	for _, p := range pages {
		paths = append(paths, p.path)
	}
	tests := 0
	for _, page := range paths {
		text, err := os.ReadFile(filepath.Join(root, page))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			name, _, _ := strings.Cut(m[2], "#")
			if name == "" || strings.HasPrefix(m[2], "https://") {
				continue
			}
			at := filepath.Join(root, filepath.Dir(page), name)
			if test := strings.Trim(m[1], "`"); strings.HasPrefix(test, "Test") {
				tests++
				source, err := os.ReadFile(at)
				if err != nil || !strings.Contains(string(source), "\nfunc "+test+"(t *testing.T)") {
					t.Errorf("%s: there is no %s in %s", page, test, name)
				}
				continue
			}
			if _, err := os.Stat(at); err != nil {
				t.Errorf("%s: the link to %s leads nowhere", page, m[2])
			}
		}
	}
	if tests < 50 {
		t.Errorf("only %d links to tests", tests)
	}
}

// A hazard has its four parts, in order.
func TestHazardsAreWhole(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "docs/hazards.md"))
	if err != nil {
		t.Fatal(err)
	}
	sections := strings.Split(string(text), "\n## H")
	if len(sections) < 11 {
		t.Errorf("%d hazards", len(sections)-1)
	}
	for _, s := range sections[1:] {
		title, _, _ := strings.Cut(s, "\n")
		at := 0
		for _, part := range []string{"**Cause.**", "**Effect.**", "**Controls.**", "**Remains.**"} {
			k := strings.Index(s, part)
			if k < at || strings.Count(s, part) != 1 {
				t.Errorf("H%s: %s is absent, doubled or out of order", title, part)
			}
			at = k
		}
	}
}

// Terms ascend, letter case aside, and each has its four cells.
func TestGlossaryIsInOrder(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "GLOSSARY.md"))
	if err != nil {
		t.Fatal(err)
	}
	var terms []string
	for _, line := range strings.Split(string(text), "\n") {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| term ") || strings.HasPrefix(line, "| ---") {
			continue
		}
		cells := strings.Split(strings.Trim(line, "| "), " | ")
		if len(cells) != 4 || slices.Contains(cells, "") {
			t.Errorf("%q has not four cells", line)
			continue
		}
		terms = append(terms, strings.ToLower(cells[0]))
	}
	if len(terms) < 70 {
		t.Errorf("%d terms", len(terms))
	}
	for k := 1; k < len(terms); k++ {
		if terms[k] < terms[k-1] {
			t.Errorf("%s stands after %s", terms[k], terms[k-1])
		}
	}
}
