package source

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"leftshift/engine"
	"leftshift/engine/identity"
	"leftshift/engine/schema"
)

// number is a made-up NHS number of the range that is kept for tests.
const number, spaced = "9990000018", "999 000 0018"

func batch(t *testing.T) *Batch {
	t.Helper()
	keys, err := identity.NewKeyer([]byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	return NewBatch(t.TempDir(), Meta{Source: "s", Night: 20000, Lag: -1}, keys, nil)
}

func TestCodesThatMayBeIdentifiersDoNotLand(t *testing.T) {
	if !identity.ValidNHSNumber(number) {
		t.Fatal("the number of this test is none")
	}
	for _, c := range []struct {
		system engine.System
		code   string
		reason string
	}{
		{engine.ODS, "A81001", ""}, {engine.ODS, "RXX", ""}, {engine.ODS, "A81001001", ""}, {engine.ODS, "A1B2C", ""}, {engine.ODS, "rxx01", ""},
		{engine.ODS, "RX", odsMalformed}, {engine.ODS, "A810010011", odsMalformed}, {engine.ODS, "LS1 4AP", odsMalformed}, {engine.ODS, "LS14AP", odsMalformed},
		{engine.ODS, "SW1A1AA", odsMalformed}, {engine.ODS, "m11ae", odsMalformed}, {engine.ODS, number, odsMalformed}, {engine.ODS, spaced, odsMalformed}, {engine.ODS, "A8-01", odsMalformed}, {engine.ODS, "Ä8100", odsMalformed},
		{engine.ICD10, "I10", ""}, {engine.ICD10, number, identifierInCode}, {engine.OPCS4, number, identifierInCode}, {engine.BNF, number, identifierInCode}, {engine.NHSDD, spaced, identifierInCode},
		{engine.UCUM, "999-000-0018", identifierInCode}, {engine.TextOnly, " " + number, identifierInCode}, {engine.ONS, number, identifierInCode}, {engine.ReadV2, number, identifierInCode},
		{engine.OtherSystem, "https://x.example/id|" + number, identifierInCode}, {engine.OtherSystem, number, identifierInCode}, {engine.OtherSystem, "https://x.example/id|9990000019", ""},
		{engine.BNF, "9990000019", ""}, {engine.BNF, "99900000180", ""},
		{engine.SNOMED, number, ""}, {engine.DMD, number, ""}, {engine.LOINC, number, ""}, {engine.RxNorm, number, ""}, {engine.CVX, number, ""},
	} {
		b := batch(t)
		for range 2 {
			key := b.Code(c.system, c.code, "")
			if (key == 0) != (c.reason != "") {
				t.Errorf("%s %q: key %d", c.system, c.code, key)
			}
		}
		counts, files, err := b.Finish()
		if err != nil {
			t.Fatal(err)
		}
		if c.reason != "" && (counts.Reasons[c.reason] != 2 || files["code"].Rows != 0) || c.reason == "" && (len(counts.Reasons) != 0 || files["code"].Rows != 1) {
			t.Errorf("%s %q: %v, %d codes", c.system, c.code, counts.Reasons, files["code"].Rows)
		}
	}
}

func TestWordsThatHoldAnIdentifierAreLeftOut(t *testing.T) {
	for words, held := range map[string]bool{
		number: true, spaced: true, "999-000-0018": true, "Mrs Example, NHS " + number + ".": true, "Tel 1 999 000 0018 home": true, "999\u00a0000\u20110018": true, "999000 0018": true,
		"x" + number + "y": true, "": false, "Asthma": false, "9990000019": false, "1" + number: false, number + "1": false, "999 000 00181": false, "9 990 000 018": false, "999  000 0018": false, "999 000 001": false,
	} {
		b := batch(t)
		if b.Code(engine.SNOMED, "195967001", words) == 0 {
			t.Fatal("no code")
		}
		got := b.codes[engine.CodeKey(engine.SNOMED, "195967001")].display
		if held && (got != "" || b.counts.Reasons[identifierInDisplay] != 1) || !held && (got != words || len(b.counts.Reasons) != 0) {
			t.Errorf("%q lands as %q, %v", words, got, b.counts.Reasons)
		}
	}
	// Of any ten digits among words exactly those that pass are held.
	rapid.Check(t, func(t *rapid.T) {
		n := fmt.Sprintf("%010d", rapid.Int64Range(0, 9_999_999_999).Draw(t, "n"))
		before, after := rapid.StringMatching(`([^0-9]{0,5})`).Draw(t, "before"), rapid.StringMatching(`([^0-9]{0,5})`).Draw(t, "after")
		g := rapid.SampledFrom([]string{"", " ", "-"}).Draw(t, "gap")
		if got := holdsIdentifier(before + n[:3] + g + n[3:6] + g + n[6:] + after); got != identity.ValidNHSNumber(n) {
			t.Fatalf("%s: %v", n, got)
		}
	})
}

func TestRowsAreCleaned(t *testing.T) {
	day := engine.Day(19000)
	for _, c := range []struct {
		id          schema.TableID
		row, want   any
		reason      string
		quarantined bool
	}{
		{schema.TablePerson, &schema.PersonFact{EthnicCategory: "A", BirthMonth: day}, &schema.PersonFact{EthnicCategory: "A", BirthMonth: day}, "", false},
		{schema.TablePerson, &schema.PersonFact{EthnicCategory: "99", BirthMonth: day}, &schema.PersonFact{EthnicCategory: "99", BirthMonth: day}, "", false},
		{schema.TablePerson, &schema.PersonFact{EthnicCategory: "a", BirthMonth: day}, &schema.PersonFact{BirthMonth: day}, ethnicUnknown, false},
		{schema.TablePerson, &schema.PersonFact{EthnicCategory: "Example Street", BirthMonth: day}, &schema.PersonFact{BirthMonth: day}, ethnicUnknown, false},
		{schema.TableEpisode, &schema.Episode{Kind: 1, Spell: 1, StartDay: day, EndDay: day, AdmissionMethod: number, Destination: "19"}, &schema.Episode{Kind: 1, Spell: 1, StartDay: day, EndDay: day, Destination: "19"}, identifierInDisplay, false},
		{schema.TableOrganisation, &schema.Organisation{Code: 1, ODS: "A81001", Name: "Surgery " + spaced}, &schema.Organisation{Code: 1, ODS: "A81001"}, identifierInDisplay, false},
		{schema.TableOrganisation, &schema.Organisation{Code: 1, ODS: "LS1 4AP", Name: "Surgery"}, &schema.Organisation{Code: 1, Name: "Surgery"}, odsMalformed, true},
		{schema.TableTeam, &schema.Team{Team: "t1", Name: number, Practice: 1}, &schema.Team{Team: "t1", Practice: 1}, identifierInDisplay, false},
		{schema.TableTeam, &schema.Team{Team: number, Name: "Harbour", Practice: 1}, &schema.Team{Name: "Harbour", Practice: 1}, identifierInDisplay, true},
		{schema.TableArea, &schema.Area{Area: 1, LSOA: "E01000001", Name: "City " + number}, &schema.Area{Area: 1, LSOA: "E01000001"}, identifierInDisplay, false},
	} {
		for _, r := range []any{c.row, c.want} {
			noDays(r)
		}
		b := batch(t)
		r := b.Open(1, b.Subject("p"), "k", []byte("x"), 0, engine.NoDay, engine.NoDay)
		r.Add(c.id, c.row)
		setVersion(c.want, r.version)
		if !reflect.DeepEqual(c.row, c.want) {
			t.Errorf("%+v, want %+v", c.row, c.want)
		}
		if err := r.Close(0); err != nil {
			t.Fatal(err)
		}
		if n := b.counts.Quarantined; (n == 1) != c.quarantined || c.quarantined && b.counts.Reasons["value-missing"] != 1 {
			t.Errorf("%+v: %d quarantined, %v", c.row, n, b.counts.Reasons)
		}
		if c.reason != "" && b.counts.Reasons[c.reason] != 1 || c.reason == "" && len(b.counts.Reasons) != 0 {
			t.Errorf("%+v: %v", c.row, b.counts.Reasons)
		}
		if _, _, err := b.Finish(); err != nil {
			t.Fatal(err)
		}
	}
}

// noDays makes every day of a row that is zero not known.
func noDays(row any) {
	v := reflect.ValueOf(row).Elem()
	for i := range v.NumField() {
		if f := v.Field(i); f.Type() == reflect.TypeFor[engine.Day]() && f.Int() == 0 {
			f.SetInt(int64(engine.NoDay))
		}
	}
}

// A registration whose practice column holds a postcode or an NHS number is
// quarantined, and neither text is in what lands.
func TestRegistrationWithoutPracticeIsQuarantined(t *testing.T) {
	for _, text := range []string{"LS1 4AP", "LS14AP", number, spaced} {
		b := batch(t)
		r := b.Open(1, b.Subject("p"), "k", []byte("x"), 0, engine.NoDay, engine.NoDay)
		r.Add(schema.TableRegistration, &schema.Registration{Practice: b.Code(engine.ODS, text, text), FromDay: engine.NoDay, ToDay: engine.NoDay})
		if err := r.Close(0); err != nil {
			t.Fatal(err)
		}
		counts, files, err := b.Finish()
		if err != nil {
			t.Fatal(err)
		}
		if counts.Quarantined != 1 || counts.Reasons["value-missing"] != 1 || counts.Reasons[odsMalformed] != 1 || files["registration"].Rows != 0 || files["code"].Rows != 0 {
			t.Errorf("%q: %+v %v", text, counts, files)
		}
	}
}

func TestReasonsAreInOrder(t *testing.T) {
	for i, r := range Reasons {
		if r.Say == "" || i > 0 && Reasons[i-1].Code >= r.Code {
			t.Errorf("%+v is out of order or says nothing", r)
		}
	}
}
