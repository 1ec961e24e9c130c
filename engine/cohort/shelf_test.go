package cohort

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func exampleDictionary(t interface{ Fatal(...any) }) *Dictionary {
	d, err := NewDictionary([]Field{{ID: "copd_ever", Kind: Number, Source: Feature, Observed: []string{"problem"}}, {ID: "emergency_admissions_365d", Kind: Number, Source: Feature, Observed: []string{"spell.apc"}}, {ID: "score_m", Kind: Number, Source: Score}})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// A1: what is built is written as a file that says the same, byte for byte the
// same again, and its made-up people come out as their tests say.
func TestA1AFileIsReadBackAsItWasWritten(t *testing.T) {
	d := exampleDictionary(t)
	examples := 0
	rapid.Check(t, func(t *rapid.T) {
		n, err := d.ParseNode(anyNode(t, d, 3), false)
		if err != nil {
			t.Fatal(err)
		}
		def := &Definition{ID: "x", Name: rapid.String().Draw(t, "name") + "n", Version: "1", Author: "an \"analyst\"\\", Where: n}
		if with, err := d.WithExamples(def); err == nil {
			def = with
			examples++
			if err := d.Check(def); err != nil {
				t.Fatalf("%s: %v", d.Text(def), err)
			}
		} else if c := code(err); c != "cohort-nobody" && c != "cohort-everyone" {
			t.Fatal(err)
		}
		text := d.Text(def)
		back, err := d.Parse(text, false)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if back.Where.Hash() != n.Hash() || len(back.Tests) != len(def.Tests) || !bytes.Equal(d.Text(back), text) {
			t.Fatalf("%s is read back as %s", text, d.Text(back))
		}
		if len(def.Tests) > 0 && d.Check(back) != nil {
			t.Fatalf("its own tests fail: %s", text)
		}
	})
	if examples == 0 {
		t.Error("no tree had an example")
	}
}

func TestA1ExamplesOfWhatNobodyAndEveryoneMeets(t *testing.T) {
	d := exampleDictionary(t)
	age := func(op Op, x float64) Node { return Node{Field: "age", Op: op, Values: []any{x}} }
	for want, n := range map[string]Node{
		"cohort-nobody":   {All: []Node{age(AtLeast, 60), age(AtMost, 50)}},
		"cohort-everyone": {Any: []Node{{Field: "age", Op: IsUnknown}, age(AtLeast, 60), age(LessThan, 60)}},
	} {
		if _, err := d.WithExamples(&Definition{Where: n}); code(err) != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if p, ok := d.Example(Node{All: []Node{age(MoreThan, 60), age(LessThan, 62)}}, true); !ok || p["age"].Number != 61 {
		t.Error(p, ok)
	}
}

func TestA1TheExamplesThatComeWithItPassTheirTests(t *testing.T) {
	d := exampleDictionary(t)
	all := Examples()
	if len(all) < 2 {
		t.Fatal(len(all))
	}
	for _, k := range all {
		def, err := d.Parse(k.Text, false)
		if err == nil {
			err = d.Check(def)
		}
		if err != nil || k.File != def.ID+".toml" {
			t.Errorf("%s: %v", k.File, err)
		}
	}
}

// A2: a version that is saved is never changed, and a site's file comes first.
func TestA2AShelfKeepsEachVersionAsItWas(t *testing.T) {
	d := exampleDictionary(t)
	s := &Shelf{Site: t.TempDir(), State: t.TempDir()}
	def := &Definition{ID: "c", Name: "n", Version: "1", Author: "a", Where: Node{Field: "age", Op: AtLeast, Values: []any{60.0}}}
	if err := s.Save(def, d.Text(def)); err != nil {
		t.Fatal(err)
	}
	if err := s.Save(def, []byte("another")); code(err) != "cohort-exists" {
		t.Error(err)
	}
	for _, v := range []string{"", "../1", "1/2", strings.Repeat("1", 40), "a b"} {
		if err := s.Save(&Definition{ID: "c", Version: v}, nil); code(err) != "cohort-version" {
			t.Errorf("%q: %v", v, err)
		}
	}
	if err := os.WriteFile(filepath.Join(s.Site, "own.toml"), []byte("id=\"own\""), 0o600); err != nil {
		t.Fatal(err)
	}
	all, err := s.All()
	if err != nil || len(all) != 2+len(Examples()) || all[0].Origin != "site" || all[1].Origin != "saved" || !bytes.Equal(all[1].Text, d.Text(def)) {
		t.Errorf("%v, %v", all, err)
	}
	if at, _ := s.LastCounted(def.Where.Hash()); !at.IsZero() {
		t.Error("counted", at)
	}
	if err := s.Counted(def.Where.Hash(), "s1"); err != nil {
		t.Fatal(err)
	}
	if at, on := s.LastCounted(def.Where.Hash()); at.IsZero() || on != "s1" {
		t.Error(at, on)
	}
	if left, _ := filepath.Glob(filepath.Join(s.State, "*", ".new-*")); left != nil {
		t.Error("left behind:", left)
	}
}

// B20: a draft is one user's alone, of bounded size and number, and holds only
// what the dictionary has.
func TestB20ADraftIsOneUsersAndBounded(t *testing.T) {
	d := exampleDictionary(t)
	s := &Shelf{State: t.TempDir()}
	id := strings.Repeat("A", 26)
	f := NewDraft(id, "me", "", Node{})
	if _, ok := f.Whole(); ok {
		t.Error("an empty draft asks something")
	}
	over60 := Node{Field: "age", Op: AtLeast, Values: []any{60.0}}
	mark := f.Mark()
	for i, err := range []error{f.Add("", over60), f.AddGroup("", "any"), f.AddGroup("1", "none"), f.Turn("1", "all"), f.Remove("1.0"), f.Add("1", over60)} {
		if err != nil {
			t.Fatal(i, err)
		}
	}
	if f.Mark() == mark {
		t.Error("the mark stays the same")
	}
	for _, at := range []string{"0", "7", "-1", "x", "0.0.0", "1.5", strings.Repeat("0.", 40) + "0"} {
		if err := f.Add(at, over60); code(err) != "cohort-place" {
			t.Errorf("%q: %v", at, err)
		}
	}
	n, ok := f.Whole()
	if text := string(raw(n)); !ok || text != `{"all":[{"field":"age","op":"at_least","value":60},{"all":[{"field":"age","op":"at_least","value":60}]}]}` {
		t.Error(text)
	}
	if err := s.PutDraft(f); err != nil {
		t.Fatal(err)
	}
	text, err := s.Draft("me", id)
	if err != nil {
		t.Fatal(err)
	}
	if back, err := d.ParseDraft(text, false); err != nil || back.Mark() != f.Mark() || back.User != "me" {
		t.Errorf("%v, %v", back, err)
	}
	for _, x := range [][2]string{{"another", id}, {"me", strings.Repeat("B", 26)}, {"me", "../" + id}} {
		if _, err := s.Draft(x[0], x[1]); code(err) != "cohort-no-draft" {
			t.Errorf("%v: %v", x, err)
		}
	}
	for _, bad := range []string{`{}`, `{"Tree":{"field":"age","op":"is","value":1}}`, `{"Tree":{"all":[{"field":"p.person","op":"is","value":1}]}}`, strings.Repeat("x", maxRequest+1)} {
		if _, err := d.ParseDraft([]byte(bad), false); err == nil {
			t.Errorf("%.40s is read", bad)
		}
	}
	var last error
	for range maxNodes + 1 {
		if last = f.Add("", over60); last != nil {
			break
		}
	}
	if code(last) != "cohort-too-large" {
		t.Error(last)
	}
	for k := range 3 * mostDrafts {
		if err := s.PutDraft(NewDraft(fmt.Sprintf("%026d", 0)[:24]+string(rune('A'+k/26))+string(rune('A'+k%26)), "me", "", Node{})); err == nil {
			t.Fatal("a name with 0 is kept") // base32 has none
		}
		if err := s.PutDraft(NewDraft(strings.Repeat("C", 24)+string(rune('A'+k/26))+string(rune('A'+k%26)), "me", "", Node{})); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(s.drafts("me"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) || len(entries) != mostDrafts {
		t.Errorf("%d drafts are kept, %v", len(entries), err)
	}
}
