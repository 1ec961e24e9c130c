package followup

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"leftshift/engine/disclosure"
)

// barWidth is the width of the longest bar in characters.
const barWidth = 24

// Only gives the table with the outcomes named, or with all when ids is nil.
// What is hidden in it does not depend on them.
func (t *Table) Only(ids []string) *Table {
	out := *t
	if ids != nil {
		out.Outcomes = slices.DeleteFunc(slices.Clone(t.Outcomes), func(o Tally) bool { return !slices.Contains(ids, o.ID) })
	}
	return &out
}

// Write says a table to a person.
func (t *Table) Write(w io.Writer) error {
	p := &page{w: w}
	p.line("What happened after %s, as known on %s", t.Index, t.Knowledge)
	p.line("People in the population (alive, registered, not in hospital): %s", t.People)
	p.line("")
	width, most := len("outcome"), 0.0
	for _, o := range t.Outcomes {
		width = max(width, len(o.ID))
		for _, h := range o.Horizons {
			if h.Rate != nil {
				most = max(most, *h.Rate)
			}
		}
	}
	p.line("%-*s %8s %5s %8s %9s %7s %7s %7s  %s", width, "outcome", "at risk", "days", "events", "competing", "left", "cut", "years", "events per 1,000 person-years")
	for _, o := range t.Outcomes {
		if o.Uncounted != "" {
			p.line("%-*s not countable: %s", width, o.ID, o.Uncounted)
			continue
		}
		id, risk := o.ID, o.AtRisk.String()
		for _, h := range o.Horizons {
			bar := ""
			if h.Rate != nil && most > 0 {
				bar = strings.Repeat("#", int(math.Ceil(*h.Rate*barWidth/most)))
			}
			if h.Settles != "" {
				bar = strings.TrimSpace(bar + " (not complete before " + h.Settles + ")")
			}
			p.line("%-*s %8s %5d %8s %9s %7s %7s %7s %8s  %s", width, id, risk, h.Days, h.Events, h.Competing, h.Left, h.Cut, h.Years, number(h.Rate), bar)
			id, risk = "", ""
		}
		if len(o.Unseen) > 0 {
			p.line("  counted without %s, which no source holds here then", strings.Join(o.Unseen, ", "))
		}
	}
	p.line("")
	p.line("Events: people with the outcome, the first of each. Competing: who died first, had another")
	p.line("outcome that ends the time at risk, or whose days at risk ended by themselves, as thirty")
	p.line("days after a discharge do. Left: who left the area's practices first.")
	p.line("At risk are also people of whom no source could show the outcome: where a feed covers part of the area, rates are too low.")
	p.line("Cut: whose record has not settled. Years: person-years at risk, of the counts as shown (who did not stay counts half).")
	f := &t.FollowUp
	p.line("")
	p.line("Deaths and leavers of everyone over %d days, %s person-years:", f.Days, f.Years)
	p.ending("deaths", f.Deaths, f.DeathRate, f.ExpectedDeaths, "by the life table")
	p.ending("leavers", f.Leavers, f.LeavingRate, &f.ExpectedLeavers, "model.expected_leavers_per_1000")
	p.line("")
	if len(t.Switches) == 0 {
		p.line("Same-day emergency care: no change of where it is recorded, declared or detected.")
	} else {
		p.line("Same-day emergency care: changes of where it is recorded")
	}
	for _, s := range t.Switches {
		how := "declared, from " + s.From
		if !s.Declared {
			how = "detected from " + s.From + ", to " + s.To + ": ask the trust, and declare it as [[sdec_switch]]"
		}
		p.line("  %-8s %s", s.Provider, how)
	}
	if len(t.Warnings) > 0 {
		p.line("")
	}
	for _, x := range t.Warnings {
		p.line("warning: %s [%s]", x.Say, x.Code)
	}
	return p.err
}

// number says a rate; nil is one that is hidden.
func number(v *float64) string {
	if v == nil {
		return disclosure.Star
	}
	return fmt.Sprintf("%.1f", *v)
}

// page writes lines and keeps the first error.
type page struct {
	w   io.Writer
	err error
}

func (p *page) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintln(p.w, strings.TrimRight(fmt.Sprintf(format, args...), " "))
	}
}

// ending says one way in which time under observation ends, beside what is
// expected of it.
func (p *page) ending(what string, n disclosure.Cell, rate, expected *float64, by string) {
	p.line("  %-8s %6s %8s per 1,000 person-years, where %s are expected (%s)", what, n, number(rate), number(expected), by)
}
