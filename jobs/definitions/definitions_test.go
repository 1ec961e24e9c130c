package definitions

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"leftshift/engine"
	"leftshift/features/catalogue"
	"leftshift/jobs/config"
)

const feature = `[[feature]]
id = "%ID%"
title = "Falls, ours"
sentence = "A fall"
source = "event"
kinds = ["problem"]
lists = ["%LIST%"]
windows = [90]
aggregate = "any"
absence = "zero"
display = "team"
area = "local"
why = "We ask."
`

func entry(id, list string) string {
	return strings.NewReplacer("%ID%", id, "%LIST%", list).Replace(feature)
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func site(t *testing.T) (*config.Config, string) {
	t.Helper()
	dir := t.TempDir()
	c, err := config.Parse([]byte("[site]\nname = \"X\"\nsynthetic = true\n"), filepath.Join(dir, "leftshift.toml"))
	if err != nil {
		t.Fatal(err)
	}
	return c, dir
}

// A site without the folder has what is built in; with it, its features and
// code lists too, whatever the files are called.
func TestOpen(t *testing.T) {
	c, dir := site(t)
	built, err := Open(c)
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "features/a.toml", entry("ours_a", "falls"))
	write(t, dir, "features/codelists/lists.toml", "[[source]]\nid = \"us\"\ntitle = \"Us\"\n[[list]]\nname = \"our_list\"\ntitle = \"Ours\"\nsystem = \"snomed\"\nmatch = \"exact\"\nsource = \"us\"\nconfirmation = \"read by one\"\n")
	write(t, dir, "features/codelists/lists/our_list.csv", "code,term\n217082002,Accidental fall\n")
	write(t, dir, "features/b.toml", entry("ours_b", "our_list"))
	got, err := Open(c)
	if err != nil {
		t.Fatal(err)
	}
	n := len(built.Catalogue.Definitions)
	if len(got.Catalogue.Definitions) != n+2 || got.Catalogue.Definitions[n].ID != "ours_a" || got.Catalogue.Hash == built.Catalogue.Hash || got.Catalogue.Find("ours_b").File != "features/b.toml" {
		t.Errorf("%d definitions of %d", len(got.Catalogue.Definitions), n)
	}
	// A file named twice, by the folder and by hand, is read once; another one joins.
	draft := filepath.Join(t.TempDir(), "draft")
	write(t, filepath.Dir(draft), "draft", entry("ours_c", "our_list"))
	more, err := OpenAt(Place{Name: "features", Folder: c.At(c.Site.Features), Files: []string{filepath.Join(dir, "features", "a.toml"), draft}})
	if err != nil || len(more.Catalogue.Definitions) != n+3 {
		t.Errorf("%v", err)
	}
}

func TestFaults(t *testing.T) {
	c, dir := site(t)
	write(t, dir, "features/a.toml", entry("age", "falls"))
	write(t, dir, "features/b.toml", entry("ours", "no_such_list"))
	_, err := Open(c)
	var fault *engine.Fault
	var all *catalogue.Faults
	if !errors.As(err, &fault) || fault.Code != "features-faulty" || !strings.Contains(fault.Say, "2 faults") || !errors.As(err, &all) {
		t.Errorf("%v", err)
	}
	if _, err := OpenAt(Place{Files: []string{filepath.Join(dir, "none.toml")}}); !errors.As(err, &fault) || fault.Code != "feature-file" {
		t.Errorf("%v", err)
	}
	write(t, dir, "plain", "")
	if _, err := OpenAt(Place{Name: "plain", Folder: filepath.Join(dir, "plain")}); !errors.As(err, &fault) || fault.Code != "features-unreadable" {
		t.Errorf("%v", err)
	}
}
