package outcome

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"leftshift/engine"
	"leftshift/features/plan"
)

const right = `[[outcome]]
id = "a"
title = "A"
sentence = "had a"
source = "spell"
spells = ["emergency"]
first_of_cis = true
horizons = [30, 90]
competing = ["death", "leaving"]
recurrence = "first"
freeze = 92
why = "because"
since = "2026-11-22"
tests = ["spells"]
`

func loadText(t *testing.T, text string) (*Catalogue, error) {
	s := load(t)
	return LoadFS(fstest.MapFS{"outcomes.toml": {Data: []byte(text)}}, s.lib, s.features)
}

// Every rule has a fault that says the line and what was expected.
func TestFaults(t *testing.T) {
	if _, err := loadText(t, right); err != nil {
		t.Fatal(err)
	}
	union := strings.NewReplacer(`"a"`, `"u"`, `source = "spell"`, `source = "any_of"`, "spells = [\"emergency\"]\nfirst_of_cis = true\n", "of = [\"a\", \"b\"]\n").Replace(right)
	other := strings.Replace(right, `"a"`, `"b"`, 1)
	for _, c := range []struct{ text, from, to, want string }{
		{right, `id = "a"`, `id = "A b"`, `outcomes.toml:2: A b is not an id: expected lower_snake`},
		{right, `title = "A"`, ``, `outcomes.toml:1: [[outcome]] a lacks title (what it is, for headings): add it`},
		{right, `"had a"`, `"had a."`, `outcomes.toml:4: a has a sentence that ends in a full stop`},
		{right, `source = "spell"`, `source = "spells"`, `outcomes.toml:5: a has source = "spells": expected one of spell, event, care_home, death, any_of`},
		{right, `["emergency"]`, `["emergancy"]`, `outcomes.toml:6: a has spells = "emergancy": expected one of emergency, elective,`},
		{right, `["emergency"]`, `["ed"]`, `outcomes.toml:6: a has first_of_cis or nights: expected a kind that is a stay`},
		{right, `spells = ["emergency"]`, ``, `a reads spells: expected the kinds of spell`},
		{right, `first_of_cis = true`, `nights = 1`, `outcomes.toml:7: a has nights = 1: expected 0 to 365, with first_of_cis`},
		{right, `first_of_cis = true`, `kinds = ["problem"]`, `outcomes.toml:7: a has source = "spell" and the key kinds: expected only spells,`},
		{right, `first_of_cis = true`, "first_of_cis = true\nnew = true", `outcomes.toml:8: a is new: expected no first_of_cis`},
		{right, `first_of_cis = true`, `attended = [40]`, `outcomes.toml:7: a has attended = 40: expected codes from 1 to 31`},
		{right, `[30, 90]`, `[90, 30]`, `outcomes.toml:8: a has horizons [90 30]: expected different days from 1 to 3660, ascending`},
		{right, `[30, 90]`, `[]`, `outcomes.toml:8: a has horizons []`},
		{right, `[30, 90]`, "[30, 90]\ngap = 30", `outcomes.toml:9: a has gap = 30: expected days from 0, fewer than its shortest horizon of 30`},
		{right, `["death", "leaving"]`, `["leaving"]`, `outcomes.toml:9: a does not name death as competing`},
		{right, `["death", "leaving"]`, `["death"]`, `outcomes.toml:9: a does not name leaving as competing`},
		{right, `["death", "leaving"]`, `["death", "leaving", "b"]`, `outcomes.toml:9: a names outcome "b" in competing, which does not exist: expected one of a`},
		{right, `["death", "leaving"]`, `["death", "leaving", "a"]`, `outcomes.toml:9: a names a in competing: expected an outcome that is not itself`},
		{right, `"first"`, `"every"`, `outcomes.toml:10: a has recurrence = "every": expected "first"`},
		{right, `freeze = 92`, ``, `a has no freeze from 0 to 731`},
		{right, `freeze = 92`, `freeze = -1`, `outcomes.toml:11: a has no freeze from 0 to 731`},
		{right, `2026-11-22`, `22 November`, `outcomes.toml:13: a has since = "22 November": expected the day`},
		{right, `first_of_cis = true`, "discharged_within = 60\ndischarged_from = [\"ed\"]", `outcomes.toml:8: a has discharged_from ed: expected kinds that are stays`},
		{right, `first_of_cis = true`, "discharged_within = 30\ndischarged_from = [\"elective\"]", `outcomes.toml:7: a has discharged_within = 30: expected days from 2, no fewer than its longest horizon of 90`},
		{right, `first_of_cis = true`, `discharged_within = 90`, `outcomes.toml:7: a has one of discharged_within and discharged_from`},
		{right, `why = "because"`, "why = \"because\"\nfrom_age = 200", `outcomes.toml:13: a has from_age = 200`},
		{right, `why = "because"`, "whys = \"because\"", `outcomes.toml:12: whys is not a key of [[outcome]]: did you mean why?`},
		{right, `why = "because"`, "why = because", `outcomes.toml:12: is not readable TOML`},
		{right, "tests = [\"spells\"]\n", "tests = [\"spells\"]\n[[outcome.cause]]\nlists = [\"falls\", \"fallen\"]\n", `outcomes.toml:16: a names code list "fallen", which does not exist`},
		{right, "tests = [\"spells\"]\n", "tests = [\"spells\"]\n[[outcome.cause]]\nwithout = [\"icd10:W*\"]\n", `outcomes.toml:15: a cause of a names no codes`},
		{right, "tests = [\"spells\"]\n", "tests = [\"spells\"]\n[[outcome.cause]]\ncodes = [\"icd10:I50.0\"]\n", `outcomes.toml:16: a names code "icd10:I50.0": expected system:code`},
		{right, "tests = [\"spells\"]\n", "tests = [\"spells\"]\n[[outcome.cause]]\ncodes = [\"snomed:1957*\"]\n", `outcomes.toml:16: a names code "snomed:1957*"`},
		{right, "tests = [\"spells\"]\n", "tests = [\"spells\"]\n[[outcome.cause]]\ncodes = [\"icd10:I500\"]\npositions = [\"first\"]\n", `outcomes.toml:17: a has positions = "first": expected one of none, primary, secondary`},
		{right, "tests = [\"spells\"]\n", "tests = [\"spells\"]\n[[outcome.cause]]\ncodes = [\"icd10:I500\"]\nwith_positions = [\"primary\"]\n", `outcomes.toml:17: a cause of a has with_positions: expected with`},
		{right, "tests = [\"spells\"]\n", "tests = [\"spells\"]\n[[outcome.cause]]\ncodes = [\"opcs4:W37*\"]\n", `a reads code opcs4:W37* of opcs4 on events of kind diagnosis, where no such code can stand`},
		{right, "source = \"spell\"\nspells = [\"emergency\"]\nfirst_of_cis = true\n", "source = \"event\"\nkinds = [\"medication\"]\nlists = [\"copd_icd10\"]\n", `outcomes.toml:7: a reads list copd_icd10 of icd10 on events of kind medication`},
		{right, "source = \"spell\"\nspells = [\"emergency\"]\nfirst_of_cis = true\n", "source = \"event\"\nkinds = [\"problem\"]\n", `outcomes.toml:5: a reads events: expected kinds with lists or codes`},
		{right, "source = \"spell\"\nspells = [\"emergency\"]\nfirst_of_cis = true\n", "source = \"event\"\nmembers_of = \"age\"\n", `outcomes.toml:6: a takes the members of feature "age": expected a feature of a group`},
		{right, "source = \"spell\"\nspells = [\"emergency\"]\nfirst_of_cis = true\n", "source = \"event\"\nmembers_of = \"conditions_ever\"\nkinds = [\"problem\"]\n", `outcomes.toml:6: a takes kinds and codes from feature conditions_ever`},
		{right, "source = \"spell\"\nspells = [\"emergency\"]\nfirst_of_cis = true\n", "source = \"death\"\n", `outcomes.toml:7: a is death, or has it as a part: expected no death`},
		{right + right, ``, ``, `outcomes.toml:16: a is declared twice`},
		{right + other + union, `["a", "b"]`, `["a"]`, `u is the first of others: expected two or more ids`},
		{right + other + union, `["a", "b"]`, `["a", "c"]`, `outcomes.toml:34: u names outcome "c" in of, which does not exist`},
		{right + other + union, `["a", "b"]`, `["a", "u"]`, `outcomes.toml:34: u names u in of: expected an outcome that is not itself and not made of others`},
		{right + other + union, `["a", "b"]`, `["a", "a"]`, `outcomes.toml:34: u names a twice in of: expected it once`},
		{right + other + union, "freeze = 92", "freeze = 93", `outcomes.toml:38: u settles in 92 days and a, which it names, in 93`},
		{right + other + union, "why", "from_age = 65\nwhy", `u names a in of, which has from_age or discharged_within`},
		{right + other + union, "horizons", "gap = 1\nhorizons", `u has a gap of 0 days and its part a of 1: expected the same`},
		{other + strings.Replace(right, `"leaving"]`, `"leaving", "b"]`, 1), "horizons", "gap = 1\nhorizons", `outcomes.toml:24: a names b as competing, which has a gap of 1 days`},
		{"# nothing\n", ``, ``, `outcomes.toml: has no [[outcome]]: add one`},
	} {
		text := c.text
		if c.from != "" {
			if text = strings.Replace(c.text, c.from, c.to, 1); text == c.text {
				t.Fatalf("%q is not in the text", c.from)
			}
		}
		_, err := loadText(t, text)
		var f *Faults
		if !errors.As(err, &f) {
			t.Errorf("%s -> %s: accepted", c.from, c.to)
			continue
		}
		if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s -> %s:\n%v\nwant %s", c.from, c.to, err, c.want)
		}
	}
	if _, err := LoadFS(fstest.MapFS{}, load(t).lib, load(t).features); err == nil || !strings.Contains(err.Error(), "file-missing") {
		t.Errorf("without a file: %v", err)
	}
}

