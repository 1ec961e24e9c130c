package risklist

import (
	"math"

	"leftshift/engine"
)

// Code says why a person is on no list, or left one.
type Code uint8

// In the order in which they are looked for: a person has the first that fits.
const (
	NoCode         Code = iota
	OptedOut            // objects to the use of their record
	Died                // has died
	Left                // registration has ended
	NotRegistered       // is registered with no practice known here
	Palliative          // is on a palliative pathway
	CareHome            // lives in a care home
	InHospital          // is an inpatient today
	OnCaseload          // is known to a service already
	NotSuitable         // a reviewer took them off not long ago
	NewRegistered       // has too little history here
	Declined            // said no not long ago
	NotScored           // has no probability
	BelowThreshold      // has a probability below the least
	NoGap               // has none of the gaps that the lists are for
	NoTeam              // no team serves the practice
	RankedLower         // eligible, but the lists are full
	MovedTeam           // of leavers, and of one team's people: is on another team's list
	NoRecord            // leavers only: is no longer among the candidates
	codes               // how many
)

var codeNames = [codes]string{"", "opted_out", "died", "left", "not_registered", "palliative", "care_home", "in_hospital", "on_caseload", "not_suitable", "new_registered", "declined", "not_scored", "below_threshold", "no_gap", "no_team", "ranked_lower", "moved_team", "no_record"}

var codeSentences = [codes]string{"", "objects to this use of their record", "has died", "has left the practice", "is registered with no practice known here", "is on a palliative pathway", "lives in a care home", "is in hospital", "is already on a caseload", "was found not suitable by a reviewer", "registered too recently", "declined not long ago", "could not be scored", "has a risk below the least", "has none of the gaps that the lists are for", "has a practice that no team serves", "ranks below the places on the list", "is on another team's list", "is no longer in the record"}

var codeOfMany = [codes]string{"", "object to this use of their record", "have died", "have left the practice", "are registered with no practice known here", "are on a palliative pathway", "live in a care home", "are in hospital", "are already on a caseload", "were found not suitable by a reviewer", "registered too recently", "declined not long ago", "could not be scored", "have a risk below the least", "have none of the gaps that the lists are for", "have a practice that no team serves", "rank below the places on the list", "are on another team's list", "are no longer in the record"}

func (c Code) String() string { return codeNames[c] }

// Sentence finishes "the person ...".
func (c Code) Sentence() string { return codeSentences[c] }

// Sentences finishes "the people ...".
func (c Code) Sentences() string { return codeOfMany[c] }

// Codes lists every code but NoCode in order.
func Codes() []Code {
	out := make([]Code, 0, codes-1)
	for c := NoCode + 1; c < codes; c++ {
		out = append(out, c)
	}
	return out
}

// Flags are what is true of a person today, one bit for each code from OptedOut
// to NewRegistered.
type Flags uint16

// Flag is the bit of a code; 0 for a code that is no flag.
func (c Code) Flag() Flags {
	if c < OptedOut || c > NewRegistered {
		return 0
	}
	return 1 << (c - OptedOut)
}

// Has says whether the flag of a code is set.
func (f Flags) Has(c Code) bool { return f&c.Flag() != 0 }

// Codes of the flags, in order.
func (f Flags) Codes() []Code {
	var out []Code
	for c := OptedOut; c <= NewRegistered; c++ {
		if f.Has(c) {
			out = append(out, c)
		}
	}
	return out
}

// Always are the flags that no rule can let on a list.
const Always Flags = 1 /* OptedOut */ | 1<<(Died-OptedOut) | 1<<(Left-OptedOut) | 1<<(NotRegistered-OptedOut)

// ParseFlags makes flags of names such as "care_home". The error names the
// first that is none.
func ParseFlags(names []string) (Flags, error) {
	var out Flags
next:
	for k, n := range names {
		for c := OptedOut; c <= NewRegistered; c++ {
			if c.String() == n {
				out |= c.Flag()
				continue next
			}
		}
		return 0, fault("risklist-exclude", "exclusion %d is not one of those that lists know; give names such as palliative, care_home, in_hospital, on_caseload, not_suitable or new_registered", k+1)
	}
	return out, nil
}

// exclusion is the first code that keeps a candidate off every list, or NoCode.
func (r Rules) exclusion(c *Candidate, serves map[engine.Code][]int) Code {
	flags := c.Flags & (Always | r.Exclude)
	if c.Practice == 0 {
		flags |= NotRegistered.Flag()
	}
	quiet := c.Quiet.holds(c, r)
	if quiet == NotSuitable {
		flags |= NotSuitable.Flag()
	}
	if codes := flags.Codes(); len(codes) > 0 {
		return codes[0]
	}
	switch {
	case quiet != NoCode:
		return quiet
	case math.IsNaN(c.Probability):
		return NotScored
	case c.Probability < r.MinProbability:
		return BelowThreshold
	case r.Order == AmongGaps && !r.wanted(c.Gaps):
		return NoGap
	case len(serves[c.Practice]) == 0:
		return NoTeam
	}
	return NoCode
}

// Attrition says what became of the candidates.
type Attrition struct {
	Candidates int
	Left       [codes]int // by code, NoCode to RankedLower
	Listed     int        // ranked on a list, or on several that share them
	Added      int        // on a list because somebody added them by hand
}

// Eligible is how many could have been listed by rank.
func (a *Attrition) Eligible() int { return a.Left[RankedLower] + a.Listed }

// Check reports an attrition that does not add up.
func (a *Attrition) Check() error {
	if a.Left[MovedTeam] != 0 {
		return unbalanced()
	}
	return a.adds()
}

// Check reports an attrition, of all or of a list, that does not add up.
func (r *Result) Check() error {
	for k := range r.Lists {
		l := &r.Lists[k]
		if l.Attrition.Listed != len(l.Rows) || l.Attrition.Added != len(l.Added) {
			return unbalanced()
		}
		if err := l.Attrition.adds(); err != nil {
			return err
		}
	}
	return r.Attrition.Check()
}

func (a *Attrition) adds() error {
	sum := a.Listed + a.Added
	for _, n := range a.Left {
		sum += n
	}
	if sum != a.Candidates || a.Left[NoCode]+a.Left[NoRecord] != 0 {
		return unbalanced()
	}
	return nil
}

func unbalanced() error {
	return fault("risklist-attrition", "those listed and left off do not add up to the candidates; this is a defect, do not publish the lists")
}
