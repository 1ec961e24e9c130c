package world

// Types of mental health service: SERVICE OR TEAM TYPE REFERRED TO (MENTAL
// HEALTH) of the Mental Health Services Data Set.
const (
	crisisTeam    = "A02"
	primaryMental = "A05"
	communityTeam = "A06"
	liaison       = "A11"
	memoryService = "A17"
)

// mental writes care by mental health services: a community team for severe
// mental illness, the primary care service for depression, the memory service
// when dementia sets in, crises, and a psychiatric liaison team's visit to the
// emergency department.
func (r *Recorder) mental() {
	c, p := r.c, r.p
	ill := p.Onset[MentalIllness]
	for i := range r.arrivals {
		a := &r.arrivals[i]
		share := .004
		switch {
		case ill <= a.day:
			share = .15
		case p.has(Depression, a.day):
			share = .03
		}
		if c.Yes(share) {
			r.referral(MentalHealth, liaison, a.day)
		}
	}
	if ill != Never {
		// Under the team on and off, from the onset or the first registration.
		for day := max(ill, r.first()) + Day(c.IntN(60)); day <= r.last(); day += 60 + Day(c.ExpFloat64()*1200) {
			r.referral(MentalHealth, communityTeam, day)
		}
	}
	if d := p.Onset[Dementia]; d != Never {
		if take, wait := c.Yes(.8), Day(c.IntN(60)); take {
			r.referral(MentalHealth, memoryService, d-60+wait)
		}
	}
	r.poisson(func(day Day) float64 {
		switch {
		case p.has(Depression, day):
			return .1
		case p.ageOn(day) >= 16:
			return .012
		}
		return .02 // children's services
	}, func(day Day) { r.referral(MentalHealth, primaryMental, day) })
	r.poisson(func(day Day) float64 {
		switch {
		case p.has(MentalIllness, day):
			return .18
		case p.has(Depression, day):
			return .012
		}
		return .0015
	}, func(day Day) { r.referral(MentalHealth, crisisTeam, day) })
}
