package catalogue

import (
	"reflect"
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
absence = "unknown"
display = "team"
area = "a"
why = "b"
tests = ["c"]
since = "0.2"
`
}

func TestTermsAreRead(t *testing.T) {
	lib, an := shelves(t)
	c, err := LoadFS(fstest.MapFS{"a.toml": {Data: []byte(derived(`"problems_365d >= 2.5 & problems_365d < 4 | problems_365d"`))}}, lib, an)
	if err != nil {
		t.Fatal(err)
	}
	d := c.Find("sum")
	want := []Term{{Ways: [][]Atom{{{Feature: "problems_365d", N: 2.5}, {Feature: "problems_365d", Below: true, N: 4}}, {{Feature: "problems_365d", N: 1}}}}}
	if !reflect.DeepEqual(d.Terms, want) {
		t.Errorf("%+v, want %+v", d.Terms, want)
	}
	if d.Display != matrix.DisplayClinician {
		t.Error("a derived feature tells what only clinicians may see")
	}
	if s := c.Subset([]string{"sum"}); len(s.Definitions) != 2 {
		t.Errorf("a subset has %d features, want the one and what it reads", len(s.Definitions))
	}
}

// A flag is not zero for lack of a row, and a lower bound is said to be one.
func TestAbsenceOfTerms(t *testing.T) {
	lib, an := shelves(t)
	two := derived(`"problems_365d", "problems_365d >= 5"`)
	zero := strings.NewReplacer(`aggregate = "holds"
absence = "unknown"`, `aggregate = "holds"
absence = "zero"`)
	bound := strings.NewReplacer(`title = "Sum"`, `title = "Sum"
sentence = "At least {n} of two"`)
	for text, code := range map[string]string{
		derived(`"problems_365d"`):                              "",
		zero.Replace(derived(`"problems_365d"`)):                "absence",
		bound.Replace(zero.Replace(derived(`"problems_365d"`))): "absence",
		two:                              "",
		zero.Replace(two):                "sentence",
		bound.Replace(zero.Replace(two)): "",
	} {
		_, err := LoadFS(fstest.MapFS{"a.toml": {Data: []byte(text)}}, lib, an)
		if (err == nil) != (code == "") || err != nil && !strings.Contains(err.Error(), "("+code+")") {
			t.Errorf("want %q, got %v of\n%s", code, err, text)
		}
	}
}

// What is derived names itself among what is not observable, unless it is of the
// person alone.
func TestColumnsOfDerived(t *testing.T) {
	c := load(t)
	for id, want := range map[string]string{"efi": "feature.efi", "core20": "", "cambridge_cancer": "feature.cambridge_cancer"} {
		if got := c.Columns()[c.Place(id)].Observed; got != want {
			t.Errorf("%s is observed by %q, want %q", id, got, want)
		}
	}
}

func TestTermFaults(t *testing.T) {
	lib, an := shelves(t)
	for terms, code := range map[string]string{
		`"none_such"`:                  "term-unknown",
		`"sum"`:                        "term-circle",
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
