package cohort

import "slices"

// Example makes up a person who is in a tree, or one who is not, whatever the
// fields that it leaves out hold: the values by field that decide it. False
// where there is none, as of "age at least 60 and at most 50", or where none is
// found in a bounded search.
func (d *Dictionary) Example(n Node, in bool) (map[string]Value, bool) {
	s := &search{d: d, values: map[string][]Value{}, person: map[string]Value{}, left: 50_000}
	n.walk(func(c Node) { s.offer(c) })
	want := False
	if in {
		want = True
	}
	if !s.meet([]goal{{n, want}}) {
		return nil, false
	}
	return s.person, true
}

// goal is a tree and how it is to come out.
type goal struct {
	node Node
	want Truth
}

// search goes over people whose values lie at and beside those asked about.
type search struct {
	d      *Dictionary
	values map[string][]Value
	person map[string]Value
	left   int // steps
}

// offer adds the values of a field that a condition tells apart.
func (s *search) offer(c Node) {
	f := s.d.Field(c.Field)
	add := func(v Value) { s.values[f.ID] = append(s.values[f.ID], v) }
	if f.Kind == Labels {
		for _, x := range c.Values {
			add(Value{State: Known, Labels: []string{x.(string)}})
		}
		add(Value{State: Known, Labels: []string{}})
		return
	}
	for _, x := range c.Values {
		switch x := x.(type) {
		case float64:
			for _, y := range []float64{x, x + 1, x - 1} {
				add(Value{State: Known, Number: y})
			}
			if x > 0 && x < 1 { // a chance
				add(Value{State: Known, Number: x / 2})
				add(Value{State: Known, Number: (1 + x) / 2})
			}
		case string:
			add(Value{State: Known, Text: x})
		}
	}
	switch {
	case f.Kind == Flag:
		add(Value{State: Known, Flag: true})
		add(Value{State: Known})
	case f.Kind == Text:
		others := f.Values
		if others == nil {
			others = []string{"another"}
		}
		for _, x := range others {
			add(Value{State: Known, Text: x})
		}
	case len(c.Values) == 0:
		add(Value{State: Known})
	}
	switch c.Op {
	case IsUnknown:
		add(Value{})
	case IsNotObservable:
		if f.Source == Feature {
			add(Value{State: Unobservable})
		}
	}
}

// meet finds values by which every goal is met.
func (s *search) meet(goals []goal) bool {
	if s.left--; s.left < 0 {
		return false
	}
	if len(goals) == 0 {
		return true
	}
	g, rest := goals[0], goals[1:]
	kids, each, want := g.node.All, g.want == True, g.want
	switch {
	case g.node.Any != nil:
		kids, each = g.node.Any, g.want == False
	case g.node.None != nil:
		kids, each, want = g.node.None, g.want == True, True-g.want
	case g.node.All == nil:
		return s.condition(g, rest)
	}
	if each {
		more := make([]goal, 0, len(kids)+len(rest))
		for _, k := range kids {
			more = append(more, goal{k, want})
		}
		return s.meet(append(more, rest...))
	}
	return slices.ContainsFunc(kids, func(k Node) bool { return s.meet(append([]goal{{k, want}}, rest...)) })
}

func (s *search) condition(g goal, rest []goal) bool {
	id := g.node.Field
	kind := s.d.Field(id).Kind
	if v, ok := s.person[id]; ok {
		return holds(kind, g.node, v) == g.want && s.meet(rest)
	}
	for _, v := range s.values[id] {
		if holds(kind, g.node, v) != g.want {
			continue
		}
		s.person[id] = v
		if s.meet(rest) {
			return true
		}
		delete(s.person, id)
	}
	return false
}

// WithExamples gives the definition with a test of a made-up person who is in
// and one of who is not, where it has none of its own. The Fault says that
// nobody can be in, or nobody out.
func (d *Dictionary) WithExamples(def *Definition) (*Definition, error) {
	if len(def.Tests) > 0 {
		return def, nil
	}
	out := *def
	for _, in := range []bool{true, false} {
		person, ok := d.Example(def.Where, in)
		switch {
		case !ok && in:
			return nil, fault("cohort-nobody", "no one can meet what the cohort asks: two of its conditions exclude each other; change or remove one")
		case !ok:
			return nil, fault("cohort-everyone", "everyone meets what the cohort asks: add a condition that someone does not meet")
		}
		name := "a made-up person who is in"
		if !in {
			name = "a made-up person who is not"
		}
		out.Tests = append(out.Tests, Test{Name: name, In: in, Person: person})
	}
	return &out, nil
}
