package config

import (
	"slices"
	"testing"

	"leftshift/models/evaluate"
	"leftshift/models/record"
	"leftshift/models/registry"
)

// Every key that a record asks for can be given, and every key is asked for.
func TestRecordKeysAreWhatIsAskedFor(t *testing.T) {
	b := &registry.Bundle{Models: []registry.Fitted{{Evaluation: &evaluate.Report{}}}}
	asked := append(record.TRIPOD(b, "", nil).Open(), record.Transparency(b, "", nil).Open()...)
	var given []string
	for key := range (Record{}).Answers() {
		given = append(given, key)
	}
	slices.Sort(asked)
	slices.Sort(given)
	if asked = slices.Compact(asked); !slices.Equal(asked, given) {
		t.Errorf("asked %v, can be given %v", asked, given)
	}
	if got := (Record{SupplierRole: "Maintains it."}).Answers()["supplier_role"]; got != "Maintains it." {
		t.Errorf("supplier_role is %q", got)
	}
}
