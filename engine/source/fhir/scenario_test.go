package fhir

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"leftshift/engine"
)

var update = flag.Bool("update", false, "write what the scenarios give as what they want")

// TestScenarios runs testdata/scenarios: text in, text out. A file holds
// scenarios, each begun by "=== title"; then "--- options", words that set
// options; "--- in", the input; and "--- out", the rows that land.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/scenarios/*.txt")
	if err != nil || len(files) < 8 {
		t.Fatalf("%d scenario files, %v", len(files), err)
	}
	for _, path := range files {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		head, rest, _ := strings.Cut(string(raw), "=== ")
		var out strings.Builder
		out.WriteString(head)
		for _, s := range strings.Split(rest, "\n=== ") {
			title, body, _ := strings.Cut(s, "\n")
			t.Run(strings.TrimSuffix(filepath.Base(path), ".txt")+"/"+title, func(t *testing.T) {
				options, body, _ := strings.Cut(body, "--- in\n")
				in, want, _ := strings.Cut(body, "--- out\n")
				got := scenario(t, options, in)
				if strings.TrimSpace(got) != strings.TrimSpace(want) && !*update {
					t.Errorf("got:\n%s\nwant:\n%s", got, want)
				}
				out.WriteString("=== " + title + "\n" + options + "--- in\n" + in + "--- out\n" + strings.TrimSpace(got) + "\n\n")
			})
		}
		if *update {
			if err := os.WriteFile(path, []byte(strings.TrimSpace(out.String())+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func scenario(t *testing.T, options, in string) string {
	opt, night := testOptions(), "2026-11-20"
	for _, word := range strings.Fields(strings.TrimPrefix(options, "--- options")) {
		key, value, _ := strings.Cut(word, "=")
		switch key {
		case "night":
			night = value
		case "identifier":
			opt.Identifier = Identifier{value, "synthea"}
		case "known":
			opt.Known = Known(value)
		case "scope":
			opt.BundleScope = value == "bundle"
		case "empty":
			opt.AllowEmpty = value == "allowed"
		default:
			t.Fatalf("no option %q", key)
		}
	}
	l, err := land(t, strings.NewReader(in), opt, night)
	var f *engine.Fault
	switch {
	case errors.As(err, &f):
		return "fault " + f.Code + "\n"
	case err != nil:
		t.Fatal(err)
	}
	if c := l.counts; c.In != c.Held+c.Reference+c.Quarantined {
		t.Errorf("counts do not add up: %+v", c)
	}
	return l.text(t)
}
