package analyse

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"leftshift/features/catalogue"
	"leftshift/jobs/definitions"
)

func open(t *testing.T) *definitions.Set {
	t.Helper()
	s, err := definitions.OpenAt(definitions.Place{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Every starter file is accepted and its case holds, for lists of every system
// and windows of every size.
func TestStarters(t *testing.T) {
	set := open(t)
	var lists []string
	seen := map[string]int{}
	for _, l := range set.Codelists.Lists {
		if k := l.System + string(l.Match); seen[k] < 2 {
			seen[k]++
			lists = append(lists, l.Name)
		}
	}
	dir := t.TempDir()
	n := 0
	try := func(s Starter) {
		text, err := s.New(set)
		if err != nil {
			t.Errorf("%+v: %v", s, err)
			return
		}
		file := filepath.Join(dir, "x.toml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		with, err := definitions.OpenAt(definitions.Place{Files: []string{file}})
		if err != nil {
			t.Errorf("%+v: %v\n%s", s, err, text)
			return
		}
		got, err := Check(context.Background(), with, nil, nil)
		if err != nil || len(got.Faults) > 0 || got.Cases != 1 || got.Features != 1 || got.Expectations < 2 {
			t.Errorf("%+v: %v %v\n%s", s, got, err, text)
			for _, f := range got.Faults {
				t.Log(f)
			}
		}
		n++
	}
	for _, w := range []int{0, 2, 365} {
		try(Starter{ID: "ours", Kind: "count", Window: w})
		try(Starter{ID: "ours", Kind: "days-since", Window: w})
	}
	for _, a := range set.Analytes.List { // with values that a source's row may have
		if len(a.SNOMED) > 0 {
			try(Starter{ID: "ours", Kind: "latest", List: a.ID, Window: 365})
		}
	}
	for _, l := range lists {
		try(Starter{ID: "ours", Kind: "count", List: l, Window: 365})
	}
	if n < 13 {
		t.Errorf("only %d starters", n)
	}
	for _, c := range []struct {
		s    Starter
		says string
	}{
		{Starter{ID: "Ours"}, "lower_snake"},
		{Starter{ID: "ours", Window: -1}, "--window"},
		{Starter{ID: "ours", List: "no_such_list"}, "no code list"},
		{Starter{ID: "ours", Kind: "latest", List: "no_such"}, "there is no measurement no_such: use one of systolic, "},
		{Starter{ID: "ours", Kind: "latest", List: "hba1x"}, "did you mean hba1c?"},
		{Starter{ID: "ours", Kind: "latest", List: "asthma"}, "asthma is a code list, and --latest takes a measurement"},
		{Starter{ID: "ours", Kind: "sum"}, "--kind must be count"},
		{Starter{ID: "falls", Window: 365}, "already"},
	} {
		if _, err := c.s.New(set); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%+v: %v", c.s, err)
		}
	}
}

// A case that does not hold, one that cannot be read, and a feature without
// one are faults at their lines, all at once.
func TestCheckFaults(t *testing.T) {
	set := open(t)
	text, err := Starter{ID: "ours", Window: 365}.New(set)
	if err != nil {
		t.Fatal(err)
	}
	lineOf := func(text, what string) int {
		i := strings.Index(text, what)
		if i < 0 {
			t.Fatalf("no %q in\n%s", what, text)
		}
		return 1 + strings.Count(text[:i], "\n")
	}
	text = strings.Replace(text, "  ours_365d = 0", "  ours_365d = 7", 1)
	feature := text[strings.LastIndex(text, "[[feature]]"):strings.LastIndex(text, "[[case]]")]
	text += "\n" + strings.Replace(feature, `id = "ours_{w}"`, `id = "theirs_{w}"`, 1) + "\n[[case]]\nshows = \"x\"\nrecord = '''\nevnt 1\n'''\n"
	file := filepath.Join(t.TempDir(), "ours.toml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	with, err := definitions.OpenAt(definitions.Place{Files: []string{file}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := Check(context.Background(), with, []string{file}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []struct {
		code string
		line int
	}{{"case-differs", lineOf(text, "ours_365d = 7")}, {"case-missing", lineOf(text, `id = "theirs_{w}"`) - 1}, {"case-unreadable", lineOf(text, "evnt 1")}}
	if len(got.Faults) != len(want) {
		t.Fatalf("%v", got.Faults)
	}
	for i, w := range want {
		if f := got.Faults[i]; f.Code != w.code || f.Line != w.line {
			t.Errorf("%v, want %s at line %d", f, w.code, w.line)
		}
	}
	// Files that were not named are not checked.
	if got, err := Check(context.Background(), with, []string{"other.toml"}, nil); err != nil || got.Cases+got.Features+len(got.Faults) > 0 {
		t.Errorf("%+v %v", got, err)
	}
}

func TestShow(t *testing.T) {
	set := open(t)
	for _, d := range set.Catalogue.Definitions {
		var b strings.Builder
		if err := Show(&b, set, d.ID, 20000); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{d.ID, d.Title, "declared at", "unknown", d.Why} {
			if !strings.Contains(b.String(), want) {
				t.Errorf("%s: no %q in\n%s", d.ID, want, b.String())
			}
		}
	}
	err := Show(&strings.Builder{}, set, "falls_365", 20000)
	if err == nil || !strings.Contains(err.Error(), "falls_365d") {
		t.Errorf("%v", err)
	}
}

// An id that says its window does not get it twice; one that says another is
// refused.
func TestStarterSaysItsWindowOnce(t *testing.T) {
	set := open(t)
	for _, kind := range []string{"count", "latest"} {
		plain, err := Starter{ID: "ours", Kind: kind, Window: 365}.New(set)
		if err != nil {
			t.Fatal(err)
		}
		if full, err := (Starter{ID: "ours_365d", Kind: kind, Window: 365}).New(set); err != nil || full != plain {
			t.Errorf("%s: %v\n%s", kind, err, full)
		}
		if _, err := (Starter{ID: "ours_ever", Kind: kind}).New(set); err != nil {
			t.Error(err)
		}
		if _, err := (Starter{ID: "ours_90d", Kind: kind, Window: 365}).New(set); err == nil || !strings.Contains(err.Error(), "ends in _90d") {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

// A case shows the features that it expects something of, not those whose ids
// are parts of others.
func TestShownBy(t *testing.T) {
	c := &catalogue.Catalogue{Cases: []catalogue.Case{{Shows: "that", File: "f", Line: 3, Record: "# falls_365d\non 2024-01-01\n  our_falls_365d = 1\n\tfalls_365d_too says A fall\n"}}}
	for id, want := range map[string]bool{"our_falls_365d": true, "falls_365d_too": true, "falls_365d": false, "falls": false} {
		if got := shownBy(c, &catalogue.Reference{ID: id}); (got == "that (f:3)") != want {
			t.Errorf("%s is shown by %s", id, got)
		}
	}
}
