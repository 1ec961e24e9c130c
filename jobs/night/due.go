//go:build duckdb_arrow

package night

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"leftshift/engine"
	"leftshift/engine/lake"
	"leftshift/engine/schema"
	"leftshift/engine/snapshot"
	"leftshift/features/compute"
	"leftshift/features/kernel"
	"leftshift/features/outcome"
	"leftshift/jobs/pipeline"
	"leftshift/models/censor"
	"leftshift/models/evaluate"
)

const dueFile = "due.parquet"

// dueMonths is over how many months back scores are held against what happened.
const dueMonths = 36

// forecast is one model's scores in one published snapshot: the last of its
// month that was not recalled.
type forecast struct {
	snapshot snapshot.Manifest
	asOf     engine.Day
	model    string
	horizon  int
	outcome  *outcome.Outcome
	due      engine.Day
}

// forecasts are those published before tonight, by as-of date, then in the order
// of their models.
func (n *Night) forecasts(warn func(code, say string)) ([]forecast, error) {
	all, err := snapshot.All(n.Data)
	if err != nil {
		return nil, err
	}
	last := map[engine.Day]snapshot.Manifest{} // by month
	for _, m := range all {
		d, ok := engine.ParseDay(m.AsOf)
		if ok && d < n.AsOf && m.Bundle != "" && d.Month() >= (n.AsOf-dueMonths*30).Month() {
			last[d.Month()] = m // of rising as-of dates
		}
	}
	var out []forecast
	for _, m := range last {
		asOf, _ := engine.ParseDay(m.AsOf)
		dir := filepath.Join(n.Data, "snapshots", m.Name)
		var models []evaluation
		err := m.Held(dir, "evaluation.json", true)
		if err == nil {
			var text []byte
			if text, err = os.ReadFile(filepath.Join(dir, "evaluation.json")); err == nil {
				err = json.Unmarshal(text, &models)
			}
		}
		if err != nil {
			warn("due-unreadable", unreadable(m.Name))
			continue
		}
		for _, x := range models {
			id, _, _ := strings.Cut(x.Outcome, ":")
			o := n.Outcomes.Find(id)
			if o == nil || x.Horizon > o.Horizon() {
				warn("due-outcome", fmt.Sprintf("the scores of model %s in snapshot %s are of an outcome that is not declared any more, so they cannot be held against what happened", x.Name, m.Name))
				continue
			}
			out = append(out, forecast{m, asOf, x.Name, x.Horizon, o, asOf + engine.Day(x.Horizon+o.Freeze)})
		}
	}
	slices.SortStableFunc(out, func(a, b forecast) int { return cmp.Compare(a.asOf, b.asOf) })
	return out, nil
}

func unreadable(name string) string {
	return "snapshot " + name + " is not what it was published as, so its scores cannot be held against what happened: restore it, or run again for its as-of date"
}

// whole says whether what was scored, and of whom, is as it was published.
func (n *Night) whole(f *forecast) error {
	dir := filepath.Join(n.Data, "snapshots", f.snapshot.Name)
	return errors.Join(f.snapshot.Held(dir, "score.parquet", true), f.snapshot.Held(dir, "resident.parquet", true))
}

// outlived is what was found of snapshots that are no longer there, deleted when
// their retention period was over: what came true of them stays known. One that
// was recalled is still there, and tells nothing.
func (n *Night) outlived(all []forecast, found map[dueKey][]schema.Due) (out [][]schema.Due) {
	var keys []dueKey
	for k, rows := range found {
		_, err := os.Lstat(filepath.Join(n.Data, "snapshots", k.snapshot))
		if errors.Is(err, fs.ErrNotExist) && rows[0].AsOf >= n.AsOf-dueMonths*30 && !slices.ContainsFunc(all, func(f forecast) bool { return dueKey{f.snapshot.Name, f.model} == k }) {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b dueKey) int {
		return cmp.Or(cmp.Compare(a.snapshot, b.snapshot), cmp.Compare(a.model, b.model))
	})
	for _, k := range keys {
		out = append(out, found[k])
	}
	return out
}

