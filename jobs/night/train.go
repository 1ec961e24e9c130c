//go:build duckdb_arrow

package night

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"

	"leftshift/engine"
	"leftshift/engine/schema"
	"leftshift/features/catalogue"
	"leftshift/features/compute"
	"leftshift/features/kernel"
	"leftshift/features/matrix"
	"leftshift/features/outcome"
	"leftshift/jobs/followup"
	"leftshift/jobs/pipeline"
	"leftshift/models/boost"
	"leftshift/models/censor"
	"leftshift/models/registry"
	"leftshift/models/train"
)

// trainDates is how many quarterly index dates a training uses at most.
const trainDates = 4

// manyRows is from where on half of the people fit about as well as most.
const manyRows = 200_000

// indexDates derives the index dates of a training from the as-of date: the
// test date is the last month end whose longest horizon and freeze have
// passed; the last training date is the last month end whose labels had
// closed by then; the others lie three, six and nine months before it.
func indexDates(asOf engine.Day, horizon, freeze int) (trainOn []engine.Day, test engine.Day) {
	test = followup.Latest(asOf, horizon, freeze)
	last := followup.Latest(test, horizon, freeze)
	for k := trainDates - 1; k >= 0; k-- {
		trainOn = append(trainOn, monthsBefore(last, 3*k))
	}
	return trainOn, test
}

// monthsBefore is the month end so many months before a month end.
func monthsBefore(end engine.Day, months int) engine.Day {
	for range months {
		end = end.Month() - 1
	}
	return end
}

// held gives the index dates of a training on which the sources held data. The
// error is that there is none, or that the test date is not one.
func (n *Night) held(ctx context.Context, r *pipeline.Run, curated string, trainOn []engine.Day, test engine.Day) ([]engine.Day, error) {
	db, err := n.open(ctx)
	if err != nil {
		return nil, err
	}
	starts, err := compute.Starts(ctx, db, curated)
	if err := errors.Join(err, db.Close()); err != nil {
		return nil, err
	}
	if err := starts.Check("test index date", test, n.Config.DataFrom()); err != nil {
		return nil, err
	}
	var out []engine.Day
	for _, d := range trainOn {
		if err = starts.Check("index date", d, n.Config.DataFrom()); err == nil {
			out = append(out, d)
		}
	}
	if len(out) == 0 {
		return nil, err // of the last index date
	}
	if left := len(trainOn) - len(out); left > 0 {
		r.Warn("train-before-data", fmt.Sprintf("%d of %d index dates of the training lie before %s, the first day of data, and are left out", left, len(trainOn), starts.First(n.Config.DataFrom())))
	}
	return out, nil
}

// stepTrain fits and evaluates a bundle; stepApprove saves it.
func (n *Night) stepTrain() pipeline.Step {
	return pipeline.Step{
		Name: "train", Keep: 2,
		Digest: func(ctx context.Context, r *pipeline.Run) (string, error) {
			acted, err := n.acted(ctx)
			if err != nil {
				return "", err
			}
			served := ""
			if len(acted) > 0 { // else who serves makes no difference
				if served, err = n.listsBy(); err != nil {
					return "", err
				}
			}
			const form = 3 // of the output: 1 held the name of a bundle that was saved already, 2 had fewer groups
			return digest(form, r.Identity("curate"), n.Catalogue.Hash, n.Codelists.Hash, n.AsOf.String(), n.Config.DataFrom(), n.Config.Model.Outcome, n.Outcomes.Hash, n.Config.Model.Horizons, n.Config.Model.Seed, n.Config.Model.Boost, n.Config.Model.TestGap, n.Config.Model.Leavers, n.switches(), n.Config.Site.Name, n.Config.Train, n.Config.Model.Without, served, actedLines(acted)), nil
		},
		Do: func(ctx context.Context, r *pipeline.Run, dir string) error { return n.train(ctx, r, dir) },
	}
}

