//go:build duckdb_arrow

package night

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sync/errgroup"

	"leftshift/engine"
	"leftshift/engine/consent"
	"leftshift/engine/disclosure"
	"leftshift/engine/lake"
	"leftshift/jobs/pipeline"
)

// Curation is what the curate step left.
type Curation struct {
	AsOf string `json:"as_of"`

	Feeds   []Feed                 `json:"feeds"`
	Rows    map[string]lake.RowSum `json:"rows"`
	Persons int64                  `json:"persons"`
	// OptOuts says how many people are kept out, by reason, under disclosure
	// control.
	OptOuts []consent.CountLine `json:"opt_outs"`
	// Refused counts lines of the opt-out lists that name nobody, by list.
	Refused map[string]int `json:"opt_out_lines_refused,omitempty"`
}

// Feed is the first sum: what became of the source records of one file.
type Feed struct {
	Source      string           `json:"source"`
	Flow        string           `json:"flow"`
	File        string           `json:"file"`
	In          int64            `json:"in"`
	Accepted    int64            `json:"accepted"`
	Reference   int64            `json:"reference"`
	Pending     int64            `json:"pending"`
	Quarantined int64            `json:"quarantined"`
	Withheld    int64            `json:"withheld"`
	Reasons     map[string]int64 `json:"reasons"`
	Tables      map[string]int64 `json:"tables"`
}

// feeds joins manifests and dispositions, one entry a landed file.
func feedsOf(batches []lake.Batch, became map[string]lake.Dispositions) []Feed {
	out := make([]Feed, len(batches))
	for i, b := range batches {
		d := became[b.ID]
		f := Feed{Source: b.Source, Flow: b.Flow, File: b.File, In: b.Counts.In, Accepted: d.Accepted, Reference: b.Counts.Reference,
			Pending: d.Pending, Quarantined: b.Counts.Quarantined, Withheld: d.Withheld, Reasons: b.Counts.Reasons, Tables: map[string]int64{}}
		for name, t := range b.Tables {
			f.Tables[name] = t.Rows
		}
		out[i] = f
	}
	return out
}

// stepCurate makes the curated tables of everything that has landed.
func (n *Night) stepCurate() pipeline.Step {
	return pipeline.Step{
		Name: "curate", Keep: 1,
		Digest: func(context.Context, *pipeline.Run) (string, error) {
			batches, err := lake.Landed(filepath.Join(n.Data, "landed"))
			if err != nil {
				return "", err
			}
			n.batches = batches
			w, err := n.consent()
			if err != nil {
				return "", err
			}
			parts := []any{w.digest, n.AsOf.String(), n.Config.Run.Buckets, n.Config.Site.Sensitive}
			for _, b := range batches {
				parts = append(parts, b.Source, b.ID, b.Tables)
			}
			return digest(parts...), nil
		},
		Do: n.curate,
	}
}

func (n *Night) curate(ctx context.Context, r *pipeline.Run, dir string) error {
	w, err := n.consent()
	if err != nil {
		return err
	}
	for _, kind := range slices.Sorted(maps.Keys(w.refused)) {
		r.Warn("optout-line-refused", fmt.Sprintf("%s of the %s opt-out list without a valid NHS number: ask its sender, for whoever was meant is not withheld", engine.Plural(int(w.refused[kind]), "line"), kind))
	}
	var kept consent.Counts
	withhold := func(people []engine.Person) []engine.Person {
		rows, counts := w.set.Against(people)
		kept = counts
		out := make([]engine.Person, len(rows))
		for i, row := range rows {
			out[i] = row.Person
		}
		return out
	}
	if err := n.verify(ctx); err != nil {
		return err
	}
	db, err := n.open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	c := &lake.Curation{Batches: n.batches, Out: dir, Buckets: n.Config.Run.Buckets, AsOf: n.AsOf, Withhold: withhold, Named: n.Config.Site.Sensitive,
		Progress: func(done, total int) { r.Advance(int64(done), int64(total), "parts") }}
	got, err := c.Run(ctx, db)
	if err != nil {
		return err
	}
	out := Curation{AsOf: n.AsOf.String(), Feeds: feedsOf(n.batches, got.Batches), Rows: got.Rows, Persons: got.Persons, Refused: w.refused,
		OptOuts: kept.Report(func(people int64) string { return n.rule().Count(int(people)).String() })}
	for _, f := range out.Feeds {
		r.Count("in", f.In)
		r.Count("accepted", f.Accepted)
		r.Count("reference", f.Reference)
		r.Count("pending", f.Pending)
		r.Count("quarantined", f.Quarantined)
	}
	r.Count("facts", got.Rows["event"].Current)
	r.Count("spells", got.Rows["spell"].Current)
	return writeJSON(filepath.Join(dir, "curation.json"), out)
}

// verify holds every landed batch against its manifest.
func (n *Night) verify(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(n.Config.Run.Workers())
	for i := range n.batches {
		group.Go(func() error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err := n.batches[i].Verify(); err != nil {
				return err
			}
			return n.certified(&n.batches[i])
		})
	}
	return group.Wait()
}

// rule is the site's disclosure control of counts of people.
func (n *Night) rule() disclosure.Rule {
	return disclosure.Rule{Small: n.Config.Report.SmallNumber, RoundTo: n.Config.Report.RoundTo}
}

// loadCuration reads what the step left.
func loadCuration(dir string) (*Curation, error) {
	var c Curation
	if err := readJSON(filepath.Join(dir, "curation.json"), &c); err != nil {
		return nil, err
	}
	return &c, nil
}

func writeJSON(path string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o600)
}

func readJSON(path string, v any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, v)
}
