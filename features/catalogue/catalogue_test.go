package catalogue

import (
	"strings"
	"testing"
	"testing/fstest"

	"leftshift/engine"
	"leftshift/engine/analyte"
	"leftshift/features/codelist"
	"leftshift/features/matrix"
)

func shelves(t testing.TB) (*codelist.Library, *analyte.Table) {
	t.Helper()
	lib, err := codelist.Load()
	if err != nil {
		t.Fatal(err)
	}
	an, err := analyte.Load()
	if err != nil {
		t.Fatal(err)
	}
	return lib, an
}

func load(t testing.TB) *Catalogue {
	t.Helper()
	lib, an := shelves(t)
	c, err := Load(lib, an)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestBuiltIn(t *testing.T) {
	c := load(t)
	if len(c.Definitions) < 150 {
		t.Errorf("%d definitions, want at least 150", len(c.Definitions))
	}
	for _, id := range []string{"age", "emergency_admissions_365d", "emergency_admissions_ever", "heart_failure_established", "hba1c_latest_1095d", "falls_1095d"} {
		if c.Find(id) == nil {
			t.Errorf("there is no %s", id)
		}
	}
	if c.Find("no_such_feature") != nil {
		t.Error("a feature that does not exist was found")
	}
	if other := load(t); other.Hash != c.Hash {
		t.Error("the same catalogue has two hashes")
	}
	if part := c.Subset([]string{"age", "male"}); len(part.Definitions) != 2 || part.Hash == c.Hash || part.Find("male") == nil || part.Find("female") != nil {
		t.Errorf("subset: %d definitions", len(part.Definitions))
	}
}

// What concerns a sensitive topic is shown to clinicians only, whatever the
// entry says.
func TestSensitiveIsHidden(t *testing.T) {
	c := load(t)
	lib, _ := shelves(t)
	for i := range c.Definitions {
		d := &c.Definitions[i]
		if len(d.Members) >= 5 || d.Weights != nil {
			continue
		}
		for _, m := range d.Members {
			for _, l := range m.Lists {
				if lib.ClinicianOnly(l) && d.Display != matrix.DisplayClinician {
					t.Errorf("%s reads %s and is shown to everyone", d.ID, l)
				}
			}
		}
	}
	for _, id := range []string{"depression_ever", "severe_mental_illness_established", "charlson_aids_1095d", "palliative_care", "safeguarding_1095d", "opioid_dependence_ever", "pregnancy_365d", "heavy_alcohol_1095d", "self_harm_admissions_1095d", "maternity_365d", "clinical_frailty_level", "frailty_scale_latest_1095d", "alcohol_units_latest_1095d"} {
		if d := c.Find(id); d == nil || d.Display != matrix.DisplayClinician {
			t.Errorf("%s is not for clinicians only", id)
		}
	}
}

// Every definition says something readable for a value, zero and unknown.
func TestEverySentence(t *testing.T) {
	c := load(t)
	on, _ := engine.ParseDay("2024-06-30")
	for _, col := range c.Columns() {
		for _, v := range []float32{0, 1, 2.5, 400, matrix.NaN} {
			for _, last := range []engine.Day{engine.NoDay, on - 3} {
				s := Sentence(col, v, last, on)
				if s == "" || strings.ContainsAny(s, "{}[]\n") || strings.HasSuffix(s, ".") || strings.Contains(s, "  ") {
					t.Errorf("%s of %v: %q", col.ID, v, s)
				}
			}
		}
	}
}

func TestSentence(t *testing.T) {
	on, _ := engine.ParseDay("2024-06-30")
	last, _ := engine.ParseDay("2024-03-04")
	col := matrix.Column{Title: "Stays", Unit: "kg", Sentence: "{n:stay|stays} of {value} {unit}[, the last on {last}]\nNo stay\n"}
	for _, c := range []struct {
		v    float32
		last engine.Day
		want string
	}{
		{1, last, "1 stay of 1 kg, the last on 4 March 2024"},
		{2, engine.NoDay, "2 stays of 2 kg"},
		{2.55, on + 1, "3 stays of 2.5 kg"}, // a day after the as-of day is not said
		{0, last, "No stay"},
		{matrix.NaN, last, "Stays: not recorded"},
		{-0.04, engine.NoDay, "0 stays of -0.04 kg"},
	} {
		if got := Sentence(col, c.v, c.last, on); got != c.want {
			t.Errorf("%v: %q, want %q", c.v, got, c.want)
		}
	}
	if got := Sentence(matrix.Column{Title: "Stays"}, 3, last, on); got != "Stays: 3" {
		t.Errorf("without a template: %q", got)
	}
	for days, want := range map[int]string{0: "0 days", 1: "1 day", 60: "60 days", 61: "2 months", 730: "23 months", 731: "2 years", 365 * 10: "9 years", 3653: "10 years"} {
		if got := Span(days); got != want {
			t.Errorf("%d days: %q, want %q", days, got, want)
		}
	}
}

const good = `[[feature]]
id = "problems_{w}"
title = "Problems, {window}"
sentence = "{n:problem|problems} {in}"
source = "event"
kinds = ["problem"]
windows = [365]
aggregate = "count"
absence = "zero"
display = "team"
area = "a"
why = "b"
tests = ["c"]
since = "0.1"
`

// One fault a rule: the entry above with lines changed, and the fault it must
// give, at its line.
func TestFaults(t *testing.T) {
	lib, an := shelves(t)
	if _, err := LoadFS(fstest.MapFS{"a.toml": {Data: []byte(good)}}, lib, an); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ from, to, code, line string }{
		{`id = "problems_{w}"`, `id = "Problems"`, "id", ":2:"},
		{`id = "problems_{w}"`, ``, "incomplete", ":1:"},
		{`[365]`, `[365, 90, 365]`, "twice", ":7:"},
		{`[365]`, `[-1]`, "window", ":7:"},
		{`windows = [365]`, ``, "window-missing", ":1:"},
		{`"count"`, `"sum"`, "aggregate", ":8:"},
		{`"count"`, `"bed_days"`, "aggregate", ":8:"},
		{`"count"`, `"mean"`, "analyte", ":8:"},
		{`"count"`, `"days_since"`, "absence", ":9:"},
		{`"count"`, `"members"`, "group", ":1:"},
		{`"count"`, `"distinct_spells"`, "within", ":1:"},
		{`"count"`, `"acceleration"`, "recent", ":1:"},
		{`"zero"`, `"none"`, "absence", ":9:"},
		{`"team"`, `"all"`, "display", ":10:"},
		{`"event"`, `"row"`, "source", ":5:"},
		{`"event"`, `"spell"`, "filter", ":5:"},
		{`["problem"]`, `["problm"]`, "name-unknown", ":6:"},
		{`["problem"]`, `[]`, "kinds", ":6:"},
		{`area = "a"`, ``, "incomplete", ":1:"},
		{`{n:problem|problems}`, `{m}`, "sentence", ":4:"},
		{`{n:problem|problems}`, `{n:problem}`, "sentence", ":4:"},
		{`{n:problem|problems}`, `{n`, "sentence", ":4:"},
		{`{n:problem|problems}`, `[{n}`, "sentence", ":4:"},
		{`since = "0.1"`, "since = \"0.1\"\nlists = [\"no_such_list\"]", "list-unknown", ":15:"},
		{`since = "0.1"`, "since = \"0.1\"\ncodes = [\"snomed:217082003\"]", "code", ":15:"},
		{`since = "0.1"`, "since = \"0.1\"\neach = \"no_such_group\"", "group-unknown", ":15:"},
		{`since = "0.1"`, "since = \"0.1\"\nanalyte = \"no_such\"", "analyte-unknown", ":15:"},
		{`since = "0.1"`, "since = \"0.1\"\npick = \"x\"", "pick", ":15:"},
		{`since = "0.1"`, "since = \"0.1\"\nweights = \"hfrs\"", "weights", ":15:"},
		{`since = "0.1"`, "since = \"0.1\"\ngap = 365", "window", ":7:"},
		{`since = "0.1"`, "since = \"0.1\"\ncolour = \"x\"", "unknown-key", ":15:"},
		{`area = "a"`, "area = ", "toml", ":11:"},
		{`since = "0.1"`, ``, "since", ":1:"},
		{`since = "0.1"`, "since = \"0.1\"\nvalue_from = 1.0", "value-bound", ":15:"},
		{`since = "0.1"`, "since = \"0.1\"\nterms = [\"age\"]", "terms", ":15:"},
		{`since = "0.1"`, "since = \"0.1\"\nterms = [\"age > 5\"]", "term", ":15:"},
		{`since = "0.1"`, "since = \"0.1\"\ndestinations = [\"19\"]", "filter", ":5:"},
		{`since = "0.1"`, "since = \"0.1\"\nspecialties = [\"300\"]", "code", ":15:"},
		{`since = "0.1"`, "since = \"0.1\"\ncurrent = true", "filter", ":5:"},
		{`"count"`, `"started"`, "recent", ":1:"},
		{`"count"`, `"holds"`, "terms", ":1:"},
	} {
		_, err := LoadFS(fstest.MapFS{"a.toml": {Data: []byte(strings.Replace(good, c.from, c.to, 1))}}, lib, an)
		if err == nil || !strings.Contains(err.Error(), "("+c.code+")") || !strings.Contains(err.Error(), "a.toml"+c.line) {
			t.Errorf("%s -> %s: want %s at %s, got: %v", c.from, c.to, c.code, c.line, err)
		}
	}
	// All files' faults at once.
	_, err := LoadFS(fstest.MapFS{
		"a.toml": {Data: []byte(strings.Replace(good, "team", "x", 1))},
		"b.toml": {Data: []byte(strings.Replace(strings.Replace(good, "problems_{w}", "other", 1), "zero", "x", 1))},
	}, lib, an)
	if f, ok := err.(*Faults); !ok || len(f.List) != 2 || f.List[0].File != "a.toml" || f.List[1].File != "b.toml" {
		t.Errorf("faults of two files: %v", err)
	}
	if _, err := LoadFS(fstest.MapFS{}, lib, an); err == nil {
		t.Error("an empty directory is a catalogue")
	}
}