// All faults are told at once, in order of line.
func TestAllFaultsAtOnce(t *testing.T) {
	_, err := loadText(t, strings.NewReplacer(`"first"`, `"all"`, `["emergency"]`, `["x"]`, `2026-11-22`, `x`).Replace(right))
	var f *Faults
	if !errors.As(err, &f) || len(f.List) != 3 || f.List[0].Line != 6 || f.List[1].Line != 10 || f.List[2].Line != 13 {
		t.Fatalf("%v", err)
	}
	if !strings.HasPrefix(err.Error(), "the outcomes have 3 faults:\noutcomes.toml:6: ") {
		t.Errorf("%v", err)
	}
}

// The hash changes with what decides labels, and with nothing else.
func TestHash(t *testing.T) {
	a, err := loadText(t, right)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		from, to string
		same     bool
	}{{`title = "A"`, `title = "B"`, true}, {`because`, `for`, true}, {`"had a"`, `"got a"`, true}, {`2026-11-22`, `2026-11-23`, true}, {`# `, ``, true},
		{`freeze = 92`, `freeze = 93`, false}, {`[30, 90]`, `[30, 91]`, false}, {`first_of_cis = true`, ``, false}, {`"emergency"`, `"elective"`, false}} {
		b, err := loadText(t, strings.Replace(right, c.from, c.to, 1))
		if err != nil {
			t.Fatal(err)
		}
		if (a.Hash == b.Hash) != c.same {
			t.Errorf("%s -> %s: same hash %v", c.from, c.to, a.Hash == b.Hash)
		}
	}
}

