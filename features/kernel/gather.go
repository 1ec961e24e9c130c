package kernel

import (
	"math"

	"github.com/apache/arrow-go/v18/arrow"

	"leftshift/engine"
	"leftshift/features/plan"
	"leftshift/features/population"
)

// fact is one row that a family reads, as days since 1970: its first and last
// possible day, and the index dates [from, to) on which it is read.
type fact struct{ day, last, from, to int32 }

// facts are the rows of one person that a family reads, in order of day.
type facts struct {
	serial uint32 // of the person; of another, the rest is not valid
	// plain: all days are exact, no row ends, and what happened later was never
	// known earlier. Then the rows read on a date are the first so many.
	plain  bool
	newest int32 // the from of the newest row
	rows   []fact
	value  []int64 // by NeedValue: the value; by NeedSet: the key, 0 for none
	member []uint8 // by NeedMask and NeedPick
	spell  []int32 // of filters that depend on other spells: the place in held.spells
}

// filter is a family as rows meet it.
type filter struct {
	accept  uint32 // see signature
	need    plan.Need
	ranged  bool // values have bounds
	spells  bool // the row depends on spells known on the date
	current bool
	gap     int32
	oldest  int32 // rows of this day or before are in no window of any date
}

// gatherer holds the facts of one person, by family.
type gatherer struct {
	plan    *plan.Plan
	dates   []engine.Day
	filters []filter
	facts   []facts
	touched []uint16
	serial  uint32
	seen    keys // of the finishing stage
	other   keys
	from    []int // by window
	counts  []int64
	last    int32   // the latest index date
	see     *sight  // nil when not asked for
	labels  *labels // nil when not asked for
}

func newGatherer(p *plan.Plan, dates []engine.Day) *gatherer {
	g := &gatherer{plan: p, dates: dates, filters: make([]filter, len(p.Families)), facts: make([]facts, len(p.Families)), last: int32(dates[len(dates)-1])}
	for i := range p.Families {
		f := &p.Families[i]
		x := filter{accept: accept(&f.Filter), need: f.Need, gap: f.Gap, current: f.Current, oldest: int32(engine.NoDay),
			ranged: f.ValueFrom != minValue || f.ValueTo != maxValue,
			spells: f.Within != 0 || f.NoAdmission || f.Readmission != 0}
		if b := f.Bounds[len(f.Bounds)-1]; b != plan.Unbounded {
			x.oldest = int32(dates[0]) - b
		}
		g.filters[i] = x
		if n := len(f.Bounds); n > len(g.from) {
			g.from, g.counts = make([]int, n), make([]int64, n)
		}
	}
	return g
}

const minValue, maxValue = -1 << 63, 1<<63 - 1

// A signature has one bit for each of a row's status, mode and position, and
// one when it has no value; a family that accepts all of them reads the row.
const (
	modeBit     = 8
	positionBit = 16
	noValueBit  = 19
)

func accept(f *plan.Filter) uint32 {
	a := f.Statuses&0xff | f.Modes&0xff<<modeBit | f.Positions&7<<positionBit
	if !f.Value {
		a |= 1 << noValueBit
	}
	return a
}

func signature(status, mode, position uint8) uint32 {
	return 1<<(status&7) | 1<<(mode&7)<<modeBit | 1<<min(position, 2)<<positionBit
}

// next starts another person.
func (g *gatherer) next() {
	g.serial++
	if g.serial == 0 { // after 2^32 persons serials would lie
		for i := range g.facts {
			g.facts[i].serial = 0
		}
		g.serial = 1
	}
	g.touched = g.touched[:0]
	if g.see != nil {
		g.see.serial = g.serial
	}
	if g.labels != nil {
		g.labels.marks = g.labels.marks[:0]
	}
}

// of gives the person's facts of a family, empty when first asked for.
func (g *gatherer) of(family uint16) *facts {
	b := &g.facts[family]
	if b.serial != g.serial {
		b.serial, b.plain, b.newest = g.serial, true, int32(engine.NoDay)
		b.rows, b.value, b.member, b.spell = b.rows[:0], b.value[:0], b.member[:0], b.spell[:0]
		g.touched = append(g.touched, family)
	}
	return b
}

func (b *facts) add(x fact) {
	if x.last != x.day || x.to != int32(population.Forever) || x.from < b.newest {
		b.plain = false
	}
	b.newest = x.from
	b.rows = append(b.rows, x)
}

// events streams the person's events into the families.
func (g *gatherer) events(s *streams, h *held, wanted bool) error {
	before := arrow.Date32(math.MinInt32)
	return s.event.each(int64(h.who.ID), func(from, to int) error {
		for _, day := range s.day[from:to] {
			if day < before {
				return s.event.disorder()
			}
			before = day
		}
		if wanted {
			g.rows(s, from, to)
		}
		if wanted && g.labels != nil {
			g.labels.rows(s, from, to)
		}
		return nil
	})
}

