package codebook

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"leftshift/features/codelist"
	"leftshift/jobs/definitions"
)

const day = "2026-06-15"

func book(t testing.TB) *Book {
	t.Helper()
	s, err := definitions.OpenAt(definitions.Place{})
	if err != nil {
		t.Fatal(err)
	}
	return New(s)
}

func write(t testing.TB, text string, parts ...string) string {
	t.Helper()
	path := filepath.Join(parts...)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// copyOf makes a checkout with the built-in library, for a change.
func copyOf(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	for _, pattern := range []string{"*.toml", "lists/*.csv"} {
		files, _ := filepath.Glob(filepath.Join("../../features/codelist", pattern))
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			rel, _ := filepath.Rel("../../features/codelist", f)
			write(t, string(text), dir, "features", "codelist", rel)
		}
	}
	return dir
}

func TestReaders(t *testing.T) {
	b := book(t)
	r := b.ReadersOf(b.Codelists.List("depression"))
	if !slices.Contains(r.Features, "depression_ever") || !slices.Contains(r.Features, "conditions_ever") || !slices.Equal(r.Topics, []string{"mental_illness"}) || len(r.Scores) > 0 {
		t.Errorf("depression: %+v", r)
	}
	if r := b.ReadersOf(b.Codelists.List("no_longer_housebound")); !slices.Contains(r.Means, "housebound") {
		t.Errorf("no_longer_housebound: %+v", r)
	}
	if r := b.ReadersOf(b.Codelists.List("hfrs")); !slices.Contains(r.Scores, "hfrs") {
		t.Errorf("hfrs: %+v", r)
	}
	if r := b.ReadersOf(b.Codelists.List("charlson_mi")); !slices.Contains(r.Scores, "charlson_quan2011") {
		t.Errorf("charlson_mi: %+v", r)
	}
	read := false
	for _, o := range b.Outcomes.Outcomes {
		for _, l := range b.Codelists.Lists {
			if reads(&o, l.Name) {
				read = true
				if r := b.ReadersOf(l); !slices.Contains(r.Outcomes, o.ID) {
					t.Errorf("%s reads %s, which has %v", o.ID, l.Name, r.Outcomes)
				}
			}
		}
	}
	if !read {
		t.Error("no outcome reads a list")
	}
}

// One code taken out of a checkout: both ways of asking say so, name what it
// moves, and agree on the hashes.
func TestChange(t *testing.T) {
	b := book(t)
	dir := copyOf(t)
	at := filepath.Join(dir, "features", "codelist", "lists", "asthma.csv")
	text, _ := os.ReadFile(at)
	was := b.Codelists.List("asthma")
	gone := was.Codes[0]
	var kept []string
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, gone+",") {
			kept = append(kept, line)
		}
	}
	write(t, strings.Join(append(kept, "22298006,Myocardial infarction\n"), ""), at)
	for _, what := range []string{dir + ":asthma", at} {
		old, after, err := FindTwo(b.Codelists, what, "asthma")
		if err != nil {
			t.Fatal(err)
		}
		m := b.Move(old, after, day)
		if len(m.Added) != 1 || m.Added[0].Code != gone || m.Added[0].Term != was.Terms[gone] || len(m.Removed) != 1 || m.Removed[0].Term != "Myocardial infarction" || m.New.Hash != was.Hash || !m.Differ() {
			t.Errorf("%s: %+v", what, m.Change)
		}
		var page bytes.Buffer
		if err := m.Write(&page); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"1 added, 1 removed", "+ " + gone, "- 22298006", "asthma_ever", m.Old.Hash, m.New.Hash} {
			if !strings.Contains(page.String(), want) {
				t.Errorf("the page does not say %q:\n%s", want, page.String())
			}
		}
	}
	// The same file, alone, is read as a list like the other side.
	bare := write(t, strings.Join(kept, ""), t.TempDir(), "mine.csv")
	old, after, err := FindTwo(b.Codelists, bare, "asthma")
	if err != nil || old.Release != was.Release || !b.Move(old, after, day).Differ() {
		t.Errorf("%+v, %v", old, err)
	}
	if old, after, err = FindTwo(b.Codelists, "asthma", "asthma"); err != nil || b.Move(old, after, day).Differ() {
		t.Errorf("a list differs from itself: %v", err)
	}
	// And the whole library.
	before, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	m := b.LibraryMove(before, day)
	if len(m.Changed) != 1 || m.Changed[0].Old.Name != "asthma" || len(m.Added)+len(m.Removed)+len(m.Hidden) > 0 {
		t.Errorf("%+v", m)
	}
	var page bytes.Buffer
	if err := m.Write(&page); err != nil || !strings.Contains(page.String(), "1 changed") {
		t.Errorf("%v\n%s", err, page.String())
	}
	var back struct {
		Old, New string
		Changed  []struct {
			Added   []codelist.Coded
			Readers Readers
		}
	}
	told, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(told, &back); err != nil || back.New != b.Codelists.Hash || back.Old != before.Hash || back.Changed[0].Added[0].Code != gone || len(back.Changed[0].Readers.Features) == 0 {
		t.Errorf("%v %+v", err, back)
	}
}

