package plan

import (
	"fmt"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"leftshift/engine"
	"leftshift/engine/analyte"
	"leftshift/features/catalogue"
	"leftshift/features/codelist"
)

// The flat table leads every kind and code to what the families, kinds and
// codes say, for keys that crowd one place too.
func TestRowsAreKindsAndCodes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.OneOf(rapid.Int64Range(1, 1<<62), rapid.Map(rapid.Int64Range(1, 40), func(i int64) int64 { return i << 50 }), rapid.Int64Range(1, 60))
		p := &Plan{}
		for i := range rapid.IntRange(1, 30).Draw(t, "families") {
			f := Family{Filter: Filter{Kinds: rapid.Uint32().Draw(t, "kinds")}}
			p.Families = append(p.Families, f)
			if rapid.Bool().Draw(t, "no code") {
				for k := range p.Kind {
					if f.Kinds>>k&1 == 1 {
						p.Kind[k] = append(p.Kind[k], Target{Family: uint16(i)})
					}
				}
			}
		}
		given := map[engine.Code][]Target{0: {{Family: 0}}}
		for range rapid.IntRange(0, 200).Draw(t, "targets") {
			k := engine.Code(key.Draw(t, "key"))
			x := Target{uint16(rapid.IntRange(0, len(p.Families)-1).Draw(t, "family")), uint8(rapid.IntRange(0, 2).Draw(t, "member"))}
			given[k] = append(given[k], x, x)
		}
		p.Codes.build(given)
		p.Rows.build(p)
		codes := []engine.Code{0}
		for k := range p.Codes.All() {
			codes = append(codes, k)
		}
		for range 30 {
			codes = append(codes, engine.Code(key.Draw(t, "other")))
		}
		for _, code := range codes {
			for kind := range uint8(32) {
				want := map[Target]bool{}
				for _, x := range p.Kind[kind] {
					want[x] = true
				}
				if code != 0 {
					for _, x := range given[code] {
						if p.Families[x.Family].Kinds>>kind&1 == 1 {
							want[x] = true
						}
					}
				}
				list := p.Rows.List(kind, code)
				got := p.Rows.Targets(list)
				if len(got) != len(want) || (len(got) == 0) != (list == 0) {
					t.Fatalf("kind %d, code %d leads to %v, want %v", kind, code, got, want)
				}
				for i, x := range got {
					if !want[x] || i > 0 && before(got[i-1], x) >= 0 {
						t.Fatalf("kind %d, code %d leads to %v, want %v in order", kind, code, got, want)
					}
				}
			}
		}
	})
}

func shelves(t testing.TB) (*catalogue.Catalogue, *codelist.Library, *analyte.Table) {
	t.Helper()
	lib, err := codelist.Load()
	if err != nil {
		t.Fatal(err)
	}
	an, err := analyte.Load()
	if err != nil {
		t.Fatal(err)
	}
	cat, err := catalogue.Load(lib, an)
	if err != nil {
		t.Fatal(err)
	}
	return cat, lib, an
}

