package world

import "leftshift/engine"

// CareKind is a kind of care that has a data set of its own, beside hospital
// and practice. Only place B's record holds them: place A's shared record was
// never joined to these services, as places differ.
type CareKind uint8

// The kinds.
const (
	NHS111 CareKind = iota
	Ambulance
	Community
	MentalHealth
	SocialCare
	DrugAlcohol
	CareKinds
)

// CareNames are the flows by which the kinds come.
var CareNames = [CareKinds]string{"nhs111", "ambulance", "community", "mental_health", "social_care", "drug_alcohol"}

// CareLags is the days from what happened to the day place B's record shows
// it: these files hold no date of receipt either. 111 and ambulance services
// send each day, the community and mental health data sets come monthly, the
// council and the drug and alcohol service slower.
var CareLags = [CareKinds]int{NHS111: 2, Ambulance: 2, Community: 30, MentalHealth: 30, SocialCare: 45, DrugAlcohol: 45}

// CareProviders are who gives it. All are invented; CouncilCode is that of a
// local authority.
var CareProviders = [CareKinds]string{"RZ6", "RZ5", "RZ3", "RZ4", CouncilCode, "RZ7"}

// CouncilCode is the code of the local authority of place B.
const CouncilCode = "799"

// Care is one call, incident, contact, request, assessment or review, or an
// interval of care (a referral, a package of care, a treatment). Day is its
// start.
type Care struct {
	Header
	Kind CareKind
	// Outcome is what the record's column attended will hold: one of package
	// engine's Outcome constants.
	Outcome uint8
	// End is Never while open, and Day where there is no length.
	End Day
	// Request is the number of the referral that a contact belongs to; of all
	// else it is the ID.
	Request uint64
	// Service is the type of service or team, or the kind of package; of an
	// ambulance incident the complaint; of drug and alcohol care the treatment.
	// Part is the component of a package of care. Either may be empty.
	Service, Part string
	// How is the consultation mechanism of a contact, or the response category
	// of an ambulance incident. Empty without one.
	How string
	// To is where an ambulance brought the person, empty when nowhere.
	To     string
	Hours  int // a week, of a package of care
	Minute int // of the day
}

// Interval says whether it has a length.
func (x *Care) Interval() bool {
	return x.Outcome == engine.OutcomeReferral || x.Outcome == engine.OutcomeService
}

// arrival is an emergency department attendance that the record shows in the
// ordinary way, and what other services had to do with it.
type arrival struct {
	day                 Day
	minute              int
	ambulance, admitted bool
	complaint           string
	spoilt              bool
}

// carers writes the care of other services, by random numbers of their own.
// None of it moves a hazard: it follows from the events that the record shows
// anyway, or depends on age, sex, deprivation, smoking and conditions alone.
// So, given these, it tells nothing of U that those events do not tell, and
// nothing of what is to come.
func (r *Recorder) carers() {
	there := false
	for i := range r.p.Registrations {
		there = there || r.p.Registrations[i].Place == PlaceB
	}
	if !there {
		return
	}
	kept := r.c
	r.c = r.other
	r.c.reset(r.w.Seed, r.p.Index, 3)
	r.urgent()
	r.community()
	r.mental()
	r.social()
	r.substance()
	r.c = kept
}

// inB is the registration in place B on a day on which the person is alive.
func (r *Recorder) inB(day Day) *Registration {
	if day >= r.p.Death || day < r.first() {
		return nil
	}
	if g := r.p.At(day); g != nil && g.Place == PlaceB {
		return g
	}
	return nil
}

// leavesB is the first day from a day on which the person is dead, gone or in
// the other place; Never when that is not known.
func (r *Recorder) leavesB(day Day) Day {
	end := day
	for i := range r.p.Registrations {
		if g := &r.p.Registrations[i]; g.Place == PlaceB && g.From <= end && g.To > end {
			end = g.To
		}
	}
	return min(end, r.p.Death)
}

