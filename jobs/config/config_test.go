package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"leftshift/engine"
)

func TestWhole(t *testing.T) {
	c, err := Load("testdata/whole.toml")
	if err != nil {
		t.Fatal(err)
	}
	here, _ := filepath.Abs("testdata")
	want := []struct{ got, want any }{
		{c.Site.AsOf, "2026-03-31"},
		{c.At(c.Site.Data), "/srv/leftshift/data"},
		{c.At(c.Identity.KeyFile), filepath.Join(here, "secrets/person.key")},
		{c.Run.Buckets, 32},
		{c.Purposes(c.OptOut[0]), []string{"case-finding"}},
		{c.Purposes(c.OptOut[1]), []string{"planning", "case-finding"}},
		{c.Source[0].Known, "updated"},
		{c.Source[0].MaxShrink, 0.5},
		{c.Source[0].Identifier.Namespace, "testshire"},
		{c.Source[1].Known, "recorded"},
		{c.Source[1].MaxShrink, 1.0},
		{c.Source[1].LagDays, -1},
		{c.Source[1].Flow[0].LagDays, 30},
		{c.Source[1].Flow[1].LagDays, -1},
		{c.Source[1].Flow[1].Paths, []string{"in/ae/*.csv", "in/ae-late/*.csv"}},
		{c.Model.Horizons, []int{90, 30}},
		{c.Model.Boost, Boost{Rounds: 200, LearningRate: 0.05}},
		{c.Lists.Capacity, 50},
		{c.Schedule, Schedule{"30 2 * * *", "latest", 7}},
	}
	for i, w := range want {
		if !reflect.DeepEqual(w.got, w.want) {
			t.Errorf("value %d is %v; want %v", i, w.got, w.want)
		}
	}
}

// Every file of testdata/faulty ends with the faults that it must give, all
// of them, in order.
func TestFaulty(t *testing.T) {
	files, _ := filepath.Glob("testdata/faulty/*.toml")
	if len(files) < 8 {
		t.Fatalf("only %d files", len(files))
	}
	seen := map[string]bool{}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			doc, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for line := range strings.Lines(string(doc)) {
				if w, ok := strings.CutPrefix(line, "# want "); ok {
					want = append(want, strings.TrimSpace(w))
				}
			}
			_, err = Parse(doc, file)
			var f *Faults
			if !errors.As(err, &f) {
				t.Fatalf("error %v", err)
			}
			for i := 0; i < max(len(want), len(f.List)); i++ {
				var g, w string
				if i < len(f.List) {
					x := f.List[i]
					seen[x.Code] = true
					g = fmt.Sprintf("%d: %s: %s: %s", x.Line, x.Code, x.Path, x.Text)
					if x.Path == "" {
						g = fmt.Sprintf("%d: %s: %s", x.Line, x.Code, x.Text)
					}
				}
				if i < len(want) {
					w = want[i]
				}
				if w == "" || !strings.HasPrefix(g, w) {
					t.Errorf("fault %d is %q; want %q", i, g, w)
				}
			}
		})
	}
	for _, code := range []string{"config-syntax", "config-unknown-key", "config-type", "config-range", "config-choice", "config-form", "config-missing", "config-duplicate", "config-path", "config-reference", "config-governance"} {
		if !seen[code] {
			t.Errorf("no file shows %s", code)
		}
	}
}

func TestDefaultsAreValid(t *testing.T) {
	c, err := Parse([]byte("[site]\nname = \"x\"\n"), "/etc/leftshift/leftshift.toml")
	if err != nil {
		t.Fatal(err)
	}
	if c.At(c.Site.Data) != "/etc/leftshift/data" || c.Run.Workers() < 1 || c.Run.Memory() < 256 {
		t.Errorf("data %q, workers %d, memory %d", c.At(c.Site.Data), c.Run.Workers(), c.Run.Memory())
	}
	n := New()
	if err := n.Validate(); err == nil {
		t.Error("a configuration without a name is valid")
	}
	n.Site.Name = "x"
	if err := n.Validate(); err != nil {
		t.Error(err)
	}
	if n.Hash() != c.Hash() {
		t.Error("an empty file and New differ")
	}
}

