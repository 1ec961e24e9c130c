package cohort

// public says whether a field is no secret: whoever knows a person knows it, and
// how many there are is published.
func (f *Field) public() bool {
	switch f.ID {
	case "age", "sex", "imd_quintile", "practice", "pcn", "team":
		return f.Source == Attribute
	}
	return false
}

// outline is a tree without what is secret: each such condition becomes one that
// nobody can decide. Whoever it takes is in for certain; whoever it cannot decide
// may be.
func (d *Dictionary) outline(n Node) Node {
	out := n
	for _, kids := range []*[]Node{&out.All, &out.Any, &out.None} {
		if *kids == nil {
			continue
		}
		to := make([]Node, len(*kids))
		for i, k := range *kids {
			to[i] = d.outline(k)
		}
		*kids = to
	}
	if n.Field != "" && !d.Field(n.Field).public() {
		return Node{Op: undecided}
	}
	return out
}

// undecided is the operator of a condition that nobody can decide. No file can
// hold it.
const undecided Op = "undecided"
