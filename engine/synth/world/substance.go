package world

import "leftshift/engine"

// Treatments for the use of drugs or alcohol, in the words of the national
// drug treatment monitoring data set.
var treatments = []string{"Specialist prescribing", "Structured psychosocial intervention", "Structured alcohol intervention"}
var treatmentShares = cumulate([]float64{35, 30, 35})

// substance writes treatment for the use of drugs or alcohol, by which about
// one adult in 140 passes in a year. Who comes depends on age, sex,
// deprivation, smoking and conditions.
func (r *Recorder) substance() {
	c, p := r.c, r.p
	inclined := c.Float64()
	r.poisson(func(day Day) float64 {
		age := p.ageOn(day)
		if age < 18 || age >= 75 {
			return 0
		}
		x := .009 * (1.7 - .14*float64(p.Decile))
		if p.Sex == Male {
			x *= 1.5
		}
		if p.Smoker {
			x *= 2
		}
		if p.has(MentalIllness, day) {
			x *= 4
		}
		if p.has(LiverDisease, day) {
			x *= 5
		}
		if p.has(Depression, day) {
			x *= 1.8
		}
		if inclined < min(x, .5) {
			return .5 // comes, and comes again
		}
		return 0
	}, func(day Day) {
		treatment := treatments[c.pick(treatmentShares)]
		r.during(DrugAlcohol, day, day+14+Day(c.ExpFloat64()*220), Care{Outcome: engine.OutcomeReferral, Service: treatment})
	})
}
