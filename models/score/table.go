package score

import (
	"fmt"
	"math"
	"sort"

	"leftshift/engine"
)

// Group is one category of a table score: any code that starts with one of
// the prefixes puts it in, once.
type Group struct {
	Category     string
	Label        string
	Prefixes     []string // ICD-10, no dot; at least one
	Points       int64    // in 1/Scale points; may be negative
	SupersededBy string   // category that, when present, silences this one; "" for none
}

// Band is a named range of the value, both ends included, in 1/Scale points.
type Band struct {
	Name      string
	Low, High int64 // math.MinInt64 and math.MaxInt64 for open ends
}

// Table is a score that adds the points of the groups present.
type Table struct {
	info   Info
	groups []Group
	above  []int // index of the superseding group, -1 for none
	bands  []Band
	floor  int64
	prefix map[string][]int // prefix -> groups
	least  int              // shortest prefix
	most   int              // longest prefix
}

// NewTable checks and builds a table score. floor is the least value it gives
// (math.MinInt64 for none). bands are nil, or cover every value once, upwards.
// The hierarchy is one step deep: a group that supersedes is not superseded.
func NewTable(info Info, groups []Group, bands []Band, floor int64) (*Table, error) {
	bad := func(format string, args ...any) (*Table, error) {
		return nil, fmt.Errorf("score %s: %s", info.Name, fmt.Sprintf(format, args...))
	}
	if info.Name == "" || info.Title == "" || info.Citation == "" || info.Licence == "" || info.Inputs == "" {
		return bad("needs a name, title, citation, licence and inputs")
	}
	if info.Scale != 1 && info.Scale != 10 {
		return bad("scale is %d, not 1 or 10", info.Scale)
	}
	t := &Table{info: info, groups: groups, bands: bands, floor: floor, prefix: map[string][]int{}, least: math.MaxInt}
	at := map[string]int{}
	for i, g := range groups {
		if _, twice := at[g.Category]; twice || g.Category == "" || len(g.Prefixes) == 0 {
			return bad("group %d (%q) needs a category of its own and at least one code", i, g.Category)
		}
		at[g.Category] = i
		for _, p := range g.Prefixes {
			if engine.NormaliseICD10(p) != p || !engine.ValidICD10(p) {
				return bad("group %s: %q is not an ICD-10 code without dot or filler", g.Category, p)
			}
			t.prefix[p] = append(t.prefix[p], i)
			t.least, t.most = min(t.least, len(p)), max(t.most, len(p))
		}
	}
	if len(groups) == 0 {
		return bad("has no groups")
	}
	for _, g := range groups {
		up, ok := at[g.SupersededBy]
		if g.SupersededBy == "" {
			up = -1
		} else if !ok || groups[up].SupersededBy != "" {
			return bad("group %s is superseded by %q, which is missing or itself superseded", g.Category, g.SupersededBy)
		}
		t.above = append(t.above, up)
	}
	for i, b := range bands {
		low, high := int64(math.MinInt64), int64(math.MaxInt64)
		if i > 0 {
			low = bands[i-1].High + 1
		}
		if b.Name == "" || b.Low != low || b.Low > b.High || (i == len(bands)-1) != (b.High == high) {
			return bad("band %d (%q) leaves a gap, overlaps or has no name", i, b.Name)
		}
	}
	return t, nil
}

// Info implements Score.
func (t *Table) Info() Info { return t.info }

// Groups gives the table itself, for indexes and checks; do not change it.
func (t *Table) Groups() []Group { return t.groups }

// Compute implements Score.
func (t *Table) Compute(codes []string) Result {
	present := make([]bool, len(t.groups))
	r := Result{Scale: t.info.Scale}
	var unread []string
	for _, raw := range codes {
		code := engine.NormaliseICD10(raw)
		if !engine.ValidICD10(code) {
			unread = append(unread, raw)
			continue
		}
		for n := t.least; n <= min(t.most, len(code)); n++ {
			for _, g := range t.prefix[code[:n]] {
				present[g] = true
			}
		}
	}
	sort.Strings(unread)
	for i := range unread {
		if i == 0 || unread[i] != unread[i-1] {
			r.Unread++
		}
	}
	for i, g := range t.groups {
		if !present[i] {
			continue
		}
		p := Part{Category: g.Category, Label: g.Label, Points: g.Points, Superseded: t.above[i] >= 0 && present[t.above[i]]}
		if !p.Superseded {
			r.Value += p.Points
		}
		r.Parts = append(r.Parts, p)
	}
	r.Value = max(r.Value, t.floor)
	for _, b := range t.bands {
		if r.Value >= b.Low && r.Value <= b.High {
			r.Band = b.Name
		}
	}
	return r
}
