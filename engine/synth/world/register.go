package world

// Entries of practice registers that move no hazard: they exclude from lists,
// or say how somebody lives.
var (
	palliativeCode = Code{"103735009", "Palliative care"}
	houseboundCode = Code{"160689007", "Housebound"}
	carerCode      = Code{"224484003", "Patient themselves providing care"}
)

// registers writes the palliative care register, the housebound and carers.
// Who is on one depends on age and conditions alone, never on what is to come,
// so that the register tells a reader of the record nothing of the future.
func (r *Recorder) registers() {
	p, c := r.p, r.c
	for _, x := range []struct {
		of    Condition // conditions: of anybody
		from  int       // least age
		share float64
		code  Code
	}{
		{Cancer, 60, .06, palliativeCode}, {Dementia, 80, .06, palliativeCode}, {HeartFailure, 80, .06, palliativeCode},
		{Osteoporosis, 80, .25, houseboundCode}, {conditions, 45, .04, carerCode},
	} {
		take, wait := c.Yes(x.share), c.IntN(900)
		day := r.first() + Day(wait)
		if x.of != conditions {
			if p.Onset[x.of] == Never {
				continue
			}
			day = max(p.Onset[x.of], r.first()) + Day(wait)
		}
		if !take || day > r.last() || day >= p.Death || p.ageOn(day) < x.from {
			continue
		}
		h, ok := r.header(day, r.practiceLag())
		if !ok {
			continue
		}
		if x.code == palliativeCode {
			r.palliative = min(r.palliative, day)
		}
		pr := Problem{Header: h, Code: x.code, Onset: day, End: Never}
		r.send(&pr.Header, r.fate(), func() { r.sinks[h.Place].Problem(&pr) })
	}
}