// stepDue holds the scores of earlier snapshots against what happened, each once
// it can be known. What an earlier night found is kept.
func (n *Night) stepDue() pipeline.Step {
	return pipeline.Step{
		Name: "due", Keep: 1,
		Digest: func(_ context.Context, r *pipeline.Run) (string, error) {
			all, err := n.forecasts(func(string, string) {})
			if err != nil {
				return "", err
			}
			var of []any
			for _, f := range all {
				of = append(of, f.snapshot.Name, f.model, f.due)
			}
			found, err := n.foundDue()
			return digest(r.Identity("curate"), n.AsOf.String(), n.Outcomes.Hash, n.Codelists.Hash, n.Config.DataFrom(), n.Config.Model.Seed, n.switches(), of, found.SHA256), err
		},
		Do: n.due,
	}
}

// foundDue is what the previous snapshot's manifest says of what it found.
func (n *Night) foundDue() (snapshot.File, error) {
	name, _, err := n.previous()
	if err != nil || name == "" {
		return snapshot.File{}, err
	}
	m, err := snapshot.ReadManifest(filepath.Join(n.Data, "snapshots", name))
	return m.Files[dueFile], err
}

func (n *Night) due(ctx context.Context, r *pipeline.Run, dir string) error {
	all, err := n.forecasts(r.Warn)
	if err != nil {
		return err
	}
	db, err := n.open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	found, err := n.earlierDue(ctx, db)
	if err != nil {
		return err
	}
	rows := make([][]schema.Due, len(all))
	var now []int // places in all of what can be known tonight and was not before
	for k, f := range all {
		switch {
		case len(found[dueKey{f.snapshot.Name, f.model}]) > 0:
			rows[k] = found[dueKey{f.snapshot.Name, f.model}]
		case f.outcome.Ready(f.asOf, n.AsOf, f.horizon) != nil:
			rows[k] = []schema.Due{f.unknown()}
		default:
			if err := n.whole(&f); err != nil {
				r.Warn("due-unreadable", unreadable(f.snapshot.Name))
				rows[k] = []schema.Due{f.unknown()}
				continue
			}
			now = append(now, k)
		}
	}
	rows = append(rows, n.outlived(all, found)...)
	if len(now) > 0 {
		labels, err := n.happenedAfter(ctx, r, db, all, now)
		if err != nil {
			return err
		}
		for i, k := range now {
			if rows[k], err = n.measureDue(ctx, db, &all[k], labels); err != nil {
				return err
			}
			r.Advance(int64(i+1), int64(len(now)), "forecasts")
		}
	}
	r.Count("forecasts that came due", int64(len(now)))
	slices.SortStableFunc(rows, func(a, b []schema.Due) int { return cmp.Compare(a[0].AsOf, b[0].AsOf) })
	return schema.Write(filepath.Join(dir, dueFile), schema.PublishedTable("due"), func(yield func(any) bool) {
		for _, part := range rows {
			for i := range part {
				if !yield(&part[i]) {
					return
				}
			}
		}
	})
}

type dueKey struct{ snapshot, model string }

// earlierDue reads what the previous snapshot found.
func (n *Night) earlierDue(ctx context.Context, db *lake.DB) (map[dueKey][]schema.Due, error) {
	out := map[dueKey][]schema.Due{}
	file, err := n.foundDue()
	if err != nil || file.SHA256 == "" {
		return out, err
	}
	name, _, err := n.previous()
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(n.Data, "snapshots", name)
	m, err := snapshot.ReadManifest(dir)
	if err == nil {
		err = m.Held(dir, dueFile, true)
	}
	if err != nil {
		return nil, err
	}
	rows, err := lake.Rows[schema.Due](ctx, db, filepath.Join(dir, dueFile), "people >= 0")
	for _, x := range rows {
		k := dueKey{x.Snapshot, x.Model}
		out[k] = append(out[k], x)
	}
	return out, err
}

// whatHappened is the labels of some days.
type whatHappened struct {
	on       map[engine.Day]*labelled
	outcomes []string
}

// labelled is what happened to everyone who could be scored on a day, by person.
type labelled struct {
	person []engine.Person
	labels [][]outcome.Label // by outcome, as whatHappened has them
}

