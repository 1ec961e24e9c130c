package disclosure

// Node is people of whom tables are shown: their number itself, and ways to
// divide them. Children divide them too, with tables of their own, so that what
// one table tells bounds the others however deep they lie.
type Node struct {
	People   int
	Shown    bool    // Rule.Count of People is shown
	Tables   [][]int // each divides the people: its counts are shown, and sum to People
	Children []*Node // disjoint; their people sum to People
	// Others are further ways to divide the people into nodes, each as Children.
	Others [][]*Node
}

// divisions are Children and Others.
func (n *Node) divisions() [][]*Node {
	if len(n.Children) == 0 {
		return n.Others
	}
	return append([][]*Node{n.Children}, n.Others...)
}

// Free says whether every hidden count in the tables of a node and of those
// below it could be any small count, for whoever reads all of them together. A
// table that makes it false must not be shown with the rest.
//
// Each node has one number of people that its own count, its tables, its
// children and its parent bound. These meet in a tree, so one pass up and one
// down give the exact bounds. It panics where counts do not sum.
func (r Rule) Free(root *Node) bool {
	b := map[*Node]*span{}
	r.up(root, b)
	return r.down(root, b)
}

// span is what a reader takes for possible.
type span struct{ lo, hi int }

func (s *span) meet(lo, hi int) { s.lo, s.hi = max(s.lo, lo), min(s.hi, hi) }

func (r Rule) up(n *Node, b map[*Node]*span) *span {
	s := &span{0, unbounded}
	b[n] = s
	if n.Shown {
		s.meet(r.bounds(r.Count(n.People)))
	}
	for _, t := range n.Tables {
		sum := 0
		for _, k := range t {
			sum += k
		}
		if sum != n.People {
			panic("disclosure: a table that does not sum to its people")
		}
		s.meet(r.table(t).sum())
	}
	for _, nodes := range n.divisions() {
		sum, lo, hi := 0, 0, 0
		for _, c := range nodes {
			x := r.up(c, b)
			sum, lo, hi = sum+c.People, lo+x.lo, plus(hi, x.hi)
		}
		if sum != n.People {
			panic("disclosure: children that do not sum to their parent")
		}
		s.meet(lo, hi)
	}
	return s
}

func (r Rule) down(n *Node, b map[*Node]*span) bool {
	s := b[n]
	if n.Shown && r.Count(n.People).hidden && (s.lo > 1 || s.hi < r.filled().Small) {
		return false
	}
	for _, t := range n.Tables {
		g := r.table(t)
		least, most := g.sum()
		for _, p := range g {
			if p.shown.hidden && (s.lo-(most-p.hi) > p.lo || s.hi-(least-p.lo) < p.hi) {
				return false
			}
		}
	}
	for _, nodes := range n.divisions() {
		least, most := 0, 0
		for _, c := range nodes {
			least, most = least+b[c].lo, plus(most, b[c].hi)
		}
		met := make([]span, len(nodes)) // first all, so that one does not narrow the next
		for k, c := range nodes {
			x := *b[c]
			if most < unbounded {
				x.meet(s.lo-(most-x.hi), s.hi-(least-x.lo))
			} else {
				x.meet(0, plus(s.hi, x.lo-least))
			}
			met[k] = x
		}
		for k, c := range nodes {
			*b[c] = met[k]
			if !r.down(c, b) {
				return false
			}
		}
	}
	return true
}

func (r Rule) table(counts []int) partition {
	g := make(partition, len(counts))
	for i, n := range counts {
		g[i] = r.part(n)
	}
	return g
}

const unbounded = int(^uint(0) >> 1)

// plus adds without passing the greatest number.
func plus(a, b int) int {
	if a == unbounded || b == unbounded {
		return unbounded
	}
	return a + b
}
