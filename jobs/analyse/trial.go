package analyse

import "leftshift/engine/disclosure"

// Trial is what a feature gives over everyone in the population on a day.
// Counts of people have passed disclosure control.
type Trial struct {
	Feature string `json:"feature"`
	Title   string `json:"title"`
	Unit    string `json:"unit,omitempty"`
	AsOf    string `json:"as_of"`

	// People are those in the population: registered, alive and not in hospital
	// on the day.
	People disclosure.Cell `json:"people"`
	// States are how many of them have what; coarser ones where few have one of
	// the four (see levels), none where even those would tell.
	States []Part `json:"states"`
	// Quantiles of the values that are known and not zero; nil where they would
	// tell of fewer people than may be shown.
	Quantiles []Quantile `json:"quantiles"`
	Histogram []Part     `json:"histogram"` // of the same values
	Groups    []Division `json:"groups"`
	// Association with the outcome of the model in service; nil where no
	// finished outcome is at hand, and then Unassociated says why.
	Association  *Association `json:"association"`
	Unassociated string       `json:"unassociated,omitempty"`
	// History is the first day that is held of all that the feature reads, where
	// its window begins before: counts are then lower bounds. "" else.
	History string `json:"history_from,omitempty"`
	// Unseen are kinds of record it reads that no source held on the day.
	Unseen []string `json:"kinds_not_held"`
	// Absent are code lists it reads of which no code occurs in the record.
	Absent []string `json:"lists_without_codes"`
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

// Group is people of one age band, sex or practice. States are as those of the
// trial or coarser, or nil; where there are any, People is their sum as shown,
// and shares are percentages of it. Shares are nil where they, or what they leave
// over, would tell of fewer people than may be shown.
type Group struct {
	Label         string          `json:"label"`
	People        disclosure.Cell `json:"people"`
	States        []Part          `json:"states"`
	Known         *float64        `json:"known"`          // have a value, zero included
	Some          *float64        `json:"some"`           // have one other than zero
	NotObservable *float64        `json:"not_observable"` // no source could show it
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
