//go:build duckdb_arrow

package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// expectedHazards are those that the log of such a system has at least, each
// by words of its title.
var expectedHazards = map[string]string{
	"wrong person":            `wrong person`,
	"stale score":             `stale score`,
	"part load":               `part of the data`,
	"opt-out ignored":         `opt-out is ignored`,
	"left off":                `high risk is left off`,
	"read as triage":          `read as a triage decision`,
	"wrong unit or code":      `unit or a code is mapped wrongly`,
	"sub-group under-served":  `sub-group is under-served`,
	"seen without words":      `sees a score without words`,
	"worse when fitted again": `fitted again is worse`,
}

// The log has the hazards of such a system; each has a control that names a
// test, and every test that is named is where the link leads.
func TestG38TheLogHasTheHazardsAndTheirTests(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "docs/hazards.md"))
	if err != nil {
		t.Fatal(err)
	}
	sections := strings.Split(string(text), "\n## H")[1:]
	for name, words := range expectedHazards {
		found := 0
		for _, s := range sections {
			title, _, _ := strings.Cut(s, "\n")
			if regexp.MustCompile(`(?i)` + words).MatchString(title) {
				found++
			}
		}
		if found != 1 {
			t.Errorf("%s: %d hazards say %q", name, found, words)
		}
	}
	named := regexp.MustCompile("\\[`((?:Test|Fuzz)\\w+)`\\]\\(([^)\\s]+)\\)")
	loose := regexp.MustCompile("`(?:Test|Fuzz)\\w+`")
	for _, s := range sections {
		title, _, _ := strings.Cut(s, "\n")
		_, controls, _ := strings.Cut(s, "**Controls.**")
		controls, _, _ = strings.Cut(controls, "**Remains.**")
		links := named.FindAllStringSubmatch(controls, -1)
		if len(links) == 0 {
			t.Errorf("H%s: no control names a test", title)
		}
		if n := len(loose.FindAllString(s, -1)); n != len(named.FindAllString(s, -1)) {
			t.Errorf("H%s: a test is named without a link to it", title)
		}
		for _, l := range links {
			source, err := os.ReadFile(filepath.Join(root, "docs", l[2]))
			if err != nil || !strings.Contains(string(source), "\nfunc "+l[1]+"(") {
				t.Errorf("H%s: there is no %s in %s", title, l[1], l[2])
			}
		}
		// A control is a bullet that names its test, its package or page, or says that it has none.
		for _, bullet := range strings.Split(controls, "\n  - ")[1:] {
			if !strings.Contains(bullet, "](") {
				t.Errorf("H%s: a control leads nowhere: %.60s", title, bullet)
			}
		}
	}
}