func (n *Night) train(ctx context.Context, r *pipeline.Run, dir string) error {
	m := n.Config.Model
	longest := slices.Max(m.Horizons)
	trainOn, test := indexDates(n.AsOf, longest, m.TestGap)
	trainOn, err := n.held(ctx, r, r.Output("curate"), trainOn, test)
	if err != nil {
		return err
	}
	dates := append(slices.Clone(trainOn), test)
	what, outcomes, err := n.outcome(ctx, r.Output("curate"), dates, longest)
	if err != nil {
		return err
	}
	got, err := n.kernel(ctx, r, r.Output("curate"), dates, kernel.Options{Outcomes: outcomes})
	if err != nil {
		return err
	}
	seen := &got.Outcomes[0]
	if err := seen.Check(); err != nil {
		return err
	}
	for _, f := range append(seen.Doubts(float64(m.Leavers)), outcome.Moved(n.Outcomes, []string{what.ID}, n.switches(), dates[0], test+engine.Day(longest))...) {
		r.Warn(f.Code, f.Say)
	}
	places, err := n.networks(ctx, r.Output("curate"))
	if err != nil {
		return err
	}
	s := sample(got, n.modelColumns(), m.Horizons, places)
	guard, err := n.guard(ctx, r, got, s)
	if err != nil {
		return err
	}
	folds := train.DefaultFolds
	if s.Matrix.Rows < manyRows {
		folds = 4 // an evaluated fit then has three quarters of the people, not half
	}
	b := boostOptions(n, s.Matrix.Rows, len(s.Matrix.Columns))
	models, err := train.Fit(ctx, s, test, train.Options{Horizons: m.Horizons, Folds: folds, Seed: m.Seed, Boost: b, Threads: n.Config.Run.Workers(), Logistic: true, Without: n.madeOf(m.Without),
		Progress: func(done, total int, what string) { r.Advance(int64(done), int64(total), "fits") }})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		var fault *engine.Fault
		if !errors.As(err, &fault) {
			err = &engine.Fault{Code: "train-not-possible", Say: fmt.Sprintf("the models could not be fitted to the %d rows of the index dates: there are too few people, or too few of them with or without the outcome", s.Matrix.Rows), Err: err}
		}
		return err
	}
	bundle := &registry.Bundle{Format: 1, Outcome: what.ID + ": first to be " + what.Sentence + ", before death, within the horizon, of people alive, registered and not in hospital on the index date",
		Catalogue: n.Catalogue.Hash, Codelists: n.Codelists.Hash, Site: n.Config.Site.Name, Synthetic: n.Config.Site.Synthetic, Purpose: n.Config.Site.Purpose,
		Knowledge: n.AsOf.String(), TestIndex: test.String(), Freeze: m.TestGap, TrainRows: s.Matrix.Rows - len(models[0].Rows), TestRows: len(models[0].Rows), Folds: folds, Seed: m.Seed,
		DeathsPer1000: seen.DeathRate(), LeaversPer1000: seen.LeavingRate(), ExpectedDeathsPer1000: seen.ExpectedDeathRate(), ExpectedLeaversPer1000: float64(m.Leavers), Guard: guard}
	for _, d := range trainOn {
		bundle.TrainIndex = append(bundle.TrainIndex, d.String())
	}
	for _, c := range s.Matrix.Columns {
		bundle.Columns = append(bundle.Columns, c.ID)
	}
	bundle.Features = n.Catalogue.Subset(bundle.Columns).Hash
	bundle.Definitions = definitionsOf(n.Catalogue, bundle.Columns)
	files := map[string][]byte{}
	for i := range models {
		bundle.Models = append(bundle.Models, models[i].Fitted)
		plots, err := models[i].Plots()
		if err != nil {
			return err
		}
		for name, svg := range plots {
			files[name] = svg
		}
	}
	files["card.md"] = []byte(bundle.Card())
	if err := writeTestRows(filepath.Join(dir, "test_row.parquet"), s, models); err != nil {
		return err
	}
	r.Count("rows trained on", int64(bundle.TrainRows))
	r.Count("rows tested on", int64(bundle.TestRows))
	return writeTrained(dir, bundle, files)
}

func boostOptions(n *Night, rows, columns int) boost.Options {
	b := n.Config.Model.Boost
	opt := boost.Options{Trees: b.Rounds, Leaves: b.Leaves, LearningRate: b.LearningRate, L2: b.L2, MinChildRows: b.MinChildRows, EarlyStop: b.EarlyStop}
	// Chosen on synthetic people: many small, slow trees over few columns each.
	fill := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	fill(&opt.Trees, 400)
	fill(&opt.Leaves, 8)
	fill(&opt.MinChildRows, min(200, max(20, rows/150))) // fewer where there are few people
	if opt.LearningRate == 0 {
		opt.LearningRate = 0.025
	}
	if opt.L2 == 0 {
		opt.L2 = 20
	}
	opt.FeatureFraction, opt.RowFraction = min(0.2, 50/float64(max(columns, 1))), 0.5
	return opt
}

// modelColumns are the columns that models read. Counts of activity without a
// window are left out: they grow with the length of the record, so that people
// of a past index date would seem less ill than the same people today. So is
// what is known of tonight only: at a past index date it would tell the future.
func (n *Night) modelColumns() map[string]bool {
	out := map[string]bool{}
	for _, d := range n.Catalogue.Definitions {
		activity := d.Aggregate == catalogue.Count || d.Aggregate == catalogue.Days || d.Aggregate == catalogue.BedDays || d.Aggregate == catalogue.DistinctSpells
		if !(activity && d.Days == catalogue.Ever) && !d.OfTonight() {
			out[d.ID] = true
		}
	}
	return out
}

