// Package report writes the night report: one HTML file about one run, for the
// analysts who look after it and for those who decide whether its lists may go
// out.
//
// It holds aggregates only. Counts of people come in as they are and pass
// engine/disclosure on their way to the page, in tables, percentages and plots
// alike; counts of things (files, records, rows, lists) do not. The same Night
// gives the same bytes: no clock, no run identifier of its own, no script, no
// outside asset.
package report

import (
	"leftshift/engine"
	"leftshift/engine/disclosure"
	"leftshift/engine/risklist"
	"leftshift/models/evaluate"
)

// Night is what a run has to say. Anything nil or empty is left out of the page
// or said to be absent.
type Night struct {
	Site      string
	Synthetic bool // every person is made up: a banner says so
	AsOf      engine.Day
	Run       []Fact // as purpose, snapshot, model, versions; no clock times, no hashes longer than 12 characters
	Rule      disclosure.Rule

	Flows   []Flow
	Refused []Refusal
	Tables  []Rows
	Quality []Quality
	Unseen  []string  // kinds of record that no source shows of anyone, in words
	Silent  []Silence // and those that none shows of some practices' people

	Stopped []Stopped // flows of records that used to come
	Live    []Live    // how the scores of earlier nights came true, the oldest first
	Limits  []string  // what the model does not keep to, as sentences

	Population  []Breakdown  // the same people divided in several ways, the most wanted first; usually by risk band
	Evaluations []Evaluation // the one that makes the lists first
	Lists       *risklist.Result
	Moved       *risklist.Moved // why risks and lists changed since the snapshot before; nil: not compared
	Card        Card
}

// Fact is a label and its value, as text.
type Fact struct{ Label, Value string }

// Flow is what became of the source records of one flow, by disposition.
type Flow struct {
	Source, Flow                                        string
	Files                                               int
	In                                                  int // source records that came in
	Accepted, Reference, Pending, Quarantined, Withheld int
}

// Refusal counts source records that were not accepted, by their coded reason.
type Refusal struct {
	Source      string
	Disposition engine.Disposition // Pending, Quarantined or Withheld
	Code        string
	Say         string // the reason as a sentence
	Records     int
}

// Rows is the second sum of one curated table: landed rows are current, ended
// (superseded, corrected or retracted) or merged (the same content twice).
type Rows struct {
	Table                          string
	Landed, Current, Ended, Merged int
}

// Quality is one statement about the data of one source: either Text, or Part
// of Whole.
type Quality struct {
	Source      string
	Measure     string
	Text        string // as a date in words; when it is set Part and Whole are not used
	Part, Whole int
	People      bool // Part and Whole count people
	Attention   bool // shown at the top of the page too
}

// Breakdown divides the scored people by one label.
type Breakdown struct {
	By     string // as "Risk band"
	Note   string // as the edition of an index; may be empty
	Groups []Group
}

// Group is the people with one label.
type Group struct {
	Label    string
	People   int
	MeanRisk float64 // mean probability; NaN where there is none
}

// Evaluation is how well one model did on people it was not fitted on.
type Evaluation struct {
	Model   string
	Horizon int              // days
	Best    float64          // greatest AUROC that any model could have, where it is known (made-up people); 0 otherwise
	Report  *evaluate.Report // not nil
}

// Card is the summary of the model card.
type Card struct {
	Model   string
	Outcome string // what is predicted, as a sentence
	For     []string
	NotFor  []string
	Facts   []Fact   // population, training window, predictors, owner ...
	Limits  []string // what is known to be weak
}
