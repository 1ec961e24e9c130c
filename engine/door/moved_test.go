//go:build duckdb_arrow

package door

import (
	"context"
	"math"
	"strings"
	"testing"

	"leftshift/engine/access"
	"leftshift/engine/disclosure"
	"leftshift/engine/risklist"
	"leftshift/engine/schema"
	"leftshift/engine/snapshot"
)

// F9, G36: a move is a chance where chances are approved, and else a band.
func TestF9MovesAreSaidAsRisksAre(t *testing.T) {
	m, now := &schema.Move{Before: .12, Band: "moderate"}, schema.Score{Probability: .18, Band: "high"}
	for _, c := range []struct {
		chances bool
		want    string
	}{{true, "from about 12 to about 18 in 100"}, {false, "from the moderate to the high band"}} {
		d := &Doors{opt: Options{Chances: c.chances}}
		if got := d.movedWords(m, now); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	for p, want := range map[[2]float64]string{{.12, .122}: "about 12 in 100, as before", {.001, .02}: "from less than 1 to about 2 in 100", {.4, .999}: "from about 40 to more than 99 in 100"} {
		if got := risklist.MoveWords(p[0], p[1]); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := (&Doors{}).movedWords(&schema.Move{Band: "low", Before: math.NaN()}, schema.Score{Band: "low"}); got != "low risk, as before" {
		t.Errorf("%q", got)
	}
}

// Every reason that a night can count has words and a heading of its own.
func TestF9EveryReasonHasWords(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range risklist.MovedReasons() {
		if r.Say == "" || seen[r.Key] || seen[r.Say] {
			t.Errorf("%+v", r)
		}
		seen[r.Key], seen[r.Say] = true, true
	}
	for c := range schema.Causes {
		if kindWords[c.String()] == "" || !seen[c.String()] {
			t.Errorf("%s has no words", c)
		}
	}
}

// F9, G26: counts of why lists changed are controlled before anyone sees them.
func TestF9G26CountsOfChangesAreControlled(t *testing.T) {
	reasons, counts := (&risklist.Moved{}).Of(map[string]int{"new": 12, "opted_out": 2})
	table := movedTable("x", "x", []string{"joined"}, reasons, disclosure.Standard.Partitions(counts[0])[0])
	var lines []string
	for _, r := range table.Rows {
		lines = append(lines, strings.Join(Line(r), ": "))
	}
	if got := strings.Join(lines, "; "); got != "data: happened since: 10; objects to this use of their record: *; All: 10" {
		t.Error(got)
	}
}

// Who is not scored now is not said to be new: they may have been scored before.
func TestF9WhoIsNotScoredIsNotNew(t *testing.T) {
	s := open(t)
	shot, done, err := s.opt.Snapshots.Use(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	columns := access.Columns(access.ColumnRisk | access.ColumnReasons)
	for p, want := range map[float64]bool{.1: true, math.NaN(): false} {
		told := &snapshot.Told{Scores: []schema.Score{{Model: shot.Model.Name, Probability: p}}}
		got, err := (&Doors{}).movedOf(shot, told, columns, access.DisplayCareTeam)
		if err != nil || (got != nil && got.New) != want {
			t.Errorf("scored at %v: %+v, %v", p, got, err)
		}
	}
	if got, err := (&Doors{}).movedOf(shot, &snapshot.Told{}, columns, access.DisplayCareTeam); got != nil || err != nil {
		t.Errorf("without a score: %+v, %v", got, err)
	}
}
