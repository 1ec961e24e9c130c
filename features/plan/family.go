package plan

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"leftshift/engine"
	"leftshift/features/catalogue"
	"leftshift/features/codelist"
)

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
	}{f, codesOnly(d.Members), d.Analyte, d.Weights, d.Aggregate == catalogue.DistinctSpells, d.ByMember, period(d)})
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
			c.reach.Add(engine.ParseSystem(list.System), code, list.Match, Target{uint16(i), uint8(m)})
		}
	case len(d.Members) > 0:
		for m, member := range d.Members {
			for _, x := range member.Codes {
				system, code, _ := strings.Cut(x, ":")
				c.reach.Add(engine.ParseSystem(system), code, codelist.Exact, Target{uint16(i), uint8(m)})
			}
			for _, name := range member.Lists {
				list, err := c.list(d, name)
				if err != nil {
					return 0, err
				}
				c.reach.AddList(list, Target{uint16(i), uint8(m)})
			}
		}
	case d.Analyte != "":
		a := c.analytes.ByID(d.Analyte)
		if a == nil {
			return 0, &engine.Fault{Code: "analyte-unknown", Say: fmt.Sprintf("feature %s reads analyte %s, which is not in the table given: use the table that the catalogue was loaded with", d.ID, d.Analyte)}
		}
		for _, code := range a.Codes() {
			c.reach.AddKey(code, Target{Family: uint16(i)})
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
