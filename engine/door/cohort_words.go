//go:build duckdb_arrow

package door

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"leftshift/engine/cohort"
	"leftshift/engine/disclosure"
)

// CohortPart is a part of a cohort's tree as a page draws it.
type CohortPart struct {
	At    string // place: "0.2"; "" the root
	Group string // all, any or none; "" of a condition
	Text  string // the condition, or what the group means
	Note  string // what the numbers leave out of it, in words; "" nothing
	Parts []CohortPart
}

// note marks the parts that a count left out, for they make a difference to few
// people or to nobody. n is the tree that was counted.
func (p *CohortPart) note(n cohort.Node, left []cohort.Left, rule disclosure.Rule) {
	kids := n.All
	for _, k := range [][]cohort.Node{n.Any, n.None} {
		if k != nil {
			kids = k
		}
	}
	var values []string
	for _, l := range left {
		switch {
		case l.At != p.At:
		case l.Value < 0:
			p.Note = "This makes" + leftOutWords(rule)
			return
		case l.Value < len(n.Values):
			values = append(values, valueWords(n.Values[l.Value]))
		}
	}
	switch len(values) {
	case 0:
	case 1:
		p.Note = values[0] + " makes" + leftOutWords(rule)
	default:
		p.Note = "Each of " + strings.Join(values, ", ") + " makes" + leftOutWords(rule)
	}
	for i := range p.Parts {
		p.Parts[i].note(kids[i], left, rule)
	}
}

func leftOutWords(rule disclosure.Rule) string {
	few := 1
	for _, told := rule.Count(few).Value(); !told; _, told = rule.Count(few).Value() {
		few++
	}
	return fmt.Sprintf(" a difference to fewer than %d people, or to nobody, and is left out of the numbers", few)
}

// GroupWords are the kinds of group and what each means.
var GroupWords = [][2]string{{"all", "All of these"}, {"any", "Any of these"}, {"none", "None of these"}}

func partsOf(d *cohort.Dictionary, n cohort.Node, at string) CohortPart {
	p := CohortPart{At: at}
	kids := n.All
	switch {
	case n.All != nil:
		p.Group, p.Text = GroupWords[0][0], GroupWords[0][1]
	case n.Any != nil:
		kids, p.Group, p.Text = n.Any, GroupWords[1][0], GroupWords[1][1]
	case n.None != nil:
		kids, p.Group, p.Text = n.None, GroupWords[2][0], GroupWords[2][1]
	default:
		p.Text = conditionWords(d, n)
	}
	for i, k := range kids {
		p.Parts = append(p.Parts, partsOf(d, k, strings.TrimPrefix(at+"."+strconv.Itoa(i), ".")))
	}
	return p
}

// opWords are the operators as a page says them.
var opWords = map[cohort.Op]string{cohort.Is: "is", cohort.IsNot: "is not", cohort.In: "is one of", cohort.NotIn: "is none of", cohort.AtLeast: "is at least", cohort.AtMost: "is at most",
	cohort.MoreThan: "is more than", cohort.LessThan: "is less than", cohort.Between: "is between", cohort.IsUnknown: "is not known", cohort.IsNotObservable: "could not have been seen in any source"}

// OpWords is an operator as a page says it.
func OpWords(op cohort.Op) string { return opWords[op] }

func conditionWords(d *cohort.Dictionary, n cohort.Node) string {
	f := d.Field(n.Field)
	values := make([]string, len(n.Values))
	for i, v := range n.Values {
		values[i] = valueWords(v)
	}
	if f.YesNo && len(n.Values) == 1 {
		switch one := n.Values[0] == 1.0; {
		case one && (n.Op == cohort.AtLeast || n.Op == cohort.Is):
			return f.Title + ": yes"
		case one && n.Op == cohort.LessThan, n.Values[0] == 0.0 && (n.Op == cohort.Is || n.Op == cohort.AtMost):
			return f.Title + ": no"
		}
	}
	join := ", "
	if n.Op == cohort.Between {
		join = " and "
	}
	if len(values) > 12 {
		values = append(values[:10:10], fmt.Sprintf("%d more", len(n.Values)-10))
	}
	words := f.Title + " " + opWords[n.Op]
	if f.Kind == cohort.Flag && n.Op == cohort.Is {
		words = f.Title + ":"
	}
	if len(values) > 0 {
		words += " " + strings.Join(values, join)
		if f.Unit != "" && f.Unit != "probability" {
			words += " " + f.Unit
		}
	}
	return words
}

// valueWords is a value of a condition.
func valueWords(v any) string {
	switch v := v.(type) {
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return map[bool]string{true: "yes", false: "no"}[v]
	}
	return v.(string)
}

// stepWords is a part in one line, for a row of a table.
func stepWords(p CohortPart) string {
	if p.Group == "" {
		return p.Text
	}
	words := make([]string, len(p.Parts))
	for i, k := range p.Parts {
		words[i] = stepWords(k)
		if k.Group != "" {
			words[i] = "(" + words[i] + ")"
		}
	}
	return map[string]string{"all": "All of: ", "any": "Any of: ", "none": "None of: "}[p.Group] + strings.Join(words, "; ")
}

// CohortField is a field that a condition may ask about.
type CohortField struct {
	ID, Title, Unit, Area string
	Kind                  cohort.Kind
	Values                []string
	Ops                   []cohort.Op
}

// areas of fields that are no features.
var areas = map[cohort.Source]string{cohort.Attribute: "The person", cohort.Score: "Scores", cohort.List: "Lists"}

// fieldsOf are those that a reader may ask about, by area and title.
func fieldsOf(d *cohort.Dictionary, clinical bool) []CohortField {
	var out []CohortField
	for _, f := range d.Fields() {
		if f.Clinical && !clinical {
			continue
		}
		area := cmp.Or(areas[f.Source], f.Area, "Other")
		if f.Source == cohort.Attribute {
			area = areas[cohort.Attribute]
		} else if f.Source == cohort.Feature {
			area = strings.ToUpper(cmp.Or(f.Area, "other")[:1]) + cmp.Or(f.Area, "other")[1:]
		}
		out = append(out, CohortField{f.ID, f.Title, f.Unit, area, f.Kind, f.Values, cohort.OpsOf(f.Kind)})
	}
	first := func(f CohortField) int {
		return slices.Index([]string{areas[cohort.Attribute], areas[cohort.List], areas[cohort.Score]}, f.Area)
	}
	slices.SortFunc(out, func(a, b CohortField) int {
		x, y := first(a), first(b)
		if x < 0 {
			x = 99
		}
		if y < 0 {
			y = 99
		}
		return cmp.Or(x-y, cmp.Compare(a.Area, b.Area), cmp.Compare(a.Title, b.Title), cmp.Compare(a.ID, b.ID))
	})
	return out
}
