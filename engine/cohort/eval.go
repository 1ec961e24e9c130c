package cohort

import "slices"

// State of a value.
type State uint8

const (
	Unknown      State = iota // not recorded, or too little to make a value of
	Known                     // Value holds
	Unobservable              // no source could have shown it
)

// Value of one field of one person. The zero value is unknown.
type Value struct {
	State  State
	Number float64
	Text   string
	Flag   bool
	Labels []string
}

// Truth of a condition: what is asked of a value that is not known is Undecided.
type Truth uint8

const (
	False Truth = iota
	Undecided
	True
)

// Eval decides a tree for one person, whose values by field are given. A Labels
// field is always known.
func (d *Dictionary) Eval(n Node, value func(id string) Value) Truth {
	switch {
	case n.All != nil:
		t := True
		for _, k := range n.All {
			t = min(t, d.Eval(k, value))
		}
		return t
	case n.Any != nil:
		return d.any(n.Any, value)
	case n.None != nil:
		return True - d.any(n.None, value)
	}
	return holds(d.Field(n.Field).Kind, n, value(n.Field))
}

func (d *Dictionary) any(kids []Node, value func(id string) Value) Truth {
	t := False
	for _, k := range kids {
		t = max(t, d.Eval(k, value))
	}
	return t
}

func holds(k Kind, n Node, v Value) Truth {
	truth := func(b bool) Truth {
		if b {
			return True
		}
		return False
	}
	switch n.Op {
	case IsUnknown:
		return truth(v.State == Unknown)
	case IsNotObservable:
		return truth(v.State == Unobservable)
	}
	if k == Labels {
		return truth(slices.ContainsFunc(n.Values, func(x any) bool { return slices.Contains(v.Labels, x.(string)) }) == (n.Op == In))
	}
	if v.State != Known {
		return Undecided
	}
	var mine any
	switch k {
	case Number:
		mine = v.Number
	case Text:
		mine = v.Text
	case Flag:
		mine = v.Flag
	}
	switch n.Op {
	case Is, In:
		return truth(slices.Contains(n.Values, mine))
	case IsNot, NotIn:
		return truth(!slices.Contains(n.Values, mine))
	}
	x, y := v.Number, n.Values[0].(float64)
	switch n.Op {
	case AtLeast:
		return truth(x >= y)
	case AtMost:
		return truth(x <= y)
	case MoreThan:
		return truth(x > y)
	case LessThan:
		return truth(x < y)
	}
	return truth(x >= y && x <= n.Values[1].(float64))
}
