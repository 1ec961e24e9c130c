package analyse

import (
	"leftshift/engine/disclosure"
)

// States of a feature, in the order in which they are counted.
const (
	someValue = iota
	zeroValue
	unknownValue
	notObservable
	numStates
)

// level is a way to tell states, from all four to fewer that hold more people.
type level struct {
	labels []string
	of     [numStates]int // place among labels
}

// levels are from the finest on; each divides what the next one does.
var levels = []level{
	{[]string{"a value other than zero", "zero", "unknown", "not observable"}, [numStates]int{0, 1, 2, 3}},
	{[]string{"a value other than zero", "zero", "unknown or not observable"}, [numStates]int{0, 1, 2, 2}},
	{[]string{"a value, zero included", "unknown or not observable"}, [numStates]int{0, 0, 1, 1}},
}

// tables are all tables of one feature's people, under one control: each is
// shown at the finest level at which none of those shown together gives a hidden
// count away. Everyone is told first and always (unless few themselves), then
// the states, then whatever is asked, in order.
type tables struct {
	rule          disclosure.Rule
	everyone      *disclosure.Node
	known, absent *disclosure.Node
	leaf          [numStates]*disclosure.Node
}

func newTables(rule disclosure.Rule, states [numStates]int) *tables {
	t := &tables{rule: rule}
	for s := range t.leaf {
		t.leaf[s] = &disclosure.Node{People: states[s]}
	}
	node := func(a, b *disclosure.Node) *disclosure.Node {
		return &disclosure.Node{People: a.People + b.People, Children: []*disclosure.Node{a, b}}
	}
	t.known, t.absent = node(t.leaf[someValue], t.leaf[zeroValue]), node(t.leaf[unknownValue], t.leaf[notObservable])
	t.everyone = node(t.known, t.absent)
	t.everyone.Shown = true
	return t
}

// nodes are the people of each label of a level.
func (t *tables) nodes(l int) []*disclosure.Node {
	switch l {
	case 0:
		return t.leaf[:]
	case 1:
		return []*disclosure.Node{t.leaf[someValue], t.leaf[zeroValue], t.absent}
	}
	return []*disclosure.Node{t.known, t.absent}
}

// people is how many there are.
func (t *tables) people() disclosure.Cell { return t.rule.Count(t.everyone.People) }

// states tells how many have what, at the first level that may be; nil when
// none may.
func (t *tables) states() []Part {
	for l := range levels {
		nodes := t.nodes(l)
		for _, n := range nodes {
			n.Shown = true
		}
		if t.rule.Free(t.everyone) {
			var out []Part
			for k, n := range nodes {
				out = append(out, Part{levels[l].labels[k], t.rule.Count(n.People)})
			}
			return out
		}
		for _, n := range nodes {
			n.Shown = false
		}
	}
	return nil
}

// bars tells the parts of those with a value other than zero; false when they
// may not be told, or how many they are was not.
func (t *tables) bars(counts []int) bool {
	return t.leaf[someValue].Shown && t.add(t.leaf[someValue], counts)
}

func (t *tables) add(n *disclosure.Node, counts []int) bool {
	n.Tables = append(n.Tables, counts)
	if t.rule.Free(t.everyone) {
		return true
	}
	n.Tables = n.Tables[:len(n.Tables)-1]
	return false
}

// groups tells the states of each group of everyone, at the first level that
// may be: len(levels) is that of the groups' people alone, one more that of
// nothing.
func (t *tables) groups(counts [][numStates]int) int {
	// How many are in each group is told of every feature, and alike: so it is
	// taken as known, whatever of this feature is told.
	all := make([]int, len(counts))
	for g, c := range counts {
		for _, n := range c {
			all[g] += n
		}
	}
	if !t.add(t.everyone, all) {
		return len(levels) + 1
	}
	for l := range levels {
		nodes := t.nodes(l)
		for k, n := range nodes {
			n.Tables = append(n.Tables, column(counts, levels[l], k))
		}
		if t.rule.Free(t.everyone) {
			return l
		}
		for _, n := range nodes {
			n.Tables = n.Tables[:len(n.Tables)-1]
		}
	}
	return len(levels)
}

// column is how many of each group have the states of a label.
func column(counts [][numStates]int, l level, label int) []int {
	out := make([]int, len(counts))
	for g, c := range counts {
		for s, n := range c {
			if l.of[s] == label {
				out[g] += n
			}
		}
	}
	return out
}
