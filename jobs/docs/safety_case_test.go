//go:build duckdb_arrow

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// whole is a log without a fault, of two hazards.
const whole = "# Log\n\n## H1. One thing\n\n- **Cause.** A cause.\n- **Effect.** An effect.\n- **Controls.**\n" +
	"  - A control: [`TestOne`](../a/a_test.go), [`TestTwo`](../a/a_test.go).\n  - Another: [a](../a), no test of its own.\n- **Remains.** Do this. Do `that`, see [X.md](X.md).\n\n" +
	"## H2. Two things\n\n- **Cause.** C.\n- **Effect.** E.\n- **Controls.**\n  - One: [`TestTwo`](../a/a_test.go); the rest: [a](../a), no tests of their own.\n- **Remains.** Nothing is certain.\n\n## Not in this log yet\n\nMuch.\n"

// tree makes a source tree with a log and a file of tests.
func tree(t *testing.T, log string) string {
	t.Helper()
	dir := t.TempDir()
	for path, text := range map[string]string{"docs/hazards.md": log, "a/a_test.go": "package a\n\nfunc TestOne(t *testing.T) {}\n\nfunc TestTwo(t *testing.T) {}\n"} {
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(path)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, path), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// A log that names a test that is not there, or has a hazard without a control or
// without what remains, makes no page, and says which.
func TestG37G38ALogWithAFaultMakesNoSafetyCase(t *testing.T) {
	if _, err := safetyCasePage(tree(t, whole)); err != nil {
		t.Fatalf("a whole log is refused: %v", err)
	}
	cut := func(from, to string) string {
		_, a, ok := strings.Cut(whole, from)
		b, _, more := strings.Cut(a, to)
		if !ok || !more {
			t.Fatalf("the log has no %q before %q", from, to)
		}
		return strings.Replace(whole, from+b+to, from+to, 1)
	}
	for name, c := range map[string]struct{ log, says string }{
		"a test that is gone":     {strings.ReplaceAll(whole, "TestOne", "TestNone"), "H1 names TestNone, which is not in a/a_test.go"},
		"a test in another file":  {strings.Replace(whole, "../a/a_test.go", "../b/b_test.go", 1), "H1 names TestOne, which is not in b/b_test.go"},
		"part of a name":          {strings.ReplaceAll(whole, "TestOne", "TestOn"), "H1 names TestOn, which"},
		"no control":              {cut("**Controls.**", "\n- **Remains.** Do"), "H1 has no control"},
		"a control to nowhere":    {strings.Replace(whole, "[a](../a), no test of its own", "care is taken", 1), "H1 has a control that leads nowhere"},
		"nothing remains":         {cut("**Remains.**", "\n\n## H2"), "H1 has no word on what remains"},
		"no part for the rest":    {strings.Replace(whole, "- **Remains.** Nothing is certain.", "", 1), "H2 has no **Remains.**"},
		"no cause":                {strings.Replace(whole, "**Cause.** C.", "**Cause.**", 1), "H2 has no cause"},
		"a number that is passed": {strings.Replace(whole, "## H2.", "## H3.", 1), "is not H2"},
	} {
		if text, err := safetyCasePage(tree(t, c.log)); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q; page of %d bytes", name, err, c.says, len(text))
		}
	}
}

// What the page says of the log is so, on a small log by hand.
func TestG37TheSafetyCaseIsOfTheLog(t *testing.T) {
	text, err := safetyCasePage(tree(t, whole))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| hazards | 2 |", "| controls | 3 |", "| tests that hold them, each once | 2 |", "| controls of which a part has no test | 1 |", "| controls without a test | 1 |",
		"| [H1](#h1-one-thing) | One thing | 2 | 2 | 0 | 1 |", "| [H2](#h2-two-things) | Two things | 1 | 1 | 1 | 0 |",
		"[`TestOne`](../../a/a_test.go)", "- [ ] Do this.\n- [ ] Do `that`, see [X.md](../X.md).\n", "**Without a test:** Another.", "**Without a test:** the rest.\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	if strings.Contains(text, "Much.") {
		t.Error("the page has what is no hazard")
	}
}

// The page of this version: every hazard of the log is on it, its sums are those
// of its lines, and no column of a named person is filled.
func TestG37G38TheSafetyCaseScoresNothing(t *testing.T) {
	text := assurance(t)["clinical-safety-case.md"]
	hazards, err := readHazards(root)
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]int{}
	for _, m := range regexp.MustCompile(`(?m)^\| ([a-z, ]+) \| (\d+) \|$`).FindAllStringSubmatch(text, -1) {
		sums[m[1]], _ = strconv.Atoi(m[2])
	}
	var controls, part, bare int
	for _, h := range hazards {
		m := regexp.MustCompile(`(?m)^\| \[` + h.ID + `\]\(#[^)]+\) \| .* \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$`).FindStringSubmatch(text)
		if m == nil {
			t.Errorf("%s has no line", h.ID)
			continue
		}
		for k, to := range []*int{&controls, nil, &part, &bare} {
			if n, _ := strconv.Atoi(m[k+1]); to != nil {
				*to += n
			}
		}
		if !strings.Contains(text, "\n| "+h.ID+strings.Repeat(" | ", len(scoreHead)-1)+" |\n") {
			t.Errorf("%s has a score, an owner or an acceptance, which nobody gave", h.ID)
		}
		if !strings.Contains(text, "\n## "+h.ID+". "+h.Title+"\n") {
			t.Errorf("%s has no section", h.ID)
		}
	}
	for name, n := range map[string]int{"hazards": len(hazards), "controls": controls, "controls of which a part has no test": part, "controls without a test": bare} {
		if sums[name] != n {
			t.Errorf("%d %s, and its lines have %d", sums[name], name, n)
		}
	}
	if len(hazards) < 20 || sums["tests that hold them, each once"] < 200 {
		t.Errorf("%d hazards, %v", len(hazards), sums)
	}
}

