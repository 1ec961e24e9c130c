package charlson

import (
	"strings"
	"testing"

	"leftshift/models/score"
)

func TestCases(t *testing.T) {
	for name, c := range map[string]struct {
		read func() (*score.CaseFile, func(score.Case) (score.Answers, error), error)
		n    int
	}{"quan": {QuanCases, 40}, "shmi": {SHMICases, 27}} {
		f, answer, err := c.read()
		if err != nil {
			t.Fatal(name, err)
		}
		var out strings.Builder
		passed, failed, err := score.Check(&out, f, answer)
		if err != nil || failed != 0 || passed != c.n {
			t.Errorf("%s: %d passed, %d failed, error %v\n%s", name, passed, failed, err, out.String())
		}
	}
}

func TestEveryCategoryHasCodes(t *testing.T) {
	for _, table := range All() {
		if n := len(table.Groups()); n != 17 {
			t.Errorf("%s has %d categories, want 17", table.Info().Name, n)
		}
	}
}

// The rules that sources differ on, one line each: 1987, 2011, SHMI.
func TestRules(t *testing.T) {
	for _, c := range []struct {
		codes string
		want  [3]int64
		why   string
	}{
		{"B20", [3]int64{6, 4, 2}, "AIDS weighs 4 in 2011"},
		{"E102", [3]int64{2, 1, 0}, "SHMI: -1, floored at 0"},
		{"E102 E119", [3]int64{2, 1, 0}, "complications silence diabetes without"},
		{"E102 E119 I21", [3]int64{3, 1, 4}, "SHMI: complications lower the score"},
		{"E119 I21", [3]int64{2, 0, 8}, "SHMI: diabetes without complications adds 3"},
		{"E129", [3]int64{1, 0, 0}, "E12 is in neither SHMI diabetes list"},
		{"C50 C78", [3]int64{6, 6, 14}, "metastatic cancer silences cancer"},
		{"K73 K76.7", [3]int64{3, 4, 18}, "grave liver disease silences mild"},
	} {
		for i, table := range All() {
			if r := table.Compute(strings.Fields(c.codes)); r.Value != c.want[i] {
				t.Errorf("%s: %s gives %d, want %d (%s)", table.Info().Name, c.codes, r.Value, c.want[i], c.why)
			}
		}
	}
}
