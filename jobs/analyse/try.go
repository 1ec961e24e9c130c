//go:build duckdb_arrow

package analyse

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"leftshift/engine"
	"leftshift/engine/disclosure"
	"leftshift/engine/lake"
	"leftshift/engine/schema"
	"leftshift/features/catalogue"
	"leftshift/features/compute"
	"leftshift/features/kernel"
	"leftshift/features/matrix"
	"leftshift/jobs/definitions"
)

// Trial is what a feature gives over everyone in the population on a day.
// Counts of people have passed disclosure control.
type Trial struct {
	Feature string `json:"feature"`
	Title   string `json:"title"`
	Unit    string `json:"unit,omitempty"`
	AsOf    string `json:"as_of"`

	People disclosure.Cell `json:"people"`
	States []Part          `json:"states"`
	// Quantiles of the values that are known and not zero; nil where they would
	// tell of fewer people than may be shown.
	Quantiles []Quantile `json:"quantiles"`
	Histogram []Part     `json:"histogram"` // of the same values
	Groups    []Division `json:"groups"`
	// Association with the outcome of the model in service; nil where no
	// finished outcome is at hand, and then Unassociated says why.
	Association  *Association `json:"association"`
	Unassociated string       `json:"unassociated,omitempty"`
}

// Part is people of one kind.
type Part struct {
	Label  string          `json:"label"`
	People disclosure.Cell `json:"people"`
}

// Quantile is a value below which a share of people lies.
type Quantile struct {
	Share float64 `json:"share"`
	Value float64 `json:"value"`
}

// Division is a table of groups of people.
type Division struct {
	By     string  `json:"by"`
	Groups []Group `json:"groups"`
}

// Group is people of one age band, sex or practice. Shares are percentages,
// nil where they would tell of fewer people than may be shown.
type Group struct {
	Label         string          `json:"label"`
	People        disclosure.Cell `json:"people"`
	Known         *float64        `json:"known"`          // have a value, zero included
	Some          *float64        `json:"some"`           // have one other than zero
	NotObservable *float64        `json:"not_observable"` // no source could show it
	Mean          *float64        `json:"mean"`           // of the known values
}

// Association is how well the feature alone tells who had the outcome.
type Association struct {
	Model   string          `json:"model"` // whose outcome it is
	Index   string          `json:"index_date"`
	People  disclosure.Cell `json:"people"`  // with a value and a finished outcome
	Outcome disclosure.Cell `json:"outcome"` // of them, who had it
	// AUROC is the chance that someone with the outcome has a greater value
	// than someone without, ties a half; below 0.5 smaller values mean risk.
	AUROC    float64 `json:"auroc"`
	Low, Top float64 `json:"-"` // 95 % interval
}

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

// Labels are the finished outcomes of the model in service.
type Labels struct {
	Model string
	Index engine.Day
	of    map[engine.Person]schema.TestRow
}

// ReadLabels reads the evaluation of a snapshot, whose rows are of the model
// that lists are ranked by first. Nil when it holds none.
func ReadLabels(ctx context.Context, db *lake.DB, path, model string) (*Labels, error) {
	rows, err := lake.Rows[schema.TestRow](ctx, db, path, "")
	if err != nil {
		return nil, err
	}
	out := &Labels{Model: model, Index: engine.NoDay, of: map[engine.Person]schema.TestRow{}}
	for _, x := range rows {
		if x.Model == model && (out.Index == engine.NoDay || x.Index == out.Index) {
			out.Index = x.Index
			out.of[x.Person] = x
		}
	}
	if len(out.of) == 0 {
		return nil, nil
	}
	return out, nil
}

// one is one person's value.
type one struct {
	value float32
	place kernel.Place
}

// Try computes features over the whole lake on the path of the night and sums
// them up, in the order of Features.
func Try(ctx context.Context, db *lake.DB, q Ask) ([]*Trial, Cost, error) {
	started := time.Now()
	dates := []engine.Day{q.On}
	if q.Labels != nil && q.Labels.Index != q.On {
		dates = append(dates, q.Labels.Index)
		slices.Sort(dates)
	}
	part := q.Set.Catalogue.Subset(q.Features)
	p, err := compute.Plan(ctx, db, q.Curated, part, q.Set.Codelists, q.Set.Analytes)
	if err != nil {
		return nil, Cost{}, err
	}
	opt, err := Options(ctx, db, q.Curated, dates, q.DataFrom)
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
	if err := db.Codes(ctx, q.Curated, func(code engine.Code, _ engine.System, text string) {
		if practices[code] {
			names[code] = text
		}
	}); err != nil {
		return nil, Cost{}, err
	}
	out := make([]*Trial, len(q.Features))
	for k, id := range q.Features {
		out[k] = sum(part.Find(id), q, values[k], names)
		if q.Labels == nil {
			out[k].Unassociated = "no model is in service whose evaluation holds finished outcomes: train one"
			continue
		}
		out[k].Association, out[k].Unassociated = past[k].associate(q)
	}
	cost.Took = time.Since(started)
	return out, cost, nil
}

// State words, in the order of States.
var stateLabels = []string{"a value other than zero", "zero", "unknown", "not observable"}

func stateOf(v float32) int {
	switch {
	case matrix.StateOf(v) == matrix.Unobservable:
		return 3
	case v != v:
		return 2
	case v == 0:
		return 1
	}
	return 0
}

