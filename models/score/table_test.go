package score

import (
	"math"
	"reflect"
	"strings"
	"testing"
)

func info() Info {
	return Info{Name: "toy", Title: "t", Citation: "c", Licence: "l", Inputs: "i", Scale: 1}
}

func toyGroups() []Group {
	return []Group{
		{Category: "mild", Label: "Mild", Prefixes: []string{"E10", "E119"}, Points: 1, SupersededBy: "grave"},
		{Category: "grave", Label: "Grave", Prefixes: []string{"E102"}, Points: 3},
		{Category: "good", Label: "Good", Prefixes: []string{"F03"}, Points: -5},
	}
}

func TestCompute(t *testing.T) {
	bands := []Band{{"low", math.MinInt64, 0}, {"some", 1, 2}, {"high", 3, math.MaxInt64}}
	table, err := NewTable(info(), toyGroups(), bands, math.MinInt64)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		codes  string
		value  int64
		band   string
		flat   int64
		unread int
	}{
		{"", 0, "low", 0, 0},
		{"E101", 1, "some", 1, 0},
		{"E10", 1, "some", 1, 0},
		{"E11", 0, "low", 0, 0}, // shorter than E119: not in
		{"E11.9 e10.1", 1, "some", 1, 0},
		{"E102", 3, "high", 4, 0}, // in both: E10 is its prefix too
		{"E119 E102", 3, "high", 4, 0},
		{"F03X", -5, "low", -5, 0},
		{"E10 ? ? 12345", 1, "some", 1, 2},
	} {
		r := table.Compute(strings.Fields(c.codes))
		if r.Value != c.value || r.Band != c.band || r.Flat() != c.flat || r.Unread != c.unread {
			t.Errorf("%q: %+v, want value %d, band %s, flat %d, unread %d", c.codes, r, c.value, c.band, c.flat, c.unread)
		}
	}
	floored, _ := NewTable(info(), toyGroups(), nil, 0)
	if r := floored.Compute([]string{"F03"}); r.Value != 0 || r.Flat() != -5 || r.Band != "" {
		t.Errorf("floor: %+v", r)
	}
}

func TestNewTableRefuses(t *testing.T) {
	change := func(f func(i *Info, g []Group) ([]Group, []Band)) error {
		i, g := info(), toyGroups()
		groups, bands := f(&i, g)
		_, err := NewTable(i, groups, bands, math.MinInt64)
		return err
	}
	for name, err := range map[string]error{
		"no citation":      change(func(i *Info, g []Group) ([]Group, []Band) { i.Citation = ""; return g, nil }),
		"scale":            change(func(i *Info, g []Group) ([]Group, []Band) { i.Scale = 0; return g, nil }),
		"no groups":        change(func(i *Info, g []Group) ([]Group, []Band) { return nil, nil }),
		"twice":            change(func(i *Info, g []Group) ([]Group, []Band) { g[1].Category = "mild"; return g, nil }),
		"no codes":         change(func(i *Info, g []Group) ([]Group, []Band) { g[1].Prefixes = nil; return g, nil }),
		"dot":              change(func(i *Info, g []Group) ([]Group, []Band) { g[1].Prefixes = []string{"E10.2"}; return g, nil }),
		"superior missing": change(func(i *Info, g []Group) ([]Group, []Band) { g[0].SupersededBy = "x"; return g, nil }),
		"two steps":        change(func(i *Info, g []Group) ([]Group, []Band) { g[1].SupersededBy = "good"; return g, nil }),
		"gap": change(func(i *Info, g []Group) ([]Group, []Band) {
			return g, []Band{{"a", math.MinInt64, 1}, {"b", 3, math.MaxInt64}}
		}),
		"open": change(func(i *Info, g []Group) ([]Group, []Band) { return g, []Band{{"a", math.MinInt64, 1}, {"b", 2, 9}} }),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestReadRowsRefuses(t *testing.T) {
	for name, text := range map[string]string{"empty": "", "no rows": "a,b\n", "missing column": "a,c\n1,2\n", "more columns": "a,b,c\n1,2,3\n", "ragged": "a,b\n1\n"} {
		if _, err := ReadRows(name, []byte(text), "a", "b"); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	rows, err := ReadRows("x", []byte("b,a\n2,1\n"), "a", "b")
	if err != nil || len(rows) != 1 || rows[0]["a"] != "1" || rows[0]["b"] != "2" {
		t.Errorf("rows %v, error %v", rows, err)
	}
	if _, err := Points("x", ""); err == nil {
		t.Error("an empty weight was read as a number")
	}
}

func TestReadGroups(t *testing.T) {
	codes := []byte("mapping,category,icd10_prefix\nm,a,I21\nn,a,I22\nm,b,I50\nm,a,I252\n")
	weights := []byte("category,label,old,new,superseded_by\nb,B,1,2,a\na,A,3,-4,\n")
	got, err := ReadGroups("x", codes, weights, "m", "new", "old", "new")
	want := []Group{{"b", "B", []string{"I50"}, 2, "a"}, {"a", "A", []string{"I21", "I252"}, -4, ""}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	for name, f := range map[string]func() ([]Group, error){
		"no such weight":   func() ([]Group, error) { return ReadGroups("x", codes, weights, "m", "none", "old", "new") },
		"a column more":    func() ([]Group, error) { return ReadGroups("x", codes, weights, "m", "new", "new") },
		"a mapping to say": func() ([]Group, error) { return ReadGroups("x", codes, weights, "", "new", "old", "new") },
	} {
		if got, err := f(); err == nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
