//go:build duckdb_arrow

package deliver

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/door"
	"leftshift/engine/snapshot"
	"leftshift/engine/worklist"
)

func list(columns access.Columns) *door.List {
	day, _ := engine.ParseDay("2026-03-31")
	who := func(n, name, born, phone string) door.Who {
		w := door.Who{}
		if columns.Has(access.ColumnNHSNumber) {
			w.NHSNumber = n
		}
		if columns.Has(access.ColumnName) {
			w.Name = name
		}
		if columns.Has(access.ColumnBirth) {
			w.BirthDate = born
		}
		if columns.Has(access.ColumnPhone) {
			w.Phone = phone
		}
		return w
	}
	return &door.List{Frame: door.Frame{Site: "Test ICS", Synthetic: true, Snapshot: "2026-03-31-abc", AsOf: day, Sources: []snapshot.Source{{Name: "place_a", NewestKnown: "2026-03-30"}}},
		Team: "North & East", Columns: columns, Rows: []door.Row{
			{Rank: 1, Who: who("9000000009", "=HYPERLINK(\"x\")", "1950-01-02", "+441632960000"), Risk: "about 18 in 100", Band: "high", Why: []string{"-2 falls", "\"quoted\", and a comma", "two\nlines"}},
			{Rank: 2, Joiner: true, Who: who("9000000017", "Zoë, Ann", "1951", "")},
			{Rank: 3, Who: who("1234567890", "Wrong, Number", "1952-03-04", "")},
			{Rank: 4, Who: who("", "No, Number", "1953-03-04", "")},
		}}
}

const everything = access.Identity | access.ColumnRisk | access.ColumnReasons

// F17: a file that an uploader takes has numbers and nothing else.
func TestF17NumberFilesHaveNothingElse(t *testing.T) {
	f, err := Write(Numbers, list(everything))
	if err != nil || string(f.Bytes) != "9000000009\n9000000017\n" || f.Rows != 2 || f.Left != 2 {
		t.Errorf("%q, %d rows, %d left, %v", f.Bytes, f.Rows, f.Left, err)
	}
	f, err = Write(NumberBorn, list(everything))
	if err != nil || string(f.Bytes) != "9000000009,1950-01-02\n" || f.Rows != 1 || f.Left != 3 {
		t.Errorf("%q, %d rows, %d left, %v", f.Bytes, f.Rows, f.Left, err)
	}
	for _, shape := range []Shape{Numbers, NumberBorn} {
		if f, err := Write(shape, list(access.ColumnName)); err == nil || f != nil {
			t.Errorf("%s without numbers: %v", shape, err)
		}
	}
	if _, err := Write("pdf", list(everything)); err == nil {
		t.Error("an unknown shape was written")
	}
}

// A column that may not be shown is in no file.
func TestB18AFileHasOnlyTheColumnsAllowed(t *testing.T) {
	secret := map[access.Columns]string{access.ColumnName: "Zoë", access.ColumnNHSNumber: "9000000017", access.ColumnBirth: "1952-03-04", access.ColumnPhone: "1632960000", access.ColumnRisk: "18 in 100", access.ColumnReasons: "falls"}
	rapid.Check(t, func(r *rapid.T) {
		columns := access.Columns(rapid.Uint16().Draw(r, "columns")) & everything
		l := list(columns)
		if !columns.Has(access.ColumnRisk) {
			l.Rows[0].Risk = "about 18 in 100" // held, and still not written
		}
		f, err := Write(CSV, l)
		if err != nil {
			r.Fatal(err)
		}
		for c, text := range secret {
			if columns.Has(c) != strings.Contains(string(f.Bytes), text) {
				r.Fatalf("columns %s: %q in the file is %v", columns, text, !columns.Has(c))
			}
		}
	})
}

func TestR10TheSpreadsheetKeepsDigitsAndSaysWhatItIs(t *testing.T) {
	f, err := Write(XLSX, list(everything))
	if err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(bytes.NewReader(f.Bytes))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	rows, err := book.GetRows("List")
	if err != nil || len(rows) != 5 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for y := range rows {
		for x := range rows[y] {
			at, _ := excelize.CoordinatesToCellName(x+1, y+1)
			if kind, _ := book.GetCellType("List", at); kind != excelize.CellTypeSharedString && kind != excelize.CellTypeInlineString {
				t.Errorf("cell %s is of type %v", at, kind)
			}
			if formula, _ := book.GetCellFormula("List", at); formula != "" {
				t.Errorf("cell %s has a formula", at)
			}
		}
	}
	if number, _ := book.GetCellValue("List", "C2"); number != "9000000009" {
		t.Errorf("the number is %q", number)
	}
	about, err := book.GetRows("About")
	if err != nil || !strings.Contains(fmt.Sprint(about), "2026-03-31-abc") || !strings.Contains(fmt.Sprint(about), "made up") || !strings.Contains(fmt.Sprint(about), "2026-03-30") {
		t.Errorf("about: %v, %v", about, err)
	}
	if f.Name != "North_East-2026-03-31-abc-synthetic.xlsx" {
		t.Errorf("the name is %q", f.Name)
	}
}

