//go:build duckdb_arrow

package main

import (
	"strings"
	"testing"

	"leftshift/engine/source/flat"
)

// Every builtin map is on the page, with each of its columns and values.
func TestMapsPageHoldsEveryMap(t *testing.T) {
	text, err := mapsPage()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range flat.Builtins() {
		_, rest, ok := strings.Cut(text, "\n### "+name+"\n")
		if !ok {
			t.Errorf("there is no %s", name)
			continue
		}
		section, _, _ := strings.Cut(rest, "\n### ")
		m, err := flat.LoadMap(name)
		if err != nil {
			t.Fatal(err)
		}
		o := m.Outline()
		if len(o.Columns) == 0 || len(o.Rows) == 0 {
			t.Errorf("%s has %d columns, %d rows", name, len(o.Columns), len(o.Rows))
		}
		for _, c := range o.Columns {
			if len(c.Uses) == 0 || !strings.Contains(section, "| `"+c.Name+"` | "+c.Type+" | ") {
				t.Errorf("%s lacks column %s, or what is done with it", name, c.Name)
			}
		}
	}
	for _, says := range []string{
		"| `sex` | text | required |  | `person.sex`: `0`, `X` → unknown; `1` → male; `2` → female; `9` → indeterminate; any other: left blank and counted |",
		"| `LOCAL_SDEC_FLAG` | text | may lack it |  |",
		"| `nhs_number` | text | required | filled |",
		"where `onset_date` is empty; one of them is filled, or the record is quarantined",
		"`05`, `5` → same-day; empty → emergency-department; any other → emergency-department",
		"| `kind` | whole number, 0 to 255 | required |",
	} {
		if !strings.Contains(text, says) {
			t.Errorf("the page does not say %s", says)
		}
	}
}

// The examples that readers copy are maps.
func TestExampleMapsAreRead(t *testing.T) {
	if _, err := flat.ParseMap("MAPS.md", []byte(mapExample)); err != nil {
		t.Error(err)
	}
	for _, name := range []string{"patients", "diagnoses"} {
		if _, err := flat.LoadMap(root + "/configs/example/maps/" + name + ".toml"); err != nil {
			t.Error(err)
		}
	}
}
