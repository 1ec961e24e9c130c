//go:build duckdb_arrow

package analyse

import (
	"context"
	"fmt"
	"io"
	"math"
	"strings"

	"leftshift/engine"
	"leftshift/engine/lake"
	"leftshift/features/catalogue"
	"leftshift/features/kernel"
	"leftshift/features/matrix"
	"leftshift/features/plan"
	"leftshift/features/population"
	"leftshift/features/trace"
	"leftshift/jobs/definitions"
)

// Explanation is which rows of one person's record made a feature.
type Explanation struct {
	Person   engine.Person     `json:"person"`
	Feature  string            `json:"feature"`
	Title    string            `json:"title"`
	AsOf     string            `json:"as_of"`
	Status   string            `json:"status"` // in the population on the day, or why not
	Rows     []ExplainedRow    `json:"rows"`
	From     []ExplainedPart   `json:"derived_from,omitempty"`
	Value    *float64          `json:"value"`              // nil for unknown and not observable
	State    string            `json:"state"`              // value, unknown or not_observable
	AtLeast  bool              `json:"at_least,omitempty"` // the value is a lower bound: terms that are undecided may add to it
	Unseen   string            `json:"unseen,omitempty"`   // kinds of record that no source could show, where that is why; of what is derived, the parts that are not observable
	Last     string            `json:"last,omitempty"`
	How      string            `json:"how"`
	Sentence string            `json:"sentence"`
	Kernel   *float64          `json:"kernel"` // the kernel's value; nil for unknown
	Same     bool              `json:"same"`   // whether the two agree
	display  matrix.Display    // who may see it
	absence  matrix.Absence    // what no rows means
	skipped  int               // rows that do not count
	reads    string            // in words
	trace    *trace.Trace      // of the rows
	status   population.Status // as Status
}

// ExplainedRow is a row of the record.
type ExplainedRow struct {
	Counts    bool   `json:"counts"`
	Why       string `json:"why"`
	Table     string `json:"table"`
	Day       string `json:"day,omitempty"`
	Last      string `json:"last_day,omitempty"` // last possible day, or end
	Kind      string `json:"kind,omitempty"`
	Code      string `json:"code,omitempty"`
	Words     string `json:"words,omitempty"`
	Value     string `json:"value,omitempty"`
	Source    string `json:"source,omitempty"`
	KnownFrom string `json:"known_from,omitempty"`
	KnownTo   string `json:"known_to,omitempty"`
}

// ExplainedPart is a feature that a derived one reads.
type ExplainedPart struct {
	Feature string   `json:"feature"`
	Value   *float64 `json:"value"` // nil for unknown and not observable
	State   string   `json:"state"`
	AtLeast bool     `json:"at_least,omitempty"`
}

// Explain traces one feature of one person on a day over the curated tables of
// a folder, and holds the value of the rows against that of the kernel.
// knowledge is the day up to which the folder is curated. Codes written in the
// rows are as the record has them; no identifier is read.
func Explain(ctx context.Context, db *lake.DB, curated string, s *definitions.Set, p engine.Person, feature string, on, knowledge engine.Day, opt kernel.Options) (*Explanation, error) {
	d, err := find(s.Catalogue, feature)
	if err != nil {
		return nil, err
	}
	r, err := load(ctx, db, curated, p)
	if err != nil {
		return nil, err
	}
	part := s.Catalogue.Subset([]string{feature})
	compiled, err := plan.Compile(part, s.Codelists, s.Analytes, r.Dictionary)
	if err != nil {
		return nil, err
	}
	// What the rows give is compared; whether they could be seen is said beside it.
	// Of what is derived, the parts as they could be seen.
	shelf := &trace.Shelf{Catalogue: s.Catalogue, Codelists: s.Codelists, Analytes: s.Analytes}
	seen, err := r.Run(ctx, compiled, on, knowledge, opt)
	if err != nil {
		return nil, err
	}
	got := seen
	if d.Source != catalogue.Derived {
		opt.Coverage = nil
		if got, err = r.Run(ctx, compiled, on, knowledge, opt); err != nil {
			return nil, err
		}
	} else if seen.Unseen != nil {
		shelf.Unseen = strings.Fields(seen.Unseen[0])
	}
	j := got.Matrix.Find(feature)
	value, last := got.Matrix.Values[j][0], engine.NoDay
	if got.Matrix.Last[j] != nil {
		last = engine.Day(got.Matrix.Last[j][0])
	}
	t := trace.Of(shelf, d, r, on, opt.DataFrom)
	out := &Explanation{Person: p, Feature: d.ID, Title: d.Title, AsOf: on.String(), Status: got.Status[0].String(), Rows: []ExplainedRow{},
		Value: number(t.Value), State: "value", Last: t.Last.String(), How: t.How, Kernel: number(float64(value)), AtLeast: t.More, Same: trace.Same(t.Value, float64(value)) && t.Last == last && (d.Source != catalogue.Derived || t.State == matrix.StateOf(value)),
		Sentence: catalogue.Sentence(got.Matrix.Columns[j], value, last, on), display: d.Display, absence: d.Absence, trace: t, status: got.Status[0]}
	switch shown := seen.Matrix.Values[j][0]; {
	case matrix.StateOf(shown) == matrix.Unobservable:
		// What the rows give is no value here: Kernel has it, for the check.
		out.State, out.Unseen, out.Value = "not_observable", got.Matrix.Columns[j].Observed, nil
		out.Sentence = catalogue.Sentence(got.Matrix.Columns[j], shown, last, on)
	case math.IsNaN(t.Value):
		out.State = "unknown"
	}
	if d.Source == catalogue.Derived && out.Unseen != "" {
		out.Unseen = blind(t)
	}
	for _, x := range t.Rows {
		out.Rows = append(out.Rows, ExplainedRow{Counts: x.Counts, Why: x.Why, Table: x.Table, Day: x.Day.String(), Last: x.Last.String(), Kind: x.Kind, Code: x.Code, Words: x.Words,
			Value: x.Value, Source: x.Source, KnownFrom: x.KnownFrom.String(), KnownTo: x.KnownTo.String()})
		if !x.Counts {
			out.skipped++
		}
	}
	for _, x := range t.From {
		out.From = append(out.From, ExplainedPart{x.Feature, number(x.Value), x.State.String(), x.More})
	}
	for _, ref := range part.References(s.Codelists, on.String()) {
		if ref.ID == d.ID {
			out.reads = ref.Reads + "; " + ref.Window
		}
	}
	return out, nil
}

