package world

// contactRate is the yearly number of contacts with the practice, before those
// that conditions bring.
var contactRate = []float64{4.6, 2.8, 2.8, 3, 3.2, 3.4, 3.6, 4, 4.6, 5.2, 5.4} // at ages 0, 10 ... 100

// contacts writes consultations. Their number depends on age and conditions
// only. Half are by telephone or online.
func (r *Recorder) contacts() {
	p, c := r.p, r.c
	first, last := r.first(), r.last()
	for from := first; from < last; from += 365 {
		to := min(from+365, last)
		rate := interpolate(contactRate, float64(p.ageOn(from))/10)
		for k, onset := range p.Onset {
			if onset <= from {
				rate += .6 * Conditions[k].contacts
			}
		}
		frail := p.frailty(from) >= 6
		step := 365 / rate
		for t := c.ExpFloat64() * step; t < float64(to-from); t += c.ExpFloat64() * step {
			r.contact(from+Day(t), frail)
		}
	}
}

var roles = []string{"GP", "Practice nurse", "Pharmacist", "Healthcare assistant"}

func (r *Recorder) contact(day Day, frail bool) {
	c := r.c
	x, y, z := c.Float64(), c.Float64(), c.Float64()
	if z < lostOther {
		return
	}
	h, ok := r.header(day, r.practiceLag())
	if !ok {
		return
	}
	k := Contact{Header: h, Role: roles[0], Minute: 8*60 + c.IntN(10*60)}
	switch {
	case frail && x < .25:
		k.Mode = Home
	case x < .58:
		k.Mode = Surgery
	case x < .90:
		k.Mode = Telephone
	default:
		k.Mode = Online
	}
	if y > .55 {
		k.Role = roles[1+int((y-.55)/.151)]
	}
	switch {
	case z > .96:
		k.Outcome = DidNotAttend
	case z > .93:
		k.Outcome = Cancelled
	}
	r.send(&k.Header, r.fate(), func() { r.sinks[h.Place].Contact(&k) })
}

// medicines writes issues. A long-term medicine is issued each 56 days from the
// condition (or the registration, if that is later) until death or leaving; the
// issues in between, by repeat dispensing, are not in the record.
func (r *Recorder) medicines() {
	p, c := r.p, r.c
	first, last := r.first(), r.last()
	var taken [drugs]bool
	repeat := func(d drug, from Day) {
		if taken[d] {
			return
		}
		taken[d] = true
		for day := from + Day(c.IntN(56)); day <= last; day += 52 + Day(c.IntN(9)) {
			r.issue(d, day)
		}
	}
	for k, onset := range p.Onset {
		if onset == Never {
			continue
		}
		for _, use := range Conditions[k].drugs {
			if c.Yes(use.share) {
				repeat(use.drug, max(onset+20, first))
			}
		}
	}
	age := p.ageOn(first)
	// What people take for reasons that are not among the conditions.
	stomach, fat, thyroid, pill, pain := c.Float64(), c.Float64(), c.Float64(), c.Float64(), c.Float64()
	if stomach < .0035*float64(age) {
		repeat(omeprazole, first)
	}
	if age >= 50 && fat < .3 {
		repeat(atorvastatin, first)
	}
	if p.Sex == Female && thyroid < .0015*float64(age) || thyroid < .0003*float64(age) {
		repeat(levothyroxine, first)
	}
	if p.Sex == Female && age >= 16 && age < 45 && pill < .25 {
		repeat(contraceptive, first)
	}
	if pain < .006*float64(age) {
		repeat(paracetamol, first)
	}
	years := float64(last-first) / 365.25
	for t := c.ExpFloat64() / .5; t < years; t += c.ExpFloat64() / .5 {
		r.issue(amoxicillin, first+Day(t*365.25))
	}
	for t := c.ExpFloat64() / .7; t < years; t += c.ExpFloat64() / .7 {
		r.issue(paracetamol, first+Day(t*365.25))
	}
}

func (r *Recorder) issue(d drug, day Day) {
	if r.c.Yes(lostOther) {
		return
	}
	h, ok := r.header(day, r.practiceLag())
	if !ok {
		return
	}
	i := Issue{Header: h, Medicine: &Medicines[d]}
	r.send(&i.Header, r.fate(), func() { r.sinks[h.Place].Medicine(&i) })
}
