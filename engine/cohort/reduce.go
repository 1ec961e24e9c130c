package cohort

// A branch that makes a difference to few people, or to nobody, is left out of
// what is counted. Asked beside one slice of everyone after the other it would
// else be counted as often, and the mean of the roundings would tell it: whether
// there is anyone of this kind.
//
// Branches are tried in their order, those above first, and each is left out or
// kept by the difference that it makes beside those that are still there; until
// none is left out any more. The order must not follow the size of a difference:
// of two branches that differ by one person it would leave out this or that one
// as the person is there or not, and which one is told. So two worlds that differ
// by one person are counted by the same branches, unless a difference stands at
// the small number exactly.
type reduction struct {
	n, few int
	of     bool      // the undecided are counted, and not those of whom the tree is true
	root   [2]people // yes and may
}

// reduce marks branches of a tree as absent and gives what is left of it: how it
// comes out, and its outline. undecided counts the undecided by it.
func (b *branch) reduce(n, few int, undecided bool) (now, outline came) {
	for {
		now = b.refresh(n)
		r := &reduction{n, few, undecided, [2]people{now.yes, now.may}}
		if all := everyone(n); !r.sweep(b, false, [2]people{all, all}) {
			break
		}
	}
	return now, b.join(n, func(k *branch) came { return k.outline })
}

// refresh works out how every group comes out.
func (b *branch) refresh(n int) came {
	if b.group == condition {
		return b.now
	}
	for _, k := range b.kids {
		k.refresh(n)
	}
	b.now = b.again(n)
	return b.now
}

// again works out a group from its branches as they are.
func (b *branch) again(n int) came {
	if b.group == condition {
		return b.now
	}
	shallow := *b
	shallow.kids = make([]*branch, 0, len(b.kids))
	for _, k := range b.kids {
		if !k.absent {
			shallow.kids = append(shallow.kids, &branch{now: k.now})
		}
	}
	return shallow.join(n, func(k *branch) came { return k.now })
}

// sweep tries the branches of a group in order. turned says that an odd number of
// none stands above it, so that the root's yes follows its may; follows are the
// people of whom the root's yes, and may, turn with that of this group. It
// reports whether any was left out.
func (r *reduction) sweep(b *branch, turned bool, follows [2]people) bool {
	if b.group == noneGroup {
		turned = !turned
	}
	side := func(c came, out int) people { // what of a branch the root's yes or may follows
		if (out == 0) == turned {
			return c.may
		}
		return c.yes
	}
	// odd are the people whom a branch does not leave to the others.
	odd := func(c came, out int) people {
		if b.group == allGroup {
			return side(c, out).not(r.n)
		}
		return side(c, out)
	}
	outs := 1 // of the root that matter
	if r.of {
		outs = 2
	}
	after := make([][2]people, len(b.kids)+1) // odd for one of the later branches
	for out := range outs {
		after[len(b.kids)][out] = none(r.n)
		for i := len(b.kids) - 1; i >= 0; i-- {
			after[i][out] = after[i+1][out]
			if !b.kids[i].absent {
				after[i][out] = after[i][out].or(odd(b.kids[i].now, out))
			}
		}
	}
	before := [2]people{none(r.n), none(r.n)}
	any := false
	for i, k := range b.kids {
		if k.absent {
			continue
		}
		var on, turns [2]people
		for out := range outs {
			on[out] = follows[out].without(before[out]).without(after[i+1][out])
			turns[out] = on[out].and(odd(k.now, out))
		}
		if r.leaves(turns) {
			k.absent, any = true, true
			continue
		}
		if k.group != condition && r.sweep(k, turned, on) {
			any = true
			k.now = k.again(r.n)
		}
		for out := range outs {
			before[out] = before[out].or(odd(k.now, out))
		}
	}
	return any
}

// leaves says whether turning the root for these people makes a difference to few,
// and turns it if so.
func (r *reduction) leaves(turns [2]people) bool {
	yes, may := r.root[0].xor(turns[0]), r.root[1]
	before, then := r.root[0], yes
	if r.of {
		may = may.xor(turns[1])
		before, then = r.root[1].without(r.root[0]), may.without(yes)
	}
	if apart(before, then, mask{to: len(then)}, r.few) > r.few {
		return false
	}
	r.root = [2]people{yes, may}
	return true
}

// Left is a branch that makes a difference to fewer people than are counted, or to
// nobody, and is left out of the numbers.
type Left struct {
	At    string // place in the tree: "0.2" is the third part of the first
	Value int    // of the condition there, from 0; -1 all of it
}

// left lists what is absent, each branch without those below it.
func (b *branch) left() []Left {
	var out []Left
	for _, k := range b.kids {
		if k.absent {
			out = append(out, Left{k.at, k.value})
		} else {
			out = append(out, k.left()...)
		}
	}
	return out
}
