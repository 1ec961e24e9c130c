//go:build duckdb_arrow

package followup

import (
	"context"
	"slices"
	"time"

	"leftshift/engine"
	"leftshift/engine/disclosure"
	"leftshift/engine/lake"
	"leftshift/features/compute"
	"leftshift/features/kernel"
	"leftshift/features/outcome"
	"leftshift/jobs/definitions"
)

// Ask is what to count.
type Ask struct {
	Set       *definitions.Set
	Curated   string
	DataFrom  engine.Day // the first day from which the sources hold data; 0 not known
	Index     engine.Day // NoDay for the latest on which every outcome has settled
	Knowledge engine.Day // outcomes as known on this day
	Rule      disclosure.Rule
	Leavers   float64 // expected of 1,000 people a year
	Switches  []outcome.Switch
	Workers   int
	MemoryMiB int
	Temp      string
	Progress  func(done, buckets int)
}

// Cost is what it took.
type Cost struct {
	Took time.Duration
	Rows int64 // events, spells and documents read
}

// Count labels everyone in the population of a curated folder on the index date
// with every outcome. No feature is computed. The shortest of all horizons must
// have settled; the others say when they do. The error may be that the index date
// lies before all data; an outcome that cannot be counted says so (Uncounted).
func Count(ctx context.Context, db *lake.DB, q Ask) (*Table, Cost, error) {
	started := time.Now()
	words, err := compute.Words(ctx, db, q.Curated)
	if err != nil {
		return nil, Cost{}, err
	}
	labels, err := outcome.Compile(q.Set.Outcomes, nil, q.Set.Codelists, slices.Values(words))
	if err != nil {
		return nil, Cost{}, err
	}
	on := q.Index
	if on == engine.NoDay {
		on = Latest(q.Knowledge, labels.Horizon, labels.Freeze)
	}
	if err := outcome.Ready(on, q.Knowledge, shortest(labels.Outcomes), labels.Freeze); err != nil {
		return nil, Cost{}, err
	}
	starts, err := compute.Starts(ctx, db, q.Curated)
	if err != nil {
		return nil, Cost{}, err
	}
	if err := starts.Check("index date", on, q.DataFrom); err != nil {
		return nil, Cost{}, err
	}
	nothing, err := compute.Plan(ctx, db, q.Curated, q.Set.Catalogue.Subset(nil), q.Set.Codelists, q.Set.Analytes)
	if err != nil {
		return nil, Cost{}, err
	}
	c := newCounts(labels.Outcomes)
	var cost Cost
	err = compute.Buckets(ctx, q.Curated, nothing, []engine.Day{on}, q.Knowledge, compute.Options{Kernel: kernel.Options{Outcomes: labels}, Workers: q.Workers, MemoryMiB: q.MemoryMiB, Temp: q.Temp, Progress: q.Progress},
		func(_ int, r *kernel.Result) error {
			cost.Rows += r.Read.Rows()
			c.add(r)
			return nil
		})
	if err != nil {
		return nil, Cost{}, err
	}
	t := &Table{Index: on.String(), Knowledge: q.Knowledge.String(), Hash: q.Set.Outcomes.Hash}
	t.People, t.Outcomes, t.FollowUp = c.tallies(q.Rule, on, q.Knowledge)
	t.FollowUp.ExpectedLeavers = q.Leavers

	mark(t, q.Set.Outcomes, starts, on, q.DataFrom)
	months, err := compute.SameDay(ctx, db, q.Curated, q.Knowledge)
	if err != nil {
		return nil, Cost{}, err
	}
	t.Switches = switches(q.Switches, outcome.Detect(months, q.Switches))
	t.Warnings = warnings(append(c.doubts(q.Leavers), outcome.Moved(q.Set.Outcomes, nil, q.Switches, on, on+engine.Day(labels.Horizon))...))
	t.Warnings = append(t.Warnings, early(starts, on)...)
	cost.Took = time.Since(started)
	return t, cost, nil
}
