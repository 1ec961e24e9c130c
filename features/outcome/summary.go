package outcome

import (
	"fmt"
	"slices"

	"leftshift/engine"
)

// Summary counts labels of one outcome. Time under observation runs to death,
// leaving or the horizon, whether or not there was an event; time at risk to
// the event or what came before it.
type Summary struct {
	People  int64 // rows with a label
	Without int64 // rows of people who are not at risk
	By      [NumStatus]int64
	Days    int64 // under observation
	AtRisk  int64 // days at risk
	Deaths  int64
	Leavers int64
	OldDays int64 // of people aged OldAge or more on the index date
	OldDied int64

	// Days under observation by sex (male, female, other) and age on the index
	// date, and deaths of the same people, whose age is known: for the expected
	// number. They are exact, so no order of adding matters.
	aged     [3][ages]int64
	agedDied int64
}

// OldAge and OldYears say when an extract without a single death is not
// believed: among people of 65 and over in England about 40 in 1,000 die a
// year, so none in 5,000 person-years does not happen by chance.
const (
	OldAge   = 65
	OldYears = 5000
)

const yearDays = 365.25

// AddPerson counts one label. age is in whole years on the index date; negative
// when not known.
func (s *Summary) AddPerson(l Label, age int, sex engine.Sex) {
	if !l.AtRisk() {
		s.Without++
		return
	}
	s.People++
	s.By[l.Status]++
	days := seenDays(l.Exit, l.ExitDay)
	s.Days += days
	s.AtRisk += seenDays(l.Status, l.Day)
	switch l.Exit {
	case Died:
		s.Deaths++
	case Left:
		s.Leavers++
	}
	if age >= OldAge {
		s.OldDays += days
		if l.Exit == Died {
			s.OldDied++
		}
	}
	if age >= 0 {
		k := 2
		switch sex {
		case engine.Male:
			k = 0
		case engine.Female:
			k = 1
		}
		s.aged[k][min(age, ages-1)] += days
		if l.Exit == Died {
			s.agedDied++
		}
	}
}

// seenDays is how many days were seen up to a day: not the day itself where
// it is the first that cannot be.
func seenDays(s Status, day int16) int64 {
	if s.Censored() {
		return int64(day) - 1
	}
	return int64(day)
}

// Merge adds the counts of another summary.
func (s *Summary) Merge(o Summary) {
	s.People += o.People
	s.Without += o.Without
	for i := range s.By {
		s.By[i] += o.By[i]
	}
	s.Days += o.Days
	s.AtRisk += o.AtRisk
	s.Deaths += o.Deaths
	s.Leavers += o.Leavers
	s.OldDays += o.OldDays
	s.OldDied += o.OldDied
	for k := range s.aged {
		for a := range s.aged[k] {
			s.aged[k][a] += o.aged[k][a]
		}
	}
	s.agedDied += o.agedDied
}

// Years is the person-years under observation, YearsAtRisk those before the
// event or what came before it.
func (s *Summary) Years() float64       { return float64(s.Days) / yearDays }
func (s *Summary) YearsAtRisk() float64 { return float64(s.AtRisk) / yearDays }

// Events, Competing, LeftBefore and CutBefore count the people with the event;
// with death or another outcome before it; and those whose answer is not known,
// for they left, or for the record has not settled. The rest completed.
func (s *Summary) Events() int64     { return s.By[Event] }
func (s *Summary) Competing() int64  { return s.By[Died] + s.By[Ended] }
func (s *Summary) LeftBefore() int64 { return s.By[Left] }
func (s *Summary) CutBefore() int64  { return s.By[Cut] }

// DeathRate and LeavingRate are per 1,000 person-years under observation; 0
// without any time.
func (s *Summary) DeathRate() float64   { return s.rate(float64(s.Deaths)) }
func (s *Summary) LeavingRate() float64 { return s.rate(float64(s.Leavers)) }

func (s *Summary) rate(n float64) float64 {
	if s.Days == 0 {
		return 0
	}
	return 1000 * n / s.Years()
}

// expectedDeaths is how many of the people whose age is known would have died
// in their time under observation at the life table's rates; years is that
// time.
func (s *Summary) expectedDeaths() (deaths, years float64) {
	for k, sex := range [...]engine.Sex{engine.Male, engine.Female, engine.SexUnknown} {
		for age, days := range s.aged[k] {
			y := float64(days) / yearDays
			deaths += y * deathRate(sex, age)
			years += y
		}
	}
	return deaths, years
}

// ExpectedDeathRate is per 1,000 person-years of the people whose age is
// known, at the rates of the life table for their ages and sexes; 0 without
// any.
func (s *Summary) ExpectedDeathRate() float64 {
	d, y := s.expectedDeaths()
	if y == 0 {
		return 0
	}
	return 1000 * d / y
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

// Doubts are warnings about deaths and leavers: fewer than half, or more than
// double, of what is expected. expectedLeaving is per 1,000 people a year; 0
// for ExpectedLeaving. Nothing is said where too few are expected to judge.
func (s *Summary) Doubts(expectedLeaving float64) []*engine.Fault {
	var out []*engine.Fault
	for _, d := range s.doubts(expectedLeaving) {
		out = append(out, d.fault(fmt.Sprintf("%s are %.1f per 1,000 person-years, where %s gives %.1f, and less than half or more than double is not believed", d.what, 1000*d.seen/d.years, d.by, 1000*d.expected/d.years)))
	}
	return out
}

// Hints are Doubts without rates, from which a small count could be found: for
// where counts of people leave.
func (s *Summary) Hints(expectedLeaving float64) []*engine.Fault {
	var out []*engine.Fault
	for _, d := range s.doubts(expectedLeaving) {
		than := "less than half"
		if d.seen > d.expected {
			than = "more than double"
		}
		out = append(out, d.fault(d.what+" are "+than+" of what "+d.by+" gives"))
	}
	return out
}

// doubt is a number of people that is not believed.
type doubt struct {
	what, by              string
	few, many             engine.Fault // why it may be so
	seen, expected, years float64
}

func (s *Summary) doubts(expectedLeaving float64) []doubt {
	deaths, years := s.expectedDeaths()
	if expectedLeaving == 0 {
		expectedLeaving = ExpectedLeaving
	}
	all := []doubt{{what: "deaths", by: "the life table, by age and sex,", seen: float64(s.agedDied), expected: deaths, years: years,
		few:  engine.Fault{Code: "deaths-implausible", Say: "people who died seem to be missing: ask the source for everyone ever registered, with dates of death"},
		many: engine.Fault{Code: "deaths-implausible", Say: "deaths seem to be counted twice, or living people to have dates of death: compare the dates of death with the source"}},
		{what: "leavers", by: "what the site expects, or internal migration,", seen: float64(s.Leavers), expected: expectedLeaving * s.Years() / 1000, years: s.Years(),
			few:  engine.Fault{Code: "leavers-implausible", Say: "people who moved away seem to be missing, or registrations never to end: ask the source for ended registrations too"},
			many: engine.Fault{Code: "leavers-implausible", Say: "registrations seem to end that did not, as when a practice closed or changed its code: check the successors of practices"}}}
	return slices.DeleteFunc(all, func(d doubt) bool {
		return d.expected < manyExpected || d.seen*2 >= d.expected && d.seen <= 2*d.expected
	})
}

func (d *doubt) fault(say string) *engine.Fault {
	why := d.few
	if d.seen > d.expected {
		why = d.many
	}
	why.Say = say + ": " + why.Say
	return &why
}
