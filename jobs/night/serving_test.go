//go:build duckdb_arrow

package night

import (
	"fmt"
	"strings"
	"testing"

	"leftshift/models/registry"
)

// A bundle whose features are gone or changed says which, ten at most.
func TestFeaturesThatABundleLostAreNamed(t *testing.T) {
	cat := bare(t).Catalogue
	b := &registry.Bundle{Columns: []string{"age", "site_falls_365d", "ed_attendances_365d"}}
	b.Definitions = definitionsOf(cat, b.Columns)
	if len(b.Definitions[0]) != 64 || b.Definitions[1] != "" {
		t.Fatal(b.Definitions)
	}
	b.Definitions[1] = "aaaabbbbccccdddd"
	err := otherFeatures("0123456789abcdef", b, cat)
	faulted(t, "gone", err, "bundle-catalogue", "1 gone: site_falls_365d (aaaabbbbcccc)", "leftshift train", "0123456789abcdef")
	if strings.Contains(err.Error(), "changed") || strings.Contains(err.Error(), "age") {
		t.Errorf("it names what is as it was: %v", err)
	}
	was := b.Definitions[2]
	b.Definitions[2] = "eeeeffff00001111"
	faulted(t, "changed", otherFeatures("0", b, cat), "bundle-catalogue", "1 gone", fmt.Sprintf("1 changed: ed_attendances_365d (was eeeeffff0000, is %.12s)", was))

	for i := range 12 {
		b.Columns, b.Definitions = append(b.Columns, fmt.Sprintf("x%02d", i)), append(b.Definitions, "0")
	}
	err = otherFeatures("0", b, cat)
	faulted(t, "many", err, "bundle-catalogue", "13 gone: ", " and 3 more; 1 changed)")
	if strings.Contains(err.Error(), "x09") {
		t.Errorf("more than ten are named: %v", err)
	}
	b.Definitions = nil
	faulted(t, "an old bundle", otherFeatures("0", b, cat), "bundle-catalogue", "13 gone: site_falls_365d, x00")
}
