package world

import "math"

// Chances of loss, all independent of everything else.
const (
	lostAdmission = 0.01 // of emergency admissions
	lostOther     = 0.03 // of attendances, same-day care and falls
	lateShare     = 0.02
	spoiltShare   = 0.01 // of hospital rows in place B
	badNumber     = 0.003
)

// Shape is the shape of the unseen factor's Gamma distribution, whose mean is 1.
const Shape = 0.92

// Delay is the longest ordinary time in days from an event to its record: a
// stay and the lag of the slowest feed. A record that comes later is late.
const Delay = 92

// Thinning is the share of a kind of event that reaches the record in the
// ordinary way.
func Thinning(kind int, place Place) float64 {
	s := 1 - lostOther
	if kind == Admission {
		s = 1 - lostAdmission
	}
	if kind == Fall || place == PlaceA {
		return s * (1 - lateShare)
	}
	return s * (1 - spoiltShare)
}

// World is what people share.
type World struct {
	Calendar  Calendar
	Geography *Geography
	Seed      uint64
	numbers   Numbers
	life      *Chance
	// start is the share of people present on the first day.
	start float64
}

// New makes a world. End must be the last day of a month.
func New(people, years int, seed uint64, end Day) *World {
	w := &World{Calendar: NewCalendar(end, years), Geography: NewGeography(people), Seed: seed, life: newChance()}
	w.start = 1 / (1 + 0.041*float64(years))
	return w
}

// NewPerson makes room for lives in this world.
func (w *World) NewPerson() *Person {
	n := w.Calendar.Months + 13
	p := &Person{Dying: make([]float64, n), Going: make([]float64, n), Age: make([]uint8, n), Seen: make([]float64, n+1), Whole: make([]float64, n+1)}
	for k := range p.Rate {
		p.Rate[k] = make([]float64, n)
	}
	return p
}

// Live fills p with the life of person i.
func (w *World) Live(i int, p *Person) {
	c := w.life
	c.reset(w.Seed, i, 1)
	*p = Person{Index: i, Death: Never, DeathT: math.Inf(1), Registrations: p.Registrations[:0], Events: p.Events[:0],
		Rate: p.Rate, Dying: p.Dying, Going: p.Going, Age: p.Age, Seen: p.Seen, Whole: p.Whole}
	for k := range p.Onset {
		p.Onset[k] = Never
	}
	w.arrive(p, c)
	w.sicken(p, c)
	w.expect(p)
	w.end(p, c)
	w.register(p, c)
	w.expose(p)
	p.U = c.Gamma(Shape)
	w.happen(p, c)
}

// ageBand is five years of the age structure (shares of the population of
// England, mid-2020s, rounded).
var ageStructure = cumulate([]float64{5.4, 5.8, 6.1, 5.8, 6.1, 6.6, 7.0, 6.8, 6.4, 6.1, 6.8, 6.8, 6.0, 5.0, 4.8, 4.0, 2.5, 1.5, .7, .2})

// moverStructure is the same for people who move in.
var moverStructure = cumulate([]float64{6, 5, 4, 9, 18, 16, 11, 8, 5, 4, 3, 3, 2.5, 2, 1.5, 1, .6, .3, .1, 0})

var ethnic = []byte("ABCDEFGHJKLMNPRSZ")
var ethnicShares = cumulate([]float64{73, 1, 6, .9, .4, .8, .8, 3.1, 2.8, 1.1, 1.7, 1.1, 2.5, .5, .7, 1.6, 2})

func (w *World) arrive(p *Person, c *Chance) {
	cal := &w.Calendar
	p.Number = w.numbers.Of(p.Index)
	p.Recorded = p.Number
	if c.Yes(badNumber) {
		p.BadNumber = true
		p.Recorded = spoil(p.Number, 3+c.IntN(6))
	}
	switch x := c.Float64(); {
	case x < w.start:
		p.Came, p.Entry = Present, 0
	case x < w.start+(1-w.start)*0.72:
		p.Came, p.Entry = MovedIn, c.Between(1, cal.Months-1)
	default:
		p.Came, p.Entry = Born, c.Between(1, cal.Months-1)
	}
	p.Sex = Sex(c.Between(1, 2))
	from := cal.Starts[p.Entry]
	switch p.Came {
	case Born:
		p.Birth = cal.Starts[p.Entry-1] + Day(c.IntN(cal.Days(p.Entry-1)))
	default:
		s := ageStructure
		if p.Came == MovedIn {
			s = moverStructure
		}
		band := c.pick(s)
		p.Birth = from - Day(float64(band*5)*365.25+c.Float64()*5*365.25) - 31
	}
	p.Decile = c.Between(1, 10)
	p.Ethnic = ethnic[c.pick(ethnicShares)]
	if c.Yes(.04) {
		p.Ethnic = 0
	}
	age := p.ageOn(from)
	if smoke := c.Float64(); age >= 16 {
		share := .05 + .017*float64(11-p.Decile)
		if age > 65 {
			share *= .6
		}
		p.Smoker = smoke < share
		p.ExSmoker = !p.Smoker && smoke < share+.08+.003*float64(age)
	}
	p.Vulnerability = math.Exp(.55*c.NormFloat64() - .15)
}

