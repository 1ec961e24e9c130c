package declared

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

type shelf struct {
	Box []box `toml:"box"`
}

type box struct {
	Place `fault:"box-incomplete"`

	ID    string            `toml:"id" need:"yes" means:"its name"`
	Sizes []int             `toml:"sizes" means:"its sizes" without:"none"`
	Lists []string          `toml:"lists" need:"yes" means:"its lists"`
	Least *float64          `toml:"least" means:"a bound" without:"any"`
	Open  bool              `toml:"open" means:"whether it is open" without:"false"`
	Words map[string]string `toml:"words" means:"words" without:"none"`
	Part  []part            `toml:"part" means:"its parts" without:"none"`
}

type part struct {
	Place
	Name string `toml:"name" need:"yes" means:"its name"`
}

const sound = `# a shelf
[[box]]
id = "one"
sizes = [1,
  2]
lists = ["a", "b"]
least = 3
[box.words]
x = "y"
[[box.part]]
name = "lid"

[[box]] # second
id = "two"
lists = ["a"]
open = true
`

func read(text string) (shelf, []string, bool) {
	var s shelf
	faults := &Faults{}
	ok := Read("f.toml", []byte(text), &s, faults)
	var out []string
	if faults.Err() != nil {
		for _, f := range faults.List {
			out = append(out, f.String())
		}
	}
	return s, out, ok
}

func TestSound(t *testing.T) {
	for _, lead := range []string{"", "\xef\xbb\xbf"} {
		s, faults, ok := read(lead + sound)
		if !ok || faults != nil || len(s.Box) != 2 {
			t.Fatalf("%v %v", faults, s)
		}
		b := s.Box[0]
		if b.ID != "one" || !reflect.DeepEqual(b.Sizes, []int{1, 2}) || *b.Least != 3 || b.Words["x"] != "y" || b.Part[0].Name != "lid" || !s.Box[1].Open {
			t.Errorf("%+v", b)
		}
		if b.Line != 2 || b.Key("sizes") != 4 || b.Nth("sizes", 1) != 5 || b.Key("none") != 2 || b.Part[0].Line != 10 || b.Part[0].Key("name") != 11 || s.Box[1].Line != 13 || s.Box[1].Key("open") != 16 {
			t.Errorf("lines: %+v", s)
		}
		if b.Faulty() || b.Broken("id") {
			t.Error("a sound table has faults")
		}
	}
}

// Every fault of a file is told at once, where it is, with what was expected.
func TestFaults(t *testing.T) {
	for _, c := range []struct {
		name, from, to string
		want           []string
	}{
		{"unknown key, near", "sizes =", "size =", []string{"f.toml:4: size is not a key of [[box]]: did you mean sizes? (unknown-key)"}},
		{"unknown key, far", "sizes =", "colour =", []string{"f.toml:4: colour is not a key of [[box]]: remove it, or use one of id, sizes, lists, least, open, words, part (unknown-key)"}},
		{"misspelt needed key is not missing too", `id = "two"`, `idd = "two"`, []string{`f.toml:14: idd is not a key of [[box]]: did you mean id? (unknown-key)`}},
		{"unknown table", "[[box]] # second", "[[boxx]]", []string{"f.toml:13: boxx is not a key of the file: remove it, or use one of box (unknown-key)"}},
		{"key of a table within", `name = "lid"`, `nome = "lid"`, []string{"f.toml:11: nome is not a key of [[box.part]]: did you mean name? (unknown-key)"}},
		{"string for list", `lists = ["a"]`, `lists = "a"`, []string{"f.toml:15: lists must be a list of strings, here a string (type)"}},
		{"number for string", `id = "two"`, "id = 2", []string{"f.toml:14: id must be a string, here a whole number (type)"}},
		{"mixed list", "[1,", `["1",`, []string{"f.toml:4: sizes must be a list of whole numbers, here a list of strings and whole numbers (type)"}},
		{"point", "[1,", `[1.5,`, []string{"f.toml:4: sizes must be a list of whole numbers, here a list of numbers with a point and whole numbers (type)"}},
		{"not a number", "least = 3", "least = nan", []string{"f.toml:7: least must be a number, here a number with a point (type)"}},
		{"switch", "open = true", `open = "yes"`, []string{"f.toml:16: open must be true or false, here a string (type)"}},
		{"day", "least = 3", "least = 2024-01-01", []string{"f.toml:7: least must be a number, here a date or a time (type)"}},
		{"table for tables", "[[box.part]]", "[box.part]", []string{"f.toml:10: part must be tables, each under the header [[box.part]], here a table (type)"}},
		{"twice", `["a", "b"]`, `["a", "a"]`, []string{`f.toml:6: lists has "a" twice: keep one (twice)`}},
		{"one missing", `id = "two"`, "", []string{"f.toml:13: [[box]] lacks id (its name): add it (box-incomplete)"}},
		{"blank is missing", `lists = ["a"]`, "lists = []", []string{"f.toml:13: [[box]] two lacks lists (its lists): add it (box-incomplete)"}},
		{"syntax", "least = 3", "least = ", []string{"f.toml:7: is not readable TOML: "}},
		{"key twice", "least = 3", "least = 3\nleast = 4", []string{"f.toml:8: is not readable TOML: "}},
		{"latin 1", `name = "lid"`, "name = \"l\xe9d\"", []string{"f.toml:11: holds a letter that is no UTF-8: save the file as UTF-8 (utf-8)"}},
		{"utf-16", "# a shelf", "\xff\xfe", []string{"f.toml:1: is written in UTF-16"}},
		{"inline", sound, "box = [{id = \"x\",\n lists = []}, {sizes = 3}]", []string{"f.toml:1: [[box]] x lacks lists", "f.toml:2: [[box]] lacks id (its name), lists (its lists): add them", "f.toml:2: sizes must be a list"}},
		{"several at once", "open = true", "open = 1\nshut = 2\nsizes = \"3\"\n[[box]]\nopen = 1", []string{"f.toml:16: ", "f.toml:17: ", "f.toml:18: ", "f.toml:19: ", "f.toml:20: "}},
	} {
		if !strings.Contains(sound, c.from) {
			t.Fatalf("%s: nothing is replaced", c.name)
		}
		_, got, ok := read(strings.Replace(sound, c.from, c.to, 1))
		if syntax := strings.Contains(strings.Join(got, ""), "readable TOML") || strings.Contains(strings.Join(got, ""), "(utf-8)"); ok == syntax {
			t.Errorf("%s: ok is %v", c.name, ok)
		}
		if len(got) != len(c.want) {
			t.Errorf("%s: %q", c.name, got)
			continue
		}
		for i := range got {
			if !strings.HasPrefix(got[i], c.want[i]) {
				t.Errorf("%s:\n%s\nwant\n%s", c.name, got[i], c.want[i])
			}
			if strings.Contains(got[i], "declared.") || strings.Contains(got[i], "toml: ") {
				t.Errorf("%s shows how it is made: %s", c.name, got[i])
			}
		}
	}
}

