package cohort

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// Draft is a cohort while someone builds it: a tree whose root is a group, and
// whose groups may still be empty.
type Draft struct {
	ID, User string
	From     string // name of the saved cohort that it began with; "" for none
	Tree     Node
}

// NewDraft begins with everyone, or with what another definition asks.
func NewDraft(id, user, from string, where Node) *Draft {
	if kids, _ := where.group(); kids == nil {
		if where.Field == "" {
			where = Node{All: []Node{}}
		} else {
			where = Node{All: []Node{where}}
		}
	}
	return &Draft{ID: id, User: user, From: from, Tree: where}
}

// Mark changes when the tree does: a form that was made of another tree is told
// by it.
func (f *Draft) Mark() string { return f.Tree.Hash()[:16] }

// Whole is the tree without its empty groups; false where nothing is left.
func (f *Draft) Whole() (Node, bool) { return pruned(f.Tree) }

func pruned(n Node) (Node, bool) {
	kids, word := n.group()
	if kids == nil {
		return n, true
	}
	var keep []Node
	for _, k := range kids {
		if p, ok := pruned(k); ok {
			keep = append(keep, p)
		}
	}
	return groupOf(word, keep), keep != nil
}

// groupOf is a group by its word; the zero Node for another word.
func groupOf(word string, kids []Node) Node {
	if kids == nil {
		kids = []Node{}
	}
	switch word {
	case "all":
		return Node{All: kids}
	case "any":
		return Node{Any: kids}
	case "none":
		return Node{None: kids}
	}
	return Node{}
}

// Add puts a condition or a group at the end of the group at a place: "" the
// root, "0.2" the third part of its first part.
func (f *Draft) Add(at string, part Node) error {
	return f.change(at, func(n Node) (Node, error) {
		kids, word := n.group()
		if kids == nil {
			return n, noPlace()
		}
		return groupOf(word, append(slices.Clone(kids), part)), nil
	})
}

// AddGroup puts an empty group there: all, any or none.
func (f *Draft) AddGroup(at, word string) error {
	g := groupOf(word, nil)
	if _, w := g.group(); w == "" {
		return fault("cohort-shape", "a group is one of all, any and none: choose one")
	}
	return f.Add(at, g)
}

// Turn makes the group at a place one of all, any and none.
func (f *Draft) Turn(at, word string) error {
	return f.change(at, func(n Node) (Node, error) {
		kids, _ := n.group()
		if g := groupOf(word, kids); kids != nil && (g.All != nil || g.Any != nil || g.None != nil) {
			return g, nil
		}
		return n, noPlace()
	})
}

// Remove takes out what is at a place; the root stays and is emptied.
func (f *Draft) Remove(at string) error {
	if at == "" {
		_, word := f.Tree.group()
		f.Tree = groupOf(word, nil)
		return nil
	}
	up, last := "", at
	if k := strings.LastIndexByte(at, '.'); k >= 0 {
		up, last = at[:k], at[k+1:]
	}
	return f.change(up, func(n Node) (Node, error) {
		kids, word := n.group()
		i, err := strconv.Atoi(last)
		if err != nil || i < 0 || i >= len(kids) {
			return n, noPlace()
		}
		return groupOf(word, slices.Delete(slices.Clone(kids), i, i+1)), nil
	})
}

func noPlace() error {
	return fault("cohort-place", "that part of the cohort is not there any more: look at what it is now, and do it again")
}

// change replaces what is at a place, and keeps the tree within its limits.
func (f *Draft) change(at string, with func(Node) (Node, error)) error {
	var path []int
	if at != "" {
		for _, x := range strings.Split(at, ".") {
			i, err := strconv.Atoi(x)
			if err != nil || len(path) > maxDepth {
				return noPlace()
			}
			path = append(path, i)
		}
	}
	tree, err := changed(f.Tree, path, with)
	if err != nil {
		return err
	}
	if nodes, depth := size(tree); nodes > maxNodes || depth > maxDepth {
		return fault("cohort-too-large", "a cohort has at most %d conditions and groups, %d deep: divide it", maxNodes, maxDepth)
	}
	f.Tree = tree
	return nil
}

func changed(n Node, path []int, with func(Node) (Node, error)) (Node, error) {
	if len(path) == 0 {
		return with(n)
	}
	kids, word := n.group()
	if path[0] < 0 || path[0] >= len(kids) {
		return n, noPlace()
	}
	k, err := changed(kids[path[0]], path[1:], with)
	if err != nil {
		return n, err
	}
	kids = slices.Clone(kids)
	kids[path[0]] = k
	return groupOf(word, kids), nil
}

func size(n Node) (nodes, depth int) {
	nodes = 1
	kids, _ := n.group()
	for _, k := range kids {
		m, d := size(k)
		nodes, depth = nodes+m, max(depth, d)
	}
	return nodes, depth + 1
}

// draftFile is a draft as it is kept.
type draftFile struct {
	ID, User, From string
	Tree           json.RawMessage
}

// Text is the draft as ParseDraft reads it.
func (f *Draft) Text() []byte {
	text, err := json.Marshal(draftFile{f.ID, f.User, f.From, raw(f.Tree)})
	if err != nil {
		panic(err) // texts, and JSON that was just made
	}
	return text
}

// ParseDraft reads a draft, each of whose conditions is held against the
// dictionary: a field that the snapshot no longer has, or that this reader may
// not ask about, is a Fault.
func (d *Dictionary) ParseDraft(text []byte, clinical bool) (*Draft, error) {
	var x draftFile
	var tree any
	if len(text) > maxRequest || json.Unmarshal(text, &x) != nil || json.Unmarshal(x.Tree, &tree) != nil {
		return nil, noDraft()
	}
	n, err := d.draftNode(tree, clinical, 1)
	if err != nil {
		return nil, err
	}
	if kids, _ := n.group(); kids == nil {
		return nil, noDraft()
	}
	return &Draft{ID: x.ID, User: x.User, From: x.From, Tree: n}, nil
}

func noDraft() error {
	return fault("cohort-no-draft", "there is no such cohort in the making: begin a new one")
}

func (d *Dictionary) draftNode(from any, clinical bool, depth int) (Node, error) {
	m, _ := from.(map[string]any)
	for _, word := range []string{"all", "any", "none"} {
		list, ok := m[word].([]any)
		if !ok || len(m) != 1 || depth > maxDepth {
			continue
		}
		kids := make([]Node, len(list))
		for i, x := range list {
			var err error
			if kids[i], err = d.draftNode(x, clinical, depth+1); err != nil {
				return Node{}, err
			}
		}
		return groupOf(word, kids), nil
	}
	return d.ParseNode(from, clinical)
}
