// Package censor gives each row a label and a weight when some people leave
// before their outcome can be seen.
//
// The outcome is a first emergency admission within h days of the index date,
// before death. Someone who moves away on day 40 without one is neither a 1 nor
// a 0. To drop such people and count the rest alike would make the rate too
// high, for those with an early admission are kept and those without lose
// members; to call them 0 would make it too low. Inverse probability of
// censoring weights put that right: a row whose outcome is known stands also for
// those like it who had left by then (Robins and Finkelstein, Biometrics 2000;
// Vock et al., Journal of Biomedical Informatics 2016).
package censor

import (
	"fmt"
	"slices"
)

// Status is how a person's time at risk ended.
type Status uint8

const (
	Event     Status = iota + 1 // first emergency admission, on Day
	Died                        // death without one before, on Day
	Left                        // no longer observed after Day: moved away, opted out, data end
	Completed                   // observed to the end of day h without any of these; Day is h
)

// Row is one person and index date. Day counts from the index date, the day
// after it being 1, up to the horizon h.
//
// Ties: on one day events come first, then deaths, then leaving, so someone who
// leaves on day d was watched through day d. Someone who leaves on day h has
// completed. An admission on the day of death is an Event.
//
// Stratum names a group within which leaving does not depend on risk, such as a
// practice or an age band; all 0 is one group. Strata must be large: a curve
// from few people gives wild weights.
type Row struct {
	Status  Status
	Day     int
	Stratum int
}

// Result is what a model is fitted and judged with.
type Result struct {
	Label    []float64 // 1 for an event; 0 for others, those of weight 0 too
	Weight   []float64 // 1/G(Day-); 0 for rows that left before h
	Censored int       // rows of weight 0
	Greatest float64   // the greatest weight; above 10 says look at who leaves
	Curves   []Curve   // by stratum, rising
}

// Curve is the estimated probability of not leaving in a stratum: Stay[d] is
// G(d), of not leaving on days 1 to d, with Stay[0] = 1, up to day h-1.
type Curve struct {
	Stratum int
	Rows    int
	Stay    []float64
}

// Weigh labels and weighs rows for horizon h in days.
//
// The weight of a row whose outcome is known on day t is 1/G(t-), G(t-) being
// the probability of not leaving before day t: the Kaplan-Meier estimate of the
// time to leaving, in which events and deaths, and the horizon, end the time at
// risk of leaving. A death before any admission is a full answer: label 0 with
// the weight of its day. Weights sum to the number of rows of the stratum,
// unless everyone of it has gone before h; where nobody leaves they are 1.
//
// Errors are a horizon below 1, a status that is not one, a day outside 1 to h,
// and a Completed row whose day is not h.
func Weigh(rows []Row, h int) (*Result, error) {
	if h < 1 {
		return nil, fmt.Errorf("censor.horizon: the horizon is %d days; give 1 or more", h)
	}
	type tally struct{ ended, left []int } // by day
	strata := map[int]*tally{}
	for i, r := range rows {
		switch {
		case r.Status < Event || r.Status > Completed:
			return nil, fmt.Errorf("censor.status: row %d has no status; give Event, Died, Left or Completed", i)
		case r.Day < 1 || r.Day > h:
			return nil, fmt.Errorf("censor.day: the day of row %d is outside 1 to %d; count days from the index date, and end follow-up at the horizon", i, h)
		case r.Status == Completed && r.Day != h:
			return nil, fmt.Errorf("censor.completed: row %d completed before day %d; someone who is no longer watched has Left", i, h)
		}
		s := strata[r.Stratum]
		if s == nil {
			s = &tally{make([]int, h+1), make([]int, h+1)}
			strata[r.Stratum] = s
		}
		if r.Status == Left && r.Day < h {
			s.left[r.Day]++
		} else {
			s.ended[r.Day]++
		}
	}

	out := &Result{Label: make([]float64, len(rows)), Weight: make([]float64, len(rows))}
	stay := map[int][]float64{}
	for id, s := range strata {
		watched := 0 // at the start of the day
		for d := 1; d <= h; d++ {
			watched += s.ended[d] + s.left[d]
		}
		c := Curve{Stratum: id, Rows: watched, Stay: make([]float64, h)}
		c.Stay[0] = 1
		for d := 1; d < h; d++ {
			watched -= s.ended[d] // by ties these were never at risk of leaving on day d
			c.Stay[d] = c.Stay[d-1]
			if s.left[d] > 0 {
				c.Stay[d] *= 1 - float64(s.left[d])/float64(watched)
			}
			watched -= s.left[d]
		}
		stay[id] = c.Stay
		out.Curves = append(out.Curves, c)
	}
	slices.SortFunc(out.Curves, func(a, b Curve) int { return a.Stratum - b.Stratum })

	for i, r := range rows {
		if r.Status == Left && r.Day < h {
			out.Censored++
			continue
		}
		if r.Status == Event {
			out.Label[i] = 1
		}
		// Above 0: this row itself was still at risk on every day before.
		out.Weight[i] = 1 / stay[r.Stratum][r.Day-1]
		out.Greatest = max(out.Greatest, out.Weight[i])
	}
	return out, nil
}
