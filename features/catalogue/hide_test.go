package catalogue

import (
	"slices"
	"testing"
	"testing/fstest"

	"leftshift/engine/analyte"
	"leftshift/features/codelist"
	"leftshift/features/matrix"
)

// A site's own feature that speaks of a sensitive topic is for clinicians, by
// whatever way it reads the codes.
func TestSiteFeaturesHideSensitiveTopics(t *testing.T) {
	lib, err := codelist.Load()
	if err != nil {
		t.Fatal(err)
	}
	analytes, err := analyte.Load()
	if err != nil {
		t.Fatal(err)
	}
	const head = "title = \"T {window}\"\nsource = \"event\"\nkinds = [\"problem\"]\nwindows = [365]\nabsence = \"zero\"\ndisplay = \"team\"\narea = \"local\"\nwhy = \"w\"\n"
	text := "[[group]]\nid = \"five\"\ntitle = \"Five\"\n"
	for _, m := range []string{"a", "b", "c", "d", "e"} {
		text += "[[group.member]]\nid = \"" + m + "\"\ntitle = \"M\"\nlists = [\"depression\"]\n"
	}
	code := lib.List("depression").Codes[0]
	text += "[[feature]]\nid = \"x_list\"\nlists = [\"depression\"]\naggregate = \"any\"\n" + head +
		"[[feature]]\nid = \"x_codes\"\ncodes = [\"snomed:" + code + "\"]\naggregate = \"any\"\n" + head +
		"[[feature]]\nid = \"x_group\"\ngroup = \"five\"\naggregate = \"members\"\n" + head +
		"[[feature]]\nid = \"x_terms\"\ntitle = \"T\"\nsource = \"derived\"\naggregate = \"holds\"\nterms = [\"x_list\", \"age < 1\", \"age < 2\", \"age < 3\", \"age < 4\"]\nabsence = \"unknown\"\ndisplay = \"team\"\narea = \"local\"\nwhy = \"w\"\n" +
		"[[feature]]\nid = \"x_open\"\nlists = [\"falls\"]\naggregate = \"any\"\n" + head
	cat, err := LoadWith(lib, analytes, Folder{Name: "features", FS: fstest.MapFS{"x.toml": {Data: []byte(text)}}})
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]matrix.Display{"x_list": matrix.DisplayClinician, "x_codes": matrix.DisplayClinician, "x_group": matrix.DisplayClinician, "x_terms": matrix.DisplayClinician, "x_open": matrix.DisplayTeam} {
		if d := cat.Find(id); d == nil || d.Display != want {
			t.Errorf("%s: %+v", id, d)
		}
	}
	// The reason is kept, of the first thing that hides it.
	for id, want := range map[string]string{"x_list": "code list depression is of a sensitive topic", "x_codes": "code snomed:" + code + " is of a sensitive topic",
		"x_group": "code list depression is of a sensitive topic", "x_terms": "feature x_list, which it reads, is shown to clinicians only", "x_open": ""} {
		if d := cat.Find(id); d.Raised != want {
			t.Errorf("%s is hidden because %q, want %q", id, d.Raised, want)
		}
	}
}

// A site's topic on a built-in list shows to clinicians only what is built in and
// reads it, and what is derived from that; nothing else changes.
func TestSiteTopicOnABuiltInList(t *testing.T) {
	base, an := shelves(t)
	lib, err := codelist.Join(base, fstest.MapFS{"sensitive.toml": {Data: []byte("[[topic]]\nid = \"ours\"\ntitle = \"T\"\nwhy = \"w\"\nlists = [\"asthma\"]\n")}}, "f")
	if err != nil {
		t.Fatal(err)
	}
	with, err := Load(lib, an)
	if err != nil {
		t.Fatal(err)
	}
	before := load(t)
	if before.Find("asthma_ever").Display != matrix.DisplayTeam || with.Find("asthma_ever").Display != matrix.DisplayClinician {
		t.Error("asthma_ever is not for clinicians only")
	}
	for i := range with.Definitions {
		d := &with.Definitions[i]
		if was := before.Definitions[i].Display; was != d.Display && (d.Display != matrix.DisplayClinician || !slices.Contains(with.Reads(d.ID), "asthma")) {
			t.Errorf("%s was shown as %d, and is as %d", d.ID, was, d.Display)
		}
	}
	if with.Hash != before.Hash {
		t.Error("who may see it changed what it means")
	}
}
