//go:build duckdb_arrow

package cohort

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"leftshift/engine"
	"leftshift/engine/disclosure"
)

const copdFile = `
id = "copd_over_60"
name = "COPD, 60 and over, not in a care home"
version = "1"
author = "an analyst"
as_of = "2026-03-31"

[where]
all = [
  { field = "age", op = "at_least", value = 60 },
  { field = "copd_ever", op = "at_least", value = 1 },
  { none = [ { field = "hba1c_latest", op = "more_than", value = 58 }, { field = "care_home", op = "is", value = true } ] },
]

[[tests]]
name = "a man of 70 with COPD and an HbA1c of 40"
in = true
person = { age = 70, copd_ever = 1, hba1c_latest = 40, care_home = false }

[[tests]]
name = "the same without an HbA1c: none of it cannot be told"
in = false
person = { age = 70, copd_ever = 1, care_home = false }

[[tests]]
name = "the same where no source could have shown COPD"
in = false
person = { age = 70, copd_ever = "not_observable", hba1c_latest = 40, care_home = false }
`

func code(err error) string {
	var f *engine.Fault
	if errors.As(err, &f) {
		return f.Code
	}
	return fmt.Sprint(err)
}

func define(t *testing.T, d *Dictionary, id, where string, in, out string) *Definition {
	t.Helper()
	def, err := d.Parse([]byte(fmt.Sprintf("id=%q\nname=\"n\"\nversion=\"1\"\nauthor=\"a\"\nwhere=%s\n[[tests]]\nname=\"in\"\nin=true\nperson=%s\n[[tests]]\nname=\"out\"\nin=false\nperson=%s\n", id, where, in, out)), false)
	if err != nil {
		t.Fatal(err)
	}
	return def
}

func TestA1ACohortIsAFileWithTests(t *testing.T) {
	d, err := NewDictionary([]Field{{ID: "copd_ever", Kind: Number, Source: Feature, Observed: []string{"problem"}}, {ID: "hba1c_latest", Kind: Number, Source: Feature}, {ID: "smi", Kind: Number, Source: Feature, Clinical: true}})
	if err != nil {
		t.Fatal(err)
	}
	def, err := d.Parse([]byte(copdFile), false)
	if err != nil || d.Check(def) != nil {
		t.Fatal(err, d.Check(def))
	}
	if back, err := d.node(t, def.Where); err != nil || !reflect.DeepEqual(back, def.Where) {
		t.Errorf("%v comes back as %v, %v", def.Where, back, err)
	}
	for from, want := range map[string][2]string{
		"in = true":                  {"in = false", "cohort-test-fails"},
		"copd_ever = 1, hba1c":       {`copd_ever = "much", hba1c`, "cohort-test"},
		"[[tests]]":                  {"[[test]]", "cohort-file"},
		`field = "copd_ever"`:        {`field = "copd"`, "cohort-field"},
		`field = "copd_ever" `:       {`field = "smi"`, "cohort-field-hidden"},
		`op = "at_least", value = 6`: {`op = "in_between", value = 6`, "cohort-operator"},
		"value = 60 }":               {"value = \"sixty\" }", "cohort-value"},
		"value = 60 }, ":             {"value = 60, note = 1 },", "cohort-shape"},
		"all = [":                    {"every = [", "cohort-shape"},
		`as_of = "2026-03-31"`:       {`as_of = "March"`, "cohort-file"},
		`author = "an analyst"`:      {`author = ""`, "cohort-file"},
	} {
		text := strings.ReplaceAll(copdFile, strings.TrimRight(from, ", "), strings.TrimRight(want[0], ", "))
		if text == copdFile {
			t.Fatalf("%q is not in the file", from)
		}
		def, err := d.Parse([]byte(text), false)
		if err == nil {
			err = d.Check(def)
		}
		if code(err) != want[1] {
			t.Errorf("%q: %v, want %s", want[0], err, want[1])
		}
	}
	def.Tests = def.Tests[1:]
	if code(d.Check(def)) != "cohort-untested" {
		t.Error("a cohort without a person who is in is taken")
	}
}

func (d *Dictionary) node(t *testing.T, n Node) (Node, error) {
	var x any
	if err := json.Unmarshal(raw(n), &x); err != nil {
		t.Fatal(err)
	}
	return d.ParseNode(x, false)
}