// outcome finds the outcome that the configuration names, and sees that its
// labels are complete.
func (n *Night) outcome(ctx context.Context, curated string, dates []engine.Day, horizon int) (*outcome.Outcome, *outcome.Plan, error) {
	id := n.Config.Model.Outcome
	o := n.Outcomes.Find(id)
	if o == nil {
		return nil, nil, &engine.Fault{Code: "outcome-unknown", Say: "model.outcome names " + id + ", which is no outcome: `leftshift outcomes list` shows them"}
	}
	if horizon > o.Horizon() {
		return nil, nil, &engine.Fault{Code: "outcome-horizon", Say: fmt.Sprintf("outcome %s is declared for at most %d days, and model.horizons asks for %d: shorten the horizons", id, o.Horizon(), horizon)}
	}
	for _, d := range dates {
		if err := o.Ready(d, n.AsOf, horizon); err != nil {
			return nil, nil, err
		}
	}
	db, err := n.open(ctx)
	if err != nil {
		return nil, nil, err
	}
	words, err := compute.Words(ctx, db, curated)
	if err := errors.Join(err, db.Close()); err != nil {
		return nil, nil, err
	}
	p, err := outcome.Compile(n.Outcomes, []string{id}, n.Codelists, slices.Values(words))
	return o, p, err
}

// switches are the declared changes of recording.
func (n *Night) switches() []outcome.Switch {
	out := make([]outcome.Switch, len(n.Config.Switch))
	for i, s := range n.Config.Switch {
		out[i] = outcome.Switch(s)
	}
	return out
}

var censorStatus = [...]censor.Status{outcome.Completed: censor.Completed, outcome.Event: censor.Event, outcome.Died: censor.Died, outcome.Left: censor.Left,
	outcome.Ended: censor.Died, outcome.Cut: censor.Left}

// sample makes rows of a kernel result what models are fitted on: those of
// people at risk of the first outcome, and the columns named that vary. networks
// are the ODS codes of the practices' networks.
func sample(r *kernel.Result, columns map[string]bool, horizons []int, networks map[engine.Code]string) *train.Sample {
	m := &matrix.Matrix{Rows: r.Matrix.Rows}
	for j, c := range r.Matrix.Columns {
		if columns[c.ID] && varies(r.Matrix.Values[j]) {
			m.Columns, m.Values, m.Last = append(m.Columns, c), append(m.Values, r.Matrix.Values[j]), append(m.Last, nil)
		}
	}
	var rows []int
	for i, l := range r.Labels[0] {
		if l.AtRisk() {
			rows = append(rows, i)
		}
	}
	s := &train.Sample{Matrix: m, Person: r.Persons, Index: r.Index, Outcome: map[int][]censor.Row{}}
	if len(rows) < m.Rows {
		s.Matrix, s.Person, s.Index = m.Take(rows), make([]engine.Person, len(rows)), make([]engine.Day, len(rows))
		for k, i := range rows {
			s.Person[k], s.Index[k] = r.Persons[i], r.Index[i]
		}
	}
	s.Groups = evaluationGroups(r, rows, networks)
	for _, h := range horizons {
		out := make([]censor.Row, len(rows))
		for k, i := range rows {
			l := r.Labels[0][i].Within(h)
			out[k] = censor.Row{Status: censorStatus[l.Status], Day: int(l.Day), Stratum: int(r.Index[i])} // people may leave at another rate next year
		}
		s.Outcome[h] = out
	}
	return s
}

// varies says whether a column has two values, unknown being one.
func varies(col []float32) bool {
	for _, v := range col {
		if a, b := v != v, col[0] != col[0]; a != b || !a && v != col[0] {
			return true
		}
	}
	return false
}

func writeTestRows(path string, s *train.Sample, models []train.Model) error {
	return schema.Write(path, schema.PublishedTable("test_row"), func(yield func(any) bool) {
		for _, m := range models {
			for k, i := range m.Rows {
				if !yield(&schema.TestRow{Person: s.Person[i], Model: m.Name, Index: s.Index[i], Probability: m.Test[k], Label: uint8(m.Label[k]), Weight: m.Weight[k]}) {
					return
				}
			}
		}
	})
}

// Truth is what a synthetic site knows of the best possible model.
type Truth struct {
	Target float64 // best AUROC from observable history on the test index date; NaN not known
	Full   float64 // best AUROC for who knows the full state
	Known  bool
}

// ReadTruth looks up the test index date in a truth.json. It is for the demo's
// closing page only: no step of the night reads it.
func ReadTruth(path, index string) Truth {
	text, err := os.ReadFile(path)
	if err != nil {
		return Truth{Target: math.NaN()}
	}
	var file struct {
		Dates []struct {
			Index   string  `json:"index_date"`
			Target  float64 `json:"target_auroc"`
			Outcome struct {
				Full float64 `json:"auroc_full_state"`
			} `json:"outcome_as_recorded"`
		} `json:"index_dates"`
	}
	if json.Unmarshal(text, &file) != nil {
		return Truth{Target: math.NaN()}
	}
	for _, d := range file.Dates {
		if d.Index == index {
			return Truth{Target: d.Target, Full: d.Outcome.Full, Known: true}
		}
	}
	return Truth{Target: math.NaN()}
}
