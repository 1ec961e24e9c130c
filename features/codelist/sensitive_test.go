package codelist

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func topicOf(lists string) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte("[[topic]]\nid = \"ours\"\ntitle = \"Ours\"\nwhy = \"We say so\"\nlists = [" + lists + "]\n")}
}

// A misspelt list of a topic is a fault with its line and the list meant, and the library beside the
// fault answers for every code.
func TestTopicOfNoList(t *testing.T) {
	base, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	dir := ours(ourLists)
	dir["sensitive.toml"] = topicOf("\n  \"our_falls\",\n  \"our_fals\"")
	got, err := Join(base, dir, "f")
	var faults *Faults
	if !errors.As(err, &faults) || len(faults.List) != 1 {
		t.Fatal(err)
	}
	if f := faults.List[0]; f.File != "f/sensitive.toml" || f.Line != 7 || !strings.Contains(f.Text, "did you mean our_falls?") {
		t.Error(f)
	}
	if topics := got.TopicsOf(SNOMED, "217082002"); !slices.Equal(topics, []string{"ours"}) {
		t.Errorf("topics %v", topics)
	}
}

// A site may have topics and no lists; they may name built-in lists, which are then of the built-in
// topics and of the site's.
func TestTopicsOfBuiltInLists(t *testing.T) {
	base, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	got, err := Join(base, fstest.MapFS{"sensitive.toml": topicOf(`"falls", "hiv"`)}, "f")
	if err != nil {
		t.Fatal(err)
	}
	if base.ClinicianOnly("falls") || !got.ClinicianOnly("falls") || got.Hash == base.Hash {
		t.Error("the topic does not hold, or the base changed")
	}
	code := base.List("hiv").Codes[0]
	if was, is := base.TopicsOf(SNOMED, code), got.TopicsOf(SNOMED, code); len(was) == 0 || !slices.Equal(is, append(was, "ours")) {
		t.Errorf("topics %v, then %v", was, is)
	}
	if _, err := Join(base, fstest.MapFS{"sensitive.toml": topicOf(`"fals"`)}, "f"); err == nil || !strings.Contains(err.Error(), "did you mean falls?") {
		t.Error(err)
	}
}

// Where lists.toml cannot be read, that alone is told.
func TestTopicsBesideUnreadableLists(t *testing.T) {
	base, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	got, err := Join(base, ours("[[list"), "f")
	if err == nil || strings.Contains(err.Error(), "topic") {
		t.Error(err)
	}
	got.TopicsOf(SNOMED, "217082002")
}

func TestCodeFault(t *testing.T) {
	for _, c := range []struct{ system, code, fault string }{
		{SNOMED, "161898004", ""}, {SNOMED, "161898005", "has a wrong check digit"},
		{ICD10, "S72.0", ""}, {ICD10, "!!", "has not the shape of an ICD-10 code, as S720"},
		{OPCS4, "W38.1", ""}, {OPCS4, "W3", "has not the shape of an OPCS-4 code, as W381"},
		{DMD, "322236009", ""}, {"loinc", "8480-6", ""},
	} {
		if got := CodeFault(c.system, c.code); got != c.fault {
			t.Errorf("%s %s: %q", c.system, c.code, got)
		}
	}
}
