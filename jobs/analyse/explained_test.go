//go:build duckdb_arrow

package analyse

import (
	"encoding/json"
	"strings"
	"testing"

	"leftshift/features/matrix"
)

// What a program reads has the rows that do not count where it asks for them,
// and says who may see it.
func TestExplained(t *testing.T) {
	x := &Explanation{Feature: "f", Rows: []ExplainedRow{{Counts: true, Why: "one"}, {Why: "two"}}, skipped: 1, display: matrix.DisplayClinician}
	for _, all := range []bool{false, true} {
		text, err := json.Marshal(x.Shown(all))
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			Feature, Display string
			Rows             []ExplainedRow
			Skipped          int `json:"rows_skipped"`
		}
		if err := json.Unmarshal(text, &got); err != nil || strings.Count(string(text), `"rows":`) != 1 {
			t.Fatalf("%v in %s", err, text)
		}
		want := 1
		if all {
			want = 2
		}
		if len(got.Rows) != want || got.Skipped != 1 || got.Display != "clinician" || got.Feature != "f" {
			t.Errorf("all %v: %s", all, text)
		}
	}
	x.display = matrix.DisplayTeam
	if x.Shown(false).Display != "team" {
		t.Error("a feature for the team")
	}
}
