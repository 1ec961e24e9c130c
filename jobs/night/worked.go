//go:build duckdb_arrow

package night

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"

	"leftshift/engine"
	"leftshift/engine/lake"
	"leftshift/engine/risklist"
	"leftshift/engine/schema"
	"leftshift/engine/worklist"
	"leftshift/jobs/config"
)

// worked is what teams decided about people, as lists heed it.
type worked struct {
	quiet map[engine.Person]risklist.Quiet
	added map[engine.Person]string // by hand, to a team's list

	capacity map[string]worklist.Capacity // that teams set themselves
	idle     []risklist.Place             // on a list before, and nothing done since
	since    bool                         // there were lists then
}

// worked reads the site's worklist; nothing where it has none.
func (n *Night) worked(ctx context.Context) (*worked, error) {
	w := &worked{added: map[engine.Person]string{}}
	folder := n.Config.At(n.Config.Serve.State)
	if _, err := os.Stat(filepath.Join(folder, worklist.File)); errors.Is(err, fs.ErrNotExist) {
		return w, nil
	}
	store, err := openWork(n.Config)
	if err != nil {
		return nil, err
	}
	defer store.Close()
	if w.quiet, err = store.Quiet(ctx, n.AsOf, worklist.StandardPeriods); err != nil {
		return nil, err
	}
	if w.capacity, err = store.Capacities(ctx); err != nil {
		return nil, err
	}
	idle, since, err := store.Idle(ctx, n.AsOf, risklist.RepeatDays)
	if err != nil {
		return nil, err
	}
	w.since = since
	for _, p := range idle {
		w.idle = append(w.idle, risklist.Place{Person: p.Person, Team: p.List})
	}
	items, err := store.Items(ctx, worklist.Query{Open: true})
	for _, it := range items { // of several, the first
		if it.Source == worklist.ByHand && w.added[it.Person] == "" {
			w.added[it.Person] = it.List
		}
	}
	return w, err
}

// lines say all of it, for the step's identity.
func (w *worked) lines() (out []string) {
	for _, p := range slices.Sorted(maps.Keys(w.quiet)) {
		q := w.quiet[p]
		out = append(out, fmt.Sprintf("quiet %d %s %d %x %s", p, q.Code, q.Until, math.Float64bits(q.Probability), q.Reasons))
	}
	for _, p := range slices.Sorted(maps.Keys(w.added)) {
		out = append(out, fmt.Sprintf("added %d %q", p, w.added[p]))
	}
	for _, team := range slices.Sorted(maps.Keys(w.capacity)) {
		out = append(out, fmt.Sprintf("capacity %q %d", team, w.capacity[team].People))
	}
	out = append(out, fmt.Sprintf("since %v", w.since))
	for _, p := range w.idle {
		out = append(out, fmt.Sprintf("idle %d %q", p.Person, p.Team))
	}
	return out
}

// set is how many people each team set for its list; 0 for the configured number.
func (w *worked) set() map[string]int {
	out := map[string]int{}
	for team, c := range w.capacity {
		out[team] = c.People
	}
	return out
}

// quietReasons are the reasons, as the care team reads them, of the people with a
// quiet period.
func (n *Night) quietReasons(ctx context.Context, db *lake.DB, scored string, fitted bool) (map[engine.Person][]risklist.Reason, error) {
	if len(n.work.quiet) == 0 || !fitted {
		return nil, nil
	}
	rows, err := reasonsOf(ctx, db, filepath.Join(scored, "reason.parquet"), slices.Sorted(maps.Keys(n.work.quiet)))
	if err != nil {
		return nil, err
	}
	out := map[engine.Person][]risklist.Reason{}
	for _, x := range rows {
		if x.Feature != schema.OtherFactors {
			out[x.Person] = append(out[x.Person], risklist.Reason{Column: x.Feature, LogOdds: x.Contribution})
		}
	}
	return out, nil
}

// reasonsOf reads the reasons of some people, by person and rank.
func reasonsOf(ctx context.Context, db *lake.DB, path string, people []engine.Person) (out []schema.Reason, err error) {
	for part := range slices.Chunk(people, 1000) {
		in := "person IN ("
		for i, p := range part {
			if i > 0 {
				in += ","
			}
			in += p.String()
		}
		rows, err := lake.Rows[schema.Reason](ctx, db, path, in+")", "person", "rank")
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}

// openWork opens the worklist of a site that has one: what a run does to it is of
// the site's day.
func openWork(c *config.Config) (*worklist.Store, error) {
	return worklist.Open(c.At(c.Serve.State), worklist.Options{Now: c.Clock})
}

// Worked says whether a site has a folder of what people do, so that a night
// brings the worklist up to its lists.
func Worked(c *config.Config) bool {
	info, err := os.Stat(c.At(c.Serve.State))
	return err == nil && info.IsDir()
}