// The weights are those of the published score.
func TestWeights(t *testing.T) {
	d := load(t).Find("hfrs_tenths_730d")
	sum := 0
	for _, w := range d.Weights {
		sum += w
	}
	if len(d.Weights) != 109 || d.Weights["F00"] != 71 || d.Weights["G81"] != 44 || sum != 1732 {
		t.Errorf("%d weights, F00 %d, G81 %d, sum %d", len(d.Weights), d.Weights["F00"], d.Weights["G81"], sum)
	}
}

func TestHashFollowsMeaning(t *testing.T) {
	lib, an := shelves(t)
	of := func(s string) string {
		c, err := LoadFS(fstest.MapFS{"a.toml": {Data: []byte(s)}}, lib, an)
		if err != nil {
			t.Fatal(err)
		}
		return c.Hash
	}
	if of(good) == of(strings.Replace(good, "365", "364", 1)) {
		t.Error("another window, the same hash")
	}
	if of(good) != of("# a comment\n"+strings.Replace(good, `why = "b"`, `why = "another reason"`, 1)) {
		t.Error("another reason, another hash")
	}
}

func TestMarkdown(t *testing.T) {
	c := load(t)
	text := Markdown(c)
	if text != Markdown(load(t)) {
		t.Error("two texts of one catalogue")
	}
	for i := range c.Definitions {
		if !strings.Contains(text, "| `"+c.Definitions[i].ID+"` |") {
			t.Errorf("%s is not in the index", c.Definitions[i].ID)
		}
		if d := &c.Definitions[i]; d.Source != Demographic && strings.Count(text, "\n- `"+string(d.Aggregate)+"`: ") != 1 {
			t.Errorf("%s: the page does not say once what %s makes", d.ID, d.Aggregate)
		}
	}
	for n, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(line, "| `") && strings.Count(strings.ReplaceAll(line, `\|`, ""), "|") != 10 {
			t.Errorf("line %d has another number of cells: %s", n+1, line)
		}
	}
}
