//go:build duckdb_arrow

package compute

import (
	"strings"
	"testing"

	"leftshift/engine"
	"leftshift/engine/lake"
)

// What no source shows is unseen; what one showed later was unseen before.
func TestCoverage(t *testing.T) {
	dir := folder(t)
	db, err := lake.Open(t.Context(), lake.Options{Threads: 1, MemoryMiB: 256})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	starts, err := Starts(t.Context(), db, dir)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Coverage(t.Context(), db, dir, []engine.Day{asOf - 401, asOf}, starts)
	if err != nil {
		t.Fatal(err)
	}
	if first := starts.First(0); first != asOf-400 || starts.Check("as-of date", asOf-401, 0) == nil || starts.Check("as-of date", asOf-400, 0) != nil {
		t.Errorf("the first date that can be used is %v", first)
	}
	before, after := " "+got[0].Unseen.Text()+" ", " "+got[1].Unseen.Text()+" "
	for _, kind := range []string{"contact", "spell.emergency", "document.care_plan"} {
		if !strings.Contains(before, " "+kind+" ") || strings.Contains(after, " "+kind+" ") {
			t.Errorf("%s became known 400 days before; unseen the day before that: %q, and on the day: %q", kind, before, after)
		}
	}
	if !strings.Contains(after, " medication ") || !strings.Contains(after, " spell.nhs111 ") || !strings.Contains(after, " document.summary ") {
		t.Errorf("unseen of everyone: %q", after)
	}
	if len(got[1].Practices) != 0 {
		t.Errorf("the one practice lacks %v", got[1].Practices)
	}
}
