package catalogue

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

// faultsOf loads a site's files and gives every fault as told.
func faultsOf(t *testing.T, files map[string]string) (*Catalogue, []string) {
	t.Helper()
	return faultsIn(t, files, Folder{FS: builtIn})
}

// aloneFaults is faultsOf without what is built in, which takes longer to read.
func aloneFaults(t *testing.T, files map[string]string) (*Catalogue, []string) {
	t.Helper()
	return faultsIn(t, files)
}

func faultsIn(t *testing.T, files map[string]string, before ...Folder) (*Catalogue, []string) {
	t.Helper()
	lib, an := shelves(t)
	dir := fstest.MapFS{}
	for name, text := range files {
		dir[name] = &fstest.MapFile{Data: []byte(text)}
	}
	c, err := loadAll(lib, an, append(before, Folder{Name: "ours", FS: dir}))
	if err == nil {
		return c, nil
	}
	var f *Faults
	if !errors.As(err, &f) || c == nil {
		t.Fatalf("%T: %v", err, err)
	}
	var out []string
	for _, x := range f.List {
		out = append(out, x.String())
	}
	return c, out
}

const wrong = `[[feature]]
id = "a_{w}"
tytle = "A, {window}"
sentence = "a [{n}"
source = "event"
kinds = ["problem", "obsrvation"]
lists = ["falls", "falls", "fals"]
windows = "365"
aggregate = "days"
absence = "none"
why = "We ask."
area = "local"

[[feature]]
id = "b"
title = "B"
source = "event"
kinds = ["problem"]
windows = [90]
agregate = "any"
absence = "zero"
display = "team"
area = "local"
first_of_cis = 1

[[group]]
id = "pair"
title = "A pair"
[[group.member]]
id = "one"
title = "one"
lists = ["falls", 3]

[[feature]]
id = "c_{member}"
title = "C"
each = "par"
source = "event"
kinds = ["problem"]
windows = [90]
aggregate = "any"
absence = "zero"
display = "everyone"
area = "local"
why = "We ask."

[[case]]
show = "It counts"
record = '''
on 2024-01-01
  a_365d = 1
'''
`

// One run tells every fault of every file, at its line, with what was expected
// and without what only repeats another.
func TestEveryFaultAtOnce(t *testing.T) {
	_, got := faultsOf(t, map[string]string{"wrong.toml": "\xef\xbb\xbf" + wrong, "broken.toml": "[[feature]\n", "empty.toml": "# later\n", "latin.toml": "title = \"\xe9\"\n"})
	want := []string{
		"ours/broken.toml:1: is not readable TOML: ",
		"ours/empty.toml: declares nothing: add a [[feature]], or remove the file (file-empty)",
		"ours/latin.toml:1: holds a letter that is no UTF-8",
		"ours/wrong.toml:1: [[feature]] a_{w} lacks display (who may see it: team or clinician): add it (incomplete)",
		"ours/wrong.toml:3: tytle is not a key of [[feature]]: did you mean title? (unknown-key)",
		"ours/wrong.toml:4: a_{w} has ",
		"ours/wrong.toml:6: a_{w}: kinds has \"obsrvation\": use one of ",
		"ours/wrong.toml:7: a_{w} names code list \"fals\", which does not exist: did you mean falls? (list-unknown)",
		"ours/wrong.toml:7: lists has \"falls\" twice: keep one (twice)",
		"ours/wrong.toml:8: windows must be a list of whole numbers, here a string (type)",
		"ours/wrong.toml:10: a_{w} needs absence = \"zero\" or \"unknown\" (absence)",
		"ours/wrong.toml:14: [[feature]] b lacks why (why it is here, in a sentence): add it (incomplete)",
		"ours/wrong.toml:20: agregate is not a key of [[feature]]: did you mean aggregate? (unknown-key)",
		"ours/wrong.toml:24: first_of_cis must be true or false, here a whole number (type)",
		"ours/wrong.toml:32: lists must be a list of strings, here a list of strings and whole numbers (type)",
		"ours/wrong.toml:37: c_{member}: there is no group \"par\": did you mean pair? (group-unknown)",
		"ours/wrong.toml:43: c_{member} needs display = \"team\" or \"clinician\" (display)",
		"ours/wrong.toml:48: show is not a key of [[case]]: did you mean shows? (unknown-key)",
	}
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			t.Errorf("not told: %s", want[i])
		case i >= len(want):
			t.Errorf("told beside: %s", got[i])
		case !strings.HasPrefix(got[i], want[i]):
			t.Errorf("%s\nwant\n%s", got[i], want[i])
		}
		if i < len(got) && (strings.Contains(got[i], "catalogue.") || strings.Contains(got[i], "struct")) {
			t.Errorf("shows how it is made: %s", got[i])
		}
	}
}

