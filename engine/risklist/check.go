package risklist

import (
	"errors"
	"math"

	"leftshift/engine"
)

// check reports every fault of the input together, by position, never by
// person.
func check(candidates []Candidate, teams []Team, rules Rules, previous []Place) error {
	var faults []error
	people := make(map[engine.Person]struct{}, len(candidates))
	doubled, unknown, impossible := 0, 0, 0
	for _, c := range candidates {
		if c.Person <= 0 {
			unknown++
		}
		if c.Probability < 0 || c.Probability > 1 {
			impossible++
		}
		if _, ok := people[c.Person]; ok {
			doubled++
		}
		people[c.Person] = struct{}{}
	}
	if unknown > 0 {
		faults = append(faults, fault("risklist-person", "%d candidates have no person; give each its key", unknown))
	}
	if doubled > 0 {
		faults = append(faults, fault("risklist-doubled", "%d candidates are there more than once; give each person one row", doubled))
	}
	if impossible > 0 {
		faults = append(faults, fault("risklist-probability", "%d candidates have a probability below 0 or above 1; score them again, or give NaN for no score", impossible))
	}
	if rules.Capacity < 0 || math.IsNaN(rules.MinProbability) || rules.MinProbability < 0 || rules.MinProbability > 1 {
		faults = append(faults, fault("risklist-rules", "the rules have a capacity below 0 or a least probability that is none; correct the section [lists]"))
	}
	ids := map[string]bool{}
	for k, t := range teams {
		if t.ID == "" || ids[t.ID] {
			faults = append(faults, fault("risklist-team", "team %d has no identifier of its own; give every team a different one", k+1))
		}
		ids[t.ID] = true
		if t.Capacity < 0 {
			faults = append(faults, fault("risklist-team", "team %d has a capacity below 0; give how many people it can see, or 0 for the default", k+1))
		}
		for _, p := range t.Practices {
			if p == 0 {
				faults = append(faults, fault("risklist-team", "team %d serves a practice without a code; correct the team's practices", k+1))
				break
			}
		}
	}
	was := make(map[engine.Person]struct{}, len(previous))
	for _, p := range previous {
		if _, ok := was[p.Person]; ok {
			faults = append(faults, fault("risklist-previous", "the previous lists hold a person twice; give the lists of one run"))
			break
		}
		was[p.Person] = struct{}{}
	}
	return errors.Join(faults...)
}
