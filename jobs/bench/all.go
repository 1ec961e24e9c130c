//go:build duckdb_arrow

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// choice says how features are chosen, for the report.
const choice = "in order of source, area, aggregate and id, every (total/n)-th: in proportion over sources, areas and aggregates"

// peerFeatures is how many features the peers are asked for.
const peerFeatures = 150

// all measures everything on the lake of t.
func (b *bench) all(ctx context.Context, t task) (*report, error) {
	r := &report{Machine: thisMachine(), Rounds: b.rounds, Threads: t.Threads, Choice: choice, Reach: map[string]*reach{}, Agreement: map[string]agreed{}}
	whole, err := sizeOf(ctx, t.Lake)
	if err != nil {
		return nil, err
	}
	r.Events, r.Spells, r.Persons = whole.Events, whole.Spells, whole.Persons
	for name, n := range map[string]int{"all": 0, "150": peerFeatures, "60": 60} {
		x := t
		x.Features = n
		if r.Reach[name], err = x.reach(ctx); err != nil {
			return nil, err
		}
	}
	r.All, r.Matched, r.PerMatched = r.Reach["all"].Features, r.Reach["all"].MatchedShare, r.Reach["all"].FeaturesPerMatchedCode

	// Parts of the lake: 5 million events, and 50 million where there are more.
	var parts []task
	for _, n := range []int64{5_000_000, 50_000_000} {
		if float64(n) > 0.9*float64(whole.Events) {
			continue
		}
		p := t
		if p.Lake, err = part(t.Lake, float64(n)/float64(whole.Events)); err != nil {
			return nil, err
		}
		parts = append(parts, p)
	}
	if len(parts) == 0 {
		parts = []task{t}
	}

	entries := b.kernels(t)
	if b.peers {
		peers, err := b.ready(ctx, r, t, parts[0])
		if err != nil {
			return nil, err
		}
		entries = append(entries, peers...)
	}
	for i, p := range parts {
		if p.Lake != t.Lake {
			entries = append(entries, entry{fmt.Sprintf("part_%d_scan", i), with(p, "scan"), ""}, entry{fmt.Sprintf("part_%d_kernel_all", i), with(p, "kernel"), ""})
		}
	}
	if r.Legs, err = b.run(ctx, entries); err != nil {
		return nil, err
	}
	for i, p := range parts {
		if p.Lake == t.Lake {
			continue
		}
		s, err := sizeOf(ctx, p.Lake)
		if err != nil {
			return nil, err
		}
		r.grow(s.Events, r.Legs[fmt.Sprintf("part_%d_scan", i)], r.Legs[fmt.Sprintf("part_%d_kernel_all", i)])
	}
	r.grow(whole.Events, r.Legs["scan"], r.Legs["kernel_all"])
	for name, to := range map[string]*float64{
		"scan": &r.Scan, "kernel_60": &r.Kernel60, "kernel_150": &r.Kernel150, "kernel_all": &r.KernelAll, "kernel_all_written": &r.Written, "twelve_dates": &r.Dates,
		"sql_one_statement": &r.Statement, "sql_by_bucket": &r.ByBucket, "sql_long": &r.Long, "sql_executor": &r.Executor, "polars": &r.Polars,
	} {
		if m := r.Legs[name]; m != nil {
			*to = m.MinSeconds
		}
	}
	r.OneDate, r.PeakMiB, r.PerSecond = r.KernelAll, r.Legs["kernel_all_written"].PeakMiB, float64(r.Events)/r.KernelAll
	r.Machine.Load += ", then " + load()
	r.judge()
	return r, nil
}

// kernels are the entries of the scan and the kernel.
func (b *bench) kernels(t task) []entry {
	entries := []entry{{"scan", with(t, "scan"), ""}}
	for _, k := range []struct {
		name string
		n    int
	}{{"kernel_60", 60}, {"kernel_150", peerFeatures}, {"kernel_all", 0}} {
		x := with(t, "kernel")
		x.Features = k.n
		entries = append(entries, entry{k.name, x, ""})
	}
	twelve := with(t, "kernel")
	twelve.Dates = 12
	return append(entries, entry{"kernel_all_written", with(t, "written"), ""}, entry{"twelve_dates", twelve, ""})
}