func TestA2A3A14G47ReviewIsControlledAndTheSameAgain(t *testing.T) {
	s := publishMade(t, 20_000, 9)
	folder := t.TempDir()
	desk := openMade(t, s, folder, Options{})
	ctx := context.Background()
	def, err := desk.Dictionary.Parse([]byte(copdFile), false)
	if err != nil {
		t.Fatal(err)
	}
	r, err := desk.Count(ctx, def)
	if err != nil {
		t.Fatal(err)
	}
	found, err := desk.run.decide(ctx, def.Where.Steps())
	if err != nil {
		t.Fatal(err)
	}
	left := everyone(20_000)
	for i, d := range found {
		left = left.and(d.yes)
		if want := disclosure.Standard.Count(desk.memory.pop.tally(left).people[0]); r.Steps[i].Remaining != want {
			t.Errorf("step %d leaves %v, want %v", i, r.Steps[i].Remaining, want)
		}
	}
	if v, ok := r.Total.Value(); !ok || v < 50 || r.Total != r.Steps[2].Remaining || r.Everyone.String() != "20000" || r.Undecided == r.Total {
		t.Errorf("total %v of %v, undecided %v", r.Total, r.Everyone, r.Undecided)
	}
	var ids []string
	for _, x := range r.MakeUp {
		ids = append(ids, x.ID)
		if len(x.Cohort) != len(x.Labels) || len(x.Everyone) != len(x.Labels) {
			t.Errorf("%s has %d labels and %d cells", x.ID, len(x.Labels), len(x.Cohort))
		}
	}
	// G47: the deprived fifth, and those of the five areas that the features have.
	if fmt.Sprint(ids) != "[age sex ethnic_group imd_quintile pcn practice team band core20 severe_mental_illness chronic_respiratory]" {
		t.Error(ids)
	}
	if age := r.MakeUp[0]; age.Labels[0] != "00 to 09" || age.Cohort[0].String() != "0" {
		t.Errorf("children in a cohort of 60 and over: %v", age.Cohort)
	}
	want := fmt.Sprint(r)
	for range 2 { // the same desk again, and a new one over the same ledger
		again, err := desk.Count(ctx, def)
		if err != nil || fmt.Sprint(again) != want {
			t.Fatalf("%v, %v; want %s", again, err, want)
		}
		desk = openMade(t, s, folder, Options{})
	}
	def.AsOf = "2026-02-28"
	if _, err := desk.Count(ctx, def); code(err) != "cohort-as-of" {
		t.Error(err)
	}
}

// What one desk was told binds another that has the ledger, and one that opens
// later; and whoever comes second is told what the first was.
func TestB20TheLedgerBindsEveryoneAndOutlivesARestart(t *testing.T) {
	s := publishMade(t, 3_000, 6)
	folder := t.TempDir()
	ctx := context.Background()
	one, two := openMade(t, s, folder, Options{}), openMade(t, s, folder, Options{})
	whom := `{ all = [ { field = "copd_ever", op = "is", value = 1 } ] }`
	// Without one narrow kind of person of those: 1 to 7 people.
	var narrow *Definition
	base := define(t, one.Dictionary, "base", whom, "{copd_ever=1}", "{copd_ever=0}")
	for age := 20; age < 90 && narrow == nil; age++ {
		w := fmt.Sprintf(`{ all = [ { field = "copd_ever", op = "is", value = 1 }, { none = [ { all = [ { field = "age", op = "is", value = %d }, { field = "practice", op = "is", value = "P1" } ] } ] } ] }`, age)
		def := define(t, one.Dictionary, "narrow", w, `{copd_ever=1, age=3, practice="P1"}`, "{copd_ever=0}")
		found, err := one.run.decide(ctx, []Node{base.Where, def.Where})
		if err != nil {
			t.Fatal(err)
		}
		if d := apart(found[0].yes, found[1].yes, one.memory.pop.masks[0], 7); d > 0 && d <= 7 {
			narrow = def
		}
	}
	if narrow == nil {
		t.Fatal("no narrow cohort in these made-up people")
	}
	first, err := one.Count(ctx, base)
	if err != nil {
		t.Fatal(err)
	}
	for name, desk := range map[string]*Desk{"another process": two, "the same": one, "after a restart": openMade(t, s, folder, Options{})} {
		r, err := desk.Count(ctx, narrow)
		if err != nil {
			t.Fatal(err)
		}
		if r.Total != first.Total || fmt.Sprint(r.MakeUp) != fmt.Sprint(first.MakeUp) {
			t.Errorf("%s tells the two apart: %v and %v", name, r.Total, first.Total)
		}
	}
}