// What is sound is read beside what is not.
func TestOneBadKeyHidesNoOther(t *testing.T) {
	s, _, _ := read(strings.Replace(sound, `id = "one"`, "id = 1", 1))
	if b := s.Box[0]; b.ID != "" || !b.Broken("id") || b.Broken("sizes") || !b.Faulty() || len(b.Sizes) != 2 || s.Box[1].Faulty() || s.Box[1].ID != "two" {
		t.Errorf("%+v", s)
	}
}

// No text makes Read panic, and a line that it tells is a line of the text.
func TestReadAnything(t *testing.T) {
	pieces := append(strings.SplitAfter(sound, "\n"), "box = 3\n", "[box]\n", "[[box.part.x]]\n", "[box.part]\n", "box.id = 1\n", "\"a.b\" = {c = [{d = 1}, [2]]}\n", "\r\n", "lists = [[1], [1]]\n", "[[box]]\n", "x = '''\n", "''' \n")
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 12).Draw(t, "text"), "")
		faults := &Faults{}
		Read("f", []byte(text), &shelf{}, faults)
		for _, f := range faults.List {
			if f.Line < 0 || f.Line > strings.Count(text, "\n")+1 {
				t.Fatalf("line %d of %q: %s", f.Line, text, f)
			}
		}
	})
}

func TestKeys(t *testing.T) {
	got := Keys[shelf]()
	if len(got) != 8 || got[0] != (Key{"box", "id", "a string", true, "", "its name"}) || got[1].Type != "a list of whole numbers" || got[6].Type != "tables, each under [[box.part]]" || got[7].Table != "box.part" {
		t.Errorf("%+v", got)
	}
	defer func() {
		if recover() == nil {
			t.Error("a key without a meaning passes")
		}
	}()
	Keys[struct {
		X []struct {
			Y string `toml:"y"`
		} `toml:"x"`
	}]()
}

func TestNearest(t *testing.T) {
	known := []string{"windows", "within", "aggregate", "unit", "id"}
	for word, want := range map[string]string{"window": "windows", "agregate": "aggregate", "aggergate": "aggregate", "unti": "unit", "colour": "", "x": "", "withni": "within", "": ""} {
		if got := Nearest(word, known); got != want {
			t.Errorf("%s: %q", word, got)
		}
	}
}

func TestFaultsErr(t *testing.T) {
	f := &Faults{}
	if f.Err() != nil {
		t.Error("no fault is an error")
	}
	f.Add("b", 1, "c", "x %d", 1)
	f.Add("a", 9, "c", "y")
	f.Add("a", 0, "c", "z")
	f.Add("b", 1, "c", "x %d", 1)
	if got := f.Err().Error(); got != "the files have 3 faults:\na: z (c)\na:9: y (c)\nb:1: x 1 (c)" {
		t.Error(got)
	}
}
