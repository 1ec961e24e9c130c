package world

// methods of emergency admission and their shares.
var methods = []string{"21", "22", "23", "24", "25", "28", "2A", "2D"}
var methodShares = cumulate([]float64{72, 10, 1.5, 4, .5, 1, 4, 7})

var functions = []string{"300", "180", "100", "110", "430", "320", "340", "410"}

// complaints are chief complaints and what they turned out to be.
var complaints = []Code{{"29857009", "Chest pain"}, {"21522001", "Abdominal pain"}, {"267036007", "Dyspnoea"}, {"25064002", "Headache"},
	{"386661006", "Fever"}, {"161898004", "Falls"}, {"417746004", "Traumatic injury"}, {"271594007", "Syncope"}}
var findings = []Code{{"76948002", "Severe pain"}, {"54150009", "Upper respiratory infection"}, {"68566005", "Urinary tract infectious disease"}, {"128045006", "Cellulitis"},
	{"125605004", "Fracture of bone"}, {"44465007", "Sprain of ankle"}, {"233604007", "Pneumonia"}, {"271594007", "Syncope"}}

// Acuity by the Emergency Care Data Set: immediate to low.
var acuity = []string{"1064891000000107", "1064911000000105", "1064901000000103", "1077241000000103", "1077251000000100"}
var acuityShares = cumulate([]float64{1, 12, 40, 42, 5})

// trust is the provider for a place.
func trust(place Place) string { return Trusts[place].Code }

// hospitalLag is the number of days from the end of a stay or attendance to the
// day its record is known. Place A's trust sends within ten days. Place B's is
// known by a rule only, as its files hold no date of receipt: 45 days.
func (r *Recorder) hospitalLag(place Place, late bool) int {
	lag := r.c.Between(1, 10)
	extra := r.c.Between(93, 200)
	if place == PlaceB {
		return SUSLag
	}
	if late {
		return lag + extra
	}
	return lag
}

// SUSLag is the days from the end of a stay or attendance to the day that place
// B's hospital files show it.
const SUSLag = 45

// events writes what depends on U.
func (r *Recorder) events() {
	for i := range r.p.Events {
		e := &r.p.Events[i]
		switch e.Kind {
		case Admission:
			r.admission(e)
		case Attendance:
			r.attendance(e, "", false)
		case SameDay:
			r.sameDay(e)
		case Fall:
			r.fall(e)
		}
	}
}

func (r *Recorder) fall(e *Event) {
	lag := r.c.IntN(8)
	late := r.c.Between(93, 200)
	f := r.fate()
	if e.Lost {
		return
	}
	if e.Late {
		lag = late
	}
	h, ok := r.header(e.Day, lag)
	if !ok {
		return
	}
	if f == mistaken {
		f = once
	}
	pr := Problem{Header: h, Code: fallCode, Onset: e.Day, End: e.Day}
	r.send(&pr.Header, f, func() { r.sinks[h.Place].Problem(&pr) })
}

func (r *Recorder) admission(e *Event) {
	p, c := r.p, r.c
	age := p.ageOn(e.Day)
	primary, cause := r.diagnose(e.Day, age)
	secondary := r.comorbid(e.Day, age, primary, cause)
	method := methods[c.pick(methodShares)]
	end := e.Day + Day(e.Stay)
	number := r.id()
	s := Spell{Provider: trust(e.Place), Number: number, Method: method, Source: "19", Class: '1', Discharge: end,
		DischargeMethod: "1", Destination: "19", Minute: c.IntN(24 * 60)}
	if p.Onset[CareHome] <= e.Day {
		s.Source, s.Destination = "54", "54"
	}
	if p.Death == end {
		s.DischargeMethod, s.Destination = "4", "79"
	}
	if method == "21" {
		a := *e
		a.Lost, a.Late, a.Spoilt = c.Yes(lostOther), c.Yes(lateShare), c.Yes(spoiltShare)
		r.attendance(&a, primary, true)
	}
	// A transfer: a second provider's spell takes over on the same day.
	if moved := e.Stay >= 3 && c.Yes(.04); moved {
		at := e.Day + Day(c.Between(1, e.Stay-1))
		first, second := s, s
		first.Discharge, first.DischargeMethod, first.Destination = at, "1", "51"
		second.Number, second.Provider, second.Method, second.Source = r.id(), Trusts[2].Code, "2B", "51"
		r.spell(&first, e, e.Day, primary, secondary)
		r.spell(&second, e, at, primary, secondary)
		return
	}
	r.spell(&s, e, e.Day, primary, secondary)
}

