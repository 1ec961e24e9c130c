package plan

import (
	"slices"
	"sort"

	"leftshift/engine/analyte"
	"leftshift/features/catalogue"
	"leftshift/features/codelist"
	"leftshift/features/finish"
)

// LargestValue bounds the scaled values that moments read, so that their sums
// are exact in 64 bits (2^23 rows of one person). No plausible value of an
// analyte comes near it; rows beyond it are read as having no value.
const LargestValue = 1 << 20

// compiler gathers the plan.
type compiler struct {
	p        *Plan
	lib      *codelist.Library
	analytes *analyte.Table
	family   map[string]int // by what it reads
	reach    Reach[Target]
}

// Compile makes the plan of a catalogue. lib and analytes are those that the
// catalogue was loaded with. Errors are *engine.Fault.
func Compile(cat *catalogue.Catalogue, lib *codelist.Library, analytes *analyte.Table, dict Dictionary) (*Plan, error) {
	c := &compiler{p: &Plan{Catalogue: cat, Columns: cat.Columns()}, lib: lib, analytes: analytes, family: map[string]int{}}
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
	p.Codes.build(c.reach.Over(dict))
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
		if d.ByMember {
			return NeedMask
		}
		return NeedSet
	}
	return 0
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
