package codelist

import (
	"strings"
	"testing"
	"testing/fstest"

	"leftshift/engine"
)

// index makes a library's files from entries and one code a list.
func index(entries string, codes map[string]string) fstest.MapFS {
	dir := fstest.MapFS{"lists.toml": {Data: []byte("[[source]]\nid = \"s\"\ntitle = \"t\"\n" + entries)}}
	for name, c := range codes {
		dir["lists/"+name+".csv"] = &fstest.MapFile{Data: []byte("code,term\n" + strings.Join(strings.Fields(c), ",\n") + ",\n")}
	}
	return dir
}

func TestMeans(t *testing.T) {
	lib, err := LoadFS(index(
		entry("smoke", "icd10", "exact", "latest_wins = [\"ex\", \"never\"]\nresolved_by = [\"gone\"]\ndeclined_by = [\"no\"]\nexcepted_by = [\"unfit\"]\n")+
			entry("ex", "icd10", "exact", "latest_wins = [\"smoke\", \"never\"]\n")+entry("never", "icd10", "exact", "latest_wins = [\"smoke\", \"ex\"]\n")+
			entry("gone", "icd10", "exact", "")+entry("no", "icd10", "exact", "")+entry("unfit", "icd10", "exact", ""),
		map[string]string{"smoke": "I10", "ex": "I11", "never": "I12", "gone": "I13", "no": "I14", "unfit": "I15"}))
	if err != nil {
		t.Fatal(err)
	}
	names := func(lists []*List) string {
		var out []string
		for _, l := range lists {
			out = append(out, l.Name)
		}
		return strings.Join(out, " ")
	}
	if got := names(lib.Holds("smoke")); got != "smoke gone ex never" {
		t.Errorf("Holds gives %q", got)
	}
	declined, excepted := strings.Join(lib.List("smoke").Means.DeclinedBy, " "), strings.Join(lib.List("smoke").Means.ExceptedBy, " ")
	if declined != "no" || excepted != "unfit" || lib.Holds("none") != nil || names(lib.Holds("gone")) != "gone" {
		t.Errorf("%q, %q", declined, excepted)
	}
}

