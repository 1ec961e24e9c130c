package config

import (
	"errors"
	"strings"
	"testing"
)

// G47: local PLUS groups are read strictly, each fault at its line.
func TestG47PlusGroupsAreHeldToTheirLines(t *testing.T) {
	c, err := Parse([]byte("[site]\nname = \"x\"\nsynthetic = true\n[[cohorts.plus]]\nid = \"homeless\"\nname = \"People without a home\"\nfeature = \"homeless_ever\"\n"), "")
	if err != nil || len(c.Cohorts.Plus) != 1 || c.Cohorts.Plus[0].Feature != "homeless_ever" || c.Cohorts.Most != 512 {
		t.Fatal(c, err)
	}
	_, err = Parse([]byte(`[site]
name = "x"
synthetic = true
[cohorts]
most_sets = 2
[[cohorts.plus]]
id = "A b"
name = "n"
feature = "f"
[[cohorts.plus]]
id = "twice"
name = "n"
[[cohorts.plus]]
id = "twice"
name = "n"
feature = "f"
file = "a.toml"
`), "")
	var f *Faults
	if !errors.As(err, &f) {
		t.Fatal(err)
	}
	want := map[int]string{5: "cohorts.most_sets", 7: "cohorts.plus[0].id", 10: "cohorts.plus[1]", 13: "cohorts.plus[2]", 14: "cohorts.plus[2].id"}
	got := map[int]string{}
	for _, x := range f.List {
		got[x.Line] = x.Path
	}
	for line, path := range want {
		if got[line] != path {
			t.Errorf("line %d: %q, not %q", line, got[line], path)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%v", got)
	}
}

// G47: what only the files tell is told at the line of the key.
func TestG47WhatAGroupsFileSaysIsToldByLine(t *testing.T) {
	c, err := Parse([]byte("[site]\nname = \"x\"\nsynthetic = true\n[[cohorts.plus]]\nid = \"a\"\nname = \"n\"\nfile = \"a.toml\"\n"), "leftshift.toml")
	if err != nil {
		t.Fatal(err)
	}
	if c.Refuse(nil) != nil {
		t.Error("no fault is an error")
	}
	if err := c.Refuse([]Fault{{Path: "cohorts.plus[0].file", Code: "x", Text: "100% wrong"}}); err == nil || !strings.Contains(err.Error(), "leftshift.toml:7: cohorts.plus[0].file: 100% wrong (x)") {
		t.Error(err)
	}
}
