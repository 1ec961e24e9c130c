//go:build duckdb_arrow

// Package made makes small published snapshots of made-up people, for tests.
package made

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"leftshift/engine"
	"leftshift/engine/schema"
	"leftshift/engine/snapshot"
)

// AsOf is the as-of date of every snapshot made here.
const AsOf = "2026-03-31"

// Person is the pseudonym of person k.
func Person(k int) engine.Person { return engine.Person(1000 + k) }

// Publish makes a snapshot of made-up people and makes it current: person k of
// practice P{k mod 3} in network U1, every fifth of them on the list of
// team-{k mod 2}, every fourth with a gap for the care team and one for
// clinicians. Those also named come after them, of practice P0 and on no list.
// It gives the folder.
func Publish(t testing.TB, data string, people int, site string, also ...engine.Person) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "snapshot")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	day, _ := engine.ParseDay(AsOf)
	write := func(file, table string, rows ...any) {
		t.Helper()
		w := &schema.File{Path: filepath.Join(dir, file), Table: schema.PublishedTable(table)}
		if err := w.Make(); err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			if err := w.Append(r); err != nil {
				t.Fatal(err)
			}
		}
		if _, _, err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	var residents, scores, reasons, clinician, lists, gaps, timeline, needs []any
	var moves, moveTold, moveClinician []any
	ranks := map[string]int64{}
	for k := range people + len(also) {
		p, team, practice := Person(k), fmt.Sprintf("team-%d", k%2), k%3
		if k >= people {
			p, practice = also[k-people], 0
		}
		residents = append(residents, &schema.Resident{Person: p, AsOf: day, Age: int64(20 + k), Sex: 2, Practice: fmt.Sprintf("P%d", practice), PCN: "U1", Team: team, Band: "low", LTCs: 1})
		scores = append(scores, &schema.Score{Person: p, Model: "boost_365", AsOf: day, Horizon: 365, Probability: float64(k) / 1000, Points: math.NaN(), Band: "low"})
		for rank := range 3 {
			reasons = append(reasons, &schema.Reason{Person: p, Model: "boost_365", Rank: uint8(rank + 1), Feature: "f", Contribution: .1, Text: fmt.Sprintf("team reason %d of %d", rank+1, k)})
		}
		if k != 0 { // who is new
			move := &schema.Move{Person: p, Before: float64(k) / 2000, Band: "moderate"}
			part := func(rank uint8, cause, text string, v float64) *schema.MoveReason {
				return &schema.MoveReason{Person: p, Rank: rank, Cause: cause, Change: v, Text: text}
			}
			if k != 30 { // of whom nothing moved
				move.New, move.Time = .5, -.2
				moveTold = append(moveTold, part(1, "new", fmt.Sprintf("team move of %d", k), .4), part(2, schema.OtherFactors, "Other recorded factors", -.1))
				moveClinician = append(moveClinician, part(1, "new", fmt.Sprintf("team move of %d", k), .4), part(2, "time", fmt.Sprintf("clinician move of %d", k), -.2), part(3, schema.OtherFactors, "Other recorded factors", .1))
			}
			moves = append(moves, move)
		}
		clinician = append(clinician, &schema.Reason{Person: p, Model: "boost_365", Rank: 1, Feature: "g", Contribution: .2, Text: fmt.Sprintf("clinician reason of %d", k)})
		if k%4 == 0 {
			gaps = append(gaps, &schema.GapRow{Person: p, Gap: "vaccination_missed", Since: engine.NoDay, Evidence: fmt.Sprintf("team gap of %d", k), Class: "care_team"},
				&schema.GapRow{Person: p, Gap: "palliative_no_plan", Since: day - 30, Evidence: fmt.Sprintf("clinician gap of %d", k), Class: "clinicians"})
		}
		if k%5 == 0 && k < people {
			ranks[team]++
			timeline = append(timeline, &schema.TimelineRow{Person: p, Day: day - 3, Kind: "admission", Title: "Emergency admission to hospital", Source: "place_a", Class: "care_team"},
				&schema.TimelineRow{Person: p, Day: day - 9, Kind: "problem", Title: fmt.Sprintf("clinician problem of %d", k), Source: "place_a", Class: "clinicians"})
			needs = append(needs, &schema.Need{Person: p, Kind: "interpreter", Day: day - 400, Text: "Interpreter needed", Class: "care_team"})
			lists = append(lists, &schema.ListRow{List: team, Rank: ranks[team], Person: p, Probability: float64(k) / 1000, Band: "low", Status: "joiner"})
		}
	}
	write("resident.parquet", "resident", residents...)
	write("score.parquet", "score", scores...)
	write("reason.parquet", "reason", reasons...)
	write("reason_clinician.parquet", "reason", clinician...)
	write("risk_list.parquet", "risk_list", lists...)
	write("move.parquet", "move", moves...)
	write("move_reason.parquet", "move_reason", moveTold...)
	write("move_reason_clinician.parquet", "move_reason", moveClinician...)
	write("gap.parquet", "gap", gaps...)
	write("timeline.parquet", "timeline", timeline...)
	write("need.parquet", "need", needs...)
	write("leaver.parquet", "leaver", &schema.Leaver{List: "team-0", Person: Person(2), Code: "ranked_lower"}, &schema.Leaver{List: "team-1", Person: Person(people + 7), Code: "died"})
	for file, text := range map[string]string{
		"quality.json": `{"sources":[{"source":"place_a","facts":12,"newest_fact":"2026-03-30","newest_known":"2026-03-31"}]}`,
		"moved.json":   `{"previous":"2026-02-28-abc","since":"2026-02-28","rose":{"new":20,"model":3},"fell":{"time":9},"steady":7,"new":1,"gone":{"opted_out":2,"died":11},"band_up":{"new":12},"band_down":{"gone":4},"joiners":{"new":8},"leavers":{"opted_out":1,"time":1}}`,
		"lists.json": `{"lists":[{"team":"team-0","capacity":4,"configured":4,"size":4,"expected_events":0.06,"expected_events_of_everyone":0.38,"candidates":43,"attrition":{"died":14,"care_home":3,"ranked_lower":22},"again":1},
{"team":"team-1","capacity":4,"configured":6,"set":true,"size":4,"expected_events":0.08,"expected_events_of_everyone":0.4,"candidates":26,"attrition":{"ranked_lower":13,"moved_team":9},"again":null}],"scored":40,"listed":8,"added":0,"attrition":{"care_home":3,"ranked_lower":29},"leavers":{"died":1,"ranked_lower":1},"previous":"2026-02-28-abc"}`,
		"evaluation.json": `[{"name":"boost_365","kind":"boost","horizon_days":365,"outcome":"an event"},{"name":"boost_90","kind":"boost","horizon_days":90}]`,
	} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return publish(t, dir, data, snapshot.Manifest{Format: 1, Site: site, Synthetic: true, Purpose: "case-finding", AsOf: AsOf, Bundle: "b"})
}
