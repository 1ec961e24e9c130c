package world

import "leftshift/engine"

// Service types and components of adult social care client level data.
const (
	communitySupport = "Long Term Support: Community"
	residentialCare  = "Long Term Support: Residential Care"
	nursingCare      = "Long Term Support: Nursing Care"
	reablement       = "Short Term Support: ST-Max"

	homeSupport = "Home Support"
)

// social writes what the council does for adults: a request, an assessment,
// and for many a package of care at home with its reviews, which gives way to
// a care home; and support for some weeks after a stay in hospital. Who needs
// it follows from frailty, care home residence and learning disability.
func (r *Recorder) social() {
	c, p := r.c, r.p
	first, last := r.first(), r.last()
	funded := c.Float64() < .95-.05*float64(p.Decile)
	need := Never
	for day := first; day <= last && p.ageOn(day) >= 18; day += 91 {
		if p.frailty(day) >= 6 || p.has(LearningDisability, day) {
			need = day
			break
		}
	}
	home := p.Onset[CareHome]
	if wait := Day(c.IntN(90)); funded && need < home && need+wait <= last {
		r.atHome(need+wait, home)
	}
	if kind := c.Float64(); funded && home != Never && home <= last {
		service := residentialCare
		if kind < .4 {
			service = nursingCare
		}
		r.service(max(home, first), Never, service, "", 0)
	}
	for i := range p.Events {
		e := &p.Events[i]
		if e.Kind != Admission {
			continue
		}
		x, unplanned, from := c.Float64(), c.Float64(), e.Day+Day(e.Stay)
		if !e.Ordinary() {
			continue
		}
		if x < .12 && e.Stay >= 2 && p.ageOn(e.Day) >= 65 && home > from {
			r.service(from, from+Day(c.Between(14, 42)), reablement, homeSupport, 7)
		}
		if r.packaged(from) && unplanned < .3 {
			r.single(from+Day(c.Between(5, 30)), engine.OutcomeReview)
		}
	}
	// Requests that lead to nothing more than advice.
	r.poisson(func(day Day) float64 {
		if age := p.ageOn(day); age < 18 {
			return 0
		} else if age < 65 {
			return .012
		}
		return .02 + .02*float64(p.frailty(day))
	}, func(day Day) {
		r.single(day, engine.OutcomeRequest)
		if c.Yes(.3) {
			r.single(day+Day(c.Between(10, 50)), engine.OutcomeAssessment)
		}
	})
}

// atHome writes a package of care at home from the first request on, with a
// review about each year, of which one in four changes it.
func (r *Recorder) atHome(asked, home Day) {
	c := r.c
	r.single(asked, engine.OutcomeRequest)
	assessed := asked + Day(c.Between(7, 42))
	r.single(assessed, engine.OutcomeAssessment)
	from, hours := assessed+Day(c.Between(2, 21)), c.Between(4, 21)
	if from >= home {
		return
	}
	r.packages = [2]Day{from, home}
	for {
		next := from
		changed := false
		for !changed && next < home && next <= r.last() {
			next += Day(c.Between(270, 500))
			if next < home && c.Yes(.85) {
				r.single(next, engine.OutcomeReview)
				changed = c.Yes(.25)
			}
		}
		to := min(next, home)
		if to > r.last() {
			to = min(home, Never)
		}
		r.service(from, to, communitySupport, homeSupport, hours)
		if to >= home || to > r.last() {
			return
		}
		from, hours = to, min(max(hours+c.Between(-2, 10), 3), 42)
	}
}

// packaged says whether a package of care at home is open on a day.
func (r *Recorder) packaged(day Day) bool { return r.packages[0] <= day && day < r.packages[1] }

func (r *Recorder) service(from, to Day, service, part string, hours int) {
	r.during(SocialCare, from, to, Care{Outcome: engine.OutcomeService, Service: service, Part: part, Hours: hours})
}

func (r *Recorder) single(day Day, outcome uint8) {
	r.at(SocialCare, day, Care{Outcome: outcome}, r.c.Yes(spoiltShare))
}
