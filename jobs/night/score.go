//go:build duckdb_arrow

package night

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"leftshift/engine"
	"leftshift/engine/lake"
	"leftshift/engine/risklist"
	"leftshift/engine/schema"
	"leftshift/engine/snapshot"
	"leftshift/features/matrix"
	"leftshift/jobs/pipeline"
	"leftshift/models/registry"
	"leftshift/models/score"
	"leftshift/models/score/published"
)

// publishedScores are those that the night computes for everyone.
var publishedScores = []string{"hfrs", "charlson_quan2011"}

// scoreLookBack is how far back published scores read diagnoses, in days: two
// years of discharges before the as-of date (Gilbert et al., Lancet 2018).
const scoreLookBack = 730

// stepScore scores everyone, with reasons.
func (n *Night) stepScore() pipeline.Step {
	return pipeline.Step{
		Name: "score", Keep: 1,
		Digest: func(_ context.Context, r *pipeline.Run) (string, error) {
			id, _, err := n.serving()
			return digest(r.Identity("features"), r.Identity("curate"), id, n.unapproved()), err
		},
		Do: func(ctx context.Context, r *pipeline.Run, dir string) error {
			features := r.Output("features")
			m, rows, err := matrix.Load(filepath.Join(features, "feature.parquet"), n.Catalogue.Columns())
			if err != nil {
				return err
			}
			if err := m.LoadLast(filepath.Join(features, "feature_last.parquet")); err != nil {
				return err
			}
			scores := &schema.File{Path: filepath.Join(dir, "score.parquet"), Table: schema.PublishedTable("score")}
			if err := scores.Make(); err != nil {
				return err
			}
			id, bundle, err := n.serving()
			if err != nil {
				return err
			}
			if bundle == nil {
				if err := n.modelLost(); err != nil {
					return err
				}
				r.Warn("no-model", "no model bundle is approved, so only published scores are computed and no list is made: run `leftshift train`")
			} else {
				r.Count("models", int64(len(bundle.Models)))
				if err := n.scoreFitted(ctx, r, bundle, m, rows, scores); err != nil {
					return err
				}
				if err := n.explain(ctx, r, bundle.Primary(), m, rows, dir); err != nil {
					return err
				}
			}
			if err := n.scorePublished(ctx, r, rows, scores); err != nil {
				return err
			}
			if _, _, err := scores.Close(); err != nil {
				return err
			}
			r.Count("people scored", int64(m.Rows))
			return writeJSON(filepath.Join(dir, "score.json"), map[string]string{"bundle": id})
		},
	}
}

// modelLost refuses to go on without a fitted model where the current snapshot
// had one: empty lists would take the place of last night's.
func (n *Night) modelLost() error {
	now, err := snapshot.Current(n.Data)
	if err != nil || now == "" {
		return err
	}
	m, err := snapshot.ReadManifest(now)
	if err != nil {
		return err
	}
	if m.Bundle != "" {
		return &engine.Fault{Code: "model-lost", Say: "no model bundle is approved now, but bundle " + m.Bundle + " served the current snapshot: restore the models folder, or train and approve again"}
	}
	return nil
}

func (n *Night) scoreFitted(ctx context.Context, r *pipeline.Run, b *registry.Bundle, m *matrix.Matrix, rows matrix.Rows, out *schema.File) error {
	for k := range b.Models {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		f := &b.Models[k]
		margin, err := f.Margin(m)
		if err != nil {
			return err
		}
		p := f.Curve.Apply(margin)
		cuts := risklist.CutsOf(p)
		for i := range p {
			if err := out.Append(&schema.Score{Person: engine.Person(rows.Person[i]), Model: f.Name, AsOf: engine.Day(rows.AsOf[i]), Horizon: int64(f.Horizon), Probability: p[i], Points: math.NaN(), Band: cuts.Band(p[i]).String()}); err != nil {
				return err
			}
		}
		r.Advance(int64(k+1), int64(len(b.Models)), "models")
	}
	return nil
}

// explainRows is how many rows are explained at a time.
const explainRows = 1 << 14

