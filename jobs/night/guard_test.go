//go:build duckdb_arrow

package night

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"leftshift/engine"
	"leftshift/engine/worklist"
	"leftshift/features/kernel"
	"leftshift/features/outcome"
	"leftshift/jobs/config"
	"leftshift/jobs/pipeline"
	"leftshift/models/censor"
	"leftshift/models/registry"
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
		return rows, p.Execute(t.Context(), fmt.Sprint("g", kind, len(s.Person)))
	}
	if rows, err := guard(config.GuardNone); err != nil || rows != 1 {
		t.Errorf("%d person-dates without a guard: %v", rows, err)
	}
	_, err = guard(config.GuardExclude)
	var f *engine.Fault
	if !errors.As(err, &f) || f.Code != "train-guard-score" {
		t.Errorf("%v", err)
	}

	// With the model that serves, who was acted on is followed to that day alone.
	x := twoNightsOf(t)
	b := &registry.Bundle{Format: 1, Columns: movedColumns, Models: []registry.Fitted{*x.new}}
	id, err := n.Registry().Put(b, nil)
	if err == nil {
		err = n.Registry().Approve(registry.Approval{Bundle: id, By: "a test"})
	}
	if err != nil {
		t.Fatal(err)
	}
	got.Matrix, got.Labels = x.now, [][]outcome.Label{make([]outcome.Label, x.now.Rows)}
	s = &train.Sample{Matrix: x.now.Take(make([]int, x.now.Rows-1)), Outcome: map[int][]censor.Row{}}
	for i := range got.Labels[0] {
		if i == 7 { // not at risk, so no row of the sample
			continue
		}
		got.Labels[0][i].Horizon = 365
		s.Person, s.Index = append(s.Person, engine.Person(i+1)), append(s.Index, today-30)
		s.Outcome[365] = append(s.Outcome[365], censor.Row{Status: censor.Completed, Day: 365})
	}
	all, err := x.new.Margin(x.now)
	if err != nil {
		t.Fatal(err)
	}
	score, err := n.listScore(got)
	if err != nil || len(score) != x.now.Rows-1 || score[6] != all[6] || score[7] != all[8] {
		t.Fatalf("%d scores: %v", len(score), err)
	}
	rows, err := guard(config.GuardExclude)
	if first := s.Outcome[365][0]; err != nil || rows != 1 || first.Status != censor.Left || first.Day != int(acted[1][0]-(today-30)) {
		t.Errorf("%d person-dates guarded, the first %+v: %v", rows, first, err)
	}
	if second := s.Outcome[365][1]; second.Status != censor.Completed {
		t.Errorf("who was only looked at is %+v", second)
	}
}