// happenedAfter labels the people of the days of some forecasts, in one pass over
// the record.
func (n *Night) happenedAfter(ctx context.Context, r *pipeline.Run, db *lake.DB, all []forecast, now []int) (*whatHappened, error) {
	out := map[engine.Day]*labelled{}
	var ids []string
	var dates []engine.Day
	most := engine.Day(0)
	for _, k := range now {
		f := &all[k]
		if out[f.asOf] == nil {
			out[f.asOf] = &labelled{}
			dates = append(dates, f.asOf)
		}
		if !slices.Contains(ids, f.outcome.ID) {
			ids = append(ids, f.outcome.ID)
		}
		most = max(most, f.asOf+engine.Day(f.horizon))
	}
	slices.Sort(dates)
	curated := r.Output("curate")
	words, err := compute.Words(ctx, db, curated)
	if err != nil {
		return nil, err
	}
	p, err := outcome.Compile(n.Outcomes, ids, n.Codelists, slices.Values(words))
	if err != nil {
		return nil, err
	}
	for _, w := range outcome.Moved(n.Outcomes, ids, n.switches(), dates[0], most) {
		r.Warn(w.Code, w.Say)
	}
	nothing, err := compute.Plan(ctx, db, curated, n.Catalogue.Subset(nil), n.Codelists, n.Analytes)
	if err != nil {
		return nil, err
	}
	err = compute.Buckets(ctx, curated, nothing, dates, n.AsOf, compute.Options{Kernel: kernel.Options{Outcomes: p, DataFrom: n.Config.DataFrom()}, Workers: n.Config.Run.Workers(), MemoryMiB: n.Config.Run.Memory() / 2, Temp: filepath.Join(n.Data, "tmp")},
		func(_ int, part *kernel.Result) error {
			for i, person := range part.Persons {
				x := out[part.Index[i]]
				if x.labels == nil {
					x.labels = make([][]outcome.Label, len(p.Outcomes))
				}
				x.person = append(x.person, person)
				for o := range x.labels {
					x.labels[o] = append(x.labels[o], part.Labels[o][i])
				}
			}
			return nil
		})
	return &whatHappened{out, ids}, err
}

func (f *forecast) row(by, label string) schema.Due {
	nan := math.NaN()
	return schema.Due{Snapshot: f.snapshot.Name, AsOf: f.asOf, Model: f.model, Horizon: int64(f.horizon), DueOn: f.due, KnownOn: engine.NoDay, By: by, Label: label, Weight: nan, Events: nan, Expected: nan,
		Ratio: nan, RatioLow: nan, RatioHigh: nan, Slope: nan, SlopeLow: nan, SlopeHigh: nan, AUROC: nan, AUROCLow: nan, AUROCHigh: nan}
}

// unknown is the row of a forecast of which nothing is known yet.
func (f *forecast) unknown() schema.Due {
	x := f.row(schema.DueEveryone, "")
	x.People = -1
	return x
}

