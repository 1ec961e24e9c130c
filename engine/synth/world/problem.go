package world

// Codes of the practice's record.
var (
	fallCode    = Code{"217082002", "Accidental fall"}
	frailtyCode = [3]Code{{"925791000000100", "Mild frailty"}, {"925831000000107", "Moderate frailty"}, {"925861000000102", "Severe frailty"}}
)

// problems writes the conditions. Each has one record that is never lost, late,
// spoilt or withdrawn, made by the practice within sixty days of the onset (or
// on the transfer of the record, for somebody who moves in); further mentions
// follow at reviews. A change of place brings a transferred copy of each.
func (r *Recorder) problems() {
	p, c := r.p, r.c
	var code [conditions]Code
	for k, onset := range p.Onset {
		if onset == Never {
			continue
		}
		f := &Conditions[k]
		pr := Problem{Onset: onset, End: Never}
		codes := f.Codes
		code[k] = codes[c.IntN(len(codes))]
		pr.Code = code[k]
		recorded := onset + Day(c.IntN(61))
		lag := 0
		if c.Yes(.3) {
			lag = c.IntN(8)
		}
		extra := c.Float64()
		var h Header
		ok := false
		if entry := r.first(); recorded < entry && p.Came == Present {
			h, ok = r.headerAt(&p.Registrations[0], recorded, lag)
			h.Known = max(h.Known, recorded)
		} else {
			if recorded < entry {
				recorded, lag = entry+Day(c.IntN(10)), c.IntN(5)
			}
			if recorded >= p.Death || p.At(recorded) == nil {
				continue // died or left before anybody wrote it down
			}
			h, ok = r.header(recorded, lag)
		}
		if !ok {
			continue
		}
		pr.Header = h
		r.sinks[h.Place].Problem(&pr)
		r.Records++
		if extra < duplicated && r.copyOf(&pr.Header) {
			r.sinks[h.Place].Problem(&pr)
			r.Records++
		}
	}
	r.mentions(code)
	r.transfer(code)
	// A slip, once in 400 years: a condition of somebody else, withdrawn later.
	years := float64(r.last()-r.first()) / 365
	for t := c.ExpFloat64() * 400; t < years; t += c.ExpFloat64() * 400 {
		day := r.first() + Day(t*365)
		k := c.IntN(int(conditions) - 1)
		if p.Onset[k] != Never {
			continue
		}
		h, ok := r.header(day, c.IntN(8))
		if !ok {
			continue
		}
		pr := Problem{Header: h, Code: Conditions[k].Codes[0], Onset: day, End: Never}
		r.send(&pr.Header, mistaken, func() { r.sinks[h.Place].Problem(&pr) })
	}
}

// mentions repeats a condition at a review, about once in four years; these may
// be lost, late or doubled.
func (r *Recorder) mentions(code [conditions]Code) {
	p, c := r.p, r.c
	last := r.last()
	for k, onset := range p.Onset {
		if onset == Never {
			continue
		}
		for day := max(onset+61, r.first()) + Day(c.ExpFloat64()*1500); day < last; day += 30 + Day(c.ExpFloat64()*1500) {
			if c.Yes(lostOther) {
				continue
			}
			h, ok := r.header(day, r.practiceLag())
			if !ok {
				continue
			}
			pr := Problem{Header: h, Code: code[k], Onset: day, End: Never}
			f := r.fate()
			if f == mistaken {
				f = once // a true fact is never withdrawn
			}
			r.send(&pr.Header, f, func() { r.sinks[h.Place].Problem(&pr) })
		}
	}
}

// transfer copies the problems to the new place when somebody moves to a
// practice there.
func (r *Recorder) transfer(code [conditions]Code) {
	p, c := r.p, r.c
	for i := 1; i < len(p.Registrations); i++ {
		g := &p.Registrations[i]
		if g.Place == p.Registrations[i-1].Place {
			continue
		}
		for k, onset := range p.Onset {
			if onset == Never || onset+60 >= g.From {
				continue
			}
			day := g.From + Day(c.IntN(10))
			if day >= p.Death {
				continue
			}
			h, ok := r.headerAt(g, day, c.IntN(5))
			if !ok {
				continue
			}
			pr := Problem{Header: h, Code: code[k], Onset: onset, End: Never}
			r.sinks[h.Place].Problem(&pr)
			r.Records++
		}
	}
}

// frailty is the Clinical Frailty Scale that age and conditions give, 1 to 8.
func (p *Person) frailty(d Day) int {
	x := float64(p.ageOn(d)-60) / 9
	for k, onset := range p.Onset {
		if onset > d {
			continue
		}
		switch Condition(k) {
		case Dementia, Parkinsons, CareHome:
			x += 1.6
		case HeartFailure, Stroke, COPD:
			x += .8
		case Hypertension, Asthma, Depression:
			x += .15
		default:
			x += .4
		}
	}
	return min(max(1+int(x), 1), 8)
}
