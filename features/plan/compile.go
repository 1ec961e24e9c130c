package plan

import (
	"encoding/json"
	"fmt"
	"iter"
	"math"
	"slices"
	"sort"
	"strings"

	"leftshift/engine"
	"leftshift/engine/analyte"
	"leftshift/features/catalogue"
	"leftshift/features/codelist"
	"leftshift/features/finish"
)

// Dictionary is the lake's code table: every code that its events hold, with
// its text. Lists that match by prefix cover the codes in it; the order does
// not matter. Nil is an empty dictionary.
type Dictionary = iter.Seq[Word]

// LargestValue bounds the scaled values that moments read, so that their sums
// are exact in 64 bits (2^23 rows of one person). No plausible value of an
// analyte comes near it; rows beyond it are read as having no value.
const LargestValue = 1 << 20

// compiler gathers the plan.
type compiler struct {
	p        *Plan
	lib      *codelist.Library
	analytes *analyte.Table
	family   map[string]int
	exact    map[engine.Code][]Target
	prefix   map[engine.System]map[string][]Target
}

// Compile makes the plan of a catalogue. lib and analytes are those that the
// catalogue was loaded with. Errors are *engine.Fault.
func Compile(cat *catalogue.Catalogue, lib *codelist.Library, analytes *analyte.Table, dict Dictionary) (*Plan, error) {
	c := &compiler{p: &Plan{Catalogue: cat, Columns: cat.Columns()}, lib: lib, analytes: analytes, family: map[string]int{},
		exact: map[engine.Code][]Target{}, prefix: map[engine.System]map[string][]Target{}}
	p := c.p
	for i := range cat.Definitions {
		d := &cat.Definitions[i]
		rule := finish.Of(d)
		p.Blank = append(p.Blank, rule.Blank())
		if err := c.add(i, d); err != nil {
			return nil, err
		}
	}
	c.recent()
	if dict != nil {
		for w := range dict {
			c.word(w)
		}
	}
	p.Codes.build(c.exact)
	p.Rows.build(p)
	return p, nil
}

// add puts one definition into the family that reads its rows.
func (c *compiler) add(column int, d *catalogue.Definition) error {
	rule := finish.Of(d)
	switch {
	case d.Source == catalogue.Demographic:
		c.p.Demographics = append(c.p.Demographics, Demographic{column, d.Item, rule})
		return nil
	case d.Source == catalogue.Derived:
		x := Derived{Column: column}
		for _, t := range d.Terms {
			x.Terms = append(x.Terms, c.term(t))
		}
		c.p.Deriveds = append(c.p.Deriveds, x)
		return nil
	}
	switch d.Aggregate {
	case catalogue.BedDays, catalogue.LongestStay, catalogue.DaysSinceEnd:
		c.p.Directs = append(c.p.Directs, Direct{column, d.Aggregate, filter(d), bound(d.Days), rule})
		return nil
	}
	f, err := c.of(d)
	if err != nil {
		return err
	}
	fam := &c.p.Families[f]
	fam.Need |= need(d)
	o := Output{Column: column, Dated: d.Dated(), Recent: -1, Days: d.Recent, Rule: rule,
		Periods: d.Aggregate == catalogue.Started || d.Aggregate == catalogue.Stopped}
	if d.Recent > 0 {
		c.window(fam, bound(d.Recent))
	}
	i := c.window(fam, bound(d.Days))
	fam.Outputs[i] = append(fam.Outputs[i], o)
	return nil
}

// term resolves the features that a term names. A feature that the catalogue
// lacks is never so: catalogue.Load refuses it, and Subset keeps it.
func (c *compiler) term(t catalogue.Term) Term {
	var out Term
	for _, way := range t.Ways {
		var atoms []Atom
		for _, a := range way {
			atoms = append(atoms, Atom{c.p.Catalogue.Place(a.Feature), a})
		}
		out.Ways = append(out.Ways, atoms)
	}
	return out
}

// window gives the place of a bound, making it when it is new.
func (c *compiler) window(f *Family, b int32) int {
	i := sort.Search(len(f.Bounds), func(i int) bool { return f.Bounds[i] >= b })
	if i == len(f.Bounds) || f.Bounds[i] != b {
		f.Bounds = append(f.Bounds[:i:i], append([]int32{b}, f.Bounds[i:]...)...)
		f.Outputs = append(f.Outputs[:i:i], append([][]Output{nil}, f.Outputs[i:]...)...)
	}
	return i
}