// spell writes one provider's spell: while the patient is in, an open version,
// and later the whole.
func (r *Recorder) spell(s *Spell, e *Event, start Day, primary string, secondary []string) {
	lag := r.hospitalLag(e.Place, e.Late)
	f := r.fate()
	if e.Lost {
		return
	}
	reg := r.p.At(e.Day)
	h, _ := r.headerAt(reg, start, 0)
	h.Spoilt = e.Spoilt
	s.Header = h
	s.Header.Known = s.Discharge + Day(lag)
	s.Episodes = r.cut(start, s.Discharge, primary, secondary)
	sink := r.sinks[h.Place]
	whole := *s
	open := func(known Day) {
		if known > r.w.Calendar.End() {
			return
		}
		o := *s
		o.Open, o.Discharge, o.Known = true, Never, known
		o.Episodes = s.Episodes[:1]
		kept := s.Episodes[0]
		s.Episodes[0].End = Never
		if h.Place == PlaceA {
			s.Episodes[0].Primary, s.Episodes[0].Secondary = "", nil
		}
		sink.Spell(&o)
		r.Records++
		s.Episodes[0] = kept
	}
	if h.Place == PlaceA {
		if s.Discharge > start+1 && !e.Late {
			open(start + 1)
		}
	} else {
		// Place B's file shows who is in on the night it was drawn.
		for i, night := range [2]Day{r.Hold, r.w.Calendar.End()} {
			if start <= night && s.Discharge > night && (i == 0 || night != r.Hold) {
				open(night)
			}
		}
	}
	if f == mistaken {
		f = once // a true fact is never withdrawn
	}
	r.send(&whole.Header, f, func() { sink.Spell(&whole) })
	if h.Place == PlaceA && whole.Known <= r.w.Calendar.End() {
		n := Note{Header: whole.Header, Code: Code{"373942005", "Discharge summary"}, Provider: s.Provider}
		n.ID, n.Day = r.id(), s.Discharge
		sink.Document(&n)
		r.Records++
	}
}

// attendance writes an emergency department attendance; diagnosis is that of
// the admission it led to.
func (r *Recorder) attendance(e *Event, diagnosis string, admitted bool) {
	c := r.c
	v := Visit{Provider: trust(e.Place), Department: "01", Minute: c.IntN(24 * 60), Minutes: c.Between(40, 420), Admitted: admitted}
	if !admitted && c.Yes(.25) {
		v.Department = "03"
	}
	v.ByAmbulance = c.Yes(.2) || admitted && c.Yes(.4)
	v.Acuity = acuity[c.pick(acuityShares)]
	v.Complaint = complaints[c.IntN(len(complaints))]
	v.Diagnosis = findings[c.IntN(len(findings))]
	if c.Yes(.15) {
		v.Diagnosis = Code{}
	}
	if !e.Lost && !e.Late {
		r.arrivals = append(r.arrivals, arrival{day: e.Day, minute: v.Minute, ambulance: v.ByAmbulance, admitted: admitted, complaint: v.Complaint.Code, spoilt: e.Spoilt})
	}
	r.visit(&v, e)
}

func (r *Recorder) visit(v *Visit, e *Event) {
	lag := r.hospitalLag(e.Place, e.Late)
	f := r.fate()
	if e.Lost {
		return
	}
	reg := r.p.At(e.Day)
	h, _ := r.headerAt(reg, e.Day, lag)
	h.Spoilt = e.Spoilt
	v.Header = h
	if f == mistaken {
		f = once
	}
	r.send(&v.Header, f, func() { r.sinks[h.Place].Visit(v) })
}

// sameDay writes same-day emergency care: in place B before the switch as a
// spell of no days that carries the trust's own mark, in place B after it and in
// place A as an attendance.
func (r *Recorder) sameDay(e *Event) {
	c := r.c
	minute, length := 8*60+c.IntN(10*60), c.Between(60, 400)
	if e.Place == PlaceB && e.Day < r.Switch {
		primary, _ := r.diagnose(e.Day, r.p.ageOn(e.Day))
		secondary := r.comorbid(e.Day, r.p.ageOn(e.Day), primary, "")
		s := Spell{Provider: trust(e.Place), Number: r.id(), Method: methods[c.IntN(2)], Source: "19", Class: '1', SameDay: true,
			Discharge: e.Day, DischargeMethod: "1", Destination: "19", Minute: minute}
		r.spell(&s, e, e.Day, primary, secondary)
		return
	}
	v := Visit{Provider: trust(e.Place), Department: "05", SameDay: true, Minute: minute, Minutes: length, Acuity: acuity[3],
		Complaint: complaints[c.IntN(len(complaints))], Diagnosis: findings[c.IntN(len(findings))]}
	r.visit(&v, e)
}
