//go:build duckdb_arrow

package night

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"leftshift/engine"
	"leftshift/engine/lake"
	"leftshift/engine/schema"
	"leftshift/features/population"
	"leftshift/jobs/pipeline"
)

// The files in which the features step leaves what it heard on its way.
const (
	recentFile  = "recent.parquet" // of people, for the snapshot to count by practice
	flowFile    = "flow.parquet"
	stoppedFile = "stopped.parquet"
)

// hearing gathers what the pass over the record for coverage tells of how much
// came and of whom.
type hearing struct {
	lake.Hearing
	flows  []lake.Flowing
	people map[engine.Code]*[population.FlowWindows + 1]int64
	recent *schema.File
}

func (n *Night) newHearing(dir string) (*hearing, error) {
	h := &hearing{people: map[engine.Code]*[population.FlowWindows + 1]int64{}, recent: &schema.File{Path: filepath.Join(dir, recentFile), Table: lake.RecentTable}}
	h.Hearing = lake.Hearing{AsOf: n.AsOf, Days: population.FlowDays, Windows: population.FlowWindows,
		Registered: func(x lake.Standing) {
			if h.people[x.Practice] == nil {
				h.people[x.Practice] = &[population.FlowWindows + 1]int64{}
			}
			h.people[x.Practice][x.Window] += x.People
		},
		Flow:   func(x lake.Flowing) { h.flows = append(h.flows, x) },
		Recent: func(x lake.Recent) error { return h.recent.Append(&x) },
	}
	return h, h.recent.Make()
}

// added are the flows with those of all buckets added up, in order of practice,
// source, kind and window.
func (h *hearing) added() []lake.Flowing {
	slices.SortStableFunc(h.flows, func(a, b lake.Flowing) int {
		return cmp.Or(cmp.Compare(a.Practice, b.Practice), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Table, b.Table), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Window, b.Window))
	})
	var out []lake.Flowing
	for _, x := range h.flows {
		if k := len(out) - 1; k >= 0 && out[k].Practice == x.Practice && out[k].Source == x.Source && out[k].Table == x.Table && out[k].Kind == x.Kind && out[k].Window == x.Window {
			out[k].People, out[k].Arrivals, out[k].Facts, out[k].Last = out[k].People+x.People, out[k].Arrivals+x.Arrivals, out[k].Facts+x.Facts, max(out[k].Last, x.Last)
			continue
		}
		out = append(out, x)
	}
	return out
}

// ceased finds the flows that stopped. A kind whose record begins within a year
// and a window of the as-of date is too young to know its seasons.
func (h *hearing) ceased(flows []lake.Flowing, starts population.Starts) []population.Ceased {
	var in []population.Flow
	for _, x := range flows {
		kind := engine.RecordKind(x.Table, x.Kind)
		k := len(in) - 1
		if k < 0 || in[k].Practice != x.Practice || in[k].Source != x.Source || in[k].Kind != kind {
			in = append(in, population.Flow{Practice: x.Practice, Source: x.Source, Kind: kind, Last: engine.NoDay})
			k++
		}
		if x.Window < population.FlowWindows {
			in[k].Arrivals[x.Window] = x.Arrivals
		} else {
			in[k].Year = x.Arrivals
		}
		in[k].Last = max(in[k].Last, x.Last)
	}
	people := map[engine.Code]population.Registered{}
	for p, n := range h.people {
		people[p] = population.Registered(n[:population.FlowWindows])
	}
	return population.Cease(in, people, func(kind string) bool {
		x, ok := starts[kind]
		return ok && x.Known <= h.AsOf-365-population.FlowDays
	})
}