// careID is a new record number that no other record has, apart from those of
// the practice and the hospital.
func (r *Recorder) careID() uint64 {
	r.careSeq++
	return Mix(Mix(r.w.Seed^uint64(r.p.Index)<<20^0xca4e<<44) + r.careSeq)
}

// at writes something without a length; x has all but header, kind and
// request, which is made when it is 0. spoilt is that of the event it follows
// from, or drawn when there is none.
func (r *Recorder) at(kind CareKind, day Day, x Care, spoilt bool) {
	c := r.c
	lost, twice := c.Yes(lostOther), c.Yes(duplicated)
	g := r.inB(day)
	known := day + Day(CareLags[kind])
	if g == nil || lost || known > r.w.Calendar.End() {
		return
	}
	x.Header = Header{Person: r.p, Place: PlaceB, Practice: g.Practice, Day: day, Known: known, ID: r.careID(), Spoilt: spoilt}
	x.Kind, x.End = kind, day
	same := x.Request == 0
	for {
		if same {
			x.Request = x.ID
		}
		r.sinks[PlaceB].Care(&x)
		r.Records++
		if !twice {
			return
		}
		twice, x.ID = false, r.careID() // the same again, under another number
	}
}

// during writes an interval of care from a day up to another, or to when the
// person leaves place B: a version while it is open and another when it has
// ended, each known by the lag. It gives the referral's number and the last
// day on which a contact can fall; ok is false when nothing was written.
func (r *Recorder) during(kind CareKind, from, to Day, x Care) (request uint64, last Day, ok bool) {
	c := r.c
	lost, spoilt := c.Yes(lostOther), c.Yes(spoiltShare)
	g := r.inB(from)
	if g == nil || lost {
		return 0, 0, false
	}
	end, lag := min(max(to, from), r.leavesB(from)), Day(CareLags[kind])
	now := r.w.Calendar.End()
	x.Header = Header{Person: r.p, Place: PlaceB, Practice: g.Practice, Day: from, ID: r.careID(), Spoilt: spoilt}
	x.Kind, x.Request = kind, x.ID
	if open := from + lag; open < end && open <= now {
		x.Known, x.End = open, Never
		r.sinks[PlaceB].Care(&x)
		r.Records++
	}
	if end < Never && end+lag <= now {
		x.Known, x.End = end+lag, end
		r.sinks[PlaceB].Care(&x)
		r.Records++
	}
	return x.Request, min(end-1, now), true
}

// careContacts writes contacts under a referral, about every so many days.
func (r *Recorder) careContacts(kind CareKind, request uint64, from, last Day, every float64, x Care) {
	c := r.c
	for day := from; day <= last; day += 1 + Day(c.ExpFloat64()*(every-1)+.5) {
		y := x
		y.Request = request
		switch z := c.Float64(); {
		case z < .90:
			y.Outcome = engine.OutcomeSeen
		case z < .94:
			y.Outcome = engine.OutcomeDidNotAttend
		case z < .98:
			y.Outcome = engine.OutcomeCancelledByPatient
		default:
			y.Outcome = engine.OutcomeCancelledByProvider
		}
		if c.Yes(.3) {
			y.How = byTelephone
		}
		r.at(kind, day, y, c.Yes(spoiltShare))
	}
}

// Consultation mechanisms (NHS Data Dictionary).
const (
	faceToFace  = "01"
	byTelephone = "02"
)

// poisson calls do at moments of a process whose yearly rate is asked for at
// the start of each year of the person's life in the record.
func (r *Recorder) poisson(rate func(day Day) float64, do func(day Day)) {
	first, last := r.first(), r.last()
	for from := first; from <= last; from += 365 {
		x := rate(from)
		if x <= 0 {
			continue
		}
		for t := r.c.ExpFloat64() * 365 / x; t < 365; t += r.c.ExpFloat64() * 365 / x {
			if day := from + Day(t); day <= last {
				do(day)
			}
		}
	}
}

// has says whether the person has the condition on a day.
func (p *Person) has(k Condition, day Day) bool { return p.Onset[k] <= day }
