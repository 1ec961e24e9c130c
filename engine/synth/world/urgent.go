package world

import "leftshift/engine"

// Response categories of ambulance incidents.
var responseCategories = []string{"C1", "C2", "C3", "C4"}
var responseShares = cumulate([]float64{10, 58, 28, 4})

// urgent writes 111 calls and ambulance incidents. Those that end in an
// emergency department belong to an attendance that the record shows; a fall
// that the practice notes may have an ambulance that conveys nobody; the rest
// depend on age and conditions alone. Together about 0.35 calls and 0.15
// incidents a person and year, half of these conveyed to an emergency
// department (England, about 22 million calls and 8.5 million incidents a
// year).
func (r *Recorder) urgent() {
	c := r.c
	for i := range r.arrivals {
		a := &r.arrivals[i]
		call := c.Yes(.18)
		before := max(a.minute-c.Between(30, 90), 0)
		if a.ambulance {
			if call {
				r.at(NHS111, a.day, Care{Outcome: engine.OutcomeAmbulanceSent, Minute: before}, a.spoilt)
			}
			r.incident(a.day, before, engine.OutcomeConveyedToED, a.complaint, Trusts[PlaceB].Code, a.spoilt)
		} else if call {
			r.at(NHS111, a.day, Care{Outcome: engine.OutcomeToED, Minute: before}, a.spoilt)
		}
	}
	for i := range r.p.Events {
		e := &r.p.Events[i]
		if take := e.Kind == Fall && c.Yes(.3); take && e.Ordinary() {
			r.incident(e.Day, c.IntN(24*60), engine.OutcomeNotConveyed, "161898004", "", c.Yes(spoiltShare))
		}
	}
	burden := func(day Day) float64 {
		x := 1.0
		for k, onset := range r.p.Onset {
			if onset <= day {
				x += 2 * Conditions[k].Attendance
			}
		}
		return x
	}
	r.poisson(func(day Day) float64 {
		return .26 * interpolate(callsByAge, float64(r.p.ageOn(day))/10) * burden(day)
	}, func(day Day) {
		o := advised[c.pick(advisedShares)]
		r.at(NHS111, day, Care{Outcome: o, Minute: c.IntN(24 * 60)}, c.Yes(spoiltShare))
	})
	r.poisson(func(day Day) float64 {
		return .055 * interpolate(incidentsByAge, float64(r.p.ageOn(day))/10) * burden(day)
	}, func(day Day) {
		o, to := notConveyed[c.pick(notConveyedShares)], ""
		if o == engine.OutcomeConveyedElsewhere {
			to = "RZ2UT" // an urgent treatment centre
		}
		r.incident(day, c.IntN(24*60), o, complaints[c.IntN(len(complaints))].Code, to, c.Yes(spoiltShare))
	})
}

// Relative rates at ages 0, 10 ... 100.
var callsByAge = []float64{2.6, .9, 1.1, 1, .8, .75, .75, .85, 1.2, 1.6, 1.8}
var incidentsByAge = []float64{.5, .3, .6, .6, .6, .7, .9, 1.6, 4, 8, 9}

var advised = []uint8{engine.OutcomePrimaryCare, engine.OutcomeOtherService, engine.OutcomeSelfCare}
var advisedShares = cumulate([]float64{60, 20, 20})

var notConveyed = []uint8{engine.OutcomeNotConveyed, engine.OutcomeHearAndTreat, engine.OutcomeConveyedElsewhere}
var notConveyedShares = cumulate([]float64{58, 30, 12})

func (r *Recorder) incident(day Day, minute int, outcome uint8, complaint, to string, spoilt bool) {
	category := responseCategories[r.c.pick(responseShares)]
	if outcome == engine.OutcomeHearAndTreat {
		category = "C4"
	}
	r.at(Ambulance, day, Care{Outcome: outcome, Service: complaint, How: category, To: to, Minute: minute}, spoilt)
}
