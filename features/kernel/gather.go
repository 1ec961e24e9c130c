package kernel

import (
	"leftshift/engine"
	"leftshift/features/finish"
	"leftshift/features/plan"
	"leftshift/features/population"
)

// tally is what every ring keeps. count 0 means that the rest is empty.
type tally struct {
	count, days int32
	first, last int32 // least last possible day; greatest first possible day
}

// moments are the sums of a ring's scaled values v at ages u = D - day. They
// are exact: |v| <= 2^20 and u < 2^17, so 2^23 rows fit.
type moments struct {
	n, v, vv, u, uu, uv int64
	least, most         int64
	newest, newestN     int64 // sum and number of values on the newest day
	day                 int32 // that day
}

// gatherer holds the accumulators of one person for every index date: date
// after date, in each the rings of all families. They are emptied when a family
// is first touched for a person, so an untouched family costs nothing.
type gatherer struct {
	plan  *plan.Plan
	dates []engine.Day

	tallies []tally
	values  []moments
	masks   [][2]uint64
	picks   []uint8
	sets    [][]int64

	stamp   []uint32   // date, family: the person who touched it last
	touched [][]uint16 // by date: families touched for this person
	serial  uint32

	scratch []int64 // of the finishing stage
	counts  []int64
}

func newGatherer(p *plan.Plan, dates []engine.Day) *gatherer {
	n := len(dates)
	return &gatherer{plan: p, dates: dates,
		tallies: make([]tally, n*p.Rings), values: make([]moments, n*p.ValueRings), masks: make([][2]uint64, n*p.MaskRings),
		picks: make([]uint8, n*p.PickRings), sets: make([][]int64, n*p.SetRings),
		stamp: make([]uint32, n*len(p.Families)), touched: make([][]uint16, n)}
}

// next starts another person.
func (g *gatherer) next() {
	g.serial++
	if g.serial == 0 { // after 2^32 persons stamps would lie
		clear(g.stamp)
		g.serial = 1
	}
	for i := range g.touched {
		g.touched[i] = g.touched[i][:0]
	}
}

// row is what the accumulators take of one event or spell.
type row struct {
	day, last engine.Day // first and last possible day
	value     int64
	key       int64 // of sets; 0 for none
	member    uint8
}

// add puts a row that a family reads, and date d knew, into its ring.
func (g *gatherer) add(d int, fi uint16, f *plan.Family, x *row) {
	age := int32(g.dates[d] - x.day)
	ring := 0
	for age >= f.Bounds[ring] {
		if ring++; ring == len(f.Bounds) {
			return
		}
	}
	if s := &g.stamp[d*len(g.plan.Families)+int(fi)]; *s != g.serial {
		*s = g.serial
		g.touched[d] = append(g.touched[d], fi)
		g.empty(d, f)
	}
	t := &g.tallies[d*g.plan.Rings+f.Ring+ring]
	newer := t.count == 0 || int32(x.day) > t.last // rows come in order of day
	if newer {
		t.days++
	}
	if t.count == 0 || int32(x.last) < t.first {
		t.first = int32(x.last)
	}
	t.last = int32(x.day)
	t.count++
	if f.Need == 0 {
		return
	}
	if f.Need&plan.NeedValue != 0 {
		g.values[d*g.plan.ValueRings+f.ValueRing+ring].add(int64(age), x.value, int32(x.day))
	}
	if f.Need&plan.NeedMask != 0 {
		g.masks[d*g.plan.MaskRings+f.MaskRing+ring][x.member>>6] |= 1 << (x.member & 63)
	}
	if f.Need&plan.NeedPick != 0 {
		if p := &g.picks[d*g.plan.PickRings+f.PickRing+ring]; newer || x.member > *p {
			*p = x.member
		}
	}
	if f.Need&plan.NeedSet != 0 && x.key != 0 {
		s := &g.sets[d*g.plan.SetRings+f.SetRing+ring]
		if n := len(*s); n == 0 || (*s)[n-1] != x.key {
			*s = append(*s, x.key)
		}
	}
}

func (m *moments) add(u, v int64, day int32) {
	if m.n == 0 || v < m.least {
		m.least = v
	}
	if m.n == 0 || v > m.most {
		m.most = v
	}
	if m.n == 0 || day > m.day {
		m.newest, m.newestN, m.day = 0, 0, day
	}
	m.newest += v
	m.newestN++
	m.n++
	m.v += v
	m.vv += v * v
	m.u += u
	m.uu += u * u
	m.uv += u * v
}

// join adds a ring's moments to those of the newer rings.
func (m *moments) join(s *finish.Statistics) {
	if s.N == 0 {
		s.Least, s.Most, s.Newest, s.NewestN = m.least, m.most, m.newest, m.newestN
	}
	s.Least, s.Most = min(s.Least, m.least), max(s.Most, m.most)
	s.N += m.n
	s.V += m.v
	s.VV += m.vv
	s.U += m.u
	s.UU += m.uu
	s.UV += m.uv
}

