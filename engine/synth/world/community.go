package world

import "leftshift/engine"

// Types of community service: SERVICE OR TEAM TYPE REFERRED TO (COMMUNITY
// CARE) of the Community Services Data Set.
const (
	cardiacService      = "04"
	districtNursing     = "12"
	occupationalTherapy = "23"
	physiotherapy       = "26"
	crisisResponse      = "51"
)

// community writes referrals to community services and their contacts: after
// a stay in hospital, and by age, frailty and conditions.
func (r *Recorder) community() {
	c, p := r.c, r.p
	for i := range p.Events {
		e := &p.Events[i]
		if e.Kind != Admission {
			continue
		}
		x, wait := c.Float64(), Day(c.IntN(3))
		share := .06
		if p.ageOn(e.Day) >= 65 {
			share = .32
		}
		if !e.Ordinary() || e.Stay < 1 || x >= share {
			continue
		}
		service := afterHospital[c.pick(afterHospitalShares)]
		r.referral(Community, service, e.Day+Day(e.Stay)+wait)
	}
	r.poisson(func(day Day) float64 {
		f := p.frailty(day)
		if f < 5 {
			return 0
		}
		return .3 * float64(f-4)
	}, func(day Day) { r.referral(Community, districtNursing, day) })
	r.poisson(func(day Day) float64 {
		x := .015 + .0008*float64(p.ageOn(day))
		if p.has(RheumatoidArthritis, day) || p.has(Osteoporosis, day) || p.has(Stroke, day) || p.has(Parkinsons, day) {
			x += .12
		}
		return x
	}, func(day Day) {
		service := physiotherapy
		if c.Yes(.25) {
			service = occupationalTherapy
		}
		r.referral(Community, service, day)
	})
	r.poisson(func(day Day) float64 {
		if p.has(HeartFailure, day) {
			return .2
		}
		return 0
	}, func(day Day) { r.referral(Community, cardiacService, day) })
}

var afterHospital = []string{districtNursing, crisisResponse, physiotherapy, occupationalTherapy}
var afterHospitalShares = cumulate([]float64{45, 20, 20, 15})

// courses says how long a referral lasts and how often there is a contact, in
// days, by type of service.
var courses = map[string]struct{ long, every float64 }{
	districtNursing: {110, 9}, occupationalTherapy: {45, 20}, physiotherapy: {75, 18}, crisisResponse: {14, 3}, cardiacService: {120, 28},
	crisisTeam: {24, 3}, primaryMental: {90, 21}, communityTeam: {900, 35}, memoryService: {100, 40}, liaison: {2, 2},
}

// referral writes a referral to a community or mental health service with the
// contacts under it.
func (r *Recorder) referral(kind CareKind, service string, from Day) {
	c, x := r.c, courses[service]
	long := 1 + Day(c.ExpFloat64()*x.long)
	wait := Day(c.ExpFloat64() * x.every / 2)
	request, last, ok := r.during(kind, from, from+long, Care{Outcome: engine.OutcomeReferral, Service: service})
	if ok {
		r.careContacts(kind, request, from+wait, last, x.every, Care{Service: service, How: faceToFace, Minute: 9*60 + c.IntN(7*60)})
	}
}
