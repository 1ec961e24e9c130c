//go:build duckdb_arrow

package main

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"leftshift/features/codelist"
)

// The folder of the page loads beside what is built in, its case holds, and
// what it says of the lists is so.
func TestExampleCodelistsLoad(t *testing.T) {
	dir := t.TempDir()
	for _, f := range ownFiles {
		put(t, dir, f.path, f.text)
	}
	s, got := checked(t, dir)
	if got.Cases != 1 {
		t.Errorf("%+v", got)
	}
	l := s.Codelists.List("our_hip_fracture")
	if l == nil || l.Release != "5th edition" || !l.Has("S7200") || l.Has("S723") {
		t.Fatalf("%+v", l)
	}
	if own := s.Codelists.List("our_falls_service"); own == nil || own.Release != "UK edition, April 2026" || !s.Codelists.ClinicianOnly(own.Name) {
		t.Errorf("%+v", own)
	}
}

// Codes are written as the page says, and match by prefix where it says so.
func TestCodeShapesAreRead(t *testing.T) {
	for _, s := range codeShapes {
		for _, match := range []string{"exact", "prefix"} {
			index := fmt.Sprintf("[[source]]\nid = \"a\"\ntitle = \"A\"\n[[list]]\nname = \"x\"\ntitle = \"X\"\nsystem = %q\nmatch = %q\nsource = \"a\"\nconfirmation = \"1 source\"\n", s.system, match)
			_, err := codelist.LoadFS(fstest.MapFS{"lists.toml": {Data: []byte(index)}, "lists/x.csv": {Data: []byte("code,term\n" + s.example + ",\n")}})
			if want := match == "exact" || s.prefix; (err == nil) != want {
				t.Errorf("%s, %s: %v", s.system, match, err)
			}
		}
	}
	text := ownCodelistsPage()
	for _, k := range codelist.Keys() {
		if k.Table != "" && !strings.Contains(text, "\n## [["+k.Table+"]]\n") {
			t.Errorf("no table %s", k.Table)
		}
	}
	for _, says := range []string{"| `resolved_by` | ", "| `diagnosis` | icd10, snomed |"} {
		if !strings.Contains(text, says) {
			t.Errorf("the page does not say %q", says)
		}
	}
}