func TestMeansFaults(t *testing.T) {
	codes := map[string]string{"a": "I10 I11", "b": "I11 I12", "c": "K40", "d": "I13"}
	for name, c := range map[string]struct{ rest, want string }{
		"no such list":   {`resolved_by = ["z"]`, `resolved_by of list a names "z", which does not exist`},
		"itself":         {`declined_by = ["a"]`, "names the list itself"},
		"twice":          {`resolved_by = ["d", "d"]`, "names d twice"},
		"another system": {`resolved_by = ["c"]`, "is of opcs4, not of icd10"},
		"a code of both": {`resolved_by = ["b"]`, "code I11 is on list a and on b"},
		"one side":       {`latest_wins = ["d"]`, "names d, which does not name a"},
		"a string":       {`resolved_by = "d"`, "resolved_by must be a list of strings, here a string"},
	} {
		_, err := LoadFS(index(entry("a", "icd10", "exact", c.rest+"\n")+entry("b", "icd10", "exact", "")+entry("c", "opcs4", "prefix", "")+entry("d", "icd10", "exact", ""), codes))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// A prefix list covers more than its own texts.
	_, err := LoadFS(index(entry("a", "icd10", "prefix", "resolved_by = [\"d\"]\n")+entry("d", "icd10", "exact", ""), map[string]string{"a": "I1", "d": "I13"}))
	if err == nil || !strings.Contains(err.Error(), "code I13 is on list a and on d") {
		t.Errorf("an overlap by prefix: %v", err)
	}
	_, err = LoadFS(index(entry("a", "icd10", "exact", "resolved_by = [\"d\"]\n")+entry("d", "icd10", "exact", "resolved_by = [\"a\"]\n"), map[string]string{"a": "I10", "d": "I13"}))
	if err == nil || !strings.Contains(err.Error(), "resolved_by each other") {
		t.Errorf("a circle: %v", err)
	}
}

// A list of the wrong system is refused as a whole, by name.
func TestWrongSystem(t *testing.T) {
	for name, c := range map[string]struct{ system, match, codes, want string }{
		"SNOMED CT under ICD-10":   {"icd10", "prefix", "195967001 22298006", "every code looks like snomed, and list a says icd10"},
		"ICD-10 under SNOMED CT":   {"snomed", "exact", "I10 I2511", "every code looks like icd10, and list a says snomed"},
		"BNF under dm+d":           {"dmd", "exact", "0601012V0AAAAAA", "every code looks like bnf, and list a says dmd"},
		"ICD-10 under BNF":         {"bnf", "prefix", "I10", "every code looks like icd10, and list a says bnf"},
		"a description identifier": {"snomed", "exact", "2576011", "is not a concept identifier"},
		"a check digit":            {"dmd", "exact", "195967002", "wrong check digit"},
		"ICD-10 with its dot":      {"icd10", "exact", "I10 I25.1", `code "I25.1" is not ICD-10`},
		"chapter I of OPCS-4":      {"opcs4", "prefix", "K40 I10", "chapter I, which OPCS-4 does not have"},
		"OPCS-4 of five":           {"opcs4", "prefix", "K40 K4011", "is not OPCS-4"},
		"BNF with dots":            {"bnf", "prefix", "0601 2.2.1", "is not a BNF code"},
		"BNF between levels":       {"bnf", "prefix", "0601 06010", "is not a BNF code"},
		"half a BNF code":          {"bnf", "exact", "0601012V0AAAAAA 0601", "is not a BNF code"},
		"SNOMED CT under NHSDD":    {"nhsdd", "exact", "195967001", "every code looks like snomed"},
		"a small letter":           {"nhsdd", "exact", "300 3a", "is not a value of the NHS Data Dictionary"},
		"BNF chapter 24":           {"bnf", "prefix", "0601 2401", "is not a BNF code"},
	} {
		_, err := LoadFS(index(entry("a", c.system, c.match, ""), map[string]string{"a": c.codes}))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for codes, want := range map[string]string{"195967001": "snomed", "I251": "icd10", "K40": "", "K4011": "icd10", "0601012V0AAAAAA": "bnf", "": "", "x": "", "I10 195967001": ""} {
		if got := Guess(strings.Fields(codes)); got != want {
			t.Errorf("Guess(%s) = %q, want %q", codes, got, want)
		}
	}
}

func TestMisplaced(t *testing.T) {
	lib, err := LoadFS(index(entry("sct", "snomed", "exact", "")+entry("icd", "icd10", "prefix", "")+entry("opcs", "opcs4", "prefix", "")+entry("bnf", "bnf", "prefix", "")+entry("vmp", "dmd", "exact", ""),
		map[string]string{"sct": "195967001", "icd": "I10", "opcs": "K40", "bnf": "0601", "vmp": "22298006"}))
	if err != nil {
		t.Fatal(err)
	}
	kinds := func(k ...engine.EventKind) []engine.EventKind { return k }
	for _, c := range []struct {
		list  string
		kinds []engine.EventKind
		ok    bool
	}{
		{"sct", kinds(engine.Problem), true},
		{"icd", kinds(engine.Problem, engine.Observation, engine.Diagnosis), true},
		{"icd", kinds(engine.Medication), false},
		{"opcs", kinds(engine.Problem), false},
		{"opcs", kinds(engine.Problem, engine.Procedure), true},
		{"bnf", kinds(engine.Medication), true},
		{"bnf", kinds(engine.Immunisation), false},
		{"vmp", kinds(engine.Medication), true},
		{"vmp", kinds(engine.Diagnosis), false},
	} {
		got := lib.Misplaced([]string{c.list, "nowhere"}, nil, c.kinds)
		if (len(got) == 0) != c.ok {
			t.Errorf("%s on %v: %v", c.list, c.kinds, got)
		}
	}
	if got := lib.Misplaced(nil, []string{"icd10:I10", "snomed:22298006"}, kinds(engine.Medication)); len(got) != 1 || !strings.Contains(got[0], "code icd10:I10") {
		t.Errorf("codes: %v", got)
	}
	for column, want := range map[string]int{"provider": 1, "arrival_mode": 0, "birth": 1} {
		if got := lib.Foreign([]string{"sct"}, column); len(got) != want {
			t.Errorf("SNOMED CT in %s: %v", column, got)
		}
	}
	for k := range engine.EventKinds() {
		if kind := engine.EventKind(k); k > 0 && SystemsOf(kind) == nil {
			t.Errorf("no system can stand in events of kind %s", kind)
		}
	}
}

// What ends what, of the lists that are built in.
func TestBuiltInMeans(t *testing.T) {
	lib := load(t)
	for name, want := range map[string]string{"housebound": "housebound no_longer_housebound", "carer": "carer not_carer", "palliative_care": "palliative_care palliative_care_not_indicated",
		"depression": "depression depression_resolved", "smoking_never": "smoking_never smoking_current smoking_ex", "asthma": "asthma"} {
		var got []string
		for _, l := range lib.Holds(name) {
			got = append(got, l.Name)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("Holds(%s) gives %v, want %s", name, got, want)
		}
	}
}
