package codelist

import (
	"strings"
	"testing"
	"testing/fstest"
)

const ourLists = `
[[source]]
id = "ours"
title = "Our own list"

[[list]]
name = "our_falls"
title = "Falls, ours"
system = "snomed"
match = "exact"
source = "ours"
confirmation = "read by one clinician"
`

func ours(index string) fstest.MapFS {
	return fstest.MapFS{
		"lists.toml":          {Data: []byte(index)},
		"lists/our_falls.csv": {Data: []byte("code,term\n217082002,Accidental fall\n")},
		"sensitive.toml":      {Data: []byte("[[topic]]\nid = \"ours\"\ntitle = \"Ours\"\nwhy = \"We say so\"\nlists = [\"our_falls\"]\n")},
	}
}

func TestJoin(t *testing.T) {
	base, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	n, hash := len(base.Lists), base.Hash
	got, err := Join(base, ours(ourLists), "features/codelists")
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Lists) != n+1 || got.Hash == hash || !got.List("our_falls").Has("217082002") || !got.ClinicianOnly("our_falls") || got.List("falls") != base.List("falls") {
		t.Errorf("%d lists, hash changed: %v", len(got.Lists), got.Hash != hash)
	}
	for i := 1; i < len(got.Lists); i++ {
		if got.Lists[i-1].Name >= got.Lists[i].Name {
			t.Fatalf("lists out of order at %s", got.Lists[i].Name)
		}
	}
	if len(base.Lists) != n || base.Hash != hash || base.List("our_falls") != nil || base.ClinicianOnly("our_falls") {
		t.Error("the base changed")
	}
	if same, err := Join(base, fstest.MapFS{}, "x"); err != nil || same != base {
		t.Errorf("an empty directory: %v", err)
	}
}

// Numbers are made up, of the range that is not given to people.
func TestNoNHSNumberInCodeLists_G36(t *testing.T) {
	base, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	inTerm, inIndex, asCode := ours(ourLists), ours(ourLists+"\n# asked for by 999 000 0026\n"), ours(ourLists)
	list := string(inTerm["lists/our_falls.csv"].Data)
	inTerm["lists/our_falls.csv"] = &fstest.MapFile{Data: []byte(strings.TrimRight(list, "\n") + " 999\u00a0000\u00a00026\n")}
	asCode["lists/our_falls.csv"] = &fstest.MapFile{Data: []byte(strings.TrimRight(list, "\n") + "\n9990000026,no code\n")}
	for name, dir := range map[string]fstest.MapFS{"a term": inTerm, "the index": inIndex, "a code that is none": asCode} {
		_, err := Join(base, dir, "ours")
		if err == nil || !strings.Contains(err.Error(), "(nhs-number)") || strings.Contains(err.Error(), "0026") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestJoinFaults(t *testing.T) {
	base, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	twice := ours(strings.ReplaceAll(ourLists, "our_falls", "falls"))
	twice["lists/falls.csv"] = twice["lists/our_falls.csv"]
	delete(twice, "lists/our_falls.csv")
	delete(twice, "sensitive.toml")
	stray := ours(ourLists)
	delete(stray, "lists.toml")
	for name, c := range map[string]struct {
		dir  fstest.MapFS
		says string
	}{
		"a name that is built in": {twice, "ours/lists.toml:7: list falls is also built in: give this one another name (list-twice)"},
		"lists without an index":  {stray, "ours/lists.toml: there is no lists.toml: add it (file-missing)"},
		"a faulty list":           {ours(strings.Replace(ourLists, `"exact"`, `"prefix"`, 1)), "ours/lists.toml:7: list our_falls matches snomed"},
	} {
		if _, err := Join(base, c.dir, "ours"); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
