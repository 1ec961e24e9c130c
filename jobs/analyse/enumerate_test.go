//go:build duckdb_arrow

package analyse

import (
	"encoding/json"
	"testing"

	"leftshift/engine/disclosure"
	"leftshift/features/catalogue"
	"leftshift/features/kernel"
	"leftshift/features/matrix"
)

// Of all populations that give one output, no state has one and the same small
// count in each: nobody who reads all that is told, bins and quantiles and what
// is withheld with it, finds one. The greatest populations are left out of the
// judging, for those that would answer them are not made.
func TestNoSmallCountIsFound_F6_G26(t *testing.T) {
	const most, judged = 30, 24
	type seen struct {
		least, greatest [numStates]int
		people          int
	}
	outputs := map[string]*seen{}
	d := &catalogue.Definition{ID: "x", Title: "X"}
	of := []float32{1, 0, matrix.NaN, matrix.NotObservable}
	var states [numStates]int
	var every func(s, left int)
	every = func(s, left int) {
		if s < numStates-1 {
			for n := 0; n <= left; n++ {
				states[s] = n
				every(s+1, left-n)
			}
			return
		}
		for n := 0; n <= left; n += 3 { // a third of the last state: enough to tell
			states[s] = n
			var values []one
			people := 0
			for k, n := range states {
				people += n
				for i := range n {
					v := of[k]
					if k == someValue && i%2 == 1 {
						v = 3
					}
					values = append(values, one{v, kernel.Place{}})
				}
			}
			text, err := json.Marshal(sum(d, Ask{On: 20000, Rule: disclosure.Standard}, values, nil))
			if err != nil {
				t.Fatal(err)
			}
			o := outputs[string(text)]
			if o == nil {
				outputs[string(text)] = &seen{states, states, people}
				continue
			}
			o.people = max(o.people, people)
			for k, n := range states {
				o.least[k], o.greatest[k] = min(o.least[k], n), max(o.greatest[k], n)
			}
		}
	}
	every(0, most)
	found := 0
	for text, o := range outputs {
		if o.people > judged {
			continue
		}
		found++
		for k := range notObservable { // the last was not drawn whole
			if n := o.least[k]; n == o.greatest[k] && n >= 1 && n <= disclosure.Standard.Small {
				t.Fatalf("state %d has %d people in every population that gives\n%s", k, n, text)
			}
		}
	}
	if found < 10 {
		t.Errorf("only %d outputs were judged", found)
	}
}
