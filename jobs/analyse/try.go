//go:build duckdb_arrow

package analyse

import (
	"context"
	"slices"
	"time"

	"leftshift/engine"
	"leftshift/engine/disclosure"
	"leftshift/engine/lake"
	"leftshift/features/compute"
	"leftshift/features/kernel"
	"leftshift/features/plan"
	"leftshift/jobs/definitions"
)

// Cost is what it took.
type Cost struct {
	Took time.Duration
	Rows int64 // events, spells and documents read
}

// Ask is what to try.
type Ask struct {
	DataFrom  engine.Day // the first day from which the sources hold data; 0 not known
	Set       *definitions.Set
	Features  []string
	Curated   string
	On        engine.Day
	Knowledge engine.Day // up to which the folder is curated
	Rule      disclosure.Rule
	Labels    *Labels // nil for none
	Workers   int
	MemoryMiB int
	Temp      string
	Progress  func(done, buckets int)
}

// one is one person's value.
type one struct {
	value float32
	place kernel.Place
}

// Try computes features over the whole lake on the path of the night and sums
// them up, in the order of Features.
func Try(ctx context.Context, db *lake.DB, q Ask) ([]*Trial, Cost, error) {
	out, cost, err := try(ctx, db, q)
	if err != nil && ctx.Err() != nil {
		err = ctx.Err() // called off, whatever that made fail first
	}
	return out, cost, err
}

func try(ctx context.Context, db *lake.DB, q Ask) ([]*Trial, Cost, error) {
	started := time.Now()
	dates := []engine.Day{q.On}
	if q.Labels != nil && q.Labels.Index != q.On {
		dates = append(dates, q.Labels.Index)
		slices.Sort(dates)
	}
	part := q.Set.Catalogue.Subset(q.Features)
	words, err := compute.Words(ctx, db, q.Curated)
	if err != nil {
		return nil, Cost{}, err
	}
	p, err := plan.Compile(part, q.Set.Codelists, q.Set.Analytes, slices.Values(words))
	if err != nil {
		return nil, Cost{}, err
	}
	opt, starts, err := Options(ctx, db, q.Curated, q.On, dates, q.DataFrom)
	if err != nil {
		return nil, Cost{}, err
	}
	values := make([][]one, len(q.Features))
	past := make([]sample, len(q.Features))
	practices := map[engine.Code]bool{}
	var cost Cost
	err = compute.Buckets(ctx, q.Curated, p, dates, q.Knowledge, compute.Options{Kernel: opt, Workers: q.Workers, MemoryMiB: q.MemoryMiB, Temp: q.Temp, Progress: q.Progress}, func(_ int, r *kernel.Result) error {
		cost.Rows += r.Read.Rows()
		for k, id := range q.Features {
			column := r.Matrix.Values[r.Matrix.Find(id)]
			for i, v := range column {
				if r.Index[i] == q.On {
					values[k] = append(values[k], one{v, r.Places[i]})
					practices[r.Places[i].Practice] = true
				}
				if q.Labels != nil && r.Index[i] == q.Labels.Index {
					past[k].add(v, q.Labels.of[r.Persons[i]])
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, Cost{}, err
	}
	names := map[engine.Code]string{}
	for _, w := range words {
		if practices[w.Code] {
			names[w.Code] = w.Text
		}
	}
	out := make([]*Trial, len(q.Features))
	for k, id := range q.Features {
		out[k] = sum(part.Find(id), q, values[k], names)
		out[k].reach(part.Subset([]string{id}), q, starts)
		out[k].Absent = append(out[k].Absent, Absent(q.Set.Codelists, part.Subset([]string{id}), words)...)
		if q.Labels == nil {
			out[k].Unassociated = "no model is in service whose evaluation holds finished outcomes: train one"
			continue
		}
		out[k].Association, out[k].Unassociated = past[k].associate(q)
	}
	cost.Took = time.Since(started)
	return out, cost, nil
}
