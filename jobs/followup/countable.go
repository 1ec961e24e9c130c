package followup

import (
	"fmt"
	"slices"
	"strings"

	"leftshift/engine"
	"leftshift/engine/disclosure"
	"leftshift/features/outcome"
	"leftshift/features/population"
)

// mark says of each outcome which of the kinds of record that it is read from
// no source holds on the index date, and takes the counts of those that can be
// read from none away: a count of 0 would say that nobody had them.
func mark(t *Table, c *outcome.Catalogue, starts population.Starts, on, dataFrom engine.Day) {
	for i := range t.Outcomes {
		o := &t.Outcomes[i]
		kinds := reads(c, c.Find(o.ID))
		of := kinds // without any of these nobody can have had it
		if spells := c.Find(o.ID).Spells; len(spells) > 0 {
			of = nil
			for _, k := range spells {
				of = append(of, engine.RecordKind("spell", uint8(k)))
			}
		}
		missing := 0
		first := engine.NoDay // on which one of them begins
		for _, k := range kinds {
			_, held := starts[k]
			from := starts.History([]string{k}, dataFrom)
			if held && from <= on {
				continue
			}
			o.Unseen = append(o.Unseen, k)
			if !slices.Contains(of, k) {
				continue
			}
			missing++
			if held && (first == engine.NoDay || from < first) {
				first = from
			}
		}
		if len(of) == 0 || missing < len(of) {
			continue
		}
		o.Uncounted = "no source holds " + strings.Join(of, ", ")
		if first != engine.NoDay {
			o.Uncounted = fmt.Sprintf("no source holds %s before %s: give an index date from then on", strings.Join(of, ", "), first)
		}
		o.AtRisk, o.Horizons = disclosure.Hidden, []Within{}
	}
}

// early warns of an index date after which most kinds of record begin. Deaths
// and moves have no kind of their own, so a count of them is not taken away.
func early(starts population.Starts, on engine.Day) []Warning {
	late := 0
	for _, x := range starts {
		if x.Known > on {
			late++
		}
	}
	if 2*late <= len(starts) {
		return nil
	}
	return []Warning{{"index-before-most", fmt.Sprintf("%d of %d kinds of record begin after the index date, so deaths and leavers of then may not be held either: give a later date, or set site.data_from to the first day of data", late, len(starts))}}
}

// Countable is the fault of a table none of whose outcomes can be counted, or
// nil.
func (t *Table) Countable() error {
	if len(t.Outcomes) == 0 || slices.ContainsFunc(t.Outcomes, func(o Tally) bool { return o.Uncounted == "" }) {
		return nil
	}
	return &engine.Fault{Code: "outcome-not-countable", Say: "nothing can be counted after " + t.Index + ": " + t.Outcomes[0].Uncounted}
}
