package truth

import (
	"encoding/json"
	"math"
	"os"

	"leftshift/engine/synth/world"
)

// Dates are the index dates of a world, in order: the last day (its outcome is
// not yet known); the latest month end that leaves a year of outcome and 92 days
// for records to arrive; the latest one that leaves as much again before that;
// and the month ends three, six and nine months before it. Those with less than
// fifteen months of history are left out.
func Dates(cal *world.Calendar) []world.Day {
	const gap = Horizon + world.Delay
	end := cal.End()
	second := monthEnd(end - gap)
	first := monthEnd(second - gap)
	var out []world.Day
	for _, back := range []int{9, 6, 3, 0} {
		out = keep(out, cal, monthsBack(first, back))
	}
	return keep(keep(out, cal, second), cal, end)
}

func keep(out []world.Day, cal *world.Calendar, d world.Day) []world.Day {
	if cal.MonthOf(d)+1 >= 15 {
		out = append(out, d)
	}
	return out
}

// monthsBack is the month end n months before a month end.
func monthsBack(d world.Day, n int) world.Day {
	y, m, _ := (d + 1).Civil()
	k := y*12 + m - 1 - n
	return world.DayOf(k/12, k%12+1, 1) - 1
}

func monthEnd(d world.Day) world.Day {
	y, m, _ := (d + 1).Civil()
	return world.DayOf(y, m, 1) - 1
}

// Measure gathers what truth.json says of one index date.
type Measure struct {
	Date world.Day
	// For the outcome as the record shows it, and if nobody could move out.
	record, staying [3]Concordance
}

// Add counts an eligible row.
func (m *Measure) Add(r *Row) {
	if !r.Eligible {
		return
	}
	for i, k := range [3]*Risk{&r.Full, &r.Whole, &r.Known} {
		m.record[i].Add(k.Record, k.Record)
		m.staying[i].Add(k.Staying, k.Staying)
	}
}

// Areas are the best possible areas under the ROC curve.
type Areas struct {
	Rate  float64 `json:"expected_event_rate"`
	Full  float64 `json:"auroc_full_state"`
	Upper float64 `json:"auroc_history_upper"`
	Lower float64 `json:"auroc_history_lower"`
}

func areas(c *[3]Concordance) Areas {
	return Areas{Rate: round(c[2].Rate()), Full: round(c[0].Area()), Upper: round(c[1].Area()), Lower: round(c[2].Area())}
}

// round keeps six digits, and makes what is not a number 0, which JSON can hold.
func round(x float64) float64 {
	if math.IsNaN(x) {
		return 0
	}
	return math.Round(x*1e6) / 1e6
}

// Index is an index date in truth.json.
type Index struct {
	Date     string `json:"index_date"`
	Eligible int    `json:"eligible"`
	// HasOutcome: the whole horizon lies within the period.
	HasOutcome bool    `json:"has_outcome"`
	Target     float64 `json:"target_auroc"`
	Record     Areas   `json:"outcome_as_recorded"`
	Staying    Areas   `json:"outcome_if_staying"`
}

// Report is truth.json.
type Report struct {
	Seed      uint64            `json:"seed"`
	People    int               `json:"people"`
	Years     int               `json:"years"`
	Begin     string            `json:"begin"`
	End       string            `json:"end"`
	Formula   []string          `json:"stated_function"`
	Functions map[string]Stated `json:"coefficients"`
	Gamma     float64           `json:"unseen_factor_gamma_shape"`
	Recorded  []Reach           `json:"share_of_events_recorded_in_the_ordinary_way"`
	Switch    string            `json:"place_b_same_day_emergency_care_changes_on"`
	Indexes   []Index           `json:"index_dates"`
}

// Stated is one function with its conditions by name.
type Stated struct {
	*world.Function
	ByCondition map[string]float64 `json:"condition_rates_a_year"`
}

// Reach is the share of a kind of event that is neither lost, late nor spoilt.
type Reach struct {
	Event  string  `json:"event"`
	PlaceA float64 `json:"place_a"`
	PlaceB float64 `json:"place_b"`
}

var formula = []string{
	"events of a kind in a month ~ Poisson(U * rate), at moments uniform in the month",
	"rate = days/30.4375/12 * season[month] * decile[deprivation] * male^is_male * smoker^is_smoker_at_start * (age_rate(age) + sum of condition rates)",
	"age: whole years at the start of the month, from the month of birth; age_rate runs straight between its anchors and is flat beyond",
	"a condition counts from the 15th calendar month after the month of its onset, so that on an index date the coming year is settled",
	"U ~ Gamma(shape, rate = shape), mean 1, one for each person for life, unseen; deaths, moves, conditions, contacts, values and medicines do not depend on it",
	"risk_365 = sum over months of P(here) P(alive) [S(H) - S(H + h f)(1 - q f) - q * integral of S(H + h t), t from 0 to f], with H the expected admissions so far, h those of the month, f the share of the month within 365 days, q the chance of death in the month (at a uniform moment), S(x) = exp(-U x) for who knows U",
	"history: S(x) = (b/(b+x))^a with a = shape + events seen, b = shape + events expected (before U); the lower observer sees events of days up to D-92 that are neither lost, late nor with a spoilt NHS number, and knows that the person is not in hospital on the night of D; the upper one sees all events up to D",
	"target_auroc is that of the lower observer for the outcome as recorded (who moves out has no more events); auroc is the expected concordance of the observer's risk with an outcome of that chance",
	"recorded outcomes miss the events that the record loses: about 1 in 100 admissions, a further 1 in 100 in place B (spoilt NHS number), and 2 in 100 in place A come more than 92 days late",
}

// NewReport makes the report of a world from the measures of its index dates.
func NewReport(w *world.World, people int, measures []*Measure) *Report {
	cal := &w.Calendar
	r := &Report{Seed: w.Seed, People: people, Years: cal.Months / 12, Begin: cal.Begin().String(), End: cal.End().String(),
		Formula: formula, Functions: map[string]Stated{}, Gamma: world.Shape, Switch: w.Switch().String()}
	for k, f := range world.Functions {
		s := Stated{Function: f, ByCondition: map[string]float64{}}
		for c, rate := range f.Condition {
			s.ByCondition[world.Conditions[c].Name] = rate
		}
		r.Functions[world.EventNames[k]] = s
		r.Recorded = append(r.Recorded, Reach{world.EventNames[k], round(world.Thinning(k, world.PlaceA)), round(world.Thinning(k, world.PlaceB))})
	}
	for _, m := range measures {
		x := Index{Date: m.Date.String(), Eligible: m.record[0].People(), HasOutcome: m.Date+Horizon <= cal.End(),
			Record: areas(&m.record), Staying: areas(&m.staying)}
		x.Target = x.Record.Lower
		r.Indexes = append(r.Indexes, x)
	}
	return r
}

// Save writes the report.
func (r *Report) Save(path string) error {
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(b, '\n'), 0o600)
}