// write writes what was heard and warns of what stopped.
func (h *hearing) write(ctx context.Context, n *Night, r *pipeline.Run, db *lake.DB, curated, dir string, starts population.Starts) error {
	g, err := n.geography(ctx, db, curated)
	if err != nil {
		return err
	}
	flows := h.added()
	if err := schema.Write(filepath.Join(dir, flowFile), schema.PublishedTable("flow"), func(yield func(any) bool) {
		for _, x := range flows {
			row := &schema.FlowRow{Practice: g.ods[x.Practice], Source: x.Source, Kind: engine.RecordKind(x.Table, x.Kind), Window: x.Window, ToDay: h.Last(int(x.Window)), People: x.People, Arrivals: x.Arrivals, Facts: x.Facts}
			if p := h.people[x.Practice]; p != nil {
				row.Registered = p[x.Window]
			}
			if !yield(row) {
				return
			}
		}
	}); err != nil {
		return err
	}
	var rows []schema.StoppedRow
	for _, c := range h.ceased(flows, starts) {
		row := schema.StoppedRow{Source: c.Source, Kind: c.Kind, Code: "collapsed", Last: c.Last, Usual: c.Usual, Expected: c.Expected, Came: c.Came}
		if c.Practice != 0 {
			row.Practice = cmp.Or(g.ods[c.Practice], "not known")
		}
		if c.Nothing {
			row.Code = "ceased"
		}
		rows = append(rows, row)
	}
	r.Count("flows that stopped", int64(len(rows)))
	warnStopped(r.Warn, rows)
	return schema.Write(filepath.Join(dir, stoppedFile), schema.PublishedTable("stopped"), func(yield func(any) bool) {
		for i := range rows {
			if !yield(&rows[i]) {
				return
			}
		}
	})
}

// namedStopped is how many practices a warning names; the data-quality page and
// the table stopped have all.
const namedStopped = 10

// warnStopped warns once of each source and kind.
func warnStopped(warn func(code, say string), rows []schema.StoppedRow) {
	for len(rows) > 0 {
		k := 1
		for k < len(rows) && rows[k].Source == rows[0].Source && rows[k].Kind == rows[0].Kind {
			k++
		}
		what := kindWords(rows[0].Kind) + " from source " + rows[0].Source
		if rows[0].Practice == "" {
			warn("source-stopped", fmt.Sprintf("%s has stopped for every practice; the newest became known on %s: look at what the source last delivered", what, rows[0].Last))
		} else {
			var names []string
			for _, x := range rows[:min(k, namedStopped)] {
				names = append(names, fmt.Sprintf("%s (last on %s)", x.Practice, x.Last))
			}
			more := ""
			if k > namedStopped {
				more = fmt.Sprintf(" and %d more", k-namedStopped)
			}
			warn("practice-stopped", fmt.Sprintf("%s has stopped for the people of %s%s: look at what the source last delivered of them", what, strings.Join(names, ", "), more))
		}
		rows = rows[k:]
	}
}

// writeCompleteness counts the people scored who have each kind of record, by
// practice and source, from what the features step left.
func writeCompleteness(ctx context.Context, db *lake.DB, features, out string) error {
	var all []schema.Completeness
	for _, t := range []struct {
		table, column string
		kinds         int
	}{{"event", "events", len(engine.EventKinds())}, {"spell", "spells", len(engine.SpellKinds())}, {"document", "documents", len(engine.DocumentNames())}} {
		rows, err := lake.Collect[struct {
			Practice string `col:"practice"`
			Source   string `col:"source"`
			Kind     int64  `col:"kind"`
			People   int64  `col:"people"`
		}](ctx, db, fmt.Sprintf("SELECT practice, source, kind, count(*)::BIGINT AS people FROM (SELECT r.practice, r.person, CAST(kind AS BIGINT) AS kind, CASE WHEN count(*) > 1 THEN %s ELSE min(x.source) END AS source FROM read_parquet(%s) r JOIN read_parquet(%s) x ON x.person = r.person, range(1, %d) k(kind)"+
			" WHERE (x.%s >> kind) & 1 = 1 GROUP BY ALL) GROUP BY ALL", lake.Quote(schema.SeveralSources), lake.Quote(filepath.Join(out, "resident.parquet")), lake.Quote(filepath.Join(features, recentFile)), t.kinds, t.column))
		if err != nil {
			return err
		}
		for _, x := range rows {
			all = append(all, schema.Completeness{Practice: x.Practice, Source: x.Source, Kind: engine.RecordKind(t.table, uint8(x.Kind)), People: x.People})
		}
	}
	slices.SortFunc(all, func(a, b schema.Completeness) int {
		return cmp.Or(cmp.Compare(a.Practice, b.Practice), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Kind, b.Kind))
	})
	return schema.Write(filepath.Join(out, "completeness.parquet"), schema.PublishedTable("completeness"), func(yield func(any) bool) {
		for i := range all {
			if !yield(&all[i]) {
				return
			}
		}
	})
}