func bound(days int) int32 {
	if days == catalogue.Ever {
		return Unbounded
	}
	return int32(days)
}

func need(d *catalogue.Definition) Need {
	switch d.Aggregate {
	case catalogue.LatestValue, catalogue.Mean, catalogue.Min, catalogue.Max, catalogue.Spread:
		return NeedValue
	case catalogue.Slope, catalogue.SlopeError:
		return NeedValue | NeedDays
	case catalogue.Days:
		return NeedDays
	case catalogue.Members, catalogue.WeightedSumDistinct:
		return NeedMask
	case catalogue.LatestMember, catalogue.LatestIs:
		return NeedPick
	case catalogue.DistinctCodes, catalogue.DistinctSpells:
		return NeedSet
	case catalogue.Started, catalogue.Stopped:
		if len(d.Members) > 1 {
			return NeedMask
		}
		return NeedSet
	}
	return 0
}

// mask has a bit for each number.
func mask[T ~uint8](numbers []T) (m uint32) {
	for _, n := range numbers {
		m |= 1 << n
	}
	return m
}

// any of them when none is named.
func maskOrAny[T ~uint8](numbers []T) uint32 {
	if len(numbers) == 0 {
		return math.MaxUint32
	}
	return mask(numbers)
}

func filter(d *catalogue.Definition) Filter {
	f := Filter{Source: d.Source, Value: d.Analyte != "", ValueFrom: math.MinInt64, ValueTo: math.MaxInt64, Gap: int32(d.Gap),
		FirstOfCIS: d.FirstOfCIS, NoAdmission: d.NoAdmission, Readmission: int32(d.Readmission), Current: d.Current,
		Kinds: mask(d.Kinds), Statuses: maskOrAny(d.Statuses), Modes: maskOrAny(d.Modes), Within: mask(d.Within),
		Spells: mask(d.Spells), Attended: mask(d.Attended), Specialties: codes(d.Specialties), Arrivals: codes(d.Arrivals)}
	if d.ValueFrom != nil {
		f.ValueFrom = *d.ValueFrom
	}
	if d.ValueTo != nil {
		f.ValueTo = *d.ValueTo
	}
	for _, p := range d.Positions {
		f.Positions |= 1 << map[catalogue.Position]uint{catalogue.NoPosition: 0, catalogue.Primary: 1, catalogue.Secondary: 2}[p]
	}
	if len(d.Positions) == 0 {
		f.Positions = math.MaxUint32
	}
	for _, x := range d.Destinations {
		f.Destinations = append(f.Destinations, Shorten(x))
	}
	if d.Source == catalogue.Document {
		for _, x := range d.Categories {
			f.Kinds |= 1 << DocumentKind(uint8(x))
		}
		if len(d.Categories) == 0 {
			f.Kinds = math.MaxUint32 << DocumentKind(0)
		}
	}
	return f
}

// codes gives the keys of codes written "system:code".
func codes(texts []string) (out []engine.Code) {
	for _, x := range texts {
		system, code, _ := strings.Cut(x, ":")
		out = append(out, engine.CodeKey(engine.ParseSystem(system), code))
	}
	return out
}

