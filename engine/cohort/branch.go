package cohort

import "strconv"

// branch is a node of a tree with how it came out for everyone. A condition with
// several values is a branch of one branch for each value.
type branch struct {
	at     string // place in the tree, as a page says it: "0.2"; "" the root
	value  int    // of the condition at that place; -1 where it has one value or none
	group  group
	kids   []*branch
	absent bool // makes a difference to few people or to nobody

	now     came // of a group: without its absent branches
	outline came // what of it is no secret, of a condition
}

// group is how branches are joined; a condition has none.
type group uint8

const (
	condition group = iota
	allGroup
	anyGroup
	noneGroup
)

// came is how a tree came out: yes of whom it is true, and may of whom it is true
// or not decided.
type came struct{ yes, may people }

// branches makes the branches of a tree, and lists the conditions that have to be
// decided for them, each with where its outcome goes.
func (d *Dictionary) branches(n Node, at string) (b *branch, conditions []Node, leaves []*branch) {
	b = &branch{at: at, value: -1}
	add := func(n Node, at string, value int) {
		k, c, l := d.branches(n, at)
		if value >= 0 {
			k.value = value
		}
		b.kids, conditions, leaves = append(b.kids, k), append(conditions, c...), append(leaves, l...)
	}
	for _, x := range []struct {
		group group
		kids  []Node
	}{{allGroup, n.All}, {anyGroup, n.Any}, {noneGroup, n.None}} {
		for i, k := range x.kids {
			b.group = x.group
			place := strconv.Itoa(i)
			if at != "" {
				place = at + "." + place
			}
			add(k, place, -1)
		}
	}
	if b.group != condition {
		return b, conditions, leaves
	}
	if len(n.Values) > 1 && (n.Op == In || n.Op == NotIn) {
		one := Is
		b.group = anyGroup
		if n.Op == NotIn {
			b.group = noneGroup
		}
		if d.Field(n.Field).Kind == Labels {
			one = In
		}
		for i, v := range n.Values {
			add(Node{Field: n.Field, Op: one, Values: []any{v}}, at, i)
		}
		return b, conditions, leaves
	}
	return b, []Node{n}, []*branch{b}
}

// fill gives a condition how it came out. What is secret of it nobody can decide.
func (b *branch) fill(d decided, public bool, n int) {
	b.now = came{d.yes, d.yes.or(d.unsure)}
	b.outline = b.now
	if !public {
		b.outline = came{none(n), everyone(n)}
	}
}

// present makes a copy without marks, to be reduced by itself.
func (b *branch) present() *branch {
	c := *b
	c.absent, c.kids = false, make([]*branch, len(b.kids))
	for i, k := range b.kids {
		c.kids[i] = k.present()
	}
	return &c
}

// join gives how a group comes out, of its branches that are not absent.
func (b *branch) join(n int, of func(*branch) came) came {
	if b.group == condition {
		return of(b)
	}
	out := came{none(n), none(n)}
	if b.group == allGroup {
		out = came{everyone(n), everyone(n)}
	}
	for _, k := range b.kids {
		if k.absent {
			continue
		}
		c := k.join(n, of)
		if b.group == allGroup {
			out = came{out.yes.and(c.yes), out.may.and(c.may)}
		} else {
			out = came{out.yes.or(c.yes), out.may.or(c.may)}
		}
	}
	if b.group == noneGroup {
		out = came{out.may.not(n), out.yes.not(n)}
	}
	return out
}
