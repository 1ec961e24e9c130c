package cohort

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"leftshift/engine/disclosure"
)

// everywhere is 120 people in two practices, sixty each; nothing of any cohort is
// public.
func everywhere() (*population, func(ranges ...int) scope) {
	d := Dimension{ID: "practice", Labels: []string{"P0", "P1"}, of: make([]uint16, 120)}
	for i := 60; i < 120; i++ {
		d.of[i] = 1
	}
	pop := newPopulation(120, []Dimension{d}, nil)
	return pop, func(ranges ...int) scope {
		s := scope{none(120), none(120), everyone(120)}
		for k := 0; k < len(ranges); k += 2 {
			for i := ranges[k]; i < ranges[k+1]; i++ {
				s.set.add(i)
			}
		}
		return s
	}
}

func shown(m *memory, s scope) string {
	total, tables := m.tables(m.take(s))
	return fmt.Sprint(total, tables[0].Cohort)
}

// Of two far apart, both shown, a third that is near both is answered as the
// nearer: one person away from it, they must not make a difference.
func TestB20TheNearestAnswersNotTheOldest(t *testing.T) {
	pop, in := everywhere()
	m := newMemory(pop, disclosure.Standard, 100)
	first, second := shown(m, in(0, 40, 60, 80)), shown(m, in(0, 48, 60, 80))
	if first == second {
		t.Fatal("eight people make no difference")
	}
	if third := shown(m, in(0, 47, 60, 80)); third != second {
		t.Errorf("%s, one person from %s", third, second)
	}
}

// A step of few people after the other is the first's answer, however far it has
// come: there is no step at which the last person shows.
func TestB20WhatIsAnsweredAnswers(t *testing.T) {
	pop, in := everywhere()
	m := newMemory(pop, disclosure.Standard, 100)
	first := shown(m, in(0, 30))
	for n := 31; n < 50; n++ {
		if now := shown(m, in(0, n)); now != first {
			t.Fatalf("the person who makes it %d shows: %s, then %s", n, first, now)
		}
	}
}

// Adding people of another practice does not show the one who was added in this.
func TestB20PaddingElsewhereShowsNobody(t *testing.T) {
	pop, in := everywhere()
	for n := 8; n < 50; n++ {
		m := newMemory(pop, disclosure.Standard, 100)
		a := m.take(in(0, n, 60, 80))
		b := m.take(in(0, n+1, 60, 95))
		_, x := m.tables(a)
		_, y := m.tables(b)
		if x[0].Cohort[0] != y[0].Cohort[0] || x[0].Cohort[1] == y[0].Cohort[1] {
			t.Errorf("%d and one more: %v, then %v", n, x[0].Cohort, y[0].Cohort)
		}
	}
}

// A number is never further from the truth than the small number and the rounding
// where the set's numbers are its own; what is hidden is few or withheld, and 0 is
// nobody.
func TestG26NumbersAreNearTheTruth(t *testing.T) {
	pop, in := everywhere()
	rapid.Check(t, func(t *rapid.T) {
		m := newMemory(pop, disclosure.Standard, 100)
		for range rapid.IntRange(1, 6).Draw(t, "sets") {
			a, b := rapid.IntRange(0, 60).Draw(t, "a"), rapid.IntRange(60, 120).Draw(t, "b")
			s := in(a, b)
			told := m.take(s)
			owner := m.sets[len(m.sets)-1].owner
			n := pop.tally(s.set).people
			for c := range n {
				v, ok := m.count(told, c).Value()
				if owner && ok && (v < n[c]-9 || v > n[c]+9) || owner && !ok && n[c] > 14 || ok && v == 0 {
					t.Fatalf("%d people are told as %d, %v", n[c], v, ok)
				}
			}
		}
	})
}

// A cohort that lacks few of everyone is told as everyone, and one between two
// sets that are no secret as the lesser, wherever between it is.
func TestB20NearWhatIsNoSecret(t *testing.T) {
	pop, in := everywhere()
	if got := shown(newMemory(pop, disclosure.Standard, 100), in(3, 60, 63, 119)); got != "120 [60 60]" {
		t.Error(got)
	}
	for _, size := range []int{30, 31, 32, 33} {
		s := in(0, size)
		s.certain, s.possible = in(0, 30).set, in(0, 33).set
		if got := shown(newMemory(pop, disclosure.Standard, 100), s); got != "30 [30 0]" {
			t.Errorf("%d people: %s", size, got)
		}
	}
}

// What its total and its parts say of a small number together is withheld.
func TestF6PartsAreWithheldThatTheTotalGivesAway(t *testing.T) {
	pop, in := everywhere()
	if got := shown(newMemory(pop, disclosure.Standard, 100), in(0, 33, 60, 64)); got != "35 [* *]" {
		t.Error(got)
	}
	if got := shown(newMemory(pop, disclosure.Standard, 100), in(0, 30, 60, 64)); got != "35 [30 *]" {
		t.Error(got)
	}
}

// A step that takes few people away, or nobody, shows the same number and hides
// what it took; one that takes many shows the difference of what is shown.
func TestA2AttritionCannotBeSubtracted(t *testing.T) {
	pop, in := everywhere()
	nobody := in()
	for took, want := range map[int]string{0: "[{120 *} {60 60} {60 *}]", 7: "[{120 *} {60 60} {60 *}]", 8: "[{120 *} {60 60} {50 10}]", 55: "[{120 *} {60 60} {* *}]"} {
		r := newMemory(pop, disclosure.Standard, 100).review([]scope{in(0, 120), in(0, 60), in(took, 60)}, nobody)
		if got := fmt.Sprint(r.Steps); got != want {
			t.Errorf("the last step takes %d: %s, want %s", took, got, want)
		}
	}
}
