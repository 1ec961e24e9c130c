package cohort

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"leftshift/engine"
	"leftshift/engine/disclosure"
)

// An averaging attack (Asghar and Kaafar, PoPETs 2020) asks for a group of people
// beside one slice of everyone after the other. The numbers are rounded each by
// itself, and their sum tells the group's number. Here it is tried whole: trees,
// reduction, memory and bounds, over worlds that differ by what is secret of one
// person, who is the only one of their age.
type averaged struct {
	*Desk
	people []map[string]Value
	known  map[string]decided
}

const victim = 17 // of the people; the only one of 83

func newAveraged(t testing.TB, people int, seed uint64, has bool) *averaged {
	t.Helper()
	d, err := NewDictionary([]Field{{ID: "score_m", Kind: Number, Source: Score}, {ID: "days_since_ed", Kind: Number, Source: Feature}, {ID: "copd_ever", Kind: Number, Source: Feature}})
	if err != nil {
		t.Fatal(err)
	}
	w := &averaged{known: map[string]decided{}}
	r := rand.New(rand.NewPCG(seed, 83))
	sex := Dimension{ID: "sex", Title: "Sex", Labels: []string{"female", "male"}}
	practice := Dimension{ID: "practice", Title: "Practice", Labels: []string{"P0", "P1", "P2", "P3"}}
	for i := range people {
		s, p := uint16(r.IntN(2)), uint16(r.IntN(4))
		age := float64(18 + r.IntN(70))
		if age == 83 {
			age = 84
		}
		copd := float64(r.IntN(6) / 5)
		if i == victim {
			s, p, age, copd = 1, 3, 83, 0
			if has {
				copd = 1
			}
		}
		sex.of, practice.of = append(sex.of, s), append(practice.of, p)
		number := func(x float64) Value { return Value{State: Known, Number: x} }
		w.people = append(w.people, map[string]Value{"age": number(age), "sex": {State: Known, Text: [...]string{"female", "male"}[s]}, "practice": {State: Known, Text: practice.Labels[p]},
			"score_m": number(float64(r.IntN(1_000_000)) / 1e6), "days_since_ed": number(float64(r.IntN(300))), "copd_ever": number(copd)})
	}
	pop := newPopulation(people, []Dimension{sex, practice}, nil)
	if w.Desk, err = newDesk(d, "s", "2026-03-31", pop, w, nil, disclosure.Standard, 1<<20); err != nil {
		t.Fatal(err)
	}
	w.memory.each = 1 << 20
	return w
}

func (w *averaged) decide(_ context.Context, nodes []Node) ([]decided, error) {
	var out []decided
	for _, n := range nodes {
		key := string(raw(n))
		x, ok := w.known[key]
		if !ok {
			x = decided{none(len(w.people)), none(len(w.people))}
			for i, p := range w.people {
				switch w.Dictionary.Eval(n, func(id string) Value { return p[id] }) {
				case True:
					x.yes.add(i)
				case Undecided:
					x.unsure.add(i)
				}
			}
			w.known[key] = x
		}
		out = append(out, x)
	}
	return out, nil
}

// put asks; refused is a bound's fault.
func (w *averaged) put(t testing.TB, q request) (r reply, refused error) {
	t.Helper()
	back := w.memory.mark()
	r, err := w.answer(context.Background(), q, "attacker", true)
	if f := (*engine.Fault)(nil); errors.As(err, &f) {
		back()
		return r, f
	}
	if err != nil {
		t.Fatal(err)
	}
	return r, nil
}

func (w *averaged) count(t testing.TB, n Node) (*Review, error) {
	t.Helper()
	r, err := w.put(t, request{A: raw(n)})
	return r.review, err
}

func is(field string, op Op, values ...any) Node { return Node{Field: field, Op: op, Values: values} }
func all(kids ...Node) Node                      { return Node{All: kids} }
func anyOf(kids ...Node) Node                    { return Node{Any: kids} }
func no(kids ...Node) Node                       { return Node{None: kids} }