// explain writes the top reasons of everyone's primary score: for anyone on
// the care team, with what only clinicians may see summed, and in a file of
// its own for clinicians. What reads an unapproved code list is told to nobody.
func (n *Night) explain(ctx context.Context, r *pipeline.Run, f *registry.Fitted, m *matrix.Matrix, rows matrix.Rows, dir string) error {
	team := &schema.File{Path: filepath.Join(dir, "reason.parquet"), Table: schema.PublishedTable("reason")}
	clinician := &schema.File{Path: filepath.Join(dir, "reason_clinician.parquet"), Table: schema.PublishedTable("reason")}
	for _, w := range []*schema.File{team, clinician} {
		if err := w.Make(); err != nil {
			return err
		}
	}
	silent := n.silent()
	for from := 0; from < m.Rows; from += explainRows {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		to := min(from+explainRows, m.Rows)
		at := make([]int, to-from)
		for k := range at {
			at[k] = from + k
		}
		part := m.Take(at)
		c, err := f.Contributions(part)
		if err != nil {
			return err
		}
		shown, all := newStories(c, part, true, silent), newStories(c, part, false, silent)
		for i := range at {
			person, on := engine.Person(rows.Person[from+i]), engine.Day(rows.AsOf[from+i])
			for _, x := range shown.reasons(f.Name, person, c, part, i, on) {
				if err := team.Append(&x); err != nil {
					return err
				}
			}
			for _, x := range all.reasons(f.Name, person, c, part, i, on) {
				if err := clinician.Append(&x); err != nil {
					return err
				}
			}
		}
		r.Advance(int64(to), int64(m.Rows), "people explained")
	}
	for _, w := range []*schema.File{team, clinician} {
		if _, _, err := w.Close(); err != nil {
			return err
		}
	}
	return nil
}

// scorePublished computes the published scores of everyone scored, zero for
// who has no diagnosis in the look-back, and none where no source could have
// shown one.
func (n *Night) scorePublished(ctx context.Context, r *pipeline.Run, rows matrix.Rows, out *schema.File) error {
	var list []score.Score
	for _, name := range publishedScores {
		s := published.Find(name)
		if s == nil {
			return fmt.Errorf("night: no published score %s", name)
		}
		list = append(list, s)
	}
	index := make(map[int64]int, len(rows.Person))
	for i, p := range rows.Person {
		index[p] = i
	}
	blind := make([]bool, len(rows.Person))
	for i := range rows.Unseen {
		blind[i] = diagnosesUnseen(rows.Unseen[i])
	}
	points := make([][]score.Result, len(list))
	for k, s := range list {
		points[k] = make([]score.Result, len(rows.Person))
		none := s.Compute(nil)
		for i := range points[k] {
			points[k][i] = none
		}
	}
	db, err := n.open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	dir := r.Output("curate")
	buckets, err := lake.Buckets(dir)
	if err != nil {
		return err
	}
	for b := range buckets {
		if err := db.Diagnoses(ctx, dir, b, (n.AsOf - scoreLookBack).String(), n.AsOf.String(), func(person int64, codes []string) error {
			if i, ok := index[person]; ok {
				blind[i] = false
				for k, s := range list {
					points[k][i] = s.Compute(codes)
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	for k, s := range list {
		scale := float64(s.Info().Scale)
		for i, p := range rows.Person {
			row := schema.Score{Person: engine.Person(p), Model: s.Info().Name, AsOf: engine.Day(rows.AsOf[i]), Probability: math.NaN(), Points: math.NaN()}
			if !blind[i] {
				row.Points, row.Band = float64(points[k][i].Value)/scale, points[k][i].Band
			}
			if err := out.Append(&row); err != nil {
				return err
			}
		}
	}
	return nil
}

// diagnosesUnseen says whether coded diagnoses of spells are among the kinds of
// record that could not be seen, as matrix.Rows names them.
func diagnosesUnseen(kinds string) bool {
	return slices.Contains(strings.Fields(kinds), engine.RecordKind("event", uint8(engine.Diagnosis)))
}
