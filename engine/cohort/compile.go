package cohort

import "strings"

// Condition is a tree as an SQL expression over p (people) and f (features),
// with a ? for each argument. It is true, false or null as Eval is True, False
// or Undecided. The text is made of the dictionary and of this package alone.
type Condition struct {
	SQL      string
	Args     []any
	Features []string // ids of the columns of f, in byte order
}

// Compile makes the condition of a tree that ParseNode gave.
func (d *Dictionary) Compile(n Node) Condition {
	c := Condition{}
	c.SQL = d.compile(n, &c.Args)
	for _, id := range n.Fields() {
		if d.Field(id).Source == Feature {
			c.Features = append(c.Features, id)
		}
	}
	return c
}

func (d *Dictionary) compile(n Node, args *[]any) string {
	join := func(kids []Node, word string) string {
		parts := make([]string, len(kids))
		for i, k := range kids {
			parts[i] = d.compile(k, args)
		}
		return "(" + strings.Join(parts, word) + ")"
	}
	switch {
	case n.All != nil:
		return join(n.All, " AND ")
	case n.Any != nil:
		return join(n.Any, " OR ")
	case n.None != nil:
		return "(NOT " + join(n.None, " OR ") + ")"
	}
	f := d.Field(n.Field)
	switch n.Op {
	case IsUnknown:
		return "(" + f.column + " IS NULL AND NOT " + f.unseenSQL(args) + ")"
	case IsNotObservable:
		return "(" + f.column + " IS NULL AND " + f.unseenSQL(args) + ")"
	}
	*args = append(*args, n.Values...)
	if f.Kind == Labels {
		s := "list_has_any(" + f.column + ", [" + marks(f.Kind, len(n.Values)) + "])"
		if n.Op == NotIn {
			s = "NOT " + s
		}
		return "(" + s + ")"
	}
	return "(" + f.column + " " + words[n.Op] + tail(f.Kind, n.Op, len(n.Values)) + ")"
}

var words = map[Op]string{Is: "= ", IsNot: "<> ", In: "IN (", NotIn: "NOT IN (", AtLeast: ">= ", AtMost: "<= ", MoreThan: "> ", LessThan: "< ", Between: "BETWEEN "}

func tail(k Kind, op Op, values int) string {
	switch op {
	case In, NotIn:
		return marks(k, values) + ")"
	case Between:
		return mark(k) + " AND " + mark(k)
	}
	return mark(k)
}

// mark is one argument, cast so that its type never depends on the value.
func mark(k Kind) string {
	return map[Kind]string{Number: "CAST(? AS DOUBLE)", Text: "CAST(? AS VARCHAR)", Labels: "CAST(? AS VARCHAR)", Flag: "CAST(? AS BOOLEAN)"}[k]
}

func marks(k Kind, n int) string { return strings.Repeat(mark(k)+", ", n-1) + mark(k) }

func (f *Field) unseenSQL(args *[]any) string {
	if f.Source != Feature || len(f.Observed) == 0 {
		return "false"
	}
	for _, k := range f.Observed {
		*args = append(*args, k)
	}
	return "list_has_all(string_split(coalesce(f.not_observable, ''), ' '), [" + marks(Text, len(f.Observed)) + "])"
}
