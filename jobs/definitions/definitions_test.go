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
none = "No fall"
source = "event"
kinds = ["problem"]
lists = ["%LIST%"]
windows = [90]
aggregate = "any"
absence = "zero"
display = "team"
area = "local"
why = "We ask."

[[case]]
shows = "A fall counts"
record = '''
event 2024-03-01 problem snomed:161898004
on 2024-03-31
  %ID% = 1 on 2024-03-01
'''
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
	write(t, dir, "features/codelists/lists/our_list.csv", "code,term\n161898004,Fall\n")
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

func fault(t *testing.T, err error, code string) string {
	t.Helper()
	var f *engine.Fault
	if !errors.As(err, &f) || f.Code != code {
		t.Fatalf("want %s, got %v", code, err)
	}
	return err.Error()
}

// A case that does not hold, or a feature that no case shows, stops whatever
// opens the site for real use, with file, line, what was expected and what
// came; to write and to try features, the place opens all the same.
func TestCasesBind(t *testing.T) {
	good := entry("ours", "falls")
	for _, c := range []struct{ from, to, want string }{
		{"ours = 1 on", "ours = 0 on", "features/a.toml:21: ours is 1 on 2024-03-31, not 0 (case-differs)"},
		{"ours = 1 on 2024-03-01", "ours = 1 on 2024-03-02", "features/a.toml:21: the newest row of ours is on 2024-03-01, not 2024-03-02 (case-differs)"},
		{"ours = 1 on", "theirs = 1 on", "features/a.toml:21: there is no feature theirs (case-differs)"},
		{good[strings.Index(good, "[[case]]"):], "", "features/a.toml:1: no case shows ours: add a [[case]] that expects a value of it (case-missing)"},
		{"event 2024", "evnt 2024", "features/a.toml:19: \"evnt\" begins no line of a case"},
	} {
		cfg, dir := site(t)
		write(t, dir, "features/a.toml", good)
		if _, err := Open(cfg); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(good, c.from) {
			t.Fatalf("no %q", c.from)
		}
		write(t, dir, "features/a.toml", strings.Replace(good, c.from, c.to, 1))
		_, err := Open(cfg)
		if text := fault(t, err, "cases-fail"); !strings.Contains(text, c.want) {
			t.Errorf("%s\nwant %s", text, c.want)
		}
		if _, err := OpenAt(Of(cfg)); err != nil {
			t.Errorf("it cannot be tried: %v", err)
		}
	}
}

// Faults of definitions and of cases are told in one run, of what is sound: a
// feature with a fault of its own fails no case beside it.
func TestFaultsOfCasesBesideDefinitions(t *testing.T) {
	cfg, dir := site(t)
	write(t, dir, "features/a.toml", strings.Replace(entry("ours", "falls"), "ours = 1", "ours = 5", 1))
	write(t, dir, "features/b.toml", entry("bad", "no_such_list"))
	write(t, dir, "features/c.toml", strings.Replace(entry("more", "falls"), "event 2024", "evnt 2024", 1))
	write(t, dir, "features/d.toml", "[[feature]\n")
	_, err := Open(cfg)
	text := fault(t, err, "features-faulty")
	for _, want := range []string{"features/a.toml:21: ours is 1", "features/b.toml:8: bad names code list", "features/c.toml:19: ", "features/d.toml:1: "} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q", want)
		}
	}
	if n := strings.Count(text, "\nfeatures/"); n != 4 || !strings.Contains(text, "have 4 faults") {
		t.Errorf("%d faults: %s", n, text)
	}
}