func TestA5A9CompareAndWorkload(t *testing.T) {
	desk := openMade(t, publishMade(t, 20_000, 9), t.TempDir(), Options{})
	ctx := context.Background()
	c, err := desk.CompareCuts(ctx, "score_boost_365", 0.5, 0.2, "imd_quintile")
	if err != nil {
		t.Fatal(err)
	}
	if !c.Within || c.OnlyB.String() != "0" || c.Both != c.B || len(c.By) == 0 || c.By[0].Both.String() == "*" {
		t.Errorf("%+v", c)
	}
	near, err := desk.CompareCuts(ctx, "score_boost_365", 0.5, 0.4999, "")
	if err != nil || near.OnlyA != disclosure.Hidden || near.Both != disclosure.Hidden {
		t.Errorf("%+v, %v", near, err)
	}
	w, err := desk.Workload(ctx, "score_boost_365", 0.5)
	if err != nil {
		t.Fatal(err)
	}
	people, sum := 0, 0.0
	for _, p := range desk.memory.pop.chance {
		if p >= 0.5 {
			people, sum = people+1, sum+p
		}
	}
	if w.All.Above != disclosure.Standard.Count(people) || w.All.Expected != disclosure.Standard.Weight(sum) || len(w.By) != 9 {
		t.Errorf("%+v; want of %d people %v events", w.All, people, sum)
	}
	if per, ok := w.All.Per100(); !ok || per < 50 || per > 100 {
		t.Errorf("%v events per 100", per)
	}
	if _, err := desk.Workload(ctx, "age", 0.5); code(err) != "cohort-score" {
		t.Error(err)
	}
}

func TestB20TheLedgerIsBounded(t *testing.T) {
	s := publishMade(t, 3_000, 6)
	folder := t.TempDir()
	desk := openMade(t, s, folder, Options{Most: 5})
	ctx := context.Background()
	var last error
	told := 0
	for age := 20.0; age < 80 && last == nil; age += 10 {
		w := fmt.Sprintf(`{ field = "age", op = "at_least", value = %v }`, age)
		if _, last = desk.Count(ctx, define(t, desk.Dictionary, "c", w, "{age=99}", "{age=1}")); last == nil {
			told++
		}
	}
	if code(last) != "cohort-ledger-full" || told == 0 || told > 5 {
		t.Errorf("%d told, then %v", told, last)
	}
	if _, err := desk.Count(ctx, define(t, desk.Dictionary, "c", `{ field = "age", op = "at_least", value = 20.0 }`, "{age=99}", "{age=1}")); err != nil {
		t.Errorf("what was told is told no more: %v", err)
	}
}

// One who edits a cohort of five steps ten times is not stopped; one who goes on
// is, and others are not, on this desk and on one that opens later.
func TestB20OnePersonMayAskForSoMuchOfASnapshot(t *testing.T) {
	s := publishMade(t, 20_000, 9)
	folder := t.TempDir()
	site := openMade(t, s, folder, Options{})
	ctx := context.Background()
	ask := func(desk *Desk, edit int) error {
		hba1c, ed := 30+float64(edit*7%50), 30+float64(edit*37%300)
		w := fmt.Sprintf(`{ all = [ { field = "age", op = "at_least", value = %d }, { field = "hba1c_latest", op = "more_than", value = %v }, { any = [ { field = "days_since_ed", op = "at_most", value = %v }, { field = "copd_ever", op = "is", value = 1 } ] }, { none = [ { field = "care_home", op = "is", value = true } ] }, { field = "score_boost_365", op = "at_least", value = %v } ] }`, 18+edit%5, hba1c, ed, 0.01*float64(edit%7))
		_, err := desk.Count(ctx, define(t, desk.Dictionary, "c", w, "{age=90, hba1c_latest=99, copd_ever=1, days_since_ed=1, care_home=false, score_boost_365=0.9}", "{age=1}"))
		return err
	}
	desk := site.For("an.analyst")
	for edit := range 11 {
		if err := ask(desk, edit); err != nil {
			t.Fatalf("edit %d: %v", edit, err)
		}
	}
	var last error
	edit := 11
	for ; edit < 40 && last == nil; edit++ {
		last = ask(desk, edit)
	}
	if code(last) != "cohort-ledger-yours" {
		t.Errorf("after %d edits: %v", edit, last)
	}
	if err := ask(desk, 3); err != nil {
		t.Errorf("what was told is told no more: %v", err)
	}
	again := openMade(t, s, folder, Options{})
	if err := ask(again.For("an.analyst"), edit-1); code(err) != "cohort-ledger-yours" {
		t.Errorf("after a restart: %v", err)
	}
	if err := ask(again.For("another"), edit-1); err != nil {
		t.Errorf("another: %v", err)
	}
}

func TestGroupHasNoMemberAndNoSmallNumber(t *testing.T) {
	def := &Definition{ID: "copd_over_60", Name: "COPD", Version: "1", Where: Node{Field: "copd_ever", Op: AtLeast, Values: []any{1.0}}}
	for n, want := range map[int]any{0: nil, 7: nil, 12: 10.0} {
		text, err := Group(def, &Review{Total: disclosure.Standard.Count(n)})
		if err != nil {
			t.Fatal(err)
		}
		var g map[string]any
		if err := json.Unmarshal(text, &g); err != nil || g["resourceType"] != "Group" || g["actual"] != false || g["member"] != nil || g["quantity"] != want {
			t.Errorf("%d people: %s, %v", n, text, err)
		}
	}
}
