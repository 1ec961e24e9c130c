//go:build duckdb_arrow

package night

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"leftshift/engine"
	"leftshift/engine/door"
	"leftshift/engine/lake"
	"leftshift/engine/snapshot"
	"leftshift/engine/worklist"
	"leftshift/jobs/config"
	"leftshift/jobs/pipeline"
)

// stepWorklist brings the worklist up to what was published, and says what became
// of the people who are or were on it. It is a step of sites that have a folder
// of what people do.
func (n *Night) stepWorklist() pipeline.Step {
	return pipeline.Step{Name: "worklist", Do: func(ctx context.Context, r *pipeline.Run, _ string) error {
		dir, err := snapshot.Current(n.Data)
		if err != nil {
			return err
		}
		mine, err := snapshot.NameOf(filepath.Join(r.Output("snapshot"), "snapshot"))
		if err != nil || filepath.Base(dir) != mine {
			return err // a later as-of date is current, and the worklist has it
		}
		store, err := openWork(n.Config)
		if err != nil {
			return err
		}
		defer store.Close()
		done, err := follow(ctx, store, dir, r.ID)
		if err != nil {
			return err
		}
		r.Count("work items opened", int64(done.New))
		r.Count("left the lists", int64(done.Left))
		run := worklist.Run{Run: r.ID, Snapshot: mine, AsOf: n.AsOf}
		db, err := n.open(ctx)
		if err != nil {
			return err
		}
		defer db.Close()
		dead, outcomes, err := n.became(ctx, db, store, r.Output("curate"))
		if err != nil {
			return err
		}
		stopped, err := store.Deaths(ctx, run, dead)
		if err != nil {
			return err
		}
		r.Count("stopped for a death", int64(done.Stopped+stopped))
		added, err := store.Outcomes(ctx, run, n.AsOf, outcomes)
		r.Count("outcomes added", int64(added))
		return err
	}}
}

// Follow brings a site's worklist up to its current snapshot, after a recall.
// Nothing where the site has no folder of what people do, or no snapshot.
func Follow(ctx context.Context, c *config.Config) error {
	dir, err := snapshot.Current(c.At(c.Site.Data))
	if err != nil || dir == "" || !Worked(c) {
		return err
	}
	store, err := openWork(c)
	if err != nil {
		return err
	}
	defer store.Close()
	_, err = follow(ctx, store, dir, "")
	return err
}

// follow syncs the worklist with a snapshot's folder.
func follow(ctx context.Context, store *worklist.Store, dir, run string) (worklist.Synced, error) {
	s, err := snapshot.Open(ctx, dir)
	if err != nil {
		return worklist.Synced{}, err
	}
	defer s.Close()
	return door.Follow(ctx, s, store, run)
}

// became gives who of the worklist's people has died, and what became of each
// since the day of their first item: as the record shows it now, with what it has
// taken back.
func (n *Night) became(ctx context.Context, db *lake.DB, store *worklist.Store, curated string) (dead []engine.Person, out []worklist.Outcome, err error) {
	items, err := store.Items(ctx, worklist.Query{})
	if err != nil {
		return nil, nil, err
	}
	first := map[engine.Person]engine.Day{}
	var people []engine.Person
	for _, it := range items {
		day, ok := first[it.Person]
		if !ok {
			people = append(people, it.Person)
		}
		if !ok || it.FirstDay < day {
			first[it.Person] = it.FirstDay
		}
	}
	slices.Sort(people)
	for part := range slices.Chunk(people, 1000) {
		texts := make([]string, len(part))
		for i, p := range part {
			texts[i] = p.String()
		}
		in := "person IN (" + strings.Join(texts, ",") + ")"
		if err := n.lives(ctx, db, curated, in, func(p engine.Person, kind worklist.OutcomeKind, day engine.Day) {
			if kind == worklist.Deceased {
				dead = append(dead, p)
			}
			if day >= first[p] {
				out = append(out, worklist.Outcome{Person: p, Kind: kind, Day: day})
			}
		}); err != nil {
			return nil, nil, err
		}
		rows, err := lake.Collect[struct {
			Person engine.Person `col:"person"`
			Day    engine.Day    `col:"day"`
			Kind   uint8         `col:"kind"`
			Stands uint8         `col:"stands"`
		}](ctx, db, "SELECT t.person, t.start_day AS day, t.kind, CAST(max(CASE WHEN "+n.known("t")+" THEN 1 ELSE 0 END) AS UTINYINT) AS stands FROM read_parquet("+
			lake.Quote(filepath.Join(curated, "spell", "*.parquet"))+") t WHERE t."+in+fmt.Sprintf(" AND (t.kind = %d OR t.kind = %d AND t.cis_first = 1) AND t.known_from <= DATE '%s' AND t.start_day <= DATE '%s' GROUP BY t.person, t.start_day, t.kind ORDER BY t.person, t.start_day, t.kind",
			engine.ED, engine.Emergency, n.AsOf, n.AsOf))
		if err != nil {
			return nil, nil, err
		}
		for _, x := range rows {
			kind := worklist.Attended
			if engine.SpellKind(x.Kind) == engine.Emergency {
				kind = worklist.Admitted
			}
			if x.Day >= first[x.Person] {
				out = append(out, worklist.Outcome{Person: x.Person, Kind: kind, Day: x.Day, Undone: x.Stands == 0})
			}
		}
	}
	return dead, out, nil
}

// lives tells the deaths of some people, and of the living who is registered
// nowhere any more, on the as-of date.
func (n *Night) lives(ctx context.Context, db *lake.DB, curated, in string, each func(engine.Person, worklist.OutcomeKind, engine.Day)) error {
	type ended struct {
		Person engine.Person `col:"person"`
		Day    engine.Day    `col:"day"`
	}
	rows, err := lake.Collect[ended](ctx, db, fmt.Sprintf("SELECT person, death_day AS day FROM read_parquet(%s) WHERE %s AND death_day <= DATE '%s' ORDER BY person", lake.Quote(filepath.Join(curated, "person", "*.parquet")), in, n.AsOf))
	if err != nil {
		return err
	}
	dead := map[engine.Person]bool{}
	for _, x := range rows {
		dead[x.Person] = true
		each(x.Person, worklist.Deceased, x.Day)
	}
	rows, err = lake.Collect[ended](ctx, db, fmt.Sprintf("SELECT person, max(to_day) AS day FROM read_parquet(%s) WHERE %s AND (from_day IS NULL OR from_day <= DATE '%s') GROUP BY person HAVING count(*) = count(to_day) AND max(to_day) < DATE '%s' ORDER BY person",
		lake.Quote(filepath.Join(curated, "registration", "*.parquet")), in, n.AsOf, n.AsOf))
	for _, x := range rows {
		if !dead[x.Person] {
			each(x.Person, worklist.Moved, x.Day)
		}
	}
	return err
}
