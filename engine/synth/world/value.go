package world

// Units. Practices differ: two in five report glycated haemoglobin in per cent,
// one in four haemoglobin in g/dL; a few leave units out.
var (
	mmHg     = Unit{"mmHg", "mm[Hg]"}
	kg       = Unit{"kg", "kg"}
	kgm2     = Unit{"kg/m2", "kg/m2"}
	mmolmol  = Unit{"mmol/mol", "mmol/mol"}
	percent  = Unit{"%", "%"}
	egfrUnit = Unit{"mL/min/1.73m2", "mL/min/{1.73_m2}"}
	umoll    = Unit{"umol/L", "umol/L"}
	mmoll    = Unit{"mmol/L", "mmol/L"}
	gl       = Unit{"g/L", "g/L"}
	gdl      = Unit{"g/dL", "g/dL"}
	score    = Unit{"score", "{score}"}
)

// Observable entities (SNOMED CT).
var (
	systolicCode    = Code{"271649006", "Systolic blood pressure"}
	diastolicCode   = Code{"271650006", "Diastolic blood pressure"}
	weightCode      = Code{"27113001", "Body weight"}
	bmiCode         = Code{"60621009", "Body mass index"}
	hba1cCode       = Code{"999791000000106", "Haemoglobin A1c level (IFCC standardised)"}
	hba1cOldCode    = Code{"1003671000000109", "Haemoglobin A1c level"}
	egfrCode        = Code{"1011481000000105", "eGFR using creatinine (CKD-EPI) per 1.73 square metres"}
	creatinineCode  = Code{"1000731000000107", "Serum creatinine level"}
	cholesterolCode = Code{"1005671000000105", "Serum cholesterol level"}
	haemoglobinCode = Code{"1022431000000105", "Haemoglobin estimation"}
	frailtyScale    = Code{"763264000", "Canadian Study of Health and Aging Clinical Frailty Scale score"}
	smokerCode      = Code{"77176002", "Smoker"}
	exSmokerCode    = Code{"8517006", "Ex-smoker"}
	neverCode       = Code{"266919005", "Never smoked tobacco"}
)

// reviews writes measurements: for somebody with a long-term condition or aged
// 65 and over a review about every ten months, for others now and then. Values drift with the
// time since onset. The smoking status at entry is always written down, in time
// and rightly, as it is part of the stated functions.
func (r *Recorder) reviews() {
	p, c := r.p, r.c
	first, last := r.first(), r.last()
	height := 1.62 + .13*float64(2-p.Sex) + .07*c.NormFloat64()
	weight := (26.5 + 4.5*c.NormFloat64()) * height * height
	pressure, sugar, fat := c.NormFloat64(), c.NormFloat64(), c.NormFloat64()
	if p.ageOn(first) >= 16 {
		day := first + Day(c.IntN(10))
		if day >= p.Death {
			day = first
		}
		if h, ok := r.header(day, c.IntN(3)); ok && day < p.Death {
			v := Value{Header: h, Code: r.smoking()}
			r.sinks[h.Place].Value(&v)
			r.Records++
		}
	}
	frailNoted := 0
	for day := first + Day(c.IntN(365)); day < last; {
		age := p.ageOn(day)
		ill := 0
		for k, onset := range p.Onset {
			if onset <= day && Condition(k) != Depression && Condition(k) != Asthma {
				ill++
			}
		}
		b := bodyAt{r: r, day: day, age: age, height: height, weight: weight, pressure: pressure, sugar: sugar, fat: fat}
		switch {
		case ill > 0 || age >= 65:
			b.review(&frailNoted)
			day += 240 + Day(c.IntN(120))
		case age >= 16:
			b.some()
			day += 150 + Day(c.ExpFloat64()*250)
		default:
			if c.Yes(.4) {
				b.measure(weightCode, b.kilos()*min(1, .06+.05*float64(age)), 1, kg)
			}
			day += 365
		}
	}
}

func (r *Recorder) smoking() Code {
	switch {
	case r.p.Smoker:
		return smokerCode
	case r.p.ExSmoker:
		return exSmokerCode
	}
	return neverCode
}

// bodyAt is a person's body on a day.
type bodyAt struct {
	r                    *Recorder
	day                  Day
	age                  int
	height, weight       float64
	pressure, sugar, fat float64
}

// yearsWith is how long the person has had a condition, -1 when not.
func (b *bodyAt) yearsWith(k Condition) float64 {
	if o := b.r.p.Onset[k]; o <= b.day {
		return float64(b.day-o) / 365.25
	}
	return -1
}

func (b *bodyAt) kilos() float64 {
	w := b.weight
	if y := b.yearsWith(Dementia); y >= 0 {
		w -= 1.2 * y
	}
	if y := b.yearsWith(Cancer); y >= 0 && y < 4 {
		w -= 1.5 * y
	}
	if b.yearsWith(Diabetes) >= 0 {
		w += 9
	}
	return max(w, 35)
}

func (b *bodyAt) filtration() float64 {
	g := 112 - .75*float64(b.age)
	if y := b.yearsWith(KidneyDisease); y >= 0 {
		g = min(g, 57) - 1.6*y
	}
	if b.yearsWith(HeartFailure) >= 0 {
		g -= 6
	}
	return max(g, 8)
}