// An archive of a repository is a library too.
func TestOpenArchive(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.zip")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(f)
	for name, text := range map[string]string{
		"leftshift-1/features/codelist/lists.toml":  "[[source]]\nid = \"s\"\ntitle = \"t\"\n[[list]]\nname = \"a\"\ntitle = \"t\"\nsystem = \"icd10\"\nmatch = \"prefix\"\nsource = \"s\"\nconfirmation = \"c\"\n",
		"leftshift-1/features/codelist/lists/a.csv": "code,term\nJ45,Asthma\n",
	} {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(text))
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	f.Close()
	if l, err := Find(book(t).Codelists, path+":a", nil); err != nil || !l.Has("J45") {
		t.Errorf("%v, %v", l, err)
	}
}

func TestFindSaysWhatIsWrong(t *testing.T) {
	b := book(t)
	dir := t.TempDir()
	for what, want := range map[string]string{
		"asthm":                                `there is no code list "asthm"; there is asthma`,
		"zzzz":                                 "`leftshift codelist list` names all",
		filepath.Join(dir, "no.csv"):           "there is no file or folder",
		dir + ":asthma":                        "holds no lists.toml",
		filepath.Join(dir, "none") + ":asthma": "there is no file or folder",
		write(t, "code,term\nJ45,\n", dir, "both.csv"): "cannot be told from their shape",
		write(t, "x", dir, "z.zip") + ":a":             "neither a folder nor a .zip file",
		write(t, "code\nJ45\n", dir, "header.csv"):     "cannot be told",
	} {
		if _, err := Find(b.Codelists, what, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestEntriesAndShow(t *testing.T) {
	b := book(t)
	all := b.Entries(Wanted{}, day)
	if len(all) != len(b.Codelists.Lists) {
		t.Errorf("%d entries of %d lists", len(all), len(b.Codelists.Lists))
	}
	l := b.Codelists.List("smoking_current")
	b.Codelists = b.Codelists.With([]codelist.Approval{{List: l.Name, Hash: l.Hash, By: "Dr A", Role: "GP", On: "2026-01-01", Until: day}})
	for _, e := range b.Entries(Wanted{Unapproved: true}, day) {
		if e.Name == l.Name || e.Features+e.Outcomes == 0 {
			t.Errorf("%+v", e)
		}
	}
	if got := b.Entries(Wanted{Find: "SMOKING_current", System: "snomed"}, day); len(got) != 1 || got[0].Approval == nil {
		t.Errorf("%+v", got)
	}
	var page bytes.Buffer
	if err := b.Show(l, day).Write(&page); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"by Dr A, GP, on 2026-01-01, until " + day, "the newest code of this list and smoking_ex, smoking_never holds", l.Hash, l.Codes[0], l.Release, "exact"} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("the page does not say %q:\n%.1500s", want, page.String())
		}
	}
	// The next day the approval has ended.
	page.Reset()
	if err := b.Show(l, "2026-06-16").Write(&page); err != nil || !strings.Contains(page.String(), "no: approved until "+day) {
		t.Errorf("%v\n%.600s", err, page.String())
	}
}

