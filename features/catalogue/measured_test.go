package catalogue

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
)

func folderOf(text string) fstest.MapFS { return fstest.MapFS{"a.toml": {Data: []byte(text)}} }

// measuredEntry is a sound [[feature]] of HbA1c, to be replaced in.
const measuredEntry = `[[feature]]
id = "x_{w}"
title = "X, {window}"
source = "event"
kinds = ["observation"]
analyte = "hba1c"
windows = [365]
aggregate = "latest_value"
absence = "unknown"
display = "team"
area = "local"
unit = "{unit}"
why = "We ask."
`

// counted makes it a count of values in a range.
var counted = strings.NewReplacer(`"latest_value"`, `"days"`, `"unknown"`, `"zero"`, `unit = "{unit}"`, "value_from = 75\nnone = \"No HbA1c of 75 or more recorded {in}\"")

func TestMeasuredFaults(t *testing.T) {
	for _, c := range []struct {
		text, from, to string
		told           string // "" for none
	}{
		{measuredEntry, "", "", ""},
		{measuredEntry, `"{unit}"`, `"mmol/mol"`, ""},
		{measuredEntry, `unit = "{unit}"`, "", ""},
		{measuredEntry, `"{unit}"`, `"%"`, `:12: x_365d has unit "%", and values of hba1c are kept in mmol/mol`},
		{measuredEntry, `"{unit}"`, `"kg"`, `:12: x_365d has unit "kg"`},
		{measuredEntry, `"{unit}"`, `"{uint}"`, `:12: x_365d has unit "{uint}"`},
		{strings.Replace(measuredEntry, "hba1c", "news2", 1), `"{unit}"`, `"points"`, "is a number without one"},
		{strings.Replace(measuredEntry, "hba1c", "systolic", 1), `"{unit}"`, `"mm[Hg]"`, ""},
		{strings.Replace(measuredEntry, "hba1c", "systolic", 1), `"{unit}"`, `"mmHg"`, ""},
		{measuredEntry, `["observation"]`, `["problem"]`, ":5: x_365d reads a measurement, which is an observation"},
		{counted.Replace(measuredEntry), "", "", ""},
		{counted.Replace(measuredEntry), "value_from = 75", "value_from = 7.5", "has value_from = 7.5, and hba1c is kept from 8 to 220 mmol/mol"},
		{counted.Replace(measuredEntry), "value_from = 75", "value_to = 221", "has value_to = 221"},
		{counted.Replace(measuredEntry), "value_from = 75", "value_from = 75.5", "with at most 0 decimals"},
		{counted.Replace(measuredEntry), " recorded", "", ":9: x_365d is 0 of someone who was never measured"},
		{counted.Replace(measuredEntry), "none =", "# none =", ":9: x_365d is 0 of someone who was never measured"},
		{strings.Replace(counted.Replace(measuredEntry), `"zero"`, `"unknown"`, 1), "none =", "# none =", ""},
		{counted.Replace(measuredEntry), "value_from", "unit = \"{unit}\"\nvalue_from", "is in no unit of hba1c"},
	} {
		_, f := aloneFaults(t, map[string]string{"a.toml": strings.Replace(c.text, c.from, c.to, 1)})
		switch {
		case c.told == "" && len(f) > 0:
			t.Errorf("%s -> %s: %q", c.from, c.to, f)
		case c.told != "" && !strings.Contains(strings.Join(f, "\n"), c.told):
			t.Errorf("%s -> %s: want %q, got %q", c.from, c.to, c.told, f)
		}
	}
	c, _ := aloneFaults(t, map[string]string{"a.toml": strings.Replace(strings.Replace(measuredEntry, "hba1c", "systolic", 1), `"{unit}"`, `"mm[Hg]"`, 1)})
	if u := c.Find("x_365d").Unit; u != "mmHg" {
		t.Errorf("unit %q", u)
	}
	if c, _ := aloneFaults(t, map[string]string{"a.toml": counted.Replace(measuredEntry)}); !c.Find("x_365d").Unmeasured() {
		t.Error("someone never measured is not 0")
	}
}

// What a site's files are held to, the built-in ones keep too.
func TestBuiltInMeasurements(t *testing.T) {
	lib, an := shelves(t)
	_, err := loadAll(lib, an, []Folder{{Name: "ours", FS: builtIn}})
	var f *Faults
	if !errors.As(err, &f) {
		t.Fatal(err)
	}
	for _, x := range f.List {
		if x.Code != "built-in-only" {
			t.Error(x)
		}
	}
}
