//go:build duckdb_arrow

package door

import (
	"math"
	"strconv"
	"strings"

	"leftshift/engine/disclosure"
)

// Table is what may be shown of some counts, on a page, in a plot and in a
// file alike: all three are made of these fields.
type Table struct {
	ID      string // of its file, lower case with hyphens
	Title   string
	Columns []string // the first is that of the labels
	Rows    [][]Field
	Note    string
}

// Field is one field of a table as it may leave.
type Field struct {
	Text  string  // as shown
	Value float64 // the number in Text; NaN for a label, and where it is hidden or there is none
	Kind  FieldKind
	// Interval is that of an estimate; nil for none.
	Interval []float64
}

// FieldKind is what a field counts or measures.
type FieldKind uint8

// The kinds.
const (
	Label   FieldKind = iota
	People            // a count of people, controlled
	Events            // expected events, a sum over people, controlled like a count
	Rate              // a percentage of controlled counts
	Measure           // an estimate of a model
	Things            // a count or share of what is no person
)

// Number says whether the field stands in a column of numbers.
func (f Field) Number() bool { return f.Kind != Label }

// Hidden says whether the field stands for a number that is not shown.
func (f Field) Hidden() bool { return f.Number() && (f.Text == disclosure.Star || f.Text == tooFew) }

// tooFew stands for a measure of people whose number, or that of those with
// the outcome, is hidden: the number could be found from it.
const tooFew = "too few"

func text(s string) Field { return Field{Text: s, Value: math.NaN()} }

// none is a number that has no meaning.
func none(k FieldKind) Field { return Field{Text: "–", Value: math.NaN(), Kind: k} }

// cell is a controlled count.
func cell(c disclosure.Cell, k FieldKind) Field {
	v, ok := c.Value()
	if !ok {
		return Field{Text: disclosure.Star, Value: math.NaN(), Kind: k}
	}
	return Field{Text: grouped(strconv.Itoa(v)), Value: float64(v), Kind: k}
}

func headcount(c disclosure.Cell) Field { return cell(c, People) }

// things is a count of what is no person: not rounded.
func things(n int64) Field {
	return Field{Text: grouped(strconv.FormatInt(n, 10)), Value: float64(n), Kind: Things}
}

// rate is the percentage of two cells as shown, to one decimal; none of nobody.
func rate(part, whole disclosure.Cell) Field {
	if v, ok := disclosure.Percent(part, whole); ok {
		return ratio(v, Rate)
	}
	if whole == (disclosure.Cell{}) {
		return none(Rate)
	}
	return Field{Text: disclosure.Star, Value: math.NaN(), Kind: Rate}
}

func ratio(percent float64, k FieldKind) Field {
	v := math.Round(percent*10) / 10
	return Field{Text: strconv.FormatFloat(v, 'f', 1, 64) + "%", Value: v, Kind: k}
}

// share is a percentage of things, not people, to one decimal.
func share(part, whole int64) Field {
	if whole == 0 {
		return none(Things)
	}
	return ratio(100*float64(part)/float64(whole), Things)
}

// grouped writes an integer with commas.
func grouped(s string) string {
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Line is the texts of a row.
func Line(row []Field) []string {
	out := make([]string, len(row))
	for i, f := range row {
		out[i] = f.Text
		if f.Number() { // without commas, for programs
			out[i] = strings.ReplaceAll(f.Text, ",", "")
		}
	}
	return out
}
