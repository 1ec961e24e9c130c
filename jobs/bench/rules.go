//go:build duckdb_arrow

package main

import (
	"math"
	"slices"

	"leftshift/features/catalogue"
	"leftshift/features/plan"
)

// rule is one feature as the peers see it: a filter over rows, a window and an
// aggregate, all of it plain numbers, so that SQL and Polars are written from
// the same list.
type rule struct {
	ID        string `json:"id"`
	Column    int    `json:"column"` // of the plan
	Source    string `json:"source"` // event or spell
	Family    int    `json:"family"` // rules of one family have one filter
	Aggregate string `json:"aggregate"`
	Unknown   bool   `json:"unknown"` // no rows mean not known; else 0
	// Filter. Statuses, modes, positions and attended: allowed numbers; nil is
	// any. Codes of an event family are in the map of codes; Coded says whether
	// it has any condition on codes.
	Kinds     []int   `json:"kinds"`
	Statuses  []int   `json:"statuses"`
	Modes     []int   `json:"modes"`
	Positions []int   `json:"positions"`
	Attended  []int   `json:"attended"`
	Coded     bool    `json:"coded"`
	Codes     []int64 `json:"codes"`
	// Members are the codes of each member of a group, which Members,
	// LatestMember and LatestIs tell apart.
	Members [][]int64 `json:"members"`
	Valued  bool      `json:"valued"`
	// From and To bound the value of a row, where Valued.
	From int64 `json:"from"`
	To   int64 `json:"to"`
	// Specialties are the treatment functions of a spell; nil is any.
	Specialties []int64 `json:"specialties"`
	First       bool    `json:"first"` // first of its continuous inpatient spell
	Gap         int     `json:"gap"`
	Days        int     `json:"days"` // window; 0 the whole record
	Recent      int     `json:"recent"`
	Scale       float64 `json:"scale"`
	Pick        int     `json:"pick"`
}

// seen says whether a rule tells the members of its group apart by a set.
func (r *rule) seen() bool { return r.Aggregate == string(catalogue.Members) }

// picks says whether a rule tells the member of the newest row.
func (r *rule) picks() bool {
	return r.Aggregate == string(catalogue.LatestMember) || r.Aggregate == string(catalogue.LatestIs)
}

// route leads rows of one kind and code to a family.
type route struct {
	kind, member int
	code         int64
	family       int
}

// simple are the aggregates that one conditional aggregate can say exactly.
var simple = map[catalogue.Aggregate]bool{
	catalogue.Count: true, catalogue.Days: true, catalogue.Any: true, catalogue.DistinctCodes: true, catalogue.DaysSince: true,
	catalogue.DaysSinceFirst: true, catalogue.LatestValue: true, catalogue.Mean: true, catalogue.Min: true, catalogue.Max: true,
	catalogue.Spread: true, catalogue.Slope: true, catalogue.Members: true, catalogue.LatestMember: true, catalogue.LatestIs: true, catalogue.Acceleration: true,
}

// rules are the features of a plan that conditional aggregates over events and
// over spells can say. The others (demographic and derived items, documents,
// nights in bed, rows that must lie in a spell or have none before or after
// them, weighted scores of distinct codes, what was started or stopped) are left
// to the kernel, which so does more than its peers.
func rules(p *plan.Plan, words []plan.Word) ([]rule, []route) {
	var out []rule
	var routes []route
	words = append(slices.Clone(words), plan.Word{}) // code 0: rows without a code
	for i := range p.Families {
		f := &p.Families[i]
		if !sayable(f) {
			continue
		}
		base := rule{Source: string(f.Source), Family: i, Statuses: bits(f.Statuses), Modes: bits(f.Modes), Positions: bits(f.Positions),
			Attended: bits(f.Attended), Kinds: bits(f.Kinds), Valued: f.Value, First: f.FirstOfCIS, Gap: int(f.Gap)}
		base.From, base.To = max(f.ValueFrom, -plan.LargestValue), min(f.ValueTo, plan.LargestValue)
		for _, c := range f.Specialties {
			base.Specialties = append(base.Specialties, int64(c))
		}
		if f.Source == catalogue.Spell {
			base.Kinds, base.Statuses, base.Modes, base.Positions = bits(f.Spells), nil, nil, nil
		}
		n := len(out)
		for w, outputs := range f.Outputs {
			for _, o := range outputs {
				d := &p.Catalogue.Definitions[o.Column]
				if !simple[d.Aggregate] {
					continue
				}
				r := base
				r.ID, r.Column, r.Aggregate, r.Recent, r.Scale = d.ID, o.Column, string(d.Aggregate), d.Recent, math.Pow10(d.Decimals)
				r.Unknown = p.Blank[o.Column] != p.Blank[o.Column]
				if f.Bounds[w] != plan.Unbounded {
					r.Days = int(f.Bounds[w])
				}
				r.Pick = slices.IndexFunc(d.Members, func(m catalogue.Member) bool { return m.ID == d.Pick })
				out = append(out, r)
			}
		}
		if len(out) == n || f.Source == catalogue.Spell {
			continue
		}
		coded := true
		for _, targets := range p.Kind {
			coded = coded && !slices.ContainsFunc(targets, func(t plan.Target) bool { return int(t.Family) == i })
		}
		var codes []int64
		members := make([][]int64, len(p.Catalogue.Definitions[out[n].Column].Members))
		for _, w := range words {
			for _, t := range p.Codes.Of(w.Code) {
				if int(t.Family) == i {
					codes = append(codes, int64(w.Code))
					if int(t.Member) < len(members) {
						members[t.Member] = append(members[t.Member], int64(w.Code))
					}
					for _, k := range base.Kinds {
						routes = append(routes, route{kind: k, code: int64(w.Code), family: i, member: int(t.Member)})
					}
				}
			}
			if !coded {
				for _, k := range base.Kinds {
					routes = append(routes, route{kind: k, code: int64(w.Code), family: i})
				}
			}
		}
		slices.Sort(codes)
		for k := n; k < len(out); k++ {
			out[k].Coded, out[k].Codes, out[k].Members = coded, slices.Compact(codes), members
		}
	}
	return out, routes
}

// sayable says whether the filter of a family is over the columns of one row.
func sayable(f *plan.Family) bool {
	switch f.Source {
	case catalogue.Event:
		return f.Within == 0 && f.Weights == nil
	case catalogue.Spell:
		return !f.NoAdmission && f.Readmission == 0 && f.Destinations == nil && f.Arrivals == nil && !f.Current
	}
	return false
}

// bits lists the numbers of a mask; nil for every number and for none.
func bits(mask uint32) []int {
	var out []int
	for i := range 32 {
		if mask>>i&1 == 1 {
			out = append(out, i)
		}
	}
	if len(out) == 32 {
		return nil
	}
	return out
}
