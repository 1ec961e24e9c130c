package world

// Documents and plans that the record points to: the types of the National
// Record Locator's pointers (SNOMED CT).
var (
	respectForm  = Code{"1382601000000107", "ReSPECT (Recommended Summary Plan for Emergency Care and Treatment) form"}
	endOfLife    = Code{"861421000000109", "End of life care coordination summary"}
	advancePlan  = Code{"736366004", "Advance care plan"}
	supportPlan  = Code{"2181441000000107", "Personalised care and support plan"}
	crisisPlan   = Code{"736253002", "Mental health crisis plan"}
	healthPlan   = Code{"887701000000100", "Emergency health care plan"}
	dischargeDoc = Code{"373942005", "Discharge summary"}
)

// papers writes care plans and documents in both places, by random numbers of
// their own: ReSPECT forms and the end of life coordination summary (EPaCCS)
// for who is on the palliative care register or lives in a care home, plans
// for the frail and for mental illness, and place B's discharge summaries.
// Like the registers they depend on age and conditions alone, or on an
// admission that the record shows.
func (r *Recorder) papers() {
	p := r.p
	kept := r.c
	r.c = r.other
	c := r.c
	c.reset(r.w.Seed, p.Index, 4)
	defer func() { r.c = kept }()
	paper := func(day Day, code Code, provider string, write func(Sink, *Note)) {
		lost, lag := c.Yes(lostOther), r.practiceLag()
		g := p.At(day)
		known := day + Day(lag)
		if lost || g == nil || day >= p.Death || known > r.w.Calendar.End() {
			return
		}
		n := Note{Header: Header{Person: p, Place: g.Place, Practice: g.Practice, Day: day, Known: known, ID: r.careID()}, Code: code, End: Never, Provider: provider}
		write(r.sinks[g.Place], &n)
		r.Records++
	}
	coordinated := func(day Day, respect, summary, advance float64) {
		x, y, z := c.Float64(), c.Float64(), c.Float64()
		a, b, d := Day(c.IntN(60)), Day(c.IntN(90)), Day(c.IntN(200))
		if x < respect {
			paper(day+a, respectForm, "", Sink.Document)
		}
		if y < summary {
			paper(day+b, endOfLife, "", Sink.Document)
		}
		if z < advance {
			paper(day+d, advancePlan, "", Sink.CarePlan)
		}
	}
	if r.palliative != Never {
		coordinated(r.palliative, .65, .75, .4)
	}
	if d := p.Onset[CareHome]; d != Never {
		coordinated(max(d, r.first()), .45, .12, .3)
	}
	if d := p.Onset[MentalIllness]; d != Never {
		if take, wait := c.Yes(.35), Day(c.IntN(400)); take {
			paper(max(d, r.first())+wait, crisisPlan, CareProviders[MentalHealth], Sink.CarePlan)
		}
	}
	if d := p.Onset[LearningDisability]; d != Never {
		if take, wait := c.Yes(.25), Day(c.IntN(700)); take {
			paper(max(d, r.first())+wait, healthPlan, "", Sink.Document)
		}
	}
	r.poisson(func(day Day) float64 {
		if f := p.frailty(day); f >= 5 {
			return .12 * float64(f-4)
		}
		return 0
	}, func(day Day) { paper(day, supportPlan, "", Sink.CarePlan) })
	for i := range p.Events {
		e := &p.Events[i]
		if e.Kind != Admission || e.Place != PlaceB {
			continue
		}
		if take := c.Yes(.9); take && e.Ordinary() && !p.BadNumber {
			paper(e.Day+Day(e.Stay), dischargeDoc, Trusts[PlaceB].Code, Sink.Document)
		}
	}
}
