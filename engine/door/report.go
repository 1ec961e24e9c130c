//go:build duckdb_arrow

package door

import (
	"context"
	"slices"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/disclosure"
	"leftshift/engine/snapshot"
)

// Subject is one of the pages that tell of everyone and of no one.
type Subject string

// The subjects, in the order of the menu.
const (
	OfPopulation Subject = "population"
	OfSegments   Subject = "segments"
	OfWorkload   Subject = "workload"
	OfModel      Subject = "model"
	OfQuality    Subject = "quality"
	OfRuns       Subject = "runs"
)

// Choice is what the reader of a page chose, by name; what it does not know is
// the usual.
type Choice map[string]string

// Report is a page of controlled tables.
type Report struct {
	Frame
	Options  []Option
	Sections []Section
	Card     string // the model card, Markdown; "" for none
}

// Option is something the reader may choose.
type Option struct {
	Name, Title string
	Values      []OptionValue
}

// OptionValue is one value; Chosen is the one that the tables are of.
type OptionValue struct {
	Value, Text string
	Chosen      bool
}

// Section is a part of a page: words, tables and how the first one is drawn.
type Section struct {
	Title  string
	Words  []string
	Tables []Table
	Plot   Plot
}

// Plot says how the first table of a section is drawn, from its own fields.
type Plot struct {
	Kind    PlotKind
	Columns []int    // whose numbers are drawn
	Axis    string   // what they are
	Names   []string // of calibration: of each pair; of pairs and of a waterfall: of the two columns
	Right   float64  // of points: where an estimate is right
}

// PlotKind is a shape of plot.
type PlotKind uint8

// The shapes.
const (
	NoPlot      PlotKind = iota
	Pyramid              // rows of two columns, back to back
	Bars                 // rows of one column
	Stacked              // rows of columns that make a whole
	Calibration          // pairs of columns: predicted, observed; rows are points
	Points               // rows of one column of estimates, with their intervals
	Pairs                // rows of two columns, one above the other: Names
	Waterfall            // rows of two columns: what is left, and what went: Names
)

// subjectActs are the acts of the subjects.
var subjectActs = map[Subject]access.Act{OfPopulation: access.Count, OfSegments: access.Count, OfWorkload: access.Count,
	OfModel: access.SeeModel, OfQuality: access.SeeQuality, OfRuns: access.SeeRuns}

// Tell gives a page. Every number of people on it has passed package
// disclosure.
func (d *Doors) Tell(ctx context.Context, who access.Principal, where Where, of Subject, c Choice) (*Report, error) {
	return d.report(ctx, who, where, subjectActs[of], of, string(of), c)
}

// TellTable gives one table of a page as it stands there, to be written to a
// file. A Fault with code no-page says that the page has no such table.
func (d *Doors) TellTable(ctx context.Context, who access.Principal, where Where, of Subject, table string, c Choice) (*Table, *Report, error) {
	// Whoever may not see the page may not have it as a file either.
	if decision := d.mayTell(ctx, who, of); decision != nil {
		if _, err := d.report(ctx, who, where, subjectActs[of], of, string(of)+"/"+table, c); err != nil {
			return nil, nil, err
		}
		return nil, nil, decision
	}
	r, err := d.report(ctx, who, where, access.ExportCounts, of, string(of)+"/"+table, c)
	if err != nil {
		return nil, nil, err
	}
	for _, s := range r.Sections {
		if i := slices.IndexFunc(s.Tables, func(t Table) bool { return t.ID == table }); i >= 0 {
			return &s.Tables[i], r, nil
		}
	}
	return nil, nil, &engine.Fault{Code: "no-page", Say: "there is no such table: go back to the page and choose one"}
}

// mayTell is the refusal of a page, nil where it may be seen.
func (d *Doors) mayTell(ctx context.Context, who access.Principal, of Subject) error {
	_, done, purpose, err := d.use(ctx)
	if err != nil {
		return err
	}
	defer done()
	return access.Decide(who, subjectActs[of], access.Of(purpose)).Err()
}

func (d *Doors) report(ctx context.Context, who access.Principal, where Where, act access.Act, of Subject, object string, c Choice) (*Report, error) {
	s, done, purpose, err := d.use(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	if _, err := d.pass(ctx, ask{who: who, where: where, act: act, subject: access.Of(purpose), object: object, shot: s.Name}); err != nil {
		return nil, err
	}
	b := &builder{ctx: ctx, s: s, rule: d.opt.Rule, data: d.opt.Snapshots, choice: c, once: &d.once, out: &Report{Frame: d.frame(s)}}
	make := map[Subject]func() error{OfPopulation: b.population, OfSegments: b.segments, OfWorkload: b.workload, OfModel: b.model, OfQuality: b.quality, OfRuns: b.runs}[of]
	if make == nil {
		return nil, &engine.Fault{Code: "no-page", Say: "there is no such page: go back, or to the start page"}
	}
	if err := make(); err != nil {
		return nil, err
	}
	return b.out, nil
}

// builder makes one report.
type builder struct {
	ctx    context.Context
	s      *snapshot.Snapshot
	rule   disclosure.Rule
	data   *snapshot.Holder
	choice Choice
	once   *once
	out    *Report
}

func (b *builder) add(s Section) { b.out.Sections = append(b.out.Sections, s) }

// option offers a choice and gives the value chosen: the first where what was
// sent is none of them.
func (b *builder) option(name, title string, values ...OptionValue) string {
	chosen := 0
	for i, v := range values {
		if v.Value == b.choice[name] {
			chosen = i
		}
	}
	if len(values) == 0 {
		return ""
	}
	values[chosen].Chosen = true
	b.out.Options = append(b.out.Options, Option{name, title, values})
	return values[chosen].Value
}
