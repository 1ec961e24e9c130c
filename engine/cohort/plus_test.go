//go:build duckdb_arrow

package cohort

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"leftshift/engine/disclosure"
)

const plusFile = `id = "deprived_copd"
name = "x"
version = "1"
author = "a"
[where]
all = [
  { field = "imd_quintile", op = "is", value = 1 },
  { field = "copd_ever", op = "at_least", value = 1 },
]
[[tests]]
name = "in"
in = true
person = { imd_quintile = 1, copd_ever = 1 }
[[tests]]
name = "out"
in = false
person = { imd_quintile = 2, copd_ever = 1 }
`

// G47: a local group, by a feature or by a file, is a cut of every make-up, and
// its cells are those of the cohort that asks the same. A group whose feature a
// snapshot lacks is told to be left out.
func TestG47PlusGroupsAreCutsOfEveryMakeUp(t *testing.T) {
	desk := openMade(t, publishMade(t, 20000, 12), t.TempDir(), Options{Plus: []Plus{
		{ID: "copd", Name: "COPD here", Feature: "copd_ever"}, {ID: "deprived_copd", Name: "Deprived, COPD", Text: []byte(plusFile)}, {ID: "homeless", Name: "No home", Feature: "homeless_ever"}}})
	def := define(t, desk.Dictionary, "women", `{field="sex",op="in",values=["female"]}`, `{sex="female"}`, `{sex="male"}`)
	r, err := desk.Count(context.Background(), def)
	if err != nil {
		t.Fatal(err)
	}
	find := func(id string) Table {
		i := slices.IndexFunc(r.MakeUp, func(t Table) bool { return t.ID == id })
		if i < 0 {
			t.Fatalf("no make-up by %s", id)
		}
		return r.MakeUp[i]
	}
	if copd := find("plus_copd"); copd.Title != "PLUS: COPD here" || !slices.Equal(copd.Cohort, find("chronic_respiratory").Cohort) {
		t.Error("the group by a feature is not that of the feature")
	}
	old := find("plus_deprived_copd")
	whole := define(t, desk.Dictionary, "both", `{all=[{field="sex",op="in",values=["female"]},{field="imd_quintile",op="is",value=1},{field="copd_ever",op="at_least",value=1}]}`, `{sex="female",imd_quintile=1,copd_ever=1}`, `{sex="male"}`)
	b, err := desk.Count(context.Background(), whole)
	if err != nil {
		t.Fatal(err)
	}
	yes, shown := old.Cohort[0].Value()
	total, also := b.Total.Value()
	if !shown || !also || yes != total || yes == 0 || !slices.Equal(old.Labels, []string{"yes", "no", "not known"}) {
		t.Errorf("the group by a file has %v of the cohort, asked by itself %v", old.Cohort[0], b.Total)
	}
	if out := desk.LeftOut(); !slices.Contains(out, "PLUS: No home") || slices.Contains(out, "PLUS: COPD here") {
		t.Errorf("left out: %v", out)
	}
	if find("team").Cohort[0] == (disclosure.Cell{}) {
		t.Error("no team has anyone")
	}
}

// G47: what is wrong with a group's file is told by line.
func TestG47AFaultyPlusGroupIsToldByLine(t *testing.T) {
	d, err := NewDictionary([]Field{{ID: "copd_ever", Kind: Number, Source: Feature, Clinical: true}})
	if err != nil {
		t.Fatal(err)
	}
	if w := d.Faults(Plus{ID: "a", Text: []byte(plusFile)}); w != nil {
		t.Error(w)
	}
	bad := []byte("id = \"a\"\nname = \"n\"\nversion = \"1\"\nauthor = \"a\"\nwhere = { all = [\n  { field = \"age\", op = \"at_least\", value = 60 },\n  { field = \"nothing\", op = \"at_least\", value = 1 },\n] }\n")
	if w := d.Faults(Plus{ID: "a", Text: bad}); len(w) != 1 || w[0].Line != 7 || w[0].Code != "cohort-field" {
		t.Error(w)
	}
	if w := d.Faults(Plus{ID: "a", Feature: "nothing"}); len(w) != 1 || w[0].Code != "cohort-field" {
		t.Error(w)
	}
}

// A8: what one person may ask for is the site's to set; who comes after still may.
func TestA8HowOftenOnePersonMayCountIsTheSites(t *testing.T) {
	desk := openMade(t, publishMade(t, 4000, 6), t.TempDir(), Options{Each: 8})
	ctx := context.Background()
	refused := ""
	for age := 20; age < 80 && refused == ""; age += 5 {
		def := define(t, desk.Dictionary, "old", fmt.Sprintf(`{all=[{field="age",op="at_least",value=%d},{field="copd_ever",op="is",value=1}]}`, age), `{age=90, copd_ever=1}`, `{age=3, copd_ever=1}`)
		if _, err := desk.For("one").Count(ctx, def); err != nil {
			refused = code(err)
			if _, err := desk.For("another").Count(ctx, def); err != nil {
				t.Error(err)
			}
		}
	}
	if refused == "" {
		t.Error("one person counts without an end")
	}
}
