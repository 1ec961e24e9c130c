package catalogue

import (
	"slices"
	"strings"
	"testing"
)

// toldOf gives which of some words stand in no fault of a file, and the faults.
func toldOf(t *testing.T, text string, want ...string) ([]string, []string) {
	t.Helper()
	_, f := aloneFaults(t, map[string]string{"a.toml": text})
	return slices.DeleteFunc(want, func(w string) bool { return strings.Contains(strings.Join(f, "\n"), w) }), f
}

// One fault of an entry hides no other: not one of its source, its aggregate, its
// measurement or its group.
func TestNoFaultHidesAnother(t *testing.T) {
	for text, want := range map[string][]string{
		strings.NewReplacer(`"event"`, `"evnt"`, `"any"`, `"dayz"`, `"T"`, `"T {foo}"`).Replace(localEntry("x", "readmission = 400\n")):                                              {"(source)", "(aggregate)", "{foo}", "readmission 400"},
		strings.NewReplacer(`source`, `sorce`, `"any"`, `"dayz"`).Replace(localEntry("x", "sentence = \"a [b\"\n")):                                                                  {"did you mean source?", "did you mean days?", "brackets"},
		strings.NewReplacer(`["problem"]`, `[]`, `"any"`, `"dayz"`).Replace(localEntry("x", "spells = [\"emergency\"]\n")):                                                           {"(kinds)", "(aggregate)", "(filter)"},
		strings.NewReplacer(`"hba1c"`, `"hba1x"`, `[365]`, `[365, 365]`, `X, {window}`, `X {foo}`, `"unknown"`, `"zero"`, `why`, `sentence = "a {n"`+"\nwhy").Replace(measuredEntry): {"did you mean hba1c?", "windows has 365 twice", "{foo}", "a { without a }", "absence must be"},
		strings.NewReplacer(`analyte = "hba1c"`, `analytes = ["hba1c", "hba1x", "hba1c"]`, `"x_{w}"`, `"x_{member}_{w}"`).Replace(measuredEntry):                                     {"\"hba1x\"", "analytes has \"hba1c\" twice"},
		strings.Replace(localEntry("x", "group = \"none\"\n"), `"any"`, `"membrs"`, 1):                                                                                               {"no group", "did you mean members?"},
	} {
		if missing, f := toldOf(t, text, want...); len(missing) > 0 {
			t.Errorf("not told: %q; told: %q", missing, f)
		}
	}
}

