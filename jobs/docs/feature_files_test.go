//go:build duckdb_arrow

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"leftshift/engine/analyte"
	"leftshift/features/catalogue"
	"leftshift/features/scenario"
	"leftshift/jobs/analyse"
	"leftshift/jobs/definitions"
)

// checked opens a folder of features and runs its cases by both executors.
func checked(t *testing.T, dir string) (*definitions.Set, *analyse.Checked) {
	t.Helper()
	s, err := definitions.OpenAt(definitions.Place{Name: "features", Folder: dir})
	if err != nil {
		t.Fatal(err)
	}
	got, err := analyse.Check(t.Context(), s, nil, analyse.BySQL)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range got.Faults {
		t.Error(f)
	}
	return s, got
}

func put(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// The example of the page is a file that loads and whose cases hold; so is
// that of README.md.
func TestExampleFeatureFilesHold(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "our_falls.toml", featureExample)
	if _, got := checked(t, dir); got.Cases != 2 || got.Features != 5 || got.Expectations != 14 {
		t.Errorf("%+v", got)
	}
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var example []string
	for _, line := range strings.Split(string(text), "\n") {
		switch code := strings.HasPrefix(line, "    "); {
		case code && (len(example) > 0 || line == "    [[feature]]"):
			example = append(example, line[4:])
		case !code && line != "" && len(example) > 0:
			goto read
		case line == "" && len(example) > 0:
			example = append(example, "")
		}
	}
read:
	dir = t.TempDir()
	put(t, dir, "readme.toml", strings.Join(example, "\n"))
	if _, got := checked(t, dir); got.Cases != 1 || got.Features != 1 {
		t.Errorf("README: %+v", got)
	}
}

// The lines of the page are those that there are, and each example has every
// word of its line and is read.
func TestCaseLinesAreRead(t *testing.T) {
	analytes, err := analyte.Load()
	if err != nil {
		t.Fatal(err)
	}
	examples := map[string]string{}
	for _, l := range caseLines {
		examples[l.line] = l.example
		text := l.example + "\n"
		if l.line != "on" {
			text += "on 2024-06-30\n"
		}
		if _, faults := scenario.Read(text+"  age = ?\n", 1, analytes); len(faults) > 0 {
			t.Errorf("%s: %v", l.line, faults)
		}
	}
	for _, k := range scenario.Keys() {
		example, ok := examples[k.Table]
		if !ok {
			t.Errorf("the page lacks the line %s", k.Table)
		}
		if !k.Required && !strings.Contains(example, " "+k.Name) {
			t.Errorf("the example of %s has no %s", k.Table, k.Name)
		}
	}
}

// The page has the words of every key that takes closed ones, and every
// measurement.
func TestFeatureFilesPageHoldsEveryWord(t *testing.T) {
	text, err := featureFilesPage()
	if err != nil {
		t.Fatal(err)
	}
	analytes, err := analyte.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range catalogue.Keys() {
		if k.Table != "" && !strings.Contains(text, "\n## [["+k.Table+"]]\n") {
			t.Errorf("no table %s", k.Table)
		}
	}
	for _, a := range analytes.List {
		if !strings.Contains(text, "| `"+a.ID+"` | "+a.Title+" | ") {
			t.Errorf("no analyte %s", a.ID)
		}
	}
	for _, says := range []string{
		"| `aggregate` | ", "| `record` | ",
		"`problem`, `observation`, ", "`day_case`", "`care_plan`", "`did_not_attend`", "`home_visit`", "urgent care", "20 request",
		"| `latest_value` | event | `analyte` | unknown | ", "| `bed_days` | spell |  | zero | ", "| `care_home` | 1 when",
		"| `smoking` | Smoking, least to most | ",
	} {
		if !strings.Contains(text, says) {
			t.Errorf("the page does not say %q", says)
		}
	}
}
