package cohort

import (
	"testing"

	"leftshift/engine/disclosure"
)

// newOpened is newAveraged with a make-up by the secret: 0 without it, 1 with.
func newOpened(t testing.TB, people int, seed uint64, has bool) *averaged {
	t.Helper()
	w := newAveraged(t, people, seed, has)
	copd := Dimension{ID: "copd", Title: "COPD", Labels: []string{"without", "with"}}
	for _, p := range w.people {
		copd.of = append(copd.of, uint16(p["copd_ever"].Number))
	}
	dims := append(append([]Dimension{}, w.memory.pop.dims...), copd)
	d, err := newDesk(w.Dictionary, "s", "2026-03-31", newPopulation(people, dims, nil), w, nil, disclosure.Standard, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	w.Desk = d
	w.memory.each = 1 << 20
	return w
}

// ill is what is told of those with the secret, beside what is hidden.
func ill(r *Review) (n int, shown bool) { return r.MakeUp[2].Cohort[1].Value() }

// Who is in a cohort by age, sex and practice alone is no secret; who of them is
// ill is. A group of such people beside one slice after the other, each with and
// without it, told in how many of the group are ill what one of them has, in 53 of
// 60 worlds after 48 questions, none of which was refused.
func TestB20WhatIsNoSecretComesBackToNoGroup(t *testing.T) {
	const worlds, k = 60, 24
	group := all(is("age", AtLeast, 78.0), is("sex", Is, "male"), is("practice", Is, "P3"))
	beyond := is("score_m", Between, .001, .004) // so few of these are ill that none is told
	for name, with := range map[string]func(kids ...Node) Node{
		"alone":            func(kids ...Node) Node { return anyOf(kids...) },
		"beside a secret":  func(kids ...Node) Node { return anyOf(append(kids, beyond)...) },
		"without a secret": func(kids ...Node) Node { return all(anyOf(kids...), no(beyond)) },
	} {
		t.Run(name, func(t *testing.T) {
			right, asked := 0, 0
			for seed := range uint64(worlds) {
				has := seed%2 == 0
				w := newOpened(t, 6000, seed, has)
				others := 0 // with it, whom the attacker knows
				for i, p := range w.people {
					if i != victim && p["age"].Number >= 78 && p["sex"].Text == "male" && p["practice"].Text == "P3" && p["copd_ever"].Number == 1 {
						others++
					}
				}
				sum, n := 0, 0
				for i := range k {
					slice := all(is("sex", Is, "female"), is("age", AtLeast, 18+60*float64(i)/k), is("age", LessThan, 18+60*float64(i+1)/k))
					var told [2]int
					both := true
					for j, tree := range []Node{with(group, slice), with(slice)} {
						r, refused := w.count(t, tree)
						if refused != nil {
							both = false
							break
						}
						asked++
						var ok bool
						if told[j], ok = ill(r); !ok {
							told[j] = 4
						}
					}
					if both {
						sum, n = sum+told[0]-told[1], n+1
					}
				}
				if n > 0 && (float64(sum)/float64(n)-float64(others) > .5) == has {
					right++
				}
			}
			t.Logf("right in %d of %d worlds, after %.1f questions", right, worlds, float64(asked)/worlds)
			if float64(asked)/worlds > 16 {
				t.Errorf("%.1f of %d questions were answered", float64(asked)/worlds, 2*k)
			}
			if float64(right)/worlds > .78 {
				t.Errorf("the attacker is right in %d of %d", right, worlds)
			}
		})
	}
}

// Few people who are in by what is no secret are added to those who are in by what
// is: the number of these is known from a cohort without the few, so the sum would
// tell 1 and 2 from 3 to 7.
func TestB20FewBesideOthersAreNotTold(t *testing.T) {
	seen := map[int]bool{}
	for seed := range uint64(40) {
		w := newOpened(t, 2800, seed, true)
		group := all(is("age", Between, 40.0, 43.0), is("sex", Is, "male"), is("practice", Is, "P3"))
		few := 0
		for _, p := range w.people {
			if p["age"].Number >= 40 && p["age"].Number <= 43 && p["sex"].Text == "male" && p["practice"].Text == "P3" && p["copd_ever"].Number == 1 {
				few++
			}
		}
		rest := all(slice(1, 3), no(group))
		before, refused := w.count(t, rest)
		both, refusedToo := w.count(t, anyOf(group, slice(1, 3)))
		if refused != nil || refusedToo != nil {
			t.Fatal(refused, refusedToo)
		}
		m, ok := ill(before)
		n, shown := ill(both)
		if !ok || few == 0 || few > 7 || len(both.LeftOut) > 0 {
			continue
		}
		seen[few] = true
		if shown {
			t.Errorf("%d are told as %d", few, n-m)
		}
	}
	if !seen[1] || !seen[4] {
		t.Errorf("the test is blind: %v", seen)
	}
}
