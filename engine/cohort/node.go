package cohort

import (
	"encoding/json"
	"slices"
)

// Op is an operator of a condition. The set is closed.
type Op string

const (
	Is              Op = "is"
	IsNot           Op = "is_not"
	In              Op = "in"
	NotIn           Op = "not_in"
	AtLeast         Op = "at_least"
	AtMost          Op = "at_most"
	MoreThan        Op = "more_than"
	LessThan        Op = "less_than"
	Between         Op = "between" // both ends belong to it
	IsUnknown       Op = "is_unknown"
	IsNotObservable Op = "is_not_observable"
)

// takes is how many values an operator takes (-1: one or more) and of which
// kinds a field may be.
var takes = map[Op]struct {
	values int
	kinds  []Kind
}{
	Is: {1, []Kind{Number, Text, Flag}}, IsNot: {1, []Kind{Number, Text, Flag}},
	In: {-1, []Kind{Number, Text, Labels}}, NotIn: {-1, []Kind{Number, Text, Labels}},
	AtLeast: {1, []Kind{Number}}, AtMost: {1, []Kind{Number}}, MoreThan: {1, []Kind{Number}}, LessThan: {1, []Kind{Number}},
	Between:   {2, []Kind{Number}},
	IsUnknown: {0, []Kind{Number, Text, Flag}}, IsNotObservable: {0, []Kind{Number}},
}

// OpsOf lists the operators that a kind of field takes, in byte order.
func OpsOf(k Kind) []Op {
	var out []Op
	for op, t := range takes {
		if slices.Contains(t.kinds, k) {
			out = append(out, op)
		}
	}
	slices.Sort(out)
	return out
}

// Node is a tree: exactly one of All, Any, None and a condition (Field).
type Node struct {
	All, Any, None []Node
	Field          string
	Op             Op
	Values         []any // float64, string or bool, as the field's kind
}

// Limits of a definition, so that one cannot stop the machine.
const (
	maxNodes   = 200
	maxDepth   = 12
	maxValues  = 500
	maxText    = 200     // bytes of one value
	maxRequest = 1 << 16 // bytes of what the ledger keeps
)

// MarshalJSON writes the tree as ParseNode reads it.
func (n Node) MarshalJSON() ([]byte, error) {
	m := map[string]any{}
	switch {
	case n.All != nil:
		m["all"] = n.All
	case n.Any != nil:
		m["any"] = n.Any
	case n.None != nil:
		m["none"] = n.None
	default:
		m["field"], m["op"] = n.Field, n.Op
		switch takes[n.Op].values {
		case 0:
		case 1:
			m["value"] = n.Values[0]
		default:
			m["values"] = n.Values
		}
	}
	return json.Marshal(m)
}

// Fields lists the ids of the fields that a tree asks about, each once, in byte
// order.
func (n Node) Fields() []string {
	var ids []string
	n.walk(func(c Node) { ids = append(ids, c.Field) })
	slices.Sort(ids)
	return slices.Compact(ids)
}

func (n Node) walk(f func(Node)) {
	for _, kids := range [][]Node{n.All, n.Any, n.None} {
		for _, k := range kids {
			k.walk(f)
		}
	}
	if n.Field != "" {
		f(n)
	}
}

// Steps are the parts that people must all pass, one after the other: those of a
// top-level all, else the tree itself.
func (n Node) Steps() []Node {
	if n.All != nil {
		return n.All
	}
	return []Node{n}
}
