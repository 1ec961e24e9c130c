package consent

import (
	"fmt"
	"sort"
	"strconv"

	"leftshift/engine"
)

// Set is who is withheld from one run for one purpose. It is made anew for
// each run and never stored; it cannot be printed or marshalled.
type Set struct {
	Purpose string
	all     bool
	reason  map[engine.Person]Kind
	asked   map[engine.Person]struct{} // nil: no one needs to have been asked about
}

func (s *Set) String() string { return "withheld set for " + s.Purpose + " (not shown)" }

// GoString keeps %#v from showing who is withheld.
func (s *Set) GoString() string { return s.String() }

// MarshalJSON refuses: opt-out status is not stored.
func (s *Set) MarshalJSON() ([]byte, error) { return (*Numbers)(nil).MarshalJSON() }

// Row is one withheld person, for the run that joins against the set.
type Row struct {
	Person engine.Person
	Reason string
}

// Withheld gives who is withheld from a run for a purpose on the day of the
// run: the day it runs, also when it looks back to an earlier as-of date,
// since an opt-out counts from when it is made for every later use.
//
// With the error comes a Set that withholds everyone, so that a caller who
// passes over the error uses nothing: purpose-unknown, purpose-unsigned,
// optout-list-missing (a kind that withholds has no list), optout-list-twice,
// optout-list-stale (older than the purpose allows), optout-list-postdated.
func (p *Policy) Withheld(purpose string, on engine.Day, lists ...*List) (*Set, error) {
	everyone := &Set{Purpose: purpose, all: true}
	u, err := p.purpose(purpose)
	if err != nil {
		return everyone, err
	}
	age := u.MaxAge
	if age == 0 {
		age = DefaultMaxAge
	}
	s := &Set{Purpose: purpose, reason: map[engine.Person]Kind{}}
	for k := Kind(0); k < numKinds; k++ {
		if u.rule(k) == "use" {
			continue
		}
		var found *List
		for _, l := range lists {
			if l.Kind != k {
				continue
			}
			if found != nil {
				return everyone, fault("optout-list-twice", "two "+k.String()+" opt-out lists came to one run; give one")
			}
			found = l
		}
		switch {
		case found == nil:
			return everyone, fault("optout-list-missing", "purpose "+purpose+" withholds "+k.String()+" opt-outs, but no such list came to the run; give it, empty if there are none")
		case found.Made > on:
			return everyone, fault("optout-list-postdated", "the "+k.String()+" opt-out list is dated after the day of the run; correct its date")
		case int(on)-int(found.Made) > age:
			return everyone, fault("optout-list-stale", "the "+k.String()+" opt-out list of "+found.Made.String()+" is older than "+strconv.Itoa(age)+" days; fetch a new one")
		}
		for person := range found.out {
			if _, ok := s.reason[person]; !ok {
				s.reason[person] = k
			}
		}
		if found.asked != nil {
			s.asked = found.asked
		}
	}
	return s, nil
}

// Reason gives why a person is withheld, or "". A person under several
// opt-outs is counted by the first: national, Type 1, objection.
func (s *Set) Reason(p engine.Person) string {
	if s.all {
		return ReasonNoPurpose
	}
	if k, ok := s.reason[p]; ok {
		return kindReasons[k]
	}
	if s.asked != nil {
		if _, ok := s.asked[p]; !ok {
			return ReasonNotChecked
		}
	}
	return ""
}

// Against gives which of people are withheld, each once, by ascending person,
// and how many by reason.
func (s *Set) Against(people []engine.Person) ([]Row, Counts) {
	sorted := append([]engine.Person(nil), people...)
	sort.Slice(sorted, func(i, j int) bool { return sorted[i] < sorted[j] })
	var rows []Row
	counts := Counts{}
	for i, p := range sorted {
		if i > 0 && p == sorted[i-1] {
			continue
		}
		if r := s.Reason(p); r != "" {
			rows = append(rows, Row{p, r})
			counts[r]++
		}
	}
	return rows, counts
}

// Counts is how many people are withheld, by reason. The numbers are exact,
// so they are for operators only; what leaves goes through Report.
type Counts map[string]int64

// String shows no number.
func (c Counts) String() string {
	return fmt.Sprintf("withheld counts by %d reasons (use Report)", len(c))
}

// GoString shows no number.
func (c Counts) GoString() string { return c.String() }

// MarshalJSON refuses: exact counts do not leave.
func (c Counts) MarshalJSON() ([]byte, error) {
	return nil, fault("counts-uncontrolled", "exact counts of withheld people do not leave; use Report with the disclosure control")
}

// CountLine is one line of the run report.
type CountLine struct {
	Reason string
	People string
}

// Report gives every reason, those with none too, in a fixed order, each
// number as the disclosure control shows it.
func (c Counts) Report(show func(people int64) string) []CountLine {
	var out []CountLine
	for _, r := range []string{ReasonNational, ReasonNotChecked, ReasonType1, ReasonObjection, ReasonNoPurpose} {
		out = append(out, CountLine{r, show(c[r])})
	}
	return out
}