// A filled template is a file of approvals; as it comes it is refused.
func TestTemplate(t *testing.T) {
	b := book(t)
	var page bytes.Buffer
	entries := b.Entries(Wanted{Unapproved: true}, day)
	if err := WriteTemplate(&page, entries); err != nil {
		t.Fatal(err)
	}
	path := write(t, page.String(), t.TempDir(), "codelists.toml")
	if _, err := codelist.ReadApprovals(path); err == nil {
		t.Error("a template that nobody filled in is accepted")
	}
	text := strings.NewReplacer(`by = ""`, `by = "Dr A"`, `role = ""`, `role = "GP"`, `on = ""`, `on = "2026-01-01"`, `until = ""`, `until = "2026-12-31"`).Replace(page.String())
	all, err := codelist.ReadApprovals(write(t, text, filepath.Dir(path), "codelists.toml"))
	if err != nil || len(all) != len(entries) {
		t.Fatalf("%d of %d, %v", len(all), len(entries), err)
	}
	b.Codelists = b.Codelists.With(all)
	if left := b.Entries(Wanted{Unapproved: true}, day); len(left) > 0 {
		t.Errorf("%d lists are not approved", len(left))
	}
}

func TestCheck(t *testing.T) {
	b := book(t)
	l := b.Codelists.List("asthma")
	old := strings.Repeat("0", 64)
	site := []codelist.Approval{{List: "asthma", Hash: old, By: "a", Role: "b", On: "2026-01-01", Until: "2026-12-31"}, {List: "gone", Hash: old, By: "a", Role: "b", On: "2026-01-01", Until: "2026-12-31"},
		{List: "copd", Hash: b.Codelists.List("copd").Hash, By: "a", Role: "b", On: "2026-01-01", Until: "2026-06-14"}}
	of := func(remarks []Remark, code string) []string {
		for _, r := range remarks {
			if r.Code == code {
				return r.Lists
			}
		}
		return nil
	}
	b.Codelists = b.Codelists.With(site)
	got := b.Check(site, day)
	if !slices.Equal(of(got, "approval-stale"), []string{"asthma"}) || !slices.Equal(of(got, "approval-of-nothing"), []string{"gone"}) || !slices.Equal(of(got, "approval-ended"), []string{"copd"}) {
		t.Errorf("%+v", got)
	}
	if !slices.Contains(of(got, "unapproved"), "asthma") || !slices.Contains(of(got, "resolution-unread"), "depression") || slices.Contains(of(got, "resolution-unread"), "housebound") {
		t.Errorf("%+v", got)
	}
	site[0].Hash = l.Hash
	b.Codelists = b.Codelists.With(site)
	if got := b.Check(site, day); of(got, "approval-stale") != nil || slices.Contains(of(got, "unapproved"), "asthma") {
		t.Errorf("%+v", got)
	}
}

func TestExpandWritesAList(t *testing.T) {
	dir := t.TempDir()
	// Myocardial infarction above asthma: made up.
	relations := write(t, "parent,child\n22298006,195967001\n", dir, "r_20260101.csv")
	l, err := Expand("mine", "<<22298006 |Myocardial infarction|", relations, "", "")
	if err != nil {
		t.Fatal(err)
	}
	var file, keys bytes.Buffer
	if err := WriteCSV(&file, l); err != nil {
		t.Fatal(err)
	}
	if err := WriteKeys(&keys, l); err != nil {
		t.Fatal(err)
	}
	if file.String() != "code,term\n195967001,\n22298006,Myocardial infarction\n" || !strings.Contains(keys.String(), `release = "20260101"`) {
		t.Errorf("%s\n%s", file.String(), keys.String())
	}
	// As a library it is the same list, by hash, and a later release shows.
	write(t, "[[source]]\nid = \"s\"\ntitle = \"t\"\n[[list]]\nname = \"mine\"\ntitle = \"t\"\nsource = \"s\"\nconfirmation = \"c\"\n"+keys.String(), dir, "lists.toml")
	write(t, file.String(), dir, "lists", "mine.csv")
	lib, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if lib.List("mine").Hash != l.Hash {
		t.Error("the list has another hash than was printed")
	}
	b := book(t)
	b.Codelists = lib
	if moves, err := b.Again(relations, day); err != nil || len(moves) > 0 {
		t.Errorf("%+v, %v", moves, err)
	}
	later := write(t, "parent,child,active\n22298006,195967001,0\n22298006,73211009,1\n", dir, "r_20260701.csv")
	moves, err := b.Again(later, day)
	if err != nil || len(moves) != 1 || moves[0].Added[0].Code != "73211009" || moves[0].Removed[0].Code != "195967001" {
		t.Errorf("%+v, %v", moves, err)
	}
}
