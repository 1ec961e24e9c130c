package world

// Place is one of the two places of the system, which keep records in different
// data models.
type Place uint8

// The places.
const (
	PlaceA Place = iota
	PlaceB
	Places
)

// Sex is the person's sex as the NHS Data Dictionary codes it.
type Sex uint8

// The sexes.
const (
	Male   Sex = 1
	Female Sex = 2
)

// How a person came to be registered.
const (
	Present = iota // on the first day
	MovedIn
	Born
)

// Registration is an interval with one practice. From and To are both the first
// day of a month; To is the day on which the registration ended, Never while it
// lasts.
type Registration struct {
	From, To Day
	Place    Place
	Practice int // index into Geography.Practices
	Area     int // index into Geography.Areas
	Postcode int // index into Geography's postcodes
}

// Event is something that depends on U.
type Event struct {
	Kind int
	T    float64 // in months from the first day
	Day  Day
	// Stay in days, of an admission.
	Stay int
	// Lost: no record was ever made. Late: known 93 to 200 days later than
	// usual. Spoilt: its NHS number fails the check, so it links to no one.
	Lost, Late, Spoilt bool
	Place              Place
}

// Ordinary says whether the careful observer sees the event's record in time.
func (e *Event) Ordinary() bool { return !e.Lost && !e.Late && !e.Spoilt }

// Person is a whole life. One Person is used again for the next.
type Person struct {
	Index    int
	Number   [10]byte // the true NHS number
	Recorded [10]byte // as the records have it: the same unless BadNumber
	// BadNumber: every record carries a number that fails the check.
	BadNumber bool
	Birth     Day
	Sex       Sex
	Ethnic    byte // NHS Data Dictionary ETHNIC CATEGORY; 0 when not recorded
	Decile    int  // Index of Multiple Deprivation decile, 1 most deprived
	Smoker    bool // current smoker at the start; never changes
	ExSmoker  bool
	Came      int // Present, MovedIn or Born
	// Entry is the first month registered. Exit is the month at whose start
	// registration ended, or the number of months.
	Entry, Exit int
	Left        bool
	// Death is the day of death, DeathT its time in months; Never when alive.
	Death  Day
	DeathT float64
	// Onset is the first day of each condition, Never when absent.
	Onset [conditions]Day
	// Vulnerability multiplies the onset of every condition.
	Vulnerability float64
	// U is the unseen factor.
	U             float64
	Registrations []Registration
	Events        []Event

	// By month, to twelve months after the last: the events expected, before U;
	// the chance of dying in the month, and of leaving at its start.
	Rate  [eventKinds][]float64
	Dying []float64
	Going []float64
	// Age in whole years at the start of the month.
	Age []uint8
	// Seen is the expected number of events, before U, that reach the record in
	// the ordinary way, summed from the first month to the start of month i.
	// Whole is the same without loss.
	Seen, Whole []float64
}

// Present says whether the person is alive and registered at the end of the day.
func (p *Person) RegisteredOn(d Day) bool {
	if d >= p.Death {
		return false
	}
	r := p.Registrations
	return len(r) > 0 && d >= r[0].From && d < r[len(r)-1].To
}

// At returns the registration on a day, or nil.
func (p *Person) At(d Day) *Registration {
	for i := range p.Registrations {
		r := &p.Registrations[i]
		if d >= r.From && d < r.To {
			return r
		}
	}
	return nil
}

// InHospital says whether an emergency stay covers the night after the day.
func (p *Person) InHospital(d Day) bool {
	for i := range p.Events {
		e := &p.Events[i]
		if e.Kind == Admission && e.Day <= d && e.Day+Day(e.Stay) > d {
			return true
		}
	}
	return false
}

func (p *Person) ageOn(d Day) int {
	y, m, _ := d.Civil()
	by, bm, _ := p.Birth.Civil()
	a := y - by
	if m < bm {
		a--
	}
	if a < 0 {
		a = 0
	}
	return a
}