func localEntry(id, more string) string {
	return "[[feature]]\nid = \"" + id + "\"\ntitle = \"T\"\nsource = \"event\"\nkinds = [\"problem\"]\nwindows = [90]\naggregate = \"any\"\nabsence = \"zero\"\ndisplay = \"team\"\narea = \"local\"\nwhy = \"We ask.\"\n" + more
}

// Beside faults stands what is sound: what has a fault, and what reads that, is
// left out and known as such.
func TestSoundIsKept(t *testing.T) {
	derived := "[[feature]]\nid = \"d\"\ntitle = \"D\"\nsource = \"derived\"\nterms = [\"bad\"]\naggregate = \"holds\"\nabsence = \"unknown\"\ndisplay = \"team\"\narea = \"local\"\nwhy = \"We ask.\"\n"
	c, faults := faultsOf(t, map[string]string{"a.toml": localEntry("good", "lists = [\"falls\"]\n") + localEntry("bad", "lists = [\"no_such\"]\n") + derived + localEntry("each_{member}", "each = \"no_such\"\n")})
	if len(faults) != 2 || c.Find("good") == nil || c.Find("age") == nil {
		t.Fatalf("%q", faults)
	}
	for _, id := range []string{"bad", "d", "each_one"} {
		if c.Find(id) != nil || !c.Faulty(id) {
			t.Errorf("%s is no faulty feature", id)
		}
	}
	if c.Faulty("good") || c.Faulty("each") || c.Faulty("none") {
		t.Error("what has no fault is faulty")
	}
	for i := range c.Definitions {
		if c.Place(c.Definitions[i].ID) != i {
			t.Fatalf("%s is not at its place", c.Definitions[i].ID)
		}
	}
}

// A draft is read when it is named, and never with its folder.
func TestDraft(t *testing.T) {
	lib, an := shelves(t)
	dir := fstest.MapFS{"a.toml": {Data: []byte(localEntry("good", "lists = [\"falls\"]\n"))}, "b.draft.toml": {Data: []byte(localEntry("bad", "lists = [\"fals\"]\n"))}}
	c, err := LoadWith(lib, an, Folder{Name: "ours", FS: dir})
	if err != nil || c.Find("good") == nil || c.Find("bad") != nil {
		t.Errorf("%v", err)
	}
	if _, err = LoadWith(lib, an, Folder{Name: "ours", FS: dir}, Folder{Name: "ours", FS: dir, Only: "b.draft.toml"}); err == nil || !strings.Contains(err.Error(), "ours/b.draft.toml:12: ") {
		t.Errorf("%v", err)
	}
}