// of finds or makes the family of a definition. Sets of codes and of spells
// are of different things and do not share.
func (c *compiler) of(d *catalogue.Definition) (int, error) {
	f := filter(d)
	key, err := json.Marshal(struct {
		F    Filter
		M    []catalogue.Member
		A    string
		W    map[string]int // folders may weigh one list each in its own way
		S, G bool
		P    int
	}{f, codesOnly(d.Members), d.Analyte, d.Weights, d.Aggregate == catalogue.DistinctSpells, len(d.Members) > 1, period(d)})
	if err != nil {
		return 0, err
	}
	if i, ok := c.family[string(key)]; ok {
		return i, nil
	}
	i := len(c.p.Families)
	if i > math.MaxUint16 {
		return 0, &engine.Fault{Code: "plan-too-large", Say: "the catalogue has more than 65,536 different filters: remove some"}
	}
	c.family[string(key)] = i
	c.p.Families = append(c.p.Families, Family{Filter: f, Period: -1, Stays: d.Aggregate == catalogue.DistinctSpells})
	fam := &c.p.Families[i]
	switch {
	case d.Source == catalogue.Spell:
		for k := range c.p.Spell {
			if f.Spells>>k&1 == 1 {
				c.p.Spell[k] = append(c.p.Spell[k], Target{Family: uint16(i)})
			}
		}
	case d.Weights != nil:
		list, err := c.list(d, d.Members[0].Lists[0])
		if err != nil {
			return 0, err
		}
		for m, code := range list.Codes {
			fam.Weights = append(fam.Weights, int64(d.Weights[code]))
			c.code(list, code, Target{uint16(i), uint8(m)})
		}
	case len(d.Members) > 0:
		for m, member := range d.Members {
			for _, x := range member.Codes {
				system, code, _ := strings.Cut(x, ":")
				key := engine.CodeKey(engine.ParseSystem(system), code)
				c.exact[key] = append(c.exact[key], Target{uint16(i), uint8(m)})
			}
			for _, name := range member.Lists {
				list, err := c.list(d, name)
				if err != nil {
					return 0, err
				}
				for _, code := range list.Codes {
					c.code(list, code, Target{uint16(i), uint8(m)})
				}
			}
		}
	case d.Analyte != "":
		a := c.analytes.ByID(d.Analyte)
		if a == nil {
			return 0, &engine.Fault{Code: "analyte-unknown", Say: fmt.Sprintf("feature %s reads analyte %s, which is not in the table given: use the table that the catalogue was loaded with", d.ID, d.Analyte)}
		}
		for _, code := range a.Codes() {
			c.exact[code] = append(c.exact[code], Target{Family: uint16(i)})
		}
	default:
		for k := range c.p.Kind {
			if f.Kinds>>k&1 == 1 {
				c.p.Kind[k] = append(c.p.Kind[k], Target{Family: uint16(i)})
			}
		}
	}
	return i, nil
}

// list gives a code list that a definition reads.
func (c *compiler) list(d *catalogue.Definition, name string) (*codelist.List, error) {
	if list := c.lib.List(name); list != nil {
		return list, nil
	}
	return nil, &engine.Fault{Code: "list-unknown", Say: fmt.Sprintf("feature %s reads code list %s, which is not in the library given: use the library that the catalogue was loaded with", d.ID, name)}
}

// period is the length of the recent period of what was started or stopped; 0
// for other aggregates. Features of different periods share no family.
func period(d *catalogue.Definition) int {
	if d.Aggregate == catalogue.Started || d.Aggregate == catalogue.Stopped {
		return d.Recent
	}
	return 0
}

// codesOnly drops titles, which do not change what a family reads.
func codesOnly(members []catalogue.Member) []catalogue.Member {
	out := make([]catalogue.Member, len(members))
	for i, m := range members {
		out[i] = catalogue.Member{Lists: m.Lists, Codes: m.Codes}
	}
	return out
}

// code leads one code of a list to a target.
func (c *compiler) code(list *codelist.List, code string, t Target) {
	system := engine.ParseSystem(list.System)
	if list.Match == codelist.Exact {
		key := engine.CodeKey(system, code)
		c.exact[key] = append(c.exact[key], t)
		return
	}
	if c.prefix[system] == nil {
		c.prefix[system] = map[string][]Target{}
	}
	c.prefix[system][code] = append(c.prefix[system][code], t)
}

// word leads a code of the dictionary to the targets of every prefix of it.
func (c *compiler) word(w Word) {
	prefixes := c.prefix[w.System]
	if len(prefixes) == 0 {
		return
	}
	text, ok := codelist.Normalise(w.System.String(), w.Text)
	if !ok {
		return
	}
	for n := 1; n <= len(text); n++ {
		if t := prefixes[text[:n]]; t != nil {
			c.exact[w.Code] = append(c.exact[w.Code], t...)
		}
	}
}

// recent finds the windows of recent periods, once every family has all of its
// windows.
func (c *compiler) recent() {
	for i := range c.p.Families {
		f := &c.p.Families[i]
		for r := range f.Outputs {
			for k := range f.Outputs[r] {
				if o := &f.Outputs[r][k]; o.Days > 0 {
					o.Recent = slices.Index(f.Bounds, bound(o.Days))
					if o.Periods {
						f.Period = o.Recent
					}
				}
			}
		}
	}
}