// slice is the i-th of k slices of everyone, by score.
func slice(i, k int) Node {
	return all(is("score_m", AtLeast, float64(i)/float64(k)), is("score_m", LessThan, float64(i+1)/float64(k)))
}

var (
	man    = []Node{is("age", Is, 83.0), is("sex", Is, "male"), is("practice", Is, "P3")}
	small1 = all(append([]Node{is("copd_ever", Is, 1.0)}, man...)...)
)

// A group of one or of nobody, however it is put beside a slice, changes no number
// and no word: of two worlds, in one of which the person has it, all that is told
// is the same.
func TestB20LowEffectsAreToldAlike(t *testing.T) {
	const k = 60
	a, b, c := small1.All[0], all(man[0], man[1]), man[2]
	for name, ask := range map[string]func(i int) request{
		"disjoint": func(i int) request { return request{A: raw(anyOf(small1, slice(i, k)))} },
		"nested":   func(i int) request { return request{A: raw(anyOf(small1, is("score_m", LessThan, float64(i+1)/k)))} },
		"overlapping": func(i int) request {
			from := rand.New(rand.NewPCG(1, uint64(i))).Float64() / 2
			return request{A: raw(anyOf(is("score_m", Between, from, from+.1+float64(i)/1e3), small1))}
		},
		"complement":  func(i int) request { return request{A: raw(no(small1, slice(i, k)))} },
		"intersected": func(i int) request { return request{A: raw(all(no(small1), no(slice(i, k))))} },
		"step":        func(i int) request { return request{A: raw(all(no(slice(i, k)), no(small1)))} },
		"distributed": func(i int) request {
			return request{A: raw(anyOf(all(anyOf(a, slice(i, k)), anyOf(b, slice(i, k)), anyOf(c, slice(i, k)))))}
		},
		"twice": func(i int) request { return request{A: raw(anyOf(small1, all(man[0], small1.All[0]), slice(i, k)))} },
		"values": func(i int) request { // the age of that one among other ages
			return request{A: raw(all(is("age", In, 83.0, 20.0+float64(i%50), 21.0+float64(i%50)), a))}
		},
		"compared": func(i int) request {
			return request{A: raw(anyOf(small1, slice(i, k))), B: raw(slice(i+1, k)), Compare: true}
		},
		"alone": func(i int) request { return request{A: raw(anyOf(small1, slice(i, k))), Alone: true} },
	} {
		t.Run(name, func(t *testing.T) {
			with, without := newAveraged(t, 2800, 1, true), newAveraged(t, 2800, 1, false)
			told := 0
			for i := range k {
				q := ask(i)
				x, refused := with.put(t, q)
				y, refusedToo := without.put(t, q)
				if fmt.Sprint(refused) != fmt.Sprint(refusedToo) {
					t.Fatalf("question %d: %v, and without the person %v", i, refused, refusedToo)
				}
				if refused != nil {
					continue
				}
				one, other := shownOf(x), shownOf(y)
				if one != other {
					t.Fatalf("question %d tells of the person:\n%s\n%s", i, one, other)
				}
				told++
			}
			t.Logf("%d of %d questions were answered", told, k)
			if told < 40 {
				t.Error("the test is blind")
			}
		})
	}
}

// What is left out is said, of nobody as of one: a branch by its place, a value by
// its number, and no branch below one that is.
func TestB20WhatIsLeftOutIsSaid(t *testing.T) {
	for _, has := range []bool{true, false} {
		w := newAveraged(t, 2800, 1, has)
		for _, x := range []struct {
			tree Node
			want string
		}{
			{anyOf(slice(1, 3), small1), "[{1 -1}]"},
			{all(slice(1, 3), no(anyOf(small1, slice(4, 10)), is("age", In, 40.0, 83.0))), "[{1.0.0 -1} {1.1 1}]"},
			{all(is("age", AtLeast, 40.0), is("age", AtLeast, 60.0)), "[{0 -1}]"},
			{small1, "[{0 -1} {2 -1} {3 -1}]"},
			{is("sex", Is, "male"), "[]"},
		} {
			r, err := w.count(t, x.tree)
			if err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprint(r.LeftOut); got != x.want {
				t.Errorf("%s: %s left out, want %s", raw(x.tree), got, x.want)
			}
		}
	}
}

