package codelist

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

func load(t testing.TB) *Library {
	t.Helper()
	lib, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

func TestBuiltInLibrary(t *testing.T) {
	lib := load(t)
	if len(lib.Lists) < 200 {
		t.Errorf("%d lists, want at least 200", len(lib.Lists))
	}
	// Counts as in the sources, to notice a file that was cut short.
	for name, want := range map[string]int{
		"asthma": 141, "cancer": 1906, "learning_disability": 333, "diabetes_icd10": 15,
		"efi_respiratory_disease": 265, "efi_falls": 13, "hfrs": 109, "charlson_mi": 3,
	} {
		l := lib.List(name)
		if l == nil {
			t.Errorf("no list %s", name)
		} else if len(l.Codes) != want {
			t.Errorf("%s has %d codes, want %d", name, len(l.Codes), want)
		}
	}
	efi, charlson, elixhauser := 0, 0, 0
	for _, l := range lib.Lists {
		switch {
		case strings.HasPrefix(l.Name, "efi_"):
			efi++
		case strings.HasPrefix(l.Name, "charlson_"):
			charlson++
		case strings.HasPrefix(l.Name, "elixhauser_"):
			elixhauser++
		}
	}
	if efi != 35 || charlson != 17 || elixhauser != 31 {
		t.Errorf("eFI %d, Charlson %d, Elixhauser %d lists, want 35, 17, 31", efi, charlson, elixhauser)
	}
	if lib.List("no_such_list") != nil {
		t.Error("a list that does not exist was found")
	}
}

func TestHas(t *testing.T) {
	lib := load(t)
	for _, c := range []struct {
		list, code string
		want       bool
	}{
		{"charlson_mi", "I219", true},
		{"charlson_mi", "i21.9", true},
		{"charlson_mi", "I25", false},  // shorter than the prefix I252
		{"charlson_mi", "I251", false}, // beside it
		{"charlson_mi", "I252", true},
		{"hfrs", "F00X", true},
		{"hfrs", "F00.1†", true},
		{"hfrs", "Z999999", false},
		{"reproductive_health_icd10", "O80", true},
		{"asthma", "195967001", true},
		{"asthma", "195967002", false}, // wrong check digit
		{"asthma", "", false},
	} {
		if got := lib.List(c.list).Has(c.code); got != c.want {
			t.Errorf("%s.Has(%q) = %v, want %v", c.list, c.code, got, c.want)
		}
	}
	for code, want := range map[string]bool{"J45": false, "I21": true, "I252": true, "I259": false} {
		if got := lib.List("charlson_mi").Has(code); got != want {
			t.Errorf("charlson_mi.Has(%q) = %v", code, got)
		}
	}
}

func TestSensitive(t *testing.T) {
	lib := load(t)
	for list, want := range map[string]bool{"hiv": true, "depression": true, "palliative_care": true, "asthma": false, "elixhauser_drug": true} {
		if got := lib.ClinicianOnly(list); got != want {
			t.Errorf("ClinicianOnly(%s) = %v, want %v", list, got, want)
		}
	}
	for code, want := range map[string]string{"F10.2": "substance_use", "F20": "mental_illness", "B24X": "hiv", "O049": "reproductive_health",
		"F640": "gender", "T741": "abuse", "Z515": "end_of_life", "I10": "", "F001": "", "F700": ""} {
		if got := strings.Join(lib.TopicsOf(ICD10, code), " "); got != want {
			t.Errorf("TopicsOf(%s) = %q, want %q", code, got, want)
		}
	}
	if got := lib.TopicsOf(SNOMED, "F102"); got != nil {
		t.Errorf("an ICD-10 code under SNOMED CT has topics %v", got)
	}
	// Every list whose name or title speaks of such a subject is in the map.
	word := regexp.MustCompile(`(?i)depress|psycho|mental|hiv\b|aids|pregnan|alcohol|drug|opioid|abuse|safeguard|gender|palliative|terminal|self_harm`)
	for _, l := range lib.Lists {
		if word.MatchString(l.Name+" "+l.Title) && !lib.ClinicianOnly(l.Name) {
			t.Errorf("list %s (%s) reads as sensitive and is under no topic", l.Name, l.Title)
		}
	}
}

// broken has one fault of each kind, in known places.
func broken() fstest.MapFS {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	return fstest.MapFS{
		"lists.toml": file("[[source]]\nid = \"s\"\ntitle = \"t\"\n" +
			entry("a", "snomed", "exact", "") + entry("a", "snomed", "exact", "") + entry("b", "icd10", "prefix", "approved_by = \"x\"\n") +
			entry("c", "ctv3", "exact", "") + entry("d", "snomed", "prefix", "") + entry("gone", "icd10", "prefix", "") + entry("Bad", "icd10", "prefix", "")),
		"lists/a.csv":     file("code,term\n195967001,ok\n195967002,check digit\n195967001,again\n0123456,zero\n12345,short\n21000241105,ok\n900000000000013,a description\nI10,letters\n"),
		"lists/b.csv":     file("code,term\nI10,ok\nI10.1,dot\nI10X,filler\n\"J45\",a,b\nj46,small\n"),
		"lists/c.csv":     file("code,term\nx,\n"),
		"lists/d.csv":     file("Code,Term\n"),
		"lists/extra.csv": file("code,term\n"),
		"sensitive.toml":  file("[[topic]]\nid = \"x\"\ntitle = \"t\"\nwhy = \"w\"\nlists = [\"nowhere\"]\n"),
	}
}

func TestEveryFaultIsReportedTogether(t *testing.T) {
	_, err := LoadFS(broken())
	var faults *Faults
	if !errors.As(err, &faults) {
		t.Fatalf("error is %v, want *Faults", err)
	}
	got := err.Error()
	for _, want := range []string{
		"lists.toml:12: list a is declared twice",
		"lists.toml:19: list b: approved_by, approved_role, approved_on, approved_until and approved_hash: an approval needs who gave it",
		`lists.toml:27: list c has system "ctv3"`,
		"lists.toml:34: list d matches snomed identifiers by prefix",
		"lists/gone.csv: list gone has no file",
		`list name "Bad" must be lower_snake`,
		`lists/a.csv:3: code "195967002" has a wrong check digit`,
		`lists/a.csv:4: code "195967001" is already on line 2`,
		`lists/a.csv:5: code "0123456" starts with a zero`,
		`lists/a.csv:6: code "12345" does not have 6 to 18 digits`,
		`lists/a.csv:8: code "900000000000013" is not a concept identifier`,
		`lists/a.csv:9: code "I10" is not all digits`,
		`lists/b.csv:3: code "I10.1"`,
		`lists/b.csv:4: code "I10X"`,
		"lists/b.csv:5: the row has 3 columns",
		`lists/b.csv:6: code "j46"`,
		"lists/d.csv:1: the first line must be: code,term",
		"lists/extra.csv: is not in lists.toml",
		`sensitive.toml:5: topic x names list "nowhere"`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no fault %q", want)
		}
	}
	if t.Failed() {
		t.Log(got)
	}
}

