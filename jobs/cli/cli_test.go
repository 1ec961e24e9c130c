//go:build duckdb_arrow

package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// typed runs a command line where we are, and holds its exit code and words.
func typed(t *testing.T, code int, words []string, args ...string) (out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	if got := Main(args, &o, &e); got != code {
		t.Errorf("%s ends with %d, want %d:\n%s%s", strings.Join(args, " "), got, code, o.String(), e.String())
	}
	for _, w := range words {
		if !strings.Contains(o.String()+e.String(), w) {
			t.Errorf("%s does not say %q:\n%s%s", strings.Join(args, " "), w, o.String(), e.String())
		}
	}
	return o.String(), e.String()
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestAreaIsOneOfThoseThereAre(t *testing.T) {
	t.Chdir(t.TempDir())
	upper, _ := typed(t, 0, []string{"emergency_admissions_365d"}, "features", "list", "--area", "Hospital")
	lower, _ := typed(t, 0, nil, "features", "list", "--area", "hospital")
	if upper != lower {
		t.Error("letter case of an area matters")
	}
	out, _ := typed(t, 1, []string{"[area-unknown]", "urgent care", "hospital"}, "features", "list", "--area", "hospitals")
	if out != "" {
		t.Errorf("beside the error there is %q", out)
	}
}

// A date is taken only where the answer hangs on it.
func TestAsOfIsNotTakenInVain(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, args := range [][]string{{"sql", "select 1"}, {"status"}, {"schedule"}, {"codelist", "list"}, {"features", "check"}, {"features", "export", "--out", "x"}, {"keygen"}, {"models", "list"}} {
		typed(t, 2, []string{"unknown flag: --as-of"}, append(args, "--as-of", "2026-01-01")...)
	}
	typed(t, 0, []string{"2026-01-01"}, "features", "show", "falls_365d", "--as-of", "2026-01-01")
}

func TestSynthFaultsAreTold(t *testing.T) {
	t.Chdir(t.TempDir())
	put(t, "held/file", "x")
	typed(t, 1, []string{"the folder given with --out is not empty", "[synth/out]", "give --people", "[synth/people]"}, "synth", "--out", "held", "--people", "3")
	typed(t, 1, []string{"the folder given with --out is not empty", "[synth/out]"}, "demo", "--out", "held")
}

// Statements come one by one, and say what they gather.
func TestSQLInParts(t *testing.T) {
	t.Chdir(t.TempDir())
	all, _ := typed(t, 0, []string{"part 1 of ", ";\n"}, "features", "sql", "efi")
	first, _ := typed(t, 0, []string{"/* efi: ", "part 1 of "}, "features", "sql", "efi", "--part", "1")
	if strings.Contains(first, "part 2 of ") || strings.Contains(first, ";\n\n") || !strings.Contains(all, strings.TrimSpace(first)) {
		t.Error("a part is not the statement of the whole")
	}
	typed(t, 2, []string{"--part 99: efi has "}, "features", "sql", "efi", "--part", "99")
	typed(t, 0, []string{"part 1 of 1"}, "features", "sql", "falls_365d")
}

// What is hidden against its file is named with the reason, by check and show.
func TestHiddenFeatureSaysWhy(t *testing.T) {
	t.Chdir(t.TempDir())
	put(t, "features/mood.toml", `[[feature]]
id = "our_mood_{w}"
title = "Low mood, {window}"
source = "event"
kinds = ["problem"]
lists = ["depression"]
windows = [365]
aggregate = "any"
absence = "zero"
display = "team"
area = "local"
why = "To ask how someone is."

[[case]]
shows = "Nothing"
record = '''
on 2024-06-30
  our_mood_365d = 0
'''
`)
	const why = "code list depression is of a sensitive topic"
	typed(t, 0, []string{"1 feature, 1 case, 1 expectation: all hold", "features/mood.toml:1: our_mood_365d is shown to clinicians only", why}, "features", "check")
	typed(t, 0, []string{"clinicians only: " + why}, "features", "show", "our_mood_365d")
}

// What one person has said is not added again; what says more is.
func TestApprovalIsGivenOnce(t *testing.T) {
	t.Chdir(t.TempDir())
	put(t, "leftshift.toml", "[site]\nname = \"Here\"\nsynthetic = true\n")
	approve := func(until, by string, words ...string) {
		t.Helper()
		typed(t, 0, words, "codelist", "approve", "--list", "falls", "--by", by, "--role", "GP", "--on", "2026-01-01", "--until", until)
	}
	approve("2026-06-30", "Dr A", "is approved by Dr A, GP, until 2026-06-30")
	approve("2026-06-30", "Dr A", "is already approved by Dr A, GP, until 2026-06-30: nothing is added")
	approve("2026-03-31", "Dr A", "already approved", "until 2026-06-30")
	approve("2026-12-31", "Dr A", "is approved by Dr A, GP, until 2026-12-31")
	approve("2026-06-30", "Dr B", "is approved by Dr B")
	text, err := os.ReadFile("codelists.toml")
	if err != nil || strings.Count(string(text), "[[approval]]") != 3 {
		t.Errorf("%v\n%s", err, text)
	}
}
