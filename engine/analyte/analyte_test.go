package analyte

import (
	"testing"

	"leftshift/engine"
)

func TestConvert(t *testing.T) {
	tab, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		id, value, unit string
		want            int64
		reason          string
	}{
		{"hba1c", "48", "mmol/mol", 48, ""},
		{"hba1c", "6.5", "%", 48, ""}, // (6.5 - 2.152) / 0.09148 = 47.53
		{"haemoglobin", "13.45", "g/dL", 135, ""},
		{"weight", "70000", "g", 700, ""},
		{"systolic", "135", "", 0, "unit-missing"},
		{"systolic", "1350", "mmHg", 0, "value-implausible"},
		{"systolic", "x", "mmHg", 0, "value-not-a-number"},
		{"systolic", "1/2", "mmHg", 0, "value-not-a-number"},
		{"systolic", "135", "furlong", 0, "unit-unknown"},
		{"systolic", "16", "kPa", 120, ""},
		{"systolic", "120", "mm  hg", 120, ""},
		{"frailty_scale", "6", "", 6, ""},
	} {
		got, reason := tab.ByID(c.id).Convert(c.value, c.unit)
		if got != c.want || reason != c.reason {
			t.Errorf("%s %s %s: %d %q, want %d %q", c.id, c.value, c.unit, got, reason, c.want, c.reason)
		}
	}
	if a := tab.Of(engine.CodeKey(engine.SNOMED, "1091811000000102")); a == nil || a.ID != "diastolic" {
		t.Errorf("1091811000000102 is not diastolic arterial pressure")
	}
	if a := tab.Of(engine.CodeKey(engine.LOINC, "8480-6")); a == nil || a.ID != "systolic" {
		t.Errorf("LOINC 8480-6 is not systolic blood pressure")
	}
}
