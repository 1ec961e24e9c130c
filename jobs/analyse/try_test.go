//go:build duckdb_arrow

package analyse

import (
	"fmt"
	"testing"

	"leftshift/engine"
	"leftshift/engine/disclosure"
	"leftshift/engine/schema"
	"leftshift/features/catalogue"
	"leftshift/features/kernel"
	"leftshift/features/matrix"
)

func people(n int, value float32, practice engine.Code, age int16, sex engine.Sex) []one {
	out := make([]one, n)
	for i := range out {
		out[i] = one{value, kernel.Place{Practice: practice, Age: age, Sex: sex}}
	}
	return out
}

// A trial counts each person once, and shows nothing of few.
func TestSum(t *testing.T) {
	var all []one
	all = append(all, people(100, 2, 1, 50, engine.Male)...)
	all = append(all, people(3, 1000, 1, 50, engine.Male)...)
	all = append(all, people(60, 0, 1, 80, engine.Female)...)
	all = append(all, people(5, matrix.NaN, 2, 80, engine.Female)...)
	d := &catalogue.Definition{ID: "x", Title: "X"}
	got := sum(d, Ask{On: 20000, Rule: disclosure.Standard}, all, map[engine.Code]string{1: "A1", 2: "B1"})
	if n, ok := got.States[0].People.Value(); !ok || n != 105 {
		t.Errorf("states %v", got.States)
	}
	if n, ok := got.States[1].People.Value(); !ok || n != 60 {
		t.Errorf("states %v", got.States)
	}
	if got.States[2].People.String() != disclosure.Star {
		t.Errorf("5 people are shown: %v", got.States)
	}
	for _, q := range got.Quantiles {
		if q.Value != 2 || q.Share < 0.25 || q.Share > 0.75 {
			t.Errorf("quantile %v tells of 3 people, or of too few", q)
		}
	}
	if len(got.Quantiles) != 3 {
		t.Errorf("quantiles %v", got.Quantiles)
	}
	last := got.Histogram[len(got.Histogram)-1]
	if n, ok := last.People.Value(); ok && n < 100 {
		t.Errorf("histogram %v", got.Histogram)
	}
	for _, g := range got.Groups {
		if g.By == "Practice" && (len(g.Groups) != 2 || g.Groups[1].People.String() != disclosure.Star || g.Groups[1].Known != nil) {
			t.Errorf("practice of 5 people: %+v", g.Groups)
		}
		if g.By == "Age" && g.Groups[1].Known != nil {
			t.Errorf("that 5 of 65 are unknown is told: %+v", g.Groups[1])
		}
	}
}

// The AUROC is that of the definition: pairs that are right, ties a half.
func TestAssociate(t *testing.T) {
	var s sample
	add := func(v float32, label uint8, n int) {
		for range n {
			s.add(v, schema.TestRow{Person: 1, Label: label, Weight: 1})
		}
	}
	add(0, 0, 60)
	add(1, 0, 20)
	add(1, 1, 20)
	add(2, 1, 20)
	s.add(matrix.NaN, schema.TestRow{Person: 1, Weight: 1, Label: 1}) // unknown, no outcome, left: none of them
	s.add(5, schema.TestRow{})
	s.add(5, schema.TestRow{Person: 1, Weight: 0})
	q := Ask{Rule: disclosure.Standard, Labels: &Labels{Model: "m", Index: 20000}, Workers: 1}
	a, why := s.associate(q)
	if a == nil {
		t.Fatal(why)
	}
	// 40 with, 80 without: 20 above all; 20 tie with 20 and are above 60.
	if want := (20*80 + 20*60 + 20*20*0.5) / (40 * 80); a.AUROC != round2(want) {
		t.Errorf("AUROC %v, want %v", a.AUROC, want)
	}
	// One person of another value than all others: what happened to them is not told.
	one := sample{}
	for i := range 200 {
		one.add(0, schema.TestRow{Person: engine.Person(i + 1), Label: uint8(i % 2), Weight: 1})
	}
	one.add(1, schema.TestRow{Person: 999, Label: 1, Weight: 1})
	if got, why := one.associate(q); got != nil || why == "" {
		t.Errorf("the AUROC of one person's value is told: %+v", got)
	}
	if fmt.Sprint(a.People, a.Outcome) != "120 40" {
		t.Errorf("%v of %v", a.Outcome, a.People)
	}
	var few sample
	few.add(1, schema.TestRow{Person: 1, Label: 1, Weight: 1})
	if a, why := few.associate(q); a != nil || why == "" {
		t.Errorf("one person told: %+v", a)
	}
}
