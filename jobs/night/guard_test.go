//go:build duckdb_arrow

package night

import (
	"context"
	"errors"
	"testing"
	"time"

	"leftshift/engine"
	"leftshift/engine/worklist"
	"leftshift/features/kernel"
	"leftshift/features/outcome"
	"leftshift/jobs/config"
	"leftshift/jobs/pipeline"
	"leftshift/models/censor"
	"leftshift/models/train"
)

// F2: who was reached was acted on, on that day; who was only looked at was not.
// The guard is told of the first, and refuses where nothing says how lists were
// made; without it the person-dates are counted and warned of.
func TestF2ActsComeFromTheWorklist(t *testing.T) {
	n, store := working(t)
	me := worklist.Actor{User: "me", Organisation: "P7", Role: "care coordinator", Team: "north"}
	if _, err := store.Sync(t.Context(), worklist.Run{Run: "r", Snapshot: "s", AsOf: n.AsOf}, []worklist.Row{
		{List: "north", Person: 1, Practice: "P7", Rule: "risk", Rank: 1, Probability: .5}, {List: "north", Person: 2, Practice: "P7", Rule: "risk", Rank: 2, Probability: .4}}, nil, nil); err != nil {
		t.Fatal(err)
	}
	items, err := store.Items(t.Context(), worklist.Query{})
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range items {
		to := worklist.Contacted
		if it.Person == 2 {
			to = worklist.InReview
		}
		if _, err := store.Act(t.Context(), me, worklist.Action{Key: it.Person.String(), Item: it.ID, Version: it.Version, Kind: worklist.Move, To: to, Next: engine.NoDay}); err != nil {
			t.Fatal(err)
		}
	}
	today := engine.DayOf(time.Now())
	n.AsOf = today
	acted, err := n.acted(t.Context())
	if err != nil || len(acted) != 1 || len(acted[1]) != 1 || today-acted[1][0] > 1 {
		t.Fatalf("%v %v", acted, err)
	}
	if lines := actedLines(acted); len(lines) != 1 {
		t.Errorf("%v", lines)
	}
	n.AsOf = acted[1][0] - 1
	if none, err := n.acted(t.Context()); err != nil || len(none) != 0 {
		t.Errorf("an act after the as-of date is known: %v %v", none, err)
	}
	n.AsOf = today
	store.Close()

	n.Config.Model.Horizons = []int{365}
	s := &train.Sample{Person: []engine.Person{1, 2, 1}, Index: []engine.Day{today - 30, today - 30, today - 4000}, Outcome: map[int][]censor.Row{}}
	got := &kernel.Result{Labels: [][]outcome.Label{make([]outcome.Label, 3)}}
	guard := func(kind string) (rows int, err error) {
		n.Config.Train.Guard = kind
		p := &pipeline.Pipeline{Root: n.Data, Steps: []pipeline.Step{{Name: "train", Do: func(_ context.Context, r *pipeline.Run, _ string) error {
			g, err := n.guard(t.Context(), r, got, s)
			if g != nil {
				rows = g.Rows
			}
			return err
		}}}}
		return rows, p.Execute(t.Context(), "g"+kind)
	}
	if rows, err := guard(config.GuardNone); err != nil || rows != 1 {
		t.Errorf("%d person-dates without a guard: %v", rows, err)
	}
	_, err = guard(config.GuardExclude)
	var f *engine.Fault
	if !errors.As(err, &f) || f.Code != "train-guard-score" {
		t.Errorf("%v", err)
	}
}
