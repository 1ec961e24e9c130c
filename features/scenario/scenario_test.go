package scenario

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"leftshift/engine/analyte"
	"leftshift/features/catalogue"
	"leftshift/features/codelist"
	"leftshift/features/plan"
)

type shelf struct {
	an  *analyte.Table
	lib *codelist.Library
	cat *catalogue.Catalogue
}

func open(t *testing.T) shelf {
	t.Helper()
	var s shelf
	var err error
	if s.an, err = analyte.Load(); err != nil {
		t.Fatal(err)
	}
	if s.lib, err = codelist.Load(); err != nil {
		t.Fatal(err)
	}
	if s.cat, err = catalogue.Load(s.lib, s.an); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s shelf) compile(d plan.Dictionary) (*plan.Plan, error) {
	return plan.Compile(s.cat, s.lib, s.an, d)
}

// The scenarios of the built-in features hold, and every entry of the
// catalogue is shown by one of those it names, in at least one of its windows
// or members.
func TestScenarios(t *testing.T) {
	s := open(t)
	files, _ := filepath.Glob("testdata/*.txt")
	shown := map[string]bool{} // "file feature"
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		all, faults := ReadFile(string(text), s.an)
		for _, f := range faults {
			t.Errorf("%s:%d: %s", file, f.Line, f.Text)
		}
		for _, sc := range all {
			t.Run(name+"/"+sc.Name, func(t *testing.T) {
				differ, err := sc.Check(t.Context(), s.compile)
				if err != nil {
					t.Fatal(err)
				}
				for _, d := range differ {
					t.Errorf("%s:%d: %s", file, d.Line, d.Text)
				}
				for id := range sc.Features() {
					shown[name+" "+id] = true
				}
			})
		}
	}
	entries, missing := map[string]bool{}, map[string]string{}
	for i := range s.cat.Definitions {
		d := &s.cat.Definitions[i]
		entry := fmt.Sprintf("%s:%d", d.File, d.Line)
		missing[entry] = d.ID
		for _, f := range d.Tests {
			if shown[f+" "+d.ID] {
				entries[entry] = true
			}
		}
	}
	for entry, id := range missing {
		if !entries[entry] {
			t.Errorf("%s: no scenario that %s names shows a value of it", entry, id)
		}
	}
}

const short = `# someone with two falls
event 2024-03-01 problem snomed:217082002
event 2023-08 problem snomed:161898004 known=2024-05-01
on 2024-06-30
  falls_365d = 2 on 2024-03-01   # both
  falls_365d says 2 falls noted in the last 12 months, the last on 1 March 2024
  systolic_latest_1095d = ?
on 2024-04-30
  falls_365d = 1
`

func TestCheck(t *testing.T) {
	s := open(t)
	sc, faults := Read(short, 10, s.an)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	if differ, err := sc.Check(context.Background(), s.compile); err != nil || len(differ) > 0 {
		t.Fatal(differ, err)
	}
	// Every expectation can fail, at its line.
	for _, c := range []struct{ from, to, want string }{
		{"falls_365d = 2 on", "falls_365d = 3 on", "falls_365d is 2 on 2024-06-30, not 3"},
		{"falls_365d = 2 on 2024-03-01", "falls_365d = 2 on 2024-03-02", "the newest row of falls_365d is on 2024-03-01, not 2024-03-02"},
		{"says 2 falls", "says 3 falls", `falls_365d says "2 falls noted`},
		{"systolic_latest_1095d = ?", "systolic_latest_1095d = 0", "systolic_latest_1095d is ? on 2024-06-30, not 0"},
		{"systolic_latest_1095d = ?", "no_such_feature = ?", "there is no feature no_such_feature"},
		{"falls_365d = 1", "falls_365d = ?", "falls_365d is 1 on 2024-04-30, not ?"},
	} {
		text := strings.Replace(short, c.from, c.to, 1)
		line := 10 + strings.Count(text[:strings.Index(text, c.to)], "\n")
		sc, faults := Read(text, 10, s.an)
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		differ, err := sc.Check(context.Background(), s.compile)
		if err != nil || len(differ) != 1 || differ[0].Line != line || !strings.Contains(differ[0].Text, c.want) {
			t.Errorf("%s: %v %v, want line %d %q", c.to, differ, err, line, c.want)
		}
	}
}

