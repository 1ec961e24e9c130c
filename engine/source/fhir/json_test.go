package fhir

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// value gives an element as encoding/json would, with numbers as written.
func value(e Element) any {
	switch e.kind() {
	case object:
		m := map[string]any{}
		if e.node().flags&hasChild != 0 {
			for i := e.i + 1; i != 0; i = e.d.nodes[i].next {
				m[e.d.nameOf(&e.d.nodes[i])] = value(Element{e.d, i})
			}
		}
		return m
	case list:
		l := []any{}
		if e.node().flags&hasChild != 0 {
			for i := e.i + 1; i != 0; i = e.d.nodes[i].next {
				l = append(l, value(Element{e.d, i}))
			}
		}
		return l
	case text:
		return strings.Clone(e.Word())
	case number:
		n, _ := e.Number()
		return json.Number(strings.Clone(n))
	case yes:
		return true
	case no:
		return false
	}
	return nil
}

// same says whether the reader and encoding/json agree on a text: both refuse
// it, or both take it for the same value. What only the reader refuses must
// be one of the flaws that encoding/json lets pass.
func same(t interface{ Fatalf(string, ...any) }, src []byte) {
	var d document
	bad := d.parse(src, 64)
	valid := json.Valid(src)
	if bad != nil {
		if valid && bad.code != "json-depth" {
			t.Fatalf("%q refused: %+v", src, bad)
		}
		return
	}
	flawed := len(d.soft) > 0
	if !valid && !flawed {
		t.Fatalf("%q taken", src)
	}
	if flawed {
		for _, f := range d.soft {
			switch f.code {
			case "json-number", "json-control":
				if valid {
					t.Fatalf("%q: %s of valid JSON", src, f.code)
				}
			case "utf8-invalid":
				if utf8.Valid(src) && !bytes.Contains(bytes.ToLower(src), []byte(`\ud`)) {
					t.Fatalf("%q is valid UTF-8", src)
				}
			case "nul", "json-duplicate-name", "json-depth":
			default:
				t.Fatalf("no such flaw %q", f.code)
			}
		}
		return
	}
	dec := json.NewDecoder(bytes.NewReader(src))
	dec.UseNumber()
	var want any
	if err := dec.Decode(&want); err != nil {
		t.Fatalf("%q: %v", src, err)
	}
	if got := value(d.root()); !reflect.DeepEqual(got, want) {
		t.Fatalf("%q gives %v, want %v", src, got, want)
	}
}

// The reader agrees with encoding/json on random documents, whole, cut short,
// and with a byte changed.
func TestReaderAgrees(t *testing.T) {
	var doc func(depth int) *rapid.Generator[any]
	doc = func(depth int) *rapid.Generator[any] {
		leaf := rapid.OneOf(
			rapid.Custom(func(t *rapid.T) any { return rapid.String().Draw(t, "s") }),
			rapid.Custom(func(t *rapid.T) any { return rapid.Float64Range(-1e9, 1e9).Draw(t, "f") }),
			rapid.Custom(func(t *rapid.T) any {
				return rapid.SampledFrom([]any{true, false, nil, "a\"b\\c\x01", "𝄞é"}).Draw(t, "w")
			}))
		if depth == 0 {
			return leaf
		}
		return rapid.OneOf(leaf,
			rapid.Custom(func(t *rapid.T) any {
				return rapid.MapOfN(rapid.String(), doc(depth-1), 0, 6).Draw(t, "o")
			}),
			rapid.Custom(func(t *rapid.T) any { return rapid.SliceOfN(doc(depth-1), 0, 5).Draw(t, "l") }))
	}
	rapid.Check(t, func(t *rapid.T) {
		v := doc(3).Draw(t, "doc")
		var src []byte
		var err error
		if rapid.Bool().Draw(t, "indent") {
			src, err = json.MarshalIndent(v, " ", "\t")
		} else {
			src, err = json.Marshal(v)
		}
		if err != nil {
			t.Fatal(err)
		}
		same(t, src)
		same(t, src[:rapid.IntRange(0, len(src)).Draw(t, "cut")])
		i := rapid.IntRange(0, len(src)-1).Draw(t, "at")
		changed := bytes.Clone(src)
		changed[i] = rapid.Byte().Draw(t, "byte")
		same(t, changed)
	})
}

// Every duplicate is found, among few names and among many, escaped or not.
// A text of little but brackets and commas is given up before it fills the
// memory; one of a million values is not.
func TestDenseTexts(t *testing.T) {
	var d document
	list := func(n int) []byte { return []byte("[" + strings.Repeat("1,", n-1) + "1]") }
	if bad := d.parse(list(1<<20), 64); bad != nil {
		t.Errorf("a million values: %s", bad.code)
	}
	n := 1 << 21
	if bad := d.parse(list(n), 64); bad == nil || bad.code != "json-dense" || len(d.nodes) > mostValues(list(n))+1 {
		t.Errorf("two million values: %+v, %d kept", bad, len(d.nodes))
	}
}

func TestDuplicateNames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfN(rapid.StringMatching(`[a-d]{1,4}`), 1, 150).Draw(t, "names")
		seen, want := map[string]bool{}, false
		var b strings.Builder
		for i, n := range names {
			want = want || seen[n]
			seen[n] = true
			b.WriteString(",{"[(len(names)-i)/len(names):][:1])
			if rapid.Bool().Draw(t, "escape") {
				n = `\u00` + map[byte]string{'a': "61", 'b': "62", 'c': "63", 'd': "64"}[n[0]] + n[1:]
			}
			b.WriteString(`"` + n + `":[{}]`)
		}
		b.WriteString("}")
		var d document
		if bad := d.parse([]byte(b.String()), 64); bad != nil {
			t.Fatalf("%s: %+v", b.String(), bad)
		}
		if got := len(d.soft) > 0; got != want {
			t.Fatalf("%s: duplicate %v, want %v", b.String(), got, want)
		}
	})
}

func FuzzReader(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.5e3,-0,"x\u00e9\ud83d\ude00"],"b":{"c":null}}`, `{"a":01}`, `{"a":1,"a":2}`, `[[[`, `"\ud800"`, `{"a":tru`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) { same(t, src) })
}
