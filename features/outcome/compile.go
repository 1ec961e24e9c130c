package outcome

import (
	"fmt"
	"slices"

	"leftshift/engine"
	"leftshift/features/codelist"
	"leftshift/features/plan"
	"leftshift/features/population"
)

// Mark is one version of a dated coded fact that outcomes read: known in
// [KnownFrom, KnownTo), KnownTo being population.Forever while it stands. Day
// and Last are its first and last possible day.
type Mark struct {
	Day, Last          engine.Day
	KnownFrom, KnownTo engine.Day
	Set                uint16 // which of the plan's filters it passed
}

// Fact is an event row, as curated.
type Fact struct {
	Code               engine.Code
	Kind               engine.EventKind
	Status             engine.Status
	Position           uint8 // 1 primary, 2 and on secondary, 0 none
	Day, Last          engine.Day
	KnownFrom, KnownTo engine.Day
}

// set is a filter of events, as bit masks; codes lead to it.
type set struct{ kinds, positions uint32 }

// statuses are those of things that are so or were done.
const statuses = 1<<engine.NoStatus | 1<<engine.Active | 1<<engine.Ended | 1<<engine.Completed

// compiled is an outcome with its names resolved.
type compiled struct {
	*Outcome
	spells, attended, from uint32 // masks by kind and attended code
	causes                 []compiledCause
	members                []uint16
	of, competing          []int // places in Plan.all
}

type compiledCause struct{ codes, with, without int } // sets; -1 none

// Plan is a set of outcomes made ready for labelling. It is not changed after
// Compile and may be used by several goroutines.
type Plan struct {
	Outcomes []*Outcome // in the order asked for: that of Labels
	Horizon  int        // the longest of them
	Freeze   int        // the longest of them

	all    []compiled // those asked for and those that they name; parts before unions
	asked  []int      // places in all, by outcome
	sets   []set
	gaps   []int // by set: of the outcome whose members it is of
	events bool  // some outcome reads events by member
	bloom  [1 << 12]uint64
	codes  map[engine.Code][]uint16
}

// Compile makes the plan of the outcomes named by ids, or of all when ids is
// nil. lib is the library that the catalogue was loaded with; dict holds the
// codes of the lake, which lists that match by prefix cover. Errors are
// *engine.Fault.
func Compile(cat *Catalogue, ids []string, lib *codelist.Library, dict plan.Dictionary) (*Plan, error) {
	if ids == nil {
		ids = cat.IDs()
	}
	c := &compiler{p: &Plan{}, cat: cat, lib: lib, place: map[string]int{}, known: map[string]int{}}
	for _, id := range ids {
		o := cat.Find(id)
		if o == nil {
			return nil, &engine.Fault{Code: "outcome-unknown", Say: fmt.Sprintf("there is no outcome %q: name outcomes that the catalogue of outcomes declares", id)}
		}
		i, err := c.add(o)
		if err != nil {
			return nil, err
		}
		c.p.Outcomes, c.p.asked = append(c.p.Outcomes, o), append(c.p.asked, i)
		c.p.Horizon, c.p.Freeze = max(c.p.Horizon, o.Horizon()), max(c.p.Freeze, o.Freeze)
	}
	c.p.codes = c.reach.Over(dict)
	delete(c.p.codes, 0)
	for code, sets := range c.p.codes {
		slices.Sort(sets)
		c.p.codes[code] = slices.Compact(sets)
		c.p.bloom[uint64(code)>>6&(1<<12-1)] |= 1 << (uint64(code) & 63)
	}
	return c.p, nil
}

// Reads says whether any outcome reads events, so that Mark needs calling.
func (p *Plan) Reads() bool { return len(p.codes) > 0 }

// Codes are the keys of every code that leads to a mark, ascending.
func (p *Plan) Codes() []engine.Code {
	out := make([]engine.Code, 0, len(p.codes))
	for c := range p.codes {
		out = append(out, c)
	}
	slices.Sort(out)
	return out
}

// Mark appends the marks of one event: none for most. Events may come in any
// order; those after the index date are wanted as well as those before it.
func (p *Plan) Mark(marks []Mark, f *Fact) []Mark {
	h := uint64(f.Code)
	if p.bloom[h>>6&(1<<12-1)]>>(h&63)&1 == 0 || statuses>>(f.Status&31)&1 == 0 {
		return marks
	}
	for _, s := range p.codes[f.Code] {
		if x := &p.sets[s]; x.kinds>>(f.Kind&31)&(x.positions>>min(f.Position, 2))&1 == 1 {
			marks = append(marks, Mark{f.Day, f.Last, f.KnownFrom, f.KnownTo, s})
		}
	}
	return marks
}

