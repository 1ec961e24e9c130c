//go:build duckdb_arrow

package analyse

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"leftshift/engine"
	"leftshift/engine/disclosure"
	"leftshift/features/catalogue"
	"leftshift/features/kernel"
	"leftshift/features/matrix"
)

// attacker reads what a trial prints and nothing else: numbers that it does not
// know, each between bounds, and sums of them that are equal.
type attacker struct {
	lo, hi []int
	star   []bool
	equal  [][2][]int // both sides sum to the same
}

// cell adds a number that is printed as text, "" for one that is not printed.
func (a *attacker) cell(text string) int {
	lo, hi, star := 0, 1_000_000, false
	switch {
	case text == "":
	case text == disclosure.Star:
		lo, hi, star = 1, 7, true
	default:
		n, err := strconv.Atoi(text)
		if err != nil {
			panic(err)
		}
		if lo, hi = n-2, n+2; n == 0 {
			lo, hi = 0, 0
		} else {
			lo = max(lo, 8)
		}
	}
	a.lo, a.hi, a.star = append(a.lo, lo), append(a.hi, hi), append(a.star, star)
	return len(a.lo) - 1
}

func (a *attacker) same(one, other []int) { a.equal = append(a.equal, [2][]int{one, other}) }

// think narrows the bounds until nothing changes.
func (a *attacker) think() {
	for changed := true; changed; {
		changed = false
		for _, e := range a.equal {
			for side := range 2 {
				lo, hi := 0, 0
				for _, k := range e[1-side] {
					lo, hi = lo+a.lo[k], hi+a.hi[k]
				}
				least, most := 0, 0
				for _, k := range e[side] {
					least, most = least+a.lo[k], most+a.hi[k]
				}
				for _, k := range e[side] {
					if n := lo - (most - a.hi[k]); n > a.lo[k] {
						a.lo[k], changed = n, true
					}
					if n := hi - (least - a.lo[k]); n < a.hi[k] {
						a.hi[k], changed = n, true
					}
				}
			}
		}
	}
}

type printed struct {
	People    string
	States    []struct{ Label, People string }
	Histogram []struct{ Label, People string }
	Groups    []struct {
		By     string
		Groups []struct {
			Label, People string
			Known, Some   *float64
			NotObservable *float64 `json:"not_observable"`
			States        []struct{ Label, People string }
		}
	}
}

// atoms are the four states in the words that tables use for them.
var atoms = map[string][]int{"a value other than zero": {0}, "zero": {1}, "unknown": {2}, "not observable": {3}, "unknown or not observable": {2, 3}, "a value, zero included": {0, 1}}

// Nobody who reads a trial finds a hidden count: every star may be any number
// from 1 to 7 after all sums and differences of what is printed. Which level of
// states was chosen tells a little more to whoever knows the method: of some
// hundreds of small populations, a star then lies in 1 to 5. TestNoSmallCountIsFound
// counts that in, and finds none exactly.
func TestAttack(t *testing.T) {
	stars, told := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		var values []one
		count := rapid.OneOf(rapid.IntRange(0, 9), rapid.IntRange(0, 40), rapid.SampledFrom([]int{0, 0, 200}))
		practices := engine.Code(rapid.IntRange(1, 5).Draw(t, "practices"))
		of := []float32{1, 0, matrix.NaN, matrix.NotObservable}
		for practice := range practices {
			for _, age := range []int16{10, 30, 50, 70}[:rapid.IntRange(1, 4).Draw(t, "ages")] {
				for s, v := range of {
					for range count.Draw(t, fmt.Sprintf("people of state %d", s)) {
						x := v
						if s == 0 {
							x = float32(rapid.IntRange(1, 3).Draw(t, "value"))
						}
						values = append(values, one{x, kernel.Place{Practice: practice + 1, Age: age, Sex: engine.Sex(1 + len(values)%2)}})
					}
				}
			}
		}
		names := map[engine.Code]string{1: "A", 2: "B", 3: "C", 4: "D", 5: "E"}
		trial := sum(&catalogue.Definition{ID: "x", Title: "X"}, Ask{On: 20000, Rule: disclosure.Standard}, values, names)
		text, err := json.Marshal(trial)
		if err != nil {
			t.Fatal(err)
		}
		var p printed
		if err := json.Unmarshal(text, &p); err != nil {
			t.Fatal(err)
		}
		if n := len(values); (n > 7) != (p.People != disclosure.Star && p.People != "0") {
			t.Fatalf("%d people are told as %s", n, p.People)
		}

		a := &attacker{}
		everyone := a.cell(p.People)
		var state []int
		for range numStates {
			state = append(state, a.cell(""))
		}
		a.same([]int{everyone}, state)
		these := func(label string) (out []int) {
			for _, s := range atoms[label] {
				out = append(out, state[s])
			}
			if out == nil {
				t.Fatalf("label %q", label)
			}
			return out
		}
		var cells []int
		cell := func(text string) int { k := a.cell(text); cells = append(cells, k); return k }
		for _, s := range p.States {
			a.same([]int{cell(s.People)}, these(s.Label))
		}
		var bars []int
		hidden := true
		for _, b := range p.Histogram {
			hidden = hidden && b.People == disclosure.Star
		}
		if !hidden {
			for _, b := range p.Histogram {
				bars = append(bars, cell(b.People))
			}
			a.same(bars, state[:1])
		}
		for _, d := range p.Groups {
			by := map[string][]int{}
			var people []int
			hidden := true
			for _, g := range d.Groups {
				hidden = hidden && g.People == disclosure.Star && len(g.States) == 0
			}
			for _, g := range d.Groups {
				if len(g.States) == 0 && !hidden {
					people = append(people, cell(g.People))
				}
				sum, some := 0, false
				for _, s := range g.States {
					by[s.Label] = append(by[s.Label], cell(s.People))
					if n, err := strconv.Atoi(s.People); err == nil {
						sum += n
					} else {
						some = true
					}
				}
				// The row's own number says no more than its cells.
				if want := strconv.Itoa(sum); len(g.States) > 0 && g.People != want && !(some && sum == 0 && g.People == disclosure.Star) {
					t.Fatalf("%s %s: %s people beside cells of %s", d.By, g.Label, g.People, want)
				}
				for _, share := range []*float64{g.Known, g.Some, g.NotObservable} {
					if share != nil && (len(g.States) == 0 || math.Abs(math.Round(*share*float64(sum)/500)*500-*share*float64(sum)) > 1e-6) {
						t.Fatalf("%s %s: a share of %g is not of numbers as shown", d.By, g.Label, *share)
					}
				}
			}
			for label, k := range by {
				a.same(k, these(label))
			}
			if people != nil {
				a.same(people, []int{everyone})
			}
		}
		a.think()
		for _, k := range cells {
			if a.lo[k] > a.hi[k] {
				t.Fatalf("the attacker's sums are wrong: %s", text)
			}
			if a.star[k] {
				stars++
				if a.lo[k] > 1 || a.hi[k] < 7 {
					t.Fatalf("a hidden count is known to lie in %d to %d: %s", a.lo[k], a.hi[k], text)
				}
			} else {
				told++
			}
		}
	})
	if stars == 0 || told == 0 {
		t.Errorf("nothing was attacked: %d hidden, %d told", stars, told)
	}
}
