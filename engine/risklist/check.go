package risklist

import (
	"errors"
	"math"
	"slices"

	"leftshift/engine"
)

// check reports every fault of the input together, by position, never by
// person.
func check(candidates []Candidate, teams []Team, rules Rules, previous []Place) error {
	var faults []error
	people := make(map[engine.Person]struct{}, len(candidates))
	doubled, unknown, impossible, quiet, gaps := 0, 0, 0, 0, 0
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
		switch c.Quiet.Code {
		case NoCode, NotSuitable, Declined:
		default:
			quiet++
		}
		if slices.ContainsFunc(c.Gaps, func(g Gap) bool { return !g.Code.known() }) {
			gaps++
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
	if quiet > 0 {
		faults = append(faults, fault("risklist-quiet", "%d candidates have a quiet period for a reason that has none; give not_suitable or declined", quiet))
	}
	if gaps > 0 {
		faults = append(faults, fault("risklist-gap", "%d candidates have a gap that lists do not know; give one of Gaps", gaps))
	}
	if rules.Order > AmongGaps || !(rules.Rise >= 0) || slices.ContainsFunc(rules.Gaps, func(g GapCode) bool { return !g.known() }) {
		faults = append(faults, fault("risklist-rules", "the rules have an order or a gap that lists do not know, or a least rise below 0; correct the section [lists]"))
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
	was := make(map[Place]struct{}, len(previous))
	for _, p := range previous {
		if !rules.Shared {
			p.Team = "" // one list for each person
		}
		if _, ok := was[p]; ok {
			faults = append(faults, fault("risklist-previous", "the previous lists hold a person twice; give the lists of one run"))
			break
		}
		was[p] = struct{}{}
	}
	return errors.Join(faults...)
}