// measureDue holds the scores of a forecast against what happened. Who is not at
// risk of the outcome on the day, for being in hospital, is left out, as in the
// training.
func (n *Night) measureDue(ctx context.Context, db *lake.DB, f *forecast, what *whatHappened) ([]schema.Due, error) {
	dir := filepath.Join(n.Data, "snapshots", f.snapshot.Name)
	scores, err := lake.Rows[schema.Score](ctx, db, filepath.Join(dir, "score.parquet"), "probability IS NOT NULL AND NOT isnan(probability) AND model = "+lake.Quote(f.model), "person")
	if err != nil {
		return nil, err
	}
	residents, err := lake.Rows[schema.Resident](ctx, db, filepath.Join(dir, "resident.parquet"), "", "person")
	if err != nil {
		return nil, err
	}
	people, labels := what.of(f)
	groups := []evaluate.Group{{Name: schema.DueNetwork}, {Name: schema.DuePractice}, {Name: "age"}, {Name: "sex"}, {Name: "deprivation quintile"}, {Name: "ethnic group"}}
	var d evaluate.Data
	var rows []censor.Row
	at, home := 0, 0
	for _, s := range scores {
		for at < len(people) && people[at] < s.Person {
			at++
		}
		for home < len(residents) && residents[home].Person < s.Person {
			home++
		}
		if at == len(people) || people[at] != s.Person || !labels[at].AtRisk() {
			continue
		}
		l := labels[at].Within(f.horizon)
		rows = append(rows, censor.Row{Status: censorStatus[l.Status], Day: int(l.Day)})
		d.Probability = append(d.Probability, s.Probability)
		x := schema.Resident{Age: -1}
		if home < len(residents) && residents[home].Person == s.Person {
			x = residents[home]
		}
		ethnic := ""
		if x.Ethnic != "" {
			ethnic = EthnicGroup(x.Ethnic[0])
		}
		for g, label := range []string{x.PCN, x.Practice, AgeBand(int(x.Age)), SexWord(x.Sex), Quintile(x.IMD), ethnic} {
			groups[g].Labels = append(groups[g].Labels, label)
		}
	}
	everyone := f.row(schema.DueEveryone, "")
	everyone.KnownOn = n.AsOf
	if len(rows) == 0 {
		everyone.Weight, everyone.Events, everyone.Expected = 0, 0, 0
		return []schema.Due{everyone}, nil
	}
	weighed, err := censor.Weigh(rows, f.horizon)
	if err != nil {
		return nil, err
	}
	d.Y, d.W, d.Groups = weighed.Label, weighed.Weight, groups
	if !slices.ContainsFunc(d.W, func(w float64) bool { return w > 0 }) { // everyone left
		everyone.Weight, everyone.Events, everyone.Expected = 0, 0, 0
		return []schema.Due{everyone}, nil
	}
	got, err := evaluate.Evaluate(d, evaluate.Options{Seed: n.Config.Model.Seed, Threads: n.Config.Run.Workers(), Replicates: 100})
	if err != nil {
		return nil, err
	}
	expected := map[[2]string]float64{} // weighted sums of probabilities, by part and label
	for i, p := range d.Probability {
		expected[[2]string{schema.DueEveryone}] += d.W[i] * p
		for _, g := range groups {
			expected[[2]string{g.Name, g.Labels[i]}] += d.W[i] * p
		}
	}
	measured := func(by, label string, m *evaluate.Measures) schema.Due {
		x := f.row(by, label)
		x.KnownOn, x.People, x.Weight, x.Events, x.Expected = n.AsOf, int64(m.People), m.Weight, m.Events, expected[[2]string{by, label}]
		x.Ratio, x.RatioLow, x.RatioHigh = float64(m.ObservedExpected.Value), float64(m.ObservedExpected.Low), float64(m.ObservedExpected.High)
		x.Slope, x.SlopeLow, x.SlopeHigh = float64(m.Slope.Value), float64(m.Slope.Low), float64(m.Slope.High)
		x.AUROC, x.AUROCLow, x.AUROCHigh = float64(m.AUROC.Value), float64(m.AUROC.Low), float64(m.AUROC.High)
		return x
	}
	out := []schema.Due{measured(schema.DueEveryone, "", &got.Measures)}
	for k, b := range got.Bands {
		x := f.row(schema.DueTenth, fmt.Sprintf("%02d", k+1))
		x.KnownOn, x.People, x.Weight, x.Events, x.Expected = n.AsOf, int64(math.Round(b.Weight)), b.Weight, b.Observed, b.Expected
		if b.Expected > 0 {
			per := b.Weight / b.Expected
			x.Ratio, x.RatioLow, x.RatioHigh = b.Observed/b.Expected, float64(b.Rate.Low)*per, float64(b.Rate.High)*per
		}
		out = append(out, x)
	}
	for i := range got.Subgroups {
		g := &got.Subgroups[i]
		out = append(out, measured(g.Group, g.Label, &g.Measures))
	}
	return out, nil
}

// of gives the people and labels of a forecast.
func (w *whatHappened) of(f *forecast) ([]engine.Person, []outcome.Label) {
	x, o := w.on[f.asOf], slices.Index(w.outcomes, f.outcome.ID)
	if x == nil || o < 0 || x.labels == nil {
		return nil, nil
	}
	return x.person, x.labels[o]
}