// expect fills the rates of every month from entry to a year after the end.
func (w *World) expect(p *Person) {
	cal := &w.Calendar
	n := cal.Months + 13
	var add [eventKinds]float64
	death := 0.0
	var factor [eventKinds]float64
	for k := range factor {
		factor[k] = Functions[k].factor(p)
	}
	// counts[c] is the month from which the condition counts.
	var counts [conditions]int
	have := make([]Condition, 0, conditions)
	for k, d := range p.Onset {
		if d != Never {
			counts[k] = max(cal.MonthOf(d)+Lead, p.Entry)
			have = append(have, Condition(k))
		}
	}
	age := p.ageOn(cal.Starts[p.Entry])
	_, birth, _ := p.Birth.Civil()
	for m := p.Entry; m < n; m++ {
		if m > p.Entry && cal.MonthOfYear(m) == birth-1 {
			age++
		}
		for _, k := range have {
			if counts[k] == m {
				f := &Conditions[k]
				add[Admission] += f.Admission
				add[Attendance] += f.Attendance
				add[SameDay] += f.SameDay
				add[Fall] += f.Fall
				death += f.Death
			}
		}
		a := min(age, 120)
		p.Age[m] = uint8(a)
		length := float64(cal.Days(m)) / 30.4375
		month := cal.MonthOfYear(m)
		for k, f := range Functions {
			p.Rate[k][m] = factor[k] * length * f.Season[month] * (f.byAge[a] + add[k])
		}
		p.Dying[m] = 1 - math.Exp(-(deathRate(p, a)+death)*length/12)
		p.Going[m] = 1 - math.Exp(-leavingRate(a)/12)
	}
}

// end draws leaving and death. Leaving happens at the start of a month, never at
// that of the entry; death at a moment that is uniform in its month.
func (w *World) end(p *Person, c *Chance) {
	p.Exit = w.Calendar.Months
	for m := p.Entry; m < w.Calendar.Months; m++ {
		if m > p.Entry && c.Yes(p.Going[m]) {
			p.Exit, p.Left = m, true
			return
		}
		if c.Yes(p.Dying[m]) {
			p.DeathT = float64(m) + c.Float64()
			p.Death = w.Calendar.At(p.DeathT)
			return
		}
	}
}

// register lays the practices out: a move to another practice at the start of a
// month, and the mergers, which move everyone.
func (w *World) register(p *Person, c *Chance) {
	g, cal := w.Geography, &w.Calendar
	half := cal.Months / 2
	place := Place(c.IntN(2))
	area := g.area(place, p.Decile, c.Float64())
	practice := g.practice(place, area, c.Float64(), p.Entry >= half)
	home := c.IntN(postcodesPerArea)
	open := func(m int) {
		if n := len(p.Registrations); n > 0 {
			p.Registrations[n-1].To = cal.Starts[m]
		}
		p.Registrations = append(p.Registrations, Registration{From: cal.Starts[m], To: Never, Place: place, Practice: practice, Area: area,
			Postcode: area*postcodesPerArea + home})
	}
	open(p.Entry)
	last := p.Exit
	if p.Death != Never {
		last = int(p.DeathT) + 1
	}
	for m := p.Entry + 1; m < last; m++ {
		if m == half {
			if to := g.Practices[practice].MergesInto; to >= 0 {
				practice = to
				open(m)
			}
		}
		if !c.Yes(.02 / 12) {
			continue
		}
		// The number of draws must not depend on the size of the system.
		across, x, y, z := c.Yes(.25), c.Float64(), c.Float64(), c.IntN(postcodesPerArea)
		if m == half {
			continue // the month of the mergers
		}
		if across {
			place = 1 - place
		}
		at := g.area(place, p.Decile, x)
		if next := g.practice(place, at, y, m >= half); next != practice {
			practice, area, home = next, at, z
			open(m)
		}
	}
	if p.Left {
		p.Registrations[len(p.Registrations)-1].To = cal.Starts[p.Exit]
	}
}

// expose sums the expected events by month, with and without loss.
func (w *World) expose(p *Person) {
	r := 0
	p.Seen[p.Entry], p.Whole[p.Entry] = 0, 0
	for m := p.Entry; m < w.Calendar.Months+13; m++ {
		for r+1 < len(p.Registrations) && p.Registrations[r+1].From <= w.Calendar.Starts[m] {
			r++
		}
		place := p.Registrations[r].Place
		seen, whole := p.Seen[m], p.Whole[m]
		for k := range p.Rate {
			seen += thinned[k][place] * p.Rate[k][m]
			whole += p.Rate[k][m]
		}
		p.Seen[m+1], p.Whole[m+1] = seen, whole
	}
}

var thinned = func() (t [eventKinds][Places]float64) {
	for k := range t {
		for place := range t[k] {
			t[k][place] = Thinning(k, Place(place))
		}
	}
	return t
}()
