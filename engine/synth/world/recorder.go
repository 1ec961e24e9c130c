package world

// Recorder turns lives into records, with the delays, losses, copies and errors
// of real feeds. It has its own random numbers: what is recorded never changes a
// life.
type Recorder struct {
	w     *World
	c     *Chance
	sinks [Places]Sink
	// Hold is the day after which records belong to the second night; the last
	// day when there is none.
	Hold Day
	// Switch is the day from which place B sends same-day emergency care among
	// emergency attendances.
	Switch Day
	seq    uint64
	p      *Person
	since  Day // registration of somebody present on the first day
	// What other services do has random numbers and record numbers of its own,
	// so that it leaves all other records as they are.
	other      *Chance
	careSeq    uint64
	arrivals   []arrival // emergency attendances that the record shows in the ordinary way
	palliative Day       // on the palliative care register, Never when not
	packages   [2]Day    // the days of a package of care at home
	// Scratch space.
	regs      []Registration
	fresh     []bool
	secondary [12]string
	episodes  [3]Episode
	// Records is the number of records written.
	Records int64
}

// Shares of things that go wrong with an ordinary record.
const (
	duplicated = 0.01
	inError    = 0.005
)

// NewRecorder makes a recorder that writes to one sink for each place.
func NewRecorder(w *World, sinks [Places]Sink, holdBack int) *Recorder {
	return &Recorder{w: w, c: newChance(), other: newChance(), sinks: sinks, Hold: w.Calendar.End() - Day(holdBack), Switch: w.Switch()}
}

// Switch is the day on which place B's trust begins to send same-day emergency
// care in the emergency care file: the first of the middle month.
func (w *World) Switch() Day { return w.Calendar.Starts[w.Calendar.Months/2] }

// Record writes everything the records hold about a person.
func (r *Recorder) Record(p *Person) {
	r.p, r.seq, r.careSeq = p, 0, 0
	r.arrivals, r.palliative, r.packages = r.arrivals[:0], Never, [2]Day{Never, Never}
	r.c.reset(r.w.Seed, p.Index, 2)
	r.patient()
	r.problems()
	r.events()
	r.planned()
	r.ghost()
	r.contacts()
	r.medicines()
	r.reviews()
	r.others()
	r.registers()
	r.carers()
	r.papers()
}

// id is a new record number, the same for the same seed, person and order.
func (r *Recorder) id() uint64 {
	r.seq++
	return Mix(Mix(r.w.Seed^uint64(r.p.Index)<<20) + r.seq)
}

// header makes the header of an event on a day; ok is false when nobody was
// registered then or the record would be known only after the end.
func (r *Recorder) header(day Day, lag int) (h Header, ok bool) {
	reg := r.p.At(day)
	if reg == nil {
		return h, false
	}
	return r.headerAt(reg, day, lag)
}

func (r *Recorder) headerAt(reg *Registration, day Day, lag int) (h Header, ok bool) {
	h = Header{Person: r.p, Place: reg.Place, Practice: reg.Practice, Day: day, Known: day + Day(lag), ID: r.id()}
	return h, h.Known <= r.w.Calendar.End()
}

// practiceLag is how many days after the event a practice's record of it is
// known: mostly none, now and then a week, and for one in fifty 93 to 200.
func (r *Recorder) practiceLag() int {
	x := r.c.Float64()
	switch {
	case x < .70:
		return 0
	case x < 1-lateShare:
		return 1 + int((x-.70)*20)
	}
	return r.c.Between(93, 200)
}

// fate says what becomes of an ordinary record: how often it is sent, and
// whether it is a slip that is withdrawn.
type fate uint8

const (
	once fate = iota
	twice
	mistaken
)

func (r *Recorder) fate() fate {
	x := r.c.Float64()
	switch {
	case x < duplicated:
		return twice
	case x < duplicated+inError:
		return mistaken
	}
	return once
}

// copyOf changes the header to that of the same content sent again.
func (r *Recorder) copyOf(h *Header) bool {
	h.ID = r.id()
	h.Known += Day(r.c.IntN(15))
	return h.Known <= r.w.Calendar.End()
}

// withdraw changes the header to that of the version that withdraws the record,
// at most 45 days later.
func (r *Recorder) withdraw(h *Header) bool {
	h.Withdrawn = true
	h.Known += Day(r.c.Between(1, 45))
	return h.Known <= r.w.Calendar.End()
}

// send writes a record as fate has it: write is called for each version with
// the header as it then is.
func (r *Recorder) send(h *Header, f fate, write func()) {
	if h.Known > r.w.Calendar.End() {
		return
	}
	write()
	r.Records++
	switch f {
	case twice:
		if r.copyOf(h) {
			write()
			r.Records++
		}
	case mistaken:
		if r.withdraw(h) {
			write()
			r.Records++
		}
	}
}

// last is the last day on which the person is here and alive, within the period.
func (r *Recorder) last() Day {
	p := r.p
	d := p.Registrations[len(p.Registrations)-1].To - 1
	return min(d, p.Death, r.w.Calendar.End())
}

// first is the first day of registration.
func (r *Recorder) first() Day { return r.p.Registrations[0].From }

// Merger is the day on which practices merge: the first of the middle month.
func (w *World) Merger() Day { return w.Calendar.Starts[w.Calendar.Months/2] }
