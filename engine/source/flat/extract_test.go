package flat

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"leftshift/engine"
	"leftshift/engine/source"
)

// Every coded reason that a scenario gives is declared with a sentence, and
// every declared one is shown by a scenario or named here with its test.
func TestReasonsAreDeclaredAndShown(t *testing.T) {
	elsewhere := map[string]string{
		recordTooLong:  "TestCSVLeavesOutGiants",
		valueNotListed: "TestRefusedValues",
	}
	declared := map[string]bool{}
	for _, r := range Reasons() {
		if declared[r.Code] || r.Say == "" {
			t.Errorf("reason %s is declared twice or says nothing", r.Code)
		}
		declared[r.Code] = true
	}
	shown := map[string]bool{}
	files, _ := filepath.Glob("testdata/scenario/*.txt")
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)^reason (\S+)=`).FindAllSubmatch(text, -1) {
			shown[string(m[1])] = true
			if !declared[string(m[1])] {
				t.Errorf("%s: reason %s is not declared", f, m[1])
			}
		}
	}
	for code := range declared {
		if !shown[code] && elsewhere[code] == "" {
			t.Errorf("reason %s: no scenario shows it", code)
		}
	}
}

func TestRefusedValues(t *testing.T) {
	m, err := ParseMap("t", []byte(strings.Replace(typesMap, `kind = { is = "observation" }`, `kind = { column = "code", values = { a = "observation" }, refuse = true }`, 1)))
	if err != nil {
		t.Fatal(err)
	}
	b, dir := newBatch(t, source.Meta{Source: "b", Flow: "f", Lag: -1, Night: 20000}, nil)
	text := "id,who,uk,at,amount,code\n1,1,01/02/2024,,,a\n2,1,01/02/2024,,,b\n"
	if err := Extract(context.Background(), strings.NewReader(text), "csv", m, Options{}, b); err != nil {
		t.Fatal(err)
	}
	if got := landed(t, b, dir, nil); !strings.Contains(got, "quarantine position=3 reason=value-not-listed field=code") || !strings.Contains(got, "in=2 held=1") {
		t.Error(got)
	}
}

// Whatever comes, each record has one disposition, they add up to the records
// that an independent count finds, and no line of the lake holds an
// identifier.
func TestCountsAddUp(t *testing.T) {
	m, err := LoadMap("builtin:place_b/patients")
	if err != nil {
		t.Fatal(err)
	}
	opt := testOptions(t)
	header := "record_id,patient_id,nhs_number,birth_date,sex,ethnic_category,family_name,given_name,phone,postcode,practice_code,registered_from,registered_to,care_home,death_date,recorded_date\n"
	pick := func(t *rapid.T, name string, from ...string) string { return rapid.SampledFrom(from).Draw(t, name) }
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(0, 12).Draw(rt, "rows")
		text := header
		for range n {
			day := func(name string) string {
				return pick(rt, name, "", "2020-01-01", "2020-02-30", "2021-05", "01/02/2020", "x")
			}
			line := strings.Join([]string{pick(rt, "id", "1", "2", ""), pick(rt, "patient", "P1", "P2", ""), pick(rt, "nhs", "9434765919", "943 476 5919", "9434765918", ""),
				day("birth"), pick(rt, "sex", "1", "2", "?"), "A", "SECRETNAME", "GIVEN", "01632 960001", pick(rt, "postcode", "ZZ1 0AA", "?"), pick(rt, "practice", "B81001", ""),
				day("from"), day("to"), "N", day("death"), day("recorded")}, ",")
			switch pick(rt, "damage", "", "", "", "", "short", "quote", "utf8", "nul", "multi") {
			case "short":
				line = line[:strings.LastIndexByte(line, ',')]
			case "quote":
				line = strings.Replace(line, "GIVEN", "GI\"VEN", 1)
			case "utf8":
				line = strings.Replace(line, "GIVEN", "GI\xffVEN", 1)
			case "nul":
				line = strings.Replace(line, "GIVEN", "GI\x00VEN", 1)
			case "multi":
				line = strings.Replace(line, "GIVEN", "\"GI\nV,\"\"EN\"", 1)
			}
			text += line + "\n"
		}
		var vault entries
		b, _ := newBatch(t, source.Meta{Source: "b", Flow: "patients", Lag: -1, Night: 20000}, &vault)
		if err := Extract(context.Background(), strings.NewReader(text), "csv", m, opt, b); err != nil {
			rt.Fatal(err)
		}
		counts, files, err := b.Finish()
		if err != nil {
			rt.Fatal(err)
		}
		var lost int64
		for _, r := range Reasons() {
			if r.Quarantines {
				lost += counts.Reasons[r.Code]
			}
		}
		if counts.In != int64(n) || counts.In != counts.Held+counts.Reference+counts.Quarantined || counts.Quarantined != lost || files["quarantine"].Rows != lost {
			rt.Fatalf("%d records: %+v, %d lost, %d in the table", n, counts, lost, files["quarantine"].Rows)
		}
		if int64(len(vault)) != counts.Held {
			rt.Fatalf("%d identities of %d records held", len(vault), counts.Held)
		}
	})
}

// The lake's files hold no identifier.
func TestG11NoIdentifierLands(t *testing.T) {
	text, err := os.ReadFile("testdata/scenario/patients.txt")
	if err != nil {
		t.Fatal(err)
	}
	m, err := LoadMap("builtin:place_b/patients")
	if err != nil {
		t.Fatal(err)
	}
	var vault entries
	b, dir := newBatch(t, source.Meta{Source: "b", Flow: "patients", Lag: -1, Night: 20000}, &vault)
	if err := Extract(context.Background(), strings.NewReader(strings.SplitN(string(text), "---\n", 3)[1]), "csv", m, testOptions(t), b); err != nil {
		t.Fatal(err)
	}
	_, files, err := b.Finish()
	if err != nil || len(vault) == 0 {
		t.Fatal(err, len(vault))
	}
	for name := range files {
		for _, r := range readParquet(t, filepath.Join(dir, name+".parquet")) {
			for column, v := range r {
				for _, secret := range []string{"9434765919", "943 476 5919", "9434765918", "9000000009", "SMITH", "Neill", "ANN", "01632", "ZZ1", "1950-06-17", "SECRET", "B1"} {
					if strings.Contains(v, secret) && !strings.HasPrefix(v, "B8100") {
						t.Errorf("%s.%s holds an identifier", name, column)
					}
				}
			}
		}
	}
}

// The same file gives the same bytes, and the order of columns does not count.
func TestExtractIsDeterministic(t *testing.T) {
	m, err := LoadMap("builtin:place_b/contacts")
	if err != nil {
		t.Fatal(err)
	}
	sums := func(text string) map[string]source.TableFile {
		b, _ := newBatch(t, source.Meta{Source: "b", Flow: "contacts", Lag: -1, Night: 20000}, nil)
		if err := Extract(context.Background(), strings.NewReader(text), "csv", m, Options{}, b); err != nil {
			t.Fatal(err)
		}
		_, files, err := b.Finish()
		if err != nil {
			t.Fatal(err)
		}
		return files
	}
	a := sums("record_id,patient_id,contact_date,mode,role,outcome,status,recorded_date\nc1,B1,2024-01-05,surgery,gp,attended,recorded,2024-01-06\n")
	z := sums("recorded_date,record_id,status,patient_id,contact_date,extra,mode,role,outcome\r\n2024-01-06,\"c1\",recorded,B1, 2024-01-05 ,?,surgery,gp,attended\r\n")
	if len(a) == 0 || fmt.Sprint(a) != fmt.Sprint(z) {
		t.Errorf("%v\n%v", a, z)
	}
}

func TestExtractStopsWhenCancelled(t *testing.T) {
	m, err := LoadMap("builtin:place_b/outpatients")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	b, _ := newBatch(t, source.Meta{Flow: "f"}, nil)
	text := "CDS_RECORD_ID,NHS_NUMBER,PROVIDER_CODE,APPOINTMENT_DATE,ATTENDED_CODE,TREATMENT_FUNCTION_CODE\n"
	if err := Extract(ctx, strings.NewReader(text), "csv", m, Options{}, b); err != context.Canceled {
		t.Errorf("%v", err)
	}
}

func TestDates(t *testing.T) {
	for _, c := range []struct {
		text        string
		f           format
		first, last string
	}{
		{"29/02/2024", ukDate, "2024-02-29", "2024-02-29"},
		{"29/02/2024 23:59", ukDate, "2024-02-29", "2024-02-29"},
		{"02/2024", ukDate, "2024-02-01", "2024-02-29"},
		{"2024", ukDate, "2024-01-01", "2024-12-31"},
		{"20240229", compactDate, "2024-02-29", "2024-02-29"},
		{"202402", compactDate, "2024-02-01", "2024-02-29"},
		{"2024", compactDate, "2024-01-01", "2024-12-31"},
		{"2024-02-29", isoDate, "2024-02-29", "2024-02-29"},
		{"2024-03-31T23:30:00Z", isoDate, "2024-04-01", "2024-04-01"},
	} {
		d, ok := parseDate(c.text, c.f)
		if !ok || d.first.String() != c.first || d.last.String() != c.last {
			t.Errorf("%q: %s to %s, %v", c.text, d.first, d.last, ok)
		}
	}
	for f, bad := range map[format][]string{
		ukDate:      {"30/02/2024", "2024-02-29", "1/2/2024", "29-02-2024", "13/2024", "29/02/24", "aa/bb/cccc", "00/01/2024"},
		compactDate: {"20240230", "2024-02-29", "202413", "20241", "2024022x"},
		isoDate:     {"29/02/2024", "20240229", "2024-2-29", "2024-02-29 10:00"},
	} {
		for _, s := range bad {
			if _, ok := parseDate(s, f); ok {
				t.Errorf("%q accepted", s)
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		want := engine.Day(rapid.IntRange(-25567, 84005).Draw(t, "day"))
		y, m, d := want.Date()
		for f, text := range map[format]string{ukDate: fmt.Sprintf("%02d/%02d/%04d", d, m, y), compactDate: fmt.Sprintf("%04d%02d%02d", y, m, d), isoDate: want.String()} {
			if got, ok := parseDate(text, f); !ok || got.first != want || got.last != want {
				t.Fatalf("%q: %v %v", text, got, ok)
			}
		}
	})
}

func TestPostcodes(t *testing.T) {
	areas, err := LoadPostcodes(strings.NewReader("lsoa,postcode,other\nE01000001,AB1 2CD,x\nE01000002,AB1 2CE,x\nE01000003,AB1 2CE,x\n,AB1 2CF,x\nE01000001,ab12cd,x\n"))
	if err != nil {
		t.Fatal(err)
	}
	for p, want := range map[string]string{"AB1 2CD": "E01000001", "ab12cd": "E01000001", " AB12 CD": "E01000001", "AB1 2CE": "", "AB1 2CF": "", "": ""} {
		if got, ok := areas(p); got != want || ok != (want != "") {
			t.Errorf("%q: %q %v", p, got, ok)
		}
	}
	for text, code := range map[string]string{"": "file-empty", "postcode\nx\n": "column-missing", "postcode,lsoa,lsoa\n": "header-duplicate", "postcode,lsoa\nx\n": "postcode-table"} {
		_, err := LoadPostcodes(strings.NewReader(text))
		wantFault(t, err, code)
	}
}

// Any bytes: no panic, and counts that add up.
func FuzzCSV(f *testing.F) {
	files, _ := filepath.Glob("testdata/scenario/*.txt")
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add([]byte(strings.SplitN(string(text), "---\n", 3)[1]))
	}
	m, err := LoadMap("builtin:place_b/problems")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		b, _ := newBatch(t, source.Meta{Source: "b", Flow: "f", Lag: 1, Night: 20000}, nil)
		err := Extract(context.Background(), bytes.NewReader(text), "csv", m, Options{}, b)
		counts, _, ferr := b.Finish()
		if ferr != nil {
			t.Fatal(ferr)
		}
		if counts.In != counts.Held+counts.Reference+counts.Quarantined || counts.In > int64(bytes.Count(text, []byte("\n")))+1 {
			t.Fatalf("%+v (%v)", counts, err)
		}
	})
}

func BenchmarkExtractAPC(b *testing.B) {
	m, err := LoadMap("builtin:place_b/apc")
	if err != nil {
		b.Fatal(err)
	}
	text, err := os.ReadFile("testdata/scenario/apc.txt")
	if err != nil {
		b.Fatal(err)
	}
	lines := strings.SplitAfter(strings.SplitN(string(text), "---\n", 3)[1], "\n")
	var file strings.Builder
	file.WriteString(lines[0])
	for i := range 20000 {
		file.WriteString(fmt.Sprintf("x%d", i) + lines[1+i%3])
	}
	b.SetBytes(int64(file.Len()))
	b.ReportAllocs()
	for b.Loop() {
		batch, _ := newBatch(b, source.Meta{Source: "b", Flow: "apc", Lag: 45, Night: 20000}, nil)
		if err := Extract(context.Background(), io.Reader(strings.NewReader(file.String())), "csv", m, Options{}, batch); err != nil {
			b.Fatal(err)
		}
		if _, _, err := batch.Finish(); err != nil {
			b.Fatal(err)
		}
	}
}