// Of an entry whose source or aggregate is not known, it is not told what does
// not go with them.
func TestOnlyTheCause(t *testing.T) {
	for _, c := range []string{
		"source = \"derived\"\nagregate = \"holds\"\nterms = [\"age >= 65\"]\nabsence = \"unknown\"\n",
		"sorce = \"derived\"\naggregate = \"holds\"\nterms = [\"age >= 65\"]\nabsence = \"unknown\"\n",
		"source = 3\naggregate = \"days\"\nkinds = [\"problem\"]\nwindows = [30]\nabsence = \"zero\"\n",
	} {
		if _, f := faultsOf(t, map[string]string{"a.toml": "[[feature]]\nid = \"x\"\ntitle = \"X\"\ndisplay = \"team\"\narea = \"local\"\nwhy = \"We ask.\"\n" + c}); len(f) != 1 {
			t.Errorf("%s: %q", c, f)
		}
	}
}

// One may say of what a feature is in one way only: the others would be passed
// over in silence.
func TestOneSubject(t *testing.T) {
	for _, more := range []string{"lists = [\"falls\"]\neach = \"ltc\"\n", "codes = [\"snomed:217082002\"]\nanalyte = \"hba1c\"\n"} {
		if _, f := faultsOf(t, map[string]string{"a.toml": localEntry("x_{member}", more)}); len(f) == 0 || !slices.ContainsFunc(f, func(s string) bool { return strings.Contains(s, "(subjects)") }) {
			t.Errorf("%s: %q", more, f)
		}
	}
}

func TestMaxLocal(t *testing.T) {
	windows := func(n int) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.Repeat(" ", i%2) + "," + strconv.Itoa(i+1))
		}
		return strings.Replace(localEntry("x_{w}", "lists = [\"falls\"]\n"), "[90]", "["+b.String()[1:]+"]", 1)
	}
	if c, f := faultsOf(t, map[string]string{"a.toml": windows(MaxLocal)}); f != nil || c.Find("x_2000d") == nil {
		t.Errorf("%q", f)
	}
	c, f := faultsOf(t, map[string]string{"a.toml": windows(MaxLocal + 500)})
	if c.Find("x_2001d") != nil || c.Faulty("x_2001d") {
		t.Error("more are made than may be")
	}
	if len(f) != 1 || !strings.Contains(f[0], "ours/a.toml:1: the site's own files make more than 2000 features") {
		t.Errorf("%.300q", f)
	}
}

// Numbers are made up: ten digits that pass the check of NHS numbers, in the
// range that is not given to people (999...), and one more.
func TestNoNHSNumber(t *testing.T) {
	base := localEntry("x", "lists = [\"falls\"]\n")
	// Other faults quote what was written: not this.
	for _, wrong := range []string{"terms = [\"9990000026 >= 1\"]\n", "of9990000026 = 1\n", "lists = [\"falls\", \"999 000 0026\"]\n"} {
		_, f := faultsOf(t, map[string]string{"9990000026.toml": localEntry("x", wrong)})
		if len(f) == 0 || strings.Contains(strings.Join(f, " "), "0026") {
			t.Errorf("%q: %q", wrong, f)
		}
	}
	for _, c := range []struct {
		text string
		told bool
	}{
		{"# 9990000026\n", true}, {"# 999 000 0026\n", true}, {"# 999-000-0026\n", true}, {"# a9990000026b\n", true}, {"x_9990000026 = 1\n", true},
		{"# 1234 9990000026\n", true}, {"# 365 999 000 0026\n", true}, {"# 9990000027\n", false}, {"# 99900000261\n", false}, {"# 19990000026\n", false}, {"# snomed:217082002\n", false},
		{"# snomed:9990000026\n", true},                            // no identifier
		{"# snomed:1000001008\n", false}, {"# 1000001008\n", true}, // an identifier that looks so by chance
	} {
		_, f := faultsOf(t, map[string]string{"a.toml": base + c.text})
		told := slices.ContainsFunc(f, func(s string) bool {
			return strings.HasPrefix(s, "ours/a.toml:13: ") && strings.Contains(s, "(nhs-number)")
		})
		if told != c.told {
			t.Errorf("%s: %q", c.text, f)
		}
		for _, s := range f {
			if strings.Contains(s, "0000026") && strings.Contains(s, "nhs-number") {
				t.Error("the number is told")
			}
		}
	}
}
