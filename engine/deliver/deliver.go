//go:build duckdb_arrow

// Package deliver writes what leaves through an export: files that other
// systems take as they are. What may be in a file was decided at the door; a
// column that may not be shown is not in it.
package deliver

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/door"
	"leftshift/engine/identity"
)

// Shape is a kind of file.
type Shape string

const (
	CSV        Shape = "csv"         // every column, for a spreadsheet or another program
	XLSX       Shape = "xlsx"        // the same as text cells, with a sheet that says what it is
	Numbers    Shape = "nhs"         // NHS numbers alone, one a line
	NumberBorn Shape = "nhs-and-dob" // NHS number and date of birth, no header
	FHIR       Shape = "fhir"        // HL7 FHIR R4: a Bundle of type collection
)

// Shapes lists every shape with what it is for.
func Shapes() []ShapeInfo {
	return []ShapeInfo{
		{XLSX, "Spreadsheet (XLSX), NHS numbers kept as text"},
		{CSV, "CSV with every column"},
		{Numbers, "NHS numbers only, one a line, no header"},
		{NumberBorn, "NHS number and date of birth, no header"},
		{FHIR, "FHIR R4 (JSON), for another system"},
	}
}

// ShapeInfo is a shape in words.
type ShapeInfo struct {
	Shape Shape
	Say   string
}

// File is a finished file. Its name says team, as-of date and snapshot, and
// names nobody.
type File struct {
	Name, Type string
	Bytes      []byte
	Rows       int // people in it
	Left       int // people of the list who are not, because what the shape needs is not known of them
}

// Write makes a file of an exported list. The Fault says what a shape needs
// and does not have.
func Write(shape Shape, l *door.List) (*File, error) {
	f := &File{Name: fileName(l, shape), Rows: len(l.Rows)}
	var err error
	switch shape {
	case CSV:
		f.Type, f.Bytes = "text/csv; charset=utf-8", writeCSV(table(l))
	case XLSX:
		f.Type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
		f.Bytes, err = writeXLSX(table(l), about(l))
	case Numbers, NumberBorn:
		f.Type = "text/csv; charset=utf-8"
		err = numbers(f, l, shape == NumberBorn)
	case FHIR:
		f.Type, err = typeFHIR, writeFHIR(f, l)
	default:
		err = &engine.Fault{Code: "shape", Say: "there is no such kind of file: choose one that the page shows"}
	}
	if err != nil {
		return nil, err
	}
	return f, nil
}

var unsafeInName = regexp.MustCompile(`[^A-Za-z0-9_-]+`)

func fileName(l *door.List, shape Shape) string {
	ending := map[Shape]string{CSV: ".csv", XLSX: ".xlsx", Numbers: "-nhs.csv", NumberBorn: "-nhs-dob.csv", FHIR: ".fhir.json"}[shape]
	synthetic := ""
	if l.Synthetic {
		synthetic = "-synthetic"
	}
	return unsafeInName.ReplaceAllString(l.Team, "_") + "-" + l.Snapshot + synthetic + ending
}