// Each fault is told as what it is, and once.
func TestOneTrueFault(t *testing.T) {
	sound := localEntry("x_{w}", "lists = [\"falls\"]\n")
	for _, c := range []struct{ from, to, want string }{
		{"[90]", "[90, 90]", "ours/a.toml:6: x_{w}: windows has 90 twice: keep one (twice)"},
		{"[90]", "[-1]", "has a window of -1 days"},
		{"\"x_{w}\"", "\"x_{member}_{w}\"", "has {member}, {name} or {Name} in its id"},
		{"\"T\"", "\"T {name}\"", "has {member}, {name} or {Name} in its title"},
		{"\"T\"", "\"T {foo}\"", "has a place {foo} in its title"},
		{"\"T\"", "\"T {n}\"", "has a place {n} in its title that is none of {window}"},
		{"\"x_{w}\"\n", "\"x_{w}\"\nsince = \"1\"\n", "has since, which built-in features have: remove it"},
		{"\"x_{w}\"\n", "\"x_{w}\"\ntests = [\"falls\"]\n", "has tests, which built-in features have"},
		{"lists = [\"falls\"]", "codes = [\"snomed:161898005\"]", "names snomed:161898005, which has a wrong check digit: correct it"},
		{"lists = [\"falls\"]", "codes = [\"icd10:S72.0\"]", "names icd10:S72.0: write it as icd10:S720"},
		{"lists = [\"falls\"]", "codes = [\"161898004\"]", "which is no code: write system:code"},
		{"why = \"We ask.\"\n", "", "lacks why"},
		{"absence = \"zero\"\n", "", "lacks absence"},
		{"display = \"team\"\n", "", "lacks display"},
		{"aggregate = \"any\"\n", "", "lacks aggregate"},
		{"source = \"event\"\n", "", "lacks source"},
		{"area = \"local\"\n", "", "lacks area"},
		{"kinds = [\"problem\"]\n", "", "needs the kinds of event"},
		{"windows = [90]\n", "", "needs windows"},
		{"title = \"T\"\n", "", "lacks title"},
		{"id = \"x_{w}\"\n", "", "lacks id"},
	} {
		_, f := aloneFaults(t, map[string]string{"a.toml": strings.Replace(sound, c.from, c.to, 1)})
		f = slices.DeleteFunc(f, func(s string) bool { return c.from == "lists = [\"falls\"]" && strings.Contains(s, "list-misplaced") }) // of ICD-10 on problems there is none
		if len(f) != 1 || !strings.Contains(f[0], c.want) {
			t.Errorf("%s -> %s: want %q, got %q", c.from, c.to, c.want, f)
		}
	}
	if _, f := aloneFaults(t, map[string]string{"a.toml": strings.NewReplacer("x_{w}", "x", "[90]", "[90, 365]").Replace(sound)}); len(f) != 1 || !strings.Contains(f[0], "more than one of its windows: add {w} to it") {
		t.Errorf("%q", f)
	}
	if _, f := faultsOf(t, map[string]string{"B.TOML": sound, "c.Draft.toml": sound}); len(f) != 2 || !strings.Contains(f[0], "ours/B.TOML: is not read: a feature file ends in .toml") {
		t.Errorf("%q", f)
	}
}

// Derived features may read each other across files in any order.
func TestOrderOfDerived(t *testing.T) {
	of := func(id, terms string) string {
		return "[[feature]]\nid = \"" + id + "\"\ntitle = \"D\"\nsource = \"derived\"\nterms = [\n  " + terms + "]\naggregate = \"holds\"\nabsence = \"unknown\"\ndisplay = \"team\"\narea = \"local\"\nwhy = \"We ask.\"\n"
	}
	c, f := faultsOf(t, map[string]string{"a.toml": of("one", `"two"`) + of("two", `"three"`), "b.toml": of("three", `"age >= 65"`) + localEntry("late", "lists = [\"falls\"]\n")})
	if f != nil {
		t.Fatal(f)
	}
	built := load(t)
	n := len(built.Definitions)
	for i := range built.Definitions {
		if c.Definitions[i].ID != built.Definitions[i].ID {
			t.Fatalf("%s is at the place of %s", c.Definitions[i].ID, built.Definitions[i].ID)
		}
	}
	var ids []string
	for _, d := range c.Definitions[n:] {
		ids = append(ids, d.ID)
	}
	if !slices.Equal(ids, []string{"three", "two", "one", "late"}) || c.Place("one") != n+2 {
		t.Errorf("%q", ids)
	}
	if s := c.Subset([]string{"one"}); len(s.Definitions) != 4 {
		t.Errorf("a subset has %d", len(s.Definitions))
	}
	_, f = faultsOf(t, map[string]string{"a.toml": of("one", `"two"`) + of("two", "\"age < 3\",\n  \"three\""), "b.toml": of("three", `"one"`) + of("four", `"thre"`) + of("five", `"four"`)})
	if len(f) != 2 || !strings.Contains(f[0], "ours/b.toml:6: one reads itself: one reads two reads three reads one") || !strings.Contains(f[1], "ours/b.toml:17: four reads feature thre, which does not exist: did you mean three?") {
		t.Errorf("%q", f)
	}
	if c, _ := faultsOf(t, map[string]string{"a.toml": of("one", `"two"`) + of("two", `"one"`) + of("good", `"age < 2"`)}); c.Find("one") != nil || c.Find("two") != nil || c.Find("good") == nil {
		t.Error("what is sound is not kept, or a circle is")
	}
}
