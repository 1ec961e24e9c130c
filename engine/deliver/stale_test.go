//go:build duckdb_arrow

package deliver

import (
	"bytes"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// A list with an old source says so in each file that has room for words, and
// one without does not; each says the day of the record.
func TestR9AnOldListSaysSoInEachFile(t *testing.T) {
	const old = "Nothing has come from place_a for 20 days."
	words := func(shape Shape, stale string) string {
		l := fhirList(everything)
		l.Stale = stale
		f, err := Write(shape, l)
		if err != nil {
			t.Fatal(err)
		}
		if shape != XLSX {
			return string(f.Bytes)
		}
		book, err := excelize.OpenReader(bytes.NewReader(f.Bytes))
		if err != nil {
			t.Fatal(err)
		}
		defer book.Close()
		var all []string
		for _, sheet := range book.GetSheetList() {
			rows, err := book.GetRows(sheet)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range rows {
				all = append(all, strings.Join(r, "\t"))
			}
		}
		return strings.Join(all, "\n")
	}
	for _, shape := range []Shape{CSV, XLSX, FHIR} {
		if text := words(shape, old); !strings.Contains(text, old) || !strings.Contains(text, "2026-03-31") {
			t.Errorf("%s does not say that it is old, or of which day it is", shape)
		}
		if strings.Contains(words(shape, ""), "Nothing has come") {
			t.Errorf("%s of a fresh list says that it is old", shape)
		}
	}
}