// A code with a slip and a value that no source's row has are told beside what
// was read.
func TestDoubts(t *testing.T) {
	s := open(t)
	for line, want := range map[string]string{
		"event 2024-03-01 problem snomed:161898005":               "snomed:161898005 has a wrong check digit",
		"event 2024-03-01 diagnosis icd10:!!":                     "icd10:!! has not the shape",
		"event 2024-03-01 observation snomed:271649006 value=9.8": "value=9.8 is no value of systolic, which is kept from 40 to 320 mmHg",
		"event 2024-03-01 observation snomed:271649006 value=98":  "",
		"event 2024-03-01 observation snomed:161898004 value=9.8": "",
		"event 2024-03-01 diagnosis icd10:S72.0":                  "",
		"event 2024-03-01 medication bnf:0501013B0":               "",
		"spell outpatient 2024-03-01 specialty=3oo":               "nhsdd:3oo is not a value",
		"document 2024-03-01 care_plan snomed:735324009":          "snomed:735324009 has a wrong check digit",
		"event 2024-03-01 observation loinc:8480-6 value=1000":    "value=1000 is no value of systolic",
	} {
		sc, faults := Read("\n"+line+"\non 2024-06-30", 1, s.an)
		if len(faults) > 0 || len(sc.Doubts) != min(1, len(want)) || want != "" && (sc.Doubts[0].Line != 2 || !strings.Contains(sc.Doubts[0].Text, want)) {
			t.Errorf("%s: %v %v, want %q", line, faults, sc.Doubts, want)
		}
	}
}

// Every line that cannot be read is said, with its line, all at once.
func TestFaults(t *testing.T) {
	s := open(t)
	for line, want := range map[string]string{
		"evnt 2024-03-01 problem -":                "begins no line of a case: did you mean event?",
		"k_365d == 1":                              "write k_365d = VALUE, with one =",
		"k_365d=1":                                 "write k_365d = VALUE, with one =",
		"k_365d >= 1":                              "write k_365d = VALUE, with one =",
		"k_365d is 1":                              "write k_365d = VALUE, with one =",
		"event 2024-02-30 problem -":               "is no day",
		"event 2024-03-01 problm -":                "is none of problem",
		"event 2024-03-01 problem 217082002":       "is no code",
		"event 2024-03-01 problem":                 "needs a day, a kind and a code",
		"event 2024-03-01 problem - value=x":       "value=x is no number",
		"event 2024-03-01 problem - colour=red":    "event takes no colour",
		"event 2024-03-01 problem - position=-1":   "no whole number from 0 to 99",
		"event 2024-03-01 problem - status=gone":   `"gone" is none of none, active`,
		"spell emergency":                          "needs a kind and its days",
		"spell emergency 2024-03-05..2024-03-01":   "ends before it starts",
		"spell urgent 2024-03-05..2024-03-07":      `"urgent" is none of emergency`,
		"document 2024-03-01 plan -":               `"plan" is none of document`,
		"person birth=1950 sex=f":                  "sex=f is none of",
		"registration from=soon":                   "from=soon is no day",
		"residence imd=11":                         "no whole number from 0 to 10",
		"residence from=2020 care_home=no":         "care_home takes no value",
		"person birth=1940 birth=1990":             "birth is given twice",
		"residence from=2020 carehome":             `residence takes no word "carehome"`,
		"person female":                            `person takes no word "female"`,
		"on tomorrow":                              "is no day",
		"on 2024-01-01 horizon=3":                  "on takes no horizon",
		"falls_365d = two":                         `"two" is no number`,
		"falls_365d = 2 at 2024-01-01":             "write FEATURE = VALUE",
		"falls_365d = 2 on then":                   `"then" is no day`,
		"event 2024-03-01 problem - value=NaN":     "no number",
		"event 2024-03-01 problem snomed: value=1": "is no code",
	} {
		_, faults := Read("on 2024-06-30\n"+line+"\nnonsense\n", 1, s.an)
		if len(faults) != 2 || faults[0].Line != 2 || !strings.Contains(faults[0].Text, want) || faults[1].Line != 3 {
			t.Errorf("%s: %v, want %q", line, faults, want)
		}
	}
	if _, faults := Read("falls_365d = 2", 1, s.an); len(faults) != 1 || !strings.Contains(faults[0].Text, "before the day it holds on") {
		t.Error(faults)
	}
	if _, faults := Read("person birth=1950", 1, s.an); len(faults) != 1 || !strings.Contains(faults[0].Text, "asks nothing") {
		t.Error(faults)
	}
}
