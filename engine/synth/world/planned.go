package world

// operation is a planned procedure with its SNOMED CT and OPCS-4 codes and the
// diagnosis it is done for.
type operation struct {
	opcs, snomed    Code
	icd, function   string
	day             float64 // share done as day cases
	men, women, old float64 // a year at 60, and the factor at 75 and over
}

var operations = []operation{
	{Code{"H221", "Diagnostic fibreoptic endoscopic examination of colon"}, Code{"73761001", "Colonoscopy"}, "K573", "301", .97, .03, .03, 1.2},
	{Code{"G451", "Fibreoptic endoscopic examination of upper gastrointestinal tract"}, Code{"76009000", "Esophagogastroduodenoscopy"}, "K219", "301", .98, .02, .02, 1},
	{Code{"C751", "Insertion of prosthetic replacement for lens"}, Code{"415089008", "Phacoemulsification of cataract"}, "H259", "130", .99, .012, .013, 4},
	{Code{"W371", "Primary total prosthetic replacement of hip joint using cement"}, Code{"52734007", "Total replacement of hip"}, "M169", "110", .05, .004, .005, 2},
	{Code{"T202", "Primary repair of inguinal hernia using insert"}, Code{"44558001", "Repair of inguinal hernia"}, "K409", "100", .8, .008, .001, 1},
	{Code{"X352", "Intravenous chemotherapy"}, Code{"367336001", "Chemotherapy"}, "C189", "370", .95, .02, .02, 1},
}

// planned writes what is arranged beforehand: operations, births, outpatients.
// None of it depends on U. A planned stay that would fall into an emergency one
// does not take place.
func (r *Recorder) planned() {
	p, c := r.p, r.c
	if p.Came == Born {
		r.birth()
	}
	first, last := r.first(), r.last()
	years := float64(last-first) / 365.25
	many := 1.0
	for k, onset := range p.Onset {
		if onset < last && Condition(k) != CareHome {
			many += .35
		}
	}
	age := p.ageOn(first)
	scale := min(float64(age)/60, 1)
	if age < 16 {
		scale = .08
	}
	for i := range operations {
		o := &operations[i]
		rate := o.women
		if p.Sex == Male {
			rate = o.men
		}
		if age >= 75 {
			rate *= o.old
		}
		if o.function == "370" {
			rate = 0
			if p.Onset[Cancer] < last && p.Onset[Cancer] > first-400 {
				rate = 1.5
			}
		} else {
			rate *= scale * many
		}
		if rate == 0 {
			continue
		}
		for t := c.ExpFloat64() / rate; t < years; t += c.ExpFloat64() / rate {
			r.operate(o, first+Day(t*365.25))
		}
	}
	if p.Sex == Female && age < 44 && age > 12 {
		for t := c.ExpFloat64() / .06; t < years; t += 1 + c.ExpFloat64()/.06 {
			day := first + Day(t*365.25)
			if a := p.ageOn(day); a >= 16 && a < 45 {
				r.stayPlanned(day, c.IntN(4), "31", "O800", "501", '1', nil)
			}
		}
	}
	rate := .35*min(many, 5) + .01*float64(age)
	seen := 0
	for t := c.ExpFloat64() / rate; t < years; t += c.ExpFloat64() / rate {
		r.outpatient(first+Day(t*365.25), seen)
		seen++
	}
}

// inEmergency says whether an emergency stay touches the days.
func (p *Person) inEmergency(from, to Day) bool {
	for i := range p.Events {
		e := &p.Events[i]
		if e.Kind == Admission && e.Day <= to && e.Day+Day(e.Stay) >= from {
			return true
		}
	}
	return false
}

func (r *Recorder) operate(o *operation, day Day) {
	c := r.c
	stay, class := 0, byte('2')
	if !c.Yes(o.day) {
		stay, class = c.Between(1, 6), '1'
	}
	method := "11"
	if x := c.Float64(); x < .25 {
		method = "12"
	} else if x < .4 {
		method = "13"
	}
	r.stayPlanned(day, stay, method, o.icd, o.function, class, o)
}