// Ready refuses dates whose labels are not complete on the knowledge day, for
// any of the outcomes at its longest horizon.
func (p *Plan) Ready(dates []engine.Day, knowledge engine.Day) error {
	for _, o := range p.Outcomes {
		for _, d := range dates {
			if err := o.Ready(d, knowledge, o.Horizon()); err != nil {
				return err
			}
		}
	}
	return nil
}

// compiler gathers the plan.
type compiler struct {
	p     *Plan
	cat   *Catalogue
	lib   *codelist.Library
	place map[string]int // by id
	known map[string]int // set by what makes it
	reach plan.Reach[uint16]
}

// add gives the place of an outcome, making it, and before it those that it
// names, when it is new.
func (c *compiler) add(o *Outcome) (int, error) {
	if i, ok := c.place[o.ID]; ok {
		return i, nil
	}
	x := compiled{Outcome: o, attended: ^uint32(0)}
	for _, part := range o.Of {
		i, err := c.add(c.cat.Find(part))
		if err != nil {
			return 0, err
		}
		x.of = append(x.of, i)
	}
	for _, other := range o.Competing {
		i, err := c.add(c.cat.Find(other))
		if err != nil {
			return 0, err
		}
		x.competing = append(x.competing, i)
	}
	for _, k := range o.Spells {
		x.spells |= 1 << k
	}
	for _, k := range o.DischargedFrom {
		x.from |= 1 << k
	}
	if len(o.Attended) > 0 {
		x.attended = 0
		for _, a := range o.Attended {
			x.attended |= 1 << a
		}
	}
	for _, m := range o.Members {
		s, err := c.set(o.ID, o.Kinds, nil, m.Codes, o.Gap)
		if err != nil {
			return 0, err
		}
		x.members = append(x.members, uint16(s))
		c.p.events = true
	}
	diagnosis := []engine.EventKind{engine.Diagnosis}
	for _, k := range o.Causes {
		y := compiledCause{-1, -1, -1}
		for _, part := range []struct {
			at        *int
			positions []Position
			codes     Codes
		}{{&y.codes, k.Positions, k.Codes}, {&y.with, k.WithPositions, Codes{Codes: k.With}}, {&y.without, nil, Codes{Codes: k.Without}}} {
			if len(part.codes.Lists)+len(part.codes.Codes) == 0 {
				continue
			}
			s, err := c.set(o.ID, diagnosis, part.positions, part.codes, 0)
			if err != nil {
				return 0, err
			}
			*part.at = s
		}
		x.causes = append(x.causes, y)
	}
	c.p.all = append(c.p.all, x)
	c.place[o.ID] = len(c.p.all) - 1
	return len(c.p.all) - 1, nil
}

// set gives the place of a filter, making it when it is new.
func (c *compiler) set(id string, kinds []engine.EventKind, positions []Position, codes Codes, gap int) (int, error) {
	key := fmt.Sprintf("%v %v %q %d", kinds, positions, codes, gap)
	if i, ok := c.known[key]; ok {
		return i, nil
	}
	i := len(c.p.sets)
	if i > 1<<16-1 {
		return 0, &engine.Fault{Code: "plan-too-large", Say: "the outcomes have more than 65,536 different filters: ask for fewer at once"}
	}
	x := set{positions: ^uint32(0)}
	for _, k := range kinds {
		x.kinds |= 1 << k
	}
	if len(positions) > 0 {
		x.positions = 0
		for _, p := range positions {
			x.positions |= 1 << p
		}
	}
	c.known[key], c.p.sets, c.p.gaps = i, append(c.p.sets, x), append(c.p.gaps, gap)
	for _, name := range codes.Lists {
		list := c.lib.List(name)
		if list == nil {
			return 0, &engine.Fault{Code: "list-unknown", Say: fmt.Sprintf("outcome %s reads code list %s, which is not in the library given: use the library that the outcomes were loaded with", id, name)}
		}
		c.reach.AddList(list, uint16(i))
	}
	for _, s := range codes.Codes {
		system, code, prefix, _ := parseCode(s)
		match := codelist.Exact
		if prefix {
			match = codelist.Prefix
		}
		c.reach.Add(system, code, match, uint16(i))
	}
	return i, nil
}

// Record is one person's rows, as the kernel holds them. Spells and marks may
// be in any order.
type Record struct {
	Person                    *population.Person
	Registrations, Residences []population.Interval
	Spells                    []population.Spell
	Marks                     []Mark
}

// Place says where an outcome is among those asked for, -1 when it is not.
func (p *Plan) Place(id string) int {
	return slices.IndexFunc(p.Outcomes, func(o *Outcome) bool { return o.ID == id })
}
