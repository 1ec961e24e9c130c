package registry

import (
	"fmt"

	"leftshift/engine/disclosure"
)

// Guard says how a training treated people whom the lists of an earlier model had
// brought help to within the windows that it learns from.
type Guard struct {
	Kind     string  `json:"kind"`            // none or exclude
	Lasting  int     `json:"lasting_days"`    // for how long an act counts
	Rows     int     `json:"person_dates"`    // of which an act was known: left as they are, or guarded
	Greatest float64 `json:"greatest_weight"` // of the rows that stand for the guarded ones; 0 none
}

// words say it on the card; counts of people are controlled.
func (g *Guard) words() string {
	rows := disclosure.Standard.Count(g.Rows).String()
	switch {
	case g.Rows == 0:
		return fmt.Sprintf("Guard against learning from its own effect: %s. Nobody was known to have been acted on within the outcome windows, so it changed nothing.", g.Kind)
	case g.Kind == "none":
		return fmt.Sprintf("Guard against learning from its own effect: none. In %s person-dates somebody had acted on the person, and they are fitted as they are: for people like those on the lists, the risks are of being on a list.", rows)
	}
	return fmt.Sprintf("Guard against learning from its own effect: exclude. In %s person-dates the person is followed only until somebody acted on them, and not at all for %d days after an act; people of like scores whom nobody had acted on by then stand for them (inverse probability weights, at most %.1f). So the risk is that of someone whom nobody acts on, in fitting and in evaluation. It rests on this: of people with like scores, who was reached in time had nothing to do with what was going to happen to them; and scores are those of the model that served when this one was fitted.", rows, g.Lasting, g.Greatest)
}