// TestRoot: a configuration may stand in a folder of its own beside what it
// names; where it stands does not change what it means.
func TestRoot(t *testing.T) {
	at := func(root string) *Config {
		t.Helper()
		c, err := Parse([]byte("[site]\nname = \"x\"\nroot = \""+root+"\"\n"), "/srv/site/configs/one.toml")
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	for root, want := range map[string]string{"": "/srv/site/configs/data", "..": "/srv/site/data", "../../x/": "/srv/x/data", "/var/lib": "/var/lib/data"} {
		if got := at(root).At("data"); got != want {
			t.Errorf("root %q: %s, want %s", root, got, want)
		}
	}
	if at("..").Hash() != at("").Hash() {
		t.Error("the root changes the hash")
	}
	if _, err := Parse([]byte("[site]\nname = \"x\"\nroot = \"~/site\"\n"), ""); err == nil {
		t.Error("a root with ~ is taken")
	}
}

func TestAsOf(t *testing.T) {
	c := New()
	late := time.Date(2026, 6, 30, 23, 30, 0, 0, time.UTC) // 00:30 in London
	if got := c.AsOf(late).String(); got != "2026-07-01" {
		t.Errorf("today is %s", got)
	}
	c.Site.AsOf = "2020-02-29"
	if got := c.AsOf(late).String(); got != "2020-02-29" {
		t.Errorf("as of %s", got)
	}
	if engine.London.String() != "Europe/London" {
		t.Error("zone")
	}
}

func TestHash(t *testing.T) {
	base := "[site]\nname = \"x\"\n"
	hash := func(doc string) string {
		t.Helper()
		c, err := Parse([]byte(doc), "")
		if err != nil {
			t.Fatal(err)
		}
		return c.Hash()
	}
	for _, same := range []string{
		"# a comment\nsite.name = 'x'\n",
		base + "[run]\nthreads = 7\nmemory_mib = 4096\nmin_free_mib = 1\n",
		base + "[schedule]\ncron = \"0 4 * * *\"\n",
		base + "[run]\nbuckets = 0x10\n[lists]\nmin_probability = 0\n",
		"[report]\nround_to = 5\n" + base,
	} {
		if hash(same) != hash(base) {
			t.Errorf("another hash for %q", same)
		}
	}
	seen := map[string]string{hash(base): base}
	for _, other := range []string{
		base + "purpose = \"planning\"\n",
		base + "[run]\nbuckets = 32\n",
		base + "[model]\nhorizons = [365]\n",
		base + "[model]\nhorizons = [365, 30, 90]\n",
		base + "[lists]\nexclude = [\"a\", \"b\"]\n",
		base + "[lists]\nexclude = [\"b\", \"a\"]\n",
		base + "[lists]\nmin_probability = 0.1\n",
	} {
		h := hash(other)
		if was, ok := seen[h]; ok {
			t.Errorf("one hash for %q and %q", was, other)
		}
		seen[h] = other
	}
}

func TestMarkdownHoldsEveryKey(t *testing.T) {
	text := Markdown()
	var walk func(reflect.Type)
	keys := 0
	walk = func(ty reflect.Type) {
		for i := range ty.NumField() {
			sf := ty.Field(i)
			if !sf.IsExported() {
				continue
			}
			keys++
			if sf.Tag.Get("toml") == "" || len(sf.Tag.Get("say")) < 10 {
				t.Errorf("%s.%s has no name or no sentence", ty.Name(), sf.Name)
			}
			inner := sf.Type
			if inner.Kind() == reflect.Slice {
				inner = inner.Elem()
			}
			if inner.Kind() == reflect.Struct {
				if !strings.Contains(text, sf.Tag.Get("toml")+"]") {
					t.Errorf("no section for %s", sf.Name)
				}
				walk(inner)
			} else if !strings.Contains(text, "| `"+sf.Tag.Get("toml")+"` | ") {
				t.Errorf("no row for %s", sf.Name)
			}
		}
	}
	walk(reflect.TypeFor[Config]())
	if keys < 50 {
		t.Errorf("only %d keys walked", keys)
	}
	for _, row := range []string{
		"| `buckets` | whole number, 1 to 256 | `16` |",
		"| `known` | recorded / updated | `\"recorded\"` |",
		"| `horizons` | list: whole number, 1 to 3650 | `[365, 90, 30]` |",
		"| `ends` | date | *required* |",
		"## [[source.flow]]", "## [model.boost]",
	} {
		if !strings.Contains(text, row) {
			t.Errorf("no %q in\n%s", row, text)
		}
	}
}

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	outside := filepath.Join(t.TempDir(), "secret.ndjson")
	for _, f := range []string{"in/a[1]/2.ndjson", "in/a[1]/10.ndjson", "in/b/1.ndjson", "in/b/note.txt", "in/b/d.ndjson/x"} {
		full := filepath.Join(dir, f)
		if err := os.MkdirAll(filepath.Dir(full), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(outside, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Parse([]byte("site.name='x'"), filepath.Join(dir, "leftshift.toml"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.Files([]string{"in/*/*.ndjson", "in/b/1.ndjson", "none/*.x"})
	want := []string{"in/a[1]/10.ndjson", "in/a[1]/2.ndjson", "in/b/1.ndjson"}
	for i := range want {
		want[i] = filepath.Join(dir, want[i])
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("files %v, %v; want %v", got, err, want)
	}

	// The folder itself may be a link; a file in it that leads out may not.
	if err := os.Symlink(filepath.Join(dir, "in/b"), filepath.Join(dir, "linked")); err != nil {
		t.Fatal(err)
	}
	if got, err := c.Files([]string{"linked/*.ndjson"}); err != nil || len(got) != 1 {
		t.Errorf("through a linked folder: %v, %v", got, err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "in/b/0.ndjson")); err != nil {
		t.Fatal(err)
	}
	if got, err := c.Files([]string{"in/b/*.ndjson"}); err == nil {
		t.Errorf("a link that leads out gave %v", got)
	}
	if got, err := c.Files([]string{"../*"}); err == nil {
		t.Errorf(".. gave %v", got)
	}
}

func TestMachineMemory(t *testing.T) {
	dir := t.TempDir()
	put := func(name, text string) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	info := put("meminfo", "MemTotal:       8388608 kB\nMemFree: 1 kB\n")
	if got := machineMiB(info, put("none", "max\n")); got != 8192 {
		t.Errorf("%d", got)
	}
	if got := machineMiB(info, put("limit", "1073741824\n")); got != 1024 {
		t.Errorf("%d", got)
	}
	if got := machineMiB(dir+"/absent", dir+"/absent"); got != 0 {
		t.Errorf("%d", got)
	}
}

func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.toml")
	more, _ := filepath.Glob("testdata/faulty/*.toml")
	for _, file := range append(files, more...) {
		doc, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(doc)
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		c, err := Parse(doc, "")
		if (c == nil) == (err == nil) {
			t.Fatalf("both or neither: %v, %v", c, err)
		}
		if c != nil && c.Validate() != nil {
			t.Fatal("Parse and Validate disagree")
		}
	})
}
