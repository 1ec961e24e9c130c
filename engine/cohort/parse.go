package cohort

import (
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ParseNode reads a tree from what a TOML or JSON file held: tables with one of
// all, any and none (lists of tables), or with field, op and value or values. It
// checks it against the dictionary. clinical lets it ask about fields that only
// clinicians read of a person. The Fault never repeats a value.
func (d *Dictionary) ParseNode(from any, clinical bool) (Node, error) {
	p := &parser{d: d, clinical: clinical}
	return p.node(from, 1)
}

type parser struct {
	d        *Dictionary
	clinical bool
	nodes    int
}

func (p *parser) node(from any, depth int) (Node, error) {
	if p.nodes++; p.nodes > maxNodes || depth > maxDepth {
		return Node{}, fault("cohort-too-large", "a cohort has at most %d conditions and groups, %d deep: divide it", maxNodes, maxDepth)
	}
	m, ok := from.(map[string]any)
	if !ok {
		return Node{}, fault("cohort-shape", "a part of the cohort is no table: give all, any or none with a list, or field, op and value")
	}
	if _, ok := m["field"]; ok {
		return p.condition(m)
	}
	if len(m) == 1 {
		for key, list := range m {
			kids, err := p.list(list, depth)
			if err != nil {
				return Node{}, err
			}
			switch key {
			case "all":
				return Node{All: kids}, nil
			case "any":
				return Node{Any: kids}, nil
			case "none":
				return Node{None: kids}, nil
			}
		}
	}
	return Node{}, fault("cohort-shape", "a part of the cohort has other keys than one of all, any and none, or field, op and value")
}

func (p *parser) list(from any, depth int) ([]Node, error) {
	list, ok := from.([]any)
	if !ok || len(list) == 0 {
		return nil, fault("cohort-empty", "all, any and none need a list of at least one part")
	}
	out := make([]Node, len(list))
	for i, x := range list {
		var err error
		if out[i], err = p.node(x, depth+1); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (p *parser) condition(m map[string]any) (Node, error) {
	id, _ := m["field"].(string)
	op, _ := m["op"].(string)
	f, t := p.d.Field(id), takes[Op(op)]
	var given []any
	wanted := 2
	switch one, many := m["value"], m["values"]; {
	case one != nil && many == nil:
		given, wanted = []any{one}, 3
	case one == nil && many != nil:
		list, ok := many.([]any)
		if !ok {
			return Node{}, fault("cohort-value", "values is no list")
		}
		given, wanted = list, 3
	}
	switch {
	case f == nil:
		return Node{}, fault("cohort-field", "a condition asks about a field that the snapshot does not have: choose one of the dictionary")
	case f.Clinical && !p.clinical:
		return Node{}, fault("cohort-field-hidden", "the field %s may be read by clinicians only: choose another, or ask whoever runs this installation to open such fields to counts", f.ID)
	case t.kinds == nil:
		return Node{}, fault("cohort-operator", "the operator asked of %s is none: use one of %s", f.ID, opWords(f.Kind))
	case !slices.Contains(t.kinds, f.Kind):
		return Node{}, fault("cohort-operator", "%s is a %s and cannot be asked with %s: use one of %s", f.ID, f.Kind, op, opWords(f.Kind))
	case len(m) != wanted:
		return Node{}, fault("cohort-shape", "the condition on %s has keys besides field, op and one of value and values", f.ID)
	case t.values >= 0 && len(given) != t.values || t.values < 0 && (len(given) == 0 || len(given) > maxValues):
		return Node{}, fault("cohort-value", "the condition on %s has another number of values than %s takes (in and not_in: 1 to %d)", f.ID, op, maxValues)
	}
	n := Node{Field: f.ID, Op: Op(op)}
	for _, g := range given {
		v, ok := literal(f, g)
		if !ok {
			return Node{}, fault("cohort-value", "a value for %s is not of its kind, %s%s", f.ID, f.Kind, oneOf(f.Values))
		}
		n.Values = append(n.Values, v)
	}
	return n, nil
}

// literal makes a value of a field's kind.
func literal(f *Field, from any) (any, bool) {
	switch f.Kind {
	case Number:
		var x float64
		switch v := from.(type) {
		case int64:
			x = float64(v)
		case int:
			x = float64(v)
		case float64:
			x = v
		default:
			return nil, false
		}
		return x + 0, !math.IsNaN(x) && !math.IsInf(x, 0)
	case Flag:
		b, ok := from.(bool)
		return b, ok
	}
	s, ok := from.(string)
	if !ok || s == "" || len(s) > maxText || !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
		return nil, false
	}
	return s, f.Values == nil || slices.Contains(f.Values, s)
}

func opWords(k Kind) string {
	var out []string
	for _, op := range OpsOf(k) {
		out = append(out, string(op))
	}
	return strings.Join(out, ", ")
}

func oneOf(values []string) string {
	if values == nil {
		return ""
	}
	return ": one of " + strings.Join(values, ", ")
}
