package followup

import (
	"leftshift/engine"
	"leftshift/engine/disclosure"
)

// Table is what became of the people of an index date. Counts of people have
// passed disclosure control, and rates are of counts and person-years as shown.
type Table struct {
	Index     string          `json:"index_date"`
	Knowledge string          `json:"known_on"`
	Hash      string          `json:"definitions_hash"` // of the outcomes
	People    disclosure.Cell `json:"people"`           // in the population on the index date
	Outcomes  []Tally         `json:"outcomes"`
	FollowUp  FollowUp        `json:"follow_up"`
	Switches  []Switch        `json:"sdec_switches"` // declared, then detected
	Warnings  []Warning       `json:"warnings"`
}

// Tally is one outcome.
type Tally struct {
	ID     string          `json:"id"`
	Title  string          `json:"title"`
	AtRisk disclosure.Cell `json:"at_risk"` // people
	// Unseen are kinds of record it is read from that no source holds on the
	// index date, as engine.RecordKind names them.
	Unseen   []string `json:"not_observable"`
	Horizons []Within `json:"horizons"` // ascending; none where it cannot be counted
	// Uncounted is why it cannot be: none of what it is read from is held. "" else.
	Uncounted string `json:"not_countable,omitempty"`
}

// Within is what happened first to the people at risk, within some days.
type Within struct {
	Days int `json:"days"`
	// Settles is the day from which on it is complete, "" where it is: before,
	// people are cut who are not yet known to have had the outcome.
	Settles   string          `json:"settles,omitempty"`
	Events    disclosure.Cell `json:"events"`
	Competing disclosure.Cell `json:"competing"` // death, another outcome, or the end of the days that count
	Left      disclosure.Cell `json:"left"`
	Cut       disclosure.Cell `json:"cut"`
	Completed disclosure.Cell `json:"completed"`
	Years     disclosure.Cell `json:"person_years"` // at risk
	Rate      *float64        `json:"per_1000_person_years"`
}

// FollowUp is how the people's time under observation ended, whatever else
// happened. Expected rates are those of the life table for the ages and sexes,
// and of the site's configuration.
type FollowUp struct {
	Days            int             `json:"days"` // the longest horizon
	Years           disclosure.Cell `json:"person_years"`
	Deaths          disclosure.Cell `json:"deaths"`
	Leavers         disclosure.Cell `json:"leavers"`
	DeathRate       *float64        `json:"deaths_per_1000_person_years"`
	LeavingRate     *float64        `json:"leavers_per_1000_person_years"`
	ExpectedDeaths  *float64        `json:"expected_deaths_per_1000_person_years"`
	ExpectedLeavers float64         `json:"expected_leavers_per_1000_person_years"`
}

// Switch is a change of where a provider records same-day emergency care.
type Switch struct {
	Provider string `json:"provider"`
	From     string `json:"from"` // the first day; of a detected one, of its month
	Declared bool   `json:"declared"`
	// To says where it is recorded from then on, for one that was detected:
	// "emergency care" or "admissions".
	To string `json:"to,omitempty"`
}

// Warning is a coded sentence without a count of people.
type Warning struct {
	Code string `json:"code"`
	Say  string `json:"say"`
}

func warnings(faults []*engine.Fault) []Warning {
	out := []Warning{}
	for _, f := range faults {
		out = append(out, Warning{f.Code, f.Say})
	}
	return out
}