// ready prepares the peers, holds their values against the kernel's on the
// small part, finds the fastest form of each there and gives their entries.
func (b *bench) ready(ctx context.Context, r *report, t, small task) ([]entry, error) {
	t.Features, small.Features = peerFeatures, peerFeatures
	ready, err := b.once(ctx, entry{"prepare", with(t, "prepare"), ""})
	if err != nil {
		return nil, err
	}
	r.PeerCount = ready.Columns
	if err := b.agree(ctx, r, small); err != nil {
		return nil, err
	}
	statement, byBucket, polars, err := b.pilot(ctx, r, small)
	if err != nil {
		return nil, err
	}

	return []entry{{"sql_one_statement", with(t, statement), ""}, {"sql_by_bucket", with(t, byBucket), ""}, {"sql_long", with(t, "sql_long"), ""},
		{"sql_executor", with(t, "sql_executor"), ""}, {"polars", t, polars}}, nil
}

func with(t task, leg string) task {
	t.Leg = leg
	return t
}

func (r *report) grow(events int64, scan, kernel *measure) {
	r.Linearity = append(r.Linearity, size{Events: events, Scan: scan.MinSeconds, KernelAll: kernel.MinSeconds, CPU: kernel.MinCPU, PerMillion: kernel.MinSeconds / float64(events) * 1e6})
}

// pilot tries the forms of the peers on the part and names the fastest of
// each.
func (b *bench) pilot(ctx context.Context, r *report, small task) (statement, byBucket, polars string, err error) {
	r.Pilot = map[string]*measure{}
	try := func(entries ...entry) (entry, error) {
		best, got, err := b.faster(ctx, entries)
		for name, m := range got {
			r.Pilot[name] = m
		}
		return best, err
	}
	leg := func(name string) entry { return entry{name, with(small, name), ""} }
	form := func(name string) entry { return entry{"polars_" + name, small, name} }
	a, err := try(leg("sql_map"), leg("sql_in"))
	if err != nil {
		return "", "", "", err
	}
	c, err := try(leg("sql_map_buckets"), leg("sql_in_buckets"))
	if err != nil {
		return "", "", "", err
	}
	p, err := try(form("one_pass"), form("one_pass_buckets"), form("long"), form("long_buckets"))
	return a.task.Leg, c.task.Leg, p.form, err
}

// agree has every peer leave its values of the part beside the kernel's, and
// counts what differs. Peers that give other numbers are no yardstick: that is
// an error.
func (b *bench) agree(ctx context.Context, r *report, small task) error {
	root := filepath.Join(small.Temp, "check")
	defer os.RemoveAll(root)
	at := func(e entry, name string) (entry, error) {
		e.task.Check = filepath.Join(root, name)
		return e, os.MkdirAll(e.task.Check, 0o755)
	}
	ours, err := at(entry{"keep", with(small, "keep"), ""}, "kernel")
	if err != nil {
		return err
	}
	if _, err := b.once(ctx, ours); err != nil {
		return err
	}
	for _, p := range []struct {
		name, compare string
		e             entry
	}{
		{"sql_one_statement", "compare_wide", entry{"sql_map", with(small, "sql_map"), ""}},
		{"sql_one_statement_lists", "compare_wide", entry{"sql_in", with(small, "sql_in"), ""}},
		{"sql_long", "compare_long", entry{"sql_long", with(small, "sql_long"), ""}},
		{"polars", "compare_wide", entry{"polars_one_pass", small, "one_pass"}},
		{"polars_long", "compare_long", entry{"polars_long", small, "long"}},
	} {
		e, err := at(p.e, p.name)
		if err != nil {
			return err
		}
		if _, err := b.once(ctx, e); err != nil {
			return err
		}
		compare := e
		compare.name, compare.form, compare.task.Leg = "compare "+p.name, "", p.compare
		got, err := b.once(ctx, compare)
		if err != nil {
			return err
		}
		r.Agreement[p.name] = agreed{People: got.Rows, Features: got.Columns, Differ: int64(got.Sum)}
		if got.Sum != 0 {
			return fmt.Errorf("bench: %s and the kernel differ in %.0f values: one of them is wrong", p.name, got.Sum)
		}
	}
	return nil
}