// empty clears a family's rings on a date.
func (g *gatherer) empty(d int, f *plan.Family) {
	n := len(f.Bounds)
	at := d*g.plan.Rings + f.Ring
	clear(g.tallies[at : at+n])
	if f.Need&plan.NeedValue != 0 {
		at := d*g.plan.ValueRings + f.ValueRing
		clear(g.values[at : at+n])
	}
	if f.Need&plan.NeedMask != 0 {
		at := d*g.plan.MaskRings + f.MaskRing
		clear(g.masks[at : at+n])
	}
	if f.Need&plan.NeedPick != 0 {
		at := d*g.plan.PickRings + f.PickRing
		clear(g.picks[at : at+n])
	}
	if f.Need&plan.NeedSet != 0 {
		at := d*g.plan.SetRings + f.SetRing
		for i := at; i < at+n; i++ {
			g.sets[i] = g.sets[i][:0]
		}
	}
}

// events streams the person's events into the families of the live dates.
func (g *gatherer) events(s *streams, h *held, live []int) error {
	c := &s.event
	p := int64(h.who.ID)
	if err := c.skip(p); err != nil {
		return err
	}
	before := engine.NoDay
	for !c.done && c.person[c.i] == p {
		i, n := c.i, c.n
		for i < n && c.person[i] == p {
			day := engine.Day(s.day[i])
			if day < before {
				return c.disorder()
			}
			before = day
			if len(live) > 0 {
				g.event(s, h, live, i)
			}
			i++
		}
		if c.i = i; i == n {
			if err := c.load(); err != nil {
				return err
			}
		}
	}
	return nil
}

// event adds one row.
func (g *gatherer) event(s *streams, h *held, live []int, i int) {
	kind := s.kind[i] & 31
	byKind := g.plan.Kind[kind]
	byCode := g.plan.Codes.Of(engine.Code(s.code[i]))
	if len(byKind)+len(byCode) == 0 {
		return
	}
	// The live dates that knew the row: from is the first possible one.
	last := engine.Day(s.lastDay[i])
	from := max(last, engine.Day(s.knownFrom[i]))
	if from > g.dates[live[len(live)-1]] {
		return
	}
	to := s.knownTo.at(i, population.Forever)
	x := row{day: engine.Day(s.day[i]), last: last, key: s.code[i]}
	valued := false
	if !s.noValues && (!s.someNull || s.values.IsValid(i)) {
		x.value = s.value[i]
		valued = x.value <= plan.LargestValue && x.value >= -plan.LargestValue
	}
	status, mode, position := s.status[i]&31, s.mode[i]&31, min(s.position[i], 2)
	for _, targets := range [2][]plan.Target{byKind, byCode} {
		for _, t := range targets {
			f := &g.plan.Families[t.Family]
			if (f.Kinds>>kind)&(f.Statuses>>status)&(f.Modes>>mode)&(f.Positions>>position)&1 == 0 || f.Value && !valued {
				continue
			}
			x.member = t.Member
			for _, d := range live {
				on := g.dates[d]
				if on < from || on-engine.Day(f.Gap) < last {
					continue
				}
				if on >= to {
					break
				}
				if f.Within != 0 {
					if x.key = within(h.spells, f.Within, x.day, last, on); x.key == 0 {
						continue
					}
				} else {
					x.key = s.code[i]
				}
				g.add(d, t.Family, f, &x)
			}
		}
	}
}

// within gives the continuous inpatient spell of the spell, of those kinds and
// known on a day, that holds all possible days of an event: of several the one
// that started last, then with the greatest key. 0 for none.
func within(spells []population.Spell, kinds uint32, first, last, on engine.Day) int64 {
	key, start := int64(0), engine.NoDay
	for i := range spells {
		s := &spells[i]
		if s.Start > first {
			break
		}
		if kinds>>(s.Kind&31)&1 == 0 || !s.KnownOn(on) || s.End != engine.NoDay && s.End < last {
			continue
		}
		if s.Start > start || s.CIS > key {
			key, start = s.CIS, s.Start
		}
	}
	return key
}

// spells adds the person's spells to the families of the live dates.
func (g *gatherer) spells(h *held, live []int) {
	for i := range h.spells {
		s := &h.spells[i]
		for _, t := range g.plan.Spell[s.Kind&31] {
			f := &g.plan.Families[t.Family]
			for _, d := range live {
				if on := g.dates[d]; s.Start <= on && reads(f, h.spells, s, on) {
					g.add(d, t.Family, f, &row{day: s.Start, last: s.Start, key: int64(s.Specialty)})
				}
			}
		}
	}
}

// reads says whether a family reads a spell of one of its kinds on a day.
func reads(f *plan.Family, spells []population.Spell, s *population.Spell, on engine.Day) bool {
	switch {
	case !s.KnownOn(on),
		f.FirstOfCIS && !s.First,
		f.Attended != 0 && f.Attended>>(s.Attended&31)&1 == 0,
		f.NoAdmission && admitted(spells, s, on):
		return false
	}
	return true
}

// admitted says whether an emergency admission, known on a day, started while
// an attendance lasted or the day after it ended.
func admitted(spells []population.Spell, a *population.Spell, on engine.Day) bool {
	end := a.Start
	if a.End != engine.NoDay && a.End > end {
		end = a.End
	}
	for i := range spells {
		s := &spells[i]
		if s.Start > end+1 {
			break
		}
		if s.Kind == engine.Emergency && s.Start >= a.Start && s.KnownOn(on) && s.Start <= on {
			return true
		}
	}
	return false
}
