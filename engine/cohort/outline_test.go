//go:build duckdb_arrow

package cohort

import (
	"testing"

	"pgregory.net/rapid"
)

// Whom the outline takes or leaves, the tree takes or leaves whatever is secret of
// them; and a secret condition alone decides nobody.
func TestB20TheOutlineHoldsWhateverIsSecret(t *testing.T) {
	d, err := NewDictionary([]Field{{ID: "copd_ever", Kind: Number, Source: Feature}, {ID: "score_m", Kind: Number, Source: Score}})
	if err != nil {
		t.Fatal(err)
	}
	decidedSome := 0
	rapid.Check(t, func(t *rapid.T) {
		n, err := d.ParseNode(anyNode(t, d, 3), false)
		if err != nil {
			t.Fatal(err)
		}
		value := func(f *Field) Value {
			v := Value{State: rapid.SampledFrom([]State{Known, Known, Unknown}).Draw(t, "state")}
			v.Number = rapid.SampledFrom([]float64{0, 1, 2, 30, 50}).Draw(t, "n")
			v.Flag = rapid.Bool().Draw(t, "f")
			v.Text = rapid.SampledFrom([]string{"male", "female", "P0", "U0", "low", "A"}).Draw(t, "s")
			if f.Kind == Labels {
				v.State, v.Labels = Known, []string{"team-0"}
			}
			return v
		}
		person := map[string]Value{}
		for _, f := range d.Fields() {
			person[f.ID] = value(f)
		}
		at := func(id string) Value { return person[id] }
		before := d.Eval(d.outline(n), at)
		for _, f := range d.Fields() {
			if !f.public() {
				person[f.ID] = value(f)
			}
		}
		if after := d.Eval(d.outline(n), at); after != before {
			t.Fatalf("the outline of %s follows a secret", raw(n))
		}
		if whole := d.Eval(n, at); before != Undecided && whole != before {
			t.Fatalf("%s is %d by its outline and %d", raw(n), before, whole)
		}
		if before != Undecided {
			decidedSome++
		}
	})
	if decidedSome == 0 {
		t.Error("no outline decided anybody")
	}
}
