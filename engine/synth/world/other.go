package world

var (
	penicillin  = Code{"91936005", "Allergy to penicillin"}
	noAllergy   = Code{"716186003", "No known allergy"}
	fluVaccine  = Code{"1181000221105", "Influenza virus antigen only vaccine product"}
	carePlan    = Code{"734163000", "Care plan"}
	lifePlan    = Code{"736373009", "End of life care plan"}
	adjustment  = Code{"1082681000000103", "Requires support for receptive communication needs"}
	referralFor = []Code{{"3457005", "Patient referral"}, {"183524004", "Referral to psychiatry service"}, {"183545006", "Referral to orthopaedic service"}}
)

// others writes allergies, immunisations, referrals, care plans, flags and
// pointers to documents. Place B's practices send none of these.
func (r *Recorder) others() {
	p, c := r.p, r.c
	first, last := r.first(), r.last()
	allergic := c.Float64()
	if allergic < .30 {
		if n, ok := r.note(min(first+Day(c.IntN(300)), last), penicillin); ok {
			if allergic > .08 {
				n.Code = noAllergy
			}
			n.Ended = allergic < .01
			r.send(&n.Header, r.fate(), func() { r.sinks[n.Place].Allergy(&n) })
		}
	}
	y, _, _ := first.Civil()
	for ; ; y++ {
		day := DayOf(y, 9, 20) + Day(c.IntN(80))
		if day > last {
			break
		}
		if day < first || !c.Yes(.75) || !(p.ageOn(day) >= 65 || r.chronic(day)) {
			continue
		}
		if n, ok := r.note(day, fluVaccine); ok {
			r.send(&n.Header, r.fate(), func() { r.sinks[n.Place].Immunisation(&n) })
		}
	}
	years := float64(last-first) / 365.25
	for t := c.ExpFloat64() / .25; t < years; t += c.ExpFloat64() / .25 {
		if n, ok := r.note(first+Day(t*365.25), referralFor[c.pick(referralShares)]); ok {
			n.Urgent = c.Yes(.15)
			r.send(&n.Header, r.fate(), func() { r.sinks[n.Place].Referral(&n) })
		}
	}
	for _, x := range []struct {
		k     Condition
		share float64
		code  Code
		write func(Sink, *Note)
	}{
		{Dementia, .6, carePlan, Sink.CarePlan}, {CareHome, .7, carePlan, Sink.CarePlan}, {Cancer, .2, lifePlan, Sink.Document},
		{CareHome, .35, lifePlan, Sink.Document}, {LearningDisability, .7, adjustment, Sink.Flag},
	} {
		take, wait := c.Yes(x.share), Day(c.IntN(200))
		if p.Onset[x.k] == Never || !take {
			continue
		}
		if n, ok := r.note(max(p.Onset[x.k], first)+wait, x.code); ok {
			r.send(&n.Header, r.fate(), func() { x.write(r.sinks[n.Place], &n) })
		}
	}
}

var referralShares = cumulate([]float64{6, 1, 2})

// chronic says whether the person is called for the influenza vaccine.
func (r *Recorder) chronic(d Day) bool {
	for _, k := range [...]Condition{Diabetes, CoronaryDisease, HeartFailure, COPD, KidneyDisease, Stroke, LiverDisease} {
		if r.p.Onset[k] <= d {
			return true
		}
	}
	return false
}

func (r *Recorder) note(day Day, code Code) (n Note, ok bool) {
	if day >= r.p.Death || r.c.Yes(lostOther) {
		return n, false
	}
	n.Header, ok = r.header(day, r.practiceLag())
	n.Code, n.End = code, Never
	return n, ok
}
