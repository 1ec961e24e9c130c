package report

import (
	"fmt"
	"math"

	"leftshift/engine"
	"leftshift/engine/disclosure"
	"leftshift/models/evaluate"
)

// Stopped is a flow of records that used to come and has stopped.
type Stopped struct {
	Practice     string // "" for every practice
	Kind, Source string // in words
	Nothing      bool   // nothing came; else hardly anything
	Last         engine.Day
}

// Live is how the scores of one earlier night came true.
type Live struct {
	AsOf, Due engine.Day // the day of the scores, and that from which their outcomes are complete
	Measured  bool       // else they are not due, and what follows is empty
	People    int
	Events    float64 // weight of those with the outcome
	Weight    float64 // of the people
	Expected  float64
	Ratio     evaluate.Estimate // observed over expected
}

// stopped names who stopped sending; nil for nobody.
func (b *builder) stopped() *block {
	if len(b.night.Stopped) == 0 {
		return nil
	}
	g := &grid{Caption: "Practices and sources that stopped sending", Head: heads("Practice", "Kind of record", "Source", "What", "Newest received"),
		Note: "What used to come of the people of a practice, and of which nothing, or hardly anything, was received in the last five weeks. Small practices, and seasons, are allowed for."}
	for _, s := range b.night.Stopped {
		who, what := s.Practice, "nothing in five weeks"
		if who == "" {
			who = "every practice"
		}
		if !s.Nothing {
			what = "less than a tenth of what was expected in five weeks"
		}
		b.attend(fmt.Sprintf("%s from %s: %s has sent %s; the newest was received on %s.", s.Kind, s.Source, who, what, s.Last.Words()))
		g.Rows = append(g.Rows, row(who, s.Kind, s.Source, what, s.Last.Words()))
	}
	return &block{Heading: "Stopped sending", Grid: g}
}

// live says how what was published came true, and where the model does not keep
// to its limits.
func (b *builder) live() section {
	s := section{ID: "live", Title: "Since it went live", Lead: []string{
		"The scores that earlier nights published, of the model that ranks the lists, held against what happened, once that is complete. Teams act on lists, so fewer outcomes than predicted may be what was wanted."}}
	g := &grid{Caption: "Predicted and observed, by month of the scores", Head: heads("Scored on", "#People", "#With outcome", "#Predicted", "#Observed", "#Observed / expected")}
	var next *Live
	for i := range b.night.Live {
		x := &b.night.Live[i]
		if !x.Measured {
			if next == nil || x.Due < next.Due {
				next = x
			}
			continue
		}
		n, e := b.night.Rule.Count(x.People), b.night.Rule.Count(whole(x.Events))
		predicted, ratio := cell{Text: disclosure.Star}, cell{Text: tooFew}
		if _, ok := e.Value(); ok {
			ratio = estimate(x.Ratio, 2)
		}
		if v, ok := b.night.Rule.Mean(x.People, x.Expected/x.Weight); ok && !math.IsNaN(v) {
			predicted.Text = percent(100 * v)
		}
		g.Rows = append(g.Rows, append(row(x.AsOf.Words(), people(n), people(e)), predicted, cell{Text: share(e, n)}, ratio))
	}
	if next != nil {
		s.Lead = append(s.Lead, "The outcomes of the scores of "+next.AsOf.Words()+" are complete from "+next.Due.Words()+" on, and are not looked at before.")
	}
	if len(b.night.Live) == 0 {
		s.Lead = append(s.Lead, "No earlier night has published scores.")
	}
	if len(g.Rows) > 0 {
		s.Blocks = append(s.Blocks, block{Grid: g})
	}
	if len(b.night.Limits) > 0 {
		s.Blocks = append(s.Blocks, block{Heading: "Beyond the limits that the site has set", Items: b.night.Limits})
		for _, l := range b.night.Limits {
			b.attend(l)
		}
	}
	return s
}
