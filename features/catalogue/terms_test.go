package catalogue

import (
	"strings"
	"testing"
	"testing/fstest"

	"leftshift/features/matrix"
)

// derived is a feature derived from the entry good, here for clinicians only.
func derived(terms string) string {
	return strings.Replace(good, `"team"`, `"clinician"`, 1) + `
[[feature]]
id = "sum"
title = "Sum"
source = "derived"
terms = [` + terms + `]
aggregate = "holds"
absence = "zero"
display = "team"
area = "a"
why = "b"
tests = ["c"]
since = "0.2"
`
}

func TestTermHolds(t *testing.T) {
	lib, an := shelves(t)
	c, err := LoadFS(fstest.MapFS{"a.toml": {Data: []byte(derived(`"problems_365d >= 2.5 & problems_365d < 4 | problems_365d"`))}}, lib, an)
	if err != nil {
		t.Fatal(err)
	}
	d := c.Find("sum")
	for v, want := range map[float32]bool{0: false, 0.5: false, 1: true, 3: true} {
		if got := d.Terms[0].Holds(func(string) float32 { return v }); got != want {
			t.Errorf("%v: %v, want %v", v, got, want)
		}
	}
	below := Term{Ways: [][]Atom{{{Feature: "a", N: 2.5}, {Feature: "a", Below: true, N: 4}}}}
	for v, want := range map[float32]bool{2: false, 2.5: true, 3.5: true, 4: false, matrix.NaN: false} {
		if got := below.Holds(func(string) float32 { return v }); got != want {
			t.Errorf("2.5 <= %v < 4: %v, want %v", v, got, want)
		}
	}
	// What is not known is not below anything either.
	if (Atom{Feature: "a", Below: true, N: 4}).Holds(matrix.NaN) {
		t.Error("an unknown value is below 4")
	}
	if d.Display != matrix.DisplayClinician {
		t.Error("a derived feature tells what only clinicians may see")
	}
	if s := c.Subset([]string{"sum"}); len(s.Definitions) != 2 {
		t.Errorf("a subset has %d features, want the one and what it reads", len(s.Definitions))
	}
}

func TestTermFaults(t *testing.T) {
	lib, an := shelves(t)
	for terms, code := range map[string]string{
		`"none_such"`:                  "term-unknown",
		`"sum"`:                        "term-order",
		`"problems_365d > 2"`:          "term",
		`"problems_365d &"`:            "term",
		`"problems_365d >= 2.123456"`:  "term",
		`"problems_365d", "Problems "`: "term",
		``:                             "terms",
	} {
		_, err := LoadFS(fstest.MapFS{"a.toml": {Data: []byte(derived(terms))}}, lib, an)
		if err == nil || !strings.Contains(err.Error(), "("+code+")") {
			t.Errorf("%s: want %s, got %v", terms, code, err)
		}
	}
}
