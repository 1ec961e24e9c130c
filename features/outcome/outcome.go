// Package outcome labels what happened after an as-of day.
//
// Outcomes are data: outcomes.toml declares what each is, over which horizons,
// what competes with it and when its source has settled. Load reads them,
// Compile resolves their codes and names, Plan.Mark gathers the coded facts
// they need while events stream by, and a Labeller gives one Label an outcome.
//
// An outcome is the first of its kind in (D + gap, D + h], as known on the
// knowledge day; whether someone is at risk of it is decided by what was known
// on D. Someone who dies, or leaves the area, before it is neither an event nor
// free of it: the label says which came first, and when. On one day the order
// is: leaving (on the first day not registered nothing is ours to see), the
// outcome, another that competes with it, death. So an admission on the day of
// death is an event. Day 0, the index date, never counts.
package outcome

import (
	"fmt"

	"leftshift/engine"
)

// Status is what came first.
type Status uint8

const (
	// Completed: none of the others within the horizon.
	Completed Status = iota
	// Event: the outcome.
	Event
	// Died: death, not on the day of the outcome or after it.
	Died
	// Left: the chain of registrations ended and no other began within
	// population.MaxGap days. The day is the first day not registered. A chain
	// that ends up to as many days before death is ended by death.
	Left
	// Ended: the time at risk ended otherwise: a competing outcome came first,
	// or the days after a discharge were over. Like death, a full answer.
	Ended
	// Cut: the record is not settled from this day on. Like leaving, no answer.
	Cut
	NumStatus
)

var statusNames = [NumStatus]string{"completed", "event", "died", "left", "ended", "cut"}

func (s Status) String() string { return statusNames[s] }

// Censored says whether what would have happened after the day is not known:
// someone who left or whose record was cut. Death, and a competing outcome, are
// answers.
func (s Status) Censored() bool { return s == Left || s == Cut }

// Label is what happened in (D, D+Horizon]. The zero label is that of someone
// who is not at risk of the outcome.
type Label struct {
	Status  Status
	Day     int16 // days after D, 1 to the horizon; the horizon when completed
	Horizon int16
	// Exit and ExitDay are the same without events: how the person's time under
	// observation ended: Completed, Died, Left or Cut.
	Exit    Status
	ExitDay int16
}

// AtRisk says whether there is a label.
func (l Label) AtRisk() bool { return l.Horizon > 0 }

// Within gives the label for a horizon that is no longer: what would be given
// had it been asked for.
func (l Label) Within(horizon int) Label {
	h := int16(horizon)
	if h >= l.Horizon {
		return l
	}
	l.Horizon = h
	if l.Day > h {
		l.Status, l.Day = Completed, h
	}
	if l.ExitDay > h {
		l.Exit, l.ExitDay = Completed, h
	}
	return l
}

// MaxHorizon is the longest horizon, in days.
const MaxHorizon = 3660

// Ready refuses labels that are not complete yet: the record of (D, D+h] is
// settled only freeze days after its end.
func Ready(d, knowledge engine.Day, horizon, freeze int) error {
	if horizon < 1 || horizon > MaxHorizon || freeze < 0 {
		return &engine.Fault{Code: "horizon", Say: fmt.Sprintf("a horizon is 1 to %d days and a freeze not negative: correct the configuration", MaxHorizon)}
	}
	if from := d + engine.Day(horizon+freeze); from > knowledge {
		return &engine.Fault{Code: "label-incomplete", Say: fmt.Sprintf("outcomes %d days after %s are complete from %s on, %d days after the horizon ends; what is known reaches %s: use an earlier index date or a shorter horizon", horizon, d.Words(), from.Words(), freeze, knowledge.Words())}
	}
	return nil
}