// A draft stops nothing, however faulty, and changes nothing; named, it is read.
func TestDrafts(t *testing.T) {
	cfg, dir := site(t)
	write(t, dir, "features/a.toml", entry("ours", "falls"))
	before, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "features/b.draft.toml", entry("theirs", "no_such_list"))
	write(t, dir, "features/c.draft.toml", "[[feature]\n")
	write(t, dir, "features/d.draft.toml", entry("ours_too", "falls"))
	after, err := Open(cfg)
	if err != nil || after.Catalogue.Hash != before.Catalogue.Hash || len(after.Catalogue.Cases) != len(before.Catalogue.Cases) {
		t.Fatalf("%v", err)
	}
	p := Of(cfg)
	drafts := after.Drafts
	if len(drafts) != 3 || filepath.Base(drafts[0]) != "b.draft.toml" || len(before.Drafts) != 0 {
		t.Fatal(drafts)
	}
	for i, want := range []string{"features/b.draft.toml:8: theirs names code list", "features/c.draft.toml:1: is not readable TOML", ""} {
		p.Files = drafts[i : i+1]
		s, err := OpenAt(p)
		if want == "" {
			if err != nil || s.Catalogue.Find("ours_too") == nil || s.Catalogue.Find("ours") == nil {
				t.Errorf("%v", err)
			}
			continue
		}
		if text := fault(t, err, "features-faulty"); !strings.Contains(text, want) || !strings.Contains(text, "have 1 fault:") && !strings.Contains(text, "has 1 fault") {
			t.Errorf("%s\nwant %s", text, want)
		}
	}
}

// Faults of code lists and of the features that read them are told in one run;
// a list that is there, if faulty, is not unknown, and fails no case.
func TestFaultsOfListsBesideFeatures(t *testing.T) {
	cfg, dir := site(t)
	write(t, dir, "features/codelists/lists.toml", "[[source]]\nid = \"us\"\ntitle = \"Us\"\n[[list]]\nname = \"our_list\"\ntitle = \"Ours\"\nsystem = \"snomed\"\nmatch = \"exact\"\nsource = \"them\"\nconfirmation = \"read by one\"\n[[list]]\nname = \"falls\"\ntitle = \"Ours\"\nsystem = \"snomed\"\nmatch = \"exact\"\nsource = \"us\"\nconfirmation = \"read by one\"\n")
	write(t, dir, "features/codelists/lists/our_list.csv", "code,term\n161898005,Fall\n")
	write(t, dir, "features/codelists/lists/falls.csv", "code,term\n161898004,Fall\n")
	write(t, dir, "features/a.toml", entry("ours", "our_list"))
	write(t, dir, "features/b.toml", strings.Replace(entry("more", "our_lost"), "display", "disploy", 1))
	_, err := Open(cfg)
	text := fault(t, err, "features-faulty")
	for _, want := range []string{"lists.toml:5: list our_list names source \"them\"", "lists.toml:12: list falls is also built in", "lists/our_list.csv:2: ", "b.toml:8: more names code list \"our_lost\", which does not exist: did you mean our_list?", "b.toml:12: disploy"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
	if strings.Contains(text, "features/a.toml") {
		t.Errorf("%s", text)
	}
}

// Beside faults of other files a draft is known, and its faults are told apart
// from theirs.
func TestDraftsBesideFaults(t *testing.T) {
	cfg, dir := site(t)
	write(t, dir, "features/a.toml", entry("ours", "no_such_list"))
	write(t, dir, "features/b.draft.toml", entry("theirs", "fals"))
	write(t, dir, "features/c.draft.toml", strings.Replace(entry("more", "falls"), "snomed:161898004", "snomed:161898005", 1))
	write(t, dir, "features/d.draft.toml", entry("sound", "falls"))
	p := Of(cfg)
	if _, err := OpenAt(p); !Faulty(err) {
		t.Fatal(err)
	}
	drafts := DraftsOf(p)
	if len(drafts) != 3 {
		t.Fatal(drafts)
	}
	for i, want := range []string{"features/b.draft.toml:8: ", "features/c.draft.toml:19: snomed:161898005 has a wrong check digit: correct it (case-doubtful)", ""} {
		p.Files = drafts[i : i+1]
		_, err := OpenAt(p)
		own := FaultsOf(err, drafts[i])
		if len(FaultsOf(err, "a.toml")) != 1 || len(own) != min(1, len(want)) || want != "" && !strings.HasPrefix(own[0].String(), want) {
			t.Errorf("%s: %v\nof all %v", drafts[i], own, err)
		}
	}
	if FaultsOf(errors.New("x"), "a.toml") != nil || Faulty(nil) {
		t.Error("faults of no file")
	}
}
