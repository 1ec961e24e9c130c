package world

import "math"

// Function is the stated function of one kind of event: its expected number in
// a month, before the unseen factor U, is
//
//	days/30.4375 / 12 * Season[month of the year] * Decile[deprivation] * Male^male * Smoker^smoker
//	  * ( age(years at the start of the month) + sum of Condition[c] over conditions that count )
//
// A condition counts from the fifteenth calendar month after the month of its
// onset, so at a month's end the conditions of the twelve months to come are
// already settled, and each is in the record (see Lead). Age is in whole years
// from the month of birth; the age term runs straight between its anchors.
type Function struct {
	Season    [12]float64         `json:"season_january_to_december"`
	Decile    [10]float64         `json:"deprivation_decile_1_most_deprived_to_10"`
	Male      float64             `json:"male"`
	Smoker    float64             `json:"current_smoker_at_start"`
	Age       []Anchor            `json:"age_anchors"`
	Condition [conditions]float64 `json:"-"`

	byAge [121]float64
}

// Anchor is a yearly rate at an age.
type Anchor struct {
	Age  float64 `json:"age"`
	Rate float64 `json:"rate_a_year"`
}

// Lead is the number of calendar months after the month of its onset at whose
// start a condition begins to count.
const Lead = 15

// The kinds of event that depend on U.
const (
	Admission  = iota // an ordinary emergency admission: the outcome
	Attendance        // an emergency department attendance, not admitted
	SameDay           // a same-day emergency care attendance
	Fall              // a fall noted by the practice
	eventKinds
)

// EventNames are the names of the kinds of event.
var EventNames = [eventKinds]string{"emergency_admission", "emergency_attendance_not_admitted", "same_day_emergency_care", "fall"}

var winter = [12]float64{1.10, 1.06, 1.02, 0.98, 0.97, 0.96, 0.95, 0.93, 0.96, 1.00, 1.02, 1.05}
var flat = [12]float64{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}

// Functions are the four stated functions. The unseen factor multiplies each.
var Functions = stated()

func stated() [eventKinds]*Function {
	f := [eventKinds]*Function{
		Admission: {
			Season: winter, Male: 1.04, Smoker: 1.3,
			Decile: [10]float64{1.32, 1.24, 1.16, 1.09, 1.02, .96, .90, .85, .80, .74},
			Age:    []Anchor{{0, .20}, {1, .12}, {4, .06}, {10, .022}, {16, .026}, {25, .028}, {40, .026}, {55, .034}, {65, .052}, {75, .105}, {85, .23}, {95, .36}},
		},
		Attendance: {
			Season: [12]float64{1.0, .98, 1.0, .99, 1.02, 1.02, 1.02, .97, .99, 1.0, 1.0, 1.01}, Male: 1.03, Smoker: 1.25,
			Decile: [10]float64{1.38, 1.27, 1.17, 1.09, 1.01, .95, .88, .82, .76, .70},
			Age:    []Anchor{{0, .55}, {1, .50}, {4, .28}, {10, .22}, {18, .27}, {25, .25}, {40, .17}, {60, .13}, {75, .16}, {90, .26}},
		},
		SameDay: {
			Season: flat, Male: 1, Smoker: 1.1,
			Decile: [10]float64{1.15, 1.1, 1.07, 1.03, 1, .98, .95, .93, .91, .88},
			Age:    []Anchor{{0, .005}, {16, .012}, {40, .022}, {65, .045}, {80, .075}, {95, .06}},
		},
		Fall: {
			Season: flat, Male: .8, Smoker: 1,
			Decile: [10]float64{1.1, 1.08, 1.05, 1.02, 1, 1, .98, .96, .94, .92},
			Age:    []Anchor{{0, .002}, {50, .004}, {65, .02}, {75, .06}, {85, .16}, {95, .28}},
		},
	}
	for c := range Conditions {
		f[Admission].Condition[c] = Conditions[c].Admission
		f[Attendance].Condition[c] = Conditions[c].Attendance
		f[SameDay].Condition[c] = Conditions[c].SameDay
		f[Fall].Condition[c] = Conditions[c].Fall
	}
	for _, x := range f {
		for age := range x.byAge {
			x.byAge[age] = x.at(float64(age))
		}
	}
	return f
}

func (f *Function) at(age float64) float64 {
	a := f.Age
	for i := 1; i < len(a); i++ {
		if age <= a[i].Age {
			return a[i-1].Rate + (age-a[i-1].Age)/(a[i].Age-a[i-1].Age)*(a[i].Rate-a[i-1].Rate)
		}
	}
	return a[len(a)-1].Rate
}

// factor is the part of the function that never changes for a person.
func (f *Function) factor(p *Person) float64 {
	x := f.Decile[p.Decile-1] / 12
	if p.Sex == Male {
		x *= f.Male
	}
	if p.Smoker {
		x *= f.Smoker
	}
	return x
}

// deathRate is the yearly rate of dying, before conditions (the sum of theirs is
// added). It rises by a tenth with each year of age (Gompertz).
func deathRate(p *Person, age int) float64 {
	r := 0.0000085 * math.Exp(0.098*float64(age))
	if age == 0 {
		r += 0.003
	}
	if p.Sex == Male {
		r *= 1.35
	}
	return r * (1.35 - 0.07*float64(p.Decile-1))
}

// leavingRate is the yearly rate of moving out of the area.
func leavingRate(age int) float64 {
	switch {
	case age < 16:
		return .025
	case age < 35:
		return .07
	case age < 65:
		return .02
	default:
		return .01
	}
}

// Stay is how long an emergency admission lasts: whole days, the floor of
// Scale * E^(1/0.7) with E standard exponential, at most MaxStay.
const (
	stayShape = 0.7
	// MaxStay is the longest stay in days, so that the record of a stay is known
	// within 92 days of its start.
	MaxStay = 45
)

// stayScale by age band; see stayBand.
var stayScale = [4]float64{1.0, 2.2, 4.5, 7.0}

func stayBand(age int) int {
	switch {
	case age < 18:
		return 0
	case age < 65:
		return 1
	case age < 80:
		return 2
	}
	return 3
}

// stayLonger[band][d] is the chance of a stay of more than d days.
var stayLonger = func() (t [4][MaxStay]float64) {
	for b, s := range stayScale {
		for d := range t[b] {
			t[b][d] = math.Exp(-math.Pow(float64(d+1)/s, stayShape))
		}
	}
	return t
}()

func (c *Chance) stay(band int) int {
	x := stayScale[band] * math.Pow(c.ExpFloat64(), 1/stayShape)
	if x >= MaxStay {
		return MaxStay
	}
	return int(x)
}

// InHospitalRate is the expected number, before U, of emergency admissions up to
// the day whose stay lasts past it.
func (p *Person) InHospitalRate(cal *Calendar, d Day) float64 {
	x := 0.0
	m := cal.MonthOf(d)
	for ago := Day(0); ago < MaxStay; ago++ {
		if d-ago < cal.Starts[m] {
			m--
		}
		if m < p.Entry {
			break
		}
		x += p.Rate[Admission][m] / float64(cal.Days(m)) * stayLonger[stayBand(int(p.Age[m]))][ago]
	}
	return x
}
