//go:build duckdb_arrow

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// hazardLog is where the hazards are written by hand, from the root.
const hazardLog = "docs/hazards.md"

// hazard is one section of the log.
type hazard struct {
	ID, Title, Causes, Effect, Remains string
	Controls                           []control
}

// control is one thing that stands against a hazard, with the tests that would
// miss it.
type control struct {
	Text  string
	Tests []namedTest
	Bare  bool // says of itself or of a part that it has no test of its own
}

// namedTest is a test and the file that the log says it is in, from the root.
type namedTest struct{ Name, File string }

var (
	hazardHead = regexp.MustCompile(`^(\d+)\. (.+)$`)
	testLink   = regexp.MustCompile("\\[`((?:Test|Fuzz)\\w+)`\\]\\(([^)\\s]+)\\)")
	noTest     = regexp.MustCompile(`no tests? of (its|their) own`)
)

// hazardParts are the parts of a hazard, in order.
var hazardParts = []string{"**Cause.**", "**Effect.**", "**Controls.**", "**Remains.**"}

// readHazards takes the log apart. The error names every fault: a hazard without
// one of its parts, without a control, or out of number; a control that names
// neither a test nor where it is; a test that is not there. A tree without a log
// has no hazards and no fault.
func readHazards(root string) ([]hazard, error) {
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(hazardLog)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	out, faults := parseHazards(string(text))
	for _, h := range out {
		for _, c := range h.Controls {
			for _, t := range c.Tests {
				source, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(t.File)))
				if err != nil || !strings.Contains(string(source), "\nfunc "+t.Name+"(") {
					faults = append(faults, fmt.Sprintf("%s names %s, which is not in %s", h.ID, t.Name, t.File))
				}
			}
		}
	}
	if len(faults) > 0 {
		return nil, fmt.Errorf("%s:\n%s", hazardLog, strings.Join(faults, "\n"))
	}
	return out, nil
}

// parseHazards reads the sections of a log, and says what is wrong with them.
func parseHazards(text string) (out []hazard, faults []string) {
	for k, section := range strings.Split(text, "\n## H")[1:] {
		section, _, _ = strings.Cut(section, "\n## ")
		title, body, _ := strings.Cut(section, "\n")
		m := hazardHead.FindStringSubmatch(title)
		if m == nil || m[1] != fmt.Sprint(k+1) {
			faults = append(faults, fmt.Sprintf("the section %q is not H%d", title, k+1))
			continue
		}
		h := hazard{ID: "H" + m[1], Title: m[2]}
		var held [4]string
		rest, whole := body, true
		for i, part := range hazardParts {
			_, after, ok := strings.Cut(rest, part)
			if !ok {
				faults = append(faults, h.ID+" has no "+part)
				whole = false
				break
			}
			rest = after
			if i+1 < len(hazardParts) {
				after, _, _ = strings.Cut(after, hazardParts[i+1])
			}
			held[i] = strings.TrimSuffix(strings.TrimRight(after, " \n"), "\n-")
		}
		if !whole {
			continue
		}
		h.Causes, h.Effect, h.Remains = strings.TrimSpace(held[0]), strings.TrimSpace(held[1]), strings.TrimSpace(held[3])
		for part, said := range map[string]string{"cause": h.Causes, "effect": h.Effect, "word on what remains": h.Remains} {
			if said == "" {
				faults = append(faults, h.ID+" has no "+part)
			}
		}
		for _, bullet := range strings.Split(held[2], "\n  - ")[1:] {
			c := control{Text: strings.TrimSpace(bullet), Bare: noTest.MatchString(bullet)}
			for _, l := range testLink.FindAllStringSubmatch(bullet, -1) {
				c.Tests = append(c.Tests, namedTest{l[1], path.Join(path.Dir(hazardLog), l[2])})
			}
			if !strings.Contains(bullet, "](") {
				faults = append(faults, h.ID+" has a control that leads nowhere: "+c.Text)
			}
			h.Controls = append(h.Controls, c)
		}
		if len(h.Controls) == 0 {
			faults = append(faults, h.ID+" has no control")
		}
		out = append(out, h)
	}
	slices.Sort(faults)
	return out, faults
}

// tests are those of a hazard's controls, each once, in order of name.
func (h *hazard) tests() []namedTest {
	var out []namedTest
	for _, c := range h.Controls {
		for _, t := range c.Tests {
			if !slices.Contains(out, t) {
				out = append(out, t)
			}
		}
	}
	slices.SortFunc(out, func(a, b namedTest) int { return strings.Compare(a.Name+" "+a.File, b.Name+" "+b.File) })
	return out
}