func TestR10TheCSVReadsBack(t *testing.T) {
	f, err := Write(CSV, list(everything))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(f.Bytes)).ReadAll()
	if err != nil || len(rows) != 5 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	want := []string{"North & East", "1", "9000000009", "'=HYPERLINK(\"x\")", "1950-01-02", "'+441632960000", "about 18 in 100", "high", "no", "'-2 falls", "\"quoted\", and a comma", "two\nlines", "2026-03-31", "2026-03-31-abc"}
	if fmt.Sprint(rows[1]) != fmt.Sprint(want) {
		t.Errorf("%q\nwant\n%q", rows[1], want)
	}
}

// B23: no cell begins as a formula does.
func TestB23NoCellIsAFormula(t *testing.T) {
	begins := regexp.MustCompile("^[\\s\u00a0\u3000\ufeff]*[=+\\-@\t\r\n＝＋－＠|%]")
	rapid.Check(t, func(r *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.StringMatching("[ \u00a0\u3000\ufeff\t\r\n]{0,3}[=+\\-@|%＝＋－＠]?.{0,9}")).Draw(r, "text")
		got := Text(s)
		if begins.MatchString(got) {
			r.Fatalf("%q becomes %q", s, got)
		}
		if got != s && got != "'"+s {
			r.Fatalf("%q becomes %q", s, got)
		}
		rows, err := csv.NewReader(bytes.NewReader(writeCSV([][]string{{s, "x"}}))).ReadAll()
		if err != nil || len(rows) != 1 || strings.ReplaceAll(rows[0][0], "\r\n", "\n") != strings.ReplaceAll(got, "\r\n", "\n") {
			r.Fatalf("%q reads back as %q, %v", got, rows, err)
		}
	})
}

// What the work holds is in the full files, and no note; formulas in it are text.
func TestR10FullFilesHoldTheWorkAndNumberFilesDoNot(t *testing.T) {
	l := list(everything)
	l.Works, l.GapsKnown, l.View = true, true, door.View{Gap: door.AnyGap, Order: door.GapFirst}
	l.Rows[0].Work = &door.Work{State: worklist.Contacted, Owner: &door.Owner{Me: true, Name: "=Sam Reader", Role: "care coordinator", Team: "team-0", List: "team-0"},
		Next: l.AsOf + 7, Last: "@Contacted", LastDay: l.AsOf}
	l.Rows[0].Gaps = []door.Gap{{Code: "review_overdue", Text: "+ a review is overdue"}, {Code: "vaccination_missed", Text: "no flu vaccine"}}
	l.Rows[1].Work = &door.Work{State: worklist.NotSuitable, Reason: "lives in a care home", Next: engine.NoDay, LastDay: engine.NoDay}
	want := [][]string{
		{"could_be_changed", "state", "with", "next_date", "last_outcome", "last_outcome_date"},
		{"'+ a review is overdue; no flu vaccine", "Contacted", "'=Sam Reader, care coordinator, team-0", "2026-04-07", "'@Contacted", "2026-03-31"},
		{"", "Not suitable: lives in a care home", "", "", "", ""},
		{"", "", "", "", "", ""},
	}
	pick := func(rows [][]string) (out [][]string) {
		for _, r := range rows[:4] {
			line := make([]string, len(want[0]))
			for k, name := range want[0] {
				for x, head := range rows[0] {
					if head == name && x < len(r) {
						line[k] = r[x]
					}
				}
			}
			out = append(out, line)
		}
		return out
	}
	f, err := Write(CSV, l)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(f.Bytes)).ReadAll()
	if err != nil || fmt.Sprint(pick(rows)) != fmt.Sprint(want) {
		t.Errorf("%q, %v", pick(rows), err)
	}
	if f, err = Write(XLSX, l); err != nil {
		t.Fatal(err)
	}
	x, err := excelize.OpenReader(bytes.NewReader(f.Bytes))
	if err != nil {
		t.Fatal(err)
	}
	if rows, err = x.GetRows("List"); err != nil || fmt.Sprint(pick(rows)) != fmt.Sprint(want) {
		t.Errorf("%q, %v", pick(rows), err)
	}
	about, err := x.GetRows("About")
	if err != nil || !strings.Contains(fmt.Sprint(about), "First the people with something that could be changed") {
		t.Errorf("%q, %v", about, err)
	}
	for _, shape := range []Shape{Numbers, NumberBorn} {
		if f, err = Write(shape, l); err != nil || strings.ContainsAny(string(f.Bytes), "abcdefghijklmnopqrstuvwxyz") {
			t.Errorf("%s: %q, %v", shape, f.Bytes, err)
		}
	}
	l.Works, l.GapsKnown = false, false // as to a connected system
	if f, err = Write(CSV, l); err != nil || strings.Contains(string(f.Bytes), "ontacted") || strings.Contains(string(f.Bytes), "overdue") {
		t.Errorf("%q, %v", f.Bytes, err)
	}
}
