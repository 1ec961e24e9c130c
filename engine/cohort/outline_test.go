//go:build duckdb_arrow

package cohort

import (
	"testing"

	"pgregory.net/rapid"
)

// Branches come out as Eval, a reduction that leaves out nothing changes nothing,
// and whom the outline takes or leaves, the tree takes or leaves whatever is
// secret of them.
func TestB20BranchesAreTheTreeAndTheOutlineHoldsWhateverIsSecret(t *testing.T) {
	d, err := NewDictionary([]Field{{ID: "copd_ever", Kind: Number, Source: Feature}, {ID: "score_m", Kind: Number, Source: Score}})
	if err != nil {
		t.Fatal(err)
	}
	const people = 70
	decidedSome := 0
	rapid.Check(t, func(t *rapid.T) {
		n, err := d.ParseNode(anyNode(t, d, 3), false)
		if err != nil {
			t.Fatal(err)
		}
		kinds := rapid.IntRange(1, 6).Draw(t, "kinds") // of people, who are alike else
		var persons []map[string]Value
		for range kinds {
			person := map[string]Value{}
			for _, f := range d.Fields() {
				v := Value{State: rapid.SampledFrom([]State{Known, Known, Unknown}).Draw(t, "state")}
				v.Number = rapid.SampledFrom([]float64{0, 1, 2, 30, 50}).Draw(t, "n")
				v.Flag = rapid.Bool().Draw(t, "f")
				v.Text = rapid.SampledFrom([]string{"male", "female", "P0", "U0", "low", "A"}).Draw(t, "s")
				if f.Kind == Labels {
					v.State, v.Labels = Known, []string{"team-0"}
				}
				person[f.ID] = v
			}
			persons = append(persons, person)
		}
		truth := func(n Node, i int) Truth {
			return d.Eval(n, func(id string) Value { return persons[i%kinds][id] })
		}
		b, conditions, leaves := d.branches(n, "")
		for j, l := range leaves {
			x := decided{none(people), none(people)}
			for i := range people {
				switch truth(conditions[j], i) {
				case True:
					x.yes.add(i)
				case Undecided:
					x.unsure.add(i)
				}
			}
			l.fill(x, d.Field(conditions[j].Field).public(), people)
		}
		now, outline := b.present().reduce(people, -1, false)
		for i := range people {
			whole := truth(n, i)
			if now.yes.has(i) != (whole == True) || now.may.has(i) != (whole != False) {
				t.Fatalf("%s is %d of person %d, and as branches %v, %v", raw(n), whole, i, now.yes.has(i), now.may.has(i))
			}
			if outline.yes.has(i) && whole != True || !outline.may.has(i) && whole != False {
				t.Fatalf("%s is %d, and by its outline %v, %v", raw(n), whole, outline.yes.has(i), outline.may.has(i))
			}
			if outline.yes.has(i) || !outline.may.has(i) {
				decidedSome++
			}
		}
		// What is left makes a difference, whichever is counted.
		for _, undecided := range []bool{false, true} {
			p := b.present()
			now, _ := p.reduce(people, 7, undecided)
			count := func(c came) []uint64 {
				if undecided {
					return c.may.without(c.yes)
				}
				return c.yes
			}
			var try func(g *branch)
			try = func(g *branch) {
				for _, k := range g.kids {
					if k.absent {
						continue
					}
					k.absent = true
					without := p.join(people, func(b *branch) came { return b.now })
					if apart(count(now), count(without), mask{to: 2}, 7) <= 7 {
						t.Fatalf("of %s, %q is left in and makes no difference", raw(n), k.at)
					}
					k.absent = false
					try(k)
				}
			}
			try(p)
		}
	})
	if decidedSome == 0 {
		t.Error("no outline decided anybody")
	}
}