// sum makes the trial of one feature.
func sum(d *catalogue.Definition, q Ask, values []one, names map[engine.Code]string) *Trial {
	t := &Trial{Feature: d.ID, Title: d.Title, Unit: d.Unit, AsOf: q.On.String(), Quantiles: []Quantile{}}
	states := make([]int, len(stateLabels))
	var some []float64 // values other than zero, ascending
	for _, x := range values {
		s := stateOf(x.value)
		states[s]++
		if s == 0 {
			some = append(some, float64(x.value))
		}
	}
	slices.Sort(some)
	small := smallest(q.Rule)
	for _, share := range []float64{0.05, 0.25, 0.5, 0.75, 0.95} {
		if float64(len(some))*min(share, 1-share) > float64(small) {
			t.Quantiles = append(t.Quantiles, Quantile{share, round3(some[int(math.Ceil(share*float64(len(some))))-1])})
		}
	}
	var bins []bin
	if len(some) > small {
		bins = binsOf(some, small)
	}
	counts := make([]int, len(bins))
	for _, v := range some {
		for i, b := range bins {
			if v < b.below {
				counts[i]++
				break
			}
		}
	}
	divisions := []division{divide(values, "Age", ages), divide(values, "Sex", sexes), divide(values, "Practice", func(p kernel.Place) (int, string) {
		if p.Practice == 0 {
			return math.MaxInt, "not registered"
		}
		if names[p.Practice] == "" {
			return math.MaxInt - 1, "not in the dictionary"
		}
		return 0, names[p.Practice]
	})}
	parts := [][]int{states, counts}
	for _, g := range divisions {
		parts = append(parts, g.people())
	}
	cells := q.Rule.Partitions(parts...)
	t.People = disclosure.Sum(cells[0]...)
	for i, label := range stateLabels {
		t.States = append(t.States, Part{label, cells[0][i]})
	}
	t.Histogram = []Part{}
	for i, b := range bins {
		t.Histogram = append(t.Histogram, Part{b.label, cells[1][i]})
	}
	for i, g := range divisions {
		t.Groups = append(t.Groups, g.shown(q.Rule, cells[2+i]))
	}
	return t
}

// smallest is the greatest count that is hidden.
func smallest(r disclosure.Rule) int {
	n := 0
	for k := 1; k <= 1000; k++ {
		if _, ok := r.Count(k).Value(); ok {
			break
		}
		n = k
	}
	return n
}

// round3 rounds to three significant digits, so that a quantile is nobody's
// exact value where values are many.
func round3(v float64) float64 {
	if v == 0 || math.Abs(v) >= 1e15 {
		return v
	}
	p := math.Pow(10, 2-math.Floor(math.Log10(math.Abs(v))))
	return math.Round(v*p) / p
}

func ages(p kernel.Place) (int, string) {
	for i, b := range []struct {
		below int16
		label string
	}{{0, "not known"}, {18, "0 to 17"}, {40, "18 to 39"}, {65, "40 to 64"}, {75, "65 to 74"}, {85, "75 to 84"}, {math.MaxInt16, "85 and over"}} {
		if p.Age < b.below {
			return i, b.label
		}
	}
	return 7, "85 and over"
}

func sexes(p kernel.Place) (int, string) {
	switch p.Sex {
	case engine.Male:
		return 0, "male"
	case engine.Female:
		return 1, "female"
	}
	return 2, "indeterminate or not known"
}

// division counts people by group.
type division struct {
	by     string
	groups []*tally
}

type tally struct {
	rank                               int
	label                              string
	people, known, some, notObservable int
	total                              float64
}

// divide groups people; groups come in order of rank, then label.
func divide(values []one, by string, of func(kernel.Place) (int, string)) division {
	type key struct {
		rank  int
		label string
	}
	at := map[key]*tally{}
	for _, x := range values {
		rank, label := of(x.place)
		g := at[key{rank, label}]
		if g == nil {
			g = &tally{rank: rank, label: label}
			at[key{rank, label}] = g
		}
		g.people++
		switch stateOf(x.value) {
		case 0:
			g.known++
			g.some++
			g.total += float64(x.value)
		case 1:
			g.known++
		case 3:
			g.notObservable++
		}
	}
	d := division{by: by}
	for _, g := range at {
		d.groups = append(d.groups, g)
	}
	slices.SortFunc(d.groups, func(a, b *tally) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.label, b.label))
	})
	return d
}

func (d division) people() []int {
	out := make([]int, len(d.groups))
	for i, g := range d.groups {
		out[i] = g.people
	}
	return out
}

// shown is the division as it may leave. A share is shown where neither who
// has it nor who has not are few.
func (d division) shown(r disclosure.Rule, cells []disclosure.Cell) Division {
	out := Division{By: d.by}
	for i, g := range d.groups {
		x := Group{Label: g.label, People: cells[i]}
		share := func(n, of int) *float64 {
			if _, ok := cells[i].Value(); !ok {
				return nil
			}
			if _, ok := r.Count(of - n).Value(); !ok {
				return nil
			}
			if v, ok := disclosure.Percent(r.Count(n), r.Count(of)); ok {
				return &v
			}
			return nil
		}
		x.Known, x.Some, x.NotObservable = share(g.known, g.people), share(g.some, g.people), share(g.notObservable, g.people)
		// A mean of zeros and a few others tells how many the others are, exactly
		// where they are all 1. So it is shown only where these may be, and to as
		// many figures as counts are.
		if g.known > 0 && x.Known != nil && x.Some != nil && g.total != float64(g.some) {
			if v, ok := r.Mean(g.some, g.total/float64(g.known)); ok {
				v = round3(v)
				x.Mean = &v
			}
		}
		out.Groups = append(out.Groups, x)
	}
	return out
}
