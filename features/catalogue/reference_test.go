package catalogue

import (
	"slices"
	"testing"
	"testing/fstest"
)

func TestReferences(t *testing.T) {
	lib, an := shelves(t)
	c, err := LoadWith(lib, an, Folder{Name: "features", FS: fstest.MapFS{"ours.toml": {Data: []byte(local)}}})
	if err != nil {
		t.Fatal(err)
	}
	refs := c.References(lib, "2026-01-01")
	if len(refs) != len(c.Definitions) {
		t.Fatalf("%d references of %d definitions", len(refs), len(c.Definitions))
	}
	hashes := map[string]string{}
	for i, r := range refs {
		d := &c.Definitions[i]
		if r.ID != d.ID || r.Catalogue != c.Hash || r.Reads == "" || r.Makes == "" || r.Window == "" || len(r.Definition) != 64 || r.File == "" || r.Line == 0 {
			t.Errorf("%s: %+v", d.ID, r)
		}
		if other := hashes[r.Definition]; other != "" {
			t.Errorf("%s and %s have one definition hash", other, r.ID)
		}
		hashes[r.Definition] = r.ID
		for _, l := range r.Lists {
			if l.Hash != lib.List(l.Name).Hash || l.Codes == 0 {
				t.Errorf("%s: list %+v", r.ID, l)
			}
		}
		approved := true // what is derived reads the lists of what it is derived from
		for _, l := range c.Reads(r.ID) {
			approved = approved && lib.Approved(l, "2026-01-01")
		}
		if approved != r.Approved {
			t.Errorf("%s: approved %v", r.ID, r.Approved)
		}
	}
	at := c.Place("red_flag_fall_90d")
	if r := refs[at]; r.Origin != "features" || r.Since != "" || r.Lists[0].Name != "falls" || r.Days != 90 || r.Absence != "zero" {
		t.Errorf("%+v", r)
	}
	// What is derived names itself, for its parts can leave it a value though some
	// are unseen; what is known of the person is always observed.
	for id, want := range map[string]string{"efi": "feature.efi", "core20": "", "age": "", "red_flag_fall_90d": "problem"} {
		got := refs[c.Place(id)].Observed
		if got == nil || (want == "") != (len(got) == 0) || want != "" && !slices.Contains(got, want) {
			t.Errorf("%s is observed by %q", id, got)
		}
	}
	// A definition's hash is its own: others beside it do not change it.
	for i, r := range load(t).References(lib, "2026-01-01") {
		if r.Definition != refs[i].Definition {
			t.Errorf("%s has another hash beside local features", r.ID)
		}
	}
}