// The plan has the whole matrix, which never falls with severity or likelihood,
// says each rating, and leads to recall.
func TestG37ThePlanHasItsCriteria(t *testing.T) {
	text := assurance(t)["clinical-risk-management-plan.md"]
	severities := []string{"Minor", "Significant", "Considerable", "Major", "Catastrophic"}
	if !strings.Contains(text, "| likelihood | "+strings.Join(severities, " | ")+" |") {
		t.Fatal("there is no matrix")
	}
	var matrix [5][5]int
	for i, likelihood := range []string{"Very Low", "Low", "Medium", "High", "Very High"} {
		m := regexp.MustCompile(`(?m)^\| ` + likelihood + ` \| (\d) \| (\d) \| (\d) \| (\d) \| (\d) \|$`).FindStringSubmatch(text)
		if m == nil {
			t.Fatalf("the matrix has no %s", likelihood)
		}
		for j := range matrix[i] {
			matrix[i][j], _ = strconv.Atoi(m[j+1])
			if j > 0 && matrix[i][j] < matrix[i][j-1] || i > 0 && matrix[i][j] < matrix[i-1][j] {
				t.Errorf("%s and %s: the risk falls", likelihood, severities[j])
			}
		}
	}
	// The corners and the middle, from NHS Digital's matrix.
	if matrix[0][0] != 1 || matrix[4][4] != 5 || matrix[2][2] != 3 || matrix[4][0] != 3 || matrix[0][4] != 3 {
		t.Errorf("%v", matrix)
	}
	for rating := 1; rating <= 5; rating++ {
		if !regexp.MustCompile(fmt.Sprintf(`(?m)^\| %d \| \S`, rating)).MatchString(text) {
			t.Errorf("rating %d has no words", rating)
		}
	}
	for _, want := range append(severities, "`leftshift recall SNAPSHOT --by NAME --reason TEXT`", "(2.2)", "(3.2.1", "(4.2)", "(4.3)", "(4.4)", "(5.1)", "(6.1)", "(6.3)", "(6.4)", "(7.1, 7.3)", "(7.2)", "(2.6)") {
		if !strings.Contains(text, want) {
			t.Errorf("the plan has no %s", want)
		}
	}
}

// Every question of DTAC 2.0 has one line with an answer and whose it is.
func TestG39EveryQuestionOfDTACHasALine(t *testing.T) {
	text := assurance(t)["dtac.md"]
	codes := strings.Fields(`A1 B1 B2 B3 B4 C1.1.1 C1.1.2 C1.2 C1.2.1 C1.2.2 C1.2.3 C1.2.4 C1.2.5 C2.1 C2.2 C2.2.1 C2.2.2 C2.2.3 C2.2.4 C2.2.5 C2.2.6
		C3.1 C3.2 C3.3 C3.4 C3.5 C3.5.1 C3.6 C4.1 C4.1.1 C4.1.2 C4.1.3 C4.2 C4.2.1 C4.2.2 C4.2.3 C4.2.4 C4.2.5 C4.2.6 D1.1 D1.2 D1.3 D1.4 D1.4.1 D1.4.2 D1.4.3 D1.5`)
	lines := regexp.MustCompile(`(?m)^\| ([A-D]\d[\d.]*)(?: to A12)? \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$`).FindAllStringSubmatch(text, -1)
	if len(lines) != len(codes) {
		t.Errorf("%d lines for %d questions", len(lines), len(codes))
	}
	for k, m := range lines {
		if k < len(codes) && m[1] != codes[k] {
			t.Errorf("line %d is of %s, not %s", k+1, m[1], codes[k])
		}
		if whose := strings.TrimSpace(m[4]); !regexp.MustCompile(`^(program|manufacturer|deployer)`).MatchString(whose) {
			t.Errorf("%s is for %q", m[1], whose)
		} else if strings.HasPrefix(whose, "program") && len(strings.Fields(m[3])) < 1 {
			t.Errorf("%s has no answer", m[1])
		}
	}
	if !strings.Contains(text, "version 2.0 (24 February 2026)") {
		t.Error("the form's version is not said")
	}
}

// The assessment has the seven steps of the ICO in order, the rights, and the
// articles on objection and on automated decisions, and no risk of it is scored.
func TestG43TheDPIAHasItsSteps(t *testing.T) {
	text := assurance(t)["dpia.md"]
	at := 0
	for step := 1; step <= 7; step++ {
		k := strings.Index(text, fmt.Sprintf("\n## Step %d. ", step))
		if k < at || k < 0 {
			t.Errorf("step %d is absent or out of order", step)
		}
		at = k
	}
	for _, want := range []string{"Articles 22A to 22D, an engineer's reading", "Article 21, an engineer's reading", "(13, 14)", "(15)", "(16)", "(17)", "(18)", "(21)", "C2.2.2", "`[[basis]]`", "national", "Type 1"} {
		if !strings.Contains(text, want) && !strings.Contains(strings.ToLower(text), strings.ToLower(want)) {
			t.Errorf("the assessment has no %s", want)
		}
	}
	_, risks, _ := strings.Cut(text, "\n## Step 5. ")
	risks, measures, _ := strings.Cut(risks, "\n## Step 6. ")
	measures, _, _ = strings.Cut(measures, "\n## ")
	count := func(s string) int { return len(regexp.MustCompile(`(?m)^\| `).FindAllString(s, -1)) - 2 }
	if open := strings.Count(risks, " |  |  |  |\n"); open < 8 || open != count(risks) || count(measures) != open {
		t.Errorf("%d risks, %d not scored, %d with measures", count(risks), open, count(measures))
	}
}
