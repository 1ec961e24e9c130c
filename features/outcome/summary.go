package outcome

import (
	"fmt"

	"leftshift/engine"
)

// Summary counts labels. Time under observation runs to death, leaving or the
// horizon, whether or not there was an event.
type Summary struct {
	People  int64 // rows
	By      [NumStatus]int64
	Days    int64 // under observation
	Deaths  int64
	Leavers int64
	OldDays int64 // of people aged OldAge or more on the index date
	OldDied int64
}

// OldAge and OldYears say when an extract without a single death is not
// believed: among people of 65 and over in England about 40 in 1,000 die a
// year, so none in 5,000 person-years does not happen by chance.
const (
	OldAge   = 65
	OldYears = 5000
)

const yearDays = 365.25

// Add counts one label. age is in whole years on the index date; negative when
// not known.
func (s *Summary) Add(l Label, age int) {
	s.People++
	s.By[l.Status]++
	s.Days += int64(l.ExitDay)
	switch l.Exit {
	case Died:
		s.Deaths++
	case Left:
		s.Leavers++
	}
	if age >= OldAge {
		s.OldDays += int64(l.ExitDay)
		if l.Exit == Died {
			s.OldDied++
		}
	}
}

// Merge adds the counts of another summary.
func (s *Summary) Merge(o Summary) {
	s.People += o.People
	for i := range s.By {
		s.By[i] += o.By[i]
	}
	s.Days += o.Days
	s.Deaths += o.Deaths
	s.Leavers += o.Leavers
	s.OldDays += o.OldDays
	s.OldDied += o.OldDied
}

// Years is the person-years under observation.
func (s *Summary) Years() float64 { return float64(s.Days) / yearDays }

// DeathRate and LeavingRate are per 1,000 person-years; 0 without any time.
func (s *Summary) DeathRate() float64   { return s.rate(s.Deaths) }
func (s *Summary) LeavingRate() float64 { return s.rate(s.Leavers) }

func (s *Summary) rate(n int64) float64 {
	if s.Days == 0 {
		return 0
	}
	return 1000 * float64(n) / s.Years()
}

// String says the summary for a run report.
func (s *Summary) String() string {
	return fmt.Sprintf("%.0f person-years; deaths %.1f and leavers %.1f per 1,000 person-years", s.Years(), s.DeathRate(), s.LeavingRate())
}

// Check refuses an extract of survivors: one from which the people who died
// were removed makes every risk model wrong.
func (s *Summary) Check() error {
	if years := float64(s.OldDays) / yearDays; years > OldYears && s.OldDied == 0 {
		return &engine.Fault{Code: "survivors-only", Say: fmt.Sprintf("there is no death in %.0f person-years of people aged %d and over, so the extract seems to hold survivors only: ask the source for people who have died or left, with dates of death", years, OldAge)}
	}
	return nil
}
