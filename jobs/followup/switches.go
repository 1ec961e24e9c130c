package followup

import "leftshift/features/outcome"

// switches are the declared changes, in their order, and those detected. A
// share of few spells tells their number, so only the direction is said.
func switches(declared []outcome.Switch, detected []outcome.Step) []Switch {
	out := []Switch{}
	for _, s := range declared {
		out = append(out, Switch{Provider: s.Provider, From: s.Date, Declared: true})
	}
	for _, s := range detected {
		to := "emergency care"
		if s.After < s.Before {
			to = "admissions"
		}
		out = append(out, Switch{Provider: s.Provider, From: s.Month.String(), To: to})
	}
	return out
}
