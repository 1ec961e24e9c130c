//go:build duckdb_arrow

package main

import (
	_ "embed"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// requirementsFile says what is asked, in one line for each id.
//
//go:embed requirements.toml
var requirementsFile []byte

// requirement is one thing that is asked of the system.
type requirement struct {
	Say     string `toml:"say"`
	Missing string `toml:"missing"` // why no test meets it
	Also    string `toml:"also"`    // what a reader has to know besides
}

// kinds of requirement, and how many each has.
var kinds = []struct {
	letter, title string
	count         int
}{
	{"R", "What a care coordinator needs", 17}, {"A", "What an analyst needs", 15},
	{"F", "What users ask for and others lack", 18}, {"G", "What England requires", 52},
}

// requirementsPage sets beside each requirement the tests whose names carry
// its id. A requirement without a test has a reason, one with a test has none,
// and a test carries no id that is not there: otherwise the page is not made.
func requirementsPage(root string) (string, error) {
	var asked map[string]requirement
	if err := toml.Unmarshal(requirementsFile, &asked); err != nil {
		return "", err
	}
	tests, err := testsByID(root)
	if err != nil {
		return "", err
	}
	judged := len(tests) > 0 // a tree without tests has nothing to hold the lines to
	var faults []string
	met, all := 0, 0
	var parts strings.Builder
	for _, k := range kinds {
		fmt.Fprintf(&parts, "\n## %s\n\n", k.title)
		var rows [][]string
		for n := range k.count {
			id := fmt.Sprintf("%s%d", k.letter, n+1)
			q, ok := asked[id]
			delete(asked, id)
			names := tests[id]
			delete(tests, id)
			all++
			switch {
			case !ok || q.Say == "":
				faults = append(faults, id+" is not in requirements.toml")
			case len(names) == 0 && q.Missing == "":
				faults = append(faults, id+" has neither a test that carries its id nor a reason why it is missing")
			case len(names) > 0 && q.Missing != "":
				faults = append(faults, id+" has a reason why it is missing, and tests: "+strings.Join(names, ", "))
			}
			how := strings.Join(names, ", ")
			if len(names) > 0 {
				met++
			} else {
				how = "**Not met**: " + q.Missing + "."
			}
			if q.Also != "" {
				how += " " + q.Also + "."
			}
			rows = append(rows, []string{id, q.Say, how})
		}
		table(&parts, []string{"id", "asked", "met by"}, rows)
	}
	for id := range asked {
		faults = append(faults, "requirements.toml has "+id+", which is none")
	}
	for id, names := range tests {
		faults = append(faults, names[0]+" carries "+id+", which is none")
	}
	if judged && len(faults) > 0 {
		slices.Sort(faults)
		return "", fmt.Errorf("requirements:\n%s", strings.Join(faults, "\n"))
	}
	return fmt.Sprintf(`# What is asked, and the tests that show it

%d of %d have a test that carries their id. A test shows what it tests: whether that is enough of what
is asked is for a reader to judge, by its name and its text. The rest say why they are not met.
%s`, met, all, parts.String()), nil
}

var (
	testName = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	idsIn    = regexp.MustCompile(`^(?:Test|Fuzz)?((?:[GRAFB]\d{1,2})+)(?:[A-Z]|$)`)
	oneID    = regexp.MustCompile(`[GRAFB]\d{1,2}`)
)

// testsByID finds the tests of a source tree by the ids in their names, each
// as package.Name, in order. Ids of B (promises of security) are passed over.
func testsByID(root string) (map[string][]string, error) {
	out := map[string][]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "build" || d.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		for _, m := range testName.FindAllStringSubmatch(string(text), -1) {
			for part := range strings.SplitSeq(m[1], "_") {
				ids := idsIn.FindStringSubmatch(part)
				if ids == nil {
					continue
				}
				for _, id := range oneID.FindAllString(ids[1], -1) {
					name := "`" + filepath.ToSlash(rel) + "." + m[1] + "`"
					if id[0] != 'B' && !slices.Contains(out[id], name) {
						out[id] = append(out[id], name)
					}
				}
			}
		}
		return nil
	})
	for _, names := range out {
		slices.Sort(names)
	}
	return out, err
}
