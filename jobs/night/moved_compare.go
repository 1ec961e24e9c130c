//go:build duckdb_arrow

package night

import (
	"context"
	"errors"
	"math"
	"path/filepath"

	"leftshift/engine"
	"leftshift/engine/schema"
	"leftshift/features/matrix"
	"leftshift/jobs/pipeline"
	"leftshift/models/explain"
	"leftshift/models/registry"
)

// comparison takes the moves of two nights apart, some people at a time.
type comparison struct {
	n      *Night
	was    *earlierNight
	model  *registry.Fitted
	rows   matrix.Rows
	now    *matrix.Matrix // of the columns that the model reads
	then   *values        // of the same
	needs  []matrix.Column
	silent map[string]bool
	files  [3]*schema.File // moves, what the care team is told, what clinicians are
	moves  map[engine.Person]schema.Move
	hear   func(reader int, r schema.MoveReason) // what each reader is told, 0 the care team, 1 clinicians; nil: nobody hears
}

// compare writes the moves of everyone scored in both snapshots, and gives them.
func (n *Night) compare(ctx context.Context, r *pipeline.Run, was *earlierNight, f *registry.Fitted, dir string) (map[engine.Person]schema.Move, error) {
	c := &comparison{n: n, was: was, model: f, needs: n.columns(f.Needs()...), silent: n.silent(), moves: map[engine.Person]schema.Move{}}
	var err error
	reads := f.Reads()
	if c.now, c.rows, err = matrix.Load(filepath.Join(r.Output("features"), "feature.parquet"), n.columns(reads...)); err != nil {
		return nil, err
	}
	if err := c.now.LoadLast(filepath.Join(r.Output("features"), "feature_last.parquet")); err != nil {
		return nil, err
	}
	if c.then, err = was.values(c.now.Columns, definitionsOf(n.Catalogue, reads)); err != nil {
		return nil, err
	}
	for k, name := range []string{movedFile, movedToldFile, movedClinicianFile} {
		table := "move_reason"
		if k == 0 {
			table = "move"
		}
		c.files[k] = &schema.File{Path: filepath.Join(dir, name), Table: schema.PublishedTable(table)}
		if err := c.files[k].Make(); err != nil {
			return nil, err
		}
	}
	var both []int
	for i, p := range c.rows.Person {
		if was.comparable(engine.Person(p), c.then) {
			both = append(both, i)
		}
	}
	for from := 0; from < len(both) && err == nil; from += explainRows {
		to := min(from+explainRows, len(both))
		if err = errors.Join(ctx.Err(), c.part(both[from:to])); err == nil {
			r.Advance(int64(to), int64(len(both)), "people compared")
		}
	}
	for _, w := range c.files {
		_, _, unwritten := w.Close()
		err = errors.Join(err, unwritten)
	}
	return c.moves, err
}

// sameModel is how far the log-odds of a published probability may be from those
// that gave it, by rounding alone.
const sameModel = 1e-10

// part takes the moves of some rows of tonight's apart.
func (c *comparison) part(at []int) error {
	old := make([]int, len(at))
	for k, i := range at {
		old[k] = c.then.row[engine.Person(c.rows.Person[i])]
	}
	from, to := c.then.Take(old), c.now.Take(at)
	redefined := map[string]bool{}
	for j, col := range c.now.Columns {
		redefined[col.ID] = c.then.redefined[j]
		if c.then.absent[j] { // as now, so that reading it is the model's change
			from.Values[j] = to.Values[j]
		}
	}
	from, to = widen(from, c.needs), widen(to, c.needs)
	shift, err := c.model.Shift(from, to)
	if err != nil {
		return err
	}
	margin, err := c.model.Margin(from)
	if err != nil {
		return err
	}
	intercept, slope, _ := c.model.Curve.Line()
	team, clinician := newStories(shift, to, true, c.silent), newStories(shift, to, false, c.silent)
	cause := make([]schema.Cause, len(shift.Columns))
	for k, i := range at {
		person := engine.Person(c.rows.Person[i])
		was := c.was.score[person]
		for j, id := range shift.Columns {
			if shift.Values[k][j] == 0 {
				continue
			}
			col, last := team.at[j], engine.NoDay
			if to.Last[col] != nil {
				last = engine.Day(to.Last[col][k])
			}
			cause[j] = causeOf(c.n.Catalogue.Find(id), redefined[id], from.Values[col][k], to.Values[col][k], last, c.was.asOf, engine.Day(c.rows.AsOf[i]))
		}
		before, between := math.Log(was.probability/(1-was.probability)), intercept+slope*margin[k]
		if math.Abs(between-before) < sameModel {
			between = before
		}
		move := schema.Move{Person: person, Before: was.probability, Band: was.band}
		move.SetParts(explain.Split(before, between, slope, shift.Values[k], cause))
		c.moves[person] = move
		if err := c.files[0].Append(&move); err != nil {
			return err
		}
		x := change{person: person, on: engine.Day(c.rows.AsOf[i]), model: move.Model, slope: slope, shift: shift.Values[k], cause: cause, from: from, to: to, row: k}
		for n, s := range []*stories{team, clinician} {
			for _, told := range x.tell(s) {
				if c.hear != nil {
					c.hear(n, told)
				}
				if err := c.files[n+1].Append(&told); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