func (r *Recorder) stayPlanned(day Day, stay int, method, icd, function string, class byte, o *operation) {
	p, c := r.p, r.c
	reg := p.At(day)
	lagA, lost, f := c.Between(1, 10), c.Yes(lostOther), r.fate()
	spoilt := c.Yes(spoiltShare)
	end := day + Day(stay)
	if reg == nil || lost || end >= p.Death || p.inEmergency(day, end) {
		return
	}
	if reg.Place == PlaceB {
		lagA = SUSLag
	} else {
		spoilt = false
	}
	h, _ := r.headerAt(reg, day, 0)
	h.Known, h.Spoilt = end+Day(lagA), spoilt
	secondary := r.comorbid(day, p.ageOn(day), icd, "")
	r.episodes[0] = Episode{Start: day, End: end, Function: function, Primary: icd, Secondary: secondary}
	s := Spell{Header: h, Provider: trust(reg.Place), Number: r.id(), Method: method, Source: "19", Class: class, Discharge: end,
		DischargeMethod: "1", Destination: "19", Episodes: r.episodes[:1], Minute: 7*60 + c.IntN(240)}
	if o != nil {
		s.Procedure = o.opcs
	}
	if f == mistaken {
		f = once
	}
	sink := r.sinks[h.Place]
	r.send(&s.Header, f, func() { sink.Spell(&s) })
	if o != nil && h.Place == PlaceA && h.Known <= r.w.Calendar.End() {
		n := Note{Header: h, Code: o.snomed}
		n.ID = r.id()
		sink.Procedure(&n)
		r.Records++
	}
}

// birth writes the child's own hospital spell, before any registration, with
// the practice that registers the child later.
func (r *Recorder) birth() {
	p, c := r.p, r.c
	reg := &p.Registrations[0]
	end := p.Birth + Day(c.IntN(4))
	lag := c.Between(1, 10)
	if reg.Place == PlaceB {
		lag = SUSLag
	}
	h, _ := r.headerAt(reg, p.Birth, 0)
	h.Known = end + Day(lag)
	r.episodes[0] = Episode{Start: p.Birth, End: end, Function: "424", Primary: "Z380"}
	s := Spell{Header: h, Provider: trust(reg.Place), Number: r.id(), Method: "82", Source: "79", Class: '1', Discharge: end,
		DischargeMethod: "1", Destination: "19", Episodes: r.episodes[:1], Minute: c.IntN(24 * 60)}
	r.send(&s.Header, once, func() { r.sinks[reg.Place].Spell(&s) })
}

func (r *Recorder) outpatient(day Day, seen int) {
	c := r.c
	x, lost, f, spoilt := c.Float64(), c.Yes(lostOther), r.fate(), c.Yes(spoiltShare)
	lag := c.Between(1, 10)
	function := functions[c.IntN(len(functions))]
	reg := r.p.At(day)
	if reg == nil || lost || day >= r.p.Death {
		return
	}
	if reg.Place == PlaceB {
		lag = SUSLag
	} else {
		spoilt = false
	}
	h, _ := r.headerAt(reg, day, lag)
	h.Spoilt = spoilt
	a := Appointment{Header: h, Provider: trust(reg.Place), First: seen%4 == 0, Function: function}
	switch {
	case x < .07:
		a.Outcome = DidNotAttend
	case x < .12:
		a.Outcome = Cancelled
	}
	if f == mistaken && reg.Place == PlaceB {
		f = once // these files cannot withdraw
	}
	r.send(&a.Header, f, func() { r.sinks[h.Place].Outpatient(&a) })
}

// ghost writes, in place A, an emergency admission that never was, and its
// withdrawal, at most 92 days after the day it was said to have begun.
func (r *Recorder) ghost() {
	c := r.c
	first, last := r.first(), r.last()
	years := float64(last-first) / 365.25
	for t := c.ExpFloat64() / inErrorSpells; t < years; t += c.ExpFloat64() / inErrorSpells {
		day := first + Day(t*365.25)
		end := day + 2
		reg := r.p.At(day)
		if reg == nil || reg.Place != PlaceA || end >= r.p.Death || r.p.inEmergency(day, end) {
			continue
		}
		h, _ := r.headerAt(reg, day, 2+c.Between(1, 10))
		r.episodes[0] = Episode{Start: day, End: end, Function: "300", Primary: "R074"}
		s := Spell{Header: h, Provider: trust(reg.Place), Number: r.id(), Method: "21", Source: "19", Class: '1', Discharge: end,
			DischargeMethod: "1", Destination: "19", Episodes: r.episodes[:1], Minute: c.IntN(24 * 60)}
		r.send(&s.Header, mistaken, func() { r.sinks[h.Place].Spell(&s) })
	}
}

// inErrorSpells is the yearly rate of admissions that are withdrawn.
const inErrorSpells = 0.0008