func TestBuiltIn(t *testing.T) {
	s := load(t)
	for _, id := range []string{"emergency_admission", "emergency_overnight", "acsc_admission", "falls_admission", "ed_attendance", "readmission", "new_care_home", "new_care_package", "death", "moves_right"} {
		if s.cat.Find(id) == nil {
			t.Errorf("there is no outcome %s", id)
		}
	}
	if s.cat.Find("x") != nil {
		t.Error("an outcome that nobody declared")
	}
	// The conditions are those that features have.
	if got, want := len(s.cat.Find("new_long_term_condition").Members), len(s.features.Find("conditions_ever").Members); got != want || got < 20 {
		t.Errorf("%d conditions, want %d", got, want)
	}
	md := Markdown(s.cat)
	for _, o := range s.cat.Outcomes {
		if strings.Count(md, "| `"+o.ID+"` |") != 1 {
			t.Errorf("%s has no row of its own on the page", o.ID)
		}
	}
	if md != Markdown(s.cat) {
		t.Error("the page differs from itself")
	}
	if os.Getenv("LEFTSHIFT_PRINT_PAGE") != "" {
		fmt.Println(md)
	}
}

// Only events that an outcome reads become marks.
func TestMark(t *testing.T) {
	s := load(t)
	p := &person{}
	p.add(engine.ICD10, "I500", Fact{Kind: engine.Diagnosis, Position: 1, Day: 5, Last: 6, KnownFrom: 7, KnownTo: 8})
	p.add(engine.ICD10, "I500", Fact{Kind: engine.Diagnosis, Position: 2})
	p.add(engine.ICD10, "I500", Fact{Kind: engine.Problem, Position: 1})
	p.add(engine.ICD10, "I500", Fact{Kind: engine.Diagnosis, Position: 1, Status: engine.Planned})
	p.add(engine.ICD10, "Z000", Fact{Kind: engine.Diagnosis, Position: 1})
	p.facts = append(p.facts, fact{Fact: Fact{Kind: engine.Diagnosis}, system: engine.ICD10, text: "I50"}) // no code
	pl, err := Compile(s.cat, []string{"acsc_admission"}, s.lib, p.dictionary)
	if err != nil {
		t.Fatal(err)
	}
	var got []Mark
	for i := range p.facts {
		got = pl.Mark(got, &p.facts[i].Fact)
	}
	if len(got) != 1 || got[0].Day != 5 || got[0].Last != 6 || got[0].KnownFrom != 7 || got[0].KnownTo != 8 {
		t.Errorf("marks %+v", got)
	}
	if !pl.Reads() || len(pl.Codes()) != 1 || pl.Codes()[0] != p.facts[0].Code {
		t.Errorf("codes %v", pl.Codes())
	}
	// The order of the dictionary does not matter.
	reversed := func(yield func(plan.Word) bool) {
		for i := len(p.facts) - 1; i >= 0; i-- {
			if !yield(plan.Word{Code: p.facts[i].Code, System: p.facts[i].system, Text: p.facts[i].text}) {
				return
			}
		}
	}
	again, err := Compile(s.cat, []string{"acsc_admission"}, s.lib, reversed)
	if err != nil || fmt.Sprint(again.codes) != fmt.Sprint(pl.codes) {
		t.Errorf("another order gives %v, %v", again.codes, err)
	}
	none, err := Compile(s.cat, []string{"emergency_bed", "death"}, s.lib, nil)
	if err != nil || none.Reads() || none.Place("death") != 1 || none.Place("readmission") != -1 || none.Horizon != 365 || none.Freeze != 92 {
		t.Errorf("%+v %v", none, err)
	}
	var f *engine.Fault
	if _, err := Compile(s.cat, []string{"x"}, s.lib, nil); !errors.As(err, &f) || f.Code != "outcome-unknown" {
		t.Errorf("%v", err)
	}
	d, _ := engine.ParseDay("2024-06-30")
	ed, err := Compile(s.cat, []string{"ed_attendance"}, s.lib, nil)
	if err != nil || ed.Ready([]engine.Day{d - 30, d}, d+365+62) != nil || ed.Ready([]engine.Day{d - 30, d}, d+365+61) == nil || none.Ready([]engine.Day{d}, d+365+91) == nil {
		t.Errorf("an outcome settles with its source: %v", err)
	}
}

// Every key is explained, and a wrong type hides no other fault.
func TestKeys(t *testing.T) {
	if k := Keys(); len(k) < 30 || k[0].Table != "outcome" || !k[0].Required {
		t.Errorf("%+v", k)
	}
	_, err := loadText(t, strings.NewReplacer(`"first"`, `1`, `[30, 90]`, `90`, `2026-11-22`, `x`).Replace(right))
	var f *Faults
	if !errors.As(err, &f) || len(f.List) != 3 || f.List[0].Line != 8 || !strings.Contains(f.List[0].Text, "horizons must be a list of whole numbers, here a whole number") || f.List[1].Line != 10 || f.List[2].Line != 13 {
		t.Fatalf("%v", err)
	}
}
