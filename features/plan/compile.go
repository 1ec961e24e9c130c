package plan

import (
	"encoding/json"
	"fmt"
	"iter"
	"math"
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
		dated := -1
		if d.Dated() {
			dated = len(p.DatedColumns)
			p.DatedColumns = append(p.DatedColumns, i)
		}
		if err := c.add(i, dated, d); err != nil {
			return nil, err
		}
	}
	c.lay()
	if dict != nil {
		for w := range dict {
			c.word(w)
		}
	}
	p.Codes.build(c.exact)
	return p, nil
}

// add puts one definition into the family that reads its rows.
func (c *compiler) add(column, dated int, d *catalogue.Definition) error {
	switch d.Aggregate {
	case catalogue.Value:
		c.p.Demographics = append(c.p.Demographics, Demographic{column, d.Item, finish.Of(d)})
		return nil
	case catalogue.BedDays, catalogue.LongestStay, catalogue.DaysSinceEnd:
		c.p.Directs = append(c.p.Directs, Direct{column, d.Aggregate, filter(d), bound(d.Days), finish.Of(d)})
		return nil
	}
	f, err := c.of(d)
	if err != nil {
		return err
	}
	fam := &c.p.Families[f]
	fam.Need |= need(d.Aggregate)
	o := Output{Column: column, Dated: dated, Recent: -1, Days: d.Recent, Rule: finish.Of(d)}
	if d.Aggregate == catalogue.Acceleration {
		c.ring(fam, bound(d.Recent))
	}
	i := c.ring(fam, bound(d.Days))
	fam.Outputs[i] = append(fam.Outputs[i], o)
	return nil
}

// ring gives the place of a bound, making it when it is new.
func (c *compiler) ring(f *Family, b int32) int {
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

func need(a catalogue.Aggregate) Need {
	switch a {
	case catalogue.LatestValue, catalogue.Mean, catalogue.Min, catalogue.Max, catalogue.Spread, catalogue.Slope:
		return NeedValue
	case catalogue.Members, catalogue.WeightedSumDistinct:
		return NeedMask
	case catalogue.LatestMember, catalogue.LatestIs:
		return NeedPick
	case catalogue.DistinctCodes, catalogue.DistinctSpells:
		return NeedSet
	}
	return 0
}

func filter(d *catalogue.Definition) Family {
	f := Family{Source: d.Source, Value: d.Analyte != "", Gap: int32(d.Gap), FirstOfCIS: d.FirstOfCIS, NoAdmission: d.NoAdmission}
	for _, k := range d.Kinds {
		f.Kinds |= 1 << k
	}
	for _, s := range d.Statuses {
		f.Statuses |= 1 << s
	}
	for _, m := range d.Modes {
		f.Modes |= 1 << m
	}
	if len(d.Modes) == 0 {
		f.Modes = math.MaxUint32
	}
	for _, p := range d.Positions {
		f.Positions |= 1 << map[catalogue.Position]uint{catalogue.NoPosition: 0, catalogue.Primary: 1, catalogue.Secondary: 2}[p]
	}
	if len(d.Positions) == 0 {
		f.Positions = math.MaxUint32
	}
	for _, k := range d.Within {
		f.Within |= 1 << k
	}
	for _, k := range d.Spells {
		f.Spells |= 1 << k
	}
	for _, a := range d.Attended {
		f.Attended |= 1 << a
	}
	return f
}

// of finds or makes the family of a definition. Sets of codes and of spells
// are of different things and do not share.
func (c *compiler) of(d *catalogue.Definition) (int, error) {
	f := filter(d)
	key, err := json.Marshal(struct {
		F       Family
		M       []catalogue.Member
		A       string
		W, S, G bool
	}{f, codesOnly(d.Members), d.Analyte, d.Weights != nil, d.Aggregate == catalogue.DistinctSpells, len(d.Members) > 1})
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
	c.p.Families = append(c.p.Families, f)
	fam := &c.p.Families[i]
	switch {
	case d.Source == catalogue.Spell:
		for k := range c.p.Spell {
			if f.Spells>>k&1 == 1 {
				c.p.Spell[k] = append(c.p.Spell[k], Target{Family: uint16(i)})
			}
		}
	case d.Weights != nil:
		list := c.lib.List(d.Members[0].Lists[0])
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
				list := c.lib.List(name)
				if list == nil {
					return 0, &engine.Fault{Code: "list-unknown", Say: fmt.Sprintf("feature %s reads code list %s, which is not in the library given: use the library that the catalogue was loaded with", d.ID, name)}
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

// lay numbers the accumulators, once every family has all its rings.
func (c *compiler) lay() {
	p := c.p
	for i := range p.Families {
		f := &p.Families[i]
		n := len(f.Bounds)
		f.Ring, p.Rings = p.Rings, p.Rings+n
		if f.Need&NeedValue != 0 {
			f.ValueRing, p.ValueRings = p.ValueRings, p.ValueRings+n
		}
		if f.Need&NeedMask != 0 {
			f.MaskRing, p.MaskRings = p.MaskRings, p.MaskRings+n
		}
		if f.Need&NeedPick != 0 {
			f.PickRing, p.PickRings = p.PickRings, p.PickRings+n
		}
		if f.Need&NeedSet != 0 {
			f.SetRing, p.SetRings = p.SetRings, p.SetRings+n
		}
		if f.Source == catalogue.Event && f.Bounds[n-1] > p.Lookback {
			p.Lookback = f.Bounds[n-1]
		}
		for r := range f.Outputs {
			for k := range f.Outputs[r] {
				if o := &f.Outputs[r][k]; o.Days > 0 {
					o.Recent = sort.Search(n, func(i int) bool { return f.Bounds[i] >= int32(o.Days) })
				}
			}
		}
	}
}