func TestFamiliesAreShared(t *testing.T) {
	cat, lib, an := shelves(t)
	p, err := Compile(cat, lib, an, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d features, %d families, %d codes", len(p.Columns), len(p.Families), p.Codes.Len())
	if len(p.Families)*3 > len(p.Columns)*2 {
		t.Errorf("%d families for %d features: windows do not share", len(p.Families), len(p.Columns))
	}
	// Windows of one filter are of one family.
	seen := map[int]bool{}
	for i := range p.Families {
		f := &p.Families[i]
		if len(f.Bounds) != len(f.Outputs) {
			t.Fatalf("family %d has %d bounds and %d outputs", i, len(f.Bounds), len(f.Outputs))
		}
		for r, outs := range f.Outputs {
			if r > 0 && f.Bounds[r] <= f.Bounds[r-1] {
				t.Errorf("family %d: bounds %v do not ascend", i, f.Bounds)
			}
			for _, o := range outs {
				if seen[o.Column] {
					t.Errorf("column %d is filled twice", o.Column)
				}
				seen[o.Column] = true
			}
		}
	}
	if got, want := len(seen)+len(p.Directs)+len(p.Demographics)+len(p.Deriveds), len(p.Columns); got != want {
		t.Errorf("%d of %d columns are filled", got, want)
	}
}

// The plan does not depend on the order of the dictionary, and a prefix list
// covers what the dictionary spells, with dots or without.
func TestDictionary(t *testing.T) {
	cat, lib, an := shelves(t)
	words := []Word{{1, engine.ICD10, "J440"}, {2, engine.ICD10, "j44.1"}, {3, engine.ICD10, "K999"}, {4, engine.SNOMED, "J440"}, {5, engine.ICD10, "??"}}
	list := func(order []int) string {
		p, err := Compile(cat, lib, an, func(yield func(Word) bool) {
			for _, i := range order {
				if !yield(words[i]) {
					return
				}
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Codes.Of(1)) == 0 || fmt.Sprint(p.Codes.Of(1)) != fmt.Sprint(p.Codes.Of(2)) {
			t.Errorf("J440 leads to %v, j44.1 to %v", p.Codes.Of(1), p.Codes.Of(2))
		}
		if p.Codes.Of(4) != nil || p.Codes.Of(5) != nil {
			t.Error("a code of another system, or none, leads somewhere")
		}
		return fmt.Sprint(p.Codes.by, p.Codes.keys, p.Rows)
	}
	if list([]int{0, 1, 2, 3, 4}) != list([]int{4, 2, 3, 1, 0, 0}) {
		t.Error("the order of the dictionary changed the plan")
	}
}

func TestOtherLibraryIsRefused(t *testing.T) {
	cat, _, an := shelves(t)
	_, err := Compile(cat, &codelist.Library{}, an, nil)
	if f, ok := err.(*engine.Fault); !ok || f.Code != "list-unknown" {
		t.Errorf("%v", err)
	}
}

// Two features that weigh one list in two ways each keep their own weights.
func TestWeightsAreNotShared(t *testing.T) {
	_, lib, an := shelves(t)
	weights := "code,weight\n"
	for _, code := range lib.List("hfrs").Codes {
		weights += code + ",7\n"
	}
	const ours = `
[[feature]]
id = "ours_{w}"
title = "Ours, {window}"
weights = "hfrs"
source = "event"
kinds = ["diagnosis"]
windows = [730]
aggregate = "weighted_sum_distinct"
absence = "zero"
display = "team"
area = "frailty"
why = "Each group counts the same."
`
	cat, err := catalogue.LoadWith(lib, an, catalogue.Folder{Name: "ours", FS: fstest.MapFS{"a.toml": {Data: []byte(ours)}, "weights/hfrs.csv": {Data: []byte(weights)}}})
	if err != nil {
		t.Fatal(err)
	}
	p, err := Compile(cat.Subset([]string{"hfrs_tenths_730d", "ours_730d"}), lib, an, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Families) != 2 || p.Families[0].Weights[0] == 7 || p.Families[1].Weights[0] != 7 {
		t.Errorf("%d families; one list is weighed in two ways", len(p.Families))
	}
	if _, err := Compile(cat.Subset([]string{"ours_730d"}), &codelist.Library{}, an, nil); err == nil {
		t.Error("a library without the weighted list is taken")
	}
}

// What starts is a class where a group is read, be it of one class only, and a
// code where lists are.
func TestAGroupOfOneIsAGroup(t *testing.T) {
	_, lib, an := shelves(t)
	const ours = `
[[group]]
id = "ours"
title = "Ours"
[[group.member]]
id = "asthma"
title = "asthma"
lists = ["asthma"]

[[feature]]
id = "classes_started"
title = "Classes started"
group = "ours"
source = "event"
kinds = ["problem"]
windows = [455]
recent = 90
aggregate = "started"
absence = "zero"
display = "team"
area = "medicines"
why = "A class is one, whatever its codes."

[[feature]]
id = "codes_started"
title = "Codes started"
lists = ["asthma"]
source = "event"
kinds = ["problem"]
windows = [455]
recent = 90
aggregate = "started"
absence = "zero"
display = "team"
area = "medicines"
why = "Each code is one."
`
	cat, err := catalogue.LoadWith(lib, an, catalogue.Folder{Name: "ours", FS: fstest.MapFS{"a.toml": {Data: []byte(ours)}}})
	if err != nil {
		t.Fatal(err)
	}
	p, err := Compile(cat.Subset([]string{"classes_started", "codes_started"}), lib, an, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Families) != 2 || p.Families[0].Need != NeedMask || p.Families[1].Need != NeedSet {
		t.Errorf("%d families: %+v", len(p.Families), p.Families)
	}
}