func shownOf(r reply) string {
	var x any = r.review
	switch {
	case r.comparison != nil:
		x = r.comparison(0)
	case r.workload != nil:
		x = r.workload(1)
	}
	text, err := json.Marshal(x)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// Two ordinary groups that differ by the one person are each put beside slices.
// The attacker knows everything but what is secret of the person, stops where a
// bound refuses, and compares the two groups' numbers: of everyone, of men and of
// the person's practice. How often they are right is near a coin's for what is
// refused, and known for what is not.
func TestB20HowFarRepeatedCoresGet(t *testing.T) {
	group := func(g int) Node { // those with it, without and with the one of 83
		return all(is("copd_ever", Is, 1.0), is("age", AtMost, 82.0+float64(g)))
	}
	cut := func(g, i, k int) Node { // one slice of k; the two groups' are others
		if g == 0 {
			return slice(i, k)
		}
		return all(is("days_since_ed", AtLeast, float64(300*i/k)), is("days_since_ed", LessThan, float64(300*(i+1)/k)))
	}
	half := func(g, i, k int) (Node, Node) { // two halves of everyone
		if g == 0 {
			x := float64(i+1) / float64(k+1)
			return is("score_m", LessThan, x), is("score_m", AtLeast, x)
		}
		x := float64(300 * (i + 1) / (k + 1))
		return is("days_since_ed", LessThan, x), is("days_since_ed", AtLeast, x)
	}
	for _, x := range []struct {
		name  string
		k     int // of each group
		most  float64
		whole bool // the slices divide everyone, and only all of them tell
		ask   func(g, i, k int) []put
	}{
		{"disjoint, 2", 2, .68, true, func(g, i, k int) []put { return []put{{anyOf(group(g), cut(g, i, k)), 1}} }},
		{"disjoint, 3", 3, .72, true, func(g, i, k int) []put { return []put{{anyOf(group(g), cut(g, i, k)), 1}} }},
		{"disjoint, 4", 4, .70, true, func(g, i, k int) []put { return []put{{anyOf(group(g), cut(g, i, k)), 1}} }},
		{"disjoint, 12", 12, .68, true, func(g, i, k int) []put { return []put{{anyOf(group(g), cut(g, i, k)), 1}} }},
		{"complement, 12", 12, .68, true, func(g, i, k int) []put { return []put{{no(group(g), cut(g, i, k)), -1}} }},
		{"taken away, 12", 12, .68, true, func(g, i, k int) []put { return []put{{anyOf(all(group(g), no(cut(g, i, k)))), 1}} }},
		{"distributed, 12", 12, .68, true, func(g, i, k int) []put {
			c := cut(g, i, k)
			return []put{{anyOf(all(anyOf(is("copd_ever", Is, 1.0), c), anyOf(is("age", AtMost, 82.0+float64(g)), c))), 1}}
		}},
		{"halves, 12", 12, .72, false, func(g, i, k int) []put {
			a, b := half(g, i, k)
			return []put{{anyOf(group(g), a), 1}, {anyOf(group(g), b), 1}}
		}},
		{"public slices", 12, .65, false, func(g, i, k int) []put {
			return []put{{anyOf(all(group(g), is("sex", Is, "male")), all(is("sex", Is, "female"), is("age", Between, 18.0+float64(g), 20.0+float64(i)))), 1}}
		}},
		{"either and both, nested, 12", 12, .72, false, func(g, i, k int) []put {
			a, _ := half(g, i, k)
			return []put{{anyOf(group(g), a), 1}, {a, -1}, {anyOf(all(group(g), a)), 1}}
		}},
		// Not stopped, but by how many questions one person may ask.
		{"either and both, 12", 12, 1, false, window(group)},
		{"everyone in two slices, 8", 8, 1, true, twofold(group, 8)},
	} {
		t.Run(x.name, func(t *testing.T) {
			worlds := 60
			if x.k < 5 {
				worlds = 200
			}
			right, asked, sets := 0.0, 0, 0
			for seed := range uint64(worlds) {
				w := newAveraged(t, 1200, seed, seed%2 == 0)
				var told [2][]float64 // by group, of each question
				for i := range x.k {
					for g := range 2 {
						var n float64
						answered := true
						for _, q := range x.ask(g, i, x.k) {
							r, refused := w.count(t, q.tree)
							if answered = refused == nil; !answered {
								break
							}
							n += q.sign * w.look(r)
							asked++
						}
						if answered {
							told[g] = append(told[g], n)
						}
					}
				}
				for _, n := range w.memory.asked {
					sets += n
				}
				var mean [2]float64
				k := min(len(told[0]), len(told[1]))
				for g := range 2 {
					for _, n := range told[g][:k] {
						mean[g] += n
					}
				}
				apart := 0.0
				switch {
				case x.whole:
					apart = (mean[1] - mean[0]) / float64(x.k-1)
				case k > 0:
					apart = (mean[1] - mean[0]) / float64(k)
				}
				switch {
				case apart == .5:
					right += .5
				case apart > .5 == (seed%2 == 0):
					right++
				}
			}
			rate := right / float64(worlds)
			t.Logf("right in %.0f%% of worlds, after %.1f questions and %.1f sets", 100*rate, float64(asked)/float64(worlds), float64(sets)/float64(worlds))
			if rate > x.most {
				t.Errorf("the attacker is right in %.0f%%", 100*rate)
			}
		})
	}
}

// look is the mean of what is told of everyone, of men and of P3, beside what
// would be there without the person.
func (w *averaged) look(r *Review) float64 {
	sum := 0.0
	for _, c := range []disclosure.Cell{r.Total, r.MakeUp[0].Cohort[1], r.MakeUp[1].Cohort[3]} {
		if v, ok := c.Value(); ok {
			sum += float64(v)
		} else {
			sum += 4
		}
	}
	return sum / 3
}

// put is a question and how its number is taken.
type put struct {
	tree Node
	sign float64
}

// window asks for a slice, for either and for both; the slices overlap, each in
// its own way.
func window(group func(int) Node) func(g, i, k int) []put {
	return func(g, i, k int) []put {
		r := rand.New(rand.NewPCG(uint64(g), uint64(i)))
		from := r.Float64() * .6
		a := is("score_m", Between, from, from+.2+r.Float64()*.2)
		return []put{{anyOf(group(g), a), 1}, {a, -1}, {anyOf(all(group(g), a)), 1}}
	}
}

// twofold puts the group beside slices of which each two have some people of
// their own in common, and everyone is in two.
func twofold(group func(int) Node, k int) func(g, i, k int) []put {
	return func(g, i, _ int) []put {
		kids := []Node{group(g)}
		part, parts := 0, float64(k*(k-1)/2)
		for a := range k {
			for b := range a {
				if a == i || b == i {
					lo, hi := float64(part)/parts, float64(part+1)/parts
					n := all(is("score_m", AtLeast, lo), is("score_m", LessThan, hi))
					if g == 1 {
						n = all(is("days_since_ed", AtLeast, 300*lo), is("days_since_ed", LessThan, 300*hi))
					}
					kids = append(kids, n)
				}
				part++
			}
		}
		return []put{{anyOf(kids...), float64(k-1) / float64(k-2)}}
	}
}