func (b *bodyAt) bloodPressure() {
	s := 112 + .28*float64(b.age) + 9*b.pressure
	if b.yearsWith(Hypertension) >= 0 {
		s += 12
	}
	if b.yearsWith(HeartFailure) >= 0 {
		s -= 9
	}
	c := b.r.c
	b.measure(systolicCode, s+8*c.NormFloat64(), 0, mmHg)
	b.measure(diastolicCode, 42+.27*s-.1*float64(max(b.age-60, 0))+5*c.NormFloat64(), 0, mmHg)
}

func (b *bodyAt) some() {
	b.bloodPressure()
	if b.r.c.Yes(.5) {
		b.measure(weightCode, b.kilos(), 1, kg)
	}
}

// review is the regular check.
func (b *bodyAt) review(frailNoted *int) {
	r, c, p := b.r, b.r.c, b.r.p
	b.bloodPressure()
	kilos := b.kilos() + c.NormFloat64()
	b.measure(weightCode, kilos, 1, kg)
	b.measure(bmiCode, kilos/b.height/b.height, 1, kgm2)
	if y := b.yearsWith(Diabetes); y >= 0 || c.Yes(.4) {
		x := 37 + 2*b.sugar
		if y >= 0 {
			x = 54 + .9*y + 8*b.sugar
		}
		b.hba1c(x + 3*c.NormFloat64())
	}
	if b.yearsWith(KidneyDisease) >= 0 || b.yearsWith(Hypertension) >= 0 || b.yearsWith(Diabetes) >= 0 || c.Yes(.5) {
		g := b.filtration() + 4*c.NormFloat64()
		b.measure(egfrCode, max(g, 5), 0, egfrUnit)
		b.measure(creatinineCode, 6200/max(g, 12), 0, umoll)
	}
	if c.Yes(.6) {
		b.measure(cholesterolCode, max(4.7+.8*b.fat-.3*b.yearsOn(CoronaryDisease)+.3*c.NormFloat64(), 2), 1, mmoll)
	}
	if c.Yes(.5) {
		b.haemoglobin()
	}
	if c.Yes(.5) && b.age >= 16 {
		if h, ok := r.header(b.day, r.practiceLag()); ok {
			v := Value{Header: h, Code: r.smoking()}
			r.send(&v.Header, once, func() { r.sinks[h.Place].Value(&v) })
		}
	}
	if b.age < 65 {
		return
	}
	f := p.frailty(b.day)
	if c.Yes(.5) {
		b.measure(frailtyScale, float64(f), 0, score)
	}
	if grade := min(f-4, 3); grade > *frailNoted && c.Yes(.7) {
		*frailNoted = grade
		if h, ok := r.header(b.day, r.practiceLag()); ok {
			pr := Problem{Header: h, Code: frailtyCode[grade-1], Onset: b.day, End: Never}
			r.send(&pr.Header, once, func() { r.sinks[h.Place].Problem(&pr) })
		}
	}
}

// yearsOn is 1 with the condition and 0 without.
func (b *bodyAt) yearsOn(k Condition) float64 {
	if b.yearsWith(k) >= 0 {
		return 1
	}
	return 0
}

// style is a fixed number of a practice, 0 to 99.
func (r *Recorder) style(day Day) uint64 {
	if g := r.p.At(day); g != nil {
		return Mix(uint64(g.Practice)+77) % 100
	}
	return 0
}

func (b *bodyAt) hba1c(x float64) {
	if b.r.style(b.day) < 40 {
		// The master equation of the National Glycohemoglobin Standardization Program.
		b.measure(hba1cOldCode, x/10.929+2.15, 1, percent)
		return
	}
	b.measure(hba1cCode, x, 0, mmolmol)
}

func (b *bodyAt) haemoglobin() {
	x := 138 + 6*float64(2-b.r.p.Sex) - .15*float64(max(b.age-60, 0)) + 9*b.r.c.NormFloat64()
	if y := b.yearsWith(KidneyDisease); y >= 0 {
		x -= 10
	}
	if b.yearsWith(Cancer) >= 0 {
		x -= 7
	}
	if b.r.style(b.day)%4 == 0 {
		b.measure(haemoglobinCode, x/10, 1, gdl)
		return
	}
	b.measure(haemoglobinCode, x, 0, gl)
}

// measure writes a value, now and then without number or unit, as a copy, as a
// slip (a wild number, withdrawn later), or not at all.
func (b *bodyAt) measure(code Code, x float64, decimals int, unit Unit) {
	r, c := b.r, b.r.c
	y := c.Float64()
	if y < lostOther {
		return
	}
	h, ok := r.header(b.day, r.practiceLag())
	if !ok {
		return
	}
	for i := 0; i < decimals; i++ {
		x *= 10
	}
	v := Value{Header: h, Code: code, Number: int(x + .5), Decimals: decimals, Unit: unit}
	switch {
	case y > .99:
		v.Missing = true
	case y > .975:
		v.Unit = Unit{}
	}
	f := r.fate()
	if f == mistaken {
		v.Number *= 3
	}
	r.send(&v.Header, f, func() { r.sinks[h.Place].Value(&v) })
}