// blind names the parts of a derived feature that are not observable.
func blind(t *trace.Trace) string {
	var out []string
	for _, x := range t.From {
		if x.State == matrix.Unobservable {
			out = append(out, x.Feature)
		}
	}
	return strings.Join(out, " ")
}

// Mismatch is the error of an explanation in which the rows and the kernel do
// not agree, or nil.
func (x *Explanation) Mismatch() error {
	if x.Same {
		return nil
	}
	return &engine.Fault{Code: "explain-mismatch", Say: "the rows give another value than the kernel for feature " + x.Feature + ": one of the two programs is wrong; do not use the feature, and report it"}
}

func number(v float64) *float64 {
	if math.IsNaN(v) {
		return nil
	}
	return &v
}

func say(v *float64) string {
	if v == nil {
		return "unknown"
	}
	return fmt.Sprintf("%g", math.Round(*v*1e4)/1e4)
}

// say says the value of a part, or why it has none.
func (p *ExplainedPart) say() string {
	switch {
	case p.State == matrix.Unobservable.String():
		return "not observable"
	case p.AtLeast:
		return "at least " + say(p.Value)
	}
	return say(p.Value)
}

// Write says the explanation to a person; all adds the rows that do not count.
func (x *Explanation) Write(w io.Writer, all bool) error {
	p := &page{w: w}
	p.line("%s of person %s on %s", x.Feature, x.Person, x.AsOf)
	p.line("  %s", x.Title)
	p.line("  reads %s", x.reads)
	if x.display == matrix.DisplayClinician {
		p.line("  for clinicians only: do not show it to others")
	}
	if x.status != population.Eligible {
		p.line("  the person is not in the population that day: %s", x.Status)
	}
	if len(x.From) > 0 {
		p.line("")
		p.line("Derived from (explain each for its rows):")
		for _, f := range x.From {
			p.line("  %-40s %s", f.Feature, f.say())
		}
	} else {
		p.line("")
		p.line("Rows that count: %d", len(x.Rows)-x.skipped)
		x.rows(p, true)
		if x.skipped > 0 && !all {
			p.line("%d more of these kinds and codes do not count; --all says why", x.skipped)
		}
		if all {
			p.line("")
			p.line("Rows of these kinds and codes that do not count: %d", x.skipped)
			x.rows(p, false)
		}
	}
	p.line("")
	switch {
	case len(x.From) > 0 && x.State == "not_observable":
		p.field("value", "not observable")
	case x.Unseen != "":
		p.field("value", "not observable (the rows give "+say(x.Kernel)+")")
	case x.AtLeast:
		p.field("value", "at least "+say(x.Value))
	default:
		p.field("value", say(x.Value)+unknownWords(x))
	}
	p.field("because", x.How)
	switch {
	case x.Unseen == "":
	case len(x.From) > 0:
		p.field("for", "no source could show of this person that day what these are made of: "+x.Unseen)
	default:
		p.field("but", "no source could show these kinds of record of this person that day, so having none means nothing: "+x.Unseen)
	}
	if x.Last != "" {
		p.field("newest row", x.Last)
	}
	p.field("is said as", x.Sentence)
	switch {
	case x.Same && len(x.From) > 0 && x.State == "not_observable":
		p.field("check", "the kernel says that it is not observable too")
	case x.Same:
		p.field("check", "the kernel gives "+say(x.Kernel)+" on these rows: the same")
	default:
		p.field("check", "THE KERNEL GIVES "+say(x.Kernel)+" ON THESE ROWS: NOT THE SAME")
	}
	return p.err
}

func unknownWords(x *Explanation) string {
	if x.Value == nil && x.absence == matrix.AbsenceUnknown {
		return " (not zero: nothing says what it is)"
	}
	return ""
}

func (x *Explanation) rows(p *page, counts bool) {
	for _, r := range x.Rows {
		if r.Counts != counts {
			continue
		}
		what := strings.Join(words(r.Table, days(r), r.Kind, r.Code, r.Words, r.Value), "  ")
		p.line("  %s", what)
		from := ""
		if r.Source != "" {
			from = "source " + r.Source + "; "
		}
		if r.KnownFrom != "" {
			from += "known from " + r.KnownFrom
			if r.KnownTo != "" {
				from += " to " + r.KnownTo
			}
			from += "; "
		}
		lead := "counts: "
		if !counts {
			lead = "does not count: "
		}
		p.line("      %s%s%s", from, lead, r.Why)
	}
}

func words(parts ...string) []string {
	var out []string
	for _, s := range parts {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

// days says the days of a row.
func days(r ExplainedRow) string {
	switch r.Table {
	case "event":
		if r.Last != r.Day {
			return "between " + r.Day + " and " + r.Last
		}
		return r.Day
	case "person":
		return ""
	}
	from, to := r.Day, r.Last
	if from == "" {
		from = "not known"
	}
	if to == "" {
		return "from " + from
	}
	return "from " + from + " to " + to
}
