// Package outcome labels what happened after an as-of day.
//
// The outcome is the first emergency admission in (D, D+h]: the start of a
// continuous inpatient spell whose first spell is an emergency, on or before
// death, as known on the knowledge day. Someone who dies, or leaves the area,
// before it is neither an event nor free of it: the label says which came
// first, and when.
package outcome

import (
	"fmt"

	"leftshift/engine"
	"leftshift/features/population"
)

// Status is what came first.
type Status uint8

const (
	// Completed: none of the others within the horizon.
	Completed Status = iota
	// Event: an emergency admission.
	Event
	// Died: death, not on the day of an admission or after it.
	Died
	// Left: the chain of registrations ended and no other began within
	// population.MaxGap days. The day is the first day not registered. A chain
	// that ends up to as many days before death is ended by death.
	Left
	NumStatus
)

var statusNames = [NumStatus]string{"completed", "event", "died", "left"}

func (s Status) String() string { return statusNames[s] }

// Label is what happened in (D, D+Horizon].
type Label struct {
	Status  Status
	Day     int16 // days after D, 1 to the horizon; the horizon when completed
	Horizon int16
	// Exit and ExitDay are the same without events: how the person's time under
	// observation ended.
	Exit    Status
	ExitDay int16
}

// Within gives the label for a horizon that is no longer.
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

// Of labels a person who is eligible on d. horizon is 1 to MaxHorizon.
func Of(p *population.Person, registrations []population.Interval, spells []population.Spell, d, knowledge engine.Day, horizon int) Label {
	h := engine.Day(horizon)
	l := Label{Day: int16(h), Horizon: int16(h), ExitDay: int16(h)}
	death := p.DeathDay
	if _, to, ok := population.Chain(registrations, d); ok && to != population.Forever {
		left := to + 1
		ended := death != engine.NoDay && left <= death && death-left <= population.MaxGap
		if left-d <= h && !ended {
			l.Exit, l.ExitDay = Left, int16(left-d)
		}
	}
	if death != engine.NoDay && death > d && death-d <= engine.Day(l.ExitDay) {
		l.Exit, l.ExitDay = Died, int16(death-d)
	}
	l.Status, l.Day = l.Exit, l.ExitDay
	for i := range spells {
		s := &spells[i]
		if s.Kind != engine.Emergency || !s.First || s.Start <= d || s.Start-d > h || !s.KnownOn(knowledge) {
			continue
		}
		if death != engine.NoDay && s.Start > death {
			continue
		}
		day := int16(s.Start - d)
		// Admission on the day of death comes first; on the first day not
		// registered it is no longer ours to see.
		if day < l.Day || day == l.Day && l.Status != Left {
			l.Status, l.Day = Event, day
		}
	}
	return l
}

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
