// Package followup is what an analyst asks of outcomes: which there are, what
// one means and reads, and how many people had each after a day, beside the
// deaths and leavers that were to be expected. It labels on the path of the
// training; counts of people leave through package disclosure only.
package followup

import (
	"strings"

	"leftshift/engine"
	"leftshift/features/outcome"
)

// Latest is the last month end whose horizon and freeze, in days, have passed
// on the knowledge day: the index date of the test of a model trained then.
func Latest(knowledge engine.Day, horizon, freeze int) engine.Day {
	return (knowledge - engine.Day(horizon+freeze) + 1).Month() - 1
}

// find gives an outcome by id; the fault names those that there are.
func find(c *outcome.Catalogue, id string) (*outcome.Outcome, error) {
	if o := c.Find(id); o != nil {
		return o, nil
	}
	return nil, &engine.Fault{Code: "outcome-unknown", Say: "there is no outcome of that id; there are " + strings.Join(c.IDs(), ", ")}
}

// reads names the kinds of record that an outcome is read from, as
// engine.RecordKind does; those of its parts where it is the first of others.
// Nil where it is read from deaths or residences.
func reads(c *outcome.Catalogue, o *outcome.Outcome) []string {
	var out []string
	add := func(kinds ...string) {
		for _, k := range kinds {
			seen := false
			for _, x := range out {
				seen = seen || x == k
			}
			if !seen {
				out = append(out, k)
			}
		}
	}
	for _, k := range o.Spells {
		add(engine.RecordKind("spell", uint8(k)))
	}
	if len(o.Causes) > 0 {
		add(engine.RecordKind("event", uint8(engine.Diagnosis)))
	}
	for _, k := range o.Kinds {
		add(engine.RecordKind("event", uint8(k)))
	}
	for _, id := range o.Of {
		add(reads(c, c.Find(id))...)
	}
	return out
}