func TestUnknownKeyIsAFault(t *testing.T) {
	dir := fstest.MapFS{"lists.toml": &fstest.MapFile{Data: []byte("[[source]]\nid = \"s\"\nlicense = \"x\"\n")}}
	if _, err := LoadFS(dir); err == nil || !strings.Contains(err.Error(), "lists.toml:3") {
		t.Errorf("error is %v, want the unknown key on line 3", err)
	}
}

// one makes a library of a single ICD-10 list from codes in the order given.
func one(t testing.TB, name, match string, codes []string) *Library {
	return typed(t, name, "icd10", "", match, codes)
}

func typed(t testing.TB, name, system, release, match string, codes []string) *Library {
	lib, err := LoadFS(fstest.MapFS{"lists.toml": {Data: []byte("[[source]]\nid = \"s\"\ntitle = \"t\"\n" + entry(name, system, match, "release = \""+release+"\"\n"))},
		"lists/" + name + ".csv": {Data: []byte("code,term\n" + strings.Join(codes, ",x\n") + ",\n")}})
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

// entry writes one [[list]], eight lines with rest on the last.
func entry(name, system, match, rest string) string {
	return "[[list]]\nname = \"" + name + "\"\ntitle = \"t\"\nsystem = \"" + system + "\"\nmatch = \"" + match + "\"\nsource = \"s\"\nconfirmation = \"c\"\n" + rest
}

func TestF12HashIsOfTheContentOnly(t *testing.T) {
	base := one(t, "a", "prefix", []string{"I10", "J45", "F03"}).List("a").Hash
	if h := one(t, "b", "prefix", []string{"F03", "I10", "J45"}).List("b").Hash; h != base {
		t.Error("order of rows or name changed a list's hash")
	}
	if h := one(t, "a", "exact", []string{"I10", "J45", "F03"}).List("a").Hash; h == base {
		t.Error("the way of matching did not change the hash")
	}
	if h := typed(t, "a", "icd10", "4th edition", "prefix", []string{"I10", "J45", "F03"}).List("a").Hash; h == base {
		t.Error("another release did not change the hash")
	}
	if h := typed(t, "a", "opcs4", "", "prefix", []string{"A10", "J45", "F03"}).List("a").Hash; h == typed(t, "a", "icd10", "", "prefix", []string{"A10", "J45", "F03"}).List("a").Hash {
		t.Error("another system did not change the hash")
	}
	if h := one(t, "a", "prefix", []string{"I10", "J45"}).List("a").Hash; h == base {
		t.Error("a code taken away did not change the hash")
	}
	if first, second := load(t).Hash, load(t).Hash; first != second {
		t.Error("two loads of the same library have different hashes")
	}
}

// Every key of lists.toml is explained, those of means among them.
func TestKeys(t *testing.T) {
	names := map[string]bool{}
	for _, k := range Keys() {
		names[k.Table+"."+k.Name] = true
	}
	if !names["list.name"] || !names["list.resolved_by"] || !names["source.release"] {
		t.Errorf("%v", names)
	}
}