// rows adds rows of the batch at hand, all of the person, to the families that
// read them on any of the dates.
func (g *gatherer) rows(s *streams, from, to int) {
	n := to - from
	days, lasts, knowns := s.day[from:to], s.lastDay[from:to][:n], s.knownFrom[from:to][:n]
	kinds, codes := s.kind[from:to][:n], s.code[from:to][:n]
	statuses, modes, positions := s.status[from:to][:n], s.mode[from:to][:n], s.position[from:to][:n]
	untils, values := s.knownTo.run(from, to), optional{s.value[from:to][:n], s.values, from, s.noValues, s.someNull}
	table, filters := &g.plan.Rows, g.filters
	first, latest := engine.Day(g.dates[0]), g.last
	if g.see != nil {
		for i, kind := range kinds {
			g.see.note(&g.see.events, kind, engine.Day(knowns[i]))
		}
	}
	for i := range days {
		kind, code := kinds[i], codes[i]
		list := table.List(kind, engine.Code(code))
		if list == 0 {
			continue
		}
		day, last := int32(days[i]), int32(lasts[i])
		known := max(last, int32(knowns[i]))
		if known > latest {
			continue
		}
		until := untils.at(i, population.Forever)
		if until <= first {
			continue
		}
		sig := signature(statuses[i], modes[i], positions[i])
		value, ok := values.at(i)
		if !ok || value > plan.LargestValue || value < -plan.LargestValue {
			sig |= 1 << noValueBit
		}
		for _, t := range table.Targets(list) {
			f := &filters[t.Family]
			if f.accept&sig != sig || day <= f.oldest {
				continue
			}
			if f.ranged {
				if x := &g.plan.Families[t.Family].Filter; value < x.ValueFrom || value > x.ValueTo {
					continue
				}
			}
			b := g.of(t.Family)
			b.add(fact{day, last, max(known, last+f.gap), int32(until)})
			if f.need&^plan.NeedDays == 0 {
				continue
			}
			if f.need&plan.NeedValue != 0 {
				b.value = append(b.value, value)
			}
			if f.need&plan.NeedSet != 0 {
				b.value = append(b.value, code)
			}
			if f.need&(plan.NeedMask|plan.NeedPick) != 0 {
				b.member = append(b.member, t.Member)
			}
		}
	}
}

// documents adds the person's documents.
func (g *gatherer) documents(h *held) {
	for i := range h.documents {
		x := &h.documents[i]
		if g.see != nil {
			g.see.note(&g.see.documents, x.category, x.knownFrom)
		}
		day := int32(x.day)
		sig := signature(x.status, 0, 0) | 1<<noValueBit
		for _, t := range g.plan.Rows.Targets(g.plan.Rows.List(plan.DocumentKind(x.category), x.code)) {
			f := &g.filters[t.Family]
			if f.accept&sig != sig || day <= f.oldest {
				continue
			}
			to := int32(x.knownTo)
			if f.current {
				to = min(to, int32(x.end))
			}
			b := g.of(t.Family)
			b.add(fact{day, day, max(int32(x.knownFrom), day+f.gap), to})
			if f.need&plan.NeedSet != 0 {
				b.value = append(b.value, int64(x.code))
			}
			if f.need&(plan.NeedMask|plan.NeedPick) != 0 {
				b.member = append(b.member, t.Member)
			}
		}
	}
}

// spells adds the person's spells.
func (g *gatherer) spells(h *held) {
	for i := range h.spells {
		s := &h.spells[i]
		if g.see != nil {
			g.see.note(&g.see.spells, uint8(s.Kind), s.KnownFrom)
		}
		for _, t := range g.plan.Spell[s.Kind&31] {
			f, x := &g.plan.Families[t.Family], &g.filters[t.Family]
			if int32(s.Start) <= x.oldest || !passes(&f.Filter, s) {
				continue
			}
			to := int32(s.KnownTo)
			if x.current && s.End != engine.NoDay {
				to = min(to, int32(s.End))
			}
			b := g.of(t.Family)
			b.add(fact{int32(s.Start), int32(s.Start), int32(max(s.Start, s.KnownFrom)), to})
			if x.need&plan.NeedSet != 0 {
				b.value = append(b.value, int64(s.Specialty))
			}
			if x.need&(plan.NeedMask|plan.NeedPick) != 0 {
				b.member = append(b.member, t.Member)
			}
			if x.spells {
				b.spell = append(b.spell, int32(i))
			}
		}
	}
}