// table is a list as columns and rows of text, the header first.
func table(l *door.List) [][]string {
	has := l.Columns.Has
	var head []string
	var cells []func(door.Row) string
	add := func(shown bool, name string, cell func(door.Row) string) {
		if shown {
			head, cells = append(head, name), append(cells, cell)
		}
	}
	add(true, "list", func(door.Row) string { return l.Team })
	add(true, "place", func(r door.Row) string {
		if r.Rank == 0 {
			return "" // added by hand, or still in work: not ranked
		}
		return fmt.Sprint(r.Rank)
	})
	add(has(access.ColumnNHSNumber), "nhs_number", func(r door.Row) string { return r.Who.NHSNumber })
	add(has(access.ColumnName), "name", func(r door.Row) string { return r.Who.Name })
	add(has(access.ColumnBirth), "birth_date", func(r door.Row) string { return r.Who.BirthDate })
	add(has(access.ColumnPhone), "phone", func(r door.Row) string { return r.Who.Phone })
	add(has(access.ColumnRisk), "risk", func(r door.Row) string { return r.Risk })
	add(has(access.ColumnRisk), "band", func(r door.Row) string { return r.Band })
	add(true, "new_on_list", func(r door.Row) string { return map[bool]string{true: "yes", false: "no"}[r.Joiner] })
	for i := range door.MainReasons {
		add(has(access.ColumnReasons), fmt.Sprintf("reason_%d", i+1), func(r door.Row) string {
			if i < len(r.Why) {
				return r.Why[i]
			}
			return ""
		})
	}
	if l.GapsKnown {
		add(true, "could_be_changed", func(r door.Row) string {
			var all []string
			for _, g := range r.Gaps {
				all = append(all, g.Text)
			}
			return strings.Join(all, "; ")
		})
	}
	if l.Works { // the work, never its notes
		work := func(name string, say func(*door.Work) string) {
			add(true, name, func(r door.Row) string {
				if r.Work == nil {
					return ""
				}
				return say(r.Work)
			})
		}
		work("state", (*door.Work).StateWords)
		work("with", func(w *door.Work) string {
			if w.Owner == nil {
				return ""
			}
			return w.Owner.Title()
		})
		work("next_date", func(w *door.Work) string { return isoDay(w.Next) })
		work("last_outcome", func(w *door.Work) string { return w.Last })
		work("last_outcome_date", func(w *door.Work) string { return isoDay(w.LastDay) })
	}
	add(true, "as_of", func(door.Row) string { return l.AsOf.String() })
	add(true, "snapshot", func(door.Row) string { return l.Snapshot })
	if l.Stale != "" {
		add(true, "old", func(door.Row) string { return l.Stale })
	}
	out := [][]string{head}
	for _, r := range l.Rows {
		line := make([]string, len(cells))
		for i, c := range cells {
			line[i] = c(r)
		}
		out = append(out, line)
	}
	return out
}

// isoDay is a day as ISO 8601, "" for none.
func isoDay(d engine.Day) string {
	if d == engine.NoDay {
		return ""
	}
	return d.String()
}

// about says what a file is, for its second sheet.
func about(l *door.List) [][]string {
	out := [][]string{
		{"Site", l.Site}, {"List", l.Team}, {"As the record stood on", l.AsOf.String()}, {"Snapshot", l.Snapshot}, {"Order", l.View.Words()},
		{"For", "supporting a care team in choosing whom to review first. It does not diagnose or decide treatment, and no decision about a person may rest on it alone."},
	}
	if l.Synthetic {
		out = append(out, []string{"People", "everyone is made up; do not use for care"})
	}
	if l.Stale != "" {
		out = append(out, []string{"Old", l.Stale})
	}
	for _, s := range l.Sources {
		out = append(out, []string{"Newest record from " + s.Name, s.NewestKnown})
	}
	return out
}

// formula are the characters with which a spreadsheet begins a formula, in
// both widths, and those that move to another cell first.
const formula = "=+-@\t\r\n＝＋－＠|%"

// Text keeps a spreadsheet from reading text as a formula: such text gets an
// apostrophe before it. Spaces before it do not hide it.
func Text(s string) string {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(s, " \u00a0\u3000\ufeff"))
	if s != "" && (strings.ContainsRune(formula, first) || strings.ContainsAny(s[:1], "\t\r\n")) {
		return "'" + s
	}
	return s
}

// numbers writes NHS numbers, with dates of birth or without: no header, no
// spaces, only numbers that are valid.
func numbers(f *File, l *door.List, born bool) error {
	need := access.ColumnNHSNumber
	if born {
		need |= access.ColumnBirth
	}
	if !l.Columns.Has(need) {
		return &engine.Fault{Code: "columns", Say: "this file needs NHS numbers" + map[bool]string{true: " and dates of birth"}[born] + ", which your role may not export: ask for another kind of file"}
	}
	var b strings.Builder
	f.Rows = 0
	for _, r := range l.Rows {
		if !identity.ValidNHSNumber(r.Who.NHSNumber) || born && !wholeDate(r.Who.BirthDate) {
			f.Left++
			continue
		}
		b.WriteString(r.Who.NHSNumber)
		if born {
			b.WriteString("," + r.Who.BirthDate)
		}
		b.WriteByte('\n')
		f.Rows++
	}
	f.Bytes = []byte(b.String())
	return nil
}

func wholeDate(s string) bool {
	_, ok := engine.ParseDay(s)
	return ok
}
