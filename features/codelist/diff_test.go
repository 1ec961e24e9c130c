package codelist

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"
)

var some = []string{"I10", "I11", "I119", "J45", "J459", "F03", "N18"}

func drawn(t *rapid.T, label string) *List {
	codes := rapid.SliceOfNDistinct(rapid.SampledFrom(some), 1, len(some), func(s string) string { return s }).Draw(t, label)
	return &List{Name: label, System: ICD10, Release: rapid.SampledFrom([]string{"4th edition", "5th edition"}).Draw(t, label+" release"), Match: Prefix, Codes: codes}
}

// finish does to a made list what reading does.
func finish(l *List) *List {
	l.Codes = slices.Clone(l.Codes)
	slices.Sort(l.Codes)
	l.Hash = hashList(l)
	return l
}

// What one way adds the other way removes; nothing differs from itself; and
// the hash is the same whatever the order of the codes.
func TestCompareIsSymmetric(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := finish(drawn(t, "a")), finish(drawn(t, "b"))
		there, back := Compare(a, b), Compare(b, a)
		if !slices.Equal(there.Added, back.Removed) || !slices.Equal(there.Removed, back.Added) || there.Same != back.Same || there.Differ() != back.Differ() {
			t.Fatalf("%+v\n%+v", there, back)
		}
		if there.Same+len(there.Added) != len(b.Codes) || there.Same+len(there.Removed) != len(a.Codes) {
			t.Fatalf("%+v does not add up", there)
		}
		if same := slices.Equal(a.Codes, b.Codes) && a.Release == b.Release; there.Differ() == same || (a.Hash == b.Hash) != same {
			t.Fatalf("differ is %v of %v and %v", there.Differ(), a, b)
		}
		if Compare(a, a).Differ() {
			t.Fatal("a list differs from itself")
		}
		mixed := *a
		mixed.Codes = rapid.Permutation(a.Codes).Draw(t, "order")
		if finish(&mixed).Hash != a.Hash {
			t.Fatal("the order of codes changed the hash")
		}
	})
}

func TestCompareLibraries(t *testing.T) {
	load := func(entries string, codes map[string]string, sensitive string) *Library {
		dir := index(entries, codes)
		if sensitive != "" {
			dir["sensitive.toml"] = &fstest.MapFile{Data: []byte(sensitive)}
		}
		lib, err := LoadFS(dir)
		if err != nil {
			t.Fatal(err)
		}
		return lib
	}
	before := load(entry("a", "icd10", "prefix", "")+entry("b", "icd10", "prefix", "")+entry("c", "icd10", "prefix", ""), map[string]string{"a": "I10 I11", "b": "J45", "c": "F03"}, "")
	after := load(entry("a", "icd10", "prefix", "")+entry("c", "icd10", "prefix", "resolved_by = [\"d\"]\n")+entry("d", "icd10", "exact", ""), map[string]string{"a": "I11 I12", "c": "F03", "d": "N18"},
		"[[topic]]\nid = \"x\"\ntitle = \"t\"\nwhy = \"w\"\nlists = [\"a\"]\n")
	c := CompareLibraries(before, after)
	if len(c.Added) != 1 || c.Added[0].Name != "d" || len(c.Removed) != 1 || c.Removed[0].Name != "b" || len(c.Changed) != 2 || c.Same != 0 || !c.Differ() {
		t.Fatalf("%+v", c)
	}
	if x := c.Changed[0]; x.Added[0].Code != "I12" || x.Removed[0].Code != "I10" || x.Same != 1 {
		t.Errorf("%+v", x)
	}
	if x := c.Changed[1]; len(x.Turned) != 1 || x.Turned[0] != (Turned{"resolved_by", "", "d"}) || x.Old.Hash != x.New.Hash {
		t.Errorf("%+v", x)
	}
	if len(c.Hidden) != 1 || c.Hidden[0] != (Turned{"a", "", "x"}) {
		t.Errorf("%+v", c.Hidden)
	}
	if CompareLibraries(after, after).Differ() {
		t.Error("a library differs from itself")
	}
}

func TestReadList(t *testing.T) {
	dir := fstest.MapFS{"a.csv": {Data: []byte("code,term\nJ45,Asthma\nI1011,x\n")}, "sct.csv": {Data: []byte("code,term\n195967001,Asthma\n")}, "both.csv": {Data: []byte("code,term\nJ45,\n")}}
	if l, err := ReadList(dir, "a.csv", nil); err != nil || l.System != ICD10 || l.Match != Prefix || l.Terms["J45"] != "Asthma" {
		t.Errorf("%+v, %v", l, err)
	}
	if l, err := ReadList(dir, "sct.csv", nil); err != nil || l.System != SNOMED || l.Match != Exact {
		t.Errorf("%+v, %v", l, err)
	}
	if _, err := ReadList(dir, "both.csv", nil); err == nil || !strings.Contains(err.Error(), "cannot be told from their shape") {
		t.Errorf("an ambiguous file: %v", err)
	}
	like := &List{System: OPCS4, Release: "4.10", Match: Prefix}
	if l, err := ReadList(dir, "both.csv", like); err != nil || l.System != OPCS4 || l.Release != "4.10" {
		t.Errorf("%+v, %v", l, err)
	}
	if _, err := ReadList(dir, "sct.csv", like); err == nil || !strings.Contains(err.Error(), "looks like snomed") {
		t.Errorf("a file of another system: %v", err)
	}
	if _, err := ReadList(dir, "none.csv", nil); err == nil {
		t.Error("a file that is not there is read")
	}
}
