package cohort

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"leftshift/engine/disclosure"
)

// An attacker knows everybody's sex and practice, how this package works, and
// which cohorts were asked, and reads only what comes out. What they want is who
// has something: how many of each group, and whether one person has. They go
// through every world that there could be and keep those that would have come out
// the same.
//
// People of one sex and practice are alike to every question, but for the one
// person, so a world is how many of each group have it, and whether that person
// has.
type scene struct {
	sizes []int // of the groups; group g is of sex g%2 and practice g/2
	pop   *population
	asked [][]use // by question, then group; the person is the last
}

// use is whom of a group a question takes.
type use uint8

const (
	nobodyOf use = iota
	havingOf     // those who have it
	allOf
)

func newScene(sizes ...int) *scene {
	sex := Dimension{ID: "sex", Labels: []string{"f", "m"}}
	practice := Dimension{ID: "practice", Labels: []string{"P0", "P1"}}
	s := &scene{sizes: append(sizes, 1)}
	n := 0
	for g, size := range s.sizes {
		if g == len(sizes) {
			g = 0 // the person is a woman of P0
		}
		for range size {
			sex.of, practice.of = append(sex.of, uint16(g%2)), append(practice.of, uint16(g/2))
			n++
		}
	}
	s.pop = newPopulation(n, []Dimension{sex, practice}, nil)
	return s
}

// set is whom a question finds in a world. The attacker knows who is asked for
// whether or not they have it.
func (s *scene) set(world []int, q []use) scope {
	x, i := scope{none(s.pop.n), none(s.pop.n), none(s.pop.n)}, 0
	for g, size := range s.sizes {
		for k := range size {
			if q[g] == allOf {
				x.certain.add(i)
			}
			if q[g] != nobodyOf {
				x.possible.add(i)
			}
			if q[g] == allOf || q[g] == havingOf && k < world[g] {
				x.set.add(i)
			}
			i++
		}
	}
	return x
}

// read is what comes out in a world, by question.
func (s *scene) read(world []int) []string {
	m := newMemory(s.pop, disclosure.Standard, 100)
	var out []string
	for _, q := range s.asked {
		out = append(out, s.show(m, world, q))
	}
	return out
}

func (s *scene) show(m *memory, world []int, q []use) string {
	total, tables := m.tables(m.take(s.set(world, q)))
	out := total.String()
	for _, t := range tables {
		out += "|" + fmt.Sprint(t.Cohort)
	}
	return out
}

// worlds calls f with every world.
func (s *scene) worlds(f func(world []int)) {
	world := make([]int, len(s.sizes))
	for {
		f(world)
		g := 0
		for ; g < len(world); g++ {
			if world[g]++; world[g] <= s.sizes[g] {
				break
			}
			world[g] = 0
		}
		if g == len(world) {
			return
		}
	}
}

func TestB20AnAttackerLearnsNoSmallCountAndNothingOfOnePerson(t *testing.T) {
	for _, x := range []struct {
		name  string
		size  int // of groups, about
		more  int // questions besides the pair, below
		seeds uint64
		bound bool // the person must not be known, nor any small count
	}{
		{"a pair, few people", 7, 1, 40, true},
		{"a pair, more people", 16, 1, 6, true},
		// Where several questions overlap in so few people, their roundings bound each
		// other: see memory. What holds is that the second of a pair tells nothing.
		{"several, few people", 7, 5, 12, false},
		{"several, more people", 16, 5, 3, false},
	} {
		t.Run(x.name, func(t *testing.T) {
			stars, counts, persons := 0, 0, 0
			for seed := range x.seeds {
				c := attack(t, rand.New(rand.NewPCG(seed, 20)), x.size, x.more)
				if x.bound && (c.counts != nil || c.person) {
					t.Errorf("seed %d: the person is known: %v; small counts that are: %v; after %v:\n%s", seed, c.person, c.counts, c.asked, c.seen)
				}
				stars, counts = stars+c.stars, counts+len(c.counts)
				if c.person {
					persons++
				}
			}
			if stars == 0 {
				t.Error("nothing small was hidden in any scene")
			}
			t.Logf("of %d scenes the person is known after %d; of %d small counts hidden, %d are", x.seeds, persons, stars, counts)
		})
	}
}

// caught is what an attack found out.
type caught struct {
	asked  [][]use
	seen   string
	person bool     // whether the one person has it
	stars  int      // small counts that were hidden
	counts []string // question and cell of those that are known all the same
}

func attack(t *testing.T, r *rand.Rand, size, more int) caught {
	s := newScene(size+1+r.IntN(6), size+r.IntN(6), size-1+r.IntN(6))
	last := len(s.sizes) - 1
	draw := func() []use {
		q := make([]use, len(s.sizes))
		for g := range q {
			q[g] = use(r.IntN(3))
		}
		return q
	}
	for range r.IntN(more) {
		s.asked = append(s.asked, draw())
	}
	// Two cohorts that differ by one person, if that person has it.
	with := draw()
	without := slices.Clone(with)
	with[last], without[last] = havingOf, nobodyOf
	pair := len(s.asked)
	if r.IntN(2) == 0 {
		with, without = without, with
	}
	s.asked = append(s.asked, with, without)
	for range r.IntN(more) {
		s.asked = append(s.asked, draw())
	}
	truth := make([]int, len(s.sizes))
	for g := range truth {
		truth[g] = r.IntN(s.sizes[g] + 1)
	}
	out := s.read(truth)
	c := caught{asked: s.asked, seen: strings.Join(out, "\n")}
	has := [2]int{}
	could := map[[2]int]map[int]bool{} // by question and cell
	s.worlds(func(world []int) {
		here := s.read(world)
		// Whichever of the pair comes second tells nothing more of the person.
		if world[last] == 0 {
			world[last] = 1
			other := s.read(world)
			world[last] = 0
			if slices.Equal(here[:pair+1], other[:pair+1]) && here[pair+1] != other[pair+1] {
				t.Fatalf("in world %v the second of the pair tells of the person: %s or %s", world, here[pair+1], other[pair+1])
			}
		}
		if !slices.Equal(here, out) {
			return
		}
		has[world[last]]++
		for q := range s.asked {
			for k, n := range s.pop.tally(s.set(world, s.asked[q]).set).people {
				if could[[2]int{q, k}] == nil {
					could[[2]int{q, k}] = map[int]bool{}
				}
				could[[2]int{q, k}][n] = true
			}
		}
	})
	c.person = has[0] == 0 || has[1] == 0
	for q := range s.asked {
		n := s.pop.tally(s.set(truth, s.asked[q]).set).people
		for k, x := range cellsOf(out[q]) {
			if x == disclosure.Star && n[k] > 0 && n[k] <= 7 {
				c.stars++
				if len(could[[2]int{q, k}]) == 1 && !fixed(s, q, k) {
					c.counts = append(c.counts, fmt.Sprintf("question %d cell %d", q, k))
				}
			}
		}
	}
	return c
}

// cellsOf is the cells of an answer, in the order of a tally's.
func cellsOf(shown string) []string {
	return strings.Fields(strings.NewReplacer("[", "", "]", "", "|", " ").Replace(shown))
}

// fixed says whether a cell of a question is the same in every world: what nobody
// who asks needs to learn.
func fixed(s *scene, q, cell int) bool {
	n := map[int]bool{}
	s.worlds(func(world []int) { n[s.pop.tally(s.set(world, s.asked[q]).set).people[cell]] = true })
	return len(n) == 1
}
