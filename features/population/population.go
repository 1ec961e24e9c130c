// Package population says who is in the population on an as-of day, and why
// others are not.
//
// A person is eligible on D when born, alive, registered with a practice and
// not in hospital. Registrations, residences and deaths are read as finally
// known, since an export that was backfilled holds only their last version;
// hospital spells as known on D. A short history is never a reason to leave
// someone out.
package population

import (
	"cmp"
	"math"

	"leftshift/engine"
)

// Forever is the end of what has no end.
const Forever engine.Day = math.MaxInt32

// MaxGap is the most days without registration that do not break a chain of
// registrations: moving practice takes some weeks of paper.
const MaxGap = 30

// Person is what does not change about a person.
type Person struct {
	ID         engine.Person
	BirthMonth engine.Day // NoDay not known
	DeathDay   engine.Day // NoDay none known
	Sex        engine.Sex
	Ethnic     byte // NHS category letter; 0 not known
}

// Interval is a registration or a residence: [From, To], both included. From
// is NoDay when not known, To is Forever while it goes on.
type Interval struct {
	Code     engine.Code // practice, or small area
	From, To engine.Day
	CareHome uint8 // residence only
	IMD      uint8 // residence only: decile, 0 not known
}

// Spell is one version of an interval of care, known in [KnownFrom, KnownTo).
type Spell struct {
	Kind       engine.SpellKind
	Start, End engine.Day // End is NoDay while open
	CIS        int64      // key of the continuous inpatient spell
	First      bool       // begins its continuous inpatient spell
	Specialty  engine.Code
	Attended   uint8
	// Destination is the discharge destination, packed; Arrival the arrival mode.
	Destination uint64
	Arrival     engine.Code
	KnownFrom   engine.Day
	KnownTo     engine.Day // Forever while it stands
}

// KnownOn says whether the version stands on a day.
func (s *Spell) KnownOn(d engine.Day) bool { return s.KnownFrom <= d && d < s.KnownTo }

// Inpatient says whether spells of a kind are stays in a hospital bed. A day
// case is none.
func Inpatient(k engine.SpellKind) bool {
	switch k {
	case engine.Emergency, engine.Elective, engine.Maternity, engine.Birth, engine.Transfer, engine.OtherSpell:
		return true
	}
	return false
}

// Holding gives the place of the interval that holds d, or -1. Of several, the
// one with the latest From, then the greatest code, then the latest To, then a
// care home, then the greatest decile: so the order of rows never matters.
func Holding(intervals []Interval, d engine.Day) int {
	best := -1
	for i, x := range intervals {
		if x.From > d || x.To < d {
			continue
		}
		if best < 0 || after(x, intervals[best]) {
			best = i
		}
	}
	return best
}

func after(a, b Interval) bool {
	c := cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.Code, b.Code), cmp.Compare(a.To, b.To),
		cmp.Compare(a.CareHome, b.CareHome), cmp.Compare(a.IMD, b.IMD))
	return c > 0
}

// Chain gives the first and the last day of the unbroken chain of intervals
// that holds d: gaps of up to MaxGap days do not break it. ok is false when no
// interval holds d. from is NoDay when the chain's start is not known.
func Chain(intervals []Interval, d engine.Day) (from, to engine.Day, ok bool) {
	i := Holding(intervals, d)
	if i < 0 {
		return 0, 0, false
	}
	from, to = intervals[i].From, intervals[i].To
	for grown := true; grown; {
		grown = false
		for _, x := range intervals {
			// The gap between two intervals is the days on which neither holds.
			near := (to == Forever || x.From-MaxGap-1 <= to || x.From == engine.NoDay) &&
				(from == engine.NoDay || x.To == Forever || x.To >= from-MaxGap-1)
			if !near {
				continue
			}
			if x.To > to {
				to, grown = x.To, true
			}
			if x.From < from {
				from, grown = x.From, true
			}
		}
	}
	return from, to, true
}

// Status says whether a person is in the population on a day, or the first
// reason why not.
type Status uint8

const (
	Eligible Status = iota
	NotBorn
	Died
	NotRegistered
	InHospital
	NumStatus
)

var statusNames = [NumStatus]string{"eligible", "not-born", "died", "not-registered", "in-hospital"}

func (s Status) String() string { return statusNames[s] }

// On gives the status of a person on d.
func On(p *Person, registrations []Interval, spells []Spell, d engine.Day) Status {
	switch {
	case p.BirthMonth != engine.NoDay && p.BirthMonth > d:
		return NotBorn
	case p.DeathDay != engine.NoDay && p.DeathDay <= d:
		return Died
	case Holding(registrations, d) < 0:
		return NotRegistered
	}
	for i := range spells {
		s := &spells[i]
		if s.Start <= d && (s.End == engine.NoDay || s.End > d) && Inpatient(s.Kind) && s.KnownOn(d) {
			return InHospital
		}
	}
	return Eligible
}

// Attrition counts persons by status on one index date.
type Attrition struct {
	Index engine.Day
	By    [NumStatus]int64
}
